package web_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store/accesslog"
)

// undo is how long answers can be taken back in a world of newDesk.
const undo = 10 * time.Second

// newDesk is a world whose answers leave after a while, by the test's clock, with a case in the inbox of clinic.
func newDesk(t *testing.T) (w *world, id string) {
	t.Helper()
	w = newWorld(t)
	w.Later = relay.NewReplyOutbox(w.Relay, undo)
	w.serve()
	w.as("vera")
	return w, w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
}

// leave lets the time for taking back pass, and sends what is due.
func (w *world) leave() {
	w.t.Helper()
	w.pass(undo)
	w.runLater()
}

func (w *world) runLater() {
	w.t.Helper()
	for {
		more, err := w.Later.SendDue(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// desk fills in a form of a case's desk as somebody who sees the case as it is now.
func (w *world) desk(id, verb string, fields url.Values) reply {
	w.t.Helper()
	return w.post("/inbox/"+id+"/desk/"+verb, with(fields, "desk", deskVersion(w.t, w.page("/inbox/"+id))))
}

// did is desk for what must succeed.
func (w *world) did(id, verb string, fields url.Values) {
	w.t.Helper()
	expectRedirect(w.t, w.desk(id, verb, fields), "/inbox/"+id+"?done="+verb)
}

// answer fills in a form whose text goes to the reporter, as somebody who sees the case as it is now.
func (w *world) answer(id, form, do string, fields url.Values) reply {
	w.t.Helper()
	page := w.page("/inbox/" + id)
	fields = with(with(fields, "version", version(w.t, page)), "draft", draftVersion(w.t, page, form))
	return w.post("/inbox/"+id+"/"+form, with(fields, "do", do))
}

// sends is answer for one that must be on its way.
func (w *world) sends(id, form string, fields url.Values) {
	w.t.Helper()
	expectRedirect(w.t, w.answer(id, form, "send", fields), "/inbox/"+id+"?done=staged")
}

// with is a copy of a form with a field more.
func with(fields url.Values, name, value string) url.Values {
	all := url.Values{name: {value}}
	for k, v := range fields {
		all[k] = v
	}
	return all
}

func deskVersion(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`name="desk" value="(\d+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no desk on the page\n%s", main(page))
	}
	return found[1]
}

func draftVersion(t *testing.T, page, form string) string {
	t.Helper()
	_, rest, found := strings.Cut(strings.Join(strings.Fields(page), " "), `/`+form+`" enctype="multipart/form-data"`)
	if !found {
		t.Fatalf("no form %s on the page\n%s", form, main(page))
	}
	return between(t, rest, `name="draft" value="`, `"`)
}

// upload is a file of a form.
type upload struct {
	name    string
	content []byte
}

// postFiles sends a form with files, as browsers do: the files behind what was typed.
func (w *world) postFiles(path string, fields url.Values, files ...upload) reply {
	w.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for key, values := range fields {
		for _, v := range values {
			if err := m.WriteField(key, v); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for _, f := range files {
		part, err := m.CreateFormFile("file", f.name)
		if err == nil {
			_, err = part.Write(f.content)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if err := m.Close(); err != nil {
		w.t.Fatal(err)
	}
	req := w.request(http.MethodPost, path, &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	w.sit(req, path)
	return w.do(req)
}

// Files that are what they say, as short as they can be.
func pdfFile() []byte { return []byte("%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n") }
func pngFile() []byte { return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") }

// looks are the rows of the access log of a case by somebody, the oldest first, as "what: detail".
func (w *world) looks(id, who string) []string {
	w.t.Helper()
	var out []string
	for _, row := range w.accesses(accesslog.Filter{Case: id, Direct: true, Who: who}) {
		out = append([]string{fmt.Sprintf("%s: %s", row.What, row.Detail)}, out...)
	}
	return out
}

// letters are the kinds of what is in the citizen's mailbox.
func (w *world) letters(id string) string {
	w.t.Helper()
	box, err := w.Relay.Store.Unlogged().Mailbox(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	var kinds []string
	for _, l := range box {
		kinds = append(kinds, l.Kind)
	}
	return strings.Join(kinds, " ")
}

// begun is what marks a case as begun, as somebody else's page sends it.
func begun(now time.Time) contracts.Update {
	at := contracts.NewStamp(now)
	return contracts.Update{Type: contracts.Status, Status: contracts.StatusInProgress, StatusTime: &at}
}
