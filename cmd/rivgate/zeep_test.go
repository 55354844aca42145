package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/recording"
)

// A SOAP client that nobody here wrote drives the built gateway from the WSDL that it serves itself.
func TestZeepDrivesTheGateway(t *testing.T) {
	python := zeepPython(t)
	dir := t.TempDir()
	code, catalogue, problem := command(t, "tak", "export", "demo")
	if code != cli.ExitDone {
		t.Fatal(problem)
	}
	for name, text := range map[string]string{
		"catalogue.yaml": catalogue,
		"rivgate.yaml": "environment: test\nsoap: {listen: 127.0.0.1:0}\nweb: {listen: 127.0.0.1:0}\ntak: {source: " +
			"catalogue.yaml}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := serve(t, build(t), dir)
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")

	given, err := json.Marshal(map[string]any{
		"soap": s.lines["SOAP"], "portal": proxied(t, "SE0000000001-1177"), "system": proxied(t, "SE2010123456-AVV"),
	})
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs(filepath.Join("testdata", "zeep", "drive.py"))
	if err != nil {
		t.Fatal(err)
	}
	drive := exec.CommandContext(t.Context(), python, script)
	drive.Stdin = bytes.NewReader(given)
	// zeep keeps files at home
	drive.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "PYTHONIOENCODING=utf-8", "HOME="+dir)
	var trouble bytes.Buffer
	drive.Stderr = &trouble
	out, err := drive.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, trouble.String())
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	caseID := lines[len(lines)-1]
	said := strings.Join(lines[:len(lines)-1], "\n") + "\n"
	want, err := os.ReadFile(filepath.Join("testdata", "zeep", "drive.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if said != string(want) {
		t.Errorf("zeep was told:\n%s\ninstead of:\n%s", said, want)
	}
	soon(t, web+"/api/cases/"+caseID, http.StatusOK, `"closed"`)
	soon(t, web+"/api/cases/"+caseID+"-inbox", http.StatusOK, "SE2010123456-VC01")
	soon(t, web+"/api/cases/"+caseID+"-wrong", http.StatusNotFound, "")
	s.stop(t)
	if strings.Contains(s.log.String(), "189001019802") || strings.Contains(s.log.String(), "tre timmar") {
		t.Error("the log holds what a message said")
	}
}

// zeepPython is the system's Python, if it has zeep: only where the package cannot be had is the test skipped.
func zeepPython(t *testing.T) string {
	t.Helper()
	const python = "/usr/bin/python3" // the one that python3-zeep installs for
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import zeep").CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED with a SOAP client of others: %s cannot import zeep; install python3-zeep (%s)", python,
			bytes.TrimSpace(out))
	}
	return python
}

// proxied are the headers that a trusted proxy adds for a caller with a certificate.
func proxied(t *testing.T, hsaID string) map[string]string {
	t.Helper()
	identity, err := recording.NewIdentity(hsaID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{}
	for name, values := range identity.Header("x-vp-auth-cert") {
		headers[name] = values[0]
	}
	return headers
}
