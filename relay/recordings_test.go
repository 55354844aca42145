package relay_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/soap"
)

var update = flag.Bool("update", false, "rewrite the answers of the recordings")

const (
	requestFile = ".request.xml"
	answerFile  = ".answer.xml"
	headersFile = ".headers"
)

// TestRecordings posts every recorded request through the real server and compares the answer byte for byte. Each folder
// of testdata/recordings is one world: its requests are sent in the order of their names, and what the gateway then holds is
// compared with after.txt.
func TestRecordings(t *testing.T) {
	folders, order := recordings(t)
	for _, folder := range order {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			w := newWorldOf(t, folder)
			for _, path := range folders[folder] {
				t.Run(strings.TrimSuffix(filepath.Base(path), requestFile), func(t *testing.T) { play(t, w, path) })
			}
			if filepath.Base(folder) != "vp012" { // it closed the store
				compare(t, filepath.Join(folder, "after.txt"), w.after(t))
				sound(t, w)
			}
			discreet(t, w)
		})
	}
}

// recordings are the request files by folder, and the folders in order.
func recordings(t testing.TB) (folders map[string][]string, order []string) {
	t.Helper()
	requests, err := filepath.Glob(filepath.Join("..", "testdata", "recordings", "*", "*"+requestFile))
	if err != nil || len(requests) == 0 {
		t.Fatal("no recordings", err)
	}
	folders = map[string][]string{}
	for _, path := range requests {
		folder := filepath.Dir(path)
		if folders[folder] == nil {
			order = append(order, folder)
		}
		folders[folder] = append(folders[folder], path)
	}
	return folders, order
}

// play sends one recorded request.
func play(t *testing.T, w *world, path string) {
	request, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(path), requestFile)
	scene := readScene(t, w, strings.TrimSuffix(path, requestFile)+headersFile, request)
	defer scene.begin(t, w)()
	scene.header.Set("X-Skltp-Correlation-Id", name)
	w.pass(time.Minute)
	shown := scene.watch(w)
	got := scene.post(t, w, request)

	_, fault := soap.ReadFault(got.body)
	if want := scene.wanted(fault); got.status != want {
		t.Errorf("status %d, not %d", got.status, want)
	}
	if id := got.header.Get("X-Skltp-Correlation-Id"); id != name {
		t.Errorf("the answer's correlation id is %q", id)
	}
	for _, own := range []string{soap.HeaderSender, soap.HeaderInstance, "Soapaction"} {
		if got.header.Get(own) != "" {
			t.Errorf("the answer has a header %s", own)
		}
	}
	compare(t, strings.TrimSuffix(path, requestFile)+answerFile, w.lasting(got.body))
	shown(t, strings.TrimSuffix(path, requestFile), name, got)
}

// lasting replaces what is another each time: ports.
func (w *world) lasting(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(w.producer.URL), []byte("http://producer"))
	body = bytes.ReplaceAll(body, []byte(w.producer.secure.URL), []byte("https://producer"))
	body = bytes.ReplaceAll(body, []byte(w.server.URL), []byte("http://gateway"))
	if w.secure != "" {
		body = bytes.ReplaceAll(body, []byte(w.secure), []byte("https://gateway"))
	}
	body = bytes.ReplaceAll(body, []byte(w.nobody), []byte("http://nobody"))
	return bytes.ReplaceAll(body, []byte(strings.TrimPrefix(w.nobody, "http://")), []byte("nobody"))
}

// compare holds what came against what is recorded, or records it.
func compare(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if len(got) == 0 {
			_ = os.Remove(path)
			return
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	recorded, err := os.ReadFile(path)
	if err != nil && (len(got) > 0 || !os.IsNotExist(err)) {
		t.Fatal(err)
	}
	if !bytes.Equal(recorded, got) {
		t.Errorf("this differs from %s:\n%s", filepath.Base(path), got)
	}
}
