package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store"
)

func TestCaseFromSubmissionToCorrection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, w.page("/submit?q=björken"), "Vårdcentralen Björken", "/submit?unit="+clinic)
	form := url.Values{
		"unit": {clinic}, "reporter": {"18900101-9802"}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Ingen ringde upp.\r\nJag väntade."}, "reply": {"yes"}, "problem": {"3"},
	}
	r := w.postFile("/submit", form, "brev.txt", []byte("Bilagans text"))
	if r.status != http.StatusSeeOther {
		t.Fatalf("submitting: %d\n%s", r.status, main(r.body))
	}
	box := strings.TrimSuffix(r.header.Get("Location"), "?done=submit")
	id := strings.TrimPrefix(box, "/mailbox/")
	has(t, w.page(box), "Ärendebekräftelse", "Ingen ringde upp.\nJag väntade.", "Kommunikation", "brev.txt")

	list := w.page("/inbox")
	has(t, list, "Tolvan Test", "18900101-****", "28 dagar kvar", "Vårdcentralen Björken", `/inbox/`+id)
	page := w.page("/inbox/" + id)
	has(t, page, "Nytt ärende", "Ingen ringde upp.", "28 dagar kvar av 28", "patienten själv", tolvan, "brev.txt")
	file := w.get("/inbox/" + id + "/files/" + messageOf(t, w, id, store.EventComplaint) + "/0")
	if file.body != "Bilagans text" || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("attachment is %q, %v", file.body, file.header)
	}

	w.act(id, "status", nil)
	w.pass(time.Minute)
	w.act(id, "reply", url.Values{"text": {"Vi läser din journal."}})
	has(t, w.page("/inbox/"+id+"?done=reply"), "Delsvaret är sparat", "Vi läser din journal.",
		"Svaret nådde 1177 kl. 10:43", "Pågående")
	has(t, w.page(box), "Delsvar", "Vi läser din journal.")

	w.act(id, "question", url.Values{"text": {"Vilket nummer har du?"}, "due": {"2026-03-10"}})
	has(t, w.page("/inbox/"+id), "Frågan nådde 1177", "Svar önskas senast 2026-03-10", "Väntar på svar",
		"Väntar på anmälaren")
	citizen := w.page(box)
	has(t, citizen, "Fråga till dig", "Vilket nummer har du?", "Skicka svaret")
	question := between(t, citizen, `name="question" value="`, `"`)
	if r := w.post(box+"/answer", url.Values{
		"question": {question}, "text": {"  "},
	}); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Skriv ditt svar.") {
		t.Errorf("an empty answer: %d", r.status)
	}
	if r := w.post(box+"/answer", url.Values{
		"question": {question}, "text": {"Det gamla numret."},
	}); r.status != http.StatusSeeOther {
		t.Fatalf("answering: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/inbox/"+id), "Svar från anmälaren", "Svar på: Vilket nummer har du?", "Det gamla numret.")
	hasNot(t, w.page(box), "Skicka svaret")

	w.act(id, "close", url.Values{"text": {"Vi ringer på måndag."}, "problem": {"3.1"}, "area": {"3"}})
	page = w.page("/inbox/" + id)
	has(t, page, "Avslutat", "Slutsvar", "Vi ringer på måndag.", "Kommunikation, Information", "Primärvård",
		"Rätta klassificeringen")
	hasNot(t, page, "Skicka delsvar")
	has(t, w.page(box), "Slutsvar", "Vi ringer på måndag.", "Avslutat")
	hasNot(t, main(w.page(box)), "Primärvård")
	has(t, w.page("/inbox?queue=finished"), id)

	w.act(id, "correct", url.Values{"problem": {"1"}, "area": {"6"}})
	if c := w.theCase(id); c.State != store.Closed || c.Classification.Area != "6" ||
		len(c.Classification.MainProblems) != 1 {
		t.Errorf("after the correction: %+v", c.Classification)
	}
}

// act opens a case, fills in a form and expects it to be carried out.
func (w *world) act(id, verb string, fields url.Values) {
	w.t.Helper()
	all := url.Values{"version": {version(w.t, w.page("/inbox/"+id))}}
	for k, v := range fields {
		all[k] = v
	}
	if r := w.post("/inbox/"+id+"/"+verb, all); r.status != http.StatusSeeOther {
		w.t.Fatalf("%s: %d\n%s", verb, r.status, main(r.body))
	}
}

