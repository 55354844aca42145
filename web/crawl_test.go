package web_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell/wordstest"
)

// hostile is in the names, ids and filters of the crawled world: whatever an address can be broken by.
const hostile = `å&b=c+d%41"<e>;f#g?h/i j`

// TestCrawl follows every link and every form of every page of every role, and compares what was chosen with what came.
func TestCrawl(t *testing.T) {
	t.Parallel()
	for _, who := range everybody() {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			w := hostileWorld(t)
			c := &crawler{w: w, who: who, seen: map[string]bool{}, shapes: map[string]int{}}
			c.wants("/", "where everybody begins")
			for _, row := range w.PageTable() {
				if !strings.Contains(row.Path, "{") && !strings.HasPrefix(row.Path, "/signin/oidc") && row.Path != "/board/export" {
					c.add(row.Path, "the table of pages", true)
				}
			}
			c.run()
			if c.pages < 10 && who != nobody && who != "gunde" {
				t.Errorf("%s came to %d pages", who, c.pages)
			}
			t.Logf("%s: %d addresses, %d pages, %d forms", who, len(c.seen), c.pages, c.forms)
		})
	}
}

// hostileWorld is the furnished world with more of everything, called what breaks addresses.
func hostileWorld(t *testing.T) *world {
	t.Helper()
	w, _, _ := furnished(t)
	w.as("hanna")
	w.saves("/phrases", url.Values{
		"unit": {clinic}, "kind": {"reply"}, "title": {hostile}, "text": {hostile}, "position": {"1"},
	})
	for i := range 3 {
		id := w.submit(clinic, hostile, hostile)
		if i == 0 {
			w.did(id, "register", url.Values{"diary": {hostile}})
		}
	}
	for range 60 { // so that lists have a next page
		w.submit(clinic, hostile, hostile)
		w.submit(hospital, hostile, hostile)
	}
	for _, id := range []string{"oidc:" + hostile, hostile} {
		a := accounts.Account{ID: id, Name: hostile, Source: "https://idp.example", Grants: people()["vera"]}
		if err := w.Relay.Store.AddAccount(t.Context(), a, accesslog.Row{Who: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	var edits []catalogue.Edit
	for i := range 60 {
		edits = append(edits, catalogue.Edit{Action: catalogue.EditAdd, Row: catalogue.Row{
			Kind: catalogue.KindUnit, HSAID: fmt.Sprintf("SE2010123456-H%02d", i), Name: fmt.Sprintf("%s %d", hostile, i),
			UnitKind: routing.CareUnit, Region: "01",
		}})
	}
	d, err := w.Relay.Store.CatalogueDraft(t.Context())
	if err == nil {
		_, _, err = w.Relay.Store.EditCatalogue(t.Context(), d.Revision, edits, w.Catalogue.Rules, "anna", "")
	}
	if err != nil {
		t.Fatal(err)
	}
	w.as("")
	return w
}

// crawler goes through the pages as one person.
type crawler struct {
	w            *world
	who          string
	seen         map[string]bool // addresses
	shapes       map[string]int  // how many addresses of one shape were opened
	todo         []followed
	pages, forms int
}

// followed is an address that was found somewhere.
type followed struct {
	address, from string
	maybe         bool // it may be refused: nobody was shown it
}

// sameShape bounds how many addresses are opened that differ in their values alone.
const sameShape = 4

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]+|row-[0-9]+`)

func (c *crawler) wants(address, from string) { c.add(address, from, false) }

func (c *crawler) add(address, from string, maybe bool) {
	at, err := url.Parse(address)
	if err != nil || at.Host != "" || at.Path == "" {
		c.w.t.Errorf("%s has the address %q: %v", from, address, err)
		return
	}
	at.Fragment = ""
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range at.Query() {
			if !yield(name) {
				return
			}
		}
	})
	shape := ids.ReplaceAllString(at.Path, "*") + "?" + strings.Join(names, "&")
	if c.seen[at.String()] || c.shapes[shape] >= sameShape {
		return
	}
	c.seen[at.String()] = true
	c.shapes[shape]++
	c.todo = append(c.todo, followed{at.String(), from, maybe})
}

func (c *crawler) run() {
	for len(c.todo) > 0 {
		next := c.todo[0]
		c.todo = c.todo[1:]
		if strings.HasPrefix(next.address, "/signin/oidc") || strings.HasPrefix(next.address, "/static/") {
			continue
		}
		c.opens(next)
	}
}

// opens follows an address, on to where it leads, and looks at what came.
func (c *crawler) opens(s followed) {
	t := c.w.t
	address := s.address
	r := c.w.getAs(c.who, address)
	for range 4 {
		if r.status < 300 || r.status >= 400 {
			break
		}
		address = r.header.Get("Location")
		c.sound(address, "the redirect of "+s.address)
		address, _, _ = strings.Cut(address, "#")
		r = c.w.getAs(c.who, address)
	}
	if r.status != http.StatusOK {
		if !s.maybe || r.status >= 500 {
			t.Errorf("%s leads to %s, which answers %d\n%s", s.from, s.address, r.status, main(r.body))
		}
		return
	}
	if !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		return
	}
	c.pages++
	c.looks(address, r.body)
}

// looks follows the links and forms of a page.
func (c *crawler) looks(address, body string) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		c.w.t.Fatal(err)
	}
	at, _ := url.Parse(address)
	c.sameChoice(at, doc)
	c.swedish(address, doc)
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		here := address + ": " + strings.Join(strings.Fields(textOf(n)), " ")
		for _, name := range []string{"href", "hx-get"} {
			to, ok := attribute(n, name)
			if !ok || strings.HasPrefix(to, "#") || n.Data == "link" {
				continue
			}
			c.sound(to, here)
			c.wants(to, here)
			if n.Data == "a" {
				c.keepsChoice(at, n, to)
				c.sameTable(n, doc, to)
			}
		}
		if to, ok := attribute(n, "data-draft"); ok {
			c.refusesToOpen(to, here)
		}
		if n.Data == "form" {
			c.form(address, n)
		}
	}
}

// swedish finds English in what a page shows: texts, and the attributes that are read. What is marked as English, codes
// and what people typed may be so.
func (c *crawler) swedish(address string, doc *html.Node) {
	var look func(n *html.Node)
	look = func(n *html.Node) {
		texts := []string{}
		switch lang, _ := attribute(n, "lang"); {
		case lang == "en", slices.Contains([]string{"code", "pre", "script", "style", "textarea"}, n.Data):
			return
		case n.Type == html.TextNode:
			texts = append(texts, n.Data)
		}
		for _, name := range []string{"aria-label", "alt", "placeholder", "title", "data-label"} {
			text, _ := attribute(n, name)
			texts = append(texts, text)
		}
		for _, text := range texts {
			if hit := wordstest.English(strings.ReplaceAll(text, hostile, "")); hit != "" && !c.seen["english "+text] {
				c.seen["english "+text] = true
				c.w.t.Errorf("%s as %s: %q is English: %s", address, c.who, hit,
					strings.Join(strings.Fields(text), " "))
			}
		}
		for child := range n.ChildNodes() {
			look(child)
		}
	}
	look(doc)
}

// form sends a form that asks, and opens the address of one that changes something.
func (c *crawler) form(page string, n *html.Node) {
	action, _ := attribute(n, "action")
	from := page + ": the form to " + action
	c.sound(action, from)
	method, _ := attribute(n, "method")
	if method != "get" {
		c.refusesToOpen(action, from)
		return
	}
	fields, free := controls(n)
	c.submits(action, from, fields)
	for _, name := range free {
		typed := cloned(fields)
		typed.Set(name, hostile)
		c.submits(action, from+" with "+name, typed)
	}
}

// submits sends a form that asks: what was chosen stands in the form of the page that comes.
func (c *crawler) submits(action, from string, fields url.Values) {
	address := action + "?" + fields.Encode()
	if c.seen[from+fields.Encode()] || c.shapes["form "+action+from] >= sameShape {
		return
	}
	c.seen[from+fields.Encode()] = true
	c.shapes["form "+action+from]++
	c.forms++
	r := c.w.getAs(c.who, address)
	shows := r.status == http.StatusOK || r.status == http.StatusUnprocessableEntity ||
		r.status == http.StatusForbidden && strings.Contains(r.body, "<form method=\"get\"")
	if !shows {
		c.w.t.Errorf("%s: sent with %v it answers %d\n%s", from, fields, r.status, main(r.body))
		return
	}
	if strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		c.looks(address, r.body)
	}
}

// sameChoice: what an address chose stands in the fields of that name on the page that came, hidden or not.
func (c *crawler) sameChoice(at *url.URL, doc *html.Node) {
	for n := range doc.Descendants() {
		if n.Data != "form" {
			continue
		}
		action, _ := attribute(n, "action")
		method, _ := attribute(n, "method")
		to, err := url.Parse(action)
		fields, _ := controls(n)
		if err != nil || method == "get" && to.Path != at.Path {
			continue
		}
		for name, chosen := range at.Query() {
			shown, has := fields[name]
			if !has || len(chosen) != 1 ||
				method == "post" &&
					!slices.Contains(
						[]string{"receiver", "class", "code", "id", "state", "case", "since", "until", "verb", "unit", "account"}, name,
					) {
				continue
			}
			if !slices.Contains(shown, strings.TrimSpace(chosen[0])) && chosen[0] != "" && mayHold(n, name, chosen[0]) {
				c.w.t.Errorf("%s as %s: the form to %s has %q in %s", at, c.who, action, shown, name)
			}
		}
	}
}

// keepsChoice: the next page, the file and the way back of a list have what the list was narrowed by.
func (c *crawler) keepsChoice(at *url.URL, n *html.Node, to string) {
	rel, _ := attribute(n, "rel")
	_, file := attribute(n, "download")
	back := strings.Contains(textOf(n), "Avbryt") && at.Path == "/monitor/order"
	if rel != "next" && !(file && at.Path == "/statistics") && !back {
		return
	}
	there, err := url.Parse(to)
	if err != nil {
		return
	}
	for name, chosen := range at.Query() {
		switch {
		case slices.Contains([]string{"after", "from", "done", "n"}, name) && rel == "next", name == "verb",
			name == "id" && back, there.Path == "/monitor" && back, name == "unit" && file:
		case strings.Join(chosen, "") != "" && there.Query().Get(name) != strings.TrimSpace(chosen[0]):
			c.w.t.Errorf("%s as %s: %s leads to %s, without %s=%s", at, c.who, textOf(n), to, name, chosen[0])
		}
	}
}

// sameTable: the file of a table begins with what the table is counted by.
func (c *crawler) sameTable(n, doc *html.Node, to string) {
	if _, file := attribute(n, "download"); !file || !strings.HasPrefix(to, "/statistics/file") {
		return
	}
	r := c.w.getAs(c.who, to)
	first, err := csv.NewReader(skipped(r.body)).Read()
	if r.status != http.StatusOK || err != nil {
		c.w.t.Errorf("%s: %d, %v", to, r.status, err)
		return
	}
	for th := range doc.Descendants() {
		if th.Data == "th" {
			if shown := textOf(th); !strings.Contains(strings.Join(first, ";"), shown) {
				c.w.t.Errorf("%s has the columns %q, and the page counts by %s", to, first, shown)
			}
			return
		}
	}
}

func skipped(file string) io.Reader { return strings.NewReader(strings.TrimPrefix(file, "\ufeff")) }

// refusesToOpen: the address of a form is opened: there is the form, or a page that says so and leads back.
func (c *crawler) refusesToOpen(action, from string) {
	at, err := url.Parse(action)
	if err != nil || c.seen["open "+action] || c.shapes["open "+ids.ReplaceAllString(action, "*")] >= sameShape {
		return
	}
	c.seen["open "+action] = true
	c.shapes["open "+ids.ReplaceAllString(action, "*")]++
	r := c.w.getAs(c.who, action)
	switch {
	case r.status == http.StatusSeeOther ||
		r.status == http.StatusOK &&
			(strings.Contains(r.body, `action="`+at.Path+`"`) || strings.Contains(r.body, `href="`+at.Path+"?")):
	case r.status == http.StatusMethodNotAllowed:
		doc, err := html.Parse(strings.NewReader(main(r.body)))
		if err != nil {
			c.w.t.Fatal(err)
		}
		ways := 0
		for n := range doc.Descendants() {
			if to, ok := attribute(n, "href"); ok && n.Data == "a" {
				ways++
				c.wants(to, "the way back from "+action)
			}
		}
		if ways == 0 || r.header.Get("Allow") == "" {
			c.w.t.Errorf("%s: opening the address answers 405 without a way back\n%s", from, main(r.body))
		}
	default:
		c.w.t.Errorf("%s: opening the address answers %d\n%s", from, r.status, main(r.body))
	}
}

