package statistics

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

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

	Blurred   bool // each case counts 0, 1 or 2: docs/statistics.md
	Threshold int  // of blurred counts, those below it are not shown
}

// cell is a count, and whether it is too small to be shown.
type cell struct {
	N     int
	Small bool
}

// blur says of every count that comes from weights whether it is too small to be shown. That is for the reader's sake,
// to whom such a count says little, and protects nobody: the weights do.
func (t *table) blur(threshold int) {
	t.Blurred, t.Threshold = true, threshold
	cells := append(slices.Clone(t.Cells), t.RowSums, t.ColSums)
	for _, line := range cells {
		for i, c := range line {
			line[i].Small = c.N > 0 && c.N < threshold
		}
	}
	for _, c := range []*cell{&t.Total, &t.Cases} {
		c.Small = c.N > 0 && c.N < threshold
	}
}

// statisticsKey is a value of a parameter: as it is counted, and as people call it.
type statisticsKey struct{ Key, Label string }

func (t *table) twofold() bool { return len(t.By) > 1 }

// statisticsBy are the parameters of the service, as the API names them.
func statisticsBy() []string {
	return []string{
		"unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident_unit",
		"incident", "received", "closed",
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

// ageGroups are the groups of ages as they are shown, each under the first age of it.
func ageGroups() (names []string) {
	groups := store.AgeGroups()
	for i, first := range groups {
		last := ""
		if i+1 < len(groups) {
			last = strconv.Itoa(groups[i+1] - 1)
		}
		names = append(names, strconv.Itoa(first)+"–"+last)
	}
	return names
}

// ageGroup is the group that begins with an age; "" for what is none.
func ageGroup(first string) string {
	for i, group := range store.AgeGroups() {
		if strconv.Itoa(group) == first {
			return ageGroups()[i]
		}
	}
	return ""
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

// fill adds the times of a span in which nothing was received, so that a line over time has no holes. It is for rows.
func (t *table) fill(from, to int, each step) {
	const most = 400
	if len(t.By) == 0 || t.By[0] != "received" || from == 0 || to == 0 {
		return
	}
	known := map[string]bool{}
	for _, row := range t.Rows {
		known[row.Key] = true
	}
	for range most {
		if from > to {
			break
		}
		if key := grouped("received", strconv.Itoa(from), each); !known[key] {
			known[key] = true
			t.Rows, t.RowSums = append(t.Rows, statisticsKey{key, key}), append(t.RowSums, cell{})
			t.Cells = append(t.Cells, make([]cell, len(t.Cols)))
		}
		if from++; from%100 == 13 {
			from += 88 // January
		}
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
