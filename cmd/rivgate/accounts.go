package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"rivgate/cmd/rivgate/config"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
	"rivgate/web/signin"
)

// demoPassword is that of every demo account. It is no secret: the accounts are good for nothing outside the demo,
// which is open to this machine alone.
const demoPassword = "prova-rivgate"

// demoAccount is somebody to try the pages as.
type demoAccount struct {
	id, name, does string
	grant          store.Grant
}

// demoAccounts are one account of every role, on both sides of the wall.
func demoAccounts() []demoAccount {
	grant := func(role shell.Role, kind routing.UnitKind, units ...string) store.Grant {
		return store.Grant{Role: string(role), Kind: kind, Units: units}
	}
	const clinic, board = "SE2010123456-VC01", "SE2010123456-PN01"
	return []demoAccount{
		{"hanna", "Hanna Demo", "handläggare, Vårdcentralen Björken", grant(shell.RoleHandler, routing.CareUnit, clinic)},
		{"mona", "Mona Demo", "mottagare, Vårdcentralen Björken", grant(shell.RoleReceiver, routing.CareUnit, clinic)},
		{
			"adam", "Adam Demo", "lokal administratör, Vårdcentralen Björken",
			grant(shell.RoleAdministrator, routing.CareUnit, clinic),
		},
		{"nina", "Nina Demo", "handläggare, patientnämnden", grant(shell.RoleHandler, routing.PatientBoard, board)},
		{
			"tea", "Tea Demo", "handläggare, 1177 på telefon",
			grant(shell.RoleHandler, routing.Other, "SE2010123456-TRI1"),
		},
		{"iris", "Iris Demo", "integratör", grant(shell.RoleIntegrator, "")},
		{"olle", "Olle Demo", "drift", grant(shell.RoleOperator, "")},
		{"greta", "Greta Demo", "granskare, vården", grant(shell.RoleReviewer, routing.CareUnit, shell.AllUnits)},
	}
}

// addDemoAccounts makes the demo's accounts where they are not there yet.
func addDemoAccounts(ctx context.Context, db *store.Store) error {
	hash := ""
	for _, d := range demoAccounts() {
		_, err := db.Account(ctx, d.id)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if hash == "" {
			if hash, err = shell.HashPassword(demoPassword); err != nil {
				return err
			}
		}
		a := store.Account{
			ID: d.id, Name: d.name, Source: store.LocalAccounts, Password: hash, Demo: true, Grants: []store.Grant{d.grant},
		}
		if err := db.AddAccount(ctx, a, accesslog.Row{Who: "demo", Detail: "demo account"}); err != nil &&
			!errors.Is(err, store.ErrAccountExists) {
			return fmt.Errorf("adding demo account %s: %w", d.id, err)
		}
	}
	return nil
}

// announceAccounts tells who can sign in.
func announceAccounts(t *table) {
	for i, d := range demoAccounts() {
		head := ""
		if i == 0 {
			head = "Sign in as"
		}
		t.add(head, d.id+" / "+demoPassword+"  ("+d.does+")")
	}
}

// newProvider is the identity provider of the configuration; nil for none.
func newProvider(c config.Web) (*signin.Provider, error) {
	o := c.OIDC
	if o.Issuer == "" {
		return nil, nil
	}
	p := &signin.Provider{
		Issuer: o.Issuer, ClientID: o.ClientID, Name: o.Name, PublicURL: c.PublicURL, Scopes: o.Scopes,
		RolesClaim: o.RolesClaim, UnitsClaim: o.UnitsClaim,
		Roles: map[string][]shell.Grant{},
	}
	if o.ClientSecretFile != "" {
		secret, err := os.ReadFile(o.ClientSecretFile)
		if err != nil {
			return nil, usage("web.oidc.client_secret_file: the file cannot be read")
		}
		p.ClientSecret = strings.TrimSpace(string(secret))
	}
	for value, r := range o.Roles {
		p.Roles[value] = []shell.Grant{{Role: shell.Role(r.Role), Kind: routing.UnitKind(r.Kind), Units: r.Units}}
	}
	return p, nil
}
