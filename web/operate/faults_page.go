package operate

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// faultsRead bounds how many deliveries of each state are looked at for the list: the latest.
const faultsRead = 500

// faultCallsShown is how many kinds of refused calls the list shows: the latest.
const faultCallsShown = 100

type faultsPage struct {
	shell.Page
	Now      time.Time
	Done     string
	Receiver string
	Kind     faultKind // the chosen one
	Groups   []faultGroup
	Rows     []faultRow
	Total    int
	Full     bool // there may be more than were looked at
	Calls    []faultCall
	Stranded []store.Stranded
}

// faultGroup is one kind of fault with how many deliveries have it now.
type faultGroup struct {
	faultKind
	shell.CodeMeaning
	Count  int
	Parked int
	Why    store.Diagnosis // of the latest of them

	Last         time.Time // attempt; of the latest ten
	Senders      []string  // of the latest ten
	Correlations []string  // of the latest ten
	Chosen       bool
	Link         string
}

// faultRow is one failed delivery.
type faultRow struct {
	store.DeliveryRow
	faultKind
}

// Word is the fault in words.
func (r faultRow) Word() string { return faultName(r.faultKind.Class) }

// FaultsPage lists what failed lately, by code, with cause and remedy.
func (s *Pages) FaultsPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := r.URL.Query()
	p := faultsPage{
		Page: s.Page(who, titleFaults, "faults"), Now: s.Clock(), Receiver: strings.TrimSpace(q.Get("receiver")),
		Kind: faultKind{q.Get("class"), q.Get("code")},
	}
	switch q.Get("done") {
	case "":
	case "dismiss":
		p.Done = orderDone(q)
	default:
		p.Done = wordResent
	}
	all, full, err := s.failed(r, p.Receiver)
	if err != nil {
		return err
	}
	p.Full = full
	const most = 100
	for _, row := range all {
		if p.Kind == (faultKind{}) || row.faultKind == p.Kind {
			if p.Total++; len(p.Rows) < most {
				p.Rows = append(p.Rows, row)
			}
		}
	}
	p.Groups = p.grouped(all)
	if err := s.origins(r.Context(), p.Groups, all); err != nil {
		return err
	}
	// Mostly there is none, which is known sooner than which of them came first.
	stranded, err := s.Relay.Store.Would(r.Context(), store.VerbDismiss, store.DeliveryFilter{})
	if err == nil && stranded > 0 {
		p.Stranded, err = s.Relay.Store.Strandeds(r.Context(), 50)
	}
	if err != nil {
		return err
	}
	if p.Calls, err = s.faultCalls(r.Context()); err != nil {
		return err
	}
	return html.Render(w, http.StatusOK, "faults", p)
}

// failed are the latest deliveries that are parked, or wait after an attempt that failed. full tells that there may be
// more.
func (s *Pages) failed(r *http.Request, receiver string) (rows []faultRow, full bool, err error) {
	for _, state := range []store.DeliveryState{store.DeliveryParked, store.DeliveryDue} {
		found, err := s.Relay.Store.Deliveries(r.Context(), store.DeliveryFilter{
			Receiver: receiver, State: state, Limit: faultsRead,
		})
		if err != nil {
			return nil, false, err
		}
		full = full || len(found) == faultsRead
		for _, d := range found {
			if d.State == store.DeliveryParked || d.Attempts > 0 && d.Class != "" && d.Class != "ok" && d.Class != "info" {
				rows = append(rows, faultRow{d, faultKind{d.Class, d.Code}})
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b faultRow) int { return b.Accepted.Compare(a.Accepted) })
	return rows, full, nil
}

// refusedHere is cause and remedy of a code with which we refused a call.
func refusedHere(code string) shell.CodeMeaning {
	if m, ok := subCodes[code]; ok {
		return m.ours
	}
	return shell.CodeMeanings(routing.Code(code))
}

// grouped counts by kind, the most frequent first.
func (p *faultsPage) grouped(rows []faultRow) []faultGroup {
	at := map[faultKind]int{}
	var groups []faultGroup
	for _, row := range rows {
		i, ok := at[row.faultKind]
		if !ok {
			i = len(groups)
			at[row.faultKind] = i
			groups = append(groups, faultGroup{
				faultKind: row.faultKind, CodeMeaning: row.meaning(), Chosen: row.faultKind == p.Kind,
				Link: shell.Link("/faults?class={}&code={}&receiver={}", row.faultKind.Class, row.faultKind.Code, p.Receiver),
			})
		}
		groups[i].Count++
		if groups[i].Why.Code == "" {
			groups[i].Why = row.Why
		}
		if row.State == store.DeliveryParked {
			groups[i].Parked++
		}
	}
	slices.SortStableFunc(groups, func(a, b faultGroup) int { return cmp.Compare(b.Count, a.Count) })
	return groups
}

// faultCall is what is kept of the calls of one sender that we refused with one code.
type faultCall struct {
	store.RefusedCall
	shell.CodeMeaning
}

// faultCalls are the calls that we refused, the latest first.
func (s *Pages) faultCalls(ctx context.Context) (calls []faultCall, err error) {
	if err := s.Relay.Refusals.Flush(ctx, s.Relay.Store); err != nil {
		return nil, err
	}
	kept, err := s.Relay.Store.RefusedCalls(ctx, faultCallsShown)
	for _, call := range kept {
		calls = append(calls, faultCall{call, refusedHere(call.Code)})
	}
	return calls, err
}

// origins adds to each group who sent its latest messages, when they were tried, and their correlation ids.
func (s *Pages) origins(ctx context.Context, groups []faultGroup, rows []faultRow) error {
	var ids []string
	latest := map[faultKind][]string{}
	for _, row := range rows {
		if len(latest[row.faultKind]) < store.CorrelationsMost {
			latest[row.faultKind] = append(latest[row.faultKind], row.ID)
			ids = append(ids, row.ID)
		}
	}
	known, err := s.Relay.Store.Origins(ctx, ids)
	if err != nil {
		return err
	}
	for i := range groups {
		g := &groups[i]
		for _, id := range latest[g.faultKind] {
			from := known[id]
			if from.Tried.After(g.Last) {
				g.Last = from.Tried
			}
			if from.Sender != "" && !slices.Contains(g.Senders, from.Sender) {
				g.Senders = append(g.Senders, from.Sender)
			}
			if from.Correlation != "" {
				g.Correlations = append(g.Correlations, from.Correlation)
			}
		}
	}
	return nil
}

// faultKind is one way for a delivery or a call to fail: the class of the attempt and, where there is one, the code of
// who refused.
type faultKind struct{ Class, Code string }

// Name is what the kind is called in a list.
func (k faultKind) Name() string {
	if k.Code != "" {
		return k.Code
	}
	return faultName(k.Class)
}

// faultName is a class in words.
func faultName(class string) string {
	return cmp.Or(operatorWords{}.ClassWord(class), wordFault)
}

// sameMeaning are classes that are told as another one.
var sameMeaning = map[string]string{
	"no answer": "timeout", "lease": "store", "canceled": "store", "http-403": "http-401", "http-503": "http-429",
}

// meaning is cause and remedy of a delivery that failed, where the receiver refused us: of its code where there is one,
// else of the class.
func (k faultKind) meaning() shell.CodeMeaning {
	if m, ok := shell.PlatformTheirs[routing.Code(k.Code)]; ok {
		return m
	}
	if m, ok := subCodes[k.Code]; ok {
		return m.theirs
	}
	class := cmp.Or(sameMeaning[k.Class], k.Class)
	status, isStatus := strings.CutPrefix(class, "http-")
	m, known := classMeanings[class]
	switch {
	case known:
		return m
	case isStatus && strings.HasPrefix(status, "5"):
		return classMeanings["http-5"]
	case isStatus:
		return classMeanings["http-"]
	}
	return classMeanings[""]
}

type faultPage struct {
	shell.Page
	Now      time.Time
	Row      store.DeliveryRow
	Kind     faultKind
	Meaning  shell.CodeMeaning
	Attempts []store.AttemptRow
	Form     *shell.Form
	Again    bool // it was delivered: sending again is a second delivery
	Can      int  // how many deliveries sending again would touch now, 0 or 1
}

// FaultPage is one delivery with what to do about it.
func (s *Pages) FaultPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showFault(w, r, who, http.StatusOK, &shell.Form{Name: "resend", Values: url.Values{}})
}

