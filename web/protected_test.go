package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rivgate/store/accesslog"
	"rivgate/web"
)

// who is what must not be seen of a protected identity: name, number in every form, contact data.
var who = []string{
	"Tolvina Hemlighet", "190001019801", "0001019801", "000101-9801", "070-1740605", "tolvina@example.se", "Storgatan 17",
}

// protectedCase is a case of somebody with a protected identity, with a question and an answer.
func protectedCase(t *testing.T) (w *world, id string) {
	t.Helper()
	w = newWorld(t)
	r := w.post("/submit", url.Values{
		"unit": {clinic}, "reporter": {who[1]}, "name": {who[0]}, "role": {"PATIENT"}, "phone": {"070-1740605"},
		"email": {"tolvina@example.se"}, "date": {"2026-02-20"}, "text": {"Ingen ringde upp."},
	})
	id = strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	w.as("vera")
	w.act(id, "question", url.Values{"text": {"Vilken dag var det?"}})
	r = w.post("/mailbox/"+id+"/answer", url.Values{
		"question": {between(t, w.page("/mailbox/"+id), `name="question" value="`, `"`)}, "text": {"I fredags."},
	})
	if r.status != http.StatusSeeOther {
		t.Fatalf("answering: %d\n%s", r.status, main(r.body))
	}
	w.did(id, "protect", url.Values{"protected": {"1"}})
	return w, id
}

// seen is what of who stands in an answer, in the parts of a package and the text of a document too.
func seen(t *testing.T, r reply) (found []string) {
	t.Helper()
	text := r.body
	switch r.header.Get("Content-Type") {
	case "application/pdf":
		text = pdfText(t, text)
	case "application/zip":
		z, err := zip.NewReader(strings.NewReader(r.body), int64(len(r.body)))
		if err != nil {
			t.Fatal(err)
		}
		text = ""
		for _, f := range z.File {
			in, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.HasPrefix(b, []byte("%PDF")) {
				b = []byte(pdfText(t, string(b)))
			}
			text += string(b)
		}
	}
	for _, one := range who {
		if strings.Contains(text, one) {
			found = append(found, one)
		}
	}
	return found
}

// Whatever this listener answers with GET, to whoever may have it, tells nothing of a protected identity.
func TestAProtectedIdentityIsInNoAnswer(t *testing.T) {
	t.Parallel()
	w, id := protectedCase(t)
	message := timeLine(t, w, id)[0].MessageID
	fill := strings.NewReplacer("{$}", "", "{id}", id, "{message}", message, "{n}", "0", "{form}", "reply", "{note}", "1",
		"{name}", "style.css",
		"{number}", "1")
	answered := 0
	for _, path := range web.GetPaths() {
		if strings.HasPrefix(path, "/mailbox") || path == "/submit" || path == "/begin" {
			continue // the citizen's own, and forms that offer every test number
		}
		for _, person := range []string{"hanna", "vera", "mia", "adam", "nina", "iris", "olle", "greta", "gunde"} {
			w.as(person)
			r := w.get(fill.Replace(path))
			if found := seen(t, r); len(found) > 0 {
				t.Errorf("%s shows %s: %q", path, person, found)
			}
			if r.status == http.StatusOK && strings.Contains(path, "{id}") {
				answered++
			}
		}
	}
	if answered < 10 {
		t.Errorf("only %d answers about the case were looked at", answered)
	}
	for _, query := range []string{"?q=" + url.QueryEscape("Tolvina"), "?print=1"} {
		w.as("vera")
		if found := seen(t, w.get("/inbox"+query)); len(found) > 0 {
			t.Errorf("/inbox%s shows %q", query, found)
		}
	}
}

// It is shown to who asks for just that, and the access log says so.
func TestAProtectedIdentityIsShownOnAsking(t *testing.T) {
	t.Parallel()
	w, id := protectedCase(t)
	before := len(w.looks(id, "vera"))
	paths := []string{
		"/inbox/" + id, "/inbox/" + id + "/pdf", "/inbox/" + id + "/export", "/api/cases/" + id,
		"/api/cases/" + id + "/messages",
	}
	for _, path := range paths {
		if r := w.get(path + "?protected=show"); r.status != http.StatusOK || !slices.Contains(seen(t, r), who[0]) {
			t.Errorf("%s: %d, shows %q", path, r.status, seen(t, r))
		}
	}
	has(t, w.page("/inbox/"+id+"?print=1&protected=show"), "070-1740605", "tolvina@example.se")
	rows := append(w.looks(id, "vera")[before:], w.looks(id, accesslog.SystemID(""))...)
	for _, row := range rows {
		if !strings.HasSuffix(row, ", protected identity") {
			t.Errorf("the access log has %q", row)
		}
	}
	if len(rows) != len(paths)+1 {
		t.Errorf("%d rows for %d looks: %q", len(rows), len(paths)+1, rows)
	}
	if rows := w.accesses(accesslog.Filter{Case: id}); strings.Contains(rows[0].Detail, "Tolvina") {
		t.Errorf("the access log tells of the person: %+v", rows[0])
	}
	w.did(id, "protect", url.Values{"protected": {""}})
	has(t, w.page("/inbox/"+id), who[0], "070-1740605", "Inte längre skyddad identitet")
}
