package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestSignInInABrowser: the session runs out while somebody types; they sign in, and what they typed is there. And the
// pages of this room fit a phone.
func TestSignInInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife = 8 * time.Hour
	w.serve()
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	ctx := browser(t)
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	ask := func(script string) string {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	w.signIn(ctx, "vera")
	do("opening the case", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	do("typing", chromedp.Click(chromedp.CSS(`details:has(form[action$="/reply"]) > summary`)),
		chromedp.SendKeys(chromedp.CSS("#reply-text"), "Vi läser din journal."))
	w.pass(9 * time.Hour)
	answer, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`form[action$="/reply"] button.primary`)))
	if err != nil || answer.Status != 401 {
		t.Fatalf("sending without a session: %+v, %v", answer, err)
	}
	if text := ask(`document.querySelector("main").innerText`); !strings.Contains(text, "Det du skrev är kvar") {
		t.Errorf("the sign-in page says\n%s", text)
	}
	answer, err = chromedp.RunResponse(ctx, chromedp.SendKeys(chromedp.CSS("#signin-account"), "vera"),
		chromedp.SendKeys(chromedp.CSS("#signin-password"), password),
		chromedp.Click(chromedp.CSS(`form[action="/signin"] button`)))
	if err != nil || answer.Status != 200 {
		t.Fatalf("signing in: %+v, %v", answer, err)
	}
	if at, kept := ask(`location.pathname`), ask(`document.querySelector("#reply-text").value`); at != "/inbox/"+id ||
		kept != "Vi läser din journal." {
		t.Errorf("at %s the text is %q", at, kept)
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages", n)
	}
	if got := ask(`typeof htmx + " " + document.adoptedStyleSheets.length`); got != "object 0" {
		t.Errorf("htmx is %q", got)
	}
	do("turning to a phone", chromedp.EmulateViewport(320, 640))
	for who, path := range map[string]string{"vera": "/account", "gunde": "/review"} {
		w.signIn(ctx, who)
		do(path, chromedp.Navigate(w.server.URL+path))
		if wide := ask(`String(document.documentElement.scrollWidth)`); wide != "320" {
			t.Errorf("%s is %s pixels wide at 320", path, wide)
		}
	}
}
