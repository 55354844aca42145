package web_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromium is the one browser of all tests: to start one takes longer than most tests do.
var chromium sharedBrowser

// sharedBrowser is a headless Chromium with nothing from a user's, started by the first test that wants it.
type sharedBrowser struct {
	once   sync.Once
	ctx    context.Context // nil: there is none, or it did not start
	stop   func()
	missed string // why a test that wants it is skipped
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func (b *sharedBrowser) start() {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		b.missed = "SKIPPED: no Chromium is installed, so the pages were not tried in a browser. Install it: apt-get " +
			"install chromium"
		return
	}
	folder, err := os.MkdirTemp("", "rivgate-browser-")
	if err != nil {
		b.err = err
		return
	}
	// Tabs that stand behind others, as those of tests that run side by side do, are not slowed down.
	ctx, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(folder), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.NoDefaultBrowserCheck, chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 900),
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true), chromedp.Flag("disable-back-forward-cache", true),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, closeTab := chromedp.NewContext(ctx)
	b.stop = func() {
		closeTab()
		stop()
		_ = os.RemoveAll(folder)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		b.err = fmt.Errorf("starting %s: %w", path, err)
		return
	}
	b.ctx = ctx
}

// browser gives a test a tab of its own in the browser, with no cookies, storage or cache of others, for four minutes.
func browser(t *testing.T) context.Context {
	t.Helper()
	return browserFor(t, 4*time.Minute)
}

// browserFor is browser with another limit.
func browserFor(t *testing.T, limit time.Duration) context.Context {
	t.Helper()
	chromium.once.Do(chromium.start)
	if chromium.missed != "" {
		t.Skip(chromium.missed)
	}
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	ctx, closeTab := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	must(t, "opening a tab", chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.EmulateViewport(1280, 900)))
	// it is the one in front
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{
		Enabled: true,
	})
	must(t, "bringing the tab to the front", err)
	limited, cancel := context.WithTimeout(ctx, limit)
	t.Cleanup(cancel)
	return limited
}

func TestCaseInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	ctx := browser(t)
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	sees := tab{ctx, t}.sees
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
	submit("replying", open("reply"), chromedp.SendKeys(chromedp.CSS("#reply-text"), "Vi läser din journal."),
		button("reply"))
	sees("Delsvaret är sparat", "Svaret nådde 1177 kl. 10:42")
	submit("asking", open("question"), chromedp.SendKeys(chromedp.CSS("#question-text"), "Vilket nummer?"),
		button("question"))
	sees("Frågan nådde 1177 kl. 10:42", "Väntar på svar")

	w.isReporter(ctx, id)
	do("opening the mailbox", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	sees("Ärendebekräftelse", "Vi läser din journal.", "Fråga till dig")
	submit("answering", chromedp.SendKeys(chromedp.CSS(`textarea[name="text"]`), "Det gamla."),
		chromedp.Click(chromedp.CSS(form("answer")+` button`)))
	sees("Tack, det är skickat.", "Det gamla.")

	do("opening the case again", chromedp.Navigate(w.server.URL+"/inbox/"+id))
	sees("Svar från anmälaren", "Det gamla.")
	ends(http.StatusUnprocessableEntity, "closing without a classification", open("close"),
		chromedp.SendKeys(chromedp.CSS("#close-text"), "Vi ringer på måndag."), button("close"))
	sees("Välj minst ett huvudproblem.", "Välj verksamhetsområde.")
	submit("closing", chromedp.Click(chromedp.CSS(form("close")+` input[value="3.4"]`)),
		chromedp.SetValue(chromedp.CSS("#close-area"), "3"), button("close"))
	sees("Ärendet är avslutat.", "Bemötande", "Vi ringer på måndag.")
	do("opening the mailbox at the end", chromedp.Navigate(w.server.URL+"/mailbox/"+id))
	sees("Slutsvar", "Vi ringer på måndag.", "Avslutat")

	// Nothing may stick out of a phone's screen, and the style sheet must have come through the policy.
	do("turning to a phone", chromedp.EmulateViewport(320, 640))
	for _, path := range []string{
		"/", "/inbox?queue=finished", "/inbox/" + id, "/mailbox/" + id, "/submit", "/submit?unit=" + clinic, "/account",
	} {
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
