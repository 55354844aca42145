package soap

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// The values of Fault.Code that SOAP 1.1 knows.
const (
	CodeClient          = "Client"
	CodeServer          = "Server"
	CodeVersionMismatch = "VersionMismatch"
	CodeMustUnderstand  = "MustUnderstand"
)

// Fault is a SOAP 1.1 fault (SOAP 1.1 section 4.4). As an error it is what a handler returns to be answered with it.
type Fault struct {
	// Code is the local name of faultcode: Client, Server, VersionMismatch or MustUnderstand, each perhaps with more after
	// a dot. That of a code outside SOAP 1.1's namespace has its namespace in front, as {urn:x}name, and {}name without
	// one.
	Code   string
	String string // faultstring, for a person
	Detail string // text of detail/detailString; empty if there is none
}

// Final tells whether the same message must not be sent again (SOAP 1.1 section 4.4.1): the code says that the message
// is wrong. All else may pass: Server, a code of the producer's own, or none.
func (f *Fault) Final() bool {
	code, _, _ := strings.Cut(f.Code, ".")
	return code == CodeClient || f.Code == CodeMustUnderstand || f.Code == CodeVersionMismatch
}

func (f *Fault) Error() string { return f.Code + " fault: " + f.String }

// Envelope is the fault as a whole SOAP 1.1 message in UTF-8, laid out as SKLTP's VP does: its clients may look for the
// prefix and take a missing Header for something else. Its bytes depend on nothing but f; characters that XML cannot
// hold become U+FFFD.
func (f *Fault) Envelope() []byte {
	var b bytes.Buffer
	b.WriteString(`<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + NamespaceEnvelope +
		`"><SOAP-ENV:Header/><SOAP-ENV:Body><SOAP-ENV:Fault>`)
	if space, local, foreign := strings.Cut(strings.TrimPrefix(f.Code, "{"), "}"); foreign {
		b.WriteString(`<faultcode xmlns:code="`)
		escape(&b, space)
		b.WriteString(`">code:`)
		escape(&b, local)
	} else {
		b.WriteString(`<faultcode>SOAP-ENV:`)
		escape(&b, f.Code)
	}
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
