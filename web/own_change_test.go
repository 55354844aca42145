package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
)

// TestASecondAnswerFromTheSamePage: nobody is refused for what they did themselves; for what others did they are, and a
// second click sends nothing twice.
func TestASecondAnswerFromTheSamePage(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	page := w.page("/inbox/" + id) // everything is sent from this one
	seen := version(t, page)
	send := func(form, text string) reply {
		t.Helper()
		return w.post("/inbox/"+id+"/"+form, url.Values{
			"version": {seen}, "draft": {draftVersion(t, page, form)}, "text": {text}, "do": {"send"},
		})
	}
	staged := "/inbox/" + id + "?done=staged"
	expectRedirect(t, send("reply", "Det första."), staged)
	expectRedirect(t, send("reply", "Det första."), staged) // a second click
	if got := w.letters(id); got != "receipt" {
		t.Errorf("the citizen got %s before the time was over", got)
	}
	expectRedirect(t, send("question", "Frågan?"), staged) // whoever goes on lets the first one leave
	if got := w.letters(id); got != "receipt partial_reply" && got != "receipt reply" {
		t.Errorf("the citizen got %s", got)
	}
	w.leave()
	expectRedirect(t, send("question", "Frågan?"), "/inbox/"+id+"?done=question") // the back button: it has left
	expectRedirect(t, send("reply", "Det andra."), staged)
	w.leave()
	if got := strings.Fields(w.letters(id)); len(got) != 4 {
		t.Errorf("the citizen got %v", got)
	}
	hasNot(t, w.page("/inbox/"+id), "kunde inte skickas", "Utkast i ärendet", `class="badge">utkast`)

	w.as("hanna")
	r := w.post("/inbox/"+id+"/reply", url.Values{"version": {seen}, "draft": {"0"}, "text": {"Hannas"}, "do": {"send"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("on what another has changed: %d", r.status)
	}
	has(t, r.body, "har ändrats sedan sidan öppnades", ">Hannas</textarea>")
	hasNot(t, r.body, "Någon annan")
}

// TestAHandoverThatLeavesClosesTheCase: whoever hands a case over and goes on from the same page is told where it is,
// and sees nothing of what the next unit has.
func TestAHandoverThatLeavesClosesTheCase(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	seen := version(t, w.page("/inbox/"+id))
	w.sends(id, "forward", url.Values{"unit": {other}, "text": {"Det hände hos er."}})
	r := w.post("/inbox/"+id+"/reply", url.Values{
		"version": {seen}, "draft": {"0"}, "text": {"Ett svar till."}, "do": {"send"},
	})
	if c := w.theCase(id); c.Handler.Unit != other || r.status != http.StatusNotFound {
		t.Errorf("the case is at %s, and the page is %d", c.Handler.Unit, r.status)
	}
	has(t, r.body, "Ärendet är överlämnat")
	hasNot(t, r.body, "Tolvan Test", "Det hände hos er.", "Ett svar till.")
}

// TestThePageTellsThatAnAnswerLeft: without being loaded again, and then that it arrived.
func TestThePageTellsThatAnAnswerLeft(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.sends(id, "reply", url.Values{"text": {"Hej."}})
	page := w.page("/inbox/" + id + "?done=staged")
	live := strings.ReplaceAll(between(t, page, `hx-get="`, `"`), "&amp;", "&")
	has(t, w.page(live), "skickas om 10 sekunder", `hx-trigger="every 1s"`)
	w.leave()
	left := w.page(live)
	has(t, left, "Delsvar har skickats.", "Svaret nådde 1177 kl.")
	hasNot(t, left, "Ärendet har ändrats")
	has(t, w.page("/inbox/"+id), "Svaret nådde 1177 kl.") // what a reload shows
	w.as("hanna")
	has(t, w.page(live), "Ärendet har ändrats sedan sidan öppnades")
}

// TestAHandlerSeesAnAnswerArriveOverTheQueue: in a region's gateway an answer waits in the queue until 1177 has it. The
// open page says by itself that it left, and then that it arrived.
func TestAHandlerSeesAnAnswerArriveOverTheQueue(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	returns := w.Relay.Contracts.Return()
	received, err := contracts.ParseStamp("20260302101500")
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := returns.WriteReceipt(contracts.Receipt{Result: contracts.Accepted("there"), ReceivedTime: received})
	if err != nil {
		t.Fatal(err)
	}
	answer := make(chan struct{})
	national := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		<-answer
		out.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = out.Write(receipt)
	}))
	t.Cleanup(national.Close)
	region := newTable(t, w.Relay.Contracts, routing.Row{
		Contract: returns.Contract, Receiver: portal, Address: national.URL,
	})
	w.Relay.Table = func() *routing.Table { return region }
	worker := &relay.Worker{Relay: w.Relay, Name: "test", GapTimeout: time.Hour, Lease: 30 * time.Second, Workers: 2}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(t.Context()) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})

	b := tab{browser(t), t}
	w.signIn(b, "vera")
	b.goes(http.StatusOK, "opening the case", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	must(t, "writing",
		chromedp.Do(b, chromedp.Click(chromedp.CSS(`details:has(#reply-text) > summary`)),
			chromedp.SendKeys(chromedp.CSS("#reply-text"), "Vi läser.")))
	b.goes(http.StatusOK, "sending", chromedp.Click(chromedp.CSS(`form[action$="/reply"] button[value="send"]`)))
	b.until("it can be taken back", `document.querySelector("#live").innerText.includes("skickas om 10 sekunder")`)
	eval[string](b, `document.body.dataset.mark = "kept"`)
	w.leave()
	b.until("it left, and waits",
		`/Delsvar har skickats\.\s+Väntar på leverans/.test(document.querySelector("#live").innerText)`)
	if strings.Contains(eval[string](b, `document.querySelector("#live").innerText`), "nådde") {
		t.Error("the page says that the answer arrived, and nobody has it")
	}
	close(answer)
	b.until("it arrived", `document.querySelector("#live").innerText.includes("Svaret nådde 1177 kl. 10:4")`)
	if eval[string](b, `document.body.dataset.mark || ""`) != "kept" {
		t.Error("the page was loaded anew")
	}
}
