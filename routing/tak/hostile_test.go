package tak_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"rivgate/routing"
	"rivgate/routing/tak"
)

// A TAK that answers badly: the error names what and where, the table of before stays in use with its age, and so
// does the saved copy.
func TestHostileAnswersOfATAKKeepTheLastGoodState(t *testing.T) {
	whole := func(change func(string) string) http.HandlerFunc {
		return func(out http.ResponseWriter, in *http.Request) {
			answer := httptest.NewRecorder()
			newWorld().ServeHTTP(answer, in)
			_, _ = io.WriteString(out, change(answer.Body.String()))
		}
	}
	replaced := func(old, text string) http.HandlerFunc {
		return whole(func(s string) string { return strings.ReplaceAll(s, old, text) })
	}
	for _, c := range []struct {
		sentence string
		answer   http.HandlerFunc
		want     string
	}{
		{
			"cut off in the middle", whole(func(s string) string { return s[:len(s)/2] }),
			"hamtaAllaVirtualiseringar: line 1: this is not well-formed XML, or the file ends too early",
		},
		{"the connection is cut", func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(out, `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">`)
		}, "hamtaAllaVirtualiseringar: line 1"},
		{"another version's namespace", replaced("vagvalsinfo:v2", "vagvalsinfo:v1"), "belongs to another question"},
		{
			"SOAP 1.2", replaced("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
			"not a SOAP 1.1 message",
		},
		{"a page for people", func(out http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(out, "<!DOCTYPE html><html><body>Sign in</body></html>")
		}, "a document type is not taken"},
		{"a page for people, without a document type", func(out http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(out, "<html><body>Sign in</body></html>")
		}, "not a SOAP 1.1 message"},
		{
			"JSON", func(out http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(out, `{"error": "no"}`) },
			"hamtaAllaVirtualiseringar",
		},
		{"nothing", func(http.ResponseWriter, *http.Request) {}, "there is no XML in it"},
		{"status 500", func(out http.ResponseWriter, _ *http.Request) { http.Error(out, "secret", 500) }, "HTTP status 500"},
		{"status 204", func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(204) }, "HTTP status 204"},
		{"a redirect", http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound).ServeHTTP, "HTTP status 302"},
		{"more than any catalogue", func(out http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(out, "<a>")
			for range 1000 {
				if _, err := io.WriteString(out, strings.Repeat("<b>x</b>", 100)); err != nil {
					return
				}
			}
		}, "hamtaAllaVirtualiseringar"},
		{"a few bytes that unpack to more than any catalogue", func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Encoding", "gzip")
			packed := gzip.NewWriter(out)
			_, _ = io.WriteString(packed,
				`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`+strings.Repeat(" ", 1<<20))
			_ = packed.Close()
		}, "larger than any catalogue"},
		{"elements without end", func(out http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(out,
				`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">`+strings.Repeat("<s:x>", 1000))
		}, "nested more than 32 deep"},
		{"an answer that never ends, byte by byte", func(out http.ResponseWriter, in *http.Request) {
			_, _ = io.ReadAll(in.Body) // else the server does not see that the caller has gone
			_, _ = io.WriteString(out, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">`)
			out.(http.Flusher).Flush()
			<-in.Context().Done()
		}, "time"}, // it runs out before the answer has begun, or before it is complete
		{"routes only", replaced("anropsBehorighetsInfo", "x"), "there are no permissions in it"},
		{"an address inside the house", replaced("https://a.example/", "rivgate:nowhere"), "no address of ours"},
		{"a first day after the last", whole(func(s string) string {
			return strings.ReplaceAll(s, "<tomTidpunkt>2099-12-31T00:00:00+01:00",
				"<fromTidpunkt>2100-01-01</fromTidpunkt><tomTidpunkt>2099-12-31")
		}), "after its last day"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			var answer http.Handler = newWorld()
			server := httptest.NewServer(
				http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) { answer.ServeHTTP(out, in) }),
			)
			defer server.Close()
			copied := filepath.Join(t.TempDir(), "cache.xml")
			source := tak.TAK{URL: server.URL + "/v2", MaxAnswer: 64 << 10}
			now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
			k := &tak.Keeper{Source: source, CacheFile: copied, Now: func() time.Time { return now }, Log: zap.NewNop()}
			if _, err := k.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			before, saved := k.Table(), read(t, copied)

			answer, now = c.answer, now.Add(time.Hour)
			if c.want == "time" {
				source.Timeout = 300 * time.Millisecond
			}
			k.Source = source
			_, err := k.Refresh(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			for _, inside := range []string{"127.0.0.1", "secret", "Sign in", copied} {
				if strings.Contains(err.Error(), inside) {
					t.Errorf("the error tells %q: %v", inside, err)
				}
			}
			status := k.Status()
			if k.Table() != before || !status.Loaded.Equal(now.Add(-time.Hour)) || !strings.Contains(status.LastError, c.want) ||
				!status.LastErrorAt.Equal(now) {
				t.Errorf("the last good state is not kept: %+v", status)
			}
			if !bytes.Equal(saved, read(t, copied)) {
				t.Error("the saved copy has changed")
			}
			again := &tak.Keeper{Source: source, CacheFile: copied, Log: zap.NewNop()} // a restart meanwhile
			if report, err := again.Refresh(t.Context()); err == nil || !report.FromCache || again.Table() == nil {
				t.Errorf("after a restart: %+v %v", report, err)
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// A saved copy that lost its end, or a bit anywhere, is never taken for another catalogue.
func TestADamagedCopyIsNeverAnotherCatalogue(t *testing.T) {
	c := routing.Catalogue{
		Units: []routing.Unit{{HSAID: clinic, Name: "Å", Kind: routing.CareUnit, Region: "01"}},
		Routes: []routing.Row{
			{
				Contract: send, Receiver: clinic, Address: "https://a.example/", Profile: "RIVTABP21", Component: "X",
				From: 20260101,
			},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*", Filters: routing.NewFilters([]routing.Filter{{Domain: "urn:d"}})},
		},
		Tree: routing.Tree{clinic: "SE"},
	}
	var whole bytes.Buffer
	if err := tak.WriteCache(&whole, c); err != nil {
		t.Fatal(err)
	}
	text := whole.Bytes()
	for cut := range len(text) - 1 { // without its last line end it is whole
		if _, err := tak.ReadCache(bytes.NewReader(text[:cut])); err == nil {
			t.Fatalf("cut off after %d of %d bytes it is read", cut, len(text))
		}
	}
	refused := 0
	for i := range text {
		for _, bit := range []int{0, 2, 5} { // another letter, another mark, the other case
			damaged := bytes.Clone(text)
			damaged[i] ^= 1 << bit
			got, err := tak.ReadCache(bytes.NewReader(damaged))
			if err != nil {
				refused++
				continue
			}
			if diff := cmp.Diff(c, got, withoutLines()); diff != "" {
				t.Fatalf("bit %d of byte %d (%q): %s", bit, i, text[max(i-20, 0):min(i+20, len(text))], diff)
			}
		}
	}
	if refused < len(text)*5/2 {
		t.Errorf("only %d of %d damaged copies were refused", refused, len(text)*3)
	}
	_, err := tak.ReadCache(strings.NewReader(strings.Replace(whole.String(), "a.example", "b.example", 1)))
	if err == nil || !strings.Contains(err.Error(), "line 7: the copy is damaged: its checksum does not fit") {
		t.Errorf("another address: %v", err)
	}
	lines := strings.Split(strings.Replace(whole.String(), "a.example", "b.example", 1), "\n")
	byHand := strings.Join(append(lines[:6:6], lines[7:]...), "\n")
	if got, err := tak.ReadCache(strings.NewReader(byHand)); err != nil || got.Routes[0].Address != "https://b.example/" {
		t.Errorf("changed by hand, the line of the checksum removed: %v", err)
	}
}

// What cannot come from files of a tree can stand in a saved copy.
func TestACopyWithACircleInItsTree(t *testing.T) {
	c := routing.Catalogue{
		Routes:      []routing.Row{{Contract: send, Receiver: clinic, Address: "https://a.example/"}},
		Permissions: []routing.Permission{{Contract: send, Sender: portal, Receiver: "*"}},
		Tree:        routing.Tree{"A": "B", "B": "A"},
	}
	file := filepath.Join(t.TempDir(), "cache.xml")
	if err := tak.SaveCache(file, c); err != nil {
		t.Fatal(err)
	}
	k := &tak.Keeper{Source: tak.File{Path: file}}
	if _, err := k.Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "unit A is above itself") ||
		k.Table() != nil {
		t.Errorf("got %v", err)
	}
}

// A key that is there twice is never taken for either of its values.
func TestDoubledKeys(t *testing.T) {
	for text, want := range map[string]string{
		"{\"a\": 1,\n\"b\": {\"a\": 1},\n\"a\": 2}":         `line 3: the key "a" is there twice`,
		"{\"a\": [{\"b\": 1}, {\"b\": 2}]}":                 "",
		"{\"a\": [1, {\"b\": 1,\n\"B\": {}}], \"c\": null}": `line 2: the key "B" is there twice`,
		"{\"a\": {\"x\": []}, \"x\": {}, \"b\": \"x\"}":     "",
		"[[], {}, {\"a\": {}}]":                             "",
		"{\"a\": 1, \"a\"":                                  `line 1: the key "a" is there twice`,
		"{\"\\u0061\": 1, \"a\": 1}":                        `line 1: the key "a" is there twice`,
		"not JSON":                                          "",
		"":                                                  "",
		"]":                                                 "",
	} {
		if err := tak.DoubledKeys([]byte(text)); fmt.Sprint(err) != want && (err != nil || want != "") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := tak.DoubledKeys([]byte(strings.Repeat(`{"a":[`, 1<<14))); err != nil {
		t.Errorf("deep: %.100v", err)
	}
	order := "{\"plattform\": \"TEST\",\n \"genomforandeTidpunkt\": \"2026-07-01\",\n \"inkludera\": {\"vagval\": " +
		"[]},\n \"inkludera\": {}}"
	if _, err := tak.ReadOrder(strings.NewReader(order)); err == nil ||
		err.Error() != `reading the beställning: line 4: the key "inkludera" is there twice` {
		t.Errorf("an order: %v", err)
	}
}
