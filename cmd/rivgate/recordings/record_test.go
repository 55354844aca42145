package recordings

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/recording"
)

// The test binary is a recorder itself where it is told so, to be killed.
func TestMain(m *testing.M) {
	if to := os.Getenv("RIVGATE_TEST_RECORD"); to != "" {
		c := recordOf(os.Getenv("RIVGATE_TEST_UPSTREAM"), to)
		c.ready = func(address string) { fmt.Println(address) }
		s := &cli.Session{Context: context.Background(), Out: io.Discard, Err: io.Discard, Now: time.Now}
		fmt.Println(c.Run(s))
		return
	}
	os.Exit(m.Run())
}

func recordOf(upstream, to string) *RecordCommand {
	return &RecordCommand{
		Listen: "127.0.0.1:0", Upstream: upstream, To: to, HSAIDs: "keep", Version: "test",
		Peer: peer{Timeout: 10 * time.Second, Largest: 1 << 20},
	}
}

// running is a recorder that runs until it is stopped.
type running struct {
	address string
	stop    func() (code int, out string)
}

func record(t testing.TB, c *RecordCommand) running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	addresses, ended := make(chan string, 1), make(chan struct{})
	c.ready = func(address string) { addresses <- address }
	var code int
	var out bytes.Buffer
	go func() {
		defer close(ended)
		s := &cli.Session{Context: ctx, Out: &out, Err: &out, Now: time.Now}
		code, _ = codeOf(t, c.Run(s), &out)
	}()
	var once sync.Once
	r := running{stop: func() (int, string) {
		once.Do(func() { cancel(); <-ended })
		return code, out.String()
	}}
	t.Cleanup(func() { r.stop() })
	select {
	case r.address = <-addresses:
	case <-ended:
		t.Fatalf("it ended at once: %d %s", code, out.String())
	}
	return r
}

func post(t testing.TB, client *http.Client, url, body string) (int, string) {
	t.Helper()
	response, err := client.Post(url, "text/xml; charset=UTF-8", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// authority makes certificates.
type authority struct {
	t           testing.TB
	folder      string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t testing.TB, name string) *authority {
	a := &authority{t: t, folder: t.TempDir()}
	a.issue(name, true)
	return a
}

// issue writes NAME.pem and NAME.key.
func (a *authority) issue(name string, ca bool) (certificate, key string) {
	a.t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name, SerialNumber: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: ca, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	above, signer := template, own
	if !ca {
		above, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, above, own.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	if ca {
		a.key = own
		if a.certificate, err = x509.ParseCertificate(der); err != nil {
			a.t.Fatal(err)
		}
	}
	secret, err := x509.MarshalECPrivateKey(own)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, key = filepath.Join(a.folder, name+".pem"), filepath.Join(a.folder, name+".key")
	for file, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "EC PRIVATE KEY", Bytes: secret},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	return certificate, key
}

func (a *authority) file() string {
	return filepath.Join(a.folder, a.certificate.Subject.CommonName+".pem")
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

func (a *authority) pair(name string) tls.Certificate {
	a.t.Helper()
	pair, err := tls.LoadX509KeyPair(a.issue(name, false))
	if err != nil {
		a.t.Fatal(err)
	}
	return pair
}

func TestRecorderKeepsNobodyOverMutualTLS(t *testing.T) {
	ca := newAuthority(t, "ca")
	request := strings.Replace(caseRequest("Send", "m1", "case-1", ""), "</m:Send>",
		"<m:personId><c:id>"+nobody+"</c:id></m:personId><m:name>Tolv Tolvsson</m:name></m:Send>", 1)
	var got string
	var header http.Header
	var caller string
	upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, header, caller = string(body), r.Header, r.TLS.PeerCertificates[0].Subject.SerialNumber+" "+r.URL.RequestURI()
		w.Header().Set("X-Patient", nobody)
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, strings.Replace(receiptOf("l1", "DNR-1"), "l1", "om-"+nobody, 1))
	}))
	upstream.TLS = &tls.Config{
		Certificates: []tls.Certificate{ca.pair("upstream")}, ClientAuth: tls.RequireAndVerifyClientCert,
		ClientCAs: ca.pool(),
	}
	upstream.StartTLS()
	defer upstream.Close()
	to := filepath.Join(t.TempDir(), "new", "folder")
	c := recordOf(upstream.URL+"/base", to)
	c.Peer.CA, c.Listening.ClientCA = ca.file(), ca.file()
	c.Peer.Cert, c.Peer.Key = ca.issue("SE1-RECORDER", false)
	c.Listening.Certificate, c.Listening.Key = ca.issue("listener", false)
	r := record(t, c)
	trusting := func(certificates ...tls.Certificate) *http.Client {
		return &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: ca.pool(), Certificates: certificates}, DisableKeepAlives: true,
		}}
	}
	if status, text := post(t, trusting(), "https://"+r.address, request); status != 0 ||
		!strings.Contains(text, "certificate") {
		t.Errorf("a caller without a certificate got %d %s", status, text)
	}
	status, text := post(t, trusting(ca.pair("caller")), "https://"+r.address+"/send?a=1", request)
	if status != http.StatusAccepted || !strings.Contains(text, "om-"+nobody) || got != request ||
		caller != "SE1-RECORDER /base/send?a=1" || header.Get("Content-Type") != "text/xml; charset=UTF-8" {
		t.Errorf("%d %s; the upstream got %q %v from %s", status, text, got, header, caller)
	}
	if code, out := r.stop(); code != cli.ExitDone || !strings.Contains(out, "1 exchange recorded, 0 not") ||
		strings.Contains(out, nobody) {
		t.Errorf("%d %s", code, out)
	}
	all := contents(t, to)
	for name, text := range all {
		if strings.Contains(name+text, nobody) || strings.Contains(text, "Tolv") || len(all) != 1 ||
			!strings.Contains(text, "X-Patient: redacted\n") || !strings.Contains(text, "HTTP/1.1 202 Accepted\n") ||
			!strings.Contains(text, "POST /send?a=1 HTTP/1.1\n") || !strings.Contains(text, "tool: rivgate test\n") ||
			!strings.Contains(text, "sums:\n") || !strings.Contains(text, "201701012393") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if code, out := run(t, &RedactCommand{Dir: to, Check: true}); code != cli.ExitDone || len(all) != 1 {
		t.Errorf("%d %s", code, out)
	}
	again := replayOf(to, upstream.URL)
	again.Peer.CA, again.Peer.Cert, again.Peer.Key = c.Peer.CA, c.Peer.Cert, c.Peer.Key
	if code, out := run(t, again); code != cli.ExitDone {
		t.Errorf("what was recorded is replayed: %d %s", code, out)
	}
}

