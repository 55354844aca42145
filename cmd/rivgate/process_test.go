package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/demo"
	"rivgate/cmd/rivgate/story"
	"rivgate/recording"
)

// build makes the binary as a user has it.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "rivgate")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	return binary
}

func TestTheBinaryFromOutside(t *testing.T) {
	binary := build(t)
	t.Run("the demo plays the story and every case ends as told", func(t *testing.T) { demoFromOutside(t, binary) })
	t.Run("serve starts, fills an empty store, and stops by signal", func(t *testing.T) { serveFromOutside(t, binary) })
	t.Run("without a catalogue serve is live but not ready, and says VP008", func(t *testing.T) {
		serveWithoutCatalogue(t, binary)
	})
	t.Run("a second serve on the same file is refused", func(t *testing.T) { serveTwice(t, binary) })
	t.Run("what monitors ask for stands on the admin listener alone", func(t *testing.T) { serveAdminApart(t, binary) })
	t.Run("a reset whose source is gone says so, with a status of VP's where that is wanted", func(t *testing.T) {
		resetWithoutSource(t, binary)
	})
}

func demoFromOutside(t *testing.T, binary string) {
	keep := filepath.Join(t.TempDir(), "kept")
	out, err := exec.CommandContext(t.Context(), binary, "demo", "--keep", keep, "--format", "json").Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var endings []story.Ending
	if err := json.Unmarshal(out, &endings); err != nil {
		t.Fatal(err)
	}
	scenes := map[string]string{}
	for _, e := range endings {
		scenes[e.Scene] = e.State
		if e.Different != "" {
			t.Errorf("%s: %s", e.Scene, e.Different)
		}
	}
	for scene, state := range map[string]string{
		"Integrated unit": "closed", "Inbox unit": "closed", "Patient board": "closed", "Many units, one receiver": "closed",
		"System down and up": "closed",
		"Sent twice":         "delivered", "Refused": "no case", "Passed on": "closed", "By telephone": "closed",
	} {
		if scenes[scene] != state {
			t.Errorf("%s ended %q, not %q", scene, scenes[scene], state)
		}
	}
	log, err := os.ReadFile(filepath.Join(keep, "rivgate.log"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(log, []byte(`"resp-out"`)) ||
		regexp.MustCompile(`189001019802|Test Testsson|sju timmar`).Match(log) {
		t.Error("the log is empty, or holds what a message said")
	}
	if err := exec.CommandContext(t.Context(), binary, "demo", "--keep", keep).Run(); err == nil {
		t.Error("a second story was played over the first")
	}
}

// served is a gateway in a process of its own.
type served struct {
	command *exec.Cmd
	lines   map[string]string // what it announced
	log     *bytes.Buffer
	ended   chan error
}

// serve starts the binary in a folder of its own, on free ports, and waits until it says where they are.
func serve(t *testing.T, binary, dir string, environ ...string) *served {
	t.Helper()
	s, out := launch(t, binary, dir, environ...)
	last := "Pages and API"
	if slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, "RIVGATE_ADMIN_LISTEN=") }) {
		last = "Monitors"
	}
	said := bufio.NewScanner(out)
	for said.Scan() {
		name, value, _ := strings.Cut(said.Text(), "  ")
		if fields := strings.Fields(value); len(fields) > 0 {
			s.lines[name] = fields[0]
		}
		if name == last {
			break
		}
	}
	s.reap(out)
	return s
}

// serveInBackground starts it and waits for nothing.
func serveInBackground(t *testing.T, binary, dir string, environ ...string) *served {
	t.Helper()
	s, out := launch(t, binary, dir, environ...)
	s.reap(out)
	return s
}

func launch(t *testing.T, binary, dir string, environ ...string) (*served, io.Reader) {
	t.Helper()
	s := &served{
		command: exec.Command(binary, "serve"), lines: map[string]string{}, log: &bytes.Buffer{}, ended: make(chan error, 1),
	}
	s.command.Dir, s.command.Stderr = dir, s.log
	s.command.Env = append(os.Environ(), "RIVGATE_SOAP_LISTEN=127.0.0.1:0", "RIVGATE_WEB_LISTEN=127.0.0.1:0",
		"RIVGATE_DEMO_PORTAL=127.0.0.1:0", "RIVGATE_DEMO_HANDLING_SYSTEM=127.0.0.1:0", "RIVGATE_SHUTDOWN_DRAIN=100ms")
	s.command.Env = append(s.command.Env, environ...)
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.command.Process.Kill() })
	return s, out
}

// reap waits for its end beside the test.
func (s *served) reap(out io.Reader) {
	go func() {
		_, _ = io.Copy(io.Discard, out)
		s.ended <- s.command.Wait()
	}()
}

// stop ends it by a signal and waits.
func (s *served) stop(t *testing.T) {
	t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-s.ended:
		if err != nil {
			t.Errorf("it ended with %v\n%s", err, s.log)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
	}
}

