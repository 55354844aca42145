package web_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"rivgate/relay/upkeep"
	"rivgate/store"
)

// TestABoardPlacesSixCases: a board finds the units of six cases, and sees them counted where they happened, before
// and after they are purged.
func TestABoardPlacesSixCases(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	var ids []string
	for range 6 {
		ids = append(ids, w.submit(board, "Tolvan Test", "Ingen lyssnade."))
	}
	d := w.sitsDown(t, "nina")
	for i := range ids {
		d.visits("/board")
		d.goes("opening the next case", clicks(`td a[href$="/board"]`))
		unit := "sjukhuset"
		if i%3 == 0 {
			unit = "björken vårdcentral"
		}
		d.goes("placing it", types("#place-unit", unit), clicks(`form[action$="/board/place"] button`))
		d.sees("Enheten är sparad")
	}
	d.visits("/board")
	d.misses("Ingen lyssnade.", "Akuten på sjukhuset")
	counted := func(when string) {
		t.Helper()
		d.visits("/statistics?by=incident_unit")
		rows := d.value(`[...document.querySelectorAll("table tr")]
			.map(r => r.innerText.replace(/\s+/g, " ").trim()).join("|")`)
		for _, want := range []string{hospital + " 4", clinic + " 2", "Summa 6"} {
			if !strings.Contains(rows, want) {
				t.Errorf("%s, where they happened: no %q in %s", when, want, rows)
			}
		}
	}
	counted("placed")
	w.as("nina")
	for _, id := range ids {
		w.closes(id)
	}
	counted("closed")
	w.pass(40 * 24 * time.Hour)
	_, err := w.Relay.Store.Purge(t.Context(), store.Retention{ClosedCases: 24 * time.Hour}, "test")
	must(t, "purging", err)
	d.changes("nina")
	d.refused(http.StatusNotFound, "opening what was purged", chromedp.Navigate(w.server.URL+"/inbox/"+ids[0]))
	counted("purged")
}

// savesPhrase writes a standard reply, of whose page it is on.
func (d *desktop) savesPhrase(title, text string) {
	d.t.Helper()
	d.goes("writing "+title, chromedp.SetValue(chromedp.CSS("#phrase-title"), title),
		chromedp.SetValue(chromedp.CSS("#phrase-text"), text),
		clicks(`form[action="/phrases"][method="post"] .primary`))
	d.sees(text)
}

// ofWhom chooses whose standard replies are shown.
func (d *desktop) ofWhom(value string) {
	d.t.Helper()
	d.visits("/phrases")
	d.goes("choosing whose", chooses("#unit", value), clicks(`form.search[action="/phrases"] button`))
}

// TestADayOfStandardReplies: the region, the unit and a handler each keep one; the nearer one stands first where an
// answer is written, each is changed by whoever may, and is not there for others.
func TestADayOfStandardReplies(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	d := w.sitsDown(t, "rita")
	d.ofWhom("region:01")
	d.savesPhrase("Regionen beklagar", "Regionen beklagar väntan.")
	d.changes("adam")
	d.ofWhom(clinic)
	d.savesPhrase("Enheten beklagar", "Enheten beklagar.")
	d.changes("vera")
	d.ofWhom("mine")
	d.savesPhrase("Jag beklagar", "Jag beklagar.")
	if choices := d.value(`document.querySelector("#unit").innerText`); strings.Contains(choices, "Region") {
		t.Errorf("a handler changes the region's: %s", choices)
	}
	d.ofWhom(clinic)
	d.goes("changing the unit's", clicks(`td[data-label="Rubrik"] a`))
	d.savesPhrase("Enheten beklagar", "Enheten beklagar att du fick vänta.")

	d.visits("/inbox/" + id)
	levels := d.value(`[...document.querySelectorAll("#reply-phrase option, #reply-phrase optgroup")]
		.map(e => e.label).join("|")`)
	if want := "Välj|Mina egna|Jag beklagar|Enhetens|Enheten beklagar|Regionens|Regionen beklagar"; levels != want {
		t.Errorf("the standard replies stand as %s, want %s", levels, want)
	}
	second := d.value(`document.querySelectorAll("#reply-phrase option")[2].value`)
	d.goes("taking the unit's", opens("/reply"), chooses("#reply-phrase", second),
		clicks(`form[action$="/reply"] button[value="insert"]`))
	d.goes("sending it", clicks(`form[action$="/reply"] button[value="send"]`))
	d.sees("Enheten beklagar att du fick vänta.", "Delsvaret är sparat")

	d.changes("nina")
	w.submit(board, "Tolvan Test", "Text")
	d.visits("/inbox?queue=new")
	d.goes("opening a case of the board", clicks(`table a[href^="/inbox/"]`))
	if has := d.value(`document.body.innerHTML`); strings.Contains(has, "Regionen beklagar") {
		t.Error("the board has the care's standard replies")
	}
}

