package register

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

type registerPage struct {
	shell.Page
	Series  []seriesForm
	Units   []routing.Unit // whose cases they may register
	Waiting int            // cases without a number, as many as a file may have
	File    *shell.Form
	Report  *store.NumberReport
	Done    string
}

// seriesForm is the series of one holder, as it is changed.
type seriesForm struct {
	Holder shell.Holder
	store.Series
	Form    *shell.Form
	Example string // how the next number would be written
}

// Page shows the series that somebody keeps, and how many cases lack a number: GET /registration.
func (s *Pages) Page(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	p, err := s.page(r, who, nil)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("done") {
	case "on":
		p.Done = wordSeriesOn
	case "saved":
		p.Done = wordSeriesSaved
	}
	return html.Render(w, http.StatusOK, "register", p)
}

// page gathers the page. failed is the form of a series that was not taken.
func (s *Pages) page(r *http.Request, who shell.Access, failed *shell.Form) (registerPage, error) {
	p := registerPage{Page: s.Site.Page(who, titleRegister, "register"), File: &shell.Form{Name: "numbers"}}
	all, err := s.Relay.Store.AllSeries(r.Context())
	if err != nil {
		return p, err
	}
	for i, h := range s.Holders(who, shell.Administer) {
		one := seriesForm{Holder: h, Form: &shell.Form{Name: "series" + strconv.Itoa(i), Values: url.Values{}}}
		one.Of = h.Holder
		if n := slices.IndexFunc(all, func(kept store.Series) bool { return kept.Of.Same(h.Holder) }); n >= 0 {
			one.Series = all[n]
			one.Example = one.Pattern.Number(int64(shell.Swedish(s.Clock()).Year()), one.Last+1)
			one.Form.Values.Set("pattern", string(one.Pattern))
		}
		if one.Active || one.Version == 0 { // whoever makes a series wants numbers of it
			one.Form.Values.Set("active", "yes")
		}
		if failed != nil && failed.Value("of") == h.Value {
			failed.Name, one.Form = one.Form.Name, failed
		}
		p.Series = append(p.Series, one)
	}
	p.Units = s.units(who)
	if len(p.Units) > 0 {
		waiting, err := s.waiting(r.Context(), p.Units)
		if err != nil {
			return p, err
		}
		p.Waiting = len(waiting)
	}
	return p, nil
}

// units are those whose cases somebody may register.
func (s *Pages) units(who shell.Access) []routing.Unit {
	return slices.DeleteFunc(s.InboxUnits(who), func(u routing.Unit) bool {
		return !who.May(shell.WriteCase, s.Owner(u.HSAID))
	})
}

// waiting are the cases of some units that lack a number: ids, days and states, and nothing of whom they are about.
func (s *Pages) waiting(ctx context.Context, units []routing.Unit) ([]store.Unnumbered, error) {
	ids := make([]string, 0, len(units))
	for _, u := range units {
		ids = append(ids, u.HSAID)
	}
	return s.Relay.Store.Unnumbered(ctx, ids, false, store.UnnumberedMost)
}

// SaveSeries keeps a series: POST /registration/series.
func (s *Pages) SaveSeries(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "series")
	if err != nil {
		return err
	}
	holders := s.Holders(who, shell.Administer)
	i := slices.IndexFunc(holders, func(h shell.Holder) bool { return h.Value == f.Value("of") })
	if i < 0 {
		return shell.ErrNotFound
	}
	h := holders[i]
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 0 {
		return shell.ErrForm
	}
	series := store.Series{
		Of: h.Holder, Pattern: store.Pattern(f.Value("pattern")), Active: f.Value("active") != "", Version: version,
		By: who.Self(),
	}
	if series.Pattern.Valid() != nil {
		f.Refuse("pattern", wordPattern)
		return s.refused(w, r, who, f)
	}
	row := accesslog.Row{What: accesslog.Change, Kind: h.Kind, Subject: "series", Detail: "series"}
	if h.Level == store.LevelUnit {
		row.Unit = h.ID
	}
	if err := s.Looked(r.Context(), who, row); err != nil {
		return err
	}
	_, err = s.Relay.Store.SaveSeries(r.Context(), series)
	if errors.Is(err, store.ErrConflict) {
		f.General = wordSeriesChanged
		return s.refused(w, r, who, f)
	}
	if err != nil {
		return err
	}
	done := "saved"
	if series.Active {
		done = "on"
	}
	http.Redirect(w, r, shell.Link("/registration?done={}", done), http.StatusSeeOther)
	return nil
}

