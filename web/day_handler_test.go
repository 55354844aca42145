package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// arrives sends a case to a unit over SOAP, as 1177 does, and returns our id of it.
func (w *world) arrives(unit, name, text string) string {
	w.t.Helper()
	w.Relay.Trust = relay.Trust{
		Proxies:          []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		OriginalConsumer: relay.OriginalConsumer{AllowedSenders: []string{portal}, Enforce: true},
	}
	door := httptest.NewServer(&soap.Server{Handler: w.Relay, Path: "/vp", NewID: w.newID, Faulter: w.Relay.Fault})
	w.t.Cleanup(door.Close)
	now := contracts.NewStamp(w.clock())
	m := &contracts.Message{
		ID: contracts.II{Root: portal, Extension: "message-1"}, SentTime: now, Sequence: 1,
		CaseID: &contracts.II{Root: portal, Extension: "K-2026-17"}, Receiver: unit,
		Recipient: &contracts.Recipient{
			Unit: contracts.OrgUnit{HSAID: unit, Name: "Vårdcentralen Björken"}, Kind: contracts.KindCareUnit,
		},
		Complaint: &contracts.Complaint{
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: tolvan, Type: contracts.OIDPersonnummer}, Name: name, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: unit}, IncidentDate: "20260220", Description: text, ReplyWanted: true,
			Received: now,
		},
	}
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {w.Relay.Instance.ID}}
	receipt, err := inferred.Client{SOAP: &soap.Client{}}.Do(w.t.Context(), door.URL+"/vp", header, m)
	if err != nil || receipt.Result.Code != contracts.OK {
		w.t.Fatalf("sending a case over SOAP: %+v, %v", receipt, err)
	}
	cases, err := w.Relay.Store.Unlogged().Cases(w.t.Context(), store.CaseFilter{Query: "K-2026-17"})
	if err != nil || len(cases) != 1 {
		w.t.Fatalf("%d cases arrived: %v", len(cases), err)
	}
	return cases[0].ID
}

// desktop is a browser at which somebody works.
type desktop struct {
	*world
	ctx context.Context
}

// step is something that is done in the browser.
type step = chromedp.Action[chromedp.Void]

func (d *desktop) do(what string, steps ...step) {
	d.t.Helper()
	if err := chromedp.Do(d.ctx, steps...); err != nil {
		d.t.Fatalf("%s: %v", what, err)
	}
}

// goes is do for what ends on another page.
func (d *desktop) goes(what string, steps ...step) {
	d.t.Helper()
	answer, err := chromedp.RunResponse(d.ctx, steps...)
	if err != nil || answer.Status != http.StatusOK {
		d.t.Fatalf("%s: %+v, %v", what, answer, err)
	}
}

func (d *desktop) sees(want ...string) {
	d.t.Helper()
	tab{d.ctx, d.t}.sees(want...)
}

func clicks(selector string) step         { return chromedp.Click(chromedp.CSS(selector)) }
func types(selector, text string) step    { return chromedp.SendKeys(chromedp.CSS(selector), text) }
func waits(selector string) step          { return chromedp.WaitVisible(chromedp.CSS(selector)) }
func chooses(selector, value string) step { return chromedp.SetValue(chromedp.CSS(selector), value) }

// opens unfolds the form that is sent to an address.
func opens(address string) step {
	return clicks(`details:has(form[action$="` + address + `"]) > summary`)
}

// TestACareHandlersDay: a case arrives over SOAP, is taken, assigned, partially answered after a second thought,
// parked, taken up again, handed over, and closed by the other unit; the citizen sees it all in the mailbox.
func TestACareHandlersDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Later = relay.NewReplyOutbox(w.Relay, undo)
	w.serve()
	id := w.arrives(clinic, "Tolvan Test", "Jag ringde tre gånger innan någon ringde upp.")
	for _, name := range []string{"vera", "hanna"} {
		w.addPerson(name)
	}
	elsa := accounts.Account{
		ID: "elsa", Name: "Elsa Test", Source: accounts.Local, Password: hashed(),
		Grants: []accounts.Grant{{Role: string(shell.RoleHandler), Kind: routing.CareUnit, Units: []string{other}}},
	}
	if err := w.Relay.Store.AddAccount(t.Context(), elsa, accesslog.Row{Who: "test"}); err != nil {
		t.Fatal(err)
	}
	d := &desktop{w, browser(t)}
	d.takesAndAssigns(id)
	d.answersPartially(id)
	d.parksAndResumes(id)
	d.handsOver(id)
	d.closes(id)
	w.isReporter(d.ctx, id)
	d.goes("opening the mailbox", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	d.sees("Ärendebekräftelse", "Vi har läst din journal.", "Ditt ärende har lämnats över", "Vårdcentralen Eken",
		"Vi beklagar att du fick vänta.", "Avslutat")
	if got := w.letters(id); got != "receipt partial_reply forwarded close" {
		t.Errorf("the citizen got %s", got)
	}
	var changes []string
	for _, row := range w.accesses(accesslog.Filter{Case: id, What: accesslog.Change}) {
		changes = append([]string{row.Who + " " + row.Detail}, changes...)
	}
	want := "vera desk: take, vera desk: assign, vera desk: assign, vera reply, vera reply, vera undo, vera reply, " +
		"vera desk: park, vera desk: resume, vera forward, vera forward, elsa close"
	if got := strings.Join(changes, ", "); got != want {
		t.Errorf("the access log has %s", got)
	}
}

