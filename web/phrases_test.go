package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/store/accesslog"
)

func TestStandardReplies(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.as("adam") // keeps them, and reads no case
	add := func(fields url.Values) reply { return w.post("/phrases", with(fields, "unit", clinic)) }
	r := add(url.Values{"kind": {"reply"}, "title": {""}, "text": {"Texten"}, "position": {"först"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a standard reply without a title: %d", r.status)
	}
	has(t, r.body, "Skriv en rubrik.", "Skriv ett heltal.", ">Texten</textarea>", `aria-describedby="phrase-title-error"`)
	expectRedirect(t, add(url.Values{"kind": {"reply"}, "title": {"Tack"}, "text": {"Tack för att du hörde av dig."}}),
		"/phrases?unit="+clinic+"&done=1")
	page := w.page("/phrases?unit=" + clinic)
	has(t, page, "Tack för att du hörde av dig.", "Adam Test")
	edit := w.page("/phrases?unit=" + clinic + "&edit=" + between(t, page, "edit=", "#form"))
	first := url.Values{
		"id": {between(t, edit, `name="id" value="`, `"`)}, "phrase": {between(t, edit, `name="phrase" value="`, `"`)},
		"kind": {"reply"}, "title": {"Tack"}, "text": {"Tack för ditt ärende."},
	}
	expectRedirect(t, add(first), "/phrases?unit="+clinic+"&done=1")
	w.as("vera") // was at it at the same time
	first.Set("text", "Tack så mycket.")
	r = add(first)
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("changing what was changed: %d", r.status)
	}
	has(t, r.body, "Ingenting skrevs över", ">Tack så mycket.</textarea>", "Tack för ditt ärende.")

	choice := between(t, between(t, w.page("/inbox/"+id), `action="/inbox/`+id+`/reply"`, "</form>"),
		`<select id="reply-phrase"`, "</select>")
	phrase := between(t, choice, `<optgroup label="Enhetens"> <option value="`, `"`)
	expectRedirect(t, w.answer(id, "reply", "insert", url.Values{"text": {"Hej!"}, "phrase": {phrase}}),
		"/inbox/"+id+"?do=reply&done=saved#do")
	has(t, w.page("/inbox/"+id), ">Hej!\n\nTack för ditt ärende.</textarea>")
	has(t, w.answer(id, "reply", "insert", url.Values{"text": {"Hej!"}, "phrase": {""}}).body, "Välj ett standardsvar.",
		">Hej!</textarea>")

	for _, name := range []string{"mia", "nina", "iris", "greta"} {
		w.as(name)
		if r := add(url.Values{"kind": {"reply"}, "title": {"Inte min"}, "text": {"Text"}}); r.status != http.StatusNotFound {
			t.Errorf("%s changes them: %d", name, r.status)
		}
		if r := w.get("/phrases?unit=" + clinic); r.status != http.StatusNotFound {
			t.Errorf("%s sees them: %d", name, r.status)
		}
	}
	w.as("vera")
	has(t, w.page("/phrases"), "Vårdcentralen Björken")
	hasNot(t, w.page("/phrases"), "Vårdcentralen Eken")
	now := w.page("/phrases?unit=" + clinic + "&edit=" + phrase)
	gone := url.Values{"id": {phrase}, "phrase": {between(t, now, `name="phrase" value="`, `"`)}, "do": {"delete"}}
	expectRedirect(t, add(gone), "/phrases?unit="+clinic+"&done=1")
	has(t, w.page("/phrases?unit="+clinic), "Här finns inga standardsvar än.")
	if rows := w.accesses(accesslog.Filter{What: accesslog.Change, Unit: clinic}); len(rows) < 4 ||
		rows[0].Subject != "phrase" {
		t.Errorf("the access log has %+v", rows)
	}
}

// TestStandardRepliesOnThreeLevels: the nearer one comes first and says whose it is, and each is kept by whoever may.
func TestStandardRepliesOnThreeLevels(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	add := func(who, of, title string) reply {
		w.as(who)
		return w.post("/phrases", url.Values{"unit": {of}, "kind": {"reply"}, "title": {title}, "text": {title + "."}})
	}
	expectRedirect(t, add("rita", "region:01", "Regionen beklagar"), "/phrases?unit=region%3A01&done=1")
	expectRedirect(t, add("rita", clinic, "Enheten beklagar"), "/phrases?unit="+clinic+"&done=1")
	expectRedirect(t, add("vera", "mine", "Jag beklagar"), "/phrases?unit=mine&done=1")
	expectRedirect(t, add("hanna", "mine", "Hanna beklagar"), "/phrases?unit=mine&done=1")
	for who, of := range map[string]string{"vera": "region:01", "adam": "region:01", "nina": "region:01", "rita": "mine"} {
		if r := add(who, of, "Inte min"); r.status != http.StatusNotFound {
			t.Errorf("%s writes %s: %d", who, of, r.status)
		}
		if r := w.get("/phrases?unit=" + of); r.status != http.StatusNotFound {
			t.Errorf("%s opens %s: %d", who, of, r.status)
		}
	}
	w.as("rita")
	has(t, w.page("/phrases?unit=region:01"), "Standardsvar: Region Stockholm", "Regionen beklagar.", "Rita Test")
	w.as("vera")
	hasNot(t, w.page("/phrases"), "Region Stockholm")
	choice := between(t, w.page("/inbox/"+id), `<select id="reply-phrase"`, "</select>")
	has(t, choice, `<optgroup label="Mina egna">`, `<optgroup label="Enhetens">`, `<optgroup label="Regionens">`)
	hasNot(t, choice, "Hanna beklagar")
	own, unit, region := strings.Index(choice, "Jag beklagar"), strings.Index(choice, "Enheten beklagar"),
		strings.Index(choice, "Regionen beklagar")
	if own < 0 || own > unit || unit > region {
		t.Errorf("the nearer one is not first\n%s", choice)
	}
	far := between(t, choice[strings.Index(choice, "Regionens"):], `value="`, `"`)
	expectRedirect(t, w.answer(id, "reply", "insert", url.Values{"text": {""}, "phrase": {far}}),
		"/inbox/"+id+"?do=reply&done=saved#do")
	has(t, w.page("/inbox/"+id), ">Regionen beklagar.</textarea>")
	w.as("nina")
	boards := w.submit(board, "Tolvan Test", "Text")
	hasNot(t, w.page("/inbox/"+boards), "Regionen beklagar")
}
