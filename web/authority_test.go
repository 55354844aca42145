package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// ombud is a test person who speaks for others.
const ombud = "190001019801"

// relative sends a case of Tolvan that a relative reports, who states a power of attorney.
func (w *world) relative(text string) (id string) {
	w.t.Helper()
	r := w.post("/submit", url.Values{
		"unit": {clinic}, "reporter": {ombud}, "name": {"Anna Test"}, "role": {"RELATIVE"}, "patient": {tolvan},
		"patientname": {"Tolvan Test"}, "authority": {"yes"}, "date": {"2026-02-20"}, "text": {text}, "reply": {"yes"},
	})
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("submitting: %d\n%s", r.status, main(r.body))
	}
	return strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
}

// Nothing that a relative reads leaves while their right is not checked, unless somebody says why.
func TestNothingLeavesUncheckedWithoutAReason(t *testing.T) {
	t.Parallel()
	w, _ := newDesk(t)
	id := w.relative("Min far fick vänta.")
	has(t, w.page("/inbox/"+id), "närstående · uppger fullmakt", "Inte kontrollerad",
		"Inget går till anmälaren utan ett skäl")
	forms := map[string]url.Values{
		"reply": {"text": {"Vi beklagar."}}, "question": {"text": {"Vilken dag?"}},
		"close":   {"text": {"Avslutat."}, "problem": {"3"}, "area": {"1"}},
		"forward": {"unit": {other}},
	}
	for form, fields := range forms {
		for _, do := range []string{"send", "preview"} {
			r := w.answer(id, form, do, fields)
			if r.status != http.StatusUnprocessableEntity {
				t.Fatalf("%s, %s: %d", form, do, r.status)
			}
			has(t, r.body, `id="`+form+`-unchecked-error"`, "Kontrollera den först, eller skriv varför det skickas ändå",
				fields.Get("text"), fields.Get("unit"))
		}
		r := w.answer(id, form, "send", with(fields, "unchecked", " \u200b "))
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s with a reason that says nothing: %d", form, r.status)
		}
	}
	hasNot(t, w.page("/mailbox/"+id), "Vi beklagar.")

	w.sends(id, "reply", with(forms["reply"], "unchecked", "Dottern ringde och är känd här."))
	w.leave()
	has(t, w.page("/mailbox/"+id), "Vi beklagar.")
	hasNot(t, w.page("/mailbox/"+id), "känd här")
	has(t, w.page("/inbox/"+id), "Skickat utan att anmälarens rätt var kontrollerad", "Dottern ringde och är känd här.",
		"Vera Test")
	row := accesslog.Row{}
	for _, one := range w.accesses(accesslog.Filter{Case: id, Who: "vera", What: accesslog.Change, Direct: true}) {
		if strings.Contains(one.Detail, "unchecked") {
			row = one
		}
		if strings.Contains(one.Detail, "Dottern") {
			t.Error("the access log has the reason")
		}
	}
	if row.Detail != "partial_reply: unchecked" || row.Unit != clinic {
		t.Errorf("on record: %+v", row)
	}
	// what changes nothing for the reporter needs no reason
	w.act(id, "status", nil)
}

