// Package mailbox stands in for 1177: a citizen's mailbox, and the form by which they complain. It is open where the
// gateway is tried, and nowhere else.
package mailbox

import (
	"cmp"
	"embed"
	"html/template"

	"rivgate/routing"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{"regionname": regionName}, casework.Pieces)

// regionName is what a region is called.
func regionName(code string) string { return cmp.Or(routing.RegionNames()[code], code) }

// Pages are the citizen's pages.
type Pages struct{ casework.Base }
