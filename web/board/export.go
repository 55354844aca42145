package board

import (
	"cmp"
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// Export sends a board's cases of a time as a file: GET /board/export. The statistics' parameters with days and no
// person in it, or the texts with names and numbers masked. It is written while it is read, however long it becomes.
func (s *Pages) Export(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	f := &shell.Form{Name: "export", Values: url.Values{}}
	for key := range q {
		f.Values.Set(key, strings.TrimSpace(q.Get(key)))
	}
	units := s.BoardUnits(who, shell.ExportCase)
	if len(units) == 0 {
		return shell.ErrNotFound
	}
	unit := units[0]
	for _, u := range units {
		if routing.SameHSAID(u.HSAID, f.Value("unit")) {
			unit = u
		}
	}
	if id := f.Value("unit"); id != "" && !routing.SameHSAID(unit.HSAID, id) {
		return shell.ErrNotFound
	}
	period := exportPeriod(f, unit)
	kind, format := f.Value("what"), f.Value("format")
	kind = f.Among("what", cmp.Or(kind, "numbers"), "numbers", "texts")
	format = f.Among("format", cmp.Or(format, "csv"), "csv", "json")
	_ = f.Among("by", cmp.Or(f.Value("by"), "received"), "received", "closed")
	if f.Failed() {
		return s.showBoardList(w, r, who, f)
	}
	what := accesslog.Row{
		What: accesslog.Export, Unit: unit.HSAID, Kind: unit.Kind,
		Detail: accesslog.DetailOf("board export", kind, format, exportName(period)),
	}
	cases, err := s.Relay.Store.OpenPeriod(r.Context(), period, who.Row(what))
	if err != nil {
		return err
	}
	name := map[string]string{"numbers": "arsexport", "texts": "maskade-texter"}[kind] + "-" + exportName(period) + "." +
		format
	shell.Download(w, map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json"}[format], name)
	if err := s.writeBoardExport(r.Context(), w, cases, kind, format); err != nil {
		// The head is out: a reader who gets no end knows that something is missing.
		panic(http.ErrAbortHandler)
	}
	return nil
}

func exportName(p store.Period) string {
	return shell.Swedish(p.From).Format("20060102") + "-" + shell.Swedish(p.Until).AddDate(0, 0, -1).Format("20060102")
}

// exportPeriod is the time that was chosen: a year, or from one day to another, both in it.
func exportPeriod(f *shell.Form, unit routing.Unit) store.Period {
	p := store.Period{Unit: unit.HSAID, Closed: f.Value("by") == "closed"}
	if f.Value("from") == "" && f.Value("to") == "" {
		year, err := strconv.Atoi(f.Value("year"))
		if err != nil || year < 2000 || year > 2200 {
			f.Refuse("year", wordYear)
			return p
		}
		p.From = time.Date(year, 1, 1, 0, 0, 0, 0, routing.Stockholm())
		p.Until = p.From.AddDate(1, 0, 0)
		return p
	}
	p.From, p.Until = f.Moment("from"), f.Moment("to")
	switch {
	case p.From.IsZero():
		f.Refuse("from", wordBothDays)
	case p.Until.IsZero():
		f.Refuse("to", wordBothDays)
	case p.Until.Before(p.From):
		f.Refuse("to", wordDaysTurned)
	default:
		p.Until = p.Until.AddDate(0, 0, 1)
	}
	return p
}

func (s *Pages) writeBoardExport(
	ctx context.Context, w io.Writer, cases iter.Seq2[store.Filed, error], kind, format string,
) error {
	head := exportHead()
	if kind == "texts" {
		head = textsHead()
	}
	var rows exportRows = &jsonRows{w: w, head: head}
	if format == "csv" {
		c, err := shell.NewSpreadsheet(w, head)
		if err != nil {
			return err
		}
		rows = c
	}
	n := 0
	for one, err := range cases {
		if err != nil {
			return err
		}
		n++
		if kind == "texts" {
			err = s.maskedRows(ctx, n, one, rows)
		} else {
			err = rows.Row(s.exportRow(one.Case))
		}
		if err != nil {
			return err
		}
	}
	return rows.End()
}

// exportRow is a case by the statistics' parameters. Nothing in it names a person or was typed by one.
func (s *Pages) exportRow(c store.Case) []string {
	k, h := c.Classification, c.Handler
	place := cmp.Or(k.IncidentUnit, c.Facts.IncidentUnit)
	placeName := ""
	if u, ok := s.Table().Unit(place); ok {
		placeName = u.Name
	}
	closed := ""
	if c.Closed != nil {
		closed = shell.Swedish(*c.Closed).Format(time.DateOnly)
	}
	sex := ""
	if code := c.Sex(); code != "" {
		sex = s.Labels("sex")(code)
	}
	area := ""
	if k.Area != "" {
		area = s.Labels("area")(k.Area)
	}
	return []string{
		h.Unit, casework.HandlerName(h), h.Provider, h.Region, c.Age(), sex, s.labelled("main_problem", k.MainProblems),
		s.labelled("sub_problem", k.SubProblems),
		s.labelled("experienced", c.Facts.Experienced), area, shell.Date(cmp.Or(k.IncidentDate, c.Facts.IncidentDate)),
		shell.Swedish(c.Received).Format(time.DateOnly), closed,
		place, placeName, shell.RoleWord(c.Facts.Role), shell.StateWord(c.State),
	}
}

func (s *Pages) labelled(by string, codes []string) string {
	label := s.Labels(by)
	var out []string
	for _, code := range codes {
		if code != "" {
			out = append(out, label(code))
		}
	}
	return strings.Join(out, ", ")
}

// maskedRows writes the texts of a case, names and numbers masked. Service notes are left out, but for the opinions.
func (s *Pages) maskedRows(ctx context.Context, n int, one store.Filed, rows exportRows) error {
	line, err := s.TimeLine(ctx, one.Case, "")
	if err != nil {
		return err
	}
	entries, err := s.BoardEntries(ctx, one.Case)
	if err != nil {
		return err
	}
	names := []string{one.Facts.ReporterName, one.Facts.PatientName}
	for _, e := range entries {
		names = append(names, e.By.Name, e.Who)
	}
	m := newTextMask(names...)
	number := strconv.Itoa(n)
	for _, e := range line {
		from := exportFromBoard
		if e.Incoming {
			from = exportFromReporter
		}
		texts := []string{e.Text}
		if e.Complaint != nil {
			texts = append(texts, e.Complaint.Description, e.Complaint.IncidentPlaceText)
		}
		for _, text := range texts {
			if text == "" {
				continue
			}
			if err := rows.Row([]string{
				number, shell.Swedish(e.At).Format(time.DateOnly), e.Title, from, m.text(text),
			}); err != nil {
				return err
			}
		}
	}
	for _, e := range entries {
		if e.Kind != casework.BoardOpinion && e.Kind != casework.BoardRequest {
			continue
		}
		if err := rows.Row([]string{
			number, shell.Swedish(e.At).Format(time.DateOnly), string(e.Kind), e.Unit, m.text(e.Text),
		}); err != nil {
			return err
		}
	}
	return nil
}