// chooseFile puts a file with a content into the form.
func (d *desktop) chooseFile(name, content string) step {
	d.t.Helper()
	path := filepath.Join(d.t.TempDir(), name)
	must(d.t, "writing a file", os.WriteFile(path, []byte(content), 0o600))
	return chromedp.SetUploadFiles(chromedp.CSS("#numbers-file"), []string{path})
}

// finds looks for a text in the inbox and opens the one case that has it.
func (d *desktop) finds(text, id string) {
	d.t.Helper()
	d.visits("/inbox?queue=new")
	d.goes("looking for "+text, types("#q", text), clicks(`form.search button`))
	d.sees(text)
	d.goes("opening what was found", clicks(`table a[href="/inbox/`+id+`"]`))
	d.sees("diarienummer " + text)
}

// TestADayOfRegistration: a series gives a unit's case its number, the diary gives another its own by a file, and both
// are found by the number and printed.
func TestADayOfRegistration(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	own := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	diarys := w.submit(linden, "Tolvan Test", "Väntade länge.")
	d := w.sitsDown(t, "adam")
	d.visits("/registration")
	d.refused(http.StatusUnprocessableEntity, "a series without a running number", types("#series0-pattern", "SYN"),
		clicks(`form[action="/registration/series"] button`))
	d.sees("Skriv {n} på ett ställe")
	d.goes("a series", chromedp.SetValue(chromedp.CSS("#series0-pattern"), "SYN {year}-{n}"),
		clicks(`form[action="/registration/series"] button`))
	d.sees("Öppna ärenden utan nummer får ett inom kort.", "Nästa nummer: SYN 2026-1")
	if n, err := (&upkeep.Registrar{Relay: w.Relay}).Round(t.Context()); n != 1 || err != nil {
		t.Errorf("%d cases got a number, %v", n, err)
	}
	d.changes("hanna")
	d.finds("SYN 2026-1", own)
	d.goes("printing it", clicks(`a[href*="print=1"]`))
	d.sees("diarienummer SYN 2026-1")

	d.visits("/registration")
	d.sees("1 ärende saknar diarienummer.")
	sheet := fetched(t, d, `a[href*="format=csv"]`)
	d.refused(http.StatusUnprocessableEntity, "sending it as it came", d.chooseFile("diarium.csv", sheet),
		clicks(`button[value="check"]`))
	d.sees("Ingen rad i filen har ett diarienummer.")
	filled := strings.TrimRight(sheet, "\r\n") + "RS 2026/77\r\n"
	d.goes("trying it", d.chooseFile("diarium.csv", filled), clicks(`button[value="check"]`))
	d.sees("Filen går att läsa in: 1 nya nummer")
	d.goes("taking it in", d.chooseFile("diarium.csv", filled), clicks(`button[value="save"]`))
	d.sees("1 nummer är införda.", "Alla ärenden har diarienummer.")
	d.refused(http.StatusUnprocessableEntity, "another number for the same case",
		d.chooseFile("diarium.csv", strings.ReplaceAll(filled, "/77", "/78")), clicks(`button[value="save"]`))
	d.sees("Ärendet har redan numret RS 2026/77.")
	d.finds("RS 2026/77", diarys)
	d.goes("printing it", clicks(`a[href*="print=1"]`))
	d.sees("diarienummer RS 2026/77")
}

