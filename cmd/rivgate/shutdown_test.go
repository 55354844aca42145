package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rivgate/store/storetest"
)

// TestTheLifeOfTheProcess drives the binary from outside: how it ends, what it says while its database is away, and
// when its disk is full.
func TestTheLifeOfTheProcess(t *testing.T) {
	binary := build(t)
	t.Run("SIGTERM: not ready at once, the listeners answer and close their connections", func(t *testing.T) {
		drains(t, binary)
	})
	t.Run("a second SIGTERM ends it at once", func(t *testing.T) { endsAtOnce(t, binary) })
	t.Run("a call that hangs is cut off after shutdown.finish", func(t *testing.T) { cutsOffWhatHangs(t, binary) })
	t.Run("without its database it waits, live and not ready; it follows one that goes and comes back",
		func(t *testing.T) { followsDatabase(t, binary) })
	t.Run("a full disk is not ready", func(t *testing.T) { fullDisk(t, binary) })
}

// ask asks once, on a connection that may be used again.
func ask(t *testing.T, url string) (status int, closes bool, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, false, err.Error()
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Close, string(text)
}

// within asks until the status is as wanted, and tells after how long that was. It fails after limit.
func within(t *testing.T, limit time.Duration, url string, want int) {
	t.Helper()
	began := time.Now()
	for {
		status, _, body := ask(t, url)
		if status == want {
			t.Logf("%s answered %d after %v", url, want, time.Since(began).Round(time.Millisecond))
			return
		}
		if time.Since(began) > limit {
			t.Fatalf("%s does not answer %d within %v, but %d %s", url, want, limit, status, body)
		}
		time.Sleep(10 * time.Millisecond) // between two looks
	}
}

func drains(t *testing.T, binary string) {
	s := serve(t, binary, t.TempDir(), "RIVGATE_SHUTDOWN_DRAIN=2s")
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	wsdl := s.lines["SOAP"] + "/SendComplaint/1/rivtabp21?wsdl"
	for _, url := range []string{wsdl, web + "/healthz"} {
		if status, closes, body := ask(t, url); status != http.StatusOK || closes {
			t.Errorf("%s before: %d, closes %v, %.80s", url, status, closes, body)
		}
	}
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	within(t, 300*time.Millisecond, web+"/readyz", http.StatusServiceUnavailable)
	for _, url := range []string{wsdl, web + "/healthz"} {
		if status, closes, body := ask(t, url); status != http.StatusOK || !closes {
			t.Errorf("%s while it stops: %d, closes %v, %.80s", url, status, closes, body)
		}
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not stop")
	}
}

func endsAtOnce(t *testing.T, binary string) {
	s := serve(t, binary, t.TempDir(), "RIVGATE_SHUTDOWN_DRAIN=60s")
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	within(t, 300*time.Millisecond, web+"/readyz", http.StatusServiceUnavailable)
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		t.Logf("it ended: %v", err)
	case <-time.After(2 * time.Second):
		t.Fatal("it lives on after a second SIGTERM")
	}
}

