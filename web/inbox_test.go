package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
)

// sidebar is the queues with their counts, as "Nya 1, Mina 0, …", with * at the chosen one.
func (w *world) sidebar(page string) string {
	w.t.Helper()
	var out []string
	for _, entry := range strings.Split(between(w.t, page, `aria-label="Köer"><ul>`, "</ul>"), "</li>") {
		if entry == "" {
			continue
		}
		one := between(w.t, entry, "<span>", "</span>") + " " + between(w.t, entry, `class="badge">`, "</span>")
		if strings.Contains(entry, "aria-current") {
			one += "*"
		}
		out = append(out, one)
	}
	return strings.Join(out, ", ")
}

func TestQueues(t *testing.T) {
	t.Parallel()
	w, first := newDesk(t)
	second, third := w.submit(clinic, "Den Andra", "Text"), w.submit(clinic, "Den Tredje", "Text")
	w.submit(other, "Den Fjärde", "På en annan enhet")
	expect := func(when, path, sidebar string, cases ...string) {
		t.Helper()
		page := w.page(path)
		if got := w.sidebar(page); got != sidebar {
			t.Errorf("%s: %s, want %s", when, got, sidebar)
		}
		for _, id := range []string{first, second, third} {
			wanted := false
			for _, c := range cases {
				wanted = wanted || c == id
			}
			if strings.Contains(main(page), `<a href="/inbox/`+id+`"`) != wanted {
				t.Errorf("%s: %s is in the list: %t", when, id, !wanted)
			}
		}
	}
	expect("at first", "/inbox", "Nya 3*, Mina 0, Pågående 0, Parkerade 0, Avslutade 0", first, second, third)
	hasNot(t, w.page("/inbox"), "Den Fjärde")
	expectRedirect(t, w.post("/inbox/"+first+"/desk/take", url.Values{"desk": {"0"}, "back": {"/inbox?queue=new"}}),
		"/inbox?queue=new&done=take")
	has(t, w.page("/inbox?queue=new&done=take"), "Du har tagit ärendet.")
	expect("with one taken", "/inbox", "Nya 2, Mina 1*, Pågående 1, Parkerade 0, Avslutade 0", first)
	w.did(second, "park", url.Values{"until": {"2026-04-01"}, "reason": {"Väntar"}})
	expect("with one parked", "/inbox?queue=parked", "Nya 1, Mina 1, Pågående 1, Parkerade 1*, Avslutade 0", second)
	w.sends(first, "close", url.Values{"text": {"Klart"}, "problem": {"3.1"}, "area": {"3"}})
	w.leave()
	expect("with one closed", "/inbox?queue=finished", "Nya 1, Mina 0, Pågående 0, Parkerade 1, Avslutade 1*", first)
	expect("by problem", "/inbox?queue=finished&problem=3.1", "Nya 0, Mina 0, Pågående 0, Parkerade 0, Avslutade 1*",
		first)
	has(t, w.page("/inbox?queue=finished&problem=3.1"), `href="/inbox?problem=3.1&amp;queue=new"`)
	expect("by another problem", "/inbox?queue=finished&problem=6", "Nya 0, Mina 0, Pågående 0, Parkerade 0, Avslutade 0*")
	expect("by area", "/inbox?queue=finished&area=3", "Nya 0, Mina 0, Pågående 0, Parkerade 0, Avslutade 1*", first)
	expect("by day", "/inbox?queue=new&from=2026-03-02&until=2026-03-02",
		"Nya 1*, Mina 0, Pågående 0, Parkerade 1, Avslutade 1", third)
	expect("by another day", "/inbox?queue=new&until=2026-03-01", "Nya 0*, Mina 0, Pågående 0, Parkerade 0, Avslutade 0")
	r := w.get("/inbox?queue=new&from=2026-02-31")
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a day that is none: %d", r.status)
	}
	has(t, r.body, "Ange en dag som 2026-01-31.", `value="2026-02-31"`)
	if r := w.get("/inbox?unit=" + other); r.status != http.StatusOK || strings.Contains(r.body, "Den Fjärde") {
		t.Errorf("another unit's cases: %d", r.status)
	}
}

