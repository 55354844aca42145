package operate

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// orderKind is one thing that can be ordered.
type orderKind struct {
	Verb string
	orderWord

	Receivers bool // it is about receivers, not deliveries
	All       bool // it is about every receiver
	Silent    bool // no reason is asked for
	verb      store.Verb
	needs     shell.Action
}

// orderKinds are all orders.
func orderKinds() []orderKind {
	kinds := []orderKind{
		{Verb: "retry", verb: store.VerbRetry, needs: shell.MoveDeliveries},
		{Verb: "replay", verb: store.VerbReplay, needs: shell.Resend},
		{Verb: "release", verb: store.VerbRelease, needs: shell.MoveDeliveries},
		{Verb: "redirect", verb: store.VerbRedirect, needs: shell.MoveDeliveries},
		{Verb: "close", verb: store.VerbClose, needs: shell.MoveDeliveries},
		{Verb: "dismiss", verb: store.VerbDismiss, needs: shell.MoveDeliveries},
		{Verb: "pause", needs: shell.MoveDeliveries, Receivers: true},
		{Verb: "resume", needs: shell.MoveDeliveries, Receivers: true, Silent: true},
		{Verb: "maintenance", needs: shell.MoveDeliveries, Receivers: true, All: true},
		{Verb: "maintenance_end", needs: shell.MoveDeliveries, Receivers: true, All: true, Silent: true},
	}
	for i := range kinds {
		kinds[i].orderWord = orderWords[kinds[i].Verb]
	}
	return kinds
}

func orderOf(verb string) (orderKind, bool) {
	all := orderKinds()
	i := slices.IndexFunc(all, func(k orderKind) bool { return k.Verb == verb })
	if i < 0 {
		return orderKind{}, false
	}
	return all[i], true
}

// where is the page that an order was begun on, with its filter.
func (k orderKind) where(q deliveryQuery) string {
	switch {
	case k.Receivers:
		return shell.Link("/monitor")
	case k.verb == store.VerbDismiss && q.ID != "": // a held message has no delivery to show
		return shell.Link("/faults")
	case q.ID != "":
		return shell.Link("/monitor/deliveries/{}", q.ID)
	}
	return shell.Link("/monitor/deliveries?{}", q)
}

// after is the page where a person sees what became of an order.
func (k orderKind) after(q deliveryQuery, n int) string {
	if k.Receivers {
		return shell.Link("/monitor?done={}&n={}", k.Verb, n)
	}
	if k.verb == store.VerbDismiss { // what was dismissed has no delivery to show
		return shell.Link("/faults?done={}&n={}", k.Verb, n)
	}
	if q.ID != "" {
		return shell.Link("/monitor/deliveries/{}?done={}&n={}", q.ID, k.Verb, n)
	}
	return shell.Link("/monitor/deliveries?{}&done={}&n={}", q, k.Verb, n)
}

// orderDone says what an order did, on the page after it.
func orderDone(q url.Values) string {
	n, err := strconv.Atoi(q.Get("n"))
	if err != nil || n < 0 {
		return ""
	}
	return orderDoneWord(q.Get("done"), n)
}

// everyReceiver lists the receivers that something is delivered to: those of the catalogue's units and of the portal
// that lead to a queue, by the system behind them where it is known, and those that something waits for or passed by
// lately.
func (s *Pages) everyReceiver(ctx context.Context) ([]string, error) {
	traffic, err := s.Relay.Store.Traffic(ctx)
	if err != nil {
		return nil, err
	}
	var all []string
	add := func(receiver, component string) {
		if component != "" {
			receiver = component
		}
		if receiver = routing.Fold(receiver); receiver != "" {
			all = append(all, receiver)
		}
	}
	for _, t := range traffic {
		add(t.Receiver, t.Component)
	}
	table := s.Table()
	calls := []routing.Call{
		{
			Sender: s.Relay.Instance.HSAID, Receiver: s.Relay.Portal, Contract: s.Relay.Contracts.Return().Contract,
			Profile: routing.RIVTABP21,
		},
	}
	for _, u := range table.Units() {
		calls = append(calls, s.CaseCall(u.HSAID))
	}
	for _, call := range calls {
		if route, err := table.Route(call, s.Clock()); err == nil && route.Via == routing.Queue {
			add(call.Receiver, route.Component)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

type bulkPage struct {
	operatorPage
	Receivers   []string // to choose from
	Maintenance []store.PauseRow
}

// BulkPage asks what is to be sent again, to whom and from which time. The answer is a dry run.
func (s *Pages) BulkPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	p := bulkPage{operatorPage: s.operatorPage(r, who, titleBulk, "bulk")}
	var err error
	if p.Maintenance, err = s.maintenance(r); err != nil {
		return err
	}
	if p.Receivers, err = s.everyReceiver(r.Context()); err != nil {
		return err
	}
	p.Receivers = p.Receivers[:min(len(p.Receivers), receiversOffered)]
	return html.Render(w, http.StatusOK, "bulk", p)
}

// receiversOffered bounds the list to choose from; any other can be typed.
const receiversOffered = 200
