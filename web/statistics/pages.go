// Package statistics shows counts of cases: tables, charts and files, with what is hidden so that no small count points
// at a person.
package statistics

import (
	"embed"

	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, nil)

// Pages are the pages of statistics. All exported fields are set before the first call and never changed.
type Pages struct {
	*shell.Site
	// SmallCounts is the threshold: counts from 1 to below it are hidden, and with them what would give them away. 1 hides
	// nothing; 2 is taken for 3. Default 5.
	SmallCounts int

	tables tableCache
}
