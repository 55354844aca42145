package web_test

import (
	"context"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// harmful is what the scanner of the tests finds.
const harmful = "%PDF-1.4 rivgate harmful test content %%EOF"

// clamd starts a real one that knows one signature, and gives its address and a way to stop it.
func clamd(t *testing.T) (scanner *shell.Clamd, stop func()) {
	t.Helper()
	program, err := exec.LookPath("clamd")
	if err != nil {
		program = "/usr/sbin/clamd"
	}
	if _, err := os.Stat(program); err != nil {
		t.Skip("clamd is not installed (Debian: clamav-daemon)")
	}
	folder := t.TempDir()
	signatures := filepath.Join(folder, "db")
	socket := filepath.Join(folder, "clamd.sock")
	conf := "Foreground yes\nDatabaseDirectory " + signatures + "\nLocalSocket " + socket +
		"\nStreamMaxLength 25M\nLogFile " +
		filepath.Join(folder, "log") + "\n"
	signature := "Rivgate.Test:0:*:" + hex.EncodeToString([]byte("rivgate harmful test content")) + "\n"
	for name, text := range map[string]string{"clamd.conf": conf, "db/test.ndb": signature} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, program, "-c", filepath.Join(folder, "clamd.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		cancel()
		_ = cmd.Wait()
		_ = os.Remove(socket)
	}
	t.Cleanup(stop)
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if conn, err := (&net.Dialer{}).DialContext(ctx, "unix", socket); err == nil {
			_ = conn.Close()
			return &shell.Clamd{Network: "unix", Address: socket}, stop
		}
	}
	log, _ := os.ReadFile(filepath.Join(folder, "log"))
	t.Fatalf("clamd does not answer:\n%s", log)
	return nil, nil
}

// A file in which clamd finds something is held, which the handler is told; one that could not be judged is not given
// out.
func TestAVirusScannerHoldsFiles(t *testing.T) {
	t.Parallel()
	scanner, stop := clamd(t)
	w := newWorld(t)
	fields := url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Text"},
	}
	good := upload{"good.pdf", pdfFile()}
	bad := upload{"bad.pdf", []byte(harmful)}
	arrived := w.postFiles("/submit", fields, good, bad) // before there was a scanner
	id := strings.TrimSuffix(strings.TrimPrefix(arrived.header.Get("Location"), "/mailbox/"), "?done=submit")
	w.Scanner = scanner
	w.serve()
	w.as("vera")
	message := timeLine(t, w, id)[0].MessageID
	file := func(n string) reply { return w.get("/inbox/" + id + "/files/" + message + "/" + n) }
	if r := file("0"); r.status != http.StatusOK || r.body != string(good.content) {
		t.Errorf("a good file: %d %q", r.status, r.body)
	}
	if r := file("1"); r.status != http.StatusForbidden || strings.Contains(r.body, "harmful") {
		t.Errorf("a harmful file: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/inbox/"+id), "hålls kvar: virusskannern fann Rivgate.Test", "good.pdf</a>")
	if found := w.get("/inbox/" + id + "/export").body; strings.Contains(found, "harmful") ||
		!strings.Contains(found, "utel") {
		t.Error("the package holds the file, or does not say that it is left out")
	}
	refused := w.postFiles("/submit", fields, bad)
	has(t, refused.body, "virusskannern fann något skadligt (Rivgate.Test", "Filen är inte sparad")
	if n := len(timeLine(t, w, id)); refused.status != http.StatusUnprocessableEntity || n != 1 {
		t.Errorf("uploading it: %d, %d messages", refused.status, n)
	}

	stop()
	w.serve() // without what it remembers
	if r := file("0"); r.status != http.StatusServiceUnavailable || strings.Contains(r.body, string(good.content)) {
		t.Errorf("while the scanner is away: %d", r.status)
	}
	if rows := w.accesses(accesslog.Filter{Case: id}); len(rows) == 0 {
		t.Error("nothing is in the access log")
	}
}