// soon waits until a page answers a status and its text holds something.
func soon(t *testing.T, url string, status int, holds string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	last := ""
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			body, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			last = fmt.Sprintf("%d %s", answer.StatusCode, body)
			if answer.StatusCode == status && strings.Contains(string(body), holds) {
				return string(body)
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s does not answer %d with %q: %s %v", url, status, holds, last, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func serveFromOutside(t *testing.T, binary string) {
	dir := t.TempDir()
	s := serve(t, binary, dir)
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	soon(t, web+"/api/cases?unit=SE2010123456-VC01&state=closed", http.StatusOK, "Tora Test") // the last of them
	soon(t, web+"/api/cases?unit=SE2010123456-AKUT&state=delivered", http.StatusOK, "SE2010123456-AVV")
	soon(t, web+"/metrics", http.StatusOK, "go_goroutines")
	soon(t, s.lines["SOAP"]+"/SendComplaint/1/rivtabp21?wsdl", http.StatusOK, s.lines["SOAP"]+"/SendComplaint/1/rivtabp21")
	s.stop(t)
	if log := s.log.String(); !strings.Contains(log, `"stopped"`) || strings.Contains(log, "189001019802") {
		t.Errorf("the log:\n%s", log)
	}

	again := serve(t, binary, dir)
	web = strings.TrimSuffix(again.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	seeds := len(demo.Seeds(time.Now()))
	if n := strings.Count(soon(t, web+"/api/cases", http.StatusOK, "items"), `"daysLeft"`); n != seeds {
		t.Errorf("after a restart there are %d cases", n)
	}
	again.stop(t)
}

func serveWithoutCatalogue(t *testing.T, binary string) {
	dir := t.TempDir()
	s := serve(t, binary, dir, "RIVGATE_ENVIRONMENT=test", "RIVGATE_TAK_SOURCE=later.yaml")
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/healthz", http.StatusOK, "")
	soon(t, web+"/readyz", http.StatusServiceUnavailable, "")
	identity, err := recording.NewIdentity("SE0000000001-1177", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	envelope := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
		`xmlns="urn:riv:itintegration:registry:1">SE2010123456-VC01` +
		`</LogicalAddress></s:Header><s:Body><x xmlns="urn:x:1"/></s:Body></s:Envelope>`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.lines["SOAP"], strings.NewReader(envelope))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = identity.Header("x-vp-auth-cert")
	r.Header.Set("Content-Type", "text/xml; charset=UTF-8")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); !bytes.Contains(body, []byte("VP008")) ||
		answer.StatusCode != http.StatusInternalServerError {
		t.Errorf("it answered %d %s", answer.StatusCode, body)
	}
	code, yaml, problem := command(t, "tak", "export", "demo")
	if code != cli.ExitDone {
		t.Fatal(problem)
	}
	if err := os.WriteFile(filepath.Join(dir, "later.yaml"), []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	soon(t, web+"/resetcache", http.StatusOK, "successful: true")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	s.stop(t)
}

func serveTwice(t *testing.T, binary string) {
	dir := t.TempDir()
	s := serve(t, binary, dir)
	second := exec.CommandContext(t.Context(), binary, "serve")
	second.Dir = dir
	second.Env = append(os.Environ(), "RIVGATE_SOAP_LISTEN=127.0.0.1:0", "RIVGATE_WEB_LISTEN=127.0.0.1:0")
	out, err := second.CombinedOutput()
	names := fmt.Sprintf("process %d serves from the file ./data/rivgate.db already", s.command.Process.Pid)
	if second.ProcessState.ExitCode() != cli.ExitRefused || !strings.Contains(string(out), names) {
		t.Errorf("%v: %s", err, out)
	}
	s.stop(t)
}

func serveAdminApart(t *testing.T, binary string) {
	s := serve(t, binary, t.TempDir(), "RIVGATE_ADMIN_LISTEN=127.0.0.1:0")
	admin, web := strings.TrimSuffix(s.lines["Monitors"], "/status"), strings.TrimSuffix(s.lines["Pages and API"], "/")
	for path, holds := range map[string]string{
		"/status": `"ServiceStatus": "Started"`, "/metrics": "rivgate_requests_total",
		"/resetcache":    "Init done, was successful: true",
		"/resethsacache": "Init done, was successful: true", "/actuator/health": `"UP"`, "/actuator/health/liveness": `"UP"`,
		"/actuator/health/readiness": `"UP"`,
	} {
		soon(t, admin+path, http.StatusOK, holds)
		soon(t, web+path, http.StatusNotFound, "")
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		soon(t, admin+path, http.StatusOK, "ok")
		soon(t, web+path, http.StatusOK, "ok")
	}
	soon(t, admin+"/api/cases", http.StatusNotFound, "")
	s.stop(t)
}

// resetWithoutSource takes the catalogue's file away from a gateway that has read it: what was read stays in use, and
// its counts are said.
func resetWithoutSource(t *testing.T, binary string) {
	for setting, status := range map[string]int{"false": http.StatusServiceUnavailable, "true": http.StatusOK} {
		dir := t.TempDir()
		file := filepath.Join(dir, "catalogue.yaml")
		catalogue := `routes: [{contract: "urn:x:OneResponder:1", to: "*", address: "http://127.0.0.1:9/"}]` + "\n" +
			`permissions: [{contract: "urn:x:OneResponder:1", from_system: "*", to: "*"}]` + "\n"
		if err := os.WriteFile(file, []byte(catalogue), 0o600); err != nil {
			t.Fatal(err)
		}
		s := serve(t, binary, dir, "RIVGATE_ENVIRONMENT=test", "RIVGATE_TAK_SOURCE="+file,
			"RIVGATE_TAK_RESETCACHE_ALWAYS_200="+setting)
		web := strings.TrimSuffix(s.lines["Pages and API"], "/")
		soon(t, web+"/resetcache", http.StatusOK, "number of virtualizations: 1<br>Init done, was successful: true")
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		soon(t, web+"/resetcache", status, "number of virtualizations: 1<br>Init done, was successful: false")
		s.stop(t)
	}
}
