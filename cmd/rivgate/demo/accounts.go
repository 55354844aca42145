package demo

import (
	"context"
	"errors"
	"fmt"

	"rivgate/cmd/rivgate/cli"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// Password is that of every demo account. It is no secret: the accounts are good for nothing outside the demo,
// which is open to this machine alone.
const Password = "prova-rivgate"

// Account is somebody to try the pages as.
type Account struct {
	ID, Name, does string
	Grant          accounts.Grant
}

// Accounts are one account of every role, on both sides of the wall.
func Accounts() []Account {
	grant := func(role shell.Role, kind routing.UnitKind, units ...string) accounts.Grant {
		return accounts.Grant{Role: string(role), Kind: kind, Units: units}
	}
	const clinic, board = "SE2010123456-VC01", "SE2010123456-PN01"
	return []Account{
		{"hanna", "Hanna Demo", "handläggare, Vårdcentralen Björken", grant(shell.RoleHandler, routing.CareUnit, clinic)},
		{"mona", "Mona Demo", "mottagare, Vårdcentralen Björken", grant(shell.RoleReceiver, routing.CareUnit, clinic)},
		{
			"adam", "Adam Demo", "lokal administratör, Vårdcentralen Björken",
			grant(shell.RoleAdministrator, routing.CareUnit, clinic),
		},
		{
			"rita", "Rita Demo", "lokal administratör, hela regionens vård",
			grant(shell.RoleAdministrator, routing.CareUnit, shell.RegionUnits+"01"),
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

// AddAccounts makes the demo's accounts where they are not there yet.
func AddAccounts(ctx context.Context, db *store.Store) error {
	hash := ""
	for _, d := range Accounts() {
		_, err := db.Account(ctx, d.ID)
		if err == nil {
			continue
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if hash == "" {
			if hash, err = shell.HashPassword(Password); err != nil {
				return err
			}
		}
		a := accounts.Account{
			ID: d.ID, Name: d.Name, Source: accounts.Local, Password: hash, Demo: true, Grants: []accounts.Grant{d.Grant},
		}
		if err := db.AddAccount(ctx, a, accesslog.Row{Who: "demo", Detail: "demo account"}); err != nil &&
			!errors.Is(err, accounts.ErrExists) {
			return fmt.Errorf("adding demo account %s: %w", d.ID, err)
		}
	}
	return nil
}

// AnnounceAccounts tells who can sign in.
func AnnounceAccounts(t *cli.Table) {
	for i, d := range Accounts() {
		head := ""
		if i == 0 {
			head = "Sign in as"
		}
		t.Add(head, d.ID+" / "+Password+"  ("+d.does+")")
	}
}
