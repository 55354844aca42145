package codec

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rivgate/soap/guard"
)

// keepType has every kind of field that contractgen writes, and is written as contractgen would.
type keepType struct {
	Mark      string
	Lang      *string
	Others    []xml.Attr
	Name      string
	No        bool
	Zero      int32
	Big       *uint64
	Loose     *string
	Price     *Decimal
	File      *Base64Binary
	Hash      *HexBinary
	Kind      *QName
	Maybe     *Nillable[int8]
	Unit      *keepUnit
	Size      *keepSize
	Items     []keepItem
	Paragraph *Content
	Tail      []string
	Any       []Any
}

type keepUnit struct {
	ID    *string
	Value string
}

type keepSize string

type keepItem struct {
	Red   *int32
	Green *string
}

func (v *keepType) ReadXML(p *Part) bool {
	return ReadAttr(p, "", "mark", &v.Mark) ||
		ReadOptionalAttr(p, xmlNamespace, "lang", &v.Lang) ||
		ReadOtherAttrs(p, &v.Others) ||
		Read(p, "urn:t", "name", &v.Name) ||
		Read(p, "urn:t", "no", &v.No) ||
		Read(p, "urn:t", "zero", &v.Zero) ||
		ReadOptional(p, "urn:t", "big", &v.Big) ||
		ReadOptional(p, "", "loose", &v.Loose) ||
		ReadOptional(p, "urn:u", "price", &v.Price) ||
		ReadOptional(p, "urn:t", "file", &v.File) ||
		ReadOptional(p, "urn:t", "hash", &v.Hash) ||
		ReadOptional(p, "urn:t", "kind", &v.Kind) ||
		ReadOptional(p, "urn:t", "maybe", &v.Maybe) ||
		ReadOptional(p, "urn:t", "unit", &v.Unit) ||
		ReadOptional(p, "urn:t", "size", &v.Size) ||
		ReadGroup(p, &v.Items) ||
		ReadOptional(p, "urn:t", "paragraph", &v.Paragraph) ||
		ReadEach(p, "urn:t", "tail", &v.Tail) ||
		ReadAny(p, &v.Any)
}

func (v *keepType) WriteXML(w *Writer) {
	WriteAttr(w, "", "mark", &v.Mark)
	WriteOptionalAttr(w, xmlNamespace, "lang", v.Lang)
	WriteOtherAttrs(w, v.Others)
	Write(w, "urn:t", "name", &v.Name)
	Write(w, "urn:t", "no", &v.No)
	Write(w, "urn:t", "zero", &v.Zero)
	WriteOptional(w, "urn:t", "big", v.Big)
	WriteOptional(w, "", "loose", v.Loose)
	WriteOptional(w, "urn:u", "price", v.Price)
	WriteOptional(w, "urn:t", "file", v.File)
	WriteOptional(w, "urn:t", "hash", v.Hash)
	WriteOptional(w, "urn:t", "kind", v.Kind)
	WriteOptional(w, "urn:t", "maybe", v.Maybe)
	WriteOptional(w, "urn:t", "unit", v.Unit)
	WriteOptional(w, "urn:t", "size", v.Size)
	WriteGroup(w, v.Items)
	WriteOptional(w, "urn:t", "paragraph", v.Paragraph)
	WriteEach(w, "urn:t", "tail", v.Tail)
	WriteAny(w, v.Any)
}

func (v *keepUnit) ReadXML(p *Part) bool {
	return ReadOptionalAttr(p, "", "id", &v.ID) || ReadText(p, &v.Value)
}

func (v *keepUnit) WriteXML(w *Writer) {
	WriteOptionalAttr(w, "", "id", v.ID)
	WriteText(w, &v.Value)
}

func (v *keepSize) XMLText() *string { return (*string)(v) }

func (v *keepItem) ReadXML(p *Part) bool {
	return ReadOptional(p, "urn:t", "red", &v.Red) || ReadOptional(p, "urn:t", "green", &v.Green)
}

func (v *keepItem) WriteXML(w *Writer) {
	WriteOptional(w, "urn:t", "red", v.Red)
	WriteOptional(w, "urn:t", "green", v.Green)
}

const receiver = "SE2010123456-VC01"

var (
	keepName     = xml.Name{Space: "urn:t", Local: "Keep"}
	addressNames = []xml.Name{{Space: "urn:riv:itintegration:registry:1", Local: "LogicalAddress"}}
)

// write is the envelope of a Keep.
func write(v Value) ([]byte, error) { return WriteEnvelope(addressNames, receiver, keepName, v) }

// read reads an envelope of whatever element.
func read(envelope []byte, v Value) error {
	_, err := ReadEnvelope(envelope, xml.Name{}, v)
	return err
}

