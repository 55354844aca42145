package recording_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"rivgate/recording"
)

// A recording that is read and written again is the same file: contract and outcome say what the parts say.
func TestEveryRecordingIsWrittenAsItStands(t *testing.T) {
	worlds, err := recording.ReadWorlds("../testdata/recordings")
	if err != nil {
		t.Fatal(err)
	}
	answers, err := recording.ReadWorld("../testdata", "answers")
	if err != nil {
		t.Fatal(err)
	}
	files := 0
	check := func(root string, w *recording.World) {
		for _, f := range w.Files {
			files++
			want, err := os.ReadFile(filepath.Join(root, f.Path))
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.Format(strings.TrimSuffix(filepath.Base(f.Path), recording.Extension))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is written as it does not stand there, %v:\n%s", f.Path, err, got)
			}
		}
	}
	check("../testdata", answers)
	for _, w := range worlds {
		check("../testdata/recordings", w)
	}
	if files < 300 {
		t.Errorf("only %d files", files)
	}
}

func TestABodyFileStandsOnce(t *testing.T) {
	shared := 0
	worlds, err := recording.ReadWorlds("../testdata/recordings")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, w := range worlds {
		for _, f := range w.Files {
			text, err := f.Format(strings.TrimSuffix(filepath.Base(f.Path), recording.Extension))
			if err != nil {
				t.Fatal(err)
			}
			shared += strings.Count(string(text), "bodies/")
		}
	}
	bodies, err := filepath.Glob("../testdata/recordings/bodies/*")
	if err != nil || len(bodies) == 0 || shared < 3*len(bodies) {
		t.Errorf("%d parts stand in %d body files, %v", shared, len(bodies), err)
	}
	w, err := recording.ReadWorld("../testdata/recordings", "vp")
	if err != nil {
		t.Fatal(err)
	}
	e := w.Exchange("vp007-no-permission")
	same, other := &recording.File{Exchanges: []*recording.Exchange{e}}, []byte("<other/>\n")
	e.Set(recording.Request, bytes.Clone(e.Part(recording.Request)))
	if text, err := same.Format(e.ID); err != nil || !strings.Contains(string(text), "body: ../bodies/ping-to-echo.xml") {
		t.Errorf("a part that is still equal to its body file left it, %v: %s", err, text)
	}
	e.Set(recording.Request, other)
	if text, err := same.Format(e.ID); err != nil || strings.Contains(string(text), "body:") ||
		!strings.Contains(string(text), string(other)) {
		t.Errorf("a part that changed stands in the body file, %v: %s", err, text)
	}
	if err := w.Write(root); err == nil {
		t.Error("a world was written into a folder that is not there")
	}
}

func TestBrokenRecordingsAreRefusedWithTheirPlace(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a part that no exchange has":      {"-- a/reqest.xml --\n", "reqest.xml"},
		"a part twice":                     {"-- a/log --\nx\n-- a/log --\ny\n", "twice"},
		"a common part twice":              {"-- after.txt --\nx\n-- after.txt --\ny\n", "twice"},
		"parts that stand apart":           {"-- a/log --\nx\n-- b/log --\ny\n-- a/sent --\nz\n", "apart"},
		"a description after the parts":    {"-- a/log --\nx\n-- a/exchange.yaml --\n", "before"},
		"an unknown key":                   {"-- a/exchange.yaml --\noutcom: OK\n", "outcom"},
		"a description of what is missing": {"-- a/exchange.yaml --\nparts: {log: {newline: none}}\n", "not there"},
		"an unknown encoding": {
			"-- a/exchange.yaml --\nparts: {log: {encoding: hex}}\n-- a/log --\n00\n", "hex",
		},
		"an unknown newline": {"-- a/exchange.yaml --\nparts: {log: {newline: two}}\n-- a/log --\nx\n", "two"},
		"base64 that is none": {
			"-- a/exchange.yaml --\nparts: {log: {encoding: base64}}\n-- a/log --\n!\n", "base64",
		},
		"a body file that is missing": {"-- a/exchange.yaml --\nparts: {log: {body: b}}\n", "b"},
		"a body file outside":         {"-- a/exchange.yaml --\nparts: {log: {body: ../../b}}\n", "../../b"},
		"a body file that is encoded": {
			"-- a/exchange.yaml --\nparts: {log: {body: f.txtar, encoding: base64}}\n", "cannot stand",
		},
	} {
		_, err := recording.Read(fstest.MapFS{"f.txtar": {Data: []byte(c.text)}}, "f.txtar")
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "f.txtar") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnExchangeIsTheOnlyOneOfItsIDInAWorld(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"one", "two"} {
		file := filepath.Join(root, "w", name+recording.Extension)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("-- a/log --\nx\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recording.ReadWorlds(root); err == nil || !strings.Contains(err.Error(), "two exchanges a") {
		t.Errorf("%v", err)
	}
}