func (s *Pages) showFault(w http.ResponseWriter, r *http.Request, who shell.Access, status int, f *shell.Form) error {
	row, attempts, err := s.Delivery(r)
	if err != nil {
		return err
	}
	p := faultPage{
		Page: s.Page(who, fmt.Sprintf(titleDelivery, row.Receiver), "faults"), Now: s.Clock(), Row: row,
		Kind: faultKind{row.Class, row.Code}, Attempts: attempts, Form: f,
	}
	if row.Class != "" && row.Class != "ok" && row.Class != "info" {
		p.Meaning = p.Kind.meaning()
	}
	p.Again = row.State == store.DeliveryDelivered
	if p.Can, err = s.Relay.Store.Would(r.Context(), resendVerb(row), store.DeliveryFilter{ID: row.ID}); err != nil {
		return err
	}
	return html.Render(w, status, "fault", p)
}

// resendVerb is how a message is sent again: what was delivered is replayed, what waits or is parked is tried now.
func resendVerb(row store.DeliveryRow) store.Verb {
	if row.State == store.DeliveryDelivered {
		return store.VerbReplay
	}
	return store.VerbRetry
}

// Resend sends one message again, with its first id.
func (s *Pages) Resend(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "resend")
	if err != nil {
		return err
	}
	row, _, err := s.Delivery(r)
	if err != nil {
		return err
	}
	if f.Value("reason") == "" {
		f.Refuse("reason", wordWhyResend)
	}
	if f.Value("sure") == "" {
		f.Refuse("sure", wordSureResend)
	}
	if f.Value("state") != string(row.State) {
		f.General = wordMoved
	}
	if f.Failed() {
		return s.showFault(w, r, who, http.StatusUnprocessableEntity, f)
	}
	only, n := store.DeliveryFilter{ID: row.ID}, 0
	if resendVerb(row) == store.VerbReplay {
		n, err = s.Relay.Store.Replay(r.Context(), only, who.Name, f.Value("reason"))
	} else {
		n, err = s.Relay.Store.Retry(r.Context(), only, who.Name, f.Value("reason"))
	}
	if err != nil {
		return err
	}
	if n == 0 {
		f.General = wordNotNow
		return s.showFault(w, r, who, http.StatusConflict, f)
	}
	http.Redirect(w, r, "/faults?done=resend", http.StatusSeeOther)
	return nil
}

// FaultName is the class of an attempt in words.
func (faultPage) FaultName(class string) string {
	if class == "" || class == "ok" || class == "info" {
		return "–"
	}
	return faultName(class)
}

// WhyLink asks why the message goes where it goes.
func (p faultPage) WhyLink() string {
	return shell.Link("/resolve?contract={}&to={}", p.Row.Contract, p.Row.Receiver)
}
