package web_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/prometheus/client_golang/prometheus"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/relay/upkeep"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/operate"
	"rivgate/web/shell"
)

// receiver is a handling system that can be down.
type receiver struct {
	t       *testing.T
	address string // host:port, the same when it comes back
	taken   atomic.Int64
	receipt []byte
}

// newReceiver is one that is down, with a world in which the hospital's cases go to it and a worker that parks what it
// cannot deliver at once.
func newReceiver(t *testing.T) (*world, *receiver) {
	t.Helper()
	w := newWorld(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, address: l.Addr().String()}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	received, err := contracts.ParseStamp("20260302101500")
	if err != nil {
		t.Fatal(err)
	}
	if r.receipt, err = w.Relay.Contracts.Send().WriteReceipt(contracts.Receipt{
		Result: contracts.Accepted("there"), ReceivedTime: received,
	}); err != nil {
		t.Fatal(err)
	}
	send := w.Relay.Contracts.Send().Contract
	table, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: hospital, Name: "Sjukhuset", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01"},
		},
		Routes: []routing.Row{
			{Contract: send, Receiver: hospital, Address: "http://" + r.address + "/", Component: system},
			{Contract: send, Receiver: board, Address: routing.AddressInbox},
		},
		Permissions: []routing.Permission{{Contract: send, Sender: portal, Receiver: "*"}},
	}, routing.Rules{
		Durable: w.Relay.Contracts.Durable, SendContract: w.Relay.Contracts.Send().Contract,
		ReturnContract: w.Relay.Contracts.Return().Contract, PortalAddress: portal,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
	worker := &relay.Worker{Relay: w.Relay, Name: "test", GapTimeout: time.Hour, Lease: 30 * time.Second, Workers: 2}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(t.Context()) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return w, r
}

// comeBack lets the receiver answer.
func (r *receiver) comeBack() {
	r.t.Helper()
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r.taken.Add(1)
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(r.receipt)
	}))
	_ = server.Listener.Close()
	server.Listener = l
	server.Start()
	r.t.Cleanup(server.Close)
}

// until waits for the page to show something, which nobody loads anew.
func (b tab) until(what, script string) {
	b.t.Helper()
	ok, err := chromedp.Run(b,
		chromedp.Poll[bool](script, chromedp.WithPollingInterval(50*time.Millisecond),
			chromedp.WithPollingTimeout(40*time.Second)))
	if err != nil || !ok {
		b.t.Fatalf("%s: %v\n%s", what, err, eval[string](b, `document.querySelector("main").innerText`))
	}
}

