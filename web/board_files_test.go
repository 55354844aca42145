package web_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/store"
)

// opinion are the fields of a care provider's opinion.
func opinion(text string) url.Values {
	return url.Values{"unit": {hospital}, "day": {"2026-03-01"}, "text": {text}}
}

// noteLink is the address of a file of a note by its name, as a page links it; "" where it does not.
func noteLink(t *testing.T, page, name string) string {
	t.Helper()
	before, _, found := strings.Cut(strings.Join(strings.Fields(page), " "), `" download>`+name+`</a>`)
	if !found {
		return ""
	}
	return before[strings.LastIndex(before, `"`)+1:]
}

// What comes with an opinion is kept with the case: on the pages, in the log, in the archive's package, and gone with
// the case.
func TestFilesOfAnOpinion(t *testing.T) {
	w := newWorld(t)
	id := w.submit(board, "Tolvan Test", "Ingen lyssnade.")
	w.as("nina")
	post := "/inbox/" + id + "/board/opinion"
	lying := w.postFiles(post, opinion("Vi beklagar."), upload{"yttrande.pdf", []byte("<html><script>alert(1)</script>")})
	if lying.status != http.StatusUnprocessableEntity {
		t.Fatalf("a file that lies about its type: %d", lying.status)
	}
	has(t, lying.body, `id="opinion-file-error"`, "yttrande.pdf är inte en PDF, PNG, JPEG eller GIF.",
		">Vi beklagar.</textarea>", "Bilagorna behöver väljas på nytt.")
	has(t, w.postFiles(post, opinion("Vi beklagar."), upload{"bild.png", pdfFile()}).body,
		"bild.png är en annan sorts fil än namnet säger")
	many := make([]upload, 11)
	for i := range many {
		many[i] = upload{"a.pdf", pdfFile()}
	}
	has(t, w.postFiles(post, opinion("Vi beklagar."), many...).body, `id="opinion-file-error"`, "Högst 10 bilagor")
	has(t, w.postFiles(post, opinion("Vi beklagar."), upload{"stor.pdf", append(pdfFile(), make([]byte, 20<<20)...)}).body,
		"stor.pdf är större än 20 MB.")
	if events, err := w.Relay.Store.Unlogged().DeskEvents(t.Context(), id, nil); err != nil || len(events) != 0 {
		t.Fatalf("what was refused is kept: %+v, %v", events, err)
	}

	expectRedirect(t,
		w.postFiles(post, opinion("Vi beklagar."), upload{"Läkarens yttrande.pdf", pdfFile()}, upload{"bild.png", pngFile()}),
		"/inbox/"+id+"/board?done=opinion")
	onBoard, onLine := w.page("/inbox/"+id+"/board"), w.page("/inbox/"+id)
	link := noteLink(t, onLine, "Läkarens yttrande.pdf")
	if link == "" || noteLink(t, onBoard, "Läkarens yttrande.pdf") != link || noteLink(t, onLine, "bild.png") == "" {
		t.Fatalf("the file is linked as %q\n%s", link, main(onLine))
	}
	file := w.get(link)
	if file.body != string(pdfFile()) || file.header.Get("Content-Type") != "application/pdf" ||
		file.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" ||
		!strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("downloaded: %d %v %q", file.status, file.header, file.body)
	}
	if got := w.looks(id, "nina"); got[len(got)-1] != "read: attachment of a note" {
		t.Errorf("on record: %q", got)
	}
	w.exportedOpinion(id)
	w.opinionWalled(id, link)
	w.opinionPurged(id, link)
}

// exportedOpinion expects the files in the package and in the PDF.
func (w *world) exportedOpinion(id string) {
	w.t.Helper()
	folder, names := unpacked(w.t, w.get("/inbox/"+id+"/export").body)
	for name, want := range map[string][]byte{"anteckning01-1.pdf": pdfFile(), "anteckning01-2.png": pngFile()} {
		content, err := os.ReadFile(filepath.Join(folder, "bilagor", name))
		if err != nil || !bytes.Equal(content, want) || !slices.Contains(names, "bilagor/"+name) {
			w.t.Errorf("%s in the package is %q, %v; it has %q", name, content, err, names)
		}
	}
	tool(w.t, folder, "xmllint", "--noout", "--nonet", "--schema", "arende.xsd", "arende.xml")
	text := pdfText(w.t, w.get("/inbox/"+id+"/pdf").body)
	for _, want := range []string{
		"Läkarens yttrande.pdf (application/pdf", "bilagor/anteckning01-1.pdf", "bild.png", "Vi beklagar.",
	} {
		if !strings.Contains(text, want) {
			w.t.Errorf("the PDF lacks %q:\n%s", want, text)
		}
	}
}

// opinionWalled expects that nobody outside the board gets the file, nor it by another case's address.
func (w *world) opinionWalled(id, link string) {
	w.t.Helper()
	another := w.submit(board, "Tolvan Test", "Annat")
	for who, path := range map[string]string{
		"hanna": link, "vera": link, "olle": link, "adam": link, "none": link, "nina": strings.Replace(link, id, another, 1),
	} {
		w.as(who)
		if r := w.get(path); r.status != http.StatusNotFound {
			w.t.Errorf("%s gets the file: %d", who, r.status)
		}
	}
	w.as("nina")
	for _, path := range []string{link + "0", link + "x", strings.Replace(link, "/notes/", "/notes/x", 1)} {
		if r := w.get(path); r.status != http.StatusNotFound {
			w.t.Errorf("%s: %d", path, r.status)
		}
	}
}

// opinionPurged closes the case, lets retention take it, and expects that nothing of the file is left.
func (w *world) opinionPurged(id, link string) {
	w.t.Helper()
	w.act(id, "close", url.Values{"text": {"Tack."}, "problem": {"3.1"}, "area": {"1"}, "place": {hospital}})
	w.pass(48 * time.Hour)
	if n, err := w.Relay.Store.Purge(context.Background(), store.Retention{ClosedCases: 24 * time.Hour},
		"test"); err != nil || n == 0 {
		w.t.Fatalf("%d messages went, %v", n, err)
	}
	if r := w.get(link); r.status != http.StatusNotFound {
		w.t.Errorf("after the case went: %d", r.status)
	}
	var left int
	if err := w.database().QueryRow(`SELECT count(*) FROM desk_file`).Scan(&left); err != nil || left != 0 {
		w.t.Errorf("%d files are left, %v", left, err)
	}
	if lines, err := w.Relay.Store.Check(context.Background()); err != nil || len(lines) > 0 {
		w.t.Errorf("the invariant: %q, %v", lines, err)
	}
}