func messageOf(t *testing.T, w *world, id string, kind store.EventKind) string {
	t.Helper()
	entries, err := w.Relay.Store.Unlogged().TimeLine(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Kind == kind {
			return e.MessageID
		}
	}
	t.Fatalf("no %s in %v", kind, entries)
	return ""
}

func between(t *testing.T, text, before, after string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, before)
	if !found { // as a browser shows it
		_, rest, found = strings.Cut(strings.Join(strings.Fields(text), " "), before)
	}
	part, _, ended := strings.Cut(rest, after)
	if !found || !ended {
		t.Fatalf("no %q … %q", before, after)
	}
	return part
}

func TestFormKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	for _, c := range []struct {
		name, verb string
		fields     url.Values
		want       []string
	}{
		{
			"a reply without text", "reply",
			url.Values{"text": {""}},
			[]string{"Skriv delsvaret.", `aria-describedby="reply-text-error"`, `href="#reply-text"`},
		},
		{
			"a close without problem and area", "close",
			url.Values{"text": {"Mitt slutsvar"}},
			[]string{"Välj minst ett huvudproblem.", "Välj verksamhetsområde.", ">Mitt slutsvar</textarea>"},
		},
		{
			"a close without the reply that was wanted", "close",
			url.Values{"problem": {"3.4"}, "area": {"3"}},
			[]string{`value="3.4" checked`, `value="3" selected`, `aria-describedby="close-text-error"`},
		},
		{
			"an area that does not exist", "close",
			url.Values{"text": {"Svar"}, "problem": {"3"}, "area": {"77"}},
			[]string{`aria-describedby="close-area-error"`, `value="3" checked`},
		},
		{
			"a handover to nobody", "forward",
			url.Values{"text": {"Varsågod"}},
			[]string{"Välj den enhet", ">Varsågod</textarea>"},
		},
		{
			"a handover to a unit without a route", "forward",
			url.Values{"unit": {"SE2010123456-XX99"}},
			[]string{`value="SE2010123456-XX99"`, `role="alert"`},
		},
		{
			"a day that is none", "question",
			url.Values{"text": {"Fråga?"}, "due": {"2026-02-31"}},
			[]string{`aria-describedby="question-due-error"`, ">Fråga?</textarea>", `value="2026-02-31"`},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.fields.Set("version", version(t, w.page("/inbox/"+id)))
			r := w.post("/inbox/"+id+"/"+c.verb, c.fields)
			if r.status != http.StatusUnprocessableEntity {
				t.Fatalf("status %d", r.status)
			}
			has(t, r.body, append(c.want, `<details name="do" open>`, "<title>Fel: ")...)
		})
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages in the case, want the complaint alone", n)
	}
}

func timeLine(t *testing.T, w *world, id string) []store.Entry {
	t.Helper()
	entries, err := w.Relay.Store.Unlogged().TimeLine(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestLostUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	seen := version(t, w.page("/inbox/"+id))
	w.act(id, "reply", url.Values{"text": {"Det första svaret"}})
	r := w.post("/inbox/"+id+"/reply", url.Values{"text": {"Det andra svaret"}, "version": {seen}})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a reply to an old version: %d", r.status)
	}
	has(t, r.body, "Ärendet har ändrats", ">Det andra svaret</textarea>", "Det första svaret")
	if now := version(t, r.body); now == seen {
		t.Error("the page still has the old version")
	}
	if n := len(timeLine(t, w, id)); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestInboxShowsItsOwnCasesAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(hospital, "Tolvan Test", "Till sjukhuset")
	hasNot(t, w.page("/inbox"), id)
	if r := w.get("/inbox/" + id); r.status != http.StatusNotFound {
		t.Errorf("an external system's case in the inbox: %d", r.status)
	}
	if r := w.post("/inbox/"+id+"/reply", url.Values{
		"version": {"1"}, "text": {"Svar"},
	}); r.status != http.StatusNotFound {
		t.Errorf("replying in it: %d", r.status)
	}
	has(t, w.page("/mailbox/"+id), "Ärendebekräftelse", "Till sjukhuset")
	monitor := w.page("/monitor?state=due")
	has(t, monitor, hospital, "SendComplaint", "Väntar", system)
	hasNot(t, monitor, "Tolvan", "Till sjukhuset")
	row := between(t, monitor, `/monitor/deliveries/`, `"`)
	has(t, w.page("/monitor/deliveries/"+row), hospital, "Inget försök är gjort än.")
}

func TestLateFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late := w.submit(clinic, "Den Första", "Text")
	w.pass(25 * 24 * time.Hour)
	middle := w.submit(clinic, "Den Andra", "Text")
	w.pass(5 * 24 * time.Hour)
	fresh := w.submit(other, "Den Tredje", "Text")
	page := w.page("/inbox")
	has(t, page, "Försenat", "23 dagar kvar", "28 dagar kvar", `<tr class="late">`)
	if a, b, c := strings.Index(page, late), strings.Index(page, middle), strings.Index(page, fresh); !(a < b && b < c) {
		t.Errorf("order is %d %d %d", a, b, c)
	}
	only := w.page("/inbox?unit=" + other)
	has(t, only, "Den Tredje")
	hasNot(t, only, "Den Första")
	has(t, w.post("/inbox", url.Values{"q": {"Första"}}).body, late)
	has(t, w.post("/inbox", url.Values{"q": {"ingenting"}}).body, "Inget ärende hittades")
	has(t, w.page("/inbox?queue=ongoing"), "Inga ärenden här")
}

func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var last string
	for range 51 {
		last = w.submit(clinic, "Tolvan Test", "Text")
		w.pass(24 * time.Hour / 50)
	}
	first := w.page("/inbox?unit=" + clinic)
	hasNot(t, first, last)
	next := strings.ReplaceAll(between(t, first, `<nav class="pager" aria-label="Sidor"> <a href="`, `"`), "&amp;", "&")
	second := w.page(next)
	has(t, second, last, "Första sidan")
	hasNot(t, second, "Nästa sida")
}

func TestHandover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "forward", url.Values{"unit": {"Vårdcentralen Eken (" + other + ")"}, "text": {"Det hände hos er."}})
	if c := w.theCase(id); c.Handler.Unit != other {
		t.Errorf("the case is at %s", c.Handler.Unit)
	}
	has(t, w.page("/inbox/"+id), "Överlämnat vidare", "Till: Vårdcentralen Eken", "Det hände hos er.")
	has(t, w.page("/mailbox/"+id), "Ditt ärende har lämnats över", "Vårdcentralen Eken")
}

func TestBoardSetsThePlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Text")
	w.as("nina")
	has(t, w.page("/inbox/"+id), "Akuten på sjukhuset", "(patientnämnd)", `name="place"`)
	w.act(id, "close", url.Values{
		"text": {"Svar"}, "problem": {"9.1"}, "area": {"1"}, "place": {"Sjukhuset (" + hospital + ")"},
	})
	if c := w.theCase(id); c.Classification.IncidentUnit != hospital {
		t.Errorf("place is %q", c.Classification.IncidentUnit)
	}
	w.as("hanna")
	hasNot(t, w.page("/inbox/"+w.submit(clinic, "Tolvan Test", "Text")), `name="place"`)
}

func TestPatientAndReporterAreToldApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.post("/submit", url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PROXY"}, "patient": {child},
		"patientname": {"Barnet Test"},
		"authority":   {"yes"}, "date": {"2026-02-20"}, "text": {"Text"},
	})
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	id := strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	has(t, w.page("/inbox/"+id), "någon annan än anmälaren", "Barnet Test", child, "ombud", "uppger fullmakt",
		"Född 2017-01-01")
	list := w.page("/inbox")
	has(t, list, "för patienten Barnet Test")
	hasNot(t, list, child, tolvan)
}

func TestSubmitTellsWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.post("/submit", url.Values{"unit": {clinic}, "role": {"PATIENT"}, "text": {"Det jag skrev"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("%d", r.status)
	}
	has(t, r.body, "Ange anmälarens personnummer.", "Ange vilken dag det hände.", ">Det jag skrev</textarea>")
	r = w.post("/submit", url.Values{
		"unit": {clinic}, "role": {"PATIENT"}, "reporter": {"189001019803"}, "date": {"2026-02-20"}, "text": {"Text"},
	})
	has(t, r.body, `aria-describedby="submit-reporter-error"`, "den sista siffran", `value="189001019803"`)
	if r := w.post("/submit", url.Values{"unit": {"SE2010123456-XX99"}}); r.status != http.StatusNotFound {
		t.Errorf("a unit that cannot be chosen: %d", r.status)
	}
}