// The rule is the line's: the API and what waits for its undo are held by it too.
func TestTheRightIsAskedForHoweverItLeaves(t *testing.T) {
	t.Parallel()
	w, _ := newDesk(t)
	id := w.relative("Min far fick vänta.")
	api := func(more string) reply {
		return w.json("/api/cases/"+id+"/messages", fmt.Sprintf(
			`{"version": %d, "update": {"type": "PARTIAL_REPLY", "text": "Hej"%s}}`, w.theCase(id).Version, more))
	}
	r := api("")
	if r.status < 400 || !strings.Contains(r.body, "unchecked/reason") {
		t.Errorf("the API without a reason: %d %s", r.status, r.body)
	}
	if r = api(`, "unchecked": {"reason": "Brådskar", "byName": "Någon Annan"}`); r.status != http.StatusCreated {
		t.Errorf("the API with a reason: %d %s", r.status, r.body)
	}
	has(t, w.page("/inbox/"+id), "Brådskar")
	hasNot(t, w.page("/inbox/"+id), "Någon Annan")

	w.did(id, "authority", url.Values{"right": {"guardian"}, "note": {"Folkbokföringen"}})
	page := w.page("/inbox/" + id)
	has(t, page, "vårdnadshavare", "Kontrollerad av Vera Test 2 mars: Folkbokföringen")
	hasNot(t, page, "reply-unchecked")
	w.sends(id, "reply", url.Values{"text": {"Kontrollerad nu."}})
	w.leave()
	has(t, w.page("/mailbox/"+id), "Kontrollerad nu.")

	w.sends(id, "reply", url.Values{"text": {"Skulle inte ha gått."}})
	w.did(id, "authority", url.Values{"do": {"end"}, "note": {"Patienten ringde och tog tillbaka fullmakten"}})
	w.leave()
	hasNot(t, w.page("/mailbox/"+id), "Skulle inte ha gått.")
	page = w.page("/inbox/" + id)
	has(t, page, "kunde inte skickas", "Återtagen, noterat av Vera Test 2 mars",
		"har inte längre rätt att företräda patienten",
		"Historik för rätten")
	if r := w.answer(id, "reply", "send",
		url.Values{"text": {"En gång till."}}); r.status != http.StatusUnprocessableEntity {
		t.Errorf("after the right has ended: %d", r.status)
	}
	w.did(id, "authority", url.Values{"do": {"state"}, "right": {"power_of_attorney"}, "note": {"Ny fullmakt på väg"}})
	has(t, w.page("/inbox/"+id), "fullmakt", "Inte kontrollerad", "Uppgiven: fullmakt: Ny fullmakt på väg")
	for name, fields := range map[string]url.Values{
		"without how":            {"note": {""}},
		"stated without a right": {"do": {"state"}, "note": {"x"}},
	} {
		if r := w.desk(id, "authority", fields); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	if r := w.desk(id, "authority", url.Values{"right": {"king"}, "note": {"x"}}); r.status != http.StatusBadRequest {
		t.Errorf("a right that is none: %d", r.status)
	}
	// the next unit sees it too, and of whom it was checked the unit alone
	w.did(id, "authority", url.Values{"note": {"Original visat"}})
	w.act(id, "forward", url.Values{"unit": {other}, "do": {"send"}})
	w.leave()
	w.as("hanna")
	page = w.page("/inbox/" + id)
	has(t, page, "Kontrollerad av Vårdcentralen Björken 2 mars: Original visat")
	hasNot(t, page, "Vera Test")
}

func takeover(more ...string) url.Values {
	all := url.Values{
		"reporter": {"19000101-9801"}, "name": {"Ombudet Test"}, "right": {"power_of_attorney"},
		"note": {"Original visat i receptionen"}, "former": {"ends"},
	}
	for i := 0; i+1 < len(more); i += 2 {
		all.Set(more[i], more[i+1])
	}
	return all
}

// A proxy takes a case over: mailbox, answers and the next unit follow.
func TestAProxyTakesOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.act(id, "question", url.Values{"text": {"Vilken dag?"}})
	for name, wrong := range map[string]struct{ field, value, says string }{
		"nobody":                 {"reporter", "", "takeover-reporter-error"},
		"no number":              {"reporter", "1234", "takeover-reporter-error"},
		"a wrong check digit":    {"reporter", "190001019802", "takeover-reporter-error"},
		"who reports already":    {"reporter", tolvan, "takeover-"},
		"no name":                {"name", "", "takeover-name-error"},
		"no right":               {"right", "", "takeover-right-error"},
		"unchecked":              {"note", "", "takeover-note-error"},
		"undecided":              {"former", "", "takeover-former-error"},
		"another as the patient": {"right", "own", "Det är inte patientens nummer."},
	} {
		r := w.desk(id, "takeover", takeover(wrong.field, wrong.value))
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, wrong.says) {
			t.Errorf("%s: %d, without %q", name, r.status, wrong.says)
		}
	}
	w.did(id, "takeover", takeover())
	has(t, w.page("/inbox/"+id), "Ombudet Test", "ombud · fullmakt", "Original visat i receptionen", "Anmälde tidigare",
		"Ser inte ärendet längre.", "Tolvan Test")

	w.citizen = tolvan
	if r := w.get("/mailbox/" + id); r.status != http.StatusNotFound || strings.Contains(r.body, "Vilken dag?") {
		t.Errorf("the reporter before: %d", r.status)
	}
	hasNot(t, w.post("/mailbox", url.Values{"person": {tolvan}}).body, "/mailbox/"+id)
	w.citizen = ombud
	page := w.page("/mailbox/" + id)
	has(t, page, "Ärendebekräftelse", "Ingen ringde upp.", "Tolvan Test (anmälde tidigare)", "Vilken dag?", "Ditt svar")
	r := w.post("/mailbox/"+id+"/answer",
		url.Values{"question": {between(t, page, `name="question" value="`, `"`)}, "text": {"I tisdags."}})
	expectRedirect(t, r, "/mailbox/"+id+"?done=answer")
	has(t, w.page("/inbox/"+id), "Svar från anmälaren", "I tisdags.")
	w.act(id, "reply", url.Values{"text": {"Tack, då ser vi det."}})
	has(t, w.page("/mailbox/"+id), "Tack, då ser vi det.")

	w.act(id, "forward", url.Values{"unit": {hospital}})
	content, err := w.Relay.Store.Unlogged().TimeLine(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	sent := contracts.Message{}
	for _, e := range content {
		if e.Kind == store.EventForward {
			if err := json.Unmarshal(e.Content, &sent); err != nil {
				t.Fatal(err)
			}
		}
	}
	if sent.Forward == nil {
		t.Fatal("the case was not sent to its next unit")
	}
	if c := sent.Forward.Original; c.Reporter.PersonID.ID != ombud || c.Reporter.Role != contracts.RoleProxy ||
		c.Patient == nil || c.Patient.PersonID.ID != tolvan {
		t.Errorf("the next unit gets %+v of %+v", c.Reporter, c.Patient)
	}
	if r := w.get("/inbox/" + id); r.status == http.StatusOK { // a handling system has it
		t.Errorf("the case at the unit before: %d", r.status)
	}
}

