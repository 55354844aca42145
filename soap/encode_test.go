package soap

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// keepType has every kind of field that contractgen writes.
type keepType struct {
	Mark      string          `xml:"mark,attr"`
	Lang      *string         `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	Others    []xml.Attr      `xml:",any,attr"`
	Name      string          `xml:"urn:t name"`
	No        bool            `xml:"urn:t no"`
	Zero      int32           `xml:"urn:t zero"`
	Big       *uint64         `xml:"urn:t big"`
	Loose     *string         `xml:"loose"`
	Price     *Decimal        `xml:"urn:u price"`
	File      *Base64Binary   `xml:"urn:t file"`
	Hash      *HexBinary      `xml:"urn:t hash"`
	Kind      *QName          `xml:"urn:t kind"`
	Maybe     *Nillable[int8] `xml:"urn:t maybe"`
	Unit      *keepUnit       `xml:"urn:t unit"`
	Items     []keepItem      `soap:"group"`
	Paragraph *Content        `xml:"urn:t paragraph"`
	Tail      []string        `xml:"urn:t tail"`
	Any       []Any           `xml:",any"`
}

type keepUnit struct {
	Value string  `xml:",chardata"`
	ID    *string `xml:"id,attr"`
}

type keepItem struct {
	Red   *int32  `xml:"urn:t red"`
	Green *string `xml:"urn:t green"`
}

func keepOperation() Operation {
	return Operation{
		Name: "Keep", Contract: "urn:t", Request: xml.Name{Space: "urn:t", Local: "Keep"}, Response: xml.Name{Space: "urn:t", Local: "KeepResponse"},
		SOAPAction: "urn:t:Keep", Profile: RIVTABP21, Headers: []xml.Name{{Space: NamespaceRegistry, Local: "LogicalAddress"}},
	}
}

func enveloped(keep string) []byte {
	return []byte(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + keep + `</s:Body></s:Envelope>`)
}

func TestEncode(t *testing.T) {
	got, err := Encode(keepOperation(), "SE2010123456-VC01 & co", &keepType{Mark: `"a"`, Name: "å<ä>\r\n&"})
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n1="urn:riv:itintegration:registry:1" xmlns:n2="urn:t">` +
		`<soap:Header><n1:LogicalAddress>SE2010123456-VC01 &amp; co</n1:LogicalAddress></soap:Header><soap:Body>` +
		`<n2:Keep mark="&quot;a&quot;"><n2:name>å&lt;ä&gt;&#xD;` + "\n" + `&amp;</n2:name><n2:no>false</n2:no><n2:zero>0</n2:zero></n2:Keep>` +
		`</soap:Body></soap:Envelope>`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
	response, err := EncodeResponse(keepOperation(), keepType{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(response), "Header") || !strings.Contains(string(response), "<n1:KeepResponse mark=") {
		t.Errorf("response: %s", response)
	}
}

func TestEncodeRefuses(t *testing.T) {
	type untold struct {
		Odd chan int `xml:"urn:t odd"`
	}
	for name, v := range map[string]any{
		"a control character":            keepType{Name: "a\x00b"},
		"a character outside UTF-8":      keepType{Name: "a\xffb"},
		"a control character below Any":  keepType{Any: []Any{{Name: xml.Name{Local: "x"}, Children: []Node{{Text: "\x01"}}}}},
		"nothing":                        nil,
		"a nil pointer":                  (*keepType)(nil),
		"a struct that contractgen left": untold{},
		"a tag with an option of its own": struct {
			A string `xml:"a,omitempty"`
		}{},
		"a wildcard of another type": struct {
			A []string `xml:",any"`
		}{},
		"a control character in an address": keepType{Mark: "\x02"},
	} {
		if out, err := Encode(keepOperation(), "SE2010123456-VC01", v); err == nil {
			t.Errorf("%s: written as %s", name, out)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	for name, keep := range map[string]string{
		"everything": `<t:Keep xmlns:t="urn:t" mark="m" xml:lang="sv" xmlns:o="urn:o" o:more="x &#9; y"><t:name> two  blanks </t:name><t:no>true</t:no>` +
			`<t:zero>-7</t:zero><t:big>18446744073709551615</t:big><loose>l</loose><u:price xmlns:u="urn:u">0012.500</u:price><t:file>SGVqIQ==</t:file>` +
			`<t:hash>0aF1</t:hash><t:kind>o:Kind</t:kind><t:maybe>3</t:maybe><t:unit id="i">kg</t:unit><t:tail>1</t:tail><t:tail>2</t:tail></t:Keep>`,
		"a value that is nil": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:maybe xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/></t:Keep>`,
		"the order of a repeated choice": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:red>1</t:red><t:green>2</t:green><t:green>3</t:green><t:red>4</t:red><t:red>5</t:red></t:Keep>`,
		"mixed content": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<t:paragraph a="b">one <t:bold>two</t:bold> three</t:paragraph></t:Keep>`,
		"elements of a later version": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no><t:zero>0</t:zero>` +
			`<v:more xmlns:v="urn:t:1.1" v:at="&#10;"><v:part>text <plain/> tail</v:part></v:more><v:more xmlns:v="urn:t:1.1"/></t:Keep>`,
		"prefixes in values, default namespaces, and prefixes that we would take": `<t:Keep xmlns:t="urn:t" mark=""><t:name/><t:no>false</t:no>` +
			`<t:zero>0</t:zero><x xmlns="urn:x" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="Plain"><y xmlns="">n1:word</y>` +
			`<n1:z xmlns:n1="urn:other" i:type="n1:T">soap:x</n1:z></x></t:Keep>`,
	} {
		t.Run(name, func(t *testing.T) {
			var first, second keepType
			if err := Decode(enveloped(keep), &first); err != nil {
				t.Fatal(err)
			}
			out, err := Encode(keepOperation(), "SE2010123456-VC01", first)
			if err != nil {
				t.Fatal(err)
			}
			if err := Decode(out, &second); err != nil {
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

// tree reads the request element of envelope as a free tree, without the bindings, which stand where they are needed only
// after the first reading.
func tree(t *testing.T, envelope []byte, content *Content) {
	t.Helper()
	if err := Decode(envelope, content); err != nil {
		t.Fatal(err)
	}
	var strip func(nodes []Node)
	strip = func(nodes []Node) {
		for _, n := range nodes {
			if n.Element != nil {
				resolveValues(n.Element)
				strip(n.Element.Children)
			}
		}
	}
	content.Bindings = nil
	strip(content.Children)
}

// resolveValues writes the namespace of a prefix into the value, and drops the binding.
func resolveValues(a *Any) {
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
	out, err := Encode(keepOperation(), "SE2010123456-VC01", keepType{Any: []Any{{Name: xml.Name{Space: "urn:x", Local: "x"}, Children: []Node{{Text: "n2:word"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), `xmlns:n2=`) {
		t.Errorf("the word n2:word gets a meaning that it did not have: %s", out)
	}
}

func TestDecodeReadsWhatIsWrittenOtherwise(t *testing.T) {
	var got keepType
	err := Decode([]byte("\xef\xbb\xbf<?xml version='1.0' encoding='UTF-16'?>\n<!-- c --><Envelope xmlns='http://schemas.xmlsoap.org/soap/envelope/'>\n<Header><x>y</x></Header>\n"+
		"<Body>\n <Keep xmlns='urn:t' mark='m'>\n<!-- c --><zero> +7 </zero><no> 1\n</no><name>a<!-- c -->b<![CDATA[<c>]]></name><?p i?></Keep> </Body></Envelope>\n"), &got)
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
	for name, message := range map[string]string{
		"a document type":                     `<!DOCTYPE x>` + string(enveloped(head+`</t:Keep>`)),
		"an entity":                           string(enveloped(head + `<t:loose>&` + secret + `;</t:loose></t:Keep>`)),
		"an undeclared prefix":                string(enveloped(head + `<q:x/></t:Keep>`)),
		"an undeclared prefix of a QName":     string(enveloped(head + `<t:kind>q:` + secret + `</t:kind></t:Keep>`)),
		"an attribute twice":                  string(enveloped(`<t:Keep xmlns:t="urn:t" mark="` + secret + `" mark="m"/>`)),
		"an attribute twice by its namespace": string(enveloped(`<t:Keep xmlns:t="urn:t" xmlns:u="urn:t" t:a="1" u:a="2"/>`)),
		"an end tag that does not fit":        string(enveloped(head + `</t:Kep>`)),
		"a message that ends too early":       strings.TrimSuffix(string(enveloped(head+`</t:Keep>`)), "</s:Body></s:Envelope>"),
		"an element twice":                    string(enveloped(head + `<t:name>` + secret + `</t:name></t:Keep>`)),
		"text between elements":               string(enveloped(head + secret + `</t:Keep>`)),
		"an element inside text":              string(enveloped(head + `<t:no><b>` + secret + `</b></t:no></t:Keep>`)),
		"a number that is none":               string(enveloped(head + `<t:zero>` + secret + `x</t:zero></t:Keep>`)),
		"a number that is too large":          string(enveloped(head + `<t:zero>` + secret + `</t:zero></t:Keep>`)),
		"a truth value that is none":          string(enveloped(head + `<t:no>` + secret + `</t:no></t:Keep>`)),
		"base64 that is none":                 string(enveloped(head + `<t:file>` + secret + `=</t:file></t:Keep>`)),
		"another element":                     string(enveloped(`<t:Kept xmlns:t="urn:t">` + secret + `</t:Kept>`)),
		"the element of another namespace":    string(enveloped(`<t:Keep xmlns:t="urn:u" mark="m">` + secret + `</t:Keep>`)),
		"two elements in Body":                string(enveloped(head + `</t:Keep>` + head + `</t:Keep>`)),
		"no element in Body":                  string(enveloped(``)),
		"no envelope":                         head + `</t:Keep>`,
		"SOAP 1.2":                            strings.Replace(string(enveloped(head+`</t:Keep>`)), NamespaceEnvelope, NamespaceEnvelope12, 1),
		"nesting without end":                 string(enveloped(head + strings.Repeat(`<t:x>`, 1000) + strings.Repeat(`</t:x>`, 1000) + `</t:Keep>`)),
		"nothing":                             ``,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := DecodeRequest(keepOperation(), []byte(message), new(keepType))
			var refusal *Error
			if !errors.As(err, &refusal) || refusal.Kind != Malformed {
				t.Fatalf("got %v, want an *Error of kind Malformed", err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error holds content: %v", err)
			}
		})
	}
}

func TestDecodeRefusesUnknownWhereThereIsNoWildcard(t *testing.T) {
	type narrow struct {
		Name string `xml:"urn:t name"`
	}
	for name, keep := range map[string]string{
		"an element":   `<t:Keep xmlns:t="urn:t"><t:name>a</t:name><t:more/></t:Keep>`,
		"an attribute": `<t:Keep xmlns:t="urn:t" more="b"><t:name>a</t:name></t:Keep>`,
	} {
		if err := Decode(enveloped(keep), new(narrow)); err == nil {
			t.Errorf("%s is lost in silence", name)
		}
	}
	schemaHint := `<t:Keep xmlns:t="urn:t" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:t t.xsd"><t:name>a</t:name></t:Keep>`
	if err := Decode(enveloped(schemaHint), new(narrow)); err != nil {
		t.Errorf("a hint to a schema is no content: %v", err)
	}
}

func TestDecodeTellsAFault(t *testing.T) {
	fault := &Fault{Code: CodeServer, String: "VP004", Detail: "d"}
	err := DecodeResponse(keepOperation(), fault.Envelope(), new(keepType))
	var got *Fault
	if !errors.As(err, &got) || *got != *fault {
		t.Errorf("got %#v", err)
	}
}

func BenchmarkDecodeEncode(b *testing.B) {
	envelope := enveloped(`<t:Keep xmlns:t="urn:t" mark="m"><t:name>` + strings.Repeat("text ", 1000) + `</t:name><t:no>true</t:no><t:zero>7</t:zero></t:Keep>`)
	b.SetBytes(int64(len(envelope)))
	for b.Loop() {
		var v keepType
		if err := Decode(envelope, &v); err != nil {
			b.Fatal(err)
		}
		if _, err := Encode(keepOperation(), "SE2010123456-VC01", &v); err != nil {
			b.Fatal(err)
		}
	}
}
