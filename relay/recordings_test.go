package relay_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/soap"
)

var update = flag.Bool("update", false, "rewrite the answers of the recordings")

// TestRecordings posts every recorded request through the real server and compares the answer byte for byte. Each folder
// of testdata/recordings is one world, and its requests are sent in the order of their names.
func TestRecordings(t *testing.T) {
	requests, err := filepath.Glob(filepath.Join("..", "testdata", "recordings", "*", "*.request.xml"))
	if err != nil || len(requests) == 0 {
		t.Fatal("no recordings", err)
	}
	folders := map[string][]string{}
	var order []string
	for _, path := range requests {
		folder := filepath.Dir(path)
		if folders[folder] == nil {
			order = append(order, folder)
		}
		folders[folder] = append(folders[folder], path)
	}
	for _, folder := range order {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			w := newWorld(t)
			for _, path := range folders[folder] {
				t.Run(strings.TrimSuffix(filepath.Base(path), ".request.xml"), func(t *testing.T) { play(t, w, path) })
			}
			for _, entry := range w.logs.All() {
				for _, secret := range []string{"189001019802", "190001019801", "191401682396", "Beskrivning"} {
					if strings.Contains(entry.Message, secret) || strings.Contains(flat(entry.ContextMap()), secret) {
						t.Errorf("the log holds content of a message: %s %v", entry.Message, entry.ContextMap())
					}
				}
			}
		})
	}
}

// play sends one recorded request. NAME.headers beside it replaces the default headers; names that begin with Test- say something about the
// world: Test-From (the peer), Test-Certificate (HSA-id of a certificate in x-vp-auth-cert), Test-Catalogue: none, Test-Store: closed.
func play(t *testing.T, w *world, path string) {
	request, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
	if lines, err := os.ReadFile(strings.TrimSuffix(path, ".request.xml") + ".headers"); err == nil {
		header = http.Header{}
		for line := range strings.Lines(string(lines)) {
			if name, value, found := strings.Cut(strings.TrimSpace(line), ":"); found {
				header.Add(name, strings.TrimSpace(value))
			}
		}
	}
	from := "127.0.0.1"
	if peer := header.Get("Test-From"); peer != "" {
		from = peer
	}
	if hsaID := header.Get("Test-Certificate"); hsaID != "" {
		header.Set("X-Vp-Auth-Cert", certificate(t, hsaID, w.clock().Add(-time.Hour), w.clock().Add(time.Hour)))
	}
	if header.Get("Test-Catalogue") == "none" {
		table := w.currentTable()
		w.setTable(nil)
		defer w.setTable(table)
	}
	if header.Get("Test-Store") == "closed" {
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name := range header {
		if strings.HasPrefix(name, "Test-") {
			header.Del(name)
		}
	}
	header.Set("X-Skltp-Correlation-Id", strings.TrimSuffix(filepath.Base(path), ".request.xml"))
	w.pass(time.Minute)
	status, body := w.postWith(header, from, request)
	body = bytes.ReplaceAll(body, []byte(w.producer.URL), []byte("http://producer"))
	body = bytes.ReplaceAll(body, []byte(w.nobody), []byte("http://nobody"))

	want := http.StatusOK
	if _, fault := soap.ReadFault(body); fault {
		want = http.StatusInternalServerError
	}
	if status != want && status != http.StatusRequestEntityTooLarge && status != http.StatusUnsupportedMediaType {
		t.Errorf("status %d, not %d", status, want)
	}
	golden := strings.TrimSuffix(path, ".request.xml") + ".answer.xml"
	if *update {
		if err := os.WriteFile(golden, body, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(recorded, body) {
		t.Errorf("the answer differs from %s:\n%s", filepath.Base(golden), body)
	}
}

func flat(fields map[string]any) string {
	var b strings.Builder
	for _, v := range fields {
		if s, ok := v.(string); ok {
			b.WriteString(s + " ")
		}
	}
	return b.String()
}
