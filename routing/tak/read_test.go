package tak_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rivgate/routing"
	"rivgate/routing/tak"
)

const (
	send     = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:SendComplaintResponder:1"
	giveBack = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:ReturnComplaintResponder:1"
	ping     = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
	portal   = "SE0000000001-1177"
	gateway  = "SE0000000001-RIVGATE"
	clinic   = "SE2010123456-VC01"
	system   = "SE2010123456-AVV"
)

func names() map[string]string {
	return map[string]string{"SendComplaint": send, "ReturnComplaint": giveBack}
}

func rules() routing.Rules {
	return routing.Rules{
		Delimiter: "#", ClimbRoutes: true, ClimbPermissions: true,
		Durable:        func(contract string) bool { return contract == send || contract == giveBack },
		ReturnContract: giveBack, PortalAddress: portal,
	}
}

func sample(name string) string { return filepath.Join("..", "..", "testdata", "catalogue", name) }

func open(t testing.TB, name string) io.Reader {
	t.Helper()
	content, err := os.ReadFile(sample(name))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(content)
}

// withoutLines compares catalogues by what they say, not by where it stands.
func withoutLines() cmp.Option {
	return cmp.Options{
		cmpopts.IgnoreFields(routing.Row{}, "Line"), cmpopts.IgnoreFields(routing.Permission{}, "Line"),
		cmpopts.EquateEmpty(),
	}
}

func TestReadYAML(t *testing.T) {
	c, err := tak.ReadYAML(open(t, "demo.yaml"), names())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Units) != 4 || len(c.Routes) != 6 || len(c.Permissions) != 4 {
		t.Fatalf("%d units, %d routes, %d permissions, want 4, 6 and 4", len(c.Units), len(c.Routes), len(c.Permissions))
	}
	wantUnit := routing.Unit{
		HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Provider: "SE2010123456-REG",
		Attachments: true,
	}
	wantRow := routing.Row{
		Contract: send, Receiver: clinic, Address: routing.AddressInbox, Profile: routing.RIVTABP21, From: 20260101,
		Until: 20991231, Line: 8,
	}
	wantPermission := routing.Permission{Contract: giveBack, Sender: gateway, Receiver: portal, From: 20260101, Line: 18}
	if c.Units[0] != wantUnit || c.Routes[0] != wantRow || c.Permissions[2] != wantPermission {
		t.Errorf("read %+v\n%+v\n%+v", c.Units[0], c.Routes[0], c.Permissions[2])
	}
	if _, err := routing.NewTable(c, rules()); err != nil {
		t.Errorf("the sample does not load: %v", err)
	}
}

func TestOffencesInYAMLAreNamedWithTheirLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an unknown key at the top", "units: []\nrouts: []", []string{"line 2", `"routs"`, "units, routes, permissions"}},
		{"an unknown key in a row", "routes:\n- {contract: SendComplaint, to: A, adress: x}", []string{"line 2", `"adress"`}},
		{"a key that is there twice", "routes:\n- {contract: SendComplaint, to: A, to: B}", []string{"line 2", "twice"}},
		{
			"an unknown short name", "routes:\n- {contract: SendComplain, to: A}",
			[]string{"line 2", `"SendComplain"`, "short name"},
		},
		{
			"a date that is none", "permissions:\n- {contract: SendComplaint, from_system: S, to: A, from: 2026-02-30}",
			[]string{"line 2", "from", "2026-02-30"},
		},
		{"a row without a contract", "routes:\n- {to: A}", []string{"line 2", "no contract"}},
		{"a row without a receiver", "routes:\n- {contract: SendComplaint}", []string{"line 2", "no receiver"}},
		{
			"a permission without a sender", "permissions:\n- {contract: SendComplaint, to: A}", []string{"line 2", "no sender"},
		},
		{
			"a permission without a receiver", "permissions:\n- {contract: SendComplaint, from_system: S}",
			[]string{"line 2", "no receiver"},
		},
		{
			"a unit that is there twice", "units:\n- {hsa_id: A, kind: care_unit}\n- {hsa_id: a, kind: care_unit}",
			[]string{"line 3", "line 2", "already"},
		},
		{"a unit without HSA-id", "units:\n- {name: A, kind: care_unit}", []string{"line 2", "no hsa_id"}},
		{"a unit of another kind", "units:\n- {hsa_id: A, kind: hospital}", []string{"line 2", "hospital", "patient_board"}},
		{
			"attachments that are neither true nor false", "units:\n- {hsa_id: A, kind: care_unit, attachments: maybe}",
			[]string{"line 2", "true or false"},
		},
		{"aliases that are one text", "units:\n- {hsa_id: A, kind: care_unit, aliases: BVC}", []string{"line 2", "aliases", "list"}},
		{
			"an alias that is a list", "units:\n- {hsa_id: A, kind: care_unit, aliases: [[BVC]]}",
			[]string{"line 2", "aliases", "list"},
		},
		{"a list where a value should be", "units:\n- {hsa_id: [A], kind: care_unit}", []string{"line 2", "single value"}},
		{"a value where an entry should be", "units:\n- A", []string{"line 2", "keys and values"}},
		{"a value where a list should be", "routes: none", []string{"line 1", "list"}},
		{
			"several offences at once", "units:\n- {hsa_id: A}\nroutes:\n- {to: A}\n- {contract: X, to: A}",
			[]string{"line 2", "line 4", "line 5"},
		},
		{"broken syntax", "units:\n- {hsa_id: A\nroutes: []", []string{"line", "not YAML"}},
		{"nothing", "", []string{"empty"}},
		{"only a comment", "# nothing\n", []string{"empty"}},
		{"a list at the top", "- a", []string{"line 1", "units, routes"}},
		{"a second document", "units: []\n---\nunits: []", []string{"second document"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			read, err := tak.ReadYAML(strings.NewReader(c.text), names())
			if err == nil {
				t.Fatalf("it is read as %+v", read)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "yaml:") || strings.Contains(err.Error(), "tak.") {
				t.Errorf("%q speaks to programmers", err)
			}
		})
	}
}