func TestAnOperatorDrainsAReceiverInABrowser(t *testing.T) {
	t.Parallel()
	w, r := newReceiver(t)
	b := tab{browser(t), t}
	w.signIn(b, "olle")
	b.goes(http.StatusOK, "opening the monitor", chromedp.Navigate(w.server.URL+"/monitor"))
	b.sees("Allt är väl: allt som tagits emot är levererat.")
	same := func() { // a page that was loaded anew has forgotten this
		t.Helper()
		if eval[string](b, `document.body.dataset.mark || ""`) != "kept" {
			t.Fatal("the page was loaded anew")
		}
	}
	eval[string](b, `document.body.dataset.mark = "kept"`)
	for range 3 {
		w.submit(hospital, "Tolvan Test", "Till sjukhuset")
	}
	b.until("three parked, live", `document.querySelector("#verdict").textContent.includes("3 meddelanden är parkerade")`)
	same()
	b.sees("Gör först: Läs varför.", "senaste fel: ingen förbindelse", "Sjukhuset")
	eval[bool](b, `(document.querySelector('a[href="/monitor/deliveries?state=parked"]').focus(), true)`)
	r.comeBack()
	w.pass(time.Minute)

	b.goes(http.StatusOK, "to many at once", chromedp.Click(chromedp.CSS(`nav.tabs a[href="/monitor/bulk"]`)))
	b.goes(http.StatusOK, "counting first", chromedp.SendKeys(chromedp.CSS("#receiver"), system),
		chromedp.Click(chromedp.CSS(`form[action="/monitor/order"] button`)))
	b.sees("3 meddelanden till "+system, "Det här är en provräkning. Ingenting har ändrats än.", "Parkerat",
		"ingen förbindelse")
	if n := r.taken.Load(); n != 0 {
		t.Errorf("the dry run sent %d", n)
	}
	// The browser itself holds back a form without a reason.
	eval[bool](b, `(document.querySelector("#order-reason").required = false, true)`)
	b.goes(http.StatusUnprocessableEntity, "without a reason",
		chromedp.Click(chromedp.CSS(`form[action="/monitor/order"] button`)))
	b.sees("Skriv varför")
	b.goes(http.StatusOK, "sending again", chromedp.SendKeys(chromedp.CSS("#order-reason"), "Mottagaren är uppe igen"),
		chromedp.Click(chromedp.CSS(`form[action="/monitor/order"] button`)))
	b.sees("3 meddelanden skickas nu om.")
	w.pass(time.Minute) // a receiver that was down is asked again after a while

	b.goes(http.StatusOK, "the monitor again", chromedp.Navigate(w.server.URL+"/monitor"))
	eval[string](b, `document.body.dataset.mark = "kept"`)
	b.until("drained, live",
		`document.querySelector("#verdict").textContent.includes("allt som tagits emot är levererat")`)
	same()
	b.sees("Mottagaren är uppe igen", "Olle Test", "allt levererat")
	if n := r.taken.Load(); n != 3 {
		t.Errorf("the receiver took %d", n)
	}
	b.goes(http.StatusOK, "stopping the clock", chromedp.Click(chromedp.CSS(`.live button`)))
	b.sees("Uppdateringen är stannad.")
	if live := eval[bool](b, `document.querySelector("#now").hasAttribute("hx-get")`); live {
		t.Error("the page still asks")
	}
	operatorFits(w, b)
}

// operatorFits looks at the operator's pages, and those of statistics, on a narrow screen.
func operatorFits(w *world, b tab) {
	b.t.Helper()
	rows, err := w.Relay.Store.Deliveries(b.t.Context(), store.DeliveryFilter{Limit: 1})
	if err != nil || len(rows) != 1 {
		b.t.Fatal(rows, err)
	}
	for who, paths := range map[string][]string{
		"olle": {
			"/monitor", "/monitor/deliveries", "/monitor/deliveries?since=x", "/monitor/deliveries/" + rows[0].ID,
			"/monitor/bulk", "/monitor/order?verb=replay&receiver=" + hospital,
			"/monitor/order?verb=pause&receiver=" + hospital, "/monitor/order?verb=maintenance", "/monitor/order?verb=redirect",
		},
		"hanna": {"/statistics", "/statistics?by=age", "/statistics?by=received", "/statistics?by=unit&by2=received"},
	} {
		w.signIn(b, who)
		if err := chromedp.Do(b, chromedp.EmulateViewport(320, 640)); err != nil {
			b.t.Fatal(err)
		}
		for _, path := range paths {
			if err := chromedp.Do(b, chromedp.Navigate(w.server.URL+path)); err != nil {
				b.t.Fatal(path, err)
			}
			if wide := eval[float64](b, `document.documentElement.scrollWidth`); wide > 320 {
				b.t.Errorf("%s is %v pixels wide at 320: %s", path, wide,
					eval[string](b,
						`[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 321).slice(0, `+
							`3).map(e => e.outerHTML.slice(0, 160)).join("\n")`))
			}
			for what, script := range map[string]string{
				"fields without a label": `[...document.querySelectorAll("main input:not([type=hidden]), main select, ` +
					`main textarea")].filter(e => !e.labels || e.labels.length === 0)`,
				"tables without caption or scope": `[...document.querySelectorAll("main table")].filter(e => !e.caption || ` +
					`[...e.querySelectorAll("th")].some(h => !h.scope))`,
				"links or buttons without a name": `[...document.querySelectorAll("main a, main button")].filter(e => ` +
					`!e.textContent.trim() && !e.ariaLabel)`,
				"ids that are there twice": `[...document.querySelectorAll("[id]")].filter((e, i, all) => ` +
					`all.findIndex(o => o.id === e.id) !== i)`,
			} {
				if found := eval[string](b, script+`.map(e => e.outerHTML.slice(0, 160)).join("\n")`); found != "" {
					b.t.Errorf("%s has %s: %s", path, what, found)
				}
			}
		}
		if err := chromedp.Do(b, chromedp.EmulateViewport(1280, 900)); err != nil {
			b.t.Fatal(err)
		}
	}
}

