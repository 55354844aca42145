// Package board is the patient board's own part of a case: the unit where it happened, consent, opinions that are asked
// for, and the list of cases without a unit, with its export. What boards have in common with other units is desk's.
package board

import (
	"embed"

	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil, casework.Pieces)

// Pages are the pages of a patient board.
type Pages struct{ casework.Base }