func TestYAMLComesBack(t *testing.T) {
	c, err := tak.ReadYAML(open(t, "demo.yaml"), names())
	if err != nil {
		t.Fatal(err)
	}
	c.Units[0].Name = `"quoted": #yes, {braces} å`
	c.Routes[0].Signature, c.Routes[1].Signature = routing.SignatureRequire, routing.SignatureBoth
	c.Units[0].Town, c.Units[0].Aliases = "Upplands Väsby: norr", routing.NewNames([]string{"BVC, Öster", "1177", "{a}: b"})
	for _, short := range []map[string]string{nil, names()} {
		var text bytes.Buffer
		if err := tak.WriteYAML(&text, c, short); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text.String(), "contract: SendComplaint,") != (short != nil) {
			t.Errorf("contracts are written\n%s", &text)
		}
		if lines := strings.Count(text.String(), "\n"); lines != 3+4+6+4 {
			t.Errorf("%d lines, want one for each row:\n%s", lines, &text)
		}
		back, err := tak.ReadYAML(&text, short)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, back, withoutLines()); diff != "" {
			t.Error(diff)
		}
	}
	var text bytes.Buffer
	if err := tak.WriteYAML(&text, routing.Catalogue{}, nil); err != nil ||
		text.String() != "units: []\nroutes: []\npermissions: []\n" {
		t.Errorf("nothing is written as %q, %v", &text, err)
	}
}

