// Package catalogue shows the address catalogue and lets its keepers change it: rows, draft, versions, import, moving
// units, and the page that says which way a call takes.
package catalogue

import (
	"embed"
	"html/template"
	"io"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{"confirm": newConfirmation})

// confirmation is how many units a form confirms to turn off.
type confirmation struct {
	Form  *shell.Form
	Units int
}

func newConfirmation(f *shell.Form, units int) confirmation { return confirmation{f, units} }

// Rows reads the catalogue that is kept in the store, and plans what would change it. All exported fields are set
// before the first call and never changed.
type Rows struct {
	*shell.Site
	// Rules are those that the catalogue kept in the store is checked by.
	Rules routing.Rules
	// PlanCatalogue reads a file (a catalogue in any form, or a beställning) as what it would change in rows. Nil: none
	// can be imported.
	PlanCatalogue func(file io.Reader, rows []catalogue.Row) (edits []catalogue.Edit, report []catalogue.Note, err error)

	states keptCatalogue
}

// Pages are the pages of the catalogue.
type Pages struct{ Rows }