func enveloped(keep string) []byte {
	return []byte(`<s:Envelope xmlns:s="` + guard.NamespaceEnvelope + `"><s:Body>` + keep + `</s:Body></s:Envelope>`)
}

func TestEncode(t *testing.T) {
	got, err := WriteEnvelope(addressNames, receiver+" & co", keepName, &keepType{Mark: `"a"`, Name: "å<ä>\r\n&"})
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:n1="urn:riv:itintegration:registry:1" xmlns:n2="urn:t">` +
		`<soap:Header><n1:LogicalAddress>SE2010123456-VC01 &amp; co</n1:LogicalAddress></soap:Header><soap:Body>` +
		`<n2:Keep mark="&quot;a&quot;"><n2:name>å&lt;ä&gt;&#xD;` + "\n" + `&amp;</n2:name>` +
		`<n2:no>false</n2:no><n2:zero>0</n2:zero></n2:Keep>` +
		`</soap:Body></soap:Envelope>`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	response, err := WriteEnvelope(nil, "", xml.Name{Space: "urn:t", Local: "KeepResponse"}, &keepType{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(response), "Header") || !strings.Contains(string(response), "<n1:KeepResponse mark=") {
		t.Errorf("response: %s", response)
	}
}

func TestEncodeRefuses(t *testing.T) {
	below := Content{Children: []Node{{Text: "\x01"}}}
	for name, v := range map[string]*keepType{
		"a control character":           {Name: "a\x00b"},
		"a character outside UTF-8":     {Name: "a\xffb"},
		"a control character below Any": {Any: []Any{{Name: xml.Name{Local: "x"}, Content: below}}},
		"a control character in a mark": {Mark: "\x02"},
	} {
		if out, err := write(v); err == nil {
			t.Errorf("%s: written as %s", name, out)
		}
	}
	if out, err := WriteEnvelope(addressNames, "\x02", keepName, &keepType{}); err == nil {
		t.Errorf("a control character in an address: written as %s", out)
	}
}

func TestRoundTrip(t *testing.T) {
	for name, keep := range map[string]string{
		"everything": `<t:Keep xmlns:t="urn:t" mark="m" xml:lang="sv" xmlns:o="urn:o" o:more="x &#9; y">` +
			`<t:name> two  blanks </t:name><t:no>true</t:no><t:zero>-7</t:zero><t:big>18446744073709551615</t:big>` +
			`<loose>l</loose><u:price xmlns:u="urn:u">0012.500</u:price><t:file>SGVqIQ==</t:file><t:hash>0aF1</t:hash>` +
			`<t:kind>o:Kind</t:kind><t:maybe>3</t:maybe><t:unit id="i">kg</t:unit><t:size> L </t:size>` +
			`<t:tail>1</t:tail><t:tail>2</t:tail></t:Keep>`,
		"a value that is nil": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:maybe xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></t:Keep>`,
		"the order of a repeated choice": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:red>1</t:red><t:green>2</t:green><t:green>3</t:green><t:red>4</t:red><t:red>5</t:red></t:Keep>`,
		"mixed content": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:paragraph a="b">one <t:bold>two</t:bold> three</t:paragraph></t:Keep>`,
		"elements of a later version": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<v:more xmlns:v="urn:t:1.1" v:at="&#10;"><v:part>text <plain/> tail</v:part></v:more>` +
			`<v:more xmlns:v="urn:t:1.1"/></t:Keep>`,
		"prefixes in values, default namespaces, and prefixes that we would take": `<t:Keep xmlns:t="urn:t" mark="">` +
			`<t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<x xmlns="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Plain"><y xmlns="">n1:word</y>` +
			`<n1:z xmlns:n1="urn:other" i:type="n1:T">soap:x</n1:z></x></t:Keep>`,
	} {
		t.Run(name, func(t *testing.T) {
			var first, second keepType
			if err := read(enveloped(keep), &first); err != nil {
				t.Fatal(err)
			}
			out, err := write(&first)
			if err != nil {
				t.Fatal(err)
			}
			if err := read(out, &second); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("(-first +second):\n%s\n%s", diff, out)
			}
			var before, after Content
			tree(t, enveloped(keep), &before)
			tree(t, out, &after)
			if diff := cmp.Diff(before, after); diff != "" {
				t.Errorf("not the same tree (-sample +written):\n%s\n%s", diff, out)
			}
		})
	}
}

// tree reads the request element of envelope as a free tree, without the bindings, which stand where they are needed
// only after the first reading.
func tree(t *testing.T, envelope []byte, content *Content) {
	t.Helper()
	if err := read(envelope, content); err != nil {
		t.Fatal(err)
	}
	var strip func(nodes []Node)
	strip = func(nodes []Node) {
		for _, n := range nodes {
			if n.Element != nil {
				resolveValues(&n.Element.Content)
				strip(n.Element.Children)
			}
		}
	}
	content.Bindings = nil
	strip(content.Children)
}

