package operate

import (
	"context"
	"errors"
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

// KnowsReceiver tells whether a delivery, or a route that leads to a queue, has a receiver or component. The table
// answers calls and lists no rows: components are looked for behind the units and the portal.
func (s *Pages) KnowsReceiver(ctx context.Context, receiver string) (bool, error) {
	rows, err := s.Relay.Store.Deliveries(ctx, store.DeliveryFilter{Receiver: receiver, Limit: 1})
	if err != nil || len(rows) > 0 {
		return len(rows) > 0, err
	}
	table := s.Table()
	contracts, err := table.Contracts("", receiver, s.Clock())
	if err == nil && len(contracts) > 0 {
		return true, nil
	}
	send, giveBack := s.Relay.Contracts.Send().Contract, s.Relay.Contracts.Return().Contract
	calls := []routing.Call{{Receiver: s.Relay.Portal, Contract: giveBack, Profile: routing.RIVTABP21}}
	for _, u := range table.Units() {
		calls = append(calls, routing.Call{Receiver: u.HSAID, Contract: send, Profile: routing.RIVTABP21})
	}
	for _, call := range calls {
		if route, err := table.Route(call, s.Clock()); err == nil && route.Component != "" &&
			routing.SameHSAID(route.Component, receiver) {
			return true, nil
		}
	}
	return false, nil
}

// orderShown is how many of what an order touches stand on the page that confirms it.
const orderShown = 10

type orderPage struct {
	operatorPage
	Order       orderKind
	Query       deliveryQuery
	Form        *shell.Form
	Count       int // that it would touch now
	Rows        []store.DeliveryRow
	Receivers   []string // of a pause or its end
	Pauses      []store.PauseRow
	Maintenance []store.PauseRow
	Everything  bool // the filter is empty
	Changed     bool // it is more than the person saw
	Unknown     bool // nobody knows the receiver that is to be paused
	Now         time.Time
}

// Back is where somebody goes who changes their mind.
func (p orderPage) Back() string { return p.Order.where(p.Query) }

// OrderPage is the dry run: it says how many an order would touch, shows the first ones, and asks why. It changes
// nothing.
func (s *Pages) OrderPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	v := r.URL.Query()
	if !v.Has("verb") { // the address of the form alone
		w.Header().Set("Allow", http.MethodPost)
		s.WrongMethod(w, r, who)
		return nil
	}
	p := orderPage{Query: readDeliveryQuery(v), Form: &shell.Form{Name: "order", Values: url.Values{}}}
	return s.showOrder(w, r, who, v.Get("verb"), http.StatusOK, &p)
}

// showOrder shows an order that is not carried out yet.
func (s *Pages) showOrder(w http.ResponseWriter, r *http.Request, who shell.Access, verb string, status int,
	p *orderPage,
) error {
	kind, ok := orderOf(verb)
	if !ok {
		return shell.ErrNotFound
	}
	if !who.May(kind.needs, shell.Owner{}) {
		return shell.ErrRole
	}
	tab := "deliveries"
	if kind.All {
		tab = "maintenance"
	}
	p.operatorPage, p.Order, p.Now = s.operatorPage(r, who, kind.Title, tab), kind, s.Clock()
	if err := s.wouldTouch(r.Context(), p); err != nil {
		return err
	}
	if p.Query.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return html.Render(w, status, "order", p)
}

// wouldTouch finds out what an order would touch now.
func (s *Pages) wouldTouch(ctx context.Context, p *orderPage) (err error) {
	if p.Pauses, err = s.Relay.Store.Pauses(ctx); err != nil {
		return err
	}
	for _, pause := range p.Pauses {
		if pause.Maintenance {
			p.Maintenance = append(p.Maintenance, pause)
		}
	}
	if p.Order.Receivers {
		return s.receiversOf(ctx, p)
	}
	f := p.Query.filter()
	if p.Query.Failed() {
		return nil
	}
	p.Everything = f == (store.DeliveryFilter{})
	if p.Count, err = s.Relay.Store.Would(ctx, p.Order.verb, f); err != nil {
		return err
	}
	p.Rows, err = s.Relay.Store.Chosen(ctx, p.Order.verb, f, orderShown)
	return err
}

