package statistics

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// table is cases counted by one or two parameters.
type table struct {
	By      []string // names of the parameters: rows, then columns where there are two
	Rows    []statisticsKey
	Cols    []statisticsKey // one without a name where there is one parameter
	Cells   [][]cell
	RowSums []cell
	ColSums []cell
	Total   cell
	Cases   cell // how many cases are in it
	Several bool // a case may stand in several cells: the sums count problems, not cases

	Threshold int // counts below it are hidden; less than 2: none is
}

// statisticsKey is a value of a parameter: as it is counted, and as people call it.
type statisticsKey struct{ Key, Label string }

func (t *table) twofold() bool { return len(t.By) > 1 }

// statisticsBy are the parameters of the service, as the API names them.
func statisticsBy() []string {
	return []string{
		"unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident",
		"received", "closed",
	}
}

func isTime(by string) bool { return by == "incident" || by == "received" || by == "closed" }

func isProblem(by string) bool {
	return by == "main_problem" || by == "sub_problem" || by == "experienced"
}

// step is how long the times are that cases are counted in.
type step string

const (
	byMonth   step = "month"
	byQuarter step = "quarter"
	byYear    step = "year"
)

// newTable puts counts into a table: ages in groups, months in the steps that were chosen.
func (s *Pages) newTable(by []string, rows []store.StatisticsRow, each step) *table {
	t := &table{By: by, Several: slices.ContainsFunc(by, isProblem)}
	counts := map[[2]string]int{}
	seen := [2]map[string]bool{{}, {}}
	for _, row := range rows {
		var key [2]string
		for i, name := range by {
			key[i] = grouped(name, row.Key[name], each)
		}
		for i := range key {
			seen[i][key[i]] = true
		}
		counts[key] += row.Count
	}
	t.Rows, t.Cols = s.keys(by, 0, seen[0]), s.keys(by, 1, seen[1])
	t.RowSums, t.ColSums = make([]cell, len(t.Rows)), make([]cell, len(t.Cols))
	for i, row := range t.Rows {
		line := make([]cell, len(t.Cols))
		for j, col := range t.Cols {
			n := counts[[2]string{row.Key, col.Key}]
			line[j].N = n
			t.RowSums[i].N += n
			t.ColSums[j].N += n
			t.Total.N += n
		}
		t.Cells = append(t.Cells, line)
	}
	if len(t.Cols) == 0 {
		t.Cols, t.ColSums = []statisticsKey{{}}, make([]cell, 1)
	}
	return t
}

// keys are the values of a parameter in their order: codes, ages and times in their own, what is not known last, all
// else by name.
func (s *Pages) keys(by []string, n int, seen map[string]bool) []statisticsKey {
	if n >= len(by) {
		out := make([]statisticsKey, 0, len(seen))
		for range seen { // one parameter: one column without a name
			out = append(out, statisticsKey{})
		}
		return out
	}
	name := by[n]
	labels := s.Labels(name)
	out := make([]statisticsKey, 0, len(seen))
	for key := range seen {
		out = append(out, statisticsKey{key, labels(key)})
	}
	order := ageGroups()
	slices.SortFunc(out, func(a, b statisticsKey) int {
		if (a.Key == "") != (b.Key == "") {
			return map[bool]int{true: 1, false: -1}[a.Key == ""]
		}
		switch {
		case name == "age":
			return cmp.Compare(slices.Index(order, a.Key), slices.Index(order, b.Key))
		case isTime(name):
			return strings.Compare(a.Key, b.Key)
		case isProblem(name) || name == "area" || name == "region" || name == "sex":
			return cmp.Or(compareCodes(a.Key, b.Key), strings.Compare(a.Key, b.Key))
		}
		return cmp.Or(strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)), strings.Compare(a.Key, b.Key))
	})
	return out
}

// compareCodes orders 2 before 10, and 3.4 after 3.
func compareCodes(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		if c := cmp.Or(cmp.Compare(len(as[i]), len(bs[i])), strings.Compare(as[i], bs[i])); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

// ageGroups are the groups that ages are shown in, each named by itself.
func ageGroups() []string {
	return []string{"0–5", "6–12", "13–17", "18–29", "30–44", "45–64", "65–79", "80–"}
}

// grouped is the value that a count stands under.
func grouped(name, value string, each step) string {
	switch {
	case value == "":
		return ""
	case name == "age":
		return ageGroup(value)
	case isTime(name) && len(value) == 6:
		switch each {
		case byYear:
			return value[:4]
		case byQuarter:
			quarter := map[string]string{
				"01": "1", "02": "1", "03": "1", "04": "2", "05": "2", "06": "2", "07": "3", "08": "3", "09": "3", "10": "4",
				"11": "4", "12": "4",
			}[value[4:]]
			return value[:4] + "-K" + quarter
		}
		return value[:4] + "-" + value[4:]
	case isTime(name):
		return ""
	}
	return value
}

// ageGroup is the group of an age in whole years; "" for what is none.
func ageGroup(age string) string {
	years := 0
	for _, r := range age {
		if r < '0' || r > '9' || years > 999 {
			return ""
		}
		years = years*10 + int(r-'0')
	}
	groups := ageGroups()
	for i, first := range []int{6, 13, 18, 30, 45, 65, 80} {
		if years < first {
			return groups[i]
		}
	}
	return groups[len(groups)-1]
}

// fill adds the times of a span in which nothing was received, so that a line over time has no holes. It is for rows,
// before anything is hidden.
func (t *table) fill(from, until time.Time, each step) {
	const most = 400
	if len(t.By) == 0 || t.By[0] != "received" || from.IsZero() || until.IsZero() {
		return
	}
	known := map[string]bool{}
	for _, row := range t.Rows {
		known[row.Key] = true
	}
	at := from.In(routing.Stockholm())
	for range most {
		if !at.Before(until) {
			break
		}
		if key := grouped("received", at.Format("200601"), each); !known[key] {
			known[key] = true
			t.Rows, t.RowSums = append(t.Rows, statisticsKey{key, key}), append(t.RowSums, cell{})
			t.Cells = append(t.Cells, make([]cell, len(t.Cols)))
		}
		at = time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, at.Location())
	}
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(t.Rows[a].Key, t.Rows[b].Key) })
	sorted := *t
	sorted.Rows, sorted.RowSums, sorted.Cells = nil, nil, nil
	for _, i := range order {
		sorted.Rows, sorted.RowSums, sorted.Cells = append(sorted.Rows, t.Rows[i]), append(sorted.RowSums, t.RowSums[i]),
			append(sorted.Cells, t.Cells[i])
	}
	*t = sorted
}
