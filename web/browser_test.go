package web_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// browser starts a headless Chromium of its own, with nothing from a user's, and returns the context of its tab, which ends after two minutes.
func browser(t *testing.T) context.Context {
	t.Helper()
	return browserFor(t, 2*time.Minute)
}

// browserFor is browser with another limit.
func browserFor(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("SKIPPED: no Chromium is installed, so the pages were not tried in a browser. Install it: apt-get install chromium")
	}
	folder, err := os.MkdirTemp("", "rivgate-browser-")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()),
		chromedp.ExecPath(path), chromedp.UserDataDir(folder), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 900),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		closeTab()
		stop()
		_ = os.RemoveAll(folder)
	})
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	return limited
}

func TestCaseInABrowser(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	ctx := browser(t)
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	sees := func(want ...string) {
		t.Helper()
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range want {
			if !strings.Contains(text, s) {
				t.Errorf("the page does not show %q:\n%s", s, text)
			}
		}
	}
	ends := func(status int64, what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		answer, err := chromedp.RunResponse(ctx, steps...)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if answer.Status != status {
			t.Fatalf("%s: HTTP status %d", what, answer.Status)
		}
	}
	submit := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		ends(http.StatusOK, what, steps...)
	}
	form := func(verb string) string { return `form[action$="/` + verb + `"]` }
	open := func(verb string) chromedp.Action[chromedp.Void] {
		return chromedp.Click(chromedp.CSS(`details:has(` + form(verb) + `) > summary`))
	}
	button := func(verb string) chromedp.Action[chromedp.Void] {
		return chromedp.Click(chromedp.CSS(form(verb) + ` button`))
	}

	w.signIn(ctx, "hanna")
	do("opening the inbox", chromedp.Navigate(w.server.URL+"/inbox"))
	sees("Tolvan Test", "18900101-****", "28 dagar kvar")
	submit("opening the case", chromedp.Click(chromedp.CSS(`table a[href="/inbox/`+id+`"]`)))
	sees("Ingen ringde upp.", "Nytt ärende")
	submit("replying", open("reply"), chromedp.SendKeys(chromedp.CSS("#reply-text"), "Vi läser din journal."), button("reply"))
	sees("Delsvaret är sparat", "Svaret nådde 1177 kl. 10:42")
	submit("asking", open("question"), chromedp.SendKeys(chromedp.CSS("#question-text"), "Vilket nummer?"), button("question"))
	sees("Frågan nådde 1177 kl. 10:42", "Väntar på svar")

	do("opening the mailbox", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	sees("Ärendebekräftelse", "Vi läser din journal.", "Fråga till dig")
	submit("answering", chromedp.SendKeys(chromedp.CSS(`textarea[name="text"]`), "Det gamla."), chromedp.Click(chromedp.CSS(form("answer")+` button`)))
	sees("Tack, det är skickat.", "Det gamla.")

	do("opening the case again", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	sees("Svar från anmälaren", "Det gamla.")
	ends(http.StatusUnprocessableEntity, "closing without a classification", open("close"), chromedp.SendKeys(chromedp.CSS("#close-text"), "Vi ringer på måndag."), button("close"))
	sees("Välj minst ett huvudproblem.", "Välj verksamhetsområde.")
	submit("closing", chromedp.Click(chromedp.CSS(form("close")+` input[value="3.4"]`)), chromedp.SetValue(chromedp.CSS("#close-area"), "3"), button("close"))
	sees("Ärendet är avslutat.", "Bemötande", "Vi ringer på måndag.")
	do("opening the mailbox at the end", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	sees("Slutsvar", "Vi ringer på måndag.", "Avslutat")

	// Nothing may stick out of a phone's screen, and the style sheet must have come through the policy.
	do("turning to a phone", chromedp.EmulateViewport(320, 640))
	for _, path := range []string{"/", "/inbox?queue=finished", "/inbox/" + id, "/mailbox/" + id, "/submit", "/submit?unit=" + clinic, "/account"} {
		do(path, chromedp.Navigate(w.server.URL+path))
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`document.documentElement.scrollWidth`))
		if err != nil || wide > 320 {
			t.Errorf("%s is %v pixels wide at 320: %v", path, wide, err)
		}
		margin, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).margin`))
		if err != nil || margin != "0px" {
			t.Errorf("%s has no style: margin %q, %v", path, margin, err)
		}
	}
}
