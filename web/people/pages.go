// Package people is for who keeps an eye on the others: users and their roles, standard replies, the review of the
// access log; and the page of help.
package people

import (
	"embed"
	"html/template"

	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{"detail": detailWord, "roles": rolesWords})

// Pages are the pages about people.
type Pages struct{ *shell.Site }