func (d *desktop) takesAndAssigns(id string) {
	d.signIn(d.ctx, "vera")
	d.goes("opening the inbox", chromedp.Navigate(d.server.URL+"/inbox"))
	d.sees("K-2026-17", "Tolvan Test", "18900101-****", "28 dagar kvar av 28")
	d.goes("taking the case", clicks(`form[action="/inbox/`+id+`/desk/take"] button`))
	d.sees("Du har tagit ärendet.")
	d.goes("opening the case", chromedp.Navigate(d.server.URL+"/inbox/"+id))
	d.sees("hos dig", "Jag ringde tre gånger")
	for _, to := range []string{"hanna", "vera"} {
		d.goes("assigning it to "+to, opens("/desk/assign"), chooses("#assign-to", to),
			clicks(`form[action$="/desk/assign"] button`))
		d.sees("Ärendet är tilldelat.")
	}
}

func (d *desktop) answersPartially(id string) {
	d.do("writing", opens("/reply"), types("#reply-text", "Vi har läst fel journal."))
	d.do("waiting for the draft",
		chromedp.Poll[chromedp.Void](
			`document.querySelector('form[action$="/reply"] .draft').textContent.includes("Utkastet sparat")`,
		))
	d.goes("previewing", clicks(`form[action$="/reply"] button[value=preview]`))
	d.sees("Så här ser anmälaren det i 1177", "Vi har läst fel journal.", "Du kan ångra i")
	d.goes("sending", clicks(`button[value=send]`))
	d.sees("Delsvaret skickas om 10 sekunder")
	d.pass(undo / 2)
	d.do("seeing the seconds pass",
		chromedp.Poll[chromedp.Void](`document.querySelector("#live").innerText.includes("skickas om 5 sekunder")`))
	d.goes("undoing", clicks(`form[action$="/undo"] button`))
	d.sees("Ångrat: det du skrev ligger kvar som utkast.")
	d.goes("sending another", chromedp.SetValue(chromedp.CSS("#reply-text"), "Vi har läst din journal."),
		clicks(`form[action$="/reply"] button[value=send]`))
	d.leave()
	d.do("hearing that it left", waits("#live .good"))
	d.sees("Delsvar har skickats.", "Svaret nådde 1177 kl. 10:42")
	d.goes("looking at it", clicks("#live .good a"))
	d.sees("Vi har läst din journal.", "Svaret nådde 1177 kl. 10:42", "Vera Test, ")
}

func (d *desktop) parksAndResumes(id string) {
	d.goes("parking", opens("/desk/park"), types("#park-reason", "Väntar på journal"),
		clicks(`form[action$="/desk/park"] button`))
	d.sees("Ärendet är parkerat.", "parkerat till 1 april: Väntar på journal")
	d.goes("looking among the parked", chromedp.Navigate(d.server.URL+"/inbox?queue=parked"))
	d.sees("K-2026-17")
	d.goes("opening it", clicks(`table a[href="/inbox/`+id+`"]`))
	d.goes("resuming", clicks(`form[action$="/desk/resume"] button`))
	d.sees("Ärendet är återupptaget.")
}

func (d *desktop) handsOver(id string) {
	d.goes("choosing a unit", opens("/forward"), types("#forward-unit", other),
		types("#forward-text", "Det hände hos er."), clicks(`form[action$="/forward"] button[value=preview]`))
	d.sees("Överlämna ärendet till Vårdcentralen Eken?")
	d.goes("handing over", clicks(`button[value=send]`))
	d.sees("Överlämnandet skickas om 10 sekunder")
	d.leave()
	d.do("hearing that it left", waits(`#live a[href="/inbox"]`))
	d.sees("Ärendet har lämnat enheten.")
	d.goes("going back", clicks(`#live a[href="/inbox"]`))
	if answer := d.get("/inbox/" + id); answer.status == http.StatusNotFound {
		d.t.Error("nobody has the case") // hanna, who is of every unit, asks here
	}
}

func (d *desktop) closes(id string) {
	d.signIn(d.ctx, "elsa")
	d.goes("opening the inbox of the other unit", chromedp.Navigate(d.server.URL+"/inbox?queue=new"))
	d.goes("opening the case", clicks(`table a[href="/inbox/`+id+`"]`))
	d.sees("Det hände hos er.", "Jag ringde tre gånger")
	d.do("finding the problem", opens("/close"), types("#close-text", "Vi beklagar att du fick vänta."),
		types("#close-find", "information"))
	d.do("choosing it", clicks(`form[action$="/close"] input[value="3.1"]`), chooses("#close-area", "3"))
	d.goes("closing", clicks(`form[action$="/close"] button[value=send]`))
	d.sees("Slutsvaret skickas om 10 sekunder")
	d.leave()
	d.do("hearing that it left", waits("#live .good"))
	d.goes("looking at it", clicks("#live .good a"))
	d.sees("Avslutat", "Vi beklagar att du fick vänta.", "Kommunikation, Information", "Primärvård")
}
