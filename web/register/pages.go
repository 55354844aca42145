// Package register is how cases get their registration numbers (diarienummer): the series that give them, and the file
// in which the diary gives them.
//
// It knows no case's content: what it lists of a case is its ids, its unit and its days.
package register

import (
	"embed"

	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil, casework.Pieces)

// Pages are the pages about registration.
type Pages struct{ casework.Base }