// Who may stay sees what had come until then, and nothing after.
func TestTheReporterBeforeSeesWhatCameBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.act(id, "question", url.Values{"text": {"Vilken dag?"}})
	w.pass(time.Hour)
	w.did(id, "takeover", takeover("former", "sees"))
	w.pass(time.Hour)
	w.act(id, "reply", url.Values{"text": {"Bara till ombudet."}})
	w.citizen = tolvan
	page := w.page("/mailbox/" + id)
	has(t, page, "Ingen ringde upp.", "Vilken dag?", "Ett ombud tog över ärendet")
	hasNot(t, page, "Bara till ombudet.", "/answer", "Mottagare:")
	has(t, w.post("/mailbox", url.Values{"person": {tolvan}}).body, "/mailbox/"+id, "övertaget av ett ombud")
	question := w.theCase(id).OpenQuestions[0]
	r := w.post("/mailbox/"+id+"/answer", url.Values{"question": {question}, "text": {"Jag svarar ändå."}})
	if r.status != http.StatusNotFound {
		t.Errorf("the reporter before answers: %d", r.status)
	}
	hasNot(t, w.page("/inbox/"+id), "Jag svarar ändå.")
	rows := w.accesses(accesslog.Filter{Case: id, What: accesslog.Refused, Direct: true})
	if len(rows) != 1 || rows[0].Detail != "mailbox" {
		t.Errorf("on record: %+v", rows)
	}
	// a mistake is undone by who had the case
	w.did(id, "takeover", takeover("reporter", tolvan, "name", "Tolvan Test", "right", "own"))
	has(t, w.page("/mailbox/"+id), "Bara till ombudet.", "/answer")
	has(t, w.page("/inbox/"+id), "patienten själv")
}

