package recording_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"rivgate/recording"
)

func TestDocumentsAreComparedAsTheyAreMeant(t *testing.T) {
	const a = `<?xml version="1.0"?><s:Envelope xmlns:s="urn:s" xmlns:m="urn:m"><s:Body><m:r x="1" m:y="2"><!-- c -->
  <m:result><m:code>OK</m:code><m:logId>1</m:logId></m:result>
  <m:p><m:c>1</m:c></m:p><m:p><m:c>2</m:c></m:p></m:r></s:Body></s:Envelope>`
	same := strings.NewReplacer("s:", "soap:", "xmlns:s=", "xmlns:soap=", "<!-- c -->", "", "m:", "", "xmlns:m=", "xmlns=",
		`x="1" m:y="2"`, `q:y='2' xmlns:q="urn:m" x='1'`, "<m:code>OK", "<code>\n O&#75; <!-- x -->").Replace(a)
	same = strings.Replace(same, `<soap:Envelope xmlns:soap="urn:s" xmlns="urn:m">`, `<soap:Envelope xmlns:soap="urn:s" xmlns="urn:m">`, 1)
	for _, c := range []struct{ name, b, ignore, want string }{
		{"the same bytes", a, "", ""},
		{"other prefixes, order and white space", same, "", ""},
		{"in UTF-16", utf16(a), "", ""},
		{"a value", strings.Replace(a, "OK", "ERROR", 1), "", `/Envelope/Body/r/result/code value: "OK", "ERROR" (lines 2, 2)`},
		{"a value that is ignored", strings.Replace(a, ">1</m:logId", ">2</m:logId", 1), "result/logId", ""},
		{
			"a value that is ignored from the root", strings.Replace(a, ">1</m:logId", ">2</m:logId", 1),
			"/Envelope/*/r/result/logId", "",
		},
		{
			"a path that means another", strings.Replace(a, ">1</m:logId", ">2</m:logId", 1), "/logId",
			`/Envelope/Body/r/result/logId value: "1", "2" (lines 2, 2)`,
		},
		{"an attribute", strings.Replace(a, `x="1"`, `x="9"`, 1), "", `/Envelope/Body/r/@x value: "1", "9" (lines 1, 1)`},
		{"an attribute that is ignored", strings.Replace(a, `x="1"`, `z="9"`, 1), "@*", ""},
		{
			"an attribute less and more", strings.Replace(a, `x="1"`, `z="9"`, 1), "",
			`/Envelope/Body/r/@x only in a: "1", "" (lines 1, 1); /Envelope/Body/r/@z only in b: "", "9" (lines 1, 1)`,
		},
		{"an element less", strings.Replace(a, "<m:p><m:c>1</m:c></m:p>", "", 1), "", `/Envelope/Body/r/p only in a (lines 3, 0)`},
		{
			"an element more", strings.Replace(a, "<m:code>", "<m:new>n</m:new><m:code>", 1), "",
			`/Envelope/Body/r/result/new only in b: "", "n" (lines 0, 2)`,
		},
		{"another namespace", strings.Replace(a, "urn:m", "urn:n", 1), "@y", `/Envelope/Body/r only in a (lines 1, 0); /Envelope/Body/r only in b (lines 0, 1)`},
		{"the second of a name", strings.Replace(a, ">2<", ">3<", 1), "", `/Envelope/Body/r/p[2]/c value: "2", "3" (lines 3, 3)`},
		{"no XML", "no", "", `unreadable: "", "it has no element"`},
		{"a document type", "<!DOCTYPE a><a/>", "", `unreadable: "", "it has a document type: line 1"`},
		{"nothing", "", "", `unreadable: "", "it has no element"`},
		{"a person's number", strings.Replace(a, "OK", "189001019802", 1), "", `/Envelope/Body/r/result/code value: "OK", "************" (lines 2, 2)`},
	} {
		rules, err := recording.NewRules(strings.Fields(c.ignore)...)
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, d := range rules.Documents([]byte(a), []byte(c.b), "", "") {
			found = append(found, d.String())
		}
		if got := strings.Join(found, "; "); got != c.want {
			t.Errorf("%s:\n%s\n, not\n%s", c.name, got, c.want)
		}
	}
	if d := (recording.Rules{}).Documents([]byte("a\nb"), []byte("a\nc"), "", ""); len(d) != 1 || d[0].LineA != 2 {
		t.Errorf("bytes: %v", d)
	}
	fault := `<e:F xmlns:e="urn:e"><faultcode>e:Client</faultcode></e:F>`
	if d := (recording.Rules{}).Documents([]byte(fault), []byte(strings.ReplaceAll(fault, "e:", "x:")), "",
		""); len(d) != 1 {
		t.Errorf("prefix of another declaration: %v", d)
	}
	other := strings.NewReplacer("e:F", "x:F", "xmlns:e", "xmlns:x", "e:Client", "x:Client").Replace(fault)
	if d := (recording.Rules{}).Documents([]byte(fault), []byte(other), "", ""); len(d) != 0 {
		t.Errorf("a code by another prefix: %v", d)
	}
}