// fetched is the file that a link of the page leads to.
func fetched(t *testing.T, d *desktop, link string) string {
	t.Helper()
	text, err := chromedp.Run(d.ctx, chromedp.Evaluate[string](fmt.Sprintf(`(async () => {
		const answer = await fetch(document.querySelector(%q).href);
		return answer.headers.get("Content-Disposition").startsWith("attachment") ? await answer.text() : "";
	})()`, link), chromedp.EvalAwaitPromise))
	must(t, "fetching a file", err)
	return text
}

// TestADayOfAnOpinion: a board asks a unit, which sees in its inbox what was consented to and nothing else, and
// answers there; the answer stands in the board's case.
func TestADayOfAnOpinion(t *testing.T) {
	t.Parallel()
	w := withTriage(t)
	id := w.submit(board, "Tolvan Test", "Ingen lyssnade på mig.")
	b := w.sitsDown(t, "nina")
	form := func(verb string) string { return `form[action$="/board/` + verb + `"] ` }
	unfolds := func(verb string) step { return clicks(`details:has(` + form(verb) + `) > summary`) }
	b.visits("/inbox/" + id + "/board")
	b.refused(http.StatusUnprocessableEntity, "asking without a consent", unfolds("request"),
		types("#request-unit", clinic), types("#request-text", "Yttra er."), clicks(form("request")+"button"))
	b.goes("noting the consent", unfolds("consent"), types("#consent-unit", clinic),
		types("#consent-how", "per telefon"), clicks(form("consent")+`input[value="namn"]`), // ticked at first
		clicks(form("consent")+"button"))
	b.sees("Samtycket är noterat.")
	b.goes("asking", unfolds("request"), types("#request-unit", clinic),
		types("#request-text", "Yttra er om bemötandet."), chooses("#request-due", "2026-03-20"),
		clicks(form("request")+"button"))
	b.sees("Inget känt konto kan besvara begäran hos Vårdcentralen Björken", "men inget känt konto kan besvara den där",
		"Väntar på yttrande")
	u := w.sitsDown(t, "vera")
	b.goes("looking again", chromedp.Reload())
	b.sees("ligger i enhetens inkorg")
	b.misses("Inget känt konto")
	b.goes("the request on paper", clicks(`a[href$="/board/request/1"]`))
	b.sees("Så står det med begäran: ligger i enhetens inkorg.")

	u.visits("/")
	u.goes("opening the inbox by its card", clicks(`.cards a[href="/opinions"]`))
	u.sees("Väntar på yttrande")
	u.visits("/inbox")
	u.sees("Begäran om yttrande", "svar önskas senast 2026-03-20")
	u.goes("opening it", clicks(`#opinions + ul a`))
	u.sees("Yttra er om bemötandet.", "Ingen lyssnade på mig.", "per telefon")
	u.misses("Tolvan", tolvan[2:8]) // not in the consent either
	u.refused(http.StatusUnprocessableEntity, "sending nothing", clicks(`button[value="review"]`))
	u.sees("Skriv yttrandet.")
	u.goes("writing", types("#opinion-text", "Vi beklagar, och har talat med läkaren."),
		clicks(`button[value="review"]`))
	u.sees("Så läser nämnden yttrandet")
	u.goes("sending", clicks(`form[action$="/send"] button`))
	u.sees("Yttrandet är skickat till patientnämnden.")
	u.visits("/inbox")
	u.misses("svar önskas senast 2026-03-20")

	b.visits("/inbox?queue=new")
	b.sees("Nytt yttrande")
	b.goes("opening the case", clicks(`table a[href="/inbox/`+id+`"]`))
	b.visits("/inbox/" + id + "/board")
	b.sees("Vi beklagar, och har talat med läkaren.", "besvarad", "Vera Test")
}