var escaped = regexp.MustCompile(`%[0-9A-Fa-f]{2}|&amp;|&#|Ã`)

// sound finds what was escaped twice, or not at all, in an address: there is nothing escaped in any of its values but
// what was typed so.
func (c *crawler) sound(address, from string) {
	at, err := url.Parse(address)
	if err != nil {
		c.w.t.Errorf("%s has the address %q: %v", from, address, err)
		return
	}
	query, err := url.ParseQuery(at.RawQuery)
	if err != nil {
		c.w.t.Errorf("%s has the address %q: %v", from, address, err)
	}
	texts := strings.Split(at.Path, "/")
	for name, values := range query {
		if escaped.MatchString(name) || strings.Contains(name, "=") {
			c.w.t.Errorf("%s as %s: %q has the parameter %q", from, c.who, address, name)
		}
		if name == "next" {
			c.sound(values[0], from+", next")
			continue
		}
		texts = append(texts, values...)
	}
	for _, text := range texts {
		if escaped.MatchString(strings.ReplaceAll(text, hostile, "")) ||
			strings.HasPrefix(text, "å&b") && !strings.HasPrefix(text, hostile) || text == "å" {
			c.w.t.Errorf("%s as %s: %q carries %q", from, c.who, address, text)
		}
	}
}

