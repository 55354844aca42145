package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"rivgate/routing"
	"rivgate/store/accounts"
)

// signIn judges how people sign in.
func (k *checker) signIn() {
	w, production := k.c.Web, k.c.Environment == EnvironmentProduction
	if w.PublicURL != "" {
		k.secureURL("web.public_url", w.PublicURL, production)
	}
	if w.OIDC.Issuer == "" {
		if !w.LocalAccounts {
			k.problem("web.local_accounts", "nobody can sign in: set it to true, or fill in web.oidc")
		}
		return
	}
	k.secureURL("web.oidc.issuer", w.OIDC.Issuer, production)
	k.filled("web.oidc.client_id", w.OIDC.ClientID, "the name that the provider knows this gateway by")
	k.filled("web.public_url", w.PublicURL,
		"the address of the pages as people have it: the provider sends them back there")
	k.filled("web.oidc.name", w.OIDC.Name, "what stands on the button")
	k.filled("web.oidc.roles_claim", w.OIDC.RolesClaim, "the claim that tells roles")
	for i, level := range w.OIDC.ACR {
		if level == "" || strings.ContainsFunc(level, unicode.IsSpace) {
			k.problem(fmt.Sprintf("web.oidc.acr[%d]", i), "%q is no level: write one acr value, as the provider states it",
				level)
		}
	}
	if w.OIDC.ClientSecretFile != "" {
		k.file("web.oidc.client_secret_file", w.OIDC.ClientSecretFile)
	}
	if len(w.OIDC.Roles) == 0 {
		k.problem("web.oidc.roles", "is empty: nobody would get a role")
	}
	for _, value := range slices.Sorted(maps.Keys(w.OIDC.Roles)) {
		r := w.OIDC.Roles[value]
		if err := CheckGrant(accounts.Grant{Role: r.Role, Kind: routing.UnitKind(r.Kind), Units: r.Units},
			w.OIDC.UnitsClaim != ""); err != nil {
			k.problem("web.oidc.roles."+value, "%v", err)
		}
	}
}

// secureURL asks for an address; in production for one that is encrypted.
func (k *checker) secureURL(key, value string, production bool) {
	u, err := url.Parse(value)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "":
		k.problem(key, "is no address: write https://host")
	case production && u.Scheme != "https":
		k.problem(key, "is not encrypted: in production it begins with https://")
	}
}
