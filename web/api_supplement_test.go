package web_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"

	"rivgate/contracts"
	"rivgate/store"
)

// TestSupplementAndWithdrawalThroughTheAPI: who is 1177 adds to a case and takes it back, in the reporter's name and in
// nobody else's; what is half, double or forged is refused, and changes nothing.
func TestSupplementAndWithdrawalThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.systems()
	author := func(number string) string {
		return fmt.Sprintf(`"author":{"id":%q,"type":%q}`, number, contracts.OIDPersonnummer)
	}
	say := func(system, body string, status int) reply {
		t.Helper()
		r := w.tells(system, "/api/cases/"+id+"/messages", body)
		if r.status != status {
			t.Errorf("%s %s: %d %s", system, body, r.status, r.body)
		}
		return r
	}
	pdf := base64.StdEncoding.EncodeToString(pdfFile())
	supplement := `{"supplement":{"text":"Jag glömde en sak.",` + author(tolvan) + `},"files":[{"fileName":"remiss.pdf","content":"` +
		pdf + `"}]}`
	for _, body := range []string{
		`{"supplement":{"text":"x",` + author(tolvan) + `},"withdrawal":{` + author(tolvan) + `}}`,
		`{"supplement":{"text":"x",` + author(tolvan) + `,"attachments":[{"id":"1","fileName":"a.pdf","mediaType":"application/pdf"}]}}`,
		`{"withdrawal":{` + author(tolvan) + `,"why":"x"}}`,
	} {
		say("portal", body, http.StatusBadRequest)
	}
	say("diary", supplement, http.StatusForbidden)
	for _, body := range []string{
		`{"supplement":{"text":"x",` + author(child) + `}}`, `{"withdrawal":{` + author(child) + `}}`,
	} {
		if r := say("portal", body, http.StatusConflict); field[string](t, r, "subCode") != contracts.SubAuthorNotAllowed {
			t.Errorf("by somebody else: %s", r.body)
		}
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Fatalf("%d messages after what was refused", n)
	}
	say("portal", supplement, http.StatusCreated)
	say("portal", `{"withdrawal":{`+author(tolvan)+`,"reason":"Det löste sig."}}`, http.StatusCreated)
	kinds := ""
	for _, e := range field[[]store.Entry](t, w.asks("diary", "/api/cases/"+id+"/messages"), "items") {
		kinds += string(e.Kind) + " "
	}
	if kinds != "complaint supplement withdrawal " {
		t.Errorf("the time line: %s", kinds)
	}
	if c := w.theCase(id); c.Withdrawn == nil {
		t.Error("the case is not marked as taken back")
	}
	w.as("vera")
	has(t, w.page("/inbox/"+id), "Jag glömde en sak.", "remiss.pdf", "Det löste sig.")
}
