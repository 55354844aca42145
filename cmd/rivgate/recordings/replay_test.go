package recordings

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/recording"
)

const envelopeHead = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`

// caseRequest is a message of a case, as the complaints contracts have it.
func caseRequest(kind, message, caseID, more string) string {
	id := func(name, extension string) string {
		return "<" + name + "><c:root>SE0000000001-1177</c:root> <c:extension>" + extension + "</c:extension></" + name + ">"
	}
	return envelopeHead + `<m:` + kind + ` xmlns:m="urn:m" xmlns:c="urn:c">` + id("m:messageId", message) +
		id("m:caseId", caseID) + more + "</m:" + kind + "></s:Body></s:Envelope>\n"
}

func receiptOf(logID, external string) string {
	return envelopeHead + `<r:Receipt xmlns:r="urn:m" xmlns:c="urn:c"><r:result><c:resultCode>OK</c:resultCode><c:logId>` + logID +
		`</c:logId></r:result><r:externalCaseId><c:root>SE1</c:root><c:extension>` + external +
		`</c:extension></r:externalCaseId></r:Receipt></s:Body></s:Envelope>` + "\n"
}

func recordedCase() map[string]string {
	return map[string]string{
		"01.txtar": "-- request.headers --\nPOST /vp/Send?x=1 HTTP/1.1\nContent-Type: text/xml; " +
			"charset=UTF-8\nSOAPAction: \"urn:a\"\n" +
			"X-Own: 1\nAuthorization: redacted\nContent-Length: 7\n-- request.xml --\n" +
			caseRequest("Send", "m1", "case-1", "") +
			"-- response.headers --\nHTTP/1.1 200 OK\nContent-Type: text/xml\n-- response.xml --\n" + receiptOf("l1", "DNR-1"),
		"02.txtar": "-- request.xml --\n" + caseRequest("Return", "m2", "case-1",
			"<m:externalCaseId><c:root>SE1</c:root><c:extension>DNR-1</c:extension></m:externalCaseId><m:updateType>CLOSE</m:updateType>") +
			"-- response.xml --\n" + receiptOf("l2", "DNR-1"),
	}
}

// other is the other side: what it got, and what it answers.
type other struct {
	*httptest.Server
	mu     sync.Mutex
	got    []string
	header []http.Header
	paths  []string
}

func newOther(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *other {
	t.Helper()
	o := &other{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		o.got, o.header, o.paths = append(o.got, string(body)), append(o.header, r.Header),
			append(o.paths, r.URL.RequestURI())
		n := len(o.got)
		o.mu.Unlock()
		answer(n, w, r)
	}))
	t.Cleanup(o.Close)
	return o
}

// seen is what it got until now.
func (o *other) seen() (got []string, header []http.Header, paths []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.got), slices.Clone(o.header), slices.Clone(o.paths)
}

func answering(text func(n int) string) func(n int, w http.ResponseWriter, r *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml; charset=UTF-8")
		_, _ = io.WriteString(w, text(n))
	}
}

func replayOf(root, to string) *ReplayCommand {
	return &ReplayCommand{
		Dir: root, To: to, IDs: "keep", Parallel: 1,
		Peer: peer{Timeout: 5 * time.Second, Largest: 1 << 20},
	}
}

func TestReplayKeepsEveryByte(t *testing.T) {
	root := folder(t, recordedCase())
	o := newOther(t, answering(func(n int) string {
		return strings.NewReplacer("c:", "x:", "xmlns:c", "xmlns:x").Replace(receiptOf(fmt.Sprint("other", n), "NEW"))
	}))
	c := replayOf(root, o.URL)
	c.Header = []string{"x-own: 2"}
	if code, out := run(t, c); code != cli.ExitDone || out != "2 the same, 0 different\n" {
		t.Fatalf("%d %s", code, out)
	}
	got, header, paths := o.seen()
	h := header[0]
	if got[0] != caseRequest("Send", "m1", "case-1", "") || paths[0] != "/vp/Send?x=1" || paths[1] != "/" ||
		h.Get("X-Own") != "2" || h.Get("Soapaction") != `"urn:a"` || h.Get("Authorization") != "" {
		t.Errorf("%q %s %v", got[0], paths, h)
	}
	c.Strict, c.To = true, o.URL+"/fixed"
	code, out := run(t, c)
	if _, _, paths = o.seen(); code != cli.ExitRefused || paths[2] != "/fixed" || !strings.Contains(out, `01.txtar: `+
		`response.xml /Envelope/Body/Receipt/externalCaseId/extension value: "DNR-1", "NEW"`) {
		t.Errorf("%d %s %v", code, out, paths)
	}
}

func TestReplayWithNewIDsIsANewCase(t *testing.T) {
	o := newOther(t, answering(func(n int) string { return receiptOf("x", fmt.Sprint("THEIRS-", 1)) }))
	c := replayOf(folder(t, recordedCase()), o.URL)
	c.IDs = "new"
	if code, out := run(t, c); code != cli.ExitDone {
		t.Fatalf("%d %s", code, out)
	}
	ids := regexp.MustCompile(`extension>([^<]+)<`)
	got, _, _ := o.seen()
	first, second := ids.FindAllStringSubmatch(got[0], -1), ids.FindAllStringSubmatch(got[1], -1)
	if len(first) != 2 || len(second) != 3 || len(first[0][1]) != 36 || first[0][1] == second[0][1] ||
		first[1][1] != second[1][1] || len(first[1][1]) != 36 || second[2][1] != "THEIRS-1" {
		t.Errorf("%v %v", first, second)
	}
}

func TestReplaySaysWhatDiffersAndWhatFailed(t *testing.T) {
	files := recordedCase()
	files["03.txtar"], files["04.txtar"] = "-- x/y --\n", strings.ReplaceAll(files["02.txtar"], "m2", "m4")
	files["05.txtar"] = "-- exchange.yaml --\noutcome: ERROR TEXT_MISSING\n-- request.xml --\n<a/>\n"
	root := folder(t, files)
	o := newOther(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch n {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, "\x00garbage")
		case 2:
			for range 40 { // above what is read
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case 3:
			<-r.Context().Done()
		default:
			answering(func(int) string { return receiptOf("x", "y") })(n, w, r)
		}
	})
	c := replayOf(root, o.URL)
	c.Peer.Timeout = 300 * time.Millisecond
	c.Report = filepath.Join(root, "out.json")
	code, out := run(t, c)
	want := []string{
		`01.txtar: status: "200", "500"`, "01.txtar: response.xml unreadable", "02.txtar: too-large",
		"03.txtar: reading recordings: 03.txtar: x/y: an exchange has no part y", "04.txtar: timeout",
		`05.txtar: outcome: "ERROR TEXT_MISSING", "OK"`, "0 the same, 2 different, 3 failed",
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q is not in\n%s", w, out)
		}
	}
	var report recording.Report
	text, err := os.ReadFile(c.Report)
	if err == nil {
		err = json.Unmarshal(text, &report)
	}
	if code != cli.ExitRefused || err != nil || report.Failed != 3 || len(report.Findings) != 5 {
		t.Errorf("%d %v %s", code, err, text)
	}
	o.Close()
	if code, out := run(t, c); code != cli.ExitUnreachable || !strings.Contains(out, "nobody was reached") {
		t.Errorf("%d %s", code, out)
	}
	for _, c := range []*ReplayCommand{
		replayOf(root, "ftp://x"), replayOf(t.TempDir(), o.URL), replayOf(filepath.Join(root, "none"), o.URL),
		{Dir: root, To: o.URL, Header: []string{"x"}},
		{Dir: root, To: o.URL, Peer: peer{CA: "none"}},
		{Dir: root, To: "https://127.0.0.1:1", Peer: peer{Cert: "none"}},
		{Dir: root, To: o.URL, Ignore: []string{"/"}},
	} {
		if code, out := run(t, c); code != cli.ExitUsage {
			t.Errorf("%+v: %d %s", c, code, out)
		}
	}
}

func TestAStoppedReplayReportsWhatWasDone(t *testing.T) {
	files := map[string]string{}
	for i := range 300 {
		files[fmt.Sprintf("%03d.txtar", i)] = "-- request.xml --\n<a/>\n-- response.xml --\n<b/>\n"
	}
	ctx, stop := context.WithCancel(t.Context())
	o := newOther(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n == 50 {
			stop()
		}
		_, _ = io.WriteString(w, "<b/>")
	})
	c := replayOf(folder(t, files), o.URL)
	code, out := runIn(t, &cli.Session{Context: ctx, Now: time.Now}, c)
	got, _, _ := o.seen()
	if code != cli.ExitRefused || !strings.Contains(out, "0 different; stopped, ") || len(got) < 50 || len(got) > 100 {
		t.Errorf("%d, %d were sent: %s", code, len(got), out)
	}
}

func TestReplayKeepsItsRate(t *testing.T) {
	files := map[string]string{}
	for i := range 11 {
		files[fmt.Sprintf("%03d.txtar", i)] = "-- request.xml --\n<a/>\n"
	}
	o := newOther(t, answering(func(int) string { return "<b/>" }))
	c := replayOf(folder(t, files), o.URL)
	c.Rate = 50
	began := time.Now()
	if code, out := run(t, c); code != cli.ExitDone || time.Since(began) < 200*time.Millisecond {
		t.Errorf("%d %s after %s", code, out, time.Since(began))
	}
}

// BenchmarkReplay sends exchanges of 10 KB to a server of this process: exchanges a second.
func BenchmarkReplay(b *testing.B) {
	root := b.TempDir()
	const line = "<m:text>Vi har läst ditt klagomål och svarar snart.</m:text>\n      "
	text, shorter := strings.Repeat(line, 125), strings.Repeat(strings.ReplaceAll(line, "m:", "c:"), 20)
	for i := range b.N {
		e := "-- exchange.yaml --\noutcome: OK\n-- request.xml --\n" +
			caseRequest("Send", fmt.Sprint("m", i), fmt.Sprint("case-", i), text) +
			"-- response.xml --\n" + strings.Replace(receiptOf("l1", "DNR-1"), "<r:result>", shorter+"<r:result>", 1)
		name := filepath.Join(root, fmt.Sprint(i/1000), fmt.Sprint(i)+recording.Extension)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(e), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	answer := strings.Replace(receiptOf("other", "NEW"), "<r:result>", shorter+"<r:result>", 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	c := replayOf(root, server.URL)
	c.Parallel = 8
	b.ResetTimer()
	began := time.Now()
	opened, err := recording.OpenFolder(root)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-to-open")
	defer opened.Close()
	rules := recording.Rules{}.StandardRules()
	client, _, err := c.Peer.client(&cli.Session{Context: b.Context(), Now: time.Now}, server.URL)
	if err != nil {
		b.Fatal(err)
	}
	replay := &recording.Replay{
		Client: client, To: server.URL, Rules: rules, Parallel: 8,
		Done: func(f recording.Finding, _ time.Duration) {
			if len(f.Differences) > 0 || f.Failure != "" {
				b.Error(f)
			}
		},
	}
	if _, err := replay.Run(b.Context(), opened); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "exchanges/s")
}
