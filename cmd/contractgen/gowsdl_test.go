package main

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"rivgate/soap/codec"
)

// rowsWSDL has everything that gowsdl loses or breaks.
const rowsWSDL = "testdata/rows/schemas/interactions/KeepInteraction/KeepInteraction_1.0_RIVTABP21.wsdl"

// row is one row of the table of gowsdl's faults (see the package comment).
type row struct {
	name    string
	fault   []string // what gowsdl alone writes
	missing []string // what it leaves out
	want    []string // what we write
}

var faults = []row{
	{
		name:  "1 the body is the body, the header a header",
		fault: []string{"Keep (request *string) (*KeepResponse, error)"},
		want: []string{
			`Request: xml.Name{Space: "urn:riv:test:rows:KeepResponder:1", Local: "Keep"}`,
			`Headers: []xml.Name{{Space: "urn:riv:test:rows:1", Local: "remark"}}`,
		},
	},
	{
		name:  "2 elements have the namespace of the schema that declares them",
		fault: []string{"Remark *Remark `xml:\"remark,omitempty\"", "Born soap.XSDDate `xml:\"born,omitempty\""},
		want: []string{
			`codec.ReadOptional(p, nsRows1, "remark", &v.Remark)`, `codec.Read(p, nsRows2, "born", &v.Born)`,
			`codec.Read(p, "", "loose", &v.Loose)`, `nsRows1 = "urn:riv:test:rows:1"`,
		},
	},
	{
		name:  "3 what is required is a value, what is optional a pointer",
		fault: []string{"No bool `xml:\"no,omitempty\"", "Kind string `xml", "Person *SwedishPersonType `xml"},
		want: []string{
			"No bool", "Zero int32", "Kind *string", "Person SwedishPersonType", "Maybe *codec.Nillable[int32]",
			`codec.Write(w, nsKeepResponder1, "no", &v.No)`, `codec.WriteOptional(w, nsKeepResponder1, "maybe", v.Maybe)`,
		},
	},
	{
		name: "4 wildcards and free content are kept, in their places",
		fault: []string{
			"Items []string `xml:\",any\"", "Free struct { } `xml", "type ParagraphType struct { Bold []string",
			"type AnyType struct { InnerXML string", "Whole AnyType",
		},
		missing: []string{"OtherAttributes", ",any,attr"},
		want: []string{
			"Above string Any []codec.Any Below", "OtherAttributes []xml.Attr",
			`codec.Write(w, nsRows1, "above", &v.Above) codec.WriteAny(w, v.Any) codec.Write`,
			"Paragraph *codec.Content", "Free *codec.Content", "Whole *codec.Content",
		},
	},
	{
		name: "5 enumerations are of strings, their constants have names of their own",
		fault: []string{
			`UnitEnumKg UnitEnum = "k-g"`, `UnitEnum UnitEnum = "\"`, "type SomeUnitEnum *UnitEnum",
			`type DigitEnum int32 const ( DigitEnum4 DigitEnum = "4"`, "type TwelveType *FewType",
		},
		want: []string{
			`UnitEnumKG2 UnitEnum = "k-g"`, `UnitEnumEmpty2 UnitEnum = "\\"`,
			"type SomeUnitEnum string", "Digit int32", "ID string",
		},
	},
	{
		name: "6 names are unique",
		fault: []string{
			"type PersonType struct { Id int64", "type PersonType struct { Id string", "Righthand string `xml:\"right-hand,",
			"Righthand string `xml:\"righthand,", "Type_ string", "Due soap.XSDDate `xml",
		},
		want: []string{
			"type PersonTypeV1 struct", "type PersonTypeV2 struct", "RightHand string", "Righthand string",
			"Type string", "Due DateV1", "type DateV1 struct",
		},
	},
	{
		name: "7 a derived type keeps what its base has",
		fault: []string{
			"type SwedishPersonType struct { }", "type SmallAmountType struct { }", "type LabelType string",
			"type NamedPersonType struct { *PersonType",
		},
		missing: []string{"Colour"},
		want: []string{
			"type SwedishPersonType struct { Root string ID string",
			"type SmallAmountType struct { Unit UnitEnum", "codec.ReadText(p, &v.Value)", "Colour *string",
		},
	},
	{
		name:  "8 maxOccurs 2 is a slice",
		fault: []string{"Pair string `xml"},
		want:  []string{"Pair []string"},
	},
	{
		name:    "9 nested choices, sequences and groups are flat",
		missing: []string{"Centre", "Weightless", "City", "Question", "Blue"},
		want: []string{
			"Centre *string", "Weightless *bool", "City *string",
			"Items []KeepTypeItem", "codec.ReadGroup(p, &v.Items)", "Blue *bool",
		},
	},
	{
		name: "10 what no Go type holds is kept as it was written",
		fault: []string{
			"Huge int32", "Price float64", "Moment soap.XSDDateTime", "type TwoDigitsType int32", "File []byte", "Named2 *QName",
		},
		want: []string{
			"Huge codec.Integer", "Price codec.Decimal", "Moment codec.DateTime", "TwoDigits codec.Integer",
			"File codec.Base64Binary", "Named2 codec.QName",
		},
	},
	{
		name:    "11 files are followed however deep",
		fault:   []string{"Deep *DeepType"},
		missing: []string{"type DeepType"},
		want:    []string{`codec.Read(p, nsKeepResponder1, "deep", &v.Deep)`, "Deep string"},
	},
	{
		name: "two profiles of a contract are two operations",
		want: []string{"func KeepBP20Operation()", "func KeepOperation()", "soap.RIVTABP20"},
	},
	{
		name: "a type that contains itself is a slice or a pointer",
		want: []string{"Branch []TreeType", "Trunk *TreeType"},
	},
}

