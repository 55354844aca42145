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

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// samplesShown is how many samples the review page lists.
const samplesShown = 20

// sampleNoteMost is the longest note on a row and the longest conclusion, in characters.
const sampleNoteMost = 500

type samplePage struct {
	shell.Page
	Form    *shell.Form
	Sample  accesslog.Sample
	Asked   []string // what it was chosen from, in words
	Rows    []sampleRow
	Current *sampleRow // the row that is to be noted now; nil when all are, or it is ended
	Done    bool       // a row was just noted, or the sample just ended
	Now     time.Time
}

// sampleRow is a row of the sample with the row of the log that it is about.
type sampleRow struct {
	accesslog.SampleRow
	Log reviewRow
}

// Left is how many rows are not noted yet.
func (p samplePage) Left() int { return p.Sample.Rows - p.Sample.Noted }

// Open tells whether the sample goes on.
func (p samplePage) Open() bool { return p.Sample.Ended.IsZero() }

// makeSample lets chance choose rows of what was asked for and keeps them. A reviewer's own rows, and that people
// signed in and out, are left out unless they are asked for.
func (s *Pages) makeSample(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form,
	filter accesslog.Filter,
) error {
	filter.Before = 0
	if f.Value("own") == "" && filter.Who != who.User {
		filter.NotWho = who.User
	}
	if f.Value("signins") == "" && filter.What == "" {
		filter.Not = []accesslog.Kind{accesslog.SignIn, accesslog.SignOut}
	}
	sample := accesslog.Sample{
		Kind: who.Side(), Units: s.reviewable(who).Units, Asked: askedFor(f), Maker: accesslog.Reviewer(who.Self()),
	}
	sample.Asked["by"] = string(filter.By)
	look := who.Row(accesslog.Row{
		What: accesslog.Search, Detail: "sample made", Case: filter.Case, Search: filter.Search,
	})
	made, err := s.Relay.Store.MakeSample(r.Context(), filter, sample, look)
	if errors.Is(err, store.ErrNotFound) {
		f.General = wordNoSample
		f.Values.Del("do")
		return s.showReview(w, r, who, f)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, samplePath(made.Number), http.StatusSeeOther)
	return nil
}

func samplePath(number int64) string { return shell.Link("/review/samples/{}", number) }

// askedFor is what a sample was chosen from. Of a person it keeps that one was asked for, not who.
func askedFor(f *shell.Form) map[string]string {
	asked := map[string]string{}
	for _, field := range []string{"who", "what", "unit", "case", "from", "to", "own", "signins"} {
		if value := f.Value(field); value != "" && (field != "case" || !identityLike(value)) {
			asked[field] = value
		}
	}
	if f.Value("patient") != "" {
		asked["patient"] = "yes"
	}
	return asked
}

// identityLike tells whether what was typed as a case looks like a person's number.
func identityLike(text string) bool { return identity.Holds(text) }

// askedWords says what a sample was chosen from.
func askedWords(asked map[string]string) []string {
	var words []string
	add := func(field, before string) {
		if value := asked[field]; value != "" {
			words = append(words, before+" "+value)
		}
	}
	add("who", sampleUser)
	if what := asked["what"]; what != "" {
		words = append(words, fmt.Sprintf(sampleWhat, shell.AccessWord(accesslog.Kind(what))))
	}
	if by := sampleBy[accesslog.Actor(asked["by"])]; by != "" {
		words = append(words, by)
	}
	add("unit", sampleUnit)
	add("case", sampleCase)
	if asked["patient"] != "" {
		words = append(words, samplePatient)
	}
	add("from", sampleFrom)
	add("to", sampleTo)
	if asked["own"] == "" {
		words = append(words, sampleNotOwn)
	}
	if asked["signins"] == "" && asked["what"] == "" {
		words = append(words, sampleNoSignIns)
	}
	return words
}

// samplesOf are samples that a reviewer may go on with or read.
func (s *Pages) samplesOf(ctx context.Context, who shell.Access) ([]accesslog.Sample, error) {
	all, err := s.Relay.Store.Samples(ctx, who.Side(), samplesShown)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p accesslog.Sample) bool { return !s.samplesAre(who, p) }), nil
}

// samplesAre tells whether a sample is chosen from what a reviewer may see.
func (s *Pages) samplesAre(who shell.Access, p accesslog.Sample) bool {
	may := s.reviewable(who)
	if p.Kind != may.Kind {
		return false
	}
	if may.Units == nil || p.Units == nil {
		return may.Units == nil
	}
	for _, unit := range p.Units {
		if !slices.ContainsFunc(may.Units, func(own string) bool { return routing.SameHSAID(own, unit) }) {
			return false
		}
	}
	return true
}

// sample is the sample of a request; one that the reviewer may not see does not exist.
func (s *Pages) sample(r *http.Request, who shell.Access) (accesslog.Sample, []accesslog.SampleRow, error) {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return accesslog.Sample{}, nil, shell.ErrNotFound
	}
	p, rows, err := s.Relay.Store.Sample(r.Context(), number)
	if err == nil && !s.samplesAre(who, p) {
		err = shell.ErrNotFound
	}
	return p, rows, err
}

// SamplePage shows the row that is to be noted next, and all rows with what was noted.
func (s *Pages) SamplePage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showSample(w, r, who, &shell.Form{Name: "sample", Values: url.Values{}})
}