func TestLessTimeForAMinor(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	r := w.post("/submit", url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PROXY"}, "patient": {child},
		"patientname": {"Barnet Test"},
		"authority":   {"yes"}, "date": {"2026-02-20"}, "text": {"Text"},
	})
	minor := strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	list := w.page("/inbox")
	has(t, list, "ombud för patienten Barnet Test, under 18 år")
	hasNot(t, list, tolvan, child)
	has(t, w.page("/inbox/"+minor), "<strong>barn</strong>", "uppger fullmakt", "Inte kontrollerad",
		"barn, någon annan än anmälaren")
	if f := w.desk(minor, "authority", url.Values{"note": {" "}}); f.status != http.StatusUnprocessableEntity {
		t.Errorf("a check without a word: %d", f.status)
	}
	w.did(minor, "authority", url.Values{"note": {"Vårdnadshavare enligt folkbokföringen"}})
	has(t, w.page("/inbox/"+minor), "uppger fullmakt",
		"Kontrollerad av Vera Test 2 mars: Vårdnadshavare enligt folkbokföringen")
	w.did(minor, "authority", url.Values{"undo": {"1"}})
	has(t, w.page("/inbox/"+minor), "Inte kontrollerad", "Kontrollen av rätten återtagen")
	hasNot(t, w.page("/inbox/"+id), `id="authority-note"`)
}

// What is looked for never stands in an address, and a whole personal number is noted as a digest.
func TestSearch(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	hyphened := w.submit(clinic, "Anna-Lena Test", "Text")
	for _, c := range []struct {
		name, typed string
		found       []string
	}{
		{"a name", "Tolvan", []string{id}},
		{"both names", "tolvan TEST", []string{id}},
		{"both names the other way", "test tolvan", []string{id}},
		{"the beginning of a name", "tolv", []string{id}},
		{"a hyphened name", "Anna-Lena", []string{hyphened}},
		{"a part of it", "lena", []string{hyphened}},
		{"a personal number", tolvan, []string{id, hyphened}},
		{"as people write it", "18900101-9802", []string{id, hyphened}},
		{"the case", w.theCase(id).Ref.Extension, []string{id}},
		{"another name", "Fia", nil},
	} {
		r := w.post("/inbox", url.Values{"q": {c.typed}})
		for _, one := range []string{id, hyphened} {
			wanted := false
			for _, f := range c.found {
				wanted = wanted || f == one
			}
			if strings.Contains(main(r.body), `<a href="/inbox/`+one+`"`) != wanted {
				t.Errorf("%s: %s is found: %t", c.name, one, !wanted)
			}
		}
		hasNot(t, strings.ReplaceAll(main(r.body), `value="`+c.typed+`"`, ""), tolvan)
	}
	hasNot(t, w.page("/inbox?q="+tolvan), tolvan)
	w.post("/inbox", url.Values{"q": {"18900101-9802"}})
	rows := w.accesses(accesslog.Filter{Who: "vera", What: accesslog.Search})
	if len(rows) == 0 || rows[0].Search == "" || strings.Contains(rows[0].Search+rows[0].Detail, "9802") ||
		rows[len(rows)-1].Search != "" {
		t.Errorf("the access log has %+v", rows)
	}
	w.as("adam")
	if r := w.post("/inbox", url.Values{"q": {"Tolvan"}}); r.status != http.StatusNotFound {
		t.Errorf("searching without the right to read: %d", r.status)
	}
}

func TestLateAndLastDay(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.pass(28 * 24 * time.Hour)
	has(t, w.page("/inbox"), "Sista dagen")
	w.pass(24 * time.Hour)
	has(t, w.page("/inbox"), "Försenat")
	has(t, w.page("/inbox/"+id), "Försenat: skulle ha besvarats 30 mars")
}
