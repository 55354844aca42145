package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// visit is one page in one state, as somebody sees it.
type visit struct {
	who    string
	path   string
	fields url.Values // posted; nil: the page is opened
	status int64      // 0: 200
}

func (v visit) wants() int64 {
	if v.status == 0 {
		return http.StatusOK
	}
	return v.status
}

func (v visit) String() string {
	if v.fields != nil {
		return fmt.Sprintf("%s posts %s to %s", v.who, v.fields.Encode(), v.path)
	}
	return v.who + " opens " + v.path
}

// everybody is one person of every role, and somebody at the door.
func everybody() []string {
	return []string{"hanna", "mia", "adam", "nina", "iris", "olle", "gunde", nobody}
}

// TestEveryPageIsAccessible opens every page of the table in a browser, as everybody who may see it, with and without
// things on it, with what forms say of mistakes, in light and dark, wide and narrow: axe finds nothing, nothing sticks
// out, nothing is said on the console and nothing is fetched elsewhere.
func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	seen := &looks{}
	t.Cleanup(func() { t.Logf("%d pages were built differently", len(seen.all)) })
	t.Run("the check itself", func(t *testing.T) {
		t.Parallel()
		finds(newInspector(t, newWorld(t)))
	})
	t.Run("with things in it", func(t *testing.T) {
		t.Parallel()
		w, names, _ := furnished(t)
		w.walks(newInspector(t, w), seen, names)
	})
	t.Run("states and mistakes", func(t *testing.T) {
		t.Parallel()
		w, _, more := furnished(t)
		more = append(more, w.openPages()...)
		i := newInspector(t, w)
		for _, v := range more {
			i.sitsDown(v.who)
			i.opens(v)
			i.judges(v)
		}
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.walks(newInspector(t, w), seen, nil)
	})
}

// looks are how the pages that were judged are built, in whatever world.
type looks struct {
	mu  sync.Mutex
	all map[string]bool
}

// first tells whether nobody has judged a page that is built so, and notes it.
func (l *looks) first(built string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[string]bool{}
	}
	known := l.all[built]
	l.all[built] = true
	return !known
}

// words are what pages differ in that are built alike: text and numbers.
var words = regexp.MustCompile(`>[^<]+|[0-9]+`)

// walks opens every page of the table as everybody who may see it. names are what stands for the wildcards of a
// pattern, by its beginning; nil: what needs a name is left out. A page that is built the same for somebody else is
// judged once.
func (w *world) walks(i *inspector, seen *looks, names map[string]map[string]string) {
	w.t.Helper()
	shown := map[string]int{}
	var rows []string
	for _, row := range w.PageTable() {
		if strings.HasPrefix(row.Path, "/signin/oidc") {
			continue // no page: to the provider, and back from it
		}
		path, ok := named(row.Path, names)
		if !ok {
			if names != nil {
				w.t.Errorf("what stands for the wildcards of %s? Add it to furnished", row.Path)
			}
			continue
		}
		rows = append(rows, path)
	}
	for _, who := range everybody() {
		w.as(who)
		for _, path := range rows {
			r := w.getAs(who, path)
			if r.status >= 300 && r.status < 400 {
				shown[path]++ // a door that leads on
				continue
			}
			if r.status != http.StatusOK {
				continue
			}
			shown[path]++
			if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || !strings.Contains(r.body, "<html") {
				continue // a file, or a piece for htmx
			}
			if !seen.first(path + words.ReplaceAllString(main(r.body), "")) {
				continue
			}
			v := visit{who: who, path: path}
			i.sitsDown(who)
			i.opens(v)
			i.judges(v)
		}
	}
	for _, path := range rows {
		if shown[path] == 0 && names != nil {
			w.t.Errorf("nobody sees %s", path)
		}
	}
}

// getAs asks for an address with somebody's session, the citizen's pages too.
func (w *world) getAs(who, path string) reply {
	w.t.Helper()
	req := w.request(http.MethodGet, path, nil)
	if id, letters := strings.CutPrefix(path, "/mailbox/"); letters { // its reporter has it
		id, _, _ = strings.Cut(id, "/")
		req.Header.Set("Cookie", w.mailboxOf(id))
	} else if who != nobody {
		req.Header.Set("Cookie", w.cookie(who))
	}
	return w.do(req)
}

