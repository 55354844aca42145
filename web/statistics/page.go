package statistics

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/web/shell"
)

// What of a table stands on the page; the rest is in its file.
const (
	rowsShown    = 200
	columnsShown = 24
)

type statisticsPage struct {
	shell.Page
	Query      statisticsQuery
	Parameters []statisticsKey
	Scopes     scopes
	Level      string // over whose cases it is
	Table      *table // nil where something is wrong
	Rows, Cols int    // how many are shown
	Charts     []chart
	Problem    string // what cannot be counted, in words
}

// TablePage counts cases and shows them as a table and as charts.
func (s *Pages) TablePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	sc := s.scopesOf(who)
	p := statisticsPage{
		Page: s.Page(who, titleStatistics, "statistics"), Scopes: sc, Query: s.readStatisticsQuery(r.URL.Query(), who),
	}
	for _, by := range statisticsBy() {
		p.Parameters = append(p.Parameters, statisticsKey{by, parameterWord(by)})
	}
	status := http.StatusOK
	err := s.fillStatistics(r, who, sc, &p)
	var wrong *shell.Problem
	switch {
	case errors.Is(err, shell.ErrUnit) && p.Query.Unit != "": // what was typed stands there still
		p.Query.Wrong["unit"], status = wordNoUnit, http.StatusForbidden
	case errors.As(err, &wrong) && wrong.Status == http.StatusBadRequest:
		p.Problem, status = wrong.Detail, http.StatusUnprocessableEntity
	case err != nil:
		return err
	case len(p.Query.Wrong) > 0:
		status = http.StatusUnprocessableEntity
	}
	return html.Render(w, status, "table", p)
}

// fillStatistics counts what was chosen, where nothing is wrong with it.
func (s *Pages) fillStatistics(r *http.Request, who shell.Access, sc scopes, p *statisticsPage) error {
	if len(p.Query.Wrong) > 0 {
		return nil
	}
	f := p.Query.filter()
	if err := s.narrowStatistics(who, sc, p.Query.choice, f.By, &f); err != nil {
		return err
	}
	var err error
	if p.Table, err = s.count(r.Context(), f, p.Query.Step); err != nil {
		return err
	}
	p.Level = s.scopeWord(sc, p.Query.choice)
	p.Rows, p.Cols = min(len(p.Table.Rows), rowsShown), min(len(p.Table.Cols), columnsShown)
	p.Charts = charts(p.Table)
	return nil
}

// TableFile is the whole table as a file: UTF-8 with a mark that spreadsheets know it by, semicolons, nothing that they
// would take for a formula.
func (s *Pages) TableFile(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	sc := s.scopesOf(who)
	q := s.readStatisticsQuery(r.URL.Query(), who)
	for field, text := range q.Wrong {
		return shell.Invalid(field, text)
	}
	f := q.filter()
	if err := s.narrowStatistics(who, sc, q.choice, f.By, &f); err != nil {
		return err
	}
	t, err := s.count(r.Context(), f, q.Step)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition",
		fmt.Sprintf(`attachment; filename="statistik-%s.csv"`, s.Clock().In(routing.Stockholm()).Format(time.DateOnly)))
	lines := t.lines()
	out, err := shell.NewSpreadsheet(w, lines[0])
	for _, line := range lines[1:] {
		if err == nil {
			err = out.Row(line)
		}
	}
	if err == nil {
		err = out.End()
	}
	if err != nil {
		s.Logger().Debug("writing statistics", zap.Error(err))
	}
	return nil
}

// lines are a table as lines of fields: code, name, counts, and the sums last.
func (t *table) lines() [][]string {
	head := []string{fmt.Sprintf(wordCode, parameterWord(t.By[0])), parameterWord(t.By[0])}
	if t.twofold() {
		for _, col := range t.Cols {
			head = append(head, col.Label)
		}
	}
	sum := wordSum
	if t.Blurred {
		sum = wordAbout
	}
	lines := [][]string{append(head, sum)}
	line := func(key, label string, cells []cell, sum cell) {
		out := []string{key, label}
		if t.twofold() {
			for _, c := range cells {
				out = append(out, t.Text(c))
			}
		}
		lines = append(lines, append(out, t.Text(sum)))
	}
	for i, row := range t.Rows {
		line(row.Key, row.Label, t.Cells[i], t.RowSums[i])
	}
	line("", wordSum, t.ColSums, t.Total)
	return lines
}

// ShownCols are the columns that stand on the page.
func (p statisticsPage) ShownCols() []statisticsKey { return p.Table.Cols[:p.Cols] }

// shownRow is a row as it stands on the page.
type shownRow struct {
	statisticsKey
	Cells []string
	Sum   string
}

// ShownRows are the rows that stand on the page.
func (p statisticsPage) ShownRows() []shownRow {
	out := make([]shownRow, 0, p.Rows)
	for i, row := range p.Table.Rows[:p.Rows] {
		one := shownRow{statisticsKey: row, Sum: p.Table.Text(p.Table.RowSums[i])}
		for _, c := range p.Table.Cells[i][:p.Cols] {
			one.Cells = append(one.Cells, p.Table.Text(c))
		}
		out = append(out, one)
	}
	return out
}

// Sums are the last row as it stands on the page.
func (p statisticsPage) Sums() shownRow {
	out := shownRow{Sum: p.Table.Text(p.Table.Total)}
	for _, c := range p.Table.ColSums[:p.Cols] {
		out.Cells = append(out.Cells, p.Table.Text(c))
	}
	return out
}

// Whole tells whether the whole table stands on the page.
func (p statisticsPage) Whole() bool {
	return p.Rows == len(p.Table.Rows) && p.Cols == len(p.Table.Cols)
}

// Heading names what is counted.
func (p statisticsPage) Heading() string {
	text := parameterWord(p.Query.By)
	if p.Query.By2 != "" {
		text = fmt.Sprintf(wordAnd, text, strings.ToLower(parameterWord(p.Query.By2)))
	}
	return text
}

// ParameterWord is a parameter as people call it.
func (p statisticsPage) ParameterWord(by string) string { return parameterWord(by) }

// Twofold tells whether there are two parameters.
func (p statisticsPage) Twofold() bool { return p.Table.twofold() }

// Open is whether the table has anything in it.
func (p statisticsPage) Open() bool { return p.Table.Total.N > 0 }

// CasesText is how many cases it is over.
func (p statisticsPage) CasesText() string { return p.Table.Text(p.Table.Cases) }

// Every tells whether every unit is the reader's.
func (p statisticsPage) Every() bool { return p.Scopes.every }

// Above tells whether the reader sees the sums above the own units.
func (p statisticsPage) Above() bool { return p.Scopes.above }

// Providers and Regions are those that the reader sees the sums of.
func (p statisticsPage) Providers() []statisticsKey { return p.offered(p.Scopes.providers) }

// Regions are those that the reader sees the sums of.
func (p statisticsPage) Regions() []statisticsKey { return p.offered(p.Scopes.regions) }

func (p statisticsPage) offered(keys []statisticsKey) []statisticsKey {
	if !p.Scopes.above {
		return nil
	}
	return keys[:min(len(keys), rowsShown)]
}

// Units are the reader's own, to choose from; any other of theirs can be typed.
func (p statisticsPage) Units() []routing.Unit {
	return p.Scopes.units[:min(len(p.Scopes.units), rowsShown)]
}