// Each repair is of a fault that gowsdl has: the fault is in what gowsdl alone writes of these files, and not in ours.
func TestEachRowMendsAFaultOfGowsdl(t *testing.T) {
	parts, err := runGowsdl(rowsWSDL)
	if err != nil {
		t.Fatal(err)
	}
	files, err := generate("rows", "testdata/rows", "rivgate/soap")
	if err != nil {
		t.Fatal(err)
	}
	theirs := inOneLine(parts["header"], parts["types"], parts["operations"])
	ours := inOneLine(files["rows/types.go"], files["rows/codec.go"], files["rows/operations.go"])
	for _, row := range faults {
		t.Run(row.name, func(t *testing.T) {
			for _, fault := range row.fault {
				if !strings.Contains(theirs, fault) {
					t.Errorf("gowsdl does not write %s: is the repair still needed?", fault)
				}
				if strings.Contains(ours, fault) {
					t.Errorf("the fault stays: %s", fault)
				}
			}
			for _, missing := range row.missing {
				if strings.Contains(theirs, missing) {
					t.Errorf("gowsdl writes %s: is the repair still needed?", missing)
				}
			}
			for _, want := range row.want {
				if !strings.Contains(ours, want) {
					t.Errorf("no %s", want)
				}
			}
		})
	}
}

func inOneLine(parts ...[]byte) string {
	words := ""
	for _, part := range parts {
		words += " " + strings.Join(strings.Fields(string(part)), " ")
	}
	return words
}

// leaf is a type for encoding/xml, and for the codec.
type leaf struct {
	A string `xml:"urn:riv:test:rows:1 a"`
	B string `xml:"urn:riv:test:rows:1 b"`
}

func (v *leaf) ReadXML(*codec.Part) bool { return false }

func (v *leaf) WriteXML(w *codec.Writer) {
	codec.Write(w, "urn:riv:test:rows:1", "a", &v.A)
	codec.Write(w, "urn:riv:test:rows:1", "b", &v.B)
}

// Row 12 is not in the types: encoding/xml declares a namespace again on every element, package codec once.
func TestRow12NamespacesAreDeclaredOnce(t *testing.T) {
	theirs, err := xml.Marshal(leaf{"1", "2"})
	if err != nil {
		t.Fatal(err)
	}
	ours, err := codec.WriteEnvelope(nil, "", xml.Name{Space: "urn:riv:test:rows:1", Local: "leaf"}, &leaf{"1", "2"})
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(theirs), `"urn:riv:test:rows:1"`); n < 2 {
		t.Errorf("encoding/xml declares the namespace %d times: is the codec still needed for this?", n)
	}
	if n := strings.Count(string(ours), `"urn:riv:test:rows:1"`); n != 1 {
		t.Errorf("the namespace is declared %d times in %s", n, ours)
	}
}

// A field, a type, a constant and a comment are what gowsdl writes: another draft gives other code or is refused.
func TestWhatGowsdlWritesIsWhatComesOut(t *testing.T) {
	root := moduleRoot(t)
	for pack, dir := range map[string]string{
		"rows":     "testdata/rows",
		"inferred": filepath.Join(root, "wsdl/inferred"),
		"platform": filepath.Join(root, "wsdl/platform"),
	} {
		domains, err := loadPack(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i, folder := range foldersOf(domains) {
			g, err := newPackage(pack, folder, "rivgate/soap", domains[i])
			if err != nil {
				t.Fatal(err)
			}
			t.Run(pack+" "+folder, func(t *testing.T) { followsTheDraft(t, g) })
		}
	}
}

var (
	draftedField    = regexp.MustCompile("(?m)^\\s*\\S+\\s+((?:\\[\\])?)(\\S+) `xml:\"([^\",]*).*$")
	draftedConstant = regexp.MustCompile(`(?m)^\s*\S+ \S+ = "(.*)"\s*$`)
	draftedComment  = regexp.MustCompile(`(?m)^\s*// (.*)$`)
)

func followsTheDraft(t *testing.T, g *goPackage) {
	draft, err := g.draft()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.typesFile([]byte("package " + g.name + "\n")); err == nil {
		t.Error("types come out without gowsdl")
	}
	// typesFile of the draft with something else between two places.
	with := func(from, to int, text string) ([]byte, error) {
		return g.typesFile(bytes.Join([][]byte{draft[:from], draft[to:]}, []byte(text)))
	}
	refused := func(what string, from, to int, text string) {
		if _, err := with(from, to, text); err == nil {
			t.Errorf("%s is not missed: %s", what, bytes.TrimSpace(draft[from:to]))
		}
	}
	taken := 0
	followed := func(what string, from, to int, text string) {
		out, err := with(from, to, text)
		if err == nil && !bytes.Contains(out, []byte(text)) {
			t.Errorf("%s of gowsdl is replaced: %s", what, draft[from:to])
		}
		if err == nil {
			taken++
		}
	}
	fields := draftedField.FindAllSubmatchIndex(draft, -1)
	for _, m := range fields {
		refused("a field", m[0], m[1], "")
		refused("the name in a tag", m[6], m[7], "strange")
		followed("the type", m[4], m[5], "Strange")
	}
	for _, m := range draftedConstant.FindAllSubmatchIndex(draft, -1) {
		refused("a constant", m[0], m[1], "")
		followed("the value", m[2], m[3], "strange")
	}
	for _, m := range draftedComment.FindAllSubmatchIndex(draft, -1) {
		followed("the comment", m[2], m[3], "A strange comment.")
	}
	if len(fields) < 5 || taken < len(fields)/2 {
		t.Errorf("of %d fields, only %d facts come from gowsdl", len(fields), taken)
	}
}
