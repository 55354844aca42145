package relay_test

import (
	"bytes"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
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
			w := newWorld(t)
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
	got := w.postWith(scene.header, scene.from, request)

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
}

// lasting replaces what is another each time: ports.
func (w *world) lasting(body []byte) []byte {
	body = bytes.ReplaceAll(body, []byte(w.producer.URL), []byte("http://producer"))
	return bytes.ReplaceAll(body, []byte(w.nobody), []byte("http://nobody"))
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

// scene is who sends a request and in which circumstances.
type scene struct {
	header    http.Header
	from      string
	status    int // 0: 200, or 500 for a fault
	catalogue string
	store     string
}

// readScene reads NAME.headers; testdata/recordings/README.md tells what may stand there.
func readScene(t *testing.T, w *world, path string, request []byte) scene {
	s := scene{header: http.Header{}, from: "127.0.0.1"}
	sender := portal
	if bytes.Contains(request, []byte("ReturnComplaintResponder:1")) {
		sender = system
	}
	lines, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		lines = []byte(soap.HeaderSender + ": " + sender + "\n" + soap.HeaderInstance + ": dev_env")
	} else if err != nil {
		t.Fatal(err)
	}
	until := w.clock().Add(time.Hour)
	certified := false
	hsaID := ""
	for line := range strings.Lines(string(lines)) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch name = strings.TrimSpace(name); name {
		case "Test-From":
			s.from = value
		case "Test-Certificate":
			certified, hsaID = true, value
		case "Test-Certificate-Until":
			if until, err = time.Parse(time.DateOnly, value); err != nil {
				t.Fatal(err)
			}
		case "Test-Catalogue":
			s.catalogue = value
		case "Test-Store":
			s.store = value
		case "Test-Status":
			if s.status, err = strconv.Atoi(value); err != nil {
				t.Fatal(err)
			}
		default:
			s.header.Add(name, value)
		}
	}
	if certified {
		var ids []string
		if hsaID != "" {
			ids = []string{hsaID}
		}
		s.header.Set("X-Vp-Auth-Cert", certificate(t, until.AddDate(-1, 0, 0), until, ids...))
	}
	return s
}

// begin makes the circumstances; what it returns ends them.
func (s scene) begin(t *testing.T, w *world) (end func()) {
	if s.store == "closed" {
		if err := w.Store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if s.catalogue != "none" {
		return func() {}
	}
	table := w.currentTable()
	w.setTable(nil)
	return func() { w.setTable(table) }
}

func (s scene) wanted(fault bool) int {
	switch {
	case s.status != 0:
		return s.status
	case fault:
		return http.StatusInternalServerError
	}
	return http.StatusOK
}
