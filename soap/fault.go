package soap

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// The values of Fault.Code that Rivgate writes.
const (
	CodeClient          = "Client"
	CodeServer          = "Server"
	CodeVersionMismatch = "VersionMismatch"
	CodeMustUnderstand  = "MustUnderstand"
)

// Fault is a SOAP 1.1 fault (SOAP 1.1 section 4.4). As an error it is what a handler returns to be answered with it.
type Fault struct {
	Code   string // local name of faultcode: Client, Server, VersionMismatch or MustUnderstand
	String string // faultstring, for a person
	Detail string // text of detail/detailString; empty if there is none
}

func (f *Fault) Error() string { return f.Code + " fault: " + f.String }

// Envelope is the fault as a whole SOAP 1.1 message in UTF-8, laid out as SKLTP's VP does: its clients may look for the prefix and take
// a missing Header for something else. Its bytes depend on nothing but f; characters that XML cannot hold become U+FFFD.
func (f *Fault) Envelope() []byte {
	var b bytes.Buffer
	b.WriteString(`<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + NamespaceEnvelope + `"><SOAP-ENV:Header/><SOAP-ENV:Body><SOAP-ENV:Fault>` +
		`<faultcode>SOAP-ENV:`)
	escape(&b, f.Code)
	b.WriteString(`</faultcode><faultstring>`)
	escape(&b, f.String)
	b.WriteString(`</faultstring>`)
	if f.Detail != "" {
		b.WriteString(`<detail><detailString>`)
		escape(&b, f.Detail)
		b.WriteString(`</detailString></detail>`)
	}
	b.WriteString(`</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`)
	return b.Bytes()
}

func escape(b *bytes.Buffer, text string) {
	_ = xml.EscapeText(b, []byte(text)) // a bytes.Buffer takes everything
}

// ReadFault reads the fault that a producer or a platform answered, with any prefixes and in UTF-8. ok is false where
// the envelope is not a SOAP 1.1 fault. Detail is the text of the first detailString inside detail, else all text in
// detail, trimmed. It is lenient: what others write is read for logs and decisions, and passed on as it came.
func ReadFault(envelope []byte) (f *Fault, ok bool) {
	d := lenient(envelope)
	for _, want := range []string{"Envelope", "Body", "Fault"} {
		if !enterElement(d, want) {
			return nil, false
		}
	}
	var content struct {
		Code   string `xml:"faultcode"`
		String string `xml:"faultstring"`
		Detail struct {
			Inner []byte `xml:",innerxml"`
		} `xml:"detail"`
	}
	start := xml.StartElement{Name: xml.Name{Space: NamespaceEnvelope, Local: "Fault"}}
	if err := d.DecodeElement(&content, &start); err != nil {
		return nil, false
	}
	code := strings.TrimSpace(content.Code)
	return &Fault{
		Code:   code[strings.LastIndexByte(code, ':')+1:],
		String: strings.TrimSpace(content.String),
		Detail: detailText(content.Detail.Inner),
	}, true
}

// enterElement goes on to the start tag of the SOAP 1.1 element local among the next siblings, and into it. Only a
// Header may stand before what is looked for.
func enterElement(d *xml.Decoder, local string) bool {
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch t := token.(type) {
		case xml.EndElement:
			return false
		case xml.StartElement:
			if t.Name.Space == NamespaceEnvelope && t.Name.Local == local {
				return true
			}
			if t.Name.Local != "Header" || d.Skip() != nil {
				return false
			}
		}
	}
}

// detailText is the text of the first detailString in the content of detail, else all its text.
func detailText(inner []byte) string {
	d := xml.NewDecoder(bytes.NewReader(inner))
	d.Strict = false
	var all, named strings.Builder
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return strings.TrimSpace(all.String())
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth > 0 || t.Name.Local == "detailString" {
				depth++
			}
		case xml.EndElement:
			if depth > 0 {
				if depth--; depth == 0 {
					return strings.TrimSpace(named.String())
				}
			}
		case xml.CharData:
			all.Write(t)
			if depth > 0 {
				named.Write(t)
			}
		}
	}
}
