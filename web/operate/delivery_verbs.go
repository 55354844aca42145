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

// orderKind is one thing that can be ordered, and how its page puts it.
type orderKind struct {
	Verb    string
	Title   string
	Explain string
	Button  string
	What    string // "meddelande" or "mottagare": what is counted, one and many
	Many    string

	Receivers bool // it is about receivers, not deliveries
	All       bool // it is about every receiver
	Silent    bool // no reason is asked for
	verb      store.Verb
	needs     shell.Action
}

// orderKinds are all orders.
func orderKinds() []orderKind {
	return []orderKind{
		{
			Verb: "retry", Title: "Skicka om", verb: store.VerbRetry, needs: shell.MoveDeliveries, Button: "Skicka om",
			What: "meddelande", Many: "meddelanden",
			Explain: "Det som väntar och det som är parkerat skickas så snart det är dess tur. Det som var parkerat får hela " +
				"sin tid på nytt. Meddelande-id är detsamma, så att mottagaren kan känna igen det.",
		},
		{
			Verb: "replay", Title: "Skicka om det som redan levererats", verb: store.VerbReplay, needs: shell.Resend,
			Button: "Skicka en gång till", What: "meddelande", Many: "meddelanden",
			Explain: "För en mottagare som har förlorat vad den tagit emot. Det som levererats skickas en gång till, med " +
				"samma meddelande-id. Ärenden där något väntar lämnas utanför: gör om det när de är klara.",
		},
		{
			Verb: "release", Title: "Släpp fram", verb: store.VerbRelease, needs: shell.MoveDeliveries, Button: "Släpp fram",
			What: "meddelande", Many: "meddelanden",
			Explain: "Meddelanden som hålls för att ett tidigare i samma ärende saknas tas i bruk nu, utan att vänta längre " +
				"på det.",
		},
		{
			Verb: "redirect", Title: "Skicka till en annan adress", verb: store.VerbRedirect, needs: shell.MoveDeliveries,
			Button: "Skicka dit", What: "meddelande", Many: "meddelanden",
			Explain: "Det som väntar och det som är parkerat skickas till den nya adressen från nästa försök. Katalogen " +
				"ändras inte: nya ärenden går dit den säger.",
		},
		{
			Verb: "close", Title: "Avsluta utan leverans", verb: store.VerbClose, needs: shell.MoveDeliveries, Button: "Avsluta",
			What: "parkerat meddelande", Many: "parkerade meddelanden",
			Explain: "Parkerade meddelanden avslutas: de kommer aldrig att skickas. Se till att mottagaren har fått veta det " +
				"på annat sätt. Ingenting raderas.",
		},
		{
			Verb: "dismiss", Title: "Avsluta det som fastnat", verb: store.VerbDismiss, needs: shell.MoveDeliveries,
			Button: "Avsluta", What: "meddelande som fastnat", Many: "meddelanden som fastnat",
			Explain: "Meddelanden som väntade på ett tidigare i ärendet och avvisades när deras tur kom avslutas: de kommer " +
				"aldrig in i ärendet. Avsändaren har fått kvitto på dem, så se till att den får veta det på annat sätt. " +
				"Ingenting raderas.",
		},
		{
			Verb: "pause", Title: "Pausa en mottagare", needs: shell.MoveDeliveries, Receivers: true, Button: "Pausa",
			What: "mottagare", Many: "mottagare",
			Explain: "Ärenden tas emot som vanligt, men ingenting skickas till mottagaren förrän den återupptas.",
		},
		{
			Verb: "resume", Title: "Återuppta en mottagare", needs: shell.MoveDeliveries, Receivers: true, Silent: true,
			Button: "Återuppta", What: "mottagare", Many: "mottagare",
			Explain: "Det som väntar skickas genast.",
		},
		{
			Verb: "maintenance", Title: "Underhåll", needs: shell.MoveDeliveries, Receivers: true, All: true,
			Button: "Börja underhållet", What: "mottagare", Many: "mottagare",
			Explain: "Ärenden tas emot som vanligt, men ingenting skickas till någon mottagare förrän underhållet avslutas. " +
				"De som redan är pausade förblir det efteråt.",
		},
		{
			Verb: "maintenance_end", Title: "Avsluta underhållet", needs: shell.MoveDeliveries, Receivers: true, All: true,
			Silent: true, Button: "Avsluta underhållet", What: "mottagare", Many: "mottagare",
			Explain: "Det som väntar skickas genast. Mottagare som pausades av annat skäl är pausade även efteråt.",
		},
	}
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
	if n == 0 {
		return "Ingenting ändrades: det fanns inget kvar att göra det med."
	}
	messages := shell.Count(n, "meddelande", "meddelanden")
	switch q.Get("done") {
	case "retry":
		return messages + " skickas nu om. De lämnar listan när mottagaren har svarat."
	case "replay":
		return messages + " skickas nu en gång till."
	case "release":
		return messages + " släpptes fram."
	case "redirect":
		return messages + " skickas nu till den nya adressen."
	case "close":
		return messages + " avslutades utan leverans."
	case "dismiss":
		return messages + " som fastnat avslutades."
	case "pause":
		return "Mottagaren är pausad."
	case "resume":
		return "Mottagaren är återupptagen. Det som väntade skickas nu."
	case "maintenance":
		return "Underhållet har börjat: " + shell.Count(n, "mottagare är pausad", "mottagare är pausade") + "."
	case "maintenance_end":
		return "Underhållet är avslutat: " + shell.Count(n, "mottagare är återupptagen", "mottagare är återupptagna") + "."
	}
	return ""
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
	p := bulkPage{operatorPage: s.operatorPage(r, who, "Skicka om många", "bulk")}
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