// refused shows the page again with what was typed of a series.
func (s *Pages) refused(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form) error {
	p, err := s.page(r, who, f)
	if err != nil {
		return err
	}
	p.Title = shell.FailedTitle + p.Title
	return html.Render(w, http.StatusUnprocessableEntity, "register", p)
}

// Export sends the cases that lack a number as a file: GET /registration/file.
func (s *Pages) Export(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	format := "csv"
	if r.URL.Query().Get("format") == "json" {
		format = "json"
	}
	units := s.units(who)
	if len(units) == 0 {
		return shell.ErrNotFound
	}
	waiting, err := s.waiting(r.Context(), units)
	if err != nil {
		return err
	}
	if err := s.Looked(r.Context(), who, ExportRow(waiting, units[0].Kind)); err != nil {
		return err
	}
	shell.Download(w, map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json"}[format],
		"utan-diarienummer-"+shell.Swedish(s.Clock()).Format(time.DateOnly)+"."+format)
	return Write(w, format, waiting)
}

// exportNamed is how many cases the row of the access log names.
const exportNamed = 500

// ExportRow is the row of the access log for a list of cases that lack a number.
func ExportRow(cases []store.Unnumbered, kind routing.UnitKind) accesslog.Row {
	shown := accesslog.ShownCases{}
	for _, c := range cases[:min(len(cases), exportNamed)] {
		shown[c.Unit] = append(shown[c.Unit], c.CaseID)
	}
	return accesslog.Row{What: accesslog.Export, Kind: kind, Detail: "without number", Cases: shown}
}

// Import reads a file of numbers: POST /registration. With do=check it only says what would become of it.
func (s *Pages) Import(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if len(s.units(who)) == 0 {
		return shell.ErrNotFound
	}
	f, err := shell.ReadUpload(w, r, "numbers")
	if err != nil {
		return err
	}
	sent := f.Files["file"]
	dry := f.Value("do") != "save"
	var rows []store.Numbered
	switch {
	case len(sent) == 0 && !f.Failed():
		f.Refuse("file", wordChooseFile)
	case len(sent) != 1 || len(sent[0].Value) > FileMost:
		f.Refuse("file", wordOneFile)
	default:
		var wrong *FileError
		if rows, err = Read(sent[0].Value); errors.As(err, &wrong) {
			f.Refuse("file", fileWord(wrong))
		} else if err != nil {
			return err
		}
	}
	var report *store.NumberReport
	if !f.Failed() {
		got, err := s.RegisterAll(r.Context(), who, rows, dry)
		if err != nil {
			return err
		}
		report = &got
	}
	p, err := s.page(r, who, nil)
	if err != nil {
		return err
	}
	return s.showReport(w, p, f, report, dry)
}

// showReport shows the page with what became of a file.
func (s *Pages) showReport(w http.ResponseWriter, p registerPage, f *shell.Form, report *store.NumberReport,
	dry bool,
) error {
	p.File, p.Report = f, report
	switch {
	case report == nil:
	case len(report.Problems) > 0:
		f.General = wordProblems
	case dry:
		p.Done = fmt.Sprintf(wordWouldDo, report.Registered, report.Unchanged)
	default:
		p.Done = fmt.Sprintf(wordDid, report.Registered, report.Unchanged)
	}
	status := http.StatusOK
	if f.Failed() {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "register", p)
}

// Word is what is wrong with a line of a file.
func (registerPage) Word(p store.NumberProblem) string { return ProblemWord(p) }

// RegisterAll gives cases the numbers that a file or a system brings, as who may.
func (s *Pages) RegisterAll(ctx context.Context, who shell.Access, rows []store.Numbered, dry bool) (
	store.NumberReport, error,
) {
	may := func(c store.Case) bool { return who.May(shell.WriteCase, shell.OwnerOf(c)) }
	row := who.Row(accesslog.Row{What: accesslog.Change, Detail: accesslog.DetailOf("desk", "register")})
	return s.Relay.Store.RegisterAll(ctx, rows, may, who.Self(), row, dry)
}
