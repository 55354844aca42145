package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"
)

func TestCommittedCodeIsWhatThePacksGive(t *testing.T) {
	root := moduleRoot(t)
	for _, pack := range []string{"inferred", "platform"} {
		var problems bytes.Buffer
		from, to := filepath.Join(root, "wsdl", pack), filepath.Join(root, "contracts", pack)
		code := run([]string{"-pack", pack, "-wsdl", from, "-out", to, "--check"}, &problems, &problems)
		if code != exitDone {
			t.Errorf("pack %s: exit code %d\n%s", pack, code, problems.String())
		}
	}
}

func TestEveryRunGivesTheSameBytes(t *testing.T) {
	first, err := generate("rows", "testdata/rows", "rivgate/soap")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := generate("rows", "testdata/rows", "rivgate/soap")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatal(diff)
		}
	}
	for path, text := range first {
		if !bytes.HasPrefix(text, []byte(marker+"\n")) {
			t.Errorf("%s does not begin with the marker", path)
		}
	}
}

func TestBrokenPacksAreRefusedWithFileAndLine(t *testing.T) {
	responder := "schemas/interactions/KeepInteraction/KeepResponder_1.0.xsd"
	wsdl := "schemas/interactions/KeepInteraction/KeepInteraction_1.0_RIVTABP21.wsdl"
	base := "schemas/core_components/base.xsd"
	for name, c := range map[string]struct{ file, old, new, want string }{
		"a type that is nowhere": {
			responder, `type="b:SwedishPersonType"`, `type="b:NoSuchType"`,
			responder + ":25: type {urn:riv:test:rows:1}NoSuchType is not declared",
		},
		"a prefix that is not declared": {
			responder, `type="o:PersonType"`, `type="zz:PersonType"`,
			responder + `:28: the prefix of type="zz:PersonType" is not declared`,
		},
		"a file that is missing": {base, `"chameleon.xsd"`, `"gone.xsd"`, base + ":5: reading gone.xsd"},
		"a schema on the net": {
			base, `"chameleon.xsd"`, `"http://example.com/x.xsd"`,
			base + ":5: schemaLocation",
		},
		"a file that is not XML": {base, `</xs:schema>`, `</xs:schem>`, base + ":"},
		"a number that is none": {
			responder, `maxOccurs="2"`, `maxOccurs="two"`,
			responder + `:32: maxOccurs="two"`,
		},
		"a header part that is nowhere": {
			wsdl, `part="LogicalAddress" use`, `part="Address" use`,
			wsdl + `:33: part "Address"`,
		},
		"a message element that is nowhere": {
			wsdl, `element="tjsr:Keep"/>`, `element="tjsr:Kept"/>`,
			wsdl + ":30: element {urn:riv:test:rows:KeepResponder:1}Kept",
		},
		"the rpc style": {wsdl, `style="document"/>`, `style="rpc"/>`, wsdl + `:30: style "rpc"`},
		"a message of mere types": {
			wsdl, `element="tjsr:Keep"/>`, `type="tjsr:KeepType"/>`,
			wsdl + `:17: part "parameters" has no element`,
		},
		"redefinition": {
			base, `<xs:include schemaLocation="chameleon.xsd"/>`, `<xs:redefine schemaLocation="chameleon.xsd"/>`,
			base + ":5: xs:redefine",
		},
		"a substitution group": {
			base, `<xs:element name="remark" type="xs:string"/>`,
			`<xs:element name="remark" type="xs:string"/><xs:element name="note" type="xs:string" substitutionGroup="remark"/>`,
			responder + ":30: element remark heads a substitution group",
		},
		"one name declared in two ways": {
			"schemas/core_components/chameleon.xsd", `"TwelveType"`, `"DigitEnum"`,
			": type DigitEnum is declared otherwise in ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("testdata/rows")); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, filepath.FromSlash(c.file))
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			changed := strings.ReplaceAll(string(text), c.old, c.new)
			if changed == string(text) {
				t.Fatalf("%s has no %s", c.file, c.old)
			}
			if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			var problems bytes.Buffer
			code := run([]string{"--pack", "rows", "--wsdl", dir, "--out", filepath.Join(dir, "out")}, &problems, &problems)
			if code != exitNot || !strings.Contains(problems.String(), c.want) {
				t.Errorf("exit code %d, want 1; said %q, want %q in it", code, problems.String(), c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "out")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("something was written all the same")
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	var out, problems bytes.Buffer
	code := run([]string{"--help"}, &out, &problems)
	if code != exitDone || !strings.Contains(out.String(), "Exit codes") {
		t.Errorf("--help: exit code %d, %q", code, out.String())
	}
	for name, args := range map[string][]string{
		"nothing at all":        nil,
		"an unknown flag":       {"-nonsense"},
		"a folder that is none": {"-pack", "p", "-wsdl", "testdata/none", "-out", "x"},
	} {
		if code := run(args, &out, &problems); code != exitUsage {
			t.Errorf("%s: exit code %d, want 2", name, code)
		}
	}
	dir := t.TempDir()
	if code := run([]string{"-pack", "p", "-wsdl", dir, "-out", dir}, &out, &problems); code != exitNot {
		t.Errorf("a folder without WSDL: exit code %d, want 1", code)
	}
	if code := run([]string{"-pack", "p", "-wsdl", dir, "-out", dir, "-empty-ok"}, &out, &problems); code != exitDone {
		t.Errorf("a folder without WSDL that may be empty: exit code %d, want 0", code)
	}
}

func TestWritingRemovesWhatIsNoLongerGenerated(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-pack", "rows", "-wsdl", "testdata/rows", "-out", dir}
	keep := filepath.Join(dir, "hand.go")
	old := filepath.Join(dir, "gone", "types.go")
	if err := os.MkdirAll(filepath.Dir(old), 0o755); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{keep: "package hand\n", old: marker + "\n\npackage gone\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var problems bytes.Buffer
	code := run(append(args, "--check"), &problems, &problems)
	if code != exitNot || !strings.Contains(problems.String(), "no longer generated") {
		t.Errorf("--check before: exit code %d, %s", code, problems.String())
	}
	if code := run(args, &problems, &problems); code != exitDone {
		t.Fatalf("exit code %d, %s", code, problems.String())
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Error("old generated code is still there")
	}
	if _, err := os.Stat(keep); err != nil {
		t.Error("a file written by hand is gone")
	}
	if code := run(append(args, "--check"), &problems, &problems); code != exitDone {
		t.Errorf("--check after: exit code %d, %s", code, problems.String())
	}
}

// Our own files of the platform's contracts must be the published ones on the wire: the same operations, and every
// declaration that ours have equal but for annotations.
func TestPlatformPackEqualsThePublishedContracts(t *testing.T) {
	root := moduleRoot(t)
	folder := filepath.Join(root, "../shared/rivta")
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("SKIPPED: no published contracts in %s", folder)
	}
	ours, err := loadPack(filepath.Join(root, "wsdl/platform"))
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := loadPack(folder)
	if err != nil {
		t.Fatal(err)
	}
	published := map[string]operation{}
	declared := map[string]map[symbol]component{}
	for _, d := range theirs {
		declared[d.name] = d.schemas.globals
		for _, op := range d.operations {
			published[op.Contract+" "+op.Profile] = op
		}
	}
	compared := 0
	for _, d := range ours {
		for _, op := range d.operations {
			other, ok := published[op.Contract+" "+op.Profile]
			if !ok {
				t.Errorf("%s is not published", op.WSDL)
				continue
			}
			type wire struct {
				Name, SOAPAction  string
				Request, Response xml.Name
				Headers           []xml.Name
			}
			if diff := cmp.Diff(wire{other.Name, other.SOAPAction, other.Request, other.Response, other.Headers},
				wire{op.Name, op.SOAPAction, op.Request, op.Response, op.Headers}); diff != "" {
				t.Errorf("%s (-published +ours):\n%s", op.WSDL, diff)
			}
		}
		byLocal := func(a, b symbol) int { return strings.Compare(a.name.Local, b.name.Local) }
		for _, key := range slices.SortedFunc(maps.Keys(d.schemas.globals), byLocal) {
			c := d.schemas.globals[key]
			compared++
			other, ok := declared[d.name][key]
			if !ok {
				t.Errorf("%s %s is not published", key.kind, key.name.Local)
			} else if !same(plain(c), plain(other)) {
				t.Errorf("%s %s is not as published", key.kind, key.name.Local)
			}
		}
	}
	if compared < 15 {
		t.Errorf("only %d declarations compared", compared)
	}
}

// plain is the declaration without the occurrences that are the default anyway.
func plain(c component) *etree.Element {
	var strip func(e *etree.Element)
	strip = func(e *etree.Element) {
		for _, key := range []string{"minOccurs", "maxOccurs"} {
			if e.SelectAttrValue(key, "") == "1" {
				e.RemoveAttr(key)
			}
		}
		for _, inner := range e.ChildElements() {
			strip(inner)
		}
	}
	strip(c.element)
	return c.element
}
