// Package api is the JSON API: the same verbs as the pages, for systems. Each handler reads a request, calls a verb of
// relay, store or a room, and writes JSON.
package api

import (
	"embed"

	"rivgate/web/casework"
	"rivgate/web/catalogue"
	"rivgate/web/operate"
	"rivgate/web/shell"
)

//go:embed openapi.json
var files embed.FS

// Cases answers what is asked of cases and their messages.
type Cases struct{ casework.Base }

// Deliveries answers what is asked of deliveries and of the orders about them.
type Deliveries struct {
	*shell.Site
	Operate *operate.Pages
}

// Catalogue answers what is asked of the address catalogue.
type Catalogue struct{ *catalogue.Rows }