// resolveValues writes the namespace of a prefix into the value, and drops the binding.
func resolveValues(a *Content) {
	for _, b := range a.Bindings {
		for i := range a.Attr {
			a.Attr[i].Value = strings.Replace(a.Attr[i].Value, b.Prefix+":", "{"+b.Space+"}", 1)
		}
		for i := range a.Children {
			a.Children[i].Text = strings.Replace(a.Children[i].Text, b.Prefix+":", "{"+b.Space+"}", 1)
		}
	}
	a.Bindings = nil
}

func TestPrefixesOfValuesAreNotGivenToNamespaces(t *testing.T) {
	out, err := write(&keepType{Any: []Any{{
		Name: xml.Name{Space: "urn:x", Local: "x"}, Content: Content{Children: []Node{{Text: "n2:word"}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), `xmlns:n2=`) {
		t.Errorf("the word n2:word gets a meaning that it did not have: %s", out)
	}
}

func TestDecodeReadsWhatIsWrittenOtherwise(t *testing.T) {
	var got keepType
	err := read([]byte("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-16'?>\n<!-- c -->"+
		"<Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'>\n<Header><x>y</x></Header>\n"+
		"<Body>\n <Keep xmlns='urn:t' mark='m'>\n<!-- c --><zero> +7 </zero><no> 1\n</no>"+
		"<name>a<!-- c -->b<![CDATA[<c>]]></name><?p i?></Keep> </Body></Envelope>\n"), &got)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(keepType{Mark: "m", Name: "ab<c>", No: true, Zero: 7}, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const secret = "189001019802"
	head := `<t:Keep xmlns:t="urn:t" mark="m"><t:name>` + secret + `</t:name>`
	tail := `</t:Keep>`
	for name, c := range map[string]struct{ message, want string }{
		"a document type": {
			`<!DOCTYPE x>` + inBody(head+tail),
			"a document type declaration (line 1, column 13)",
		},
		"an entity": {
			inBody(head + `<t:loose>&` + secret + `;</t:loose>` + tail),
			"not well-formed (line 1, column 158)",
		},
		"an undeclared prefix": {inBody(head + `<q:x/>` + tail), "an undeclared prefix (line 1, column 141)"},
		"an undeclared prefix of a QName": {
			inBody(head + `<t:kind>q:` + secret + `</t:kind>` + tail),
			"a name whose prefix is not declared (line 1, column 166)",
		},
		"an attribute twice": {
			inBody(`<t:Keep xmlns:t="urn:t" mark="` + secret + `" mark="m"/>`),
			"an attribute twice (line 1, column 127)",
		},
		"an attribute twice by its namespace": {
			inBody(`<t:Keep xmlns:t="urn:t" xmlns:u="urn:t" t:a="1" u:a="2"/>`),
			"an attribute twice (line 1, column 130)",
		},
		"an end tag that does not fit": {
			inBody(head + `</t:Kep>`),
			"an end tag that does not fit (line 1, column 143)",
		},
		"a message that ends too early": {
			strings.TrimSuffix(inBody(head+tail), "</s:Body></s:Envelope>"),
			"the document ends too early (line 1, column 144)",
		},
		"an element twice": {
			inBody(head + `<t:name>` + secret + `</t:name>` + tail),
			"an element that the contract does not know, or once too often, in keepType (line 1, column 143)",
		},
		"text between elements": {inBody(head + secret + tail), "text in keepType (line 1, column 147)"},
		"an element inside text": {
			inBody(head + `<t:no><b>` + secret + `</b></t:no>` + tail),
			"an element where the contract has text (line 1, column 144)",
		},
		"a number that is none": {
			inBody(head + `<t:zero>` + secret + `x</t:zero>` + tail),
			"a value that is no int32 (line 1, column 165)",
		},
		"a number that is too large": {
			inBody(head + `<t:zero>` + secret + `</t:zero>` + tail),
			"a value that is no int32 (line 1, column 164)",
		},
		"a truth value that is none": {
			inBody(head + `<t:no>` + secret + `</t:no>` + tail),
			"a value that is no bool (line 1, column 160)",
		},
		"base64 that is none": {
			inBody(head + `<t:file>` + secret + `=</t:file>` + tail),
			"a value that is no base64 (line 1, column 165)",
		},
		"another element": {
			inBody(`<t:Kept xmlns:t="urn:t">` + secret + `</t:Kept>`),
			"Body does not hold Keep (line 1, column 97)",
		},
		"the element of another namespace": {
			inBody(`<t:Keep xmlns:t="urn:u" mark="m">` + secret + tail),
			"Body does not hold Keep (line 1, column 106)",
		},
		"two elements in Body": {
			inBody(head + tail + head + tail),
			"more than one element in Body (line 1, column 177)",
		},
		"no element in Body": {inBody(``), "no element in Body (line 1, column 95)"},
		"no envelope":        {head + tail, "not a SOAP 1.1 envelope (line 1, column 34)"},
		"SOAP 1.2": {
			soap12(inBody(head + tail)),
			"the envelope is not of SOAP 1.1 (line 1, column 63)",
		},
		"nesting without end": {
			inBody(head + strings.Repeat(`<t:x>`, 1000) + strings.Repeat(`</t:x>`, 1000) + tail),
			"nested too deep (line 1, column 1405)",
		},
		"nothing": {``, "not a SOAP 1.1 envelope (line 1, column 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadEnvelope([]byte(c.message), keepName, new(keepType))
			var refusal *guard.Error
			if !errors.As(err, &refusal) || refusal.Kind != guard.Malformed {
				t.Fatalf("got %v, want an *Error of kind Malformed", err)
			}
			if err.Error() != c.want {
				t.Errorf("got %q, want %q", err, c.want)
			}
		})
	}
}

// inBody is an envelope with content in its Body.
func inBody(content string) string { return string(enveloped(content)) }

func soap12(envelope string) string {
	return strings.Replace(envelope, guard.NamespaceEnvelope, guard.NamespaceEnvelope12, 1)
}

// twice has an element of one name at two places, and a wildcard behind each.
type twice struct {
	First, Second string
	Between, End  []Any
}

func (v *twice) ReadXML(p *Part) bool {
	return Read(p, "urn:t", "a", &v.First) || ReadAny(p, &v.Between) ||
		Read(p, "urn:t", "a", &v.Second) || ReadAny(p, &v.End)
}

func (v *twice) WriteXML(*Writer) {}

func TestTheOrderDecidesBetweenFieldsOfOneName(t *testing.T) {
	x, y := []Any{{Name: xml.Name{Local: "x"}}}, []Any{{Name: xml.Name{Local: "y"}}}
	for content, want := range map[string]twice{
		`<t:a>1</t:a><x/><t:a>2</t:a><y/>`: {First: "1", Between: x, Second: "2", End: y},
		`<t:a>1</t:a><t:a>2</t:a><y/>`:     {First: "1", Second: "2", End: y},
		`<t:a>1</t:a><x/>`:                 {First: "1", Between: x},
		`<x/><t:a>1</t:a>`:                 {Between: x, Second: "1"},
		`<x/><t:a>1</t:a><t:a>2</t:a>`:     {First: "2", Between: x, Second: "1"},
	} {
		var got twice
		if err := read(enveloped(`<t:Keep xmlns:t="urn:t">`+content+`</t:Keep>`), &got); err != nil {
			t.Errorf("%s: %v", content, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", content, diff)
		}
	}
	three := `<t:Keep xmlns:t="urn:t"><t:a>1</t:a><t:a>2</t:a><t:a>3</t:a></t:Keep>`
	if err := read(enveloped(three), new(twice)); err == nil {
		t.Error("an element once too often is taken by a wildcard")
	}
}

// narrow has neither wildcard nor text.
type narrow struct{ Name string }

func (v *narrow) ReadXML(p *Part) bool { return Read(p, "urn:t", "name", &v.Name) }
func (v *narrow) WriteXML(w *Writer)   { Write(w, "urn:t", "name", &v.Name) }

func TestDecodeRefusesUnknownWhereThereIsNoWildcard(t *testing.T) {
	for name, keep := range map[string]string{
		"an element":   `<t:Keep xmlns:t="urn:t"><t:name>a</t:name><t:more/></t:Keep>`,
		"an attribute": `<t:Keep xmlns:t="urn:t" more="b"><t:name>a</t:name></t:Keep>`,
	} {
		if err := read(enveloped(keep), new(narrow)); err == nil {
			t.Errorf("%s is lost in silence", name)
		}
	}
	schemaHint := `<t:Keep xmlns:t="urn:t" xmlns:i="` + instanceNamespace + `" i:schemaLocation="urn:t t.xsd">` +
		`<t:name>a</t:name></t:Keep>`
	if err := read(enveloped(schemaHint), new(narrow)); err != nil {
		t.Errorf("a hint to a schema is no content: %v", err)
	}
}

func BenchmarkDecodeEncode(b *testing.B) {
	envelope := enveloped(`<t:Keep xmlns:t="urn:t" mark="m"><t:name>` + strings.Repeat("text ", 1000) + `</t:name>` +
		`<t:no>true</t:no><t:zero>7</t:zero></t:Keep>`)
	b.SetBytes(int64(len(envelope)))
	for b.Loop() {
		var v keepType
		if err := read(envelope, &v); err != nil {
			b.Fatal(err)
		}
		if _, err := write(&v); err != nil {
			b.Fatal(err)
		}
	}
}
