package people

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

const (
	reviewPageSize   = 50
	reviewSampleSize = 20
	reviewSampleMost = 200
	reviewExportMost = 100_000 // rows
)

type reviewPage struct {
	shell.Page
	Form    *shell.Form
	Rows    []reviewRow
	Kinds   []accesslog.Kind
	Before  int64              // of the next page; 0 on the last
	Samples []accesslog.Sample // that the reviewer may go on with or read
	Done    bool               // a check was just noted
	Now     time.Time
}

// reviewRow is a row of the access log with what reviewers noted on it.
type reviewRow struct {
	accesslog.Row
	UnitName string
	Shown    []string // of a list: cases of the reviewer's units that it showed
	Checks   []accesslog.Row
}

// ReviewPage shows the latest rows that a reviewer may see.
func (s *Pages) ReviewPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showReview(w, r, who, &shell.Form{Name: "review", Values: url.Values{}})
}

// ReviewSearch narrows the rows, or begins a sample of them. It is a POST, so that no personal number stands in an
// address.
func (s *Pages) ReviewSearch(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "review")
	if err != nil {
		return err
	}
	return s.showReview(w, r, who, f)
}

func (s *Pages) showReview(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form) error {
	p := reviewPage{
		Page: s.Page(who, titleReview, "review"), Form: f, Kinds: accesslog.Kinds(), Now: s.Clock(),
		Done: r.URL.Query().Has("done"),
	}
	filter, err := s.reviewFilter(r.Context(), who, f)
	if err != nil {
		return err
	}
	if p.Samples, err = s.samplesOf(r.Context(), who); err != nil {
		return err
	}
	if f.Failed() {
		p.Title = shell.FailedTitle + p.Title
		return html.Render(w, http.StatusUnprocessableEntity, "review", p)
	}
	if f.Value("do") == "sample" {
		return s.makeSample(w, r, who, f, filter)
	}
	if err := s.reviewed(r.Context(), who, filter, accesslog.Search, "list"); err != nil {
		return err
	}
	filter.Limit = reviewPageSize + 1
	rows, err := s.Relay.Store.AccessLog(r.Context(), filter)
	if err != nil {
		return err
	}
	if len(rows) > reviewPageSize {
		rows = rows[:reviewPageSize]
		p.Before = rows[reviewPageSize-1].Seq
	}
	if p.Rows, err = s.reviewRows(r.Context(), rows, filter.Units); err != nil {
		return err
	}
	return html.Render(w, http.StatusOK, "review", p)
}

// reviewed notes that the log itself was looked into.
func (s *Pages) reviewed(ctx context.Context, who shell.Access, f accesslog.Filter, what accesslog.Kind,
	detail string,
) error {
	row := accesslog.Row{What: what, Subject: "access log", Detail: detail, Search: f.Search}
	row.Case = accesslog.IDOf(f.Case)
	return s.Looked(ctx, who, row)
}

// reviewable is a reviewer's part of the log: rows of their units; for all units of a side of the wall, rows of no side
// too.
func (s *Pages) reviewable(who shell.Access) accesslog.Filter {
	f := accesslog.Filter{Kind: who.Side()}
	for _, g := range who.Grants {
		if shell.Rights(g.Role)&shell.ReviewLog == 0 || f.Kind == "" {
			continue
		}
		for _, unit := range g.Units {
			if unit == shell.AllUnits {
				return f
			}
		}
	}
	f.Units = s.UnitsOf(who, shell.ReviewLog)
	return f
}

// reviewFilter is what was asked for, within what may be seen. What is wrong is noted in the form.
func (s *Pages) reviewFilter(ctx context.Context, who shell.Access, in *shell.Form) (accesslog.Filter, error) {
	f := s.reviewable(who)
	f.Who, f.Unit, f.What = accounts.ID(in.Value("who")), shell.HSAOf(in.Value("unit")),
		accesslog.Kind(in.Value("what"))
	if f.By = accesslog.Actor(in.Value("by")); f.By == accesslog.AnyActor && f.Who == "" {
		f.By = accesslog.People
	} else if f.By != accesslog.Systems && f.By != accesslog.People {
		f.By = accesslog.AnyActor
	}
	f.Since, f.Until = in.Midnight("from"), in.Midnight("to")
	if !f.Until.IsZero() {
		f.Until = f.Until.AddDate(0, 0, 1)
	}
	f.Before, _ = strconv.ParseInt(in.Value("before"), 10, 64)
	if in.Value("do") == "sample" {
		n, err := strconv.Atoi(cmp.Or(in.Value("n"), strconv.Itoa(reviewSampleSize)))
		if err != nil || n < 1 || n > reviewSampleMost {
			in.Refuse("n", fmt.Sprintf(wordUpTo, reviewSampleMost))
		}
		f.Limit = n
	}
	if id := in.Value("case"); id != "" {
		f.Case = id
		c, err := s.Relay.Store.Head(ctx, id)
		if err == nil {
			f.Case = c.ID
		} else if !errors.Is(err, store.ErrNotFound) {
			return f, err
		}
	}
	return f, s.reviewPerson(ctx, in, &f)
}

