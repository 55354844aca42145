package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
)

// What shows nothing, such as a space of no width, is no ground, reason, note or name: on pages and through the API.
func TestWhatShowsNothingIsNoGround(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const nothing = " \u200b\u00a0\u2060"
	id := w.submit(clinic, "Tolvan Test", "Text")
	for verb, fields := range map[string]url.Values{
		"note":     {"text": {nothing}},
		"takeover": takeover("name", nothing),
	} {
		if r := w.desk(id, verb, fields); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", verb, r.status)
		}
	}
	forward := url.Values{"unit": {board}, "ground": {nothing}}
	if r := w.answer(id, "forward", "send", forward); r.status != http.StatusUnprocessableEntity {
		t.Errorf("handed over: %d", r.status)
	}
	handed := fmt.Sprintf(`{"version":%d,"update":{"type":"FORWARDED","newRecipient":{"hsaId":%q},
		"handover":{"ground":%q}}}`, w.theCase(id).Version, board, nothing)
	if r := w.json("/api/cases/"+id+"/messages", handed); r.status < 400 {
		t.Errorf("handed over: %d %s", r.status, r.body)
	}
	if c := w.theCase(id); c.Handler.Unit != clinic {
		t.Errorf("it went to %s", c.Handler.Unit)
	}
	w.did(id, "note", url.Values{"text": {"Ringde."}})
	if r := w.desk(id, "takeover", takeover("note", nothing)); r.status != http.StatusUnprocessableEntity {
		t.Errorf("taken over without a note: %d", r.status)
	}
	w.did(id, "takeover", takeover())
}