func TestAHostileUpstreamIsBounded(t *testing.T) {
	o := newOther(t, func(n int, w http.ResponseWriter, r *http.Request) {
		switch n {
		case 1:
			for range 100 {
				_, _ = w.Write(make([]byte, 64<<10))
			}
		case 2:
			_, _ = w.Write([]byte("\x00\xff<<<< not XML"))
		case 3:
			<-r.Context().Done()
		case 4:
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.Close()
		}
	})
	to := t.TempDir()
	c := recordOf(o.URL, to)
	c.Peer.Timeout = 500 * time.Millisecond
	r := record(t, c)
	for i, want := range []int{http.StatusBadGateway, http.StatusOK, http.StatusBadGateway, http.StatusBadGateway} {
		if status, text := post(t, http.DefaultClient, "http://"+r.address, "<a>"+fmt.Sprint(i)+"</a>"); status != want {
			t.Errorf("%d: %d %s", i, status, text)
		}
	}
	if status, _ := post(t, http.DefaultClient, "http://"+r.address, strings.Repeat("x", 1<<20+1)); status != 413 {
		t.Errorf("a large request: %d", status)
	}
	if response, err := http.Get("http://" + r.address); err != nil || response.StatusCode != 405 {
		t.Errorf("GET: %v %v", response, err)
	}
	code, out := r.stop()
	if code != cli.ExitDone || !strings.Contains(out, "4 exchanges recorded, 0 not") ||
		!strings.Contains(out, "longer than") ||
		!strings.Contains(out, "timeout") {
		t.Errorf("%d %s", code, out)
	}
	tags := ""
	for _, text := range contents(t, to) {
		_, after, _ := strings.Cut(text, "tags: ")
		line, _, _ := strings.Cut(after, "\n")
		tags += line
	}
	if strings.Count(tags, "[no-answer]") != 3 || strings.Count(tags, "left-out:response.xml") != 1 {
		t.Errorf("%s", tags)
	}
}

