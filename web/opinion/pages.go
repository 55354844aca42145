// Package opinion is where a unit of care answers what a patient board asks it: the list of requests, and each with its
// letter and its answer. Nothing of the board's case is here but the letter.
package opinion

import (
	"embed"

	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil, casework.Pieces)

// Pages are the pages of requests for opinions.
type Pages struct{ casework.Base }
