package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// tab is a browser's tab with a person before it.
type tab struct {
	context.Context
	t *testing.T
}

// goes loads a page by steps, and wants a status.
func (b tab) goes(status int64, what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	answer, err := chromedp.RunResponse(b, steps...)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	if answer.Status != status {
		b.t.Fatalf("%s: HTTP status %d", what, answer.Status)
	}
}

// eval is what a script says of the page. The page itself may run none but its own.
func eval[T any](b tab, script string) T {
	b.t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[T](script))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return value
}

// sees wants words on the page, as a person sees them.
func (b tab) sees(want ...string) {
	b.t.Helper()
	text := eval[string](b, `document.querySelector("main").innerText`)
	for _, s := range want {
		if !strings.Contains(text, s) {
			b.t.Errorf("the page does not show %q:\n%s", s, text)
		}
	}
}

func TestAnIntegratorMovesAUnitInABrowser(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	before := w.submit(clinic, "Tolvan Test", "Före")
	b := tab{browser(t), t}
	w.signIn(b, "iris")
	open := func(path string) { t.Helper(); b.goes(http.StatusOK, path, chromedp.Navigate(w.server.URL+path)) }
	press := func(label string) chromedp.Action[chromedp.Void] {
		return chromedp.Click(chromedp.Search(`//main//button[normalize-space()="` + label + `"]`))
	}

	open("/catalogue")
	b.sees("Vårdcentralen Granen", "Ingen väg", "1 enhet har ingen väg")
	b.goes(http.StatusOK, "looking for the unit", chromedp.SendKeys(chromedp.CSS("#q"), "björken"), press("Sök"))
	b.goes(http.StatusOK, "moving it", chromedp.Click(chromedp.CSS(`a[href="/catalogue/move?unit=`+clinic+`"]`)))
	b.sees("nya ärenden går nu till inkorgen här")
	b.goes(http.StatusUnprocessableEntity, "without a system", chromedp.SetValue(chromedp.CSS("#move-from"), "2026-03-02"),
		press("Visa vad som händer"))
	b.sees("Välj ett system, eller skriv adressen till ett nytt.")
	if on := eval[string](b, `document.querySelector("#move-from").value`); on != "2026-03-02" {
		t.Errorf("the day is %q after the refusal", on)
	}
	b.goes(http.StatusOK, "with a system",
		chromedp.SetValue(chromedp.CSS("#move-system"),
			strings.Join([]string{"http://127.0.0.1:9/", system, "RIVTABP21"}, "|")), press("Visa vad som händer"))
	b.sees("1 pågående ärende stannar där de är.", "inkorgen här", "http://127.0.0.1:9/")
	b.goes(http.StatusOK, "into the draft", press("Lägg flytten i utkastet"))
	b.sees("Flytten finns i utkastet.", "1 pågående ärende berörs", "Vårdcentralen Björken")
	b.goes(http.StatusOK, "publishing", chromedp.SendKeys(chromedp.CSS("#publish-reason"), "Enheten byter system"),
		press("Publicera"))
	b.sees("Utkastet är publicerat.", "Version 2 gäller", "Enheten byter system")
	if c := w.theCase(w.submit(clinic, "Tolvan Test", "Efter")); c.Handler.Via != routing.Queue ||
		c.Handler.Component != system {
		t.Errorf("a new case went to %+v", c.Handler)
	}
	if c := w.theCase(before); c.Handler.Via != routing.Inbox {
		t.Errorf("the case under way went to %+v", c.Handler)
	}
	b.goes(http.StatusOK, "asking why", chromedp.SendKeys(chromedp.CSS("#q"), "björken"), press("Sök"))
	b.goes(http.StatusOK, "asking why",
		chromedp.Click(chromedp.Search(`//main//a[normalize-space()="Varför?" and contains(@href, "to=")]`)))
	b.sees("Anropet går till http://127.0.0.1:9/, system "+system, "här fanns raden")
	b.goes(http.StatusOK, "testing the connection", press("Testa anslutningen"))
	b.sees("Anslutningen fungerar inte.", "127.0.0.1:9 nekades: ingen lyssnar där.")
	failed := w.attempted(store.Attempt{Outcome: store.OutcomeTechnical, Class: "connect", Again: w.clock()})
	open("/faults")
	b.sees("ingen förbindelse", "Testa anslutningen.")
	fits(w, b, failed[0])
}

// fits looks at every page of the integrator on a narrow screen, in light and dark, and by keyboard.
func fits(w *world, b tab, delivery string) {
	t := b.t
	t.Helper()
	row := w.rowID(catalogue.KindRoute, other)
	paths := []string{
		"/catalogue", "/catalogue?q=ingen", "/catalogue/rows", "/catalogue/rows/new?kind=route",
		"/catalogue/rows/new?kind=unit", "/catalogue/rows/" + row, "/catalogue/draft", "/catalogue/versions",
		"/catalogue/versions/1", "/catalogue/versions/2", "/catalogue/history", "/catalogue/move",
		"/catalogue/move?unit=" + other, "/catalogue/import", "/resolve",
		"/catalogue/held", "/resolve?" + url.Values{"contract": {"SendComplaint"}, "to": {lonely}, "from": {portal}}.Encode(),
		"/faults", "/faults/" + delivery,
	}
	if _, err := chromedp.Run(b, chromedp.Evaluate[bool](`true`)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(b, chromedp.EmulateViewport(320, 640)); err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b.goes(http.StatusOK, path, chromedp.Navigate(w.server.URL+path))
		if wide := eval[float64](b, `document.documentElement.scrollWidth`); wide > 320 {
			t.Errorf("%s is %v pixels wide at 320: %s", path, wide,
				eval[string](b,
					`[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > 321).slice(0, 3).map(e `+
						`=> e.outerHTML.slice(0, 120)).join("\n")`))
		}
		if bare := eval[string](b,
			`[...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")].filter(e => `+
				`!e.labels || e.labels.length === 0).map(e => e.outerHTML).join("\n")`); bare != "" {
			t.Errorf("%s has fields without a label: %s", path, bare)
		}
		if bare := eval[string](b,
			`[...document.querySelectorAll("main table")].filter(e => !e.caption || [...e.querySelectorAll("th")].some(h => `+
				`!h.scope)).map(e => e.outerHTML.slice(0, 120)).join("\n")`); bare != "" {
			t.Errorf("%s has tables without caption or scope: %s", path, bare)
		}
		if twice := eval[string](b,
			`[...document.querySelectorAll("[id]")].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== `+
				`i).join(" ")`); twice != "" {
			t.Errorf("%s has ids that are there twice: %s", path, twice)
		}
		if unnamed := eval[string](b,
			`[...document.querySelectorAll("main a, main button")].filter(e => !e.textContent.trim() && !e.ariaLabel).map(e `+
				`=> e.outerHTML).join("\n")`); unnamed != "" {
			t.Errorf("%s has links or buttons without a name: %s", path, unnamed)
		}
	}
}
