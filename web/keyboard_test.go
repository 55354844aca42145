package web_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// marks numbers what the Tab key should reach, in the order of the page: a group of radio buttons is one stop.
const marks = `(() => { let n = 0; const groups = new Set();
	for (const e of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")) {
		if (e.disabled || !e.checkVisibility({visibilityProperty: true})) continue;
		if (e.type === "radio") { const g = e.form && e.form.action + e.name; if (groups.has(g) || [...e.form.elements[e.name]].some(r => r.checked) && !e.checked) continue; groups.add(g) }
		e.dataset.stop = ++n }
	document.activeElement.blur(); return n })()`

// stop is where the focus is: its number, and whether it can be seen.
const stop = `(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
	return (e.dataset.stop || e.tagName) + (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && r.width > 0 && r.bottom > 0 && r.top < innerHeight ? "" : " unseen " + e.outerHTML.slice(0, 120)) })()`

// press presses keys on the whole page.
func (b tab) press(keys string) {
	b.t.Helper()
	must(b.t, "pressing keys", chromedp.Do(b, chromedp.KeyEvent(keys)))
}

// TestKeyboardReachesEverything: Tab goes through every page in its order, and what has the focus is in sight and
// framed.
func TestKeyboardReachesEverything(t *testing.T) {
	t.Parallel()
	w, names, _ := furnished(t)
	i := &inspector{tab: tab{browser(t), t}, w: w}
	first := names["/inbox/"]["id"]
	for _, v := range []visit{
		{who: nobody, path: "/signin"},
		{who: "hanna", path: "/"},
		{who: "hanna", path: "/inbox"},
		{who: "hanna", path: "/inbox/" + first},
		{who: "hanna", path: "/statistics"},
		{who: "olle", path: "/monitor/deliveries"},
		{who: "iris", path: "/catalogue/draft"},
		{who: "gunde", path: "/review"},
		{who: nobody, path: "/submit?unit=" + clinic},
	} {
		i.sitsDown(v.who)
		i.opens(v)
		stops := eval[int](i.tab, marks)
		if stops < 5 {
			t.Fatalf("%s: %d stops", v, stops)
		}
		for n, inDate := 1, 0; n <= min(stops, 60); n++ {
			i.press(kb.Tab)
			at := eval[string](i.tab, stop)
			// a field for dates has parts of its own, and a button that the browser frames
			if same, _, _ := strings.Cut(at, " "); n > 1 && same == strconv.Itoa(n-1) && inDate < 6 {
				inDate++
				n--
				continue
			}
			if inDate = 0; at != strconv.Itoa(n) {
				t.Errorf("%s: Tab comes to %s, not to %d: %s", v, at, n,
					eval[string](i.tab, `document.querySelector('[data-stop="`+strconv.Itoa(n)+`"]').outerHTML.slice(0, 120)`))
				break
			}
		}
	}
}

// TestACaseIsAnsweredByKeyboard: the skip link skips, a folded form opens, is filled in and sent, without a mouse.
func TestACaseIsAnsweredByKeyboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	i := &inspector{tab: tab{browser(t), t}, w: w}
	i.sitsDown("vera")
	i.opens(visit{who: "vera", path: "/inbox/" + id})
	i.press(kb.Tab)
	i.press(kb.Enter)
	if at := eval[string](i.tab, `location.hash + " " + document.activeElement.id`); at != "#main main" {
		t.Errorf("the skip link leads to %q", at)
	}
	for range 40 {
		i.press(kb.Tab)
		if eval[string](i.tab, `document.activeElement.textContent.trim()`) == "Skriv delsvar" {
			break
		}
	}
	i.press(kb.Enter)
	for range 5 {
		i.press(kb.Tab)
		if eval[string](i.tab, `document.activeElement.id`) == "reply-text" {
			break
		}
	}
	i.press("Vi ringer upp i morgon.")
	for range 6 {
		i.press(kb.Tab)
		if eval[string](i.tab, `document.activeElement.value`) == "send" {
			break
		}
	}
	i.goes(http.StatusOK, "sending", chromedp.KeyEvent(kb.Enter))
	i.sees("Vi ringer upp i morgon.")
	if n := len(timeLine(t, w, id)); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// TestPagesWorkWithoutScripts: a case is submitted, answered, asked about and closed, a draft published, a receiver
