package web

import (
	"rivgate/web/shell"
)

// PageRow is a row of the table of endpoints as the walk over all pages needs it.
type PageRow struct {
	Path  string       // the pattern
	Needs shell.Action // 0: nobody is asked
}

// PageTable are the rows that answer GET for people.
func (s *Site) PageTable() (rows []PageRow) {
	for _, e := range s.endpoints() {
		if e.Method == "GET" && (e.Kind == shell.Pages || e.Kind == shell.Live || e.Kind == shell.Door ||
			e.Kind == shell.Citizen) {
			rows = append(rows, PageRow{e.Path, e.Needs})
		}
	}
	return rows
}

// GetPaths are the patterns of everything that answers GET.
func GetPaths() (paths []string) {
	for _, e := range (&Site{}).endpoints() {
		if e.Method == "GET" {
			paths = append(paths, e.Path)
		}
	}
	return paths
}