func TestRecorderRefusesWhatCannotWork(t *testing.T) {
	ca, another := newAuthority(t, "ca"), newAuthority(t, "another")
	upstream := httptest.NewUnstartedServer(http.NotFoundHandler())
	upstream.TLS = &tls.Config{Certificates: []tls.Certificate{ca.pair("upstream")}}
	upstream.StartTLS()
	defer upstream.Close()
	to := t.TempDir()
	c := recordOf(upstream.URL, to)
	c.Peer.CA = another.file()
	r := record(t, c)
	if status, _ := post(t, http.DefaultClient, "http://"+r.address, "<a/>"); status != http.StatusBadGateway {
		t.Errorf("an upstream of another authority: %d", status)
	}
	if _, out := r.stop(); !strings.Contains(out, "127.0.0.1") || !strings.Contains(out, "certificate") {
		t.Errorf("it does not say whose certificate is wrong: %s", out)
	}
	file := filepath.Join(to, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(change func(c *RecordCommand)) *RecordCommand {
		c := recordOf(upstream.URL, to)
		change(c)
		return c
	}
	for said, c := range map[string]struct {
		*RecordCommand
		code int
	}{
		"no address":         {with(func(c *RecordCommand) { c.Upstream = "x" }), cli.ExitUsage},
		"--listen":           {with(func(c *RecordCommand) { c.Listen = "127.0.0.1:x" }), cli.ExitUsage},
		"--listen-cert":      {with(func(c *RecordCommand) { c.Listening.Certificate = file }), cli.ExitUsage},
		"need --listen-cert": {with(func(c *RecordCommand) { c.Listening.ClientCA = file }), cli.ExitUsage},
		"authorities":        {with(func(c *RecordCommand) { c.Peer.CA = file }), cli.ExitUsage},
		"--to":               {with(func(c *RecordCommand) { c.To = filepath.Join(file, "x") }), cli.ExitRefused},
	} {
		if code, out := run(t, c.RecordCommand); code != c.code || !strings.Contains(out, said) {
			t.Errorf("%s: %d %s", said, code, out)
		}
	}
}

// recordingProcess is a recorder in a process of its own.
func recordingProcess(t testing.TB, to, upstream string) (process *exec.Cmd, address string) {
	t.Helper()
	process = exec.Command(os.Args[0])
	process.Env = append(os.Environ(), "RIVGATE_TEST_RECORD="+to, "RIVGATE_TEST_UPSTREAM="+upstream)
	out, err := process.StdoutPipe()
	if err == nil {
		err = process.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fscanln(out, &address); err != nil {
		t.Fatal(err)
	}
	return process, address
}

// Whenever a recorder is killed, what has a name is whole, and holds nobody.
func TestAKilledRecorderLeavesWholeFiles(t *testing.T) {
	o := newOther(t, answering(func(n int) string { return receiptOf(fmt.Sprint(n), "DNR-1") }))
	to := t.TempDir()
	for round := range 3 {
		killed, address := recordingProcess(t, to, o.URL)
		var calls sync.WaitGroup
		for caller := range 4 {
			calls.Go(func() {
				for i := range 10_000 {
					body := strings.Replace(caseRequest("Send", "m", fmt.Sprint(caller, i), "<m:id>"+nobody+"</m:id>"), "</m:Send>",
						strings.Repeat("<m:x>text</m:x>", 2000)+"</m:Send>", 1)
					response, err := http.Post("http://"+address, "text/xml", strings.NewReader(body))
					if err != nil {
						return
					}
					_ = response.Body.Close()
				}
			})
		}
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if names, _ := filepath.Glob(filepath.Join(to, "*"+recording.Extension)); len(names) > 20*(round+1) {
				break
			}
		}
		if err := killed.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = killed.Wait()
		calls.Wait()
	}
	folder, err := recording.OpenFolder(to)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	whole := 0
	for e, err := range folder.Exchanges() {
		if err != nil || e.Part(recording.Response) == nil || !e.Summed || len(e.Exchange.Check(e.File)) > 0 {
			t.Fatalf("%s: %v", e.File, err)
		}
		whole++
	}
	if whole < 60 {
		t.Errorf("only %d were recorded", whole)
	}
	for name, text := range contents(t, to) { // unfinished files too
		if strings.Contains(text, nobody) {
			t.Errorf("%s holds a person", name)
		}
	}
	if code, out := run(t, &RedactCommand{Dir: to, Check: true}); code != cli.ExitDone {
		t.Errorf("%d %s", code, out)
	}
}

// BenchmarkRecord compares calls through the recorder with calls without it: 10 KB, one caller, 50 calls a second,
// which is more than an integrator's system makes. Without pauses the disk is what is measured.
func BenchmarkRecord(b *testing.B) {
	answer := receiptOf("x", "DNR-1")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, answer)
	}))
	defer server.Close()
	body := caseRequest("Send", "m", "c", strings.Repeat("<m:text>Vi har läst ditt klagomål.</m:text>", 230))
	process, address := recordingProcess(b, b.TempDir(), server.URL)
	b.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	for _, way := range []struct{ name, url string }{{"direct", server.URL}, {"recorded", "http://" + address}} {
		b.Run(way.name, func(b *testing.B) {
			took := make([]time.Duration, 0, b.N)
			for b.Loop() {
				began := time.Now()
				if status, _ := post(b, http.DefaultClient, way.url, body); status != http.StatusOK {
					b.Fatal(status)
				}
				took = append(took, time.Since(began))
				time.Sleep(20 * time.Millisecond)
			}
			b.ReportMetric(float64(median(took).Microseconds()), "µs-median")
		})
	}
}
