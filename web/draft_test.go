package web_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store"
)

// typing sends what stands in a form as the page's script does while somebody writes, and returns the draft's version.
func (w *world) typing(id, form, draft, text string) string {
	w.t.Helper()
	r := w.post("/inbox/"+id+"/draft/"+form, url.Values{"version": {"1"}, "draft": {draft}, "text": {text}})
	if r.status != http.StatusOK {
		w.t.Fatalf("saving a draft: %d\n%s", r.status, main(r.body))
	}
	return fmt.Sprint(field[int64](w.t, r, "version"))
}

func TestADraftOutlivesItsSession(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.SessionLife = 2 * time.Hour
	w.serve()
	w.page("/inbox/" + id)
	v := w.typing(id, "reply", "0", "Vi har")
	v = w.typing(id, "reply", v, "Vi har läst din journal.")
	hasNot(t, w.post("/inbox/"+id+"/draft/reply", url.Values{"draft": {v}, "text": {"Vi har läst din journal."}}).body,
		"annat fönster")
	if r := w.post("/inbox/"+id+"/draft/correct", url.Values{"draft": {"0"}}); r.status != http.StatusNotFound {
		t.Errorf("a draft of a form that has none: %d", r.status)
	}
	w.post("/signout", nil)
	w.forget("vera")
	has(t, w.page("/inbox/"+id), ">Vi har läst din journal.</textarea>", "Utkastet sparat kl. 10:42")
	w.pass(3 * time.Hour)
	expectRedirect(t, w.get("/inbox/"+id), "/signin?next="+url.QueryEscape("/inbox/"+id))
	w.forget("vera")
	has(t, w.page("/inbox/"+id), ">Vi har läst din journal.</textarea>")
	if got := w.letters(id); got != "receipt" {
		t.Errorf("the citizen got %s", got)
	}
	if got := strings.Join(w.looks(id, "vera"), " "); strings.Contains(got, "journal") {
		t.Errorf("the access log has what was written: %s", got)
	}
}

// forget throws a session away, as a browser that is closed.
func (w *world) forget(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.cookies, w.Environment+" "+name)
}

func TestADraftInTwoWindows(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	v := w.typing(id, "reply", "0", "I det första fönstret")
	r := w.post("/inbox/"+id+"/draft/reply", url.Values{"draft": {"0"}, "text": {"I det andra fönstret"}})
	has(t, field[string](t, r, "said"), "sparats i ett annat fönster")
	has(t, w.page("/inbox/"+id), ">I det första fönstret</textarea>")
	r = w.post("/inbox/"+id+"/reply", url.Values{
		"version": {"1"}, "draft": {"0"}, "text": {"I det andra fönstret"}, "do": {"send"},
	})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("sending from the other window: %d", r.status)
	}
	has(t, r.body, ">I det andra fönstret</textarea>", "Ingenting skrevs över", `name="draft" value="`+v+`"`)
	w.leave()
	if got := w.letters(id); got != "receipt" {
		t.Errorf("the citizen got %s", got)
	}
}

func TestAColleaguesDraft(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.typing(id, "reply", "0", "Veras påbörjade svar")
	w.as("hanna")
	live := w.page("/inbox/" + id + "/live?case=1&desk=0")
	has(t, live, "Vera Test skriver ett delsvar just nu")
	hasNot(t, live, "påbörjade", "Ärendet har ändrats")
	page := w.page("/inbox/" + id)
	has(t, page, "Vera Test har ett delsvar", "Veras påbörjade svar")
	hasNot(t, page, ">Veras påbörjade svar</textarea>")
	has(t, w.page(strings.TrimSuffix(between(t, page, `<p><a href="`, `"`), "#do")), ">Veras påbörjade svar</textarea>",
		`<details name="do" open><summary>Skriv delsvar`)
	w.typing(id, "reply", "0", "Hannas fortsättning")
	w.pass(store.Presence)
	hasNot(t, w.page("/inbox/"+id+"/live?case=1&desk=0"), "just nu")
	has(t, w.page("/inbox/"+id), "Vera Test har ett delsvar", ">Hannas fortsättning</textarea>")
	w.as("mia") // does not answer, and is shown nothing to do with answers
	hasNot(t, w.page("/inbox/"+id), "Veras påbörjade svar", "Kopiera")
	w.as("nina") // on the other side of the wall
	if r := w.get("/inbox/" + id + "/live?case=1&desk=0"); r.status != http.StatusNotFound {
		t.Errorf("the board sees who writes: %d", r.status)
	}
}

