package parts

import (
	"os"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/routing"
	"rivgate/web/shell"
	"rivgate/web/signin"
)

// NewProvider is the identity provider of the configuration; nil for none.
func NewProvider(c config.Web) (*signin.Provider, error) {
	o := c.OIDC
	if o.Issuer == "" {
		return nil, nil
	}
	p := &signin.Provider{
		Issuer: o.Issuer, ClientID: o.ClientID, Name: o.Name, PublicURL: c.PublicURL, Scopes: o.Scopes,
		RolesClaim: o.RolesClaim, UnitsClaim: o.UnitsClaim, Levels: o.ACR,
		Roles: map[string][]shell.Grant{},
	}
	if o.ClientSecretFile != "" {
		secret, err := os.ReadFile(o.ClientSecretFile)
		if err != nil {
			return nil, cli.Usage("web.oidc.client_secret_file: the file cannot be read")
		}
		p.ClientSecret = strings.TrimSpace(string(secret))
	}
	for value, r := range o.Roles {
		p.Roles[value] = []shell.Grant{{Role: shell.Role(r.Role), Kind: routing.UnitKind(r.Kind), Units: r.Units}}
	}
	return p, nil
}