func (s *Pages) showSample(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form) error {
	sample, kept, err := s.sample(r, who)
	if err != nil {
		return err
	}
	look := accesslog.Row{
		What: accesslog.Search, Subject: accesslog.DetailOf("sample", strconv.FormatInt(sample.Number, 10)),
		Detail: "access log",
	}
	if err := s.Looked(r.Context(), who, look); err != nil {
		return err
	}
	p := samplePage{
		Page: s.Page(who, fmt.Sprintf(titleSample, sample.Number), "review"), Form: f, Sample: sample,
		Asked: askedWords(sample.Asked), Now: s.Clock(),
		Done: r.URL.Query().Has("done"),
	}
	if p.Rows, err = s.sampleRows(r.Context(), who, kept); err != nil {
		return err
	}
	chosen, _ := strconv.Atoi(cmp.Or(f.Value("position"), r.URL.Query().Get("row")))
	for i := range p.Rows {
		if row := &p.Rows[i]; p.Open() && row.Checked == 0 && (p.Current == nil && chosen == 0 || row.Position == chosen) {
			p.Current = row
		}
	}
	if p.Current == nil && chosen > 0 { // noted meanwhile
		if i := slices.IndexFunc(p.Rows, func(row sampleRow) bool { return row.Checked == 0 }); i >= 0 && p.Open() {
			p.Current = &p.Rows[i]
		}
	}
	status := http.StatusOK
	if f.Failed() {
		p.Title, status = shell.FailedTitle+p.Title, http.StatusUnprocessableEntity
	}
	return html.Render(w, status, "sample", p)
}

// sampleRows adds the rows of the log, with what reviewers noted on them.
func (s *Pages) sampleRows(ctx context.Context, who shell.Access, kept []accesslog.SampleRow) ([]sampleRow, error) {
	seqs := make([]int64, 0, len(kept))
	for _, row := range kept {
		seqs = append(seqs, row.Seq)
	}
	rows, err := s.Relay.Store.AccessLog(ctx, accesslog.Filter{Seqs: seqs, Limit: reviewSampleMost})
	if err != nil {
		return nil, err
	}
	told, err := s.reviewRows(ctx, rows, s.reviewable(who).Units)
	if err != nil {
		return nil, err
	}
	bySeq := map[int64]reviewRow{}
	for _, row := range told {
		bySeq[row.Seq] = row
	}
	out := make([]sampleRow, 0, len(kept))
	for _, row := range kept {
		out = append(out, sampleRow{row, bySeq[row.Seq]})
	}
	return out, nil
}

// SampleVerb notes a row of a sample, or ends it.
func (s *Pages) SampleVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "sample")
	if err != nil {
		return err
	}
	sample, rows, err := s.sample(r, who)
	if err != nil {
		return err
	}
	text := f.Value("note")
	if len([]rune(text)) > sampleNoteMost {
		f.Refuse("note", fmt.Sprintf(shell.WordAtMost, sampleNoteMost))
	}
	switch r.PathValue("verb") {
	case "note":
		err = s.noteSample(r.Context(), who, f, sample, rows)
	case "end":
		if text == "" && sample.Noted < sample.Rows {
			f.Refuse("note", wordWhyEnded)
		}
		if !f.Failed() {
			look := who.Row(accesslog.Row{
				What: accesslog.Check, Subject: accesslog.DetailOf("sample", strconv.FormatInt(sample.Number, 10)),
				Detail: "sample ended",
			})
			err = s.Relay.Store.EndSample(r.Context(), sample.Number, accesslog.Reviewer(who.Self()), text, look)
		}
	default:
		return shell.ErrNotFound
	}
	if errors.Is(err, store.ErrConflict) {
		f.General, err = wordRowTaken, nil
		f.Values.Del("position")
	}
	if err != nil {
		return err
	}
	if f.Failed() {
		return s.showSample(w, r, who, f)
	}
	http.Redirect(w, r, samplePath(sample.Number)+"?done", http.StatusSeeOther)
	return nil
}

// noteSample notes one row: in order, or with a deviation that is described.
func (s *Pages) noteSample(ctx context.Context, who shell.Access, f *shell.Form, sample accesslog.Sample,
	rows []accesslog.SampleRow,
) error {
	position, _ := strconv.Atoi(f.Value("position"))
	i := slices.IndexFunc(rows, func(row accesslog.SampleRow) bool { return row.Position == position })
	if i < 0 {
		return shell.ErrForm
	}
	note, deviation := f.Value("note"), f.Value("verdict") == "deviation"
	if deviation && note == "" {
		f.Refuse("note", wordDeviates)
	}
	if f.Failed() {
		return nil
	}
	word := wordInOrder
	if deviation {
		word = wordDeviation
	}
	at, err := s.Relay.Store.AccessLog(ctx, accesslog.Filter{Seqs: []int64{rows[i].Seq}, Limit: 1})
	if err != nil || len(at) == 0 {
		return cmp.Or(err, error(shell.ErrNotFound))
	}
	check := who.Row(accesslog.Row{
		What: accesslog.Check, About: rows[i].Seq,
		Subject: accesslog.DetailOf("sample", strconv.FormatInt(sample.Number, 10)),
		Case:    at[0].Case, Unit: at[0].Unit, Kind: at[0].Kind,
		Detail: strings.TrimSuffix(word+": "+note, ": "),
	})
	return s.Relay.Store.NoteSample(ctx, sample.Number, position, deviation, check)
}