func TestMonitorSaysWhatIsWorst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, w.page("/monitor"), `class="notice good"`, "Allt är väl: allt som tagits emot är levererat.",
		"inga är inställda", "Ledig disk", "kontrollen har inte körts")
	w.submit(hospital, "Tolvan Test", "Hemligt innehåll")
	has(t, w.page("/monitor"), "Allt är väl: ingenting är parkerat", "Sjukhuset", system, "http://127.0.0.1:9/")
	w.pass(5 * time.Hour)
	has(t, w.page("/monitor"), `class="notice warm"`, "Det äldsta meddelandet till Sjukhuset har väntat 5 timmar.",
		"över 4 timmar")

	for range 3 {
		w.fails(store.Attempt{Outcome: store.OutcomeTechnical, Class: "connect", Again: w.clock()})
	}
	has(t, w.page("/monitor"), `class="notice bad"`, "Mottagaren Sjukhuset är nere sedan kl. 15:42.",
		"mottagaren nere sedan kl. 15:42")
	has(t, w.page("/monitor/deliveries"), "mottagaren nere")
	rows, err := w.Relay.Store.Deliveries(t.Context(), store.DeliveryFilter{State: store.DeliveryDue})
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	page := w.page("/monitor/deliveries/" + rows[0].ID)
	has(t, page, "Mottagaren är nere sedan kl. 15:42. Meddelandet väntar", "Mottagaren tillfrågas igen senast kl. ")
	hasNot(t, page, "Nästa försök", "tidigare meddelande")
	w.fails(store.Attempt{Outcome: store.OutcomeUnknown, Class: "timeout", Again: w.clock()})
	has(t, w.page("/monitor"), `<span class="number">1</span> med osäkert utfall`)
	has(t, w.page("/monitor/deliveries?state=unknown"), hospital, "osäkert utfall", "inget svar i tid")
	w.fails(store.Attempt{Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007"})
	has(t, w.page("/monitor/deliveries?state=unknown"), "Inga leveranser att visa.")
	has(t, w.page("/monitor"), "1 meddelande är parkerat och väntar på en människa.", "/monitor/deliveries?state=parked")

	registry := prometheus.NewRegistry()
	watch := &upkeep.Watch{Relay: w.Relay}
	watch.Register(registry)
	watch.Look(t.Context())
	w.Operate.Registry = registry
	w.Operate.Certificates = func() []operate.CertificateStatus {
		return []operate.CertificateStatus{
			{Use: "soap.tls.certificate", Subject: "CN=a", NotAfter: w.clock().Add(5*24*time.Hour + time.Hour)},
			{Use: "producer.tls.certificate", NotAfter: w.clock().Add(-time.Hour)},
			{Use: "soap.tls.client_ca", Problem: operate.NotPEM},
		}
	}
	w.CatalogueInUse = func() shell.CatalogueStatus {
		return shell.CatalogueStatus{Loaded: w.clock(), Source: "file", FromCache: true, Held: "abc"}
	}
	w.serve()
	page = w.page("/monitor")
	has(t, page, "Ett certifikat har gått ut (producer.tls.certificate).",
		"Ett certifikat går ut om 5 dagar (soap.tls.certificate).", "Det hålls tillbaka", "inga fel", "har gått ut",
		"5 dagar kvar", "Ett certifikat går inte att använda (soap.tls.client_ca).",
		"Se efter filen: den går inte att läsa som certifikat i PEM-form.")
	if strings.Index(page, "Ett certifikat har gått ut") > strings.Index(page, "1 meddelande är parkerat") {
		t.Error("what no waiting mends does not come first")
	}
	piece := w.get("/monitor/now")
	if piece.status != http.StatusOK || strings.Contains(piece.body, "<html") ||
		!strings.HasPrefix(piece.body, `<div id="verdict"`) {
		t.Errorf("the piece for htmx: %d %.100s", piece.status, piece.body)
	}
	hasNot(t, page+piece.body+w.page("/monitor/deliveries"), "Tolvan", "Hemligt")
}

// fails makes one attempt on all that is due.
func (w *world) fails(a store.Attempt) {
	w.t.Helper()
	got, err := w.Relay.Store.Claim(w.t.Context(), "w1", time.Minute, 10, 10, nil)
	if err != nil || len(got) == 0 {
		w.t.Fatalf("claimed %d: %v", len(got), err)
	}
	for _, d := range got {
		if err := w.Relay.Store.Finish(w.t.Context(), d, a); err != nil {
			w.t.Fatal(err)
		}
	}
}

// order asks for a dry run, confirms it, and returns what the page after it says.
func (w *world) order(query string, fields url.Values) string {
	w.t.Helper()
	page := w.page("/monitor/order?" + query)
	all := url.Values{"count": {between(w.t, page, `name="count" value="`, `"`)}}
	asked, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, more := range []url.Values{asked, fields} {
		for k, v := range more {
			all[k] = v
		}
	}
	r := w.post("/monitor/order", all)
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("%s: %d\n%s", query, r.status, main(r.body))
	}
	return w.page(r.header.Get("Location"))
}

func TestOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 2 {
		w.submit(hospital, "Tolvan Test", "Text")
	}
	park := func() {
		t.Helper()
		w.fails(store.Attempt{Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007"})
	}
	why := url.Values{"reason": {"rättat hos mottagaren"}}
	park()
	has(t, w.page("/monitor/deliveries?class=fault-client"), "mottagaren avvisade anropet",
		"de stora orderna tar inte den")
	has(t, w.page("/monitor/deliveries?class=connect"), "Inga leveranser att visa.")
	has(t, w.page("/monitor/order?verb=retry&state=parked"), "2 meddelanden i läget parkerat", "provräkning", "Alla 2")
	r := w.post("/monitor/order", url.Values{"verb": {"retry"}, "state": {"parked"}, "count": {"2"}})
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Skriv varför") {
		t.Errorf("without a reason: %d", r.status)
	}
	r = w.post("/monitor/order", url.Values{"verb": {"retry"}, "state": {"parked"}, "count": {"1"}, "reason": {"x"}})
	if r.status != http.StatusConflict || !strings.Contains(r.body, "Det är fler nu än när du såg dem.") ||
		!strings.Contains(r.body, `name="count" value="2"`) {
		t.Errorf("more than was seen: %d", r.status)
	}
	r = w.post("/monitor/order", url.Values{"verb": {"retry"}, "count": {"2"}, "reason": {"x"}})
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Bekräfta att du menar alla") {
		t.Errorf("everything by oversight: %d", r.status)
	}
	r = w.post("/monitor/order", url.Values{
		"verb": {"redirect"}, "state": {"parked"}, "count": {"2"}, "reason": {"x"}, "address": {"gopher://a"},
	})
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Ange en adress som börjar med") {
		t.Errorf("to an address that is none: %d", r.status)
	}
	if rows, err := w.Relay.Store.Audits(t.Context(), time.Time{}, 0); err != nil || len(rows) != 0 {
		t.Fatalf("orders that were refused: %v %v", rows, err)
	}
	has(t, w.order("verb=retry&state=parked", why), "2 meddelanden skickas nu om.")
	park()
	one := between(t, w.page("/monitor/deliveries?state=parked"), `/monitor/deliveries/`, `"`)
	has(t, w.order("verb=redirect&id="+one, url.Values{"reason": {"flyttad"}, "address": {"http://127.0.0.1:9/new"}}),
		"skickas nu till den nya adressen", "http://127.0.0.1:9/new", "flyttad", "Olle Test")
	park()
	has(t, w.order("verb=close&id="+one, url.Values{"reason": {"sagt per telefon"}}), "avslutades utan leverans",
		"sagt per telefon", "Avslutat utan leverans")
	has(t, w.order("verb=retry&state=parked", why), "1 meddelande skickas nu om.")
	w.fails(store.Attempt{Outcome: store.OutcomeDelivered, Class: "ok"})
	has(t, w.order("verb=replay&receiver="+system+"&since=2026-03-01T00:00", url.Values{"reason": {"de förlorade det"}}),
		"1 meddelande skickas nu en gång till.")
	has(t, w.page("/monitor/order?verb=release&receiver="+hospital), "Det finns ingenting att göra det med just nu.")
	has(t, w.order("verb=pause&receiver="+system, why), "Mottagaren är pausad.", "av Olle Test: rättat hos mottagaren")
	has(t, w.order("verb=resume&receiver="+system, nil), "Mottagaren är återupptagen.")
	for _, path := range []string{"/monitor/order?verb=nonsense", "/monitor/deliveries/nonsense"} {
		if r := w.get(path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := w.post("/monitor/order", url.Values{
		"verb": {"pause"}, "receiver": {"SE2010123456-SJ99"}, "count": {"1"}, "reason": {"x"},
	}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "vill pausa ändå") {
		t.Errorf("pausing who is unknown: %d", r.status)
	}
}

func TestMaintenance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	why := url.Values{"reason": {"nya servrar"}}
	w.order("verb=pause&receiver="+hospital, why)
	has(t, w.page("/monitor/order?verb=maintenance"), "Berör 1 mottagare", system)
	has(t, w.order("verb=maintenance", why), "Underhållet har börjat: 1 mottagare är pausad.",
		"Underhållsläge: leveranserna till 1 mottagare är pausade.")
	w.submit(hospital, "Tolvan Test", "Text")
	if got, err := w.Relay.Store.Claim(t.Context(), "w1", time.Minute, 10, 10, nil); err != nil || len(got) != 0 {
		t.Fatalf("claimed %d in maintenance: %v", len(got), err)
	}
	for _, path := range []string{"/monitor", "/monitor/deliveries", "/monitor/bulk"} {
		has(t, w.page(path), "Underhållsläge", "verb=maintenance_end")
	}
	has(t, w.order("verb=maintenance_end", nil), "Underhållet är avslutat: 1 mottagare är återupptagen.")
	if pauses, err := w.Relay.Store.Pauses(t.Context()); err != nil || len(pauses) != 1 || pauses[0].Receiver != hospital {
		t.Errorf("what was paused before is %v, %v", pauses, err)
	}
	hasNot(t, w.page("/monitor"), "Underhållsläge")
}