// controls are what a browser sends of a form that nobody has touched, and the fields in which anything can be typed.
func controls(form *html.Node) (fields url.Values, free []string) {
	fields = url.Values{}
	for n := range form.Descendants() {
		name, _ := attribute(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		value, _ := attribute(n, "value")
		kind, _ := attribute(n, "type")
		switch {
		case n.Data == "select":
			fields.Add(name, chosenOption(n))
		case n.Data == "textarea":
			fields.Add(name, textOf(n))
			free = append(free, name)
		case n.Data == "input" && (kind == "checkbox" || kind == "radio"):
			if _, checked := attribute(n, "checked"); checked {
				fields.Add(name, value)
			}
		case n.Data == "input" && kind != "file" && kind != "submit":
			fields.Add(name, value)
			if kind == "" || kind == "text" || kind == "search" {
				free = append(free, name)
			}
		}
	}
	return fields, free
}

// chosenOption is the value of a list: the one that is selected, else the first.
func chosenOption(list *html.Node) string {
	first, found := "", false
	for n := range list.Descendants() {
		if n.Data != "option" {
			continue
		}
		value, has := attribute(n, "value")
		if !has {
			value = textOf(n)
		}
		if _, selected := attribute(n, "selected"); selected {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}

// mayHold tells whether a field can hold a value: a list holds what it offers alone.
func mayHold(form *html.Node, name, value string) bool {
	for n := range form.Descendants() {
		own, _ := attribute(n, "name")
		kind, _ := attribute(n, "type")
		switch {
		case own != name:
		case n.Data == "select":
			for o := range n.Descendants() {
				if offer, _ := attribute(o, "value"); o.Data == "option" && offer == value {
					return true
				}
			}
			return false
		case kind == "radio" || kind == "checkbox":
			if offer, _ := attribute(n, "value"); offer == value {
				return true
			}
		default:
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func cloned(v url.Values) url.Values {
	all := url.Values{}
	for name, values := range v {
		all[name] = slices.Clone(values)
	}
	return all
}
