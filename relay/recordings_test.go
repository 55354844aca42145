package relay_test

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/recording"
	"rivgate/soap"
)

var update = flag.Bool("update", false, "rewrite the answers of the recordings")

var recordingsFolder = filepath.Join("..", "testdata", "recordings")

// TestRecordings posts every recorded request through the real server and compares the answer byte for byte. Each
// world of testdata/recordings has a gateway of its own: its requests are sent in the order of their names, and what
// the gateway then holds is compared with after.txt.
func TestRecordings(t *testing.T) {
	for _, recorded := range recordedWorlds(t) {
		t.Run(recorded.Name, func(t *testing.T) {
			w := newWorldOf(t, recorded)
			for _, e := range recorded.Exchanges() {
				t.Run(e.ID, func(t *testing.T) { play(t, w, e) })
			}
			if recorded.Name != "vp012" { // it closed the store
				compareAfter(t, recorded, w.after(t))
				sound(t, w)
			}
			discreet(t, w)
			rewrite(t, recordingsFolder, recorded)
		})
	}
}

func recordedWorlds(t testing.TB) []*recording.World {
	t.Helper()
	worlds, err := recording.ReadWorlds(recordingsFolder)
	if err != nil || len(worlds) == 0 {
		t.Fatal("no recordings", err)
	}
	return worlds
}

// recordedExchange is one exchange, by the name of its world and its own.
func recordedExchange(t testing.TB, name string) *recording.Exchange {
	t.Helper()
	world, id, _ := strings.Cut(name, "/")
	w, err := recording.ReadWorld(recordingsFolder, world)
	if err != nil || w.Exchange(id) == nil {
		t.Fatalf("there is no recording %s: %v", name, err)
	}
	return w.Exchange(id)
}

// play sends one recorded request.
func play(t *testing.T, w *world, e *recording.Exchange) {
	request := e.Part(recording.Request)
	scene := readScene(t, w, e)
	defer scene.begin(t, w)()
	scene.header.Set("X-Skltp-Correlation-Id", e.ID)
	w.pass(time.Minute + scene.wait)
	shown := scene.watch(w)
	got := scene.post(t, w, request)

	_, fault := soap.ReadFault(got.body)
	if want := scene.wanted(fault); got.status != want {
		t.Errorf("status %d, not %d", got.status, want)
	}
	if id := got.header.Get("X-Skltp-Correlation-Id"); id != e.ID {
		t.Errorf("the answer's correlation id is %q", id)
	}
	for _, own := range []string{soap.HeaderSender, soap.HeaderInstance, "Soapaction"} {
		if got.header.Get(own) != "" {
			t.Errorf("the answer has a header %s", own)
		}
	}
	compare(t, e, recording.Response, w.lasting(got.body))
	shown(t, e, got)
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

// compare compares a part with what came, or records it.
func compare(t *testing.T, e *recording.Exchange, part string, got []byte) {
	t.Helper()
	if *update {
		e.Set(part, got)
	} else if !bytes.Equal(e.Part(part), got) {
		t.Errorf("this differs from the %s of %s:\n%s", part, e.ID, got)
	}
}

// compareAfter does the same with what a gateway holds in the end.
func compareAfter(t *testing.T, recorded *recording.World, got []byte) {
	t.Helper()
	const name = "after.txt"
	if *update {
		recorded.SetCommon(name, got)
	} else if !bytes.Equal(recorded.Common(name), got) {
		t.Errorf("this differs from the %s of %s:\n%s", name, recorded.Name, got)
	}
}

// rewrite writes a world with what was recorded now.
func rewrite(t *testing.T, root string, recorded *recording.World) {
	t.Helper()
	if !*update {
		return
	}
	if err := recorded.Write(root); err != nil {
		t.Fatal(err)
	}
}