// receiversOf finds the receivers that a pause or its end is about.
func (s *Pages) receiversOf(ctx context.Context, p *orderPage) error {
	switch p.Order.Verb {
	case "maintenance":
		all, err := s.everyReceiver(ctx)
		if err != nil {
			return err
		}
		for _, receiver := range all {
			if !slices.ContainsFunc(p.Pauses, func(pause store.PauseRow) bool { return pause.Holds(receiver, "") }) {
				p.Receivers = append(p.Receivers, receiver)
			}
		}
	case "maintenance_end":
		for _, pause := range p.Maintenance {
			p.Receivers = append(p.Receivers, pause.Receiver)
		}
	default:
		if p.Query.Receiver == "" {
			p.Query.Wrong["receiver"] = WordWhichReceiver
			return nil
		}
		held := slices.ContainsFunc(p.Pauses, func(pause store.PauseRow) bool { return pause.Holds(p.Query.Receiver, "") })
		if held == (p.Order.Verb == "resume") {
			p.Receivers = []string{p.Query.Receiver}
		}
		if p.Order.Verb == "pause" {
			known, err := s.KnowsReceiver(ctx, p.Query.Receiver)
			if err != nil {
				return err
			}
			p.Unknown = !known
		}
	}
	p.Count = len(p.Receivers)
	return nil
}

// OrderVerb carries out an order that was confirmed, and leads to what became of it.
func (s *Pages) OrderVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "order")
	if err != nil {
		return err
	}
	p := orderPage{Query: readDeliveryQuery(f.Values), Form: f}
	kind, ok := orderOf(f.Value("verb"))
	if !ok {
		return shell.ErrNotFound
	}
	if !who.May(kind.needs, shell.Owner{}) {
		return shell.ErrRole
	}
	seen, err := strconv.Atoi(f.Value("count"))
	if err != nil {
		return shell.ErrForm
	}
	probe := orderPage{Order: kind, Query: p.Query}
	if err := s.wouldTouch(r.Context(), &probe); err != nil {
		return err
	}
	s.judgeOrder(&probe, f, seen, &p)
	if p.Changed || f.Failed() || probe.Query.Failed() {
		return s.showOrder(w, r, who, kind.Verb,
			map[bool]int{true: http.StatusConflict, false: http.StatusUnprocessableEntity}[p.Changed], &p)
	}
	if kind.Verb == "redirect" {
		if err := s.Fresh(r, who); err != nil {
			return err
		}
	}
	n, err := s.carryOut(r.Context(), &probe, f, who)
	if err != nil {
		return err
	}
	http.Redirect(w, r, kind.after(p.Query, n), http.StatusSeeOther)
	return nil
}

// judgeOrder notes what is missing, and whether the order would touch more than the person saw.
func (s *Pages) judgeOrder(probe *orderPage, f *shell.Form, seen int, p *orderPage) {
	if f.Value("reason") == "" && !probe.Order.Silent {
		f.Refuse("reason", wordWhyOrder)
	}
	if probe.Everything && f.Value("all") != "yes" {
		f.Refuse("all", wordSureAll)
	}
	if probe.Unknown && f.Value("force") != "yes" {
		f.Refuse("force", wordSureUnknown)
	}
	if probe.Order.Verb == "redirect" {
		if wrong := s.WrongAddress(f.Value("address")); wrong != "" {
			f.Refuse("address", wrong)
		}
	}
	p.Changed = !f.Failed() && probe.Count > seen
}

// WrongAddress says what is wrong with an address that messages are to be sent to; "" for nothing.
func (s *Pages) WrongAddress(address string) string {
	to, err := routing.ProducerAddress(address)
	switch {
	case errors.Is(err, routing.ErrNoPort):
		return wordPort
	case errors.Is(err, routing.ErrNever):
		return wordNever
	case err != nil:
		return wordAddress
	}
	if s.Environment == shell.Production && to.Scheme != "https" {
		return wordHTTPS
	}
	return ""
}

// carryOut calls the verb, and tells how many it touched.
func (s *Pages) carryOut(ctx context.Context, p *orderPage, f *shell.Form, who shell.Access) (int, error) {
	st, filter, reason, by := s.Relay.Store, p.Query.filter(), f.Value("reason"), who.Name
	switch p.Order.Verb {
	case "retry":
		return st.Retry(ctx, filter, by, reason)
	case "replay":
		return st.Replay(ctx, filter, by, reason)
	case "release":
		return st.Release(ctx, filter, by, reason)
	case "redirect":
		return s.SecondPerson().Redirect(ctx, filter, f.Value("address"), reason, who.Row(accesslog.Row{}), s.Clock())
	case "close":
		return st.CloseDeliveries(ctx, filter, by, reason)
	case "dismiss":
		return st.Dismiss(ctx, filter, by, reason)
	case "pause":
		return 1, st.Pause(ctx, p.Query.Receiver, by, reason)
	case "resume":
		return st.ResumeAll(ctx, p.Receivers, by, reason)
	case "maintenance":
		return st.PauseAll(ctx, p.Receivers, by, reason)
	case "maintenance_end":
		return st.ResumeAll(ctx, p.Receivers, by, reason)
	}
	return 0, shell.ErrNotFound
}
