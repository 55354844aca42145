package web_test

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"rivgate/store/accesslog"
)

// TestAReviewersDay: somebody looks up a person whom they have nothing to do with, and a reviewer of the unit finds it
// by who it was and by the case, writes down what came of it, and takes the rows home. The log is whole afterwards.
func TestAReviewersDay(t *testing.T) {
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	neighbour := field[string](t,
		w.json("/api/cases", strings.ReplaceAll(complaint(clinic, "Tora Test", "Väntade länge."), tolvan, "190001019801")),
		"id")
	for _, name := range []string{"vera", "greta"} {
		w.addPerson(name)
	}
	d := &desktop{w, browser(t)}
	d.looksUp("vera", "18900101-9802", id)
	d.signIn(d.ctx, "greta")
	d.goes("beginning", chromedp.Navigate(d.server.URL+"/"))
	d.goes("opening the log", clicks(`main a[href="/review"]`))
	d.sees("Loggkontroll", "Vera Test", "läste")
	row := d.findsTheLookUp(id, neighbour)
	d.checks(id, row)
	d.takesHome(id, row)
	d.worksThroughASample(id)
	report, err := w.Relay.Store.VerifyAccess(t.Context(), accesslog.Head{})
	if err != nil || report.Broken != 0 || report.Rows == 0 {
		t.Errorf("the log: %+v, %v", report, err)
	}
}

// looksUp finds a person by their number and reads the case.
func (d *desktop) looksUp(who, number, id string) {
	d.signIn(d.ctx, who)
	d.goes("opening the inbox", chromedp.Navigate(d.server.URL+"/inbox?queue=new"))
	d.goes("looking up a person", types("#q", number), clicks(`form.search button`))
	d.sees("Tolvan Test")
	d.goes("reading the case", clicks(`table a[href="/inbox/`+id+`"]`))
	d.sees("Ingen ringde upp.")
}

// reviews fills in the reviewer's form, all other fields empty.
func (d *desktop) reviews(what string, fields map[string]string) {
	d.t.Helper()
	d.goes("beginning anew", chromedp.Navigate(d.server.URL+"/review"))
	for field, value := range fields {
		d.do(what, chooses("#review-"+field, value))
	}
	d.goes(what, clicks(`form[action="/review"] button.primary`))
}

// findsTheLookUp asks by who, by the person and by the case, and returns the number of the row of the search.
func (d *desktop) findsTheLookUp(id, neighbour string) (row string) {
	d.t.Helper()
	d.reviews("asking by who", map[string]string{"who": "vera"})
	d.sees("Vera Test", "läste", id)
	d.reviews("asking by who else", map[string]string{"who": "hanna"})
	d.sees("Ingen rad i loggen svarar mot urvalet.")
	d.reviews("asking by the person", map[string]string{"patient": "189001019802"})
	d.sees("sökte", "(ett personnummer)", "läste", id)
	d.reviews("asking by another case", map[string]string{"case": neighbour, "what": "search"})
	d.sees("Ingen rad i loggen svarar mot urvalet.")
	d.reviews("asking by the case", map[string]string{"case": id, "what": "search"})
	d.sees("Vera Test", "sökte", "1 ärende i listan")
	d.do("seeing which", clicks(`td[data-label="Ärende"] summary`), waits(`td[data-label="Ärende"] li`))
	d.sees(id)
	row, err := chromedp.Run(d.ctx, chromedp.Evaluate[string](`document.querySelector('td[data-label="Nr"]').innerText`))
	if err != nil {
		d.t.Fatal(err)
	}
	return row
}

