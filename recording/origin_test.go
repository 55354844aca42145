package recording_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"rivgate/recording"
)

// recorded is an exchange with all that can be said of one.
func recorded() *recording.Exchange {
	e := &recording.Exchange{
		ID: "one", Ignore: []string{"result/message"},
		Placeholders: map[string]recording.Placeholder{
			"result/logId":        recording.UUID,
			"/Envelope/Body/*/@x": recording.AnyValue,
		},
		Origin: recording.Origin{
			Direction: recording.Send, When: time.Date(2026, 3, 2, 10, 15, 0, 123e6, time.UTC), Tool: "rivgate 1.2.3",
			Redaction: "persons-1", Tags: []string{"smoke", "slow"}, Summed: true,
		},
	}
	e.Set(recording.RequestHeaders,
		[]byte("POST /vp/SendComplaint HTTP/1.1\nContent-Type: text/xml; charset=UTF-8\nTest-Status: 202\n"))
	e.Set(recording.Request, []byte("<a>\r\n</a>"))
	e.Set(recording.ResponseHeaders, []byte("HTTP/1.1 201 Created\nX-A: b: c\n"))
	e.Set(recording.Response, []byte("\xff"))
	return e
}

func TestAllThatIsSaidOfAnExchangeComesBack(t *testing.T) {
	want := recorded()
	for _, name := range []string{"one", "renamed"} {
		text, err := (&recording.File{Exchanges: []*recording.Exchange{want}}).Format("one")
		if err != nil {
			t.Fatal(err)
		}
		back, err := recording.Read(fstest.MapFS{name + ".txtar": {Data: text}}, name+".txtar")
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		got := back.Exchanges[0]
		if d := got.Differences(want); len(d) > 0 || got.ID != "one" || !reflect.DeepEqual(got.Origin, want.Origin) ||
			!reflect.DeepEqual(got.Ignore, want.Ignore) || !reflect.DeepEqual(got.Placeholders, want.Placeholders) {
			t.Errorf("%v %+v", d, got)
		}
		if got.Target() != "/vp/SendComplaint" || got.Status() != 201 ||
			got.Header(recording.ResponseHeaders).Get("X-A") != "b: c" ||
			!reflect.DeepEqual(got.Header(recording.RequestHeaders), http.Header{
				"Content-Type": {"text/xml; charset=UTF-8"},
			}) {
			t.Errorf("%s %d %v", got.Target(), got.Status(), got.Header(recording.RequestHeaders))
		}
	}
}

func TestWhatIsNotAsItWasRecordedIsRefused(t *testing.T) {
	text, err := (&recording.File{Exchanges: []*recording.Exchange{recorded()}}).Format("f")
	if err != nil {
		t.Fatal(err)
	}
	for change, want := range map[[2]string]string{
		{"X-A: b", "X-A: c"}:                                 "response.headers is not as it was recorded",
		{"id: one", "id: two"}:                               "not the folder's",
		{"direction: send", "direction: up"}:                 "direction",
		{"when: \"2026-03-02", "when: \"2026-13-02"}:         "no time",
		{"result/logId: uuid", "result/logId: guid"}:         "guid",
		{"- result/message", "- result//message"}:            "empty step",
		{"result/logId: uuid", "'@a/logId': uuid"}:           "goes on",
		{"  response.xml: a", "  log: a"}:                    "log",
		{"  request.xml:", "  delivery: aa\n  request.xml:"}: "delivery",
	} {
		changed := strings.Replace(string(text), change[0], change[1], 1)
		if changed == string(text) {
			t.Fatalf("%q is not in\n%s", change[0], text)
		}
		_, err := recording.Read(fstest.MapFS{"f.txtar": {Data: []byte(changed)}}, "f.txtar")
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "f.txtar") {
			t.Errorf("%q: %v", change[1], err)
		}
	}
}

// What is expected of a request that was not answered yet is kept.
func TestAnExpectedOutcomeStandsWithoutAResponse(t *testing.T) {
	e := &recording.Exchange{ID: "a", Outcome: "ERROR TEXT_MISSING"}
	e.Set(recording.Request, []byte("<a/>\n"))
	text, err := (&recording.File{Exchanges: []*recording.Exchange{e}}).Format("a")
	if err != nil || !strings.Contains(string(text), "outcome: ERROR TEXT_MISSING\n") {
		t.Errorf("%v\n%s", err, text)
	}
}

// Opening reads names alone: a file that is broken is told when its turn comes, and the others are read all the same.
func TestAFolderIsReadFileByFile(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("a.txtar", "-- log --\nx\n")
	put("b/1.txtar", "-- nothing.xml/x --\n")
	put("b/2.txtar", "-- one/log --\nx\n-- two/log --\nx\n")
	put("b/3.txtar", "-- exchange.yaml --\nparts: {log: {body: ../../secret}}\n")
	put(".git/c.txtar", "-- log --\nx\n")
	put("README.md", "x")
	if err := os.Symlink(filepath.Dir(root), filepath.Join(root, "up")); err != nil {
		t.Fatal(err)
	}
	put("b/4.txtar", "-- exchange.yaml --\nparts: {log: {body: ../up/"+filepath.Base(root)+"/README.md}}\n")
	f, err := recording.OpenFolder(root)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var said []string
	for e, err := range f.Exchanges() {
		if err != nil {
			said = append(said, e.File+"!")
			continue
		}
		said = append(said, fmt.Sprint(e.Place))
	}
	if got := strings.Join(said, " "); got != "a.txtar b/1.txtar! b/2.txtar:one b/2.txtar:two b/3.txtar! b/4.txtar!" {
		t.Error(got)
	}
	one, err := recording.OpenFolder(filepath.Join(root, "b", "2.txtar"))
	if err != nil || len(one.Files) != 1 {
		t.Fatalf("%v", err)
	}
	defer one.Close()
	if file, err := one.Read("2.txtar"); err != nil || len(file.Exchanges) != 2 {
		t.Errorf("%v", err)
	}
}
