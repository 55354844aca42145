package web

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// boardExport sends a board's cases of a time as a file: GET /board/export. The statistics' parameters with days and no person in it, or the texts with names and
// numbers masked. It is written while it is read, however long it becomes.
func (s *Site) boardExport(w http.ResponseWriter, r *http.Request, who access) error {
	q := r.URL.Query()
	f := &form{Name: "export", Values: url.Values{}}
	for key := range q {
		f.Values.Set(key, strings.TrimSpace(q.Get(key)))
	}
	units := s.boardUnits(who, ExportCase)
	if len(units) == 0 {
		return errNotFound
	}
	unit := units[0]
	for _, u := range units {
		if routing.SameHSAID(u.HSAID, f.Value("unit")) {
			unit = u
		}
	}
	if id := f.Value("unit"); id != "" && !routing.SameHSAID(unit.HSAID, id) {
		return errNotFound
	}
	period := exportPeriod(f, unit)
	kind, format := f.Value("what"), f.Value("format")
	kind = f.among("what", cmp.Or(kind, "numbers"), "numbers", "texts")
	format = f.among("format", cmp.Or(format, "csv"), "csv", "json")
	_ = f.among("by", cmp.Or(f.Value("by"), "received"), "received", "closed")
	if f.Failed() {
		return s.showBoardList(w, r, who, f)
	}
	what := store.Access{What: store.AccessExport, Unit: unit.HSAID, Kind: unit.Kind, Detail: "board " + kind + " " + format + " " + exportName(period)}
	if err := s.looked(r.Context(), who, what); err != nil {
		return err
	}
	name := map[string]string{"numbers": "arsexport", "texts": "maskade-texter"}[kind] + "-" + exportName(period) + "." + format
	download(w, map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json"}[format], name)
	if err := s.writeBoardExport(r.Context(), w, period, kind, format); err != nil {
		// The head is out: a reader who gets no end knows that something is missing.
		panic(http.ErrAbortHandler)
	}
	return nil
}

func exportName(p store.Period) string {
	return swedish(p.From).Format("20060102") + "-" + swedish(p.Until).AddDate(0, 0, -1).Format("20060102")
}

// exportPeriod is the time that was chosen: a year, or from one day to another, both in it.
func exportPeriod(f *form, unit routing.Unit) store.Period {
	p := store.Period{Unit: unit.HSAID, Closed: f.Value("by") == "closed"}
	if f.Value("from") == "" && f.Value("to") == "" {
		year, err := strconv.Atoi(f.Value("year"))
		if err != nil || year < 2000 || year > 2200 {
			f.refuse("year", "Ange ett år, till exempel 2026.")
			return p
		}
		p.From = time.Date(year, 1, 1, 0, 0, 0, 0, routing.Stockholm())
		p.Until = p.From.AddDate(1, 0, 0)
		return p
	}
	p.From, p.Until = f.moment("from"), f.moment("to")
	switch {
	case p.From.IsZero():
		f.refuse("from", "Ange både första och sista dagen, eller bara ett år.")
	case p.Until.IsZero():
		f.refuse("to", "Ange både första och sista dagen, eller bara ett år.")
	case p.Until.Before(p.From):
		f.refuse("to", "Den sista dagen måste vara samma som den första, eller senare.")
	default:
		p.Until = p.Until.AddDate(0, 0, 1)
	}
	return p
}

func (s *Site) writeBoardExport(ctx context.Context, w io.Writer, p store.Period, kind, format string) error {
	head := exportHead()
	if kind == "texts" {
		head = []string{"nr", "tid", "slag", "från", "text"}
	}
	var rows exportRows = &jsonRows{w: w, head: head}
	if format == "csv" {
		c, err := newSpreadsheet(w, head)
		if err != nil {
			return err
		}
		rows = c
	}
	n := 0
	for one, err := range s.Relay.Store.PeriodCases(ctx, p) {
		if err != nil {
			return err
		}
		n++
		if kind == "texts" {
			err = s.maskedRows(ctx, n, one, rows)
		} else {
			err = rows.row(s.exportRow(one.Case))
		}
		if err != nil {
			return err
		}
	}
	return rows.end()
}

func exportHead() []string {
	return []string{
		"enhet", "enhetens namn", "vårdgivare", "region", "ålder", "kön", "huvudproblem", "delproblem", "upplevt problem", "verksamhetsområde",
		"händelsedatum", "mottaget", "avslutat", "enhet där det hände", "namn på enheten där det hände", "anmälarens roll", "läge",
	}
}

// exportRow is a case by the statistics' parameters. Nothing in it names a person or was typed by one.
func (s *Site) exportRow(c store.Case) []string {
	k, h := c.Classification, c.Handler
	place := cmp.Or(k.IncidentUnit, c.Facts.IncidentUnit)
	placeName := ""
	if u, ok := s.table().Unit(place); ok {
		placeName = u.Name
	}
	closed := ""
	if c.Closed != nil {
		closed = swedish(*c.Closed).Format(time.DateOnly)
	}
	sex := ""
	if c.Facts.Sex != "" {
		sex = s.labels("sex")(c.Facts.Sex)
	}
	area := ""
	if k.Area != "" {
		area = s.labels("area")(k.Area)
	}
	return []string{
		h.Unit, handlerName(h), h.Provider, h.Region, ageAt(c), sex, s.labelled("main_problem", k.MainProblems), s.labelled("sub_problem", k.SubProblems),
		s.labelled("experienced", c.Facts.Experienced), area, date(cmp.Or(k.IncidentDate, c.Facts.IncidentDate)), swedish(c.Received).Format(time.DateOnly), closed,
		place, placeName, roleWord(c.Facts.Role), stateWord(c.State),
	}
}

func (s *Site) labelled(by string, codes []string) string {
	label := s.labels(by)
	var out []string
	for _, code := range codes {
		if code != "" {
			out = append(out, label(code))
		}
	}
	return strings.Join(out, ", ")
}

// ageAt is the patient's age in whole years when the case was received; "" where it is not known.
func ageAt(c store.Case) string {
	born, err := time.Parse("20060102", c.Facts.BirthDate)
	if err != nil {
		return ""
	}
	at := swedish(c.Received)
	years := at.Year() - born.Year()
	if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
		years--
	}
	if years < 0 {
		return ""
	}
	return strconv.Itoa(years)
}

// maskedRows writes the texts of a case, names and numbers masked. Service notes are left out, but for the opinions.
func (s *Site) maskedRows(ctx context.Context, n int, one store.Filed, rows exportRows) error {
	line, err := s.timeLine(ctx, one.Case, "")
	if err != nil {
		return err
	}
	entries, err := s.boardEntries(ctx, one.Case)
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
		from := "patientnämnden"
		if e.Incoming {
			from = "anmälaren"
		}
		texts := []string{e.Text}
		if e.Complaint != nil {
			texts = append(texts, e.Complaint.Description, e.Complaint.IncidentPlaceText)
		}
		for _, text := range texts {
			if text == "" {
				continue
			}
			if err := rows.row([]string{number, swedish(e.At).Format(time.DateOnly), e.Title, from, m.text(text)}); err != nil {
				return err
			}
		}
	}
	for _, e := range entries {
		if e.Kind != boardOpinion && e.Kind != boardRequest {
			continue
		}
		if err := rows.row([]string{number, swedish(e.At).Format(time.DateOnly), string(e.Kind), e.Unit, m.text(e.Text)}); err != nil {
			return err
		}
	}
	return nil
}
