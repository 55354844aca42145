package web_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// technical is what nobody who fills in a form should have to read: codes, names of elements, paths, and words of the
// schema.
var technical = regexp.MustCompile(
	`[A-Z]_[A-Z]|\p{Ll}\p{Lu}|[/\[]|(?i)schem|element|attribut|kontrakt|xsi|OID|\b(the|error|invalid)\b`,
)

// having is a copy of fields with another value of one.
func having(fields url.Values, name, value string) url.Values {
	all := maps.Clone(fields)
	all[name] = []string{value}
	return all
}

// refusals are what a page says is wrong: in its summary, and beside its fields.
func refusals(page string) (said []string) {
	for _, found := range regexp.MustCompile(
		`(?s)<strong>Det gick inte att (?:skicka|spara|söka|logga in)\.</strong>(.*?)</div>|<p class="error" [^>]*>(.*?)</p>`,
	).FindAllStringSubmatch(page, -1) {
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(found[1]+found[2], " ")
		said = append(said, strings.Join(strings.Fields(text), " "))
	}
	return slices.DeleteFunc(said, func(s string) bool { return s == "" })
}

// TestRefusalsSpeakToPeople sends forms that break the contract's schema and rules in every way that a form can.
func TestRefusalsSpeakToPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	care, boards := w.submit(clinic, "Tolvan Test", "Text"), w.submit(board, "Tolvan Test", "Text")
	closing := url.Values{"text": {"Tack."}, "problem": {"3.1"}, "area": {"3"}}
	citizen := url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Text"}, "reply": {"yes"},
	}
	const noField = "a place from the care, whose page has no field for it"
	for _, form := range []struct {
		sentence, path string
		fields         url.Values
		says           string
	}{
		{
			"a day that does not exist", "/inbox/" + care + "/question",
			url.Values{"text": {"Fråga?"}, "due": {"2026-02-31"}},
			"Dagen finns inte.",
		},
		{
			"a day that is no day", "/inbox/" + care + "/question",
			url.Values{"text": {"Fråga?"}, "due": {"i morgon"}},
			"Dagen finns inte.",
		},
		{
			"a day that has been", "/inbox/" + care + "/question",
			url.Values{"text": {"Fråga?"}, "due": {"2020-01-01"}},
			"Välj en dag från i dag",
		},
		{
			"a text that is too long", "/inbox/" + care + "/reply",
			url.Values{"text": {strings.Repeat("å", 20001)}},
			"Texten är tom eller för lång",
		},
		{"an end without a word", "/inbox/" + care + "/close", having(closing, "text", ""), "som väntar på svar"},
		{
			"an event in years to come", "/inbox/" + care + "/close", having(closing, "date", "2099-01-01"),
			"Välj en dag som inte är efter",
		},
		{"an event on no day", "/inbox/" + care + "/close", having(closing, "date", "2026-02-31"), "Dagen finns inte."},
		{noField, "/inbox/" + care + "/close", having(closing, "place", hospital), "Bara en patientnämnd"},
		{
			"a place that is too long", "/inbox/" + boards + "/close", having(closing, "place", strings.Repeat("S", 300)),
			"Ingen enhet i katalogen heter så.",
		},
		{
			"handing over to nobody", "/inbox/" + care + "/forward",
			url.Values{"unit": {"SE2010123456-XX99"}},
			"Katalogen har ingen enhet med det HSA-id:t.",
		},
		{"handing over to oneself", "/inbox/" + care + "/forward", url.Values{"unit": {clinic}}, "har ärendet redan"},
		{
			"handing over to a board without a ground", "/inbox/" + care + "/forward",
			url.Values{"unit": {board}},
			"vem som har samtyckt",
		},
		{"a number with a wrong last digit", "/submit", having(citizen, "reporter", "189001019803"), "Numret finns inte"},
		{"no patient", "/submit", having(citizen, "role", "RELATIVE"), "Skriv patientens nummer"},
		{
			"a birthday that is none", "/submit", having(having(citizen, "role", "RELATIVE"), "born", "1990-02-31"),
			"Födelsedagen finns inte.",
		},
		{"an event before our time", "/submit", having(citizen, "date", "1800-01-01"), "Välj en dag som inte är efter"},
		{"an event on no day, from the citizen", "/submit", having(citizen, "date", "2026-02-31"), "Dagen finns inte."},
		{
			"a long description", "/submit", having(citizen, "text", strings.Repeat("å", 20001)), "Texten är tom eller för lång",
		},
	} {
		fields := form.fields
		if w.as("hanna"); strings.Contains(form.path, boards) {
			w.as("nina")
		}
		if id, _, ok := strings.Cut(strings.TrimPrefix(form.path, "/inbox/"), "/"); ok && form.path != "/submit" {
			fields = with(fields, "version", version(t, w.page("/inbox/"+id)))
		}
		r := w.post(form.path, fields)
		said := refusals(r.body)
		if r.status != http.StatusUnprocessableEntity || len(said) < 2 && form.sentence != noField {
			t.Errorf("%s: %d, %q", form.sentence, r.status, said)
		}
		if !strings.Contains(strings.Join(said, "\n"), form.says) {
			t.Errorf("%s: %q does not say %q", form.sentence, said, form.says)
		}
		for _, s := range said {
			if technical.MatchString(s) {
				t.Errorf("%s: %q", form.sentence, s)
			}
		}
	}
}