// cutsOffWhatHangs: a call whose producer never answers gets shutdown.finish, and no more.
func cutsOffWhatHangs(t *testing.T, binary string) {
	const finish = 2 * time.Second
	hangs := make(chan struct{}, 1)
	producer := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		hangs <- struct{}{}
		<-r.Context().Done()
	}))
	defer producer.Close()
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "catalogue.yaml"),
		[]byte(`routes: [{contract: "urn:riv:rivgate:test:SlowResponder:1", to: "*", address: "`+producer.URL+`/"}]
permissions: [{contract: "urn:riv:rivgate:test:SlowResponder:1", from_system: SE0000000001-1177, to: "*"}]
`))
	s := serve(t, binary, dir, "RIVGATE_TAK_SOURCE=catalogue.yaml", fmt.Sprintf("RIVGATE_SHUTDOWN_FINISH=%s", finish))
	soon(t, strings.TrimSuffix(s.lines["Pages and API"], "/")+"/readyz", http.StatusOK, "ready")
	ended := make(chan error, 1)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.lines["SOAP"], strings.NewReader(
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress `+
				`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X`+
				`</LogicalAddress></s:Header><s:Body><x xmlns="urn:riv:rivgate:test:SlowResponder:1"/></s:Body></s:Envelope>`))
		if err != nil {
			ended <- err
			return
		}
		r.Header = http.Header{
			"X-Vp-Sender-Id": {"SE0000000001-1177"}, "X-Vp-Instance-Id": {"dev_env"},
			"Content-Type": {"text/xml; charset=UTF-8"},
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			err = fmt.Errorf("it was answered with %d", answer.StatusCode)
			answer.Body.Close()
		}
		ended <- err
	}()
	select {
	case <-hangs:
	case err := <-ended:
		t.Fatalf("the call does not reach its producer: %v", err)
	}
	began := time.Now()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		t.Logf("the call ended after %v: %v", time.Since(began), err)
		if took := time.Since(began); took < finish {
			t.Errorf("the call was cut off after %v, before shutdown.finish", took)
		}
	case <-time.After(finish + 3*time.Second):
		t.Error("the call hangs on")
	}
	select {
	case err := <-s.ended:
		t.Logf("the process ended after %v: %v", time.Since(began), err)
	case <-time.After(finish + 3*time.Second - time.Since(began)):
		t.Errorf("the process lives on %v after SIGTERM", time.Since(began))
	}
}

// freePort is an address that is free now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// road is a way to the socket of a PostgreSQL that can be closed: the database then is as good as gone.
type road struct {
	t           *testing.T
	folder, end string
	listener    net.Listener
	cut         context.CancelFunc
}

func newRoad(t *testing.T) (*road, string) {
	t.Helper()
	whole := storetest.Postgres(t)
	folder, err := os.MkdirTemp("", "road") // short, and without the signs of a test's name: it stands in a URL
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	before, query, _ := strings.Cut(whole, "host=")
	host, _, _ := strings.Cut(query, "&")
	host = strings.ReplaceAll(host, "%2F", "/")
	if !strings.HasPrefix(host, "/") {
		t.Skip("this PostgreSQL has no socket that a test could stand before")
	}
	return &road{t: t, folder: folder, end: filepath.Join(host, ".s.PGSQL.5432")}, before + "host=" + folder
}

func (r *road) open() {
	r.t.Helper()
	l, err := net.Listen("unix", filepath.Join(r.folder, ".s.PGSQL.5432"))
	if err != nil {
		r.t.Fatal(err)
	}
	ctx, cut := context.WithCancel(r.t.Context())
	r.listener, r.cut = l, cut
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go carry(ctx, c, r.end)
		}
	}()
}

func (r *road) close() {
	r.listener.Close()
	r.cut()
}

// carry passes bytes both ways until one side ends, or ctx.
func carry(ctx context.Context, c net.Conn, end string) {
	defer c.Close()
	there, err := net.Dial("unix", end)
	if err != nil {
		return
	}
	defer there.Close()
	ended := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(there, c); ended <- struct{}{} }()
	go func() { _, _ = io.Copy(c, there); ended <- struct{}{} }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

func followsDatabase(t *testing.T, binary string) {
	road, url := newRoad(t)
	dir := t.TempDir()
	_, yaml, _ := command(t, "tak", "export", "demo")
	if err := os.WriteFile(filepath.Join(dir, "catalogue.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	soap, web := freePort(t), freePort(t)
	s := serveInBackground(t, binary, dir, "RIVGATE_ENVIRONMENT=test", "RIVGATE_TAK_SOURCE=catalogue.yaml",
		"RIVGATE_STORE_URL="+url,
		"RIVGATE_SOAP_LISTEN="+soap, "RIVGATE_WEB_LISTEN="+web)
	pages := "http://" + web
	t.Cleanup(func() {
		if t.Failed() {
			_ = s.command.Process.Kill()
			<-s.ended
			t.Logf("the log:\n%s", s.log)
		}
	})
	within(t, 10*time.Second, pages+"/healthz", http.StatusOK)
	within(t, time.Second, pages+"/readyz", http.StatusServiceUnavailable)
	if status, _, body := ask(t, pages+"/metrics"); status != http.StatusOK ||
		!strings.Contains(body, "rivgate_store_up 0") {
		t.Errorf("metrics without a database: %d %.200s", status, body)
	}
	answer, err := http.Post("http://"+soap+"/vp", "text/xml", strings.NewReader("<x/>"))
	if err != nil {
		t.Fatal(err)
	}
	if fault, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusInternalServerError ||
		!strings.Contains(string(fault), "VP012") {
		t.Errorf("a call without a database: %d %s", answer.StatusCode, fault)
	}
	answer.Body.Close()
	road.open()
	within(t, 20*time.Second, pages+"/readyz", http.StatusOK)
	for range 2 { // it goes and comes back, more than once
		road.close()
		within(t, 10*time.Second, pages+"/readyz", http.StatusServiceUnavailable)
		began := time.Now()
		if status, _, body := ask(t, pages+"/metrics"); status != http.StatusOK ||
			!strings.Contains(body, "rivgate_store_up 0") {
			t.Errorf("metrics while the database is gone: %d %.200s", status, body)
		}
		ask(t, pages+"/readyz")
		if took := time.Since(began); took > 5*time.Second { // they do not wait for the database
			t.Errorf("metrics and readiness took %v", took)
		}
		road.open()
		within(t, 20*time.Second, pages+"/readyz", http.StatusOK)
	}
	s.stop(t)
	if !strings.Contains(s.log.String(), "waiting for it, live and not ready") {
		t.Errorf("it does not say that it waits:\n%s", s.log)
	}
	road.close()
}

// fullDisk needs a file system of its own, which only root may make.
func fullDisk(t *testing.T, binary string) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m,mode=0700"); err != nil {
		t.Skipf("a small file system cannot be made here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	}()
	s := serve(t, binary, dir)
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	filler, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1<<20); err == nil; {
		_, err = filler.Write(block)
	}
	filler.Close()
	within(t, 10*time.Second, web+"/readyz", http.StatusServiceUnavailable)
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, web+"/readyz", http.StatusOK)
	s.stop(t)
	if err := syscall.Mount("", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	free := freePort(t)
	s = serveInBackground(t, binary, dir, fmt.Sprintf("RIVGATE_WEB_LISTEN=%s", free))
	within(t, 10*time.Second, "http://"+free+"/healthz", http.StatusOK)
	within(t, time.Second, "http://"+free+"/readyz", http.StatusServiceUnavailable)
	s.stop(t)
}
