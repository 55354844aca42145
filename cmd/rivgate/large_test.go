package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"rivgate/cmd/rivgate/config"
)

// mostGrowth is how much the peak of a gateway's memory may grow by a message of 50 MB that it forwards.
const mostGrowth = 24 << 20

// peak is the most resident memory that a process has had, in bytes.
func peak(t *testing.T, pid int) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if !found || len(fields) == 0 {
		t.Fatal("there is no VmHWM")
	}
	kilobytes, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// repeated is a message that is not in memory: a start, a piece many times, and an end.
func repeated(start, piece string, times int, end string) io.Reader {
	readers := make([]io.Reader, 0, times+2)
	readers = append(readers, strings.NewReader(start))
	for range times {
		readers = append(readers, strings.NewReader(piece))
	}
	return io.MultiReader(append(readers, strings.NewReader(end))...)
}

// A message of 50 MB of a contract that the gateway does not know, and an answer as large, pass with bounded memory.
func TestFiftyMegabytesPassWithBoundedMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the peak of a process's memory is read from /proc, which is Linux's")
	}
	const piece = 64 << 10
	head := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
		`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X</LogicalAddress>` +
		`</s:Header><s:Body><x xmlns="urn:riv:rivgate:test:LargeResponder:1">`
	const tail = `</x></s:Body></s:Envelope>`
	text := strings.Repeat("<y>åäö &amp; text</y>\r\n", piece/26)
	times := 50_000_000/len(text) + 1

	var received atomic.Value   // the digest of the last message
	whole := make(chan bool, 4) // of each message, once the producer has read it
	producer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		digest := sha256.New()
		_, err := io.Copy(digest, r.Body)
		received.Store(digest.Sum(nil))
		whole <- err == nil
		_, _ = io.Copy(w, repeated(head, text, times, tail))
	}))
	defer producer.Close()

	dir := t.TempDir()
	replace(t, filepath.Join(dir, "catalogue.yaml"),
		[]byte(`routes: [{contract: "urn:riv:rivgate:test:LargeResponder:1", to: "*", address: "`+producer.URL+`/"}]
permissions: [{contract: "urn:riv:rivgate:test:LargeResponder:1", from_system: SE0000000001-1177, to: "*"}]
`))
	s := serve(t, build(t), dir, "RIVGATE_TAK_SOURCE="+filepath.Join(dir, "catalogue.yaml"))
	soon(t, strings.TrimSuffix(s.lines["Pages and API"], "/")+"/readyz", http.StatusOK, "ready")
	post := func(body io.Reader) (int, []byte, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.lines["SOAP"], body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header = http.Header{
			"X-Vp-Sender-Id": {"SE0000000001-1177"}, "X-Vp-Instance-Id": {"dev_env"},
			"Content-Type": {"text/xml; charset=UTF-8"},
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var first bytes.Buffer
		sum := sha256.New()
		if _, err := io.Copy(io.MultiWriter(sum, &limited{&first, 1 << 10}), answer.Body); err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, first.Bytes(), sum.Sum(nil)
	}
	want := sha256.New()
	if _, err := io.Copy(want, repeated(head, text, times, tail)); err != nil {
		t.Fatal(err)
	}
	before := peak(t, s.command.Process.Pid)
	status, first, sum := post(repeated(head, text, times, tail))
	growth := peak(t, s.command.Process.Pid) - before
	if status != http.StatusOK || !bytes.Equal(sum, want.Sum(nil)) {
		t.Fatalf("status %d: %s", status, first)
	}
	if got, _ := received.Load().([]byte); !bytes.Equal(got, want.Sum(nil)) {
		t.Error("the producer got other bytes")
	}
	if !<-whole {
		t.Error("the producer did not get the whole message")
	}
	if growth > mostGrowth {
		t.Errorf("the peak of the memory grew by %d MiB, from %d", growth>>20, before>>20)
	}
	t.Logf("the peak of the memory grew by %d MiB, from %d", growth>>20, before>>20)

	status, first, _ = post(repeated(head, text, times, "</wrong>"))
	if status != http.StatusInternalServerError || !bytes.Contains(first, []byte("VP015")) {
		t.Errorf("an offence at the end: status %d: %s", status, first)
	}
	if <-whole {
		t.Error("the producer took a message with an offence at its end for a whole one")
	}
	if growth := peak(t, s.command.Process.Pid) - before; growth > mostGrowth {
		t.Errorf("the peak of the memory grew by %d MiB over all", growth>>20)
	}
	s.stop(t)
}

