package web

// PageRow is a row of the table of endpoints as the walk over all pages needs it.
type PageRow struct {
	Path  string // the pattern
	Needs Action // 0: nobody is asked
}

// PageTable are the rows that answer GET for people.
func (s *Site) PageTable() (rows []PageRow) {
	for _, e := range s.endpoints() {
		if e.method == "GET" && (e.kind == pages || e.kind == door || e.kind == citizen) {
			rows = append(rows, PageRow{e.path, e.needs})
		}
	}
	return rows
}

// GetPaths are the patterns of everything that answers GET.
func GetPaths() (paths []string) {
	for _, e := range (&Site{}).endpoints() {
		if e.method == "GET" {
			paths = append(paths, e.path)
		}
	}
	return paths
}