// TestWhoMovesDeliveries: seeing, moving and sending again are rights of their own.
func TestWhoMovesDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Text")
	w.fails(store.Attempt{Outcome: store.OutcomeDelivered, Class: "ok"})
	w.order("verb=replay&receiver="+hospital, url.Values{"reason": {"x"}})
	for _, c := range []struct {
		who                 string
		sees, moves, resend bool
	}{
		{"olle", true, true, true},
		{"iris", true, false, true},
		{"hanna", false, false, false},
		{"adam", false, false, false},
		{"greta", false, false, false},
		{"none", false, false, false},
	} {
		t.Run(c.who, func(t *testing.T) {
			w.t = t
			w.as(c.who)
			for path, may := range map[string]bool{
				"/monitor": c.sees, "/monitor/now": c.sees, "/monitor/deliveries": c.sees, "/monitor/bulk": c.moves || c.resend,
				"/monitor/order?verb=retry&receiver=" + hospital:  c.moves,
				"/monitor/order?verb=replay&receiver=" + hospital: c.resend, "/monitor/order?verb=maintenance": c.moves,
			} {
				if r := w.get(path); (r.status == http.StatusOK) != may {
					t.Errorf("%s: %d", path, r.status)
				}
			}
			for verb, may := range map[string]bool{"retry": c.moves, "pause": c.moves, "replay": c.resend} {
				r := w.post("/monitor/order", url.Values{"verb": {verb}, "receiver": {hospital}, "count": {"9"}, "reason": {"x"}})
				if (r.status == http.StatusSeeOther) != may {
					t.Errorf("%s: %d", verb, r.status)
				}
			}
			if c.sees && !c.moves {
				hasNot(t, w.page("/monitor"), "verb=retry", "verb=pause", "Senast beordrat")
			}
		})
	}
}
