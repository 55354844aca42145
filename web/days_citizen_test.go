package web_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"rivgate/routing"
)

// sitsDown gives somebody a browser's tab of their own, signed in already; nobody comes from the street.
func (w *world) sitsDown(t *testing.T, who string) *desktop {
	t.Helper()
	d := &desktop{w, browser(t)}
	d.changes(who)
	return d
}

// changes lets somebody else sit at the tab.
func (d *desktop) changes(who string) {
	d.t.Helper()
	_, err := chromedp.Call(d.ctx, network.ClearBrowserCookies, cdp.Empty{})
	must(d.t, "forgetting the session", err)
	if who == nobody {
		return
	}
	name, value, _ := strings.Cut(d.cookie(who), "=")
	_, err = chromedp.Call(d.ctx, network.SetCookie,
		network.SetCookieParams{Name: name, Value: value, URL: d.server.URL})
	must(d.t, "taking a session", err)
}

// visits opens an address of the gateway.
func (d *desktop) visits(path string) {
	d.t.Helper()
	d.goes("opening "+path, chromedp.Navigate(d.server.URL+path))
}

// refused is goes for what the gateway refuses with a page that says why.
func (d *desktop) refused(status int64, what string, steps ...step) {
	d.t.Helper()
	tab{d.ctx, d.t}.goes(status, what, steps...)
}

// misses wants words that the page must not show.
func (d *desktop) misses(unwanted ...string) {
	d.t.Helper()
	text := d.value(`document.querySelector("main").innerText`)
	for _, s := range unwanted {
		if strings.Contains(text, s) {
			d.t.Errorf("the page shows %q:\n%s", s, text)
		}
	}
}

// value is what a script says of the page, as a text.
func (d *desktop) value(script string) string {
	d.t.Helper()
	return eval[string](tab{d.ctx, d.t}, script)
}

// fillsIn are the steps that fill in the citizen's form with what nobody can leave out.
func fillsIn(form, number, name, text string) []step {
	return []step{
		types("#"+form+"-reporter", number), types("#"+form+"-name", name), chooses("#"+form+"-date", "2026-02-20"),
		types("#"+form+"-text", text), clicks(`form[action="/` + form + `"] button.primary`),
	}
}

// TestACitizensDay: a citizen finds a unit by a misspelt word, does not find the next one, writes to the region's
// patient board with what was typed as the place, adds to the case, and takes it back; the board sees each of them.
func TestACitizensDay(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	c, b := w.sitsDown(t, nobody), w.sitsDown(t, "nina")
	c.visits("/submit")
	c.do("misspelling a unit", types("#q", "vrdcentral bjökren"),
		waits(`#found ul:has(a[href$="`+clinic+`"]):not(:has(a[href$="`+linden+`"]))`))
	c.goes("choosing it", clicks(`#found a[href$="`+clinic+`"]`))
	c.sees("Ärende till Vårdcentralen Björken")
	c.goes("thinking of another", clicks(`.back a`))
	c.do("looking for what is not there", chooses("#region", "01"), types("#q", "tandläkaren på torget"),
		waits(`#found .empty`))
	c.sees("Ingen mottagare i Region Stockholm stämmer", "Hittar du inte mottagningen?")
	c.misses("Nämnden i 12")
	c.goes("choosing the region's board", clicks(`#found a[href*="`+board+`"]`))
	c.sees("Ärende till Patientnämnden")
	if place := c.value(`document.querySelector("#submit-place").value`); place != "tandläkaren på torget" {
		t.Errorf("the place is %q", place)
	}
	c.goes("sending", fillsIn("submit", tolvan, "Tolvan Test", "De drog fel tand.")...)
	c.sees("Tack, det är skickat.", "tandläkaren på torget", "Mottagare: Patientnämnden")
	const add = `form[action$="/supplement"] `
	c.goes("adding to it", types(add+"textarea", "Det var den 19 februari."), clicks(add+"button"))
	c.sees("ditt tillägg är skickat", "Det var den 19 februari.")

	b.visits("/inbox")
	b.sees("Nytt från anmälaren")
	b.goes("opening the case", clicks(`table a[href^="/inbox/"]`))
	b.sees("De drog fel tand.", "tandläkaren på torget", "Tillägg från anmälaren", "Det var den 19 februari.")

	c.goes("asking to take it back", clicks(`a[href$="/withdraw"]`))
	c.sees("Vill du ta tillbaka ärendet?", "Patientnämnden får veta det")
	c.goes("taking it back", types(`textarea[name="reason"]`, "Tandläkaren har ringt."),
		clicks(`form[action$="/withdraw"] button`))
	c.sees("Du har tagit tillbaka ärendet", "Tandläkaren har ringt.", "du tog tillbaka ärendet")
	b.goes("looking again", chromedp.Reload())
	b.sees("Anmälaren har tagit tillbaka ärendet", "Tandläkaren har ringt.")
	b.do("unfolding the end", opens("/close"), chooses("#close-area", "4"),
		clicks(`form[action$="/close"] input[value="1.1"]`), types("#close-text", "Vi avslutar ärendet."))
	b.goes("closing it", clicks(`form[action$="/close"] button[value="send"]`))
	c.goes("looking in the mailbox", chromedp.Reload())
	c.sees("Avslutat", "Vi avslutar ärendet.")
	c.refused(http.StatusNotFound, "looking at another's case",
		chromedp.Navigate(w.server.URL+"/mailbox/"+w.relative("Min far fick vänta.")))
}