// reviewPerson adds the patient's cases, and the searches for them.
func (s *Pages) reviewPerson(ctx context.Context, in *shell.Form, f *accesslog.Filter) error {
	typed := in.Value("patient")
	if typed == "" {
		return nil
	}
	id := s.TypedPerson(typed).ID
	if !shell.IsIdentity(id) {
		in.Refuse("patient", wordPatient)
		return nil
	}
	var err error
	if f.Cases, err = s.Relay.Store.CasesOf(ctx, id); err != nil {
		return err
	}
	if f.Cases == nil {
		f.Cases = []string{}
	}
	f.Search, err = s.Digest(ctx, "person", id)
	return err
}

// reviewRows adds what reviewers noted. units are those whose cases may be named; nil: all.
func (s *Pages) reviewRows(ctx context.Context, rows []accesslog.Row, units []string) ([]reviewRow, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	about := make([]int64, 0, len(rows))
	for _, row := range rows {
		about = append(about, row.Seq)
	}
	checks, err := s.Relay.Store.AccessLog(ctx, accesslog.Filter{About: about, Limit: 500})
	if err != nil {
		return nil, err
	}
	noted := map[int64][]accesslog.Row{}
	for _, c := range checks {
		noted[c.About] = append(noted[c.About], c)
	}
	out := make([]reviewRow, 0, len(rows))
	for _, row := range rows {
		one := reviewRow{Row: row, UnitName: row.Unit, Checks: noted[row.Seq], Shown: row.Cases.Of(units)}
		if u, ok := s.Table().Unit(row.Unit); ok {
			one.UnitName = u.Name
		}
		out = append(out, one)
	}
	return out, nil
}

// ReviewCheck notes that a reviewer has looked at a row, and what they found.
func (s *Pages) ReviewCheck(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "check")
	if err != nil {
		return err
	}
	seq, err := strconv.ParseInt(f.Value("row"), 10, 64)
	if err != nil || seq < 1 {
		return shell.ErrForm
	}
	at, err := s.reviewedRow(r.Context(), who, seq)
	if err != nil {
		return err
	}
	note := f.Value("note")
	if note == "" || len([]rune(note)) > 500 {
		back := &shell.Form{Name: "review", Values: url.Values{}, General: fmt.Sprintf(wordRowNotNoted, seq)}
		return s.showReview(w, r, who, back)
	}
	if err := s.Looked(r.Context(), who, accesslog.Row{
		What: accesslog.Check, About: seq, Detail: note, Case: at.Case, Unit: at.Unit, Kind: at.Kind,
	}); err != nil {
		return err
	}
	http.Redirect(w, r, "/review?done", http.StatusSeeOther)
	return nil
}

// reviewedRow is a row that a reviewer may see: of their units, or of a list that showed a case of theirs.
func (s *Pages) reviewedRow(ctx context.Context, who shell.Access, seq int64) (accesslog.Row, error) {
	f := s.reviewable(who)
	units := f.Units
	f.Units, f.Before, f.Limit = nil, seq+1, 1
	rows, err := s.Relay.Store.AccessLog(ctx, f)
	if err != nil {
		return accesslog.Row{}, err
	}
	own := func(unit string) bool { return routing.SameHSAID(unit, rows[0].Unit) }
	if len(rows) == 0 || rows[0].Seq != seq ||
		units != nil && !slices.ContainsFunc(units, own) && len(rows[0].Cases.Of(units)) == 0 {
		return accesslog.Row{}, shell.ErrNotFound
	}
	return rows[0], nil
}

// ReviewExport is the rows that were asked for as a file.
func (s *Pages) ReviewExport(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	in, err := shell.ReadForm(w, r, "review")
	if err != nil {
		return err
	}
	in.Values.Del("before")
	in.Values.Del("do")
	f, err := s.reviewFilter(r.Context(), who, in)
	if err != nil {
		return err
	}
	if in.Failed() {
		return s.showReview(w, r, who, in)
	}
	if err := s.reviewed(r.Context(), who, f, accesslog.Export, "csv"); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition",
		`attachment; filename="logg-`+s.Clock().In(routing.Stockholm()).Format("20060102-1504")+`.csv"`)
	out, err := shell.NewSpreadsheet(w, reviewHead())
	if err != nil {
		return nil // the reader has gone
	}
	f.Limit = 500
	for n := 0; n < reviewExportMost; n += f.Limit {
		rows, err := s.Relay.Store.AccessLog(r.Context(), f)
		if err != nil || len(rows) == 0 {
			_ = out.End()
			return err
		}
		all, err := s.reviewRows(r.Context(), rows, f.Units)
		if err != nil {
			_ = out.End()
			return err
		}
		for _, row := range all {
			_ = out.Row(row.csv())
		}
		f.Before = rows[len(rows)-1].Seq
	}
	_ = out.End()
	return nil
}

// csv is a row of the file.
func (r reviewRow) csv() []string {
	row := []string{
		strconv.FormatInt(r.Seq, 10), r.At.In(routing.Stockholm()).Format("2006-01-02 15:04:05"), r.Who, r.Name,
		rolesWords(r.Roles), shell.AccessWord(r.What),
		r.Case, r.Unit, detailWord(r.Subject), detailWord(r.Detail),
	}
	var at, by, notes []string
	for _, c := range r.Checks {
		at, by, notes = append(at, c.At.In(routing.Stockholm()).Format("2006-01-02 15:04")), append(by, c.Who),
			append(notes, c.Detail)
	}
	return append(row, strings.Join(at, ", "), strings.Join(by, ", "), strings.Join(notes, " | "),
		strings.Join(r.Shown, " "))
}