// named fills in the wildcards of a pattern.
func named(pattern string, names map[string]map[string]string) (string, bool) {
	path := strings.TrimSuffix(pattern, "{$}")
	longest := ""
	for prefix := range names {
		if strings.HasPrefix(pattern, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	for name, value := range names[longest] {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return path, !strings.Contains(path, "{")
}

// judge runs axe with all rules of WCAG 2.0 to 2.2, A and AA, and its best practices, or with a few rules by name, and
// tells what it found.
const judge = `(async (only) => {
	const run = only.length ? {type: "rule", values: only} : {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};
	const found = await axe.run(document, {runOnly: run, rules: {"target-size": {enabled: true}}, resultTypes: ["violations"], preload: false});
	return found.violations.map(v => v.id + ": " + v.help + "\n    " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + "\n      " + (n.any.concat(n.all, n.none).map(c => c.message).join("; "))).join("\n    ")).join("\n  ");
})`

// narrow are the rules whose answer a narrow window changes.
const narrow = `"target-size", "scrollable-region-focusable", "link-in-text-block"`

// unfold shows what a page hides until somebody asks for it.
const unfold = `(() => { for (const d of document.querySelectorAll("details")) { d.removeAttribute("name"); d.open ` +
	`= true } return true })()`

// sticksOut is what is wider than the window.
const sticksOut = `document.documentElement.scrollWidth <= innerWidth ? "" : [...document.querySelectorAll("body ` +
	`*")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3).map(e => e.outerHTML.slice(0, ` +
	`160)).join("\n")+" "`

// judges looks at the page that is open, wide and narrow, in light and dark.
func (i *inspector) judges(v visit) {
	i.t.Helper()
	eval[bool](i.tab, unfold)
	must(i.t, "bringing axe", chromedp.Do(i, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[chromedp.Void](i.axe)(ctx, target)
		return chromedp.Void{}, err
	}))
	for _, look := range []struct {
		width  int64
		scheme string
		rules  string // empty: all
	}{{1280, "light", ""}, {1280, "dark", `"color-contrast"`}, {320, "light", narrow}} {
		i.size(look.width, 900)
		i.scheme(look.scheme)
		if found := i.axeSays(look.rules); found != "" {
			i.t.Errorf("%s, %d pixels, %s:\n  %s", v, look.width, look.scheme, found)
		}
		if wide := eval[string](i.tab, sticksOut); wide != "" {
			i.t.Errorf("%s sticks out at %d pixels: %s", v, look.width, wide)
		}
	}
	for _, said := range i.heard() {
		i.t.Errorf("%s: %s", v, said)
	}
}

func (i *inspector) axeSays(rules string) string {
	i.t.Helper()
	said, err := chromedp.Run(i, chromedp.Evaluate[string](judge+"(["+rules+"])", chromedp.EvalAwaitPromise))
	must(i.t, "running axe", err)
	return said
}

// finds shows that the check finds what is wrong, and notes what a page does by itself.
func finds(i *inspector) {
	i.t.Helper()
	i.sitsDown("hanna")
	i.opens(visit{who: "hanna", path: "/account"})
	must(i.t, "bringing axe", chromedp.Do(i, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Evaluate[chromedp.Void](i.axe)(ctx, target)
		return chromedp.Void{}, err
	}))
	eval[bool](i.tab,
		`(document.querySelector("main").insertAdjacentHTML("beforeend", '<div id="bad"><img src="/static/icon.svg"><input><p><button class="a">a</button><button class="b">b</button></p><p class="c">text</p></div>'),
		(() => { for (const b of document.querySelectorAll("#bad button")) { b.style.minHeight = b.style.width = b.style.height = "10px"; b.style.padding = b.style.border = "0" }
			const p = document.querySelector("#bad .c"); p.style.color = "#999"; p.style.background = "#aaa"; p.style.width = "4000px"; return true })())`)
	said := i.axeSays("")
	for _, rule := range []string{"image-alt", "label:", "target-size", "color-contrast"} {
		if !strings.Contains(said, rule) {
			i.t.Errorf("axe does not find %s in what was made bad:\n%s", rule, said)
		}
	}
	if eval[string](i.tab, sticksOut) == "" {
		i.t.Error("what sticks out is not seen")
	}
	i.heard()
	eval[bool](i.tab,
		`(console.error("x"), fetch("http://127.0.0.1:9/").catch(() => {}), document.body.insertAdjacentHTML("beforeend", `+
			`'<p style="color: red">x</p>'), true)`)
	i.until("the page's offences are on record", `document.querySelector("body > p[style]") != null`)
	said = strings.Join(i.heard(), "\n")
	for _, want := range []string{"console.error", "Content Security Policy"} {
		if !strings.Contains(said, want) {
			i.t.Errorf("%s is not noted: %q", want, said)
		}
	}
}
