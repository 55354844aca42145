package relay_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// A producer gets a length where the caller gave one and nothing is converted, however long the message is: many an
// old one takes no chunks. What is converted on its way has no length that is known before, but is chunked only above
// 1 MiB.
func TestLengthIsKept(t *testing.T) {
	type request struct {
		length int64
		body   []byte
	}
	requests := make(chan request, 64) // a queued message may come again
	capture := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- request{r.ContentLength, body}
		_, _ = rw.Write(ping("answer"))
	}))
	t.Cleanup(capture.Close)
	w := newWorldOn(t,
		`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-X, address: "`+capture.URL+`/"}
  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-TWENTY, profile: RIVTABP20, address: "`+
			capture.URL+`/"}
  - {contract: SendComplaint, to: SE2010123456-TYST, address: "`+capture.URL+`/", component: SE2010123456-AVV}
`)
	large := padded(3<<20, "")
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(padded(1<<20, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		sentence string
		sent     []byte
		chunked  bool
		length   bool
	}{
		{"small", padded(1, ""), false, true},
		{"small, in chunks", padded(1, ""), true, true},
		{"large", large, false, true},
		{"large, with a byte order mark", append([]byte("\xef\xbb\xbf"), large...), false, true},
		{"large, in chunks", large, true, false},
		{"large, in another charset", wide, false, false},
		{
			"large, to a producer of another profile",
			bytes.Replace(large, []byte("SE2010123456-X"), []byte("SE2010123456-TWENTY"), 1), false, false,
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			var body io.Reader = bytes.NewReader(c.sent)
			if c.chunked {
				body = struct{ io.Reader }{body}
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.server.URL+"/vp", body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header = http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {"text/xml"}}
			answer, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if answer.StatusCode != http.StatusOK {
				t.Fatalf("status %d", answer.StatusCode)
			}
			got := <-requests
			if known := got.length >= 0; known != c.length || known && got.length != int64(len(got.body)) {
				t.Errorf("the producer was told a length of %d, and got %d bytes", got.length, len(got.body))
			}
			if !strings.Contains(c.sentence, "another") && !bytes.Equal(got.body, c.sent) {
				t.Error("the producer got other bytes")
			}
		})
	}
	t.Run("queued, large", func(t *testing.T) {
		m := complaint("SE2010123456-TYST", "a")
		m.Complaint.Attachments = append(m.Complaint.Attachments, textFile(strings.Repeat("En bilaga.\n", 200_000)))
		sent := written(t, m)
		if answer := w.post(gateway, sent); answer.status != http.StatusOK {
			t.Fatalf("status %d: %s", answer.status, answer.body)
		}
		w.work()
		if got := <-requests; got.length != int64(len(sent)) || !bytes.Equal(got.body, sent) {
			t.Errorf("the producer was told a length of %d, and got %d bytes of %d", got.length, len(got.body), len(sent))
		}
	})
}
