// Package statistics shows counts of cases: tables, charts and files. Whoever may read the cases counts them exactly;
// to all others the counts are blurred, so that no small one can be won by adding and subtracting: docs/statistics.md.
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
	// SmallCounts is the threshold: blurred counts from 1 to below it are not shown. 1 blurs nothing. Default 5.
	SmallCounts int

	tables tableCache
}