func TestFilesOfADraft(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	save := func(fields url.Values, files ...upload) reply {
		t.Helper()
		page := w.page("/inbox/" + id)
		fields = with(with(fields, "version", version(t, page)), "draft", draftVersion(t, page, "reply"))
		return w.postFiles("/inbox/"+id+"/reply", fields, files...)
	}
	saved := "/inbox/" + id + "?do=reply&done=saved#do"
	expectRedirect(t,
		save(url.Values{"text": {"Se bilagan."}, "do": {"save"}}, upload{"journal.pdf", pdfFile()}, upload{
			`C:\Bilder\bild.png`, pngFile(),
		}), saved)
	page := w.page("/inbox/" + id)
	has(t, page, "journal.pdf", "bild.png", `name="drop" value="1"`, `name="drop" value="2"`)
	hasNot(t, page, `C:\Bilder`)
	for _, c := range []struct {
		name    string
		file    upload
		refused string
	}{
		{
			"a page called PDF",
			upload{"brev.pdf", []byte("<!DOCTYPE html><script>alert(1)</script>")},
			"brev.pdf är inte en PDF, PNG, JPEG eller GIF.",
		},
		{
			"a PDF called a picture",
			upload{"bild.png", pdfFile()},
			"bild.png är en annan sorts fil än namnet säger (application/pdf).",
		},
		{"a program", upload{"program.gif", []byte("MZ\x90\x00\x03\x00")}, "program.gif är inte en PDF"},
		{"a file without content", upload{"tom.pdf", nil}, "tom.pdf är inte en PDF"},
		{
			"a picture of another kind", upload{"bild.webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 ")}, "bild.webp är inte en PDF",
		},
	} {
		r := save(url.Values{"text": {"Det jag skrev"}, "do": {"send"}}, c.file)
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", c.name, r.status)
		}
		has(t, r.body, c.refused, `aria-describedby="reply-file-error"`, ">Det jag skrev</textarea>")
	}
	expectRedirect(t, save(url.Values{"text": {"Se bilden."}, "drop": {"1"}}), saved)
	hasNot(t, w.page("/inbox/"+id), "journal.pdf")
	expectRedirect(t, save(url.Values{"text": {"Se bilden."}, "do": {"send"}}), "/inbox/"+id+"?done=staged")
	w.leave()
	message := messageOf(t, w, id, store.EventPartialReply)
	for _, path := range []string{
		"/inbox/" + id + "/files/" + message + "/0", "/mailbox/" + id + "/files/" + message + "/0",
	} {
		r := w.get(path)
		if r.status != http.StatusOK || r.body != string(pngFile()) || r.header.Get("Content-Type") != "image/png" ||
			r.header.Get("Content-Security-Policy") != "default-src 'none'; sandbox" ||
			!strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %v", path, r.status, r.header)
		}
	}
}

func TestTooManyAndTooLargeFiles(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	fields := func() url.Values {
		page := w.page("/inbox/" + id)
		return url.Values{
			"version": {version(t, page)}, "draft": {draftVersion(t, page, "reply")}, "text": {"Mitt långa svar"},
			"do": {"send"},
		}
	}
	var eleven []upload
	for n := range 11 {
		eleven = append(eleven, upload{fmt.Sprintf("fil%02d.pdf", n), pdfFile()})
	}
	r := w.postFiles("/inbox/"+id+"/reply", fields(), eleven...)
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("eleven files: %d", r.status)
	}
	has(t, r.body, "Högst 10 bilagor", ">Mitt långa svar</textarea>", "fil09.pdf")
	hasNot(t, r.body, "fil10.pdf")

	large := append(pdfFile(), bytes.Repeat([]byte("%"), 20<<20)...)
	r = w.postFiles("/inbox/"+id+"/reply", fields(), upload{"stor.pdf", large})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a file of more than 20 MB: %d", r.status)
	}
	has(t, r.body, "stor.pdf är större än 20 MB.", ">Mitt långa svar</textarea>")
	larger := append(pdfFile(), bytes.Repeat([]byte("%"), 64<<20)...)
	r = w.postFiles("/inbox/"+id+"/reply", fields(), upload{"enorm.pdf", larger})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("more than a form may have: %d", r.status)
	}
	has(t, r.body, "Filerna är för stora tillsammans.", `aria-describedby="reply-file-error"`,
		">Mitt långa svar</textarea>")
	if got := w.letters(id); got != "receipt" {
		t.Errorf("the citizen got %s", got)
	}
	if drafts, err := w.Relay.Store.Unlogged().Drafts(t.Context(), id, clinic); err != nil || len(drafts) != 1 ||
		len(drafts[0].Files) != 10 {
		t.Errorf("the draft is %+v, %v", drafts, err)
	}
}

// The largest file that may be sent arrives where the line is set up for it, and is refused with a reason where it is
// not.
func TestAFileOf20MBArrives(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	whole := append(pdfFile(), bytes.Repeat([]byte("%"), 20<<20-len(pdfFile()))...)
	page := w.page("/inbox/" + id)
	r := w.postFiles("/inbox/"+id+"/reply",
		url.Values{"version": {version(t, page)}, "draft": {"0"}, "text": {"Hela journalen"}, "do": {"send"}}, upload{
			"journal.pdf", whole,
		})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("more than fits into a message: %d", r.status)
	}
	has(t, r.body, "Bilagorna är för stora tillsammans: högst 11,6 MB får plats", `aria-describedby="reply-file-error"`,
		">Hela journalen</textarea>")
	w.Relay.Limits.Message = 32 << 20
	r = w.answer(id, "reply", "send", url.Values{"text": {"Hela journalen"}})
	expectRedirect(t, r, "/inbox/"+id+"?done=staged")
	w.leave()
	if got := w.letters(id); got != "receipt partial_reply" {
		t.Fatalf("the citizen got %s\n%s", got, main(w.page("/inbox/"+id)))
	}
	if file := w.get(
		"/inbox/" + id + "/files/" + messageOf(t, w, id, store.EventPartialReply) + "/0",
	); file.body != string(whole) {
		t.Errorf("%d, %d bytes arrived", file.status, len(file.body))
	}
	if names, _ := unpackedNames(t, w, id); !strings.Contains(names, "bilagor/02-1.pdf") {
		t.Errorf("in the package are %s", names)
	}
}

func unpackedNames(t *testing.T, w *world, id string) (names, folder string) {
	t.Helper()
	folder, all := unpacked(t, w.get("/inbox/"+id+"/export").body)
	return strings.Join(all, " "), folder
}