// What a producer answers has a limit of its own, whatever messages may have: a caller never takes a piece of an answer
// for the whole.
func TestAnAnswerThatIsTooLargeIsNeverTakenForAWholeOne(t *testing.T) {
	const head, tail = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x ` +
		`xmlns="urn:riv:rivgate:test:LargeResponder:1">`, `</x></s:Body></s:Envelope>`
	piece := strings.Repeat("text ", 13_107) // 64 KiB
	var pieces atomic.Int64
	var told atomic.Bool
	producer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if n := int(pieces.Load()); told.Load() {
			w.Header().Set("Content-Length", strconv.Itoa(len(head)+n*len(piece)+len(tail)))
		}
		_, _ = io.Copy(w, repeated(head, piece, int(pieces.Load()), tail))
	}))
	defer producer.Close()
	c := demoConfig(t.TempDir())
	c.Environment, c.TAK.Source, c.Producer.MaxAnswer = config.EnvironmentTest,
		filepath.Join(t.TempDir(), "catalogue.yaml"), 2<<20
	replace(t, c.TAK.Source,
		[]byte(`routes: [{contract: "urn:riv:rivgate:test:LargeResponder:1", to: "*", address: "`+producer.URL+`/"}]
permissions: [{contract: "urn:riv:rivgate:test:LargeResponder:1", from_system: SE0000000001-1177, to: "*"}]
`))
	g := running(t, c)
	call := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
		`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X</LogicalAddress></s:Header>` +
		`<s:Body><x xmlns="urn:riv:rivgate:test:LargeResponder:1"/></s:Body></s:Envelope>`
	for _, answer := range []struct {
		name   string
		pieces int64
		told   bool
		whole  bool
	}{
		{"below the limit", 30, false, true},
		{"below the limit, as it says beforehand", 30, true, true},
		{"above the limit", 48, false, false},
		{"above the limit, as it says beforehand", 48, true, false},
		{"many times the limit", 2000, false, false},
	} {
		t.Run(answer.name, func(t *testing.T) {
			pieces.Store(answer.pieces)
			told.Store(answer.told)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+g.config.SOAP.Listen+g.config.SOAP.Path,
				strings.NewReader(call))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = http.Header{
				"X-Vp-Sender-Id": {"SE0000000001-1177"}, "X-Vp-Instance-Id": {"dev_env"},
				"Content-Type": {"text/xml; charset=UTF-8"},
			}
			got, err := http.DefaultClient.Do(r)
			var body []byte
			if err == nil {
				body, err = io.ReadAll(got.Body)
				got.Body.Close()
			}
			whole := err == nil && got.StatusCode == http.StatusOK
			t.Logf("%d bytes, %v", len(body), err)
			if whole != answer.whole || whole && len(body) != len(head)+int(answer.pieces)*len(piece)+len(tail) {
				t.Errorf("the caller took %d bytes for the whole answer: %v", len(body), err)
			}
			if !answer.whole && (answer.told != (err == nil) || answer.told && !bytes.Contains(body, []byte("VP009"))) {
				t.Errorf("the caller gets %v %.200s", err, body)
			}
			if len(body) > 3<<20 {
				t.Errorf("%d bytes went on", len(body))
			}
		})
	}
}

// limited keeps the first bytes of what is written to it.
type limited struct {
	to   *bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	l.to.Write(p[:n])
	return len(p), nil
}