// TestATriageUnitsDay: somebody who does not know where to turn writes to a unit without a region; it hands the case
// over to a unit of another region, not before the reporter's choice is noted; the reporter and that unit see it.
func TestATriageUnitsDay(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	c, s := w.sitsDown(t, nobody), w.sitsDown(t, "tea")
	c.visits("/submit?q=telefon")
	c.sees("1177 på telefon", "övrig funktion")
	if hint := c.value(`document.querySelector("#found .hint").innerText`); hint != "övrig funktion · "+triage {
		t.Errorf("a unit without a region is shown as %q", hint)
	}
	c.goes("choosing it", clicks(`#found a[href$="`+triage+`"]`))
	c.goes("sending", fillsIn("submit", tolvan, "Tolvan Test", "Jag vet inte vem jag ska vända mig till.")...)
	c.sees("Tack, det är skickat.", "Mottagare: 1177 på telefon")

	s.visits("/inbox")
	s.goes("opening the case", clicks(`table a[href^="/inbox/"]`))
	id := strings.TrimPrefix(s.value(`location.pathname`), "/inbox/")
	s.sees("Jag vet inte vem")
	s.refused(http.StatusUnprocessableEntity, "handing it over without the choice", opens("/forward"),
		types("#forward-unit", "linden vårdcentral"), clicks(`form[action$="/forward"] button[value="preview"]`))
	s.sees("Ange grunden", "krävs: vad anmälaren har valt")
	s.goes("noting the choice", types("#forward-ground", "Anmälaren valde Linden per telefon i dag"),
		clicks(`form[action$="/forward"] button[value="preview"]`))
	s.sees("Överlämna ärendet till Vårdcentralen Linden?", "Anmälaren valde Linden per telefon i dag")
	s.goes("handing it over", clicks(`button[value="send"]`))
	s.visits("/inbox")
	s.misses("K-")
	s.refused(http.StatusNotFound, "opening what has left", chromedp.Navigate(w.server.URL+"/inbox/"+id))

	c.goes("looking in the mailbox", chromedp.Reload())
	c.sees("Ditt ärende har lämnats över", "Mottagare: Vårdcentralen Linden")
	s.changes("hanna")
	s.visits("/inbox/" + id)
	s.sees("Vårdcentralen Linden", "Anmälaren valde Linden per telefon i dag")
	if h := w.theCase(id).Handler; h.Unit != linden || h.Region != "12" || h.Kind != routing.CareUnit {
		t.Errorf("the case is at %+v", h)
	}
}

// TestADayOfTheTelephoneWithoutANumber: a caller who gives no number is entered, found among those without one, and
// has no mailbox; a number and none are not taken together.
func TestADayOfTheTelephoneWithoutANumber(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	d := w.sitsDown(t, "tea")
	d.visits("/")
	d.goes("beginning", clicks(`main a[href="/begin"]`))
	const none = `form[action="/begin"] input[name="number"]`
	d.refused(http.StatusUnprocessableEntity, "a number and none", types("#begin-reporter", tolvan), clicks(none),
		chooses("#begin-date", "2026-02-20"), types("#begin-text", "Ville inte säga sitt nummer."),
		clicks(`form[action="/begin"] button.primary`))
	d.sees("Det gick inte att skicka")
	d.goes("without a number", chromedp.Clear(chromedp.CSS("#begin-reporter")),
		clicks(`form[action="/begin"] button.primary`))
	d.sees("Ville inte säga sitt nummer.", "kopplas aldrig till en person")
	id := strings.TrimPrefix(d.value(`location.pathname`), "/inbox/")
	d.visits("/inbox?queue=ongoing&number=none")
	d.sees("Utan nummer")
	c := w.theCase(id)
	if !c.Facts.Unnumbered() || !c.BegunOutside || c.Facts.Sex != "" || c.Facts.BirthDate != "" {
		t.Errorf("the case is %+v", c.Facts)
	}
}

// opensByCode follows a case by its code.
func opensByCode(code string) []step {
	return []step{
		chromedp.SetValue(chromedp.CSS("#code-code"), code), clicks(`form[action="/open/case"] button.primary`),
	}
}

