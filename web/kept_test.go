package web_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/accounts"
)

// browserTab is a browser with its session that tells where it came from or does not.
type browserTab struct {
	w       *world
	session string
	referer string
}

func (b *browserTab) send(method, path string, fields url.Values) reply {
	b.w.t.Helper()
	var body io.Reader
	if fields != nil {
		body = strings.NewReader(fields.Encode())
	}
	req := b.w.request(method, path, body)
	if fields != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Cookie", b.session)
	if b.referer != "" {
		req.Header.Set("Referer", b.w.server.URL+b.referer)
	}
	r := b.w.do(req)
	if fresh, _, _ := strings.Cut(sessionCookie(r), ";"); fresh != "" {
		b.session = fresh
	}
	return r
}

// TestFormsWaitForTheirPage: what was sent after the session was over stands on the page that it was typed on, whatever
// the browser tells of that.
func TestFormsWaitForTheirPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife = 8 * time.Hour
	w.serve()
	w.as("hanna")
	id := w.submit(clinic, "Tolvan Test", "Text")
	begins := url.Values{"unit": {clinic}, "received": {"2026-03-01"}, "text": {"BORTKOMMEN"}}
	for _, c := range []struct {
		name, referer, action string
		fields                url.Values
		page                  string // where signing in leads
		shows                 string
	}{
		{
			"with the page", "/inbox/" + id, "/inbox/" + id + "/reply",
			url.Values{"version": {"1"}, "text": {"BORTKOMMEN"}},
			"/inbox/" + id, ">BORTKOMMEN</textarea>",
		},
		{
			"without it", "", "/inbox/" + id + "/reply",
			url.Values{"version": {"1"}, "text": {"BORTKOMMEN"}},
			"/inbox/" + id,
			">BORTKOMMEN</textarea>",
		},
		{
			"from a form that was refused", "/inbox/" + id + "/close", "/inbox/" + id + "/close",
			url.Values{"version": {"1"}, "text": {"BORTKOMMEN"}},
			"/inbox/" + id, ">BORTKOMMEN</textarea>",
		},
		{
			"of the desk", "", "/inbox/" + id + "/desk/note",
			url.Values{"desk": {"0"}, "text": {"BORTKOMMEN"}},
			"/inbox/" + id + "/desk", ">BORTKOMMEN</textarea>",
		},
		{
			"with what the page was opened for", "/begin?unit=" + clinic, "/begin", begins, "/begin?unit=" + clinic,
			">BORTKOMMEN</textarea>",
		},
		{"without that", "", "/begin", begins, "/begin", ">BORTKOMMEN</textarea>"},
		{
			"on a page that does not fill it in", "", "/phrases",
			url.Values{"unit": {clinic}, "title": {"BORTKOMMEN"}},
			"/phrases", `name="title" value="BORTKOMMEN"`,
		},
	} {
		w.cookies = nil
		b := &browserTab{w: w, session: w.cookie("hanna")}
		w.pass(9 * time.Hour)
		b.referer = c.referer
		r := b.send(http.MethodPost, c.action, c.fields)
		next := strings.ReplaceAll(between(t, r.body, `name="next" value="`, `"`), "&amp;", "&")
		if r.status != http.StatusUnauthorized || next != c.page {
			t.Errorf("%s: %d, next %q", c.name, r.status, next)
		}
		page := b.send(http.MethodPost, "/signin", url.Values{"account": {"hanna"}, "password": {password}, "next": {next}})
		for page.status == http.StatusSeeOther {
			page = b.send(http.MethodGet, page.header.Get("Location"), nil)
		}
		if page.status != http.StatusOK || !strings.Contains(page.body, c.shows) {
			t.Errorf("%s: %d, without the text\n%s", c.name, page.status, main(page.body))
		}
	}
}

// TestFormsOfEndedSessionsWait: a session that was ended, here or by others, keeps what was typed as one that ran out
// does, for its owner alone.
func TestFormsOfEndedSessionsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("hanna")
	id := w.submit(clinic, "Tolvan Test", "Text")
	for name, end := range map[string]func(b *browserTab){
		"signed out in another tab": func(b *browserTab) { b.send(http.MethodPost, "/signout", url.Values{}) },
		"ended by an administrator": func(*browserTab) {
			_, err := w.Relay.Store.ChangeAccount(t.Context(), "hanna", accesslog.Row{Who: "test"},
				func(a *accounts.Account) error {
					a.Epoch++
					return nil
				})
			must(t, "ending the sessions", err)
		},
	} {
		w.cookies = nil
		b := &browserTab{w: w, session: w.cookie("hanna"), referer: "/inbox/" + id}
		end(b)
		r := b.send(http.MethodPost, "/inbox/"+id+"/question", url.Values{"version": {"1"}, "text": {"EN FRÅGA"}})
		has(t, r.body, "Du är utloggad.", "Det du skrev är kvar")
		hasNot(t, r.body, "borta så länge")
		b.send(http.MethodPost, "/signin", url.Values{"account": {"vera"}, "password": {password}})
		hasNot(t, b.send(http.MethodGet, "/inbox/"+id, nil).body, "EN FRÅGA", "BORT")
		w.cookies = nil
		b = &browserTab{w: w, session: w.cookie("hanna"), referer: "/inbox/" + id}
		end(b)
		b.send(http.MethodPost, "/inbox/"+id+"/draft/reply", url.Values{"version": {"1"}, "text": {"BORT"}})
		b.send(http.MethodPost, "/inbox/"+id+"/draft/reply", url.Values{"version": {"1"}, "text": {"BORTKOMMEN"}})
		b.send(http.MethodPost, "/signin", url.Values{"account": {"hanna"}, "password": {password}})
		if page := b.send(http.MethodGet, "/inbox/"+id, nil).body; !strings.Contains(page, ">BORTKOMMEN</textarea>") {
			t.Errorf("%s: without the text\n%s", name, main(page))
		}
		hasNot(t, b.send(http.MethodGet, "/inbox/"+id, nil).body, ">BORT</textarea>") // the newest alone
	}
}

