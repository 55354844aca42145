package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"rivgate/store"
)

// faultsRead bounds how many deliveries of each state are looked at for the list: the latest.
const faultsRead = 500

type faultsPage struct {
	page
	saying
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
	codeMeaning
	Count  int
	Parked int
	Chosen bool
	Link   string
}

// faultRow is one failed delivery.
type faultRow struct {
	store.DeliveryRow
	faultKind
}

// Word is the fault in words.
func (r faultRow) Word() string { return faultName(r.faultKind.Class) }

// faultsPage lists what failed lately, by code, with cause and remedy.
func (s *Site) faultsPage(w http.ResponseWriter, r *http.Request, who access) error {
	q := r.URL.Query()
	p := faultsPage{page: s.page(who, "Fellista", "faults"), Now: s.now(), Receiver: strings.TrimSpace(q.Get("receiver")), Kind: faultKind{q.Get("class"), q.Get("code")}}
	switch q.Get("done") {
	case "":
	case "dismiss":
		p.Done = orderDone(q)
	default:
		p.Done = "Meddelandet skickas om."
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
	// Mostly there is none, which is known sooner than which of them came first.
	stranded, err := s.Relay.Store.Would(r.Context(), store.VerbDismiss, store.DeliveryFilter{})
	if err == nil && stranded > 0 {
		p.Stranded, err = s.Relay.Store.Strandeds(r.Context(), 50)
	}
	if err != nil {
		return err
	}
	p.Calls = s.refusedCalls()
	return s.render(w, http.StatusOK, "faults", p)
}

// failed are the latest deliveries that are parked, or wait after an attempt that failed. full tells that there may be more.
func (s *Site) failed(r *http.Request, receiver string) (rows []faultRow, full bool, err error) {
	for _, state := range []store.DeliveryState{store.DeliveryParked, store.DeliveryDue} {
		found, err := s.Relay.Store.Deliveries(r.Context(), store.DeliveryFilter{Receiver: receiver, State: state, Limit: faultsRead})
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
				faultKind: row.faultKind, codeMeaning: row.meaning(), Chosen: row.faultKind == p.Kind,
				Link: link("/faults?class={}&code={}&receiver={}", row.faultKind.Class, row.faultKind.Code, p.Receiver),
			})
		}
		groups[i].Count++
		if row.State == store.DeliveryParked {
			groups[i].Parked++
		}
	}
	slices.SortStableFunc(groups, func(a, b faultGroup) int { return cmp.Compare(b.Count, a.Count) })
	return groups
}

// faultCall is a kind of calls that were refused since this process started.
type faultCall struct {
	Contract string
	Code     string
	codeMeaning
	Count int
}

// refusedCalls are the calls that the platform refused, by contract and code, as the metrics count them: nothing else is kept of a call that was not accepted.
func (s *Site) refusedCalls() (calls []faultCall) {
	if s.Registry == nil {
		return nil
	}
	families, err := s.Registry.Gather()
	if err != nil {
		return nil // /metrics tells of it
	}
	for _, family := range families {
		if family.GetName() != "rivgate_requests_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			c := faultCall{Count: int(m.GetCounter().GetValue())}
			for _, label := range m.GetLabel() {
				switch label.GetName() {
				case "contract":
					c.Contract = label.GetValue()
				case "code":
					c.Code = label.GetValue()
				}
			}
			if c.Code == "" || c.Count == 0 {
				continue
			}
			c.codeMeaning = faultKind{Code: c.Code}.meaning()
			calls = append(calls, c)
		}
	}
	slices.SortFunc(calls, func(a, b faultCall) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Contract, b.Contract))
	})
	return calls
}

type faultPage struct {
	page
	saying
	Now      time.Time
	Row      store.DeliveryRow
	Kind     faultKind
	Meaning  codeMeaning
	Attempts []store.AttemptRow
	Form     *form
	Again    bool // it was delivered: sending again is a second delivery
	Can      int  // how many deliveries sending again would touch now, 0 or 1
}

// faultPage is one delivery with what to do about it.
func (s *Site) faultPage(w http.ResponseWriter, r *http.Request, who access) error {
	return s.showFault(w, r, who, http.StatusOK, &form{Name: "resend", Values: url.Values{}})
}

func (s *Site) showFault(w http.ResponseWriter, r *http.Request, who access, status int, f *form) error {
	row, attempts, err := s.delivery(r)
	if err != nil {
		return err
	}
	p := faultPage{page: s.page(who, "Leverans till "+row.Receiver, "faults"), Now: s.now(), Row: row, Kind: faultKind{row.Class, row.Code}, Attempts: attempts, Form: f}
	if row.Class != "" && row.Class != "ok" && row.Class != "info" {
		p.Meaning = p.Kind.meaning()
	}
	p.Again = row.State == store.DeliveryDelivered
	if p.Can, err = s.Relay.Store.Would(r.Context(), resendVerb(row), store.DeliveryFilter{ID: row.ID}); err != nil {
		return err
	}
	return s.render(w, status, "faults_one", p)
}

// resendVerb is how a message is sent again: what was delivered is replayed, what waits or is parked is tried now.
func resendVerb(row store.DeliveryRow) store.Verb {
	if row.State == store.DeliveryDelivered {
		return store.VerbReplay
	}
	return store.VerbRetry
}

// resend sends one message again, with its first id.
func (s *Site) resend(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "resend")
	if err != nil {
		return err
	}
	row, _, err := s.delivery(r)
	if err != nil {
		return err
	}
	if f.Value("reason") == "" {
		f.refuse("reason", "Skriv varför: det sparas med leveransen.")
	}
	if f.Value("sure") == "" {
		f.refuse("sure", "Bekräfta att meddelandet ska skickas om.")
	}
	if f.Value("state") != string(row.State) {
		f.General = "Leveransen har bytt läge sedan du öppnade sidan. Läs det nya läget och bekräfta igen."
	}
	if f.Failed() {
		return s.showFault(w, r, who, http.StatusUnprocessableEntity, f)
	}
	only, n := store.DeliveryFilter{ID: row.ID}, 0
	if resendVerb(row) == store.VerbReplay {
		n, err = s.Relay.Store.Replay(r.Context(), only, who.name, f.Value("reason"))
	} else {
		n, err = s.Relay.Store.Retry(r.Context(), only, who.name, f.Value("reason"))
	}
	if err != nil {
		return err
	}
	if n == 0 {
		f.General = "Meddelandet kan inte skickas om just nu: det skickas redan, eller så väntar ett annat i samma ärende."
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
	return link("/resolve?contract={}&to={}", p.Row.Contract, p.Row.Receiver)
}