func TestReadCache(t *testing.T) {
	c, err := tak.ReadCache(open(t, "tak-cache.xml"))
	if err != nil {
		t.Fatal(err)
	}
	want := routing.Catalogue{
		Routes: []routing.Row{
			{
				Contract: send, Receiver: clinic, Address: "https://old.example/SendComplaint", Profile: "RIVTABP21",
				From: 20260101, Until: 20260630, Line: 3,
			},
			{
				Contract: send, Receiver: clinic, Address: "https://new.example/SendComplaint?a=1&b=2", Profile: "RIVTABP21",
				From: 20260701, Until: 20991231, Line: 8,
			},
			{
				Contract: ping, Receiver: "*", Address: "http://producent.example/ping", Profile: "RIVTABP20", From: 20130809,
				Line: 11,
			},
		},
		Permissions: []routing.Permission{{
			Contract: send, Sender: portal, Receiver: "SE", From: 20130809, Until: 21130809, Line: 14,
			Filters: routing.NewFilters([]routing.Filter{{Domain: "urn:riv:itintegration", Categories: []string{"x"}}}),
		}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
}

func TestCacheComesBackWhole(t *testing.T) {
	c, err := tak.ReadYAML(open(t, "demo.yaml"), names())
	if err != nil {
		t.Fatal(err)
	}
	c.Tree = routing.Tree{clinic: "SE2010123456-REG"}
	c.Units[0].Name = `<&"' å`
	c.Units[0].Town, c.Units[0].Aliases = `"Ås" & <ö`, routing.NewNames([]string{"BVC, Öster", "1177", `<&"' å`})
	c.Routes[5].Until = 18500101 // when Sweden had no time by the clock yet
	c.Permissions[0].Filters = routing.NewFilters([]routing.Filter{
		{Domain: "urn:a", Categories: []string{"<b>", "ö"}}, {Domain: "urn:c"},
	})
	path := filepath.Join(t.TempDir(), "cache.xml")
	for range 2 { // the second time there is a file already
		if err := tak.SaveCache(path, c); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	back, err := tak.ReadCache(bytes.NewReader(written))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c, back, withoutLines()); diff != "" {
		t.Error(diff)
	}
	for _, part := range []string{
		"<ns2:fromTidpunkt>2026-01-01T00:00:00.000+01:00</ns2:fromTidpunkt>" +
			"<ns2:tomTidpunkt>2099-12-31T23:59:59.000+01:00</ns2:tomTidpunkt>",
		"<ns2:fromTidpunkt>1970-01-01T00:00:00.000+01:00</ns2:fromTidpunkt><ns2:adress>",
	} {
		if !bytes.Contains(written, []byte(part)) {
			t.Errorf("the copy does not hold %s:\n%s", part, written)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".catalogue-*")); len(left) != 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestAFailedSaveKeepsTheOldCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cache.xml")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := tak.SaveCache(path, routing.Catalogue{}); err == nil || !strings.Contains(err.Error(), "no routes") {
		t.Errorf("saving nothing: %v, want an error", err)
	}
	if kept, _ := os.ReadFile(path); string(kept) != "old" {
		t.Errorf("the copy is %q now", kept)
	}
	entries, _ := os.ReadDir(filepath.Dir(path))
	if len(entries) != 1 {
		t.Errorf("%d files are left, want one", len(entries))
	}
	err := tak.SaveCache(filepath.Join(path, "below-a-file", "cache.xml"), routing.Catalogue{})
	if err == nil || strings.Contains(err.Error(), filepath.Dir(path)) {
		t.Errorf("saving where no folder is: %v, want an error without the path", err)
	}
}

func TestHostileOrBrokenCopiesAreRefused(t *testing.T) {
	route := "<virtualiseringsInfo><receiverId>A</receiverId><tjansteKontrakt>urn:a</tjansteKontrakt>" +
		"</virtualiseringsInfo>"
	permission := "<anropsBehorighetsInfo><receiverId>A</receiverId><senderId>S</senderId>" +
		"<tjansteKontrakt>urn:a</tjansteKontrakt></anropsBehorighetsInfo>"
	root := func(content string) string { return "<persistentCache>" + content + "</persistentCache>" }
	for _, c := range []struct{ name, text, want string }{
		{"a document type", "<!DOCTYPE persistentCache [<!ENTITY a 'b'>]>" + root(route+permission), "document type"},
		{"an entity of its own", root(strings.Replace(route, ">A<", ">&a;<", 1) + permission), "well-formed"},
		{"nesting without end", strings.Repeat("<persistentCache>", 100), "deep"},
		{"another root", "<html></html>", "persistentCache"},
		{"a second root", root(route+permission) + root(""), "second"},
		{"text behind the root", root(route+permission) + "x", "outside"},
		{"an end too early", root(route + permission)[:80], "too early"},
		{"no routes", root(permission), "no routes"},
		{"no permissions", root(route), "no permissions"},
		{"nothing", "", "no XML"},
		{
			"a route without a receiver",
			root("<virtualiseringsInfo><tjansteKontrakt>urn:a</tjansteKontrakt></virtualiseringsInfo>"), "line 1",
		},
		{"a permission without a sender", root(strings.Replace(permission, "senderId", "x", -1)), "senderId"},
		{
			"a value twice", root(strings.Replace(route, "</receiverId>", "</receiverId><receiverId>B</receiverId>", 1)),
			"twice",
		},
		{"an element in a value", root(strings.Replace(route, ">A<", "><b/><", 1)), "element where a value"},
		{"a long value", root(strings.Replace(route, ">A<", ">"+strings.Repeat("A", 9000)+"<", 1)), "longer"},
		{
			"a first day that is none",
			root(strings.Replace(route, "</receiverId>", "</receiverId><fromTidpunkt>2026-02-30T00:00:00</fromTidpunkt>", 1)),
			"fromTidpunkt",
		},
		{
			"a last day that is none",
			root(strings.Replace(route, "</receiverId>", "</receiverId><tomTidpunkt>soon</tomTidpunkt>", 1)), "tomTidpunkt",
		},
		{"an encoding that nobody uses", `<?xml version="1.0" encoding="EBCDIC"?>` + root(route+permission), "encoding"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := tak.ReadCache(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestTimesOfATAK(t *testing.T) {
	const text = `<persistentCache><virtualiseringsInfo><receiverId>A</receiverId><tjansteKontrakt>urn:a</tjansteKontrakt><tomTidpunkt>TIME</tomTidpunkt></virtualiseringsInfo>
<anropsBehorighetsInfo><receiverId>A</receiverId><senderId>S</senderId><tjansteKontrakt>urn:a</tjansteKontrakt></anropsBehorighetsInfo></persistentCache>`
	for written, want := range map[string]routing.Date{
		"2026-06-30T23:59:59":              20260630,
		"2026-06-30T23:59:59.999":          20260630,
		"2026-06-30T23:59:59+02:00":        20260630,
		"2026-06-30T21:59:59.123456Z":      20260630,
		"2026-06-30T22:00:00Z":             20260701,
		"2026-06-30":                       20260630,
		"2026-06-30Z":                      20260630,
		"2026-06-30+02:00":                 20260630,
		"9999-12-31T23:59:59Z":             99991231,
		" \n 2026-06-30T00:00:00+02:00\t ": 20260630,
		"":                                 0,
	} {
		c, err := tak.ReadCache(strings.NewReader(strings.Replace(text, "TIME", written, 1)))
		if err != nil || c.Routes[0].Until != want {
			t.Errorf("%q is %+v, %v, want %s", written, c.Routes, err, want)
		}
	}
	for _, written := range []string{
		"2026-06-30T", "2026-06-30T25:00:00", "2026-06-30x", "0000-01-01", "0000-01-01T00:00:00Z", "26-06-30",
	} {
		if c, err := tak.ReadCache(strings.NewReader(strings.Replace(text, "TIME", written, 1))); err == nil {
			t.Errorf("%q is read as %s", written, c.Routes[0].Until)
		}
	}
}

func TestReadHSATree(t *testing.T) {
	tree, err := tak.ReadHSATree(open(t, "hsa-units.xml"), open(t, "hsa-more.xml"))
	if err != nil {
		t.Fatal(err)
	}
	want := routing.Tree{
		"SE2010123456-REG":   "SE",
		"SE2010123456-SJH":   "SE2010123456-REG", // ou=Sjukhus between them is no unit
		"SE2010123456-SJ01":  "SE2010123456-SJH", // its name holds a comma
		clinic:               "SE2010123456-REG", // the master's place, not that of the second file
		"SE2010123456-VC01A": clinic,             // from ISO-8859-1
		"SE0000000001-ENSAM": "SE",
	}
	if diff := cmp.Diff(want, tree); diff != "" {
		t.Error(diff)
	}
}

func TestHSAFilesThatAreRefused(t *testing.T) {
	unit := func(id, dn string) string {
		return "<hsaUnit><hsaIdentity>" + id + "</hsaIdentity><DN>" + dn + "</DN></hsaUnit>"
	}
	file := func(units ...string) string {
		return `<r xmlns="urn:riv:hsa:HsaWsResponder:3"><hsaUnits>` + strings.Join(units, "") + "</hsaUnits></r>"
	}
	for _, c := range []struct {
		name  string
		files []string
		want  string // "" where they are taken
	}{
		{"two units with one DN", []string{file(unit("A", "o=x,c=SE"), unit("B", "O=X, c=se"))}, "twice"},
		{"one unit with one DN twice", []string{file(unit("A", "o=x,c=SE"), unit("A", "o=x,c=SE"))}, "twice"},
		{
			"two files give one DN to different units",
			[]string{file(unit("A", "o=x,c=SE")), file(unit("B", "o=x,c=SE"))},
			"HSA file 2",
		},
		{"two files with the same unit", []string{file(unit("A", "o=x,c=SE")), file(unit("a", "o=x,c=SE"))}, ""},
		{"another namespace", []string{strings.Replace(file(unit("A", "o=x,c=SE")), ":3", ":9", 1)}, "no HSA units"},
		{"a place without HSA-id is no unit", []string{file(unit("", "o=x,c=SE"), unit("A", "o=x,c=SE"))}, ""},
		{"a document type", []string{"<!DOCTYPE r>" + file(unit("A", "o=x,c=SE"))}, "document type"},
		{"an element in a DN", []string{file(unit("A", "<b/>"))}, "element where a value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var readers []io.Reader
			for _, f := range c.files {
				readers = append(readers, strings.NewReader(f))
			}
			_, err := tak.ReadHSATree(readers...)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// A file without routes is a failure to read it: senders would be told that nobody is there.
func TestAFileWithoutRoutesIsNoCatalogue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalogue.yaml")
	if err := os.WriteFile(path, []byte("units: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (tak.File{Path: path}).Read(t.Context()); err == nil || !strings.Contains(err.Error(), "no routes") {
		t.Errorf("it is read: %v", err)
	}
}