// TestADayOfTheOpenPage: somebody who says nothing of who they are reports, gets a code that is shown once, and reads
// and answers by it; whoever guesses codes sees nothing, and has to wait.
func TestADayOfTheOpenPage(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	c, s := w.sitsDown(t, nobody), w.sitsDown(t, "vera")
	c.refused(http.StatusNotFound, "the page is off unless it is turned on", chromedp.Navigate(w.server.URL+"/open"))
	w.OpenForm = true
	w.serve()
	c.visits("/open?q=tandl%C3%A4karen")
	c.sees("Ingen mottagare hittades.", "Hittar du inte mottagningen?")
	c.goes("choosing the board", clicks(`#board ~ ul a[href*="`+board+`"]`))
	if place := c.value(`document.querySelector("#open-place").value`); place != "tandläkaren" {
		t.Errorf("the place is %q", place)
	}
	c.visits("/open?q=bjrken")
	c.misses("Sjukhuset", "Linden", linden)
	c.goes("choosing a unit", clicks(`.units a[href$="`+clinic+`"]`))
	c.sees("Skriv inte namn eller personnummer")
	c.goes("sending", clicks(`input[name="role"][value="PATIENT"]`), chooses("#open-date", "2026-02-20"),
		types("#open-text", "Jag vill inte säga vem jag är."), clicks(`form[action="/open"] button.primary`))
	c.sees("Vårdcentralen Björken har fått det du skrev.", "bara en gång")
	code := c.value(`document.querySelector("#code").innerText`)
	c.goes("following it", clicks(`a[href="/open/case"]`))
	if strings.Contains(c.value(`document.documentElement.outerHTML`), code) {
		t.Error("the code is shown again")
	}
	c.goes("with the code", opensByCode(strings.ToLower(code))...)
	c.sees("Jag vill inte säga vem jag är.", "Mottagare: Vårdcentralen Björken")

	s.visits("/inbox")
	s.sees("Utan nummer")
	s.goes("opening the case", clicks(`table a[href^="/inbox/"]`))
	s.sees("Jag vill inte säga vem jag är.", "kopplas aldrig till en person")
	s.goes("asking", opens("/question"), types("#question-text", "Vilken tid på dagen?"),
		clicks(`form[action$="/question"] button[value="send"]`))
	c.visits("/open/case")
	c.goes("with the code again", opensByCode(code)...)
	c.sees("Vilken tid på dagen?", "Väntar på ditt svar")
	const answer = `form:has(input[name="question"]) `
	c.goes("answering", types(answer+"textarea", "På morgonen."), clicks(answer+"button"))
	c.sees("Tack, det är skickat.", "På morgonen.")
	const add = `form:has(button[value="supplement"]) `
	c.goes("adding", types(add+"textarea", "Det var i väntrummet."), clicks(add+"button"))
	c.sees("Tack, det är skickat.", "Ditt tillägg", "Det var i väntrummet.")
	s.goes("looking again", chromedp.Reload())
	s.sees("På morgonen.", "Tillägg från anmälaren", "Det var i väntrummet.")
	s.misses("Låt ett ombud ta över", "Anmälaren byts i 1177")
	c.goes("taking it back", clicks(`details:has(button[value="withdraw"]) > summary`), clicks(`button[value="withdraw"]`))
	c.sees("Du har tagit tillbaka ärendet", "du tog tillbaka ärendet")
	c.misses("Ja, ta tillbaka")
	s.goes("looking once more", chromedp.Reload())
	s.sees("Anmälaren har tagit tillbaka ärendet")

	const wrong = "AAAA-BBBB-CCCC-DDDD-EEEE"
	c.visits("/open/case")
	c.refused(http.StatusUnprocessableEntity, "a wrong code", opensByCode(wrong)...)
	c.sees("Koden stämmer inte.")
	c.misses("På morgonen.", "Vårdcentralen Björken")
	c.do("and many more", guesses(9, wrong))
	c.refused(http.StatusTooManyRequests, "the right code, after all of them", opensByCode(code)...)
	c.misses("På morgonen.", "Vårdcentralen Björken")
	w.pass(11 * time.Minute)
	c.visits("/open/case")
	c.goes("the right code, later", opensByCode(code)...)
	c.sees("På morgonen.")
}

// guesses tries a code again and again, as a program in the browser would.
func guesses(n int, code string) step {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[string](`(async () => { for (let i = 0; i < `+string(rune('0'+n))+`; i++)
			await fetch("/open/case", {method: "POST", body: new URLSearchParams({code: "`+code+`"})}); return "" })()`,
			chromedp.EvalAwaitPromise)(ctx, t)
		return chromedp.Void{}, err
	}
}