func utf16(text string) string {
	var out strings.Builder
	out.WriteString("\xff\xfe")
	for _, c := range []byte(text) {
		out.Write([]byte{c, 0})
	}
	return out.String()
}

func TestPlaceholdersStandForTheirKind(t *testing.T) {
	a, b := &recording.Exchange{ID: "a"}, &recording.Exchange{ID: "a"}
	a.Set(recording.Response, []byte(`<r><id>x</id><t>20260302101500</t><n>1</n></r>`))
	a.Placeholders = map[string]recording.Placeholder{
		"id": recording.UUID, "r/t": recording.Stamp,
		"n": recording.AnyValue,
	}
	for response, want := range map[string]string{
		`<r><id>0192f0c1-7a5e-7c3b-9d20-0123456789ab</id><t>2026-03-02T10:15:00Z</t><n>2</n></r>`: "",
		`<r><id>no</id><t>20260302101501</t><n/></r>`: `response.xml /r/id no value: "uuid", "no" (lines 1, 1); ` +
			`response.xml /r/n no value: "any", "" (lines 1, 1)`,
	} {
		b.Set(recording.Response, []byte(response))
		var found []string
		for _, d := range (recording.Rules{}).Exchanges(a, b) {
			found = append(found, d.String())
		}
		if got := strings.Join(found, "; "); got != want {
			t.Errorf("%s", got)
		}
	}
}

func TestAReportIsJUnit(t *testing.T) {
	r := &recording.Report{Name: "x", Stopped: true, Left: 2}
	r.Add(recording.Finding{Exchange: "a"}, 0)
	r.Add(recording.Finding{Exchange: "b", Differences: []recording.Difference{{
		Path: "/a<b", What: recording.OtherValue,
		A: "\x01",
	}}}, 0)
	r.Add(recording.Finding{Exchange: "c", Failure: "nobody listens"}, 0)
	var out bytes.Buffer
	if err := r.WriteJUnit(&out); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Cases    []struct {
			Name    string    `xml:"name,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(out.Bytes(), &back); err != nil || back.Tests != 3 || back.Failures != 1 || back.Errors != 1 ||
		len(back.Cases) != 3 || back.Cases[1].Failure == nil || back.Cases[2].Error == nil || r.Good() {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Nothing that is compared makes it fail, and a document is the same as itself.
func FuzzCompare(f *testing.F) {
	f.Add("<a b='1'><c/>x</a>", "<a><c/><c>d</c></a>")
	f.Add("<a xmlns='urn:a'/>", "<x:a xmlns:x='urn:a'/>")
	f.Fuzz(func(t *testing.T, a, b string) {
		var r recording.Rules
		forth, back := r.Documents([]byte(a), []byte(b), "", ""), r.Documents([]byte(b), []byte(a), "", "")
		if (len(forth) == 0) != (len(back) == 0) {
			t.Errorf("%v, and the other way %v", forth, back)
		}
		if again := r.Documents([]byte(a), []byte(a+" "), "", ""); len(again) > 0 && again[0].What != recording.OtherBytes {
			t.Errorf("differs from itself: %v", again)
		}
		_ = fmt.Sprint(forth)
	})
}