// paused and the log reviewed, with scripts off.
func TestPagesWorkWithoutScripts(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	i := &inspector{tab: tab{browser(t), t}, w: w}
	_, err := chromedp.Call(i, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{
		Value: true,
	})
	must(t, "turning scripts off", err)
	goes := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		i.goes(http.StatusOK, what, steps...)
	}
	sit := func(who, path string) { t.Helper(); i.sitsDown(who); goes(path, chromedp.Navigate(w.server.URL+path)) }
	types := func(field, text string) chromedp.Action[chromedp.Void] {
		return chromedp.SendKeys(chromedp.CSS(field), text)
	}
	click := func(what string) chromedp.Action[chromedp.Void] { return chromedp.Click(chromedp.CSS(what)) }
	open := func(form string) chromedp.Action[chromedp.Void] {
		return click(`details:has(form[action$="/` + form + `"]) > summary`)
	}

	sit(nobody, "/submit")
	goes("looking for a unit", types("#q", "björken"), click(`form[action="/submit"] button`))
	goes("choosing it", click(`a[href="/submit?unit=`+clinic+`"]`))
	goes("submitting", types("#submit-reporter", tolvan), types("#submit-name", "Tolvan Test"),
		click(`input[name="role"][value="PATIENT"]`), chromedp.SetValue(chromedp.CSS("#submit-date"), "2026-02-20"),
		types("#submit-text", "Ingen ringde upp."), click(`input[name="reply"]`), click(`main form button.primary`))
	i.sees("Ärendebekräftelse")
	id := strings.TrimPrefix(eval[string](i.tab, "location.pathname"), "/mailbox/")

	sit("vera", "/inbox")
	goes("opening the case", click(`table a[href="/inbox/`+id+`"]`))
	if eval[bool](i.tab, `typeof htmx !== "undefined"`) {
		t.Error("scripts are on")
	}
	goes("taking it", click(`form[action$="/desk/take"] button`))
	goes("previewing", open("reply"), types("#reply-text", "Vi läser din journal."),
		click(`form[action$="/reply"] button[value="preview"]`))
	i.sees("Vi läser din journal.")
	goes("back to the case", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	goes("sending", open("reply"), click(`form[action$="/reply"] button[value="send"]`))
	goes("asking", open("question"), types("#question-text", "Vilket nummer?"),
		click(`form[action$="/question"] button[value="send"]`))
	sit(nobody, "/mailbox")
	w.isReporter(i, id)
	goes("opening the mailbox", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	goes("answering", types(`textarea[name="text"]`, "Det gamla."), click(`form[action$="/answer"] button`))
	i.sees("Tack, det är skickat.")
	sit("vera", "/inbox/"+id)
	i.sees("Det gamla.")
	goes("closing", open("close"), types("#close-text", "Tack."), click(`form[action$="/close"] input[value="3.4"]`),
		chromedp.SetValue(chromedp.CSS("#close-area"), "3"), click(`form[action$="/close"] button[value="send"]`))
	i.sees("Ärendet är avslutat")

	sit("iris", "/catalogue/rows/new?kind=route")
	goes("adding a row", types("#row-contract", "SendComplaint"), types("#row-receiver", lonely),
		types("#row-address", "https://system.example/send"), click(`form[action="/catalogue/rows"] button.primary`))
	goes("publishing", types("#publish-reason", "Ny enhet"), click(`form[action="/catalogue/draft/publish"] button`))
	i.sees("Utkastet är publicerat.")
	sit("olle", "/monitor/order?verb=pause&receiver="+hospital)
	goes("pausing", types("#order-reason", "Underhåll"), click(`main form[action="/monitor/order"] button.primary`))
	sit("gunde", "/review")
	goes("looking into the log", types("#review-case", id), click(`form[action="/review"] button.primary`))
	i.sees("Vera Test", "läste")
}
