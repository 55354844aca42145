// Package mailbox stands in for 1177: a citizen's mailbox, and the form by which they complain. It is open where the
// gateway is tried, and nowhere else.
package mailbox

import (
	"embed"
	"html/template"

	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{"regionname": casework.RegionName}, casework.Pieces)

// Pages are the citizen's pages.
type Pages struct{ casework.Base }
