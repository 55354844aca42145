package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeFolder is where `make setup` puts axe-core, as package-lock.json there pins it.
const axeFolder = "testdata/axe"

// axeSource is axe-core. Where it is not installed the test is skipped; under `make test`, which installs it, it fails.
func axeSource(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(axeFolder, "node_modules", "axe-core", "axe.min.js"))
	if err == nil {
		return string(source)
	}
	const how = "axe-core is not installed, so no page was tried with it. Install it: make setup, or npm ci in web/" +
		axeFolder
	if os.Getenv("TEST_AXE") == "required" {
		t.Fatal(how)
	}
	t.Skip("SKIPPED: " + how)
	return ""
}

// inspector is a browser's tab that notes what the pages do wrong by themselves: errors on the console, offences
// against the policy, calls elsewhere.
type inspector struct {
	tab
	w    *world
	axe  string
	mu   sync.Mutex
	said []string
	who  string // whose session the tab has
}

func newInspector(t *testing.T, w *world) *inspector {
	t.Helper()
	axe := axeSource(t)
	i := &inspector{tab: tab{browserFor(t, 8*time.Minute), t}, w: w, axe: axe}
	must(t, "listening", chromedp.Listen(i, i.hears))
	for _, enable := range []func() error{
		func() error { _, err := chromedp.Call(i, log.Enable, cdp.Empty{}); return err },
		func() error { _, err := chromedp.Call(i, network.Enable, network.EnableParams{}); return err },
		func() error { _, err := chromedp.Call(i, runtime.Enable, cdp.Empty{}); return err },
	} {
		must(t, "turning the console on", enable())
	}
	return i
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// hears notes what must not happen.
func (i *inspector) hears(event any) {
	said := ""
	switch e := event.(type) {
	case *log.EventEntryAdded:
		// A refused form has a status of 4xx, which the browser notes as an error of the network. It is none of the page.
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.Text, "status of 4") {
			said = "console: " + e.Entry.Text
		}
	case *runtime.EventExceptionThrown:
		said = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
			said = fmt.Sprintf("console.%s", e.Type)
		}
	case *network.EventRequestWillBeSent:
		// The browser draws the sign of a field for dates from data of its own.
		if !strings.HasPrefix(e.Request.URL, i.w.server.URL+"/") && !strings.HasPrefix(e.Request.URL, "about:") &&
			!strings.HasPrefix(e.Request.URL, "data:") {
			said = "a request to " + e.Request.URL
		}
	}
	if said != "" {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.said = append(i.said, said)
	}
}

// heard is what was noted since it was asked last.
func (i *inspector) heard() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	said := i.said
	i.said = nil
	return said
}

// sitsDown gives the tab somebody's session; nobody has none.
func (i *inspector) sitsDown(who string) {
	i.t.Helper()
	if i.who == who {
		return
	}
	_, err := chromedp.Call(i, network.ClearBrowserCookies, cdp.Empty{})
	must(i.t, "forgetting the session", err)
	if who != nobody {
		name, value, _ := strings.Cut(i.w.cookie(who), "=")
		_, err = chromedp.Call(i, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: i.w.server.URL})
		must(i.t, "taking a session", err)
	}
	i.who = who
}

// size is how wide the window is.
func (i *inspector) size(width, height int64) {
	i.t.Helper()
	must(i.t, "setting the window's size", chromedp.Do(i, chromedp.EmulateViewport(width, height)))
}

// scheme is light or dark.
func (i *inspector) scheme(value string) {
	i.t.Helper()
	_, err := chromedp.Call(i, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}},
	})
	must(i.t, "setting the colours", err)
}

// opens loads a page, by a form where fields are given, and wants a status.
func (i *inspector) opens(v visit) {
	i.t.Helper()
	if id, letters := strings.CutPrefix(v.path, "/mailbox/"); letters { // its reporter has it
		id, _, _ = strings.Cut(id, "/")
		name, value, _ := strings.Cut(i.w.mailboxOf(id), "=")
		_, err := chromedp.Call(i, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: i.w.server.URL})
		must(i.t, "taking a session", err)
		i.who = ""
	}
	if v.fields == nil {
		i.loads(v, chromedp.Navigate(i.w.server.URL+v.path))
		return
	}
	from := "/account"
	if v.who == nobody {
		from = "/signin"
	}
	i.goes(http.StatusOK, "a page to post from", chromedp.Navigate(i.w.server.URL+from))
	fields, err := json.Marshal(v.fields)
	must(i.t, "writing fields", err)
	script := fmt.Sprintf(`(() => { const f = document.createElement("form"); f.method = "post"; f.action = %q; const all = %s;
		for (const name in all) for (const value of all[name]) { const e = document.createElement("textarea"); e.name = name; e.value = value; f.append(e) }
		document.body.append(f); f.submit(); return true })()`, v.path, fields)
	i.loads(v, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[bool](script)(ctx, t)
		return chromedp.Void{}, err
	})
}

// loads loads the page of a visit by a step.
func (i *inspector) loads(v visit, step chromedp.Action[chromedp.Void]) {
	i.t.Helper()
	answer, err := chromedp.RunResponse(i, step)
	must(i.t, v.String(), err)
	if answer.Status != v.wants() {
		i.t.Errorf("%s: HTTP status %d, want %d", v, answer.Status, v.wants())
	}
}