// TestAPageSaysWhatACaseRefuses: a refusal that is beside no field.
func TestAPageSaysWhatACaseRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "question", url.Values{"text": {"Vilket nummer?"}})
	box := w.page("/mailbox/" + id)
	answer := url.Values{"question": {between(t, box, `name="question" value="`, `"`)}, "text": {"Det gamla."}}
	if r := w.post("/mailbox/"+id+"/answer", answer); r.status != http.StatusSeeOther {
		t.Fatalf("%d %s", r.status, main(r.body))
	}
	r := w.post("/mailbox/"+id+"/answer", answer)
	has(t, r.body, "Frågan är redan besvarad")
	w.act(id, "close", url.Values{"text": {"Tack."}, "problem": {"3.1"}, "area": {"3"}})
	late := w.post("/inbox/"+id+"/reply", url.Values{"version": {version(t, w.page("/inbox/"+id))}, "text": {"Ett till."}})
	has(t, late.body, "Ärendet är avslutat.")
	for _, body := range []string{r.body, late.body} {
		text := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(main(body), " ")
		if found := regexp.MustCompile(`[A-Z]+_[A-Z]+|[a-z]+(Id|Code|Unit)\b`).FindString(text); found != "" {
			t.Errorf("the page says %s", found)
		}
	}
}

// TestWhatIsWrongHasTheFocus: whoever sent a form that was refused stands at the summary, and the links in it lead to
// the fields.
func TestWhatIsWrongHasTheFocus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	b := tab{browser(t), t}
	w.signIn(b, "hanna")
	for _, scripted := range []bool{true, false} {
		t.Run(fmt.Sprintf("with scripts %v", scripted), func(t *testing.T) {
			scripts(b, scripted)
			b.goes(http.StatusOK, "opening the case", chromedp.Navigate(w.server.URL+"/inbox/"+id))
			eval[bool](b,
				`(document.querySelector('form[action$="/question"] textarea').value = "Fråga?", `+
					`document.querySelector("#question-due").type = "text", document.querySelector("#question-due").value = `+
					`"2026-02-31", true)`)
			b.goes(http.StatusUnprocessableEntity, "sending",
				chromedp.Click(chromedp.CSS(`details:has(form[action$="/question"]) > summary`)),
				chromedp.Click(chromedp.CSS(`form[action$="/question"] button[value="send"]`)))
			b.until("the summary has the focus", `document.activeElement.matches("[data-summary]")`)
			must(t, "following the link", chromedp.Do(b, chromedp.Click(chromedp.CSS(`[data-summary] a`))))
			b.until("the field has it", `document.activeElement.id === "question-due"`)
		})
	}
}

// TestHelp: everybody has help; API and status are for those whose work they are.
func TestHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for who, technicians := range map[string]bool{
		"hanna": false, "vera": false, "gunde": false, "iris": true, "olle": true,
	} {
		w.as(who)
		page := w.page("/help")
		has(t, page, "Delsvar", "Fråga", "Avslut", "lägga till något i 14 dagar", "Överlämna", "Tillägg", "Återtagande",
			"Utan nummer", "Yttrande till patientnämnden", "Ångra", "Parkera", "Skyddad identitet", "Vem du frågar",
			`<a href="/help">Hjälp</a>`)
		if got := strings.Contains(page, `href="/api/openapi.json"`) &&
			strings.Contains(page, `href="/status"`); got != technicians {
			t.Errorf("%s is shown API and status: %v", who, got)
		}
	}
	w.as("iris")
	w.AdminApart = true
	w.serve()
	hasNot(t, w.page("/help"), `href="/status"`)
}
