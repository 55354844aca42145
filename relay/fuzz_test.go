package relay_test

import (
	"bytes"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/recording"
	"rivgate/soap"
)

// FuzzLine posts anything through the whole line. Whatever comes: no panic, an answer that is a SOAP envelope, no
// person in it, and nothing accepted that was not said to be.
func FuzzLine(f *testing.F) {
	for _, w := range recordedWorlds(f) {
		for _, e := range w.Exchanges() {
			f.Add(e.Part(recording.Request), soap.ContentType)
		}
	}
	f.Add(ping("SE2010123456-X"), "text/xml; charset=utf-16")
	f.Add(ping("SE2010123456-X"), "multipart/related; type=\"application/xop+xml\"; boundary=x")
	w := newWorld(f)
	w.Sender.Timeouts = map[string]time.Duration{slow: time.Millisecond}
	db, err := sql.Open("sqlite", "file:"+w.database+"?mode=ro")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	stored := func(t *testing.T) (n int) {
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM message").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		before := stored(t)
		got := w.direct(t, body, contentType)
		if n := w.logs.FilterMessage("handler panicked").Len(); n > 0 {
			t.Fatal("the line panicked")
		}
		w.logs.TakeAll()
		switch got.status {
		case http.StatusOK, http.StatusInternalServerError, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		default:
			t.Errorf("status %d", got.status)
		}
		if err := guarded(got.body); err != nil {
			t.Errorf("the answer is no SOAP envelope: %v\n%s", err, got.body)
		}
		if n := stored(t) - before; n > 0 && !w.saidAccepted(got.body) {
			t.Errorf("%d accepted, and the answer is\n%s", n, got.body)
		}
		tellsNobody(t, body, contentType, got.body)
	})
}

// direct posts without a network in between, and does not tell the length of what it posts.
func (w *world) direct(t *testing.T, body []byte, contentType string) answer {
	sender := portal
	if bytes.Contains(body, []byte("ReturnComplaintResponder:1")) {
		sender = system
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/vp", bytes.NewReader(body))
	r.ContentLength = -1
	r.RemoteAddr = "127.0.0.1:50000"
	r.Header = http.Header{"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {contentType}}
	recorder := httptest.NewRecorder()
	w.soap.ServeHTTP(recorder, r)
	// A producer's answer to a caller in UTF-16 comes in UTF-16.
	read, err := (&soap.Reply{Header: recorder.Header(), Body: recorder.Body.Bytes()}).In("UTF-8")
	if err != nil {
		t.Fatalf("%v: %q", err, recorder.Body.Bytes())
	}
	return answer{recorder.Code, recorder.Header(), read.Body}
}

// guarded holds an answer to the guard's own rules.
func guarded(body []byte) error {
	req, err := soap.ReadRequest(bytes.NewReader(body), soap.ContentType, soap.Limits{})
	if err != nil {
		return err
	}
	return req.ReadAll()
}

func (w *world) saidAccepted(body []byte) bool {
	for _, c := range []*contracts.Contract{w.Contracts.Send(), w.Contracts.Return()} {
		if receipt, err := c.ReadReceipt(body); err == nil {
			return receipt.Result.Code == contracts.OK || receipt.Result.Code == contracts.INFO
		}
	}
	return false
}

var numbers = regexp.MustCompile(`[0-9]{12}`)

// tellsNobody: an answer of ours repeats no number of twelve digits that the request holds, unless it stands where it
// is addressed to, which a fault names. What a producer answers is its own, and here an echo.
func tellsNobody(t *testing.T, request []byte, contentType string, got []byte) {
	_, fault := soap.ReadFault(got)
	if !fault && bytes.Contains(got, []byte("LogicalAddress")) {
		return
	}
	addressed := ""
	if head, err := soap.Peek(request, contentType, soap.Limits{}); err == nil {
		addressed = head.Receiver + " " + head.Contract
	}
	for _, number := range numbers.FindAllString(string(got), -1) {
		if bytes.Contains(request, []byte(number)) && !strings.Contains(addressed, number) && !ours(number) {
			t.Errorf("the answer repeats a number of the request:\n%s", got)
		}
	}
}

// ours tells a number that stands in answers by itself: part of a time stamp, or of the gateway's own HSA-id
// and counted ids.
func ours(number string) bool {
	return strings.HasPrefix(number, "2026030") || strings.HasPrefix(number, "00000000")
}