// What is forged or guessed is refused and on record, and nothing is shown.
func TestForgedAnswersAndGuessedCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.act(id, "question", url.Values{"text": {"Vilken dag?"}})
	question := w.theCase(id).OpenQuestions[0]
	w.citizen = ombud
	for _, path := range []string{"/mailbox/" + id, "/mailbox/guessed", "/mailbox/" + id + "/files/" +
		messageOf(t, w, id, store.EventComplaint) + "/0"} {
		r := w.get(path)
		if r.status != http.StatusNotFound || shows(r.body, "Ingen ringde upp.") {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := w.post("/mailbox/"+id+"/answer", url.Values{
		"question": {question}, "text": {"Förfalskat"},
	}); r.status != http.StatusNotFound {
		t.Errorf("an answer in somebody else's case: %d", r.status)
	}
	if rows := w.accesses(accesslog.Filter{What: accesslog.Refused}); len(rows) != 4 {
		t.Errorf("on record: %+v", rows)
	}
	root, extension, _ := strings.Cut(question, "|")
	answer := func(author string) reply {
		return w.json("/api/cases/"+id+"/messages", fmt.Sprintf(`{"answer": {"inReplyTo": {"root": %q, "extension": %q},
			"text": "Ett svar", "author": {"id": %q, "type": %q}}}`, root, extension, author, contracts.OIDPersonnummer))
	}
	if r := answer(ombud); r.status < 400 || !strings.Contains(r.body, "AUTHOR_NOT_ALLOWED") {
		t.Errorf("forged by the API: %d %s", r.status, r.body)
	}
	hasNot(t, w.page("/inbox/"+id), "Ett svar", "Förfalskat")
	if r := answer(tolvan); r.status != http.StatusCreated {
		t.Errorf("the reporter's own: %d %s", r.status, r.body)
	}
	// nobody has said who they are
	req := w.request(http.MethodGet, "/mailbox/"+id, nil)
	expectRedirect(t, w.do(req), "/mailbox")
	// a patient for whom another reports may answer by 1177, and stands there as the patient
	id = w.relative("Min far fick vänta.")
	w.act(id, "question", url.Values{"text": {"Hur mår han?"}, "unchecked": {"Brådskar"}})
	root, extension, _ = strings.Cut(w.theCase(id).OpenQuestions[0], "|")
	if r := answer(tolvan); r.status != http.StatusCreated {
		t.Errorf("the patient's: %d %s", r.status, r.body)
	}
	has(t, w.page("/inbox/"+id), "Svar från patienten")
}

// Files are switched for one case, which takes the choice along.
func TestFilesAreSwitchedForACase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "question", url.Values{"text": {"Har du remissen?"}})
	page := w.page("/mailbox/" + id)
	has(t, page, `type="file"`)
	fields := url.Values{"question": {between(t, page, `name="question" value="`, `"`)}, "text": {"Här är den."}}
	inbox := w.page("/inbox/" + id)
	draft := url.Values{
		"text": {"Se bilagan."}, "do": {"preview"}, "version": {version(t, inbox)},
		"draft": {draftVersion(t, inbox, "reply")},
	}
	w.postFile("/inbox/"+id+"/reply", draft, "journal.pdf", pdfFile())
	w.did(id, "files", nil)
	inbox = w.page("/inbox/" + id + "?do=reply")
	has(t, inbox, "Bilagor avstängda", "Slå på bilagor", "Ärendet tar inte emot bilagor. Ta bort")
	number := between(t, inbox, `name="drop" value="`, `"`) // what a draft has can be taken away
	w.answer(id, "reply", "", url.Values{"text": {"Se bilagan."}, "drop": {number}})
	hasNot(t, w.page("/inbox/"+id+"?do=reply"), "journal.pdf")
	hasNot(t, w.page("/inbox/"+id), `id="reply-file"`)
	hasNot(t, w.page("/mailbox/"+id), `type="file"`)
	r := w.postFile("/mailbox/"+id+"/answer", fields, "remiss.pdf", []byte("%PDF-1.7\n"))
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a file where none is taken: %d", r.status)
	}
	has(t, r.body, ">Här är den.</textarea>")
	w.act(id, "forward", url.Values{"unit": {board}, "ground": {"Samtycke per telefon"}})
	w.as("nina")
	has(t, w.page("/inbox/"+id), "Slå på bilagor")
	w.did(id, "files", url.Values{"files": {"1"}})
	w.act(id, "question", url.Values{"text": {"Och nu?"}})
	has(t, w.page("/mailbox/"+id), `type="file"`)
}

// A reason stands on the time line as what it is: where the answer was not sent after all, it says so; where the case
// was handed over, the next unit reads it under the name of the unit.
func TestAReasonSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	w, _ := newDesk(t)
	id := w.relative("Min far fick vänta.")
	w.sends(id, "reply", url.Values{"text": {"Vi ringer."}, "unchecked": {"Skäl A"}})
	if _, err := w.Relay.Reply(t.Context(), id, begun(w.clock()), w.theCase(id).Version); err != nil {
		t.Fatal(err)
	}
	w.leave()
	page := w.page("/inbox/" + id)
	has(t, page, "Det skickades inte", "Skäl A", "Delsvaret kunde inte skickas")
	hasNot(t, page, "Skickat utan att")
	w.post("/inbox/"+id+"/outgoing/"+between(t, page, "/outgoing/", "/undo")+"/undo", nil)
	has(t, w.page("/inbox/"+id), "Delsvaret gjort till utkast igen")
	forward := url.Values{"unit": {other}, "unchecked": {"Skäl B"}}
	has(t, w.page(w.answer(id, "forward", "preview", forward).header.Get("Location")), "Skäl B")
	forward.Set("do", "send")
	w.act(id, "forward", forward)
	w.leave()
	w.as("hanna")
	page = w.page("/inbox/" + id)
	has(t, page, "Skickat utan att anmälarens rätt var kontrollerad", "Skäl B", "Vårdcentralen Björken")
	hasNot(t, page, "Skäl A", "Vera Test")
}