// TestFormsOfTwoTabsWait: two tabs are sent after the session was over, and none of them drives the other out.
func TestFormsOfTwoTabsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SessionLife = 8 * time.Hour
	w.serve()
	w.as("hanna")
	cases := []string{w.submit(clinic, "Tolvan Test", "Text"), w.submit(clinic, "Tolvan Test", "Text")}
	b := &browserTab{w: w, session: w.cookie("hanna")}
	w.pass(9 * time.Hour)
	for i, id := range cases {
		b.send(http.MethodPost, "/inbox/"+id+"/reply", url.Values{"version": {"1"}, "text": {fmt.Sprintf("FLIK %d", i)}})
	}
	b.send(http.MethodPost, "/signin", url.Values{"account": {"hanna"}, "password": {password}})
	for i, id := range cases {
		has(t, b.send(http.MethodGet, "/inbox/"+id, nil).body, fmt.Sprintf(">FLIK %d</textarea>", i))
	}
}

// TestUploadsThatAreTooLarge: the answer reaches who sends all before they read, and who reads while they send; what
// was typed stands there still, also what stands behind the files.
func TestUploadsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("hanna")
	fields := url.Values{"unit": {clinic}, "received": {"2026-03-01"}, "name": {"Tolvan Test"}, "text": {"LÅNG TEXT"}}
	for _, path := range []string{"/begin", "/submit"} {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for name := range fields {
			must(t, "writing a field", m.WriteField(name, fields.Get(name)))
		}
		part, err := m.CreateFormFile("file", "a.pdf")
		must(t, "writing a file", err)
		_, err = part.Write(append(pdfFile(), bytes.Repeat([]byte("%"), 30<<20)...))
		must(t, "writing a file", err)
		must(t, "writing a field", m.WriteField("email", "bakom@filen.example"))
		must(t, "ending", m.Close())
		r := w.raw("POST "+path+" HTTP/1.1\r\nHost: "+w.server.Listener.Addr().String()+"\r\nCookie: "+w.cookie("hanna")+
			"\r\nContent-Type: "+m.FormDataContentType()+
			fmt.Sprintf("\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", body.Len()), body.Bytes())
		has(t, r, "422 Unprocessable", "LÅNG TEXT", "bakom@filen.example", "Filerna är för stora tillsammans", "-file-error")
	}
	// A refusal that needs nothing of the body: it is answered at once, and reaches who goes on sending.
	large := bytes.Repeat([]byte("x"), 30<<20)
	r := w.raw("POST /inbox/none/reply HTTP/1.1\r\nHost: "+w.server.Listener.Addr().String()+"\r\nCookie: "+
		w.cookie("hanna")+
		fmt.Sprintf("\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
			len(large)), large)
	has(t, r, "404 Not Found", "Finns inte")
}

// raw sends a request to its end before it reads the answer.
func (w *world) raw(head string, body []byte) string {
	w.t.Helper()
	c, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		w.t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(append([]byte(head), body...)); err != nil {
		w.t.Fatalf("sending: %v", err)
	}
	all, err := io.ReadAll(c)
	if err != nil {
		w.t.Fatalf("reading: %v", err)
	}
	return string(all)
}

// TestAnAnswerComesWhileMoreIsSent: who reads while they send has the whole answer before they are done.
func TestAnAnswerComesWhileMoreIsSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, err := net.Dial("tcp", w.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	head := "POST /inbox/none/reply HTTP/1.1\r\nHost: " + w.server.Listener.Addr().String() + "\r\nCookie: " +
		w.cookie("hanna") +
		"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 20000000\r\n\r\nfirst"
	if _, err := io.WriteString(c, head); err != nil {
		t.Fatal(err)
	}
	must(t, "a deadline", c.SetReadDeadline(time.Now().Add(20*time.Second)))
	var got strings.Builder
	for b := make([]byte, 4096); !strings.Contains(got.String(), "</html>"); {
		n, err := c.Read(b)
		got.Write(b[:n])
		if err != nil {
			t.Fatalf("%v after %s", err, got.String())
		}
	}
	has(t, got.String(), "404 Not Found")
}
