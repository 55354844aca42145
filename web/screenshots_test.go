package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// shot is a page for the README, and a name for its file.
type shot struct {
	visit
	name string
}

// best is the longest that a picture of the README may be, in bytes.
const best = 150 << 10

// TestScreenshots writes a picture of every page to the folder that SCREENSHOTS names: `make screenshots`. Clock and
// data are the test's own, so that two runs differ only where pages do.
func TestScreenshots(t *testing.T) {
	folder := os.Getenv("SCREENSHOTS")
	if folder == "" {
		t.Skip("it writes pictures, and proves nothing: SCREENSHOTS=folder, or make screenshots")
	}
	w, names, _ := furnished(t)
	busy := w.busy()
	b := &inspector{tab: tab{browserFor(t, 8*time.Minute), t}, w: w}
	b.size(1280, 900)
	b.scheme("light")
	done := map[string]bool{}
	for _, who := range everybody() {
		for _, row := range w.PageTable() {
			path, ok := named(row.Path, names)
			if !ok || done[path] || strings.HasPrefix(row.Path, "/signin/oidc") {
				continue
			}
			r := w.getAs(who, path)
			if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") ||
				!strings.Contains(r.body, "<html") {
				continue
			}
			done[path] = true
			name := strings.Trim(strings.NewReplacer("/", "-", "{", "", "}", "", "$", "").Replace(row.Path), "-")
			b.takes(folder, shot{visit{who: who, path: path}, "all-" + name}, true)
		}
	}
	for _, s := range []shot{
		{visit{who: "vera", path: "/inbox?queue=ongoing"}, "inbox"},
		{visit{who: "vera", path: "/inbox/" + busy}, "case"},
		{visit{who: "olle", path: "/monitor"}, "monitor"},
		{visit{who: "iris", path: "/catalogue/draft"}, "catalogue"},
		{visit{who: "hanna", path: "/statistics?by=main_problem#result"}, "statistics"},
		{visit{who: nobody, path: "/mailbox/" + busy}, "mailbox"},
	} {
		if size := b.takes(folder, s, false); size > best {
			t.Errorf("%s.png has %d bytes", s.name, size)
		}
	}
}

// takes writes one picture and tells its size: of the whole page, or of what a window shows of it.
func (i *inspector) takes(folder string, s shot, whole bool) int {
	i.t.Helper()
	i.sitsDown(s.who)
	i.opens(s.visit)
	how := chromedp.CaptureScreenshot()
	if whole {
		how = chromedp.FullScreenshot(100)
	}
	picture, err := chromedp.Run(i, how)
	must(i.t, "taking a picture", err)
	name := s.name
	if name == "all-" {
		name = "all-start"
	}
	must(i.t, "writing it", os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o644))
	return len(picture)
}

// busy gives the inbox something to do, and the statistics something to count. It tells a case in which much has
// happened.
func (w *world) busy() string {
	w.t.Helper()
	w.Later = nil
	w.serve()
	w.cookies = nil
	problems, texts := []string{"1", "2", "3", "4", "5"},
		[]string{
			"Jag ringde i tre dagar utan att någon svarade.", "Remissen kom aldrig fram.", "Läkaren lyssnade inte på mig.",
			"Jag fick vänta i fyra timmar.", "Ingen ringde upp som utlovat.",
		}
	w.as("vera")
	var id string
	for n := range 90 {
		w.pass(7 * time.Hour)
		id = w.submit(clinic, []string{"Tolvan Test", "Tora Test", "Test Testsson"}[n%3], texts[n%len(texts)])
		switch {
		case n%9 == 0:
			w.act(id, "reply", url.Values{"text": {"Tack för att du hör av dig. Vi läser journalen och återkommer i veckan."}})
		case n%11 == 0:
			w.act(id, "question", url.Values{"text": {"Vilken dag var det?"}})
		case n < 75:
			w.act(id, "close", url.Values{
				"text": {"Tack. Vi har pratat om det i gruppen."}, "problem": {problems[n*n%len(problems)]},
				"area": {fmt.Sprint(1 + n%3)},
			})
		}
	}
	w.act(id, "reply", url.Values{"text": {"Tack för att du hör av dig. Vi läser journalen och återkommer i veckan."}})
	w.pass(3 * time.Hour)
	w.act(id, "question", url.Values{"text": {"Vilka dagar ringde du, och ungefär när på dagen?"}, "due": {"2026-04-20"}})
	w.pass(26 * time.Hour)
	question := between(w.t, w.page("/mailbox/"+id), `name="question" value="`, `"`)
	if r := w.post("/mailbox/"+id+"/answer", url.Values{
		"question": {question}, "text": {"Måndag och tisdag, strax efter åtta."},
	}); r.status != http.StatusSeeOther {
		w.t.Fatalf("answering: %d", r.status)
	}
	return id
}