// checks writes down what came of it.
func (d *desktop) checks(id, row string) {
	d.t.Helper()
	d.goes("writing it down", clicks(`td[data-label="Kontroll"] summary`),
		types("#note-"+row, "Vera har inget uppdrag i ärendet; chefen är underrättad."),
		clicks(`form:has(#note-`+row+`) button`))
	d.sees("Kontrollen är noterad.")
	d.reviews("looking at it again", map[string]string{"case": id, "what": "search"})
	d.sees("Kontrollerad", "av Greta Test: Vera har inget uppdrag i ärendet; chefen är underrättad.")
	if rows := d.accesses(accesslog.Filter{What: accesslog.Check}); len(rows) != 1 || rows[0].Who != "greta" ||
		fmt.Sprint(rows[0].About) != row {
		d.t.Errorf("checks on record: %+v", rows)
	}
}

// worksThroughASample notes 20 rows that chance chose, one after the other by a key each, with a break in the middle,
// and ends with a protocol.
func (d *desktop) worksThroughASample(id string) {
	d.t.Helper()
	for range 25 {
		d.as("vera")
		d.page("/inbox/" + id)
	}
	d.as("")
	d.goes("beginning", chromedp.Navigate(d.server.URL+"/review"))
	d.goes("taking a sample", clicks(`button[name="do"][value="sample"]`))
	d.sees("Stickprov 1", "Rad 1 av 20")
	keys := 0
	for row := 1; row <= 20; row++ {
		d.sees(fmt.Sprintf("Rad %d av 20", row))
		if row == 10 {
			d.goes("going away", chromedp.Navigate(d.server.URL+"/review"))
			d.goes("coming back", clicks(`a[href="/review/samples/1"]`))
			d.sees("9 av 20", "Rad 10 av 20")
		}
		if row == 13 {
			d.goes("noting a deviation", types("#sample-note", "Frågas upp."), clicks(`button[value="deviation"]`))
			continue
		}
		d.goes("noting a row by a key", chromedp.KeyEvent(kb.Enter))
		keys++
	}
	d.sees("Alla rader är noterade", "1 avvikelse")
	d.goes("ending", types("#conclusion", "En rad följs upp."), clicks(`form[action$="/end"] button`))
	d.sees("Protokoll för stickprov 1", "20 av 20", "En rad följs upp.", "Avvikelse: Frågas upp.")
	if checks := d.accesses(accesslog.Filter{What: accesslog.Check, Who: "greta"}); len(checks) != 22 || keys != 19 {
		d.t.Errorf("%d checks on record, by %d keys", len(checks), keys)
	}
	for _, row := range d.accesses(accesslog.Filter{What: accesslog.Check, Who: "greta"})[1:21] {
		about := d.accesses(accesslog.Filter{Seqs: []int64{row.About}})
		if len(about) != 1 || about[0].Who == "greta" || about[0].What == accesslog.SignIn {
			d.t.Errorf("row %d was in the sample: %+v", row.About, about)
		}
	}
}

// takesHome fetches the file of what the page shows, as its button does.
func (d *desktop) takesHome(id, row string) {
	d.t.Helper()
	text, err := chromedp.Run(d.ctx, chromedp.Evaluate[string](`(async () => {
		const button = document.querySelector('button[formaction="/review/export"]');
		const answer = await fetch(button.formAction, {method: button.form.method, body: new URLSearchParams(new FormData(button.form))});
		return answer.headers.get("Content-Disposition").startsWith("attachment") ? await answer.text() : "";
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		d.t.Fatal(err)
	}
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = ';'
	rows, err := reader.ReadAll()
	if err != nil || len(rows) != 2 {
		d.t.Fatalf("the file is %q, %v", text, err)
	}
	if got := rows[1]; got[0] != row || got[2] != "vera" || got[5] != "sökte" || got[11] != "greta" ||
		!strings.Contains(got[12], "chefen är underrättad") || got[13] != id {
		d.t.Errorf("the row is %q", got)
	}
	if last := d.accesses(accesslog.Filter{Who: "greta"})[0]; last.What != accesslog.Export || last.Case != id {
		d.t.Errorf("the export is on record as %+v", last)
	}
}