func TestOutcomes(t *testing.T) {
	const head, tail = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>`, `</s:Body></s:Envelope>`
	result := func(inside string) string {
		return head + `<n:R xmlns:n="urn:n"><n:result>` + inside + `</n:result></n:R>` + tail
	}
	for response, want := range map[string]string{
		"": "", "no": "", `<x/>`: "",
		head + `<s:Fault><faultcode>s:Server</faultcode><faultstring>VP007 [x] no</faultstring></s:Fault>` + tail: "VP007",
		head + `<s:Fault><faultcode>s:Client</faultcode><faultstring>no</faultstring></s:Fault>` + tail:           "Client",
		head + `<n:R xmlns:n="urn:n"/>` + tail:                                                    "response",
		result(`<resultCode>OK</resultCode><logId>x</logId>`):                                     "OK",
		result(`<resultCode>INFO</resultCode><subCode>OUT_OF_ORDER</subCode>`):                    "INFO OUT_OF_ORDER",
		result(`<resultCode>ERROR</resultCode><errorCode>E</errorCode>`):                          "ERROR E",
		result(`<resultCode>ERROR</resultCode><errorCode>E</errorCode><subCode>SCHEMA</subCode>`): "ERROR SCHEMA",
	} {
		if got := recording.OutcomeOf([]byte(response)); got != want {
			t.Errorf("%q: %q, not %q", response, got, want)
		}
	}
}

func TestDifferencesNameTheParts(t *testing.T) {
	a, b := &recording.Exchange{ID: "a"}, &recording.Exchange{ID: "b"}
	for _, e := range []*recording.Exchange{a, b} {
		e.Set(recording.Request, []byte("<a/>"))
		e.Set(recording.Response, []byte("<"+e.ID+"/>"))
	}
	b.Set(recording.Log, []byte("x"))
	if got := a.Differences(b); strings.Join(got, " ") != "response.xml log" {
		t.Errorf("%v", got)
	}
}

// Whatever a part is, its bytes come back.
func FuzzEveryByteComesBack(f *testing.F) {
	for _, content := range []string{
		"a\n", "a", "", "\n", "\n\n", "\xff\n", "\xef\xbb\xbf<a/>\r\n", "-- log --\n", "a\n-- x --", "-- \n --\n",
		"a\r\n-- b/log --\r\nc", "\x00",
	} {
		f.Add([]byte(content), []byte("<r/>"))
	}
	f.Fuzz(func(t *testing.T, request, response []byte) {
		e := &recording.Exchange{ID: "one"}
		e.Set(recording.Request, request)
		e.Set(recording.Response, response)
		for _, name := range []string{"one", "several"} {
			text, err := (&recording.File{Exchanges: []*recording.Exchange{e}}).Format(name)
			if err != nil {
				t.Fatal(err)
			}
			back, err := recording.Read(fstest.MapFS{name + ".txtar": {Data: text}}, name+".txtar")
			if err != nil || len(back.Exchanges) != 1 {
				t.Fatalf("%d exchanges, %v:\n%s", len(back.Exchanges), err, text)
			}
			if got := back.Exchanges[0]; got.ID != "one" || len(got.Differences(e)) > 0 {
				t.Fatalf("%v of %s came back as something else:\n%s", got.Differences(e), got.ID, text)
			}
		}
	})
}
