package soap

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// ReadFault reads the fault that a producer or a platform answered, with any prefixes and in UTF-8. ok is false where
// the envelope is not a SOAP 1.1 fault. Detail is the text of the first detailString inside detail, else all text in
// detail, trimmed. It is lenient: what others write is read for logs and decisions, and passed on as it came. Of a
// fault that is cut off, as when no more of it was read, what stands before the cut counts.
func ReadFault(envelope []byte) (f *Fault, ok bool) {
	d := &scopedDecoder{Decoder: lenient(envelope)}
	for _, want := range []string{"Envelope", "Body", "Fault"} {
		if !d.enter(want) {
			return nil, false
		}
	}
	f = &Fault{}
	for {
		start, ok := d.child()
		if !ok {
			return f, true
		}
		switch start.Name.Local {
		case "faultcode":
			text, whole := d.text()
			if whole { // half a code may be another one
				f.Code = d.code(strings.TrimSpace(text))
			}
			d.leave()
		case "faultstring":
			text, _ := d.text()
			f.String = strings.TrimSpace(text)
			d.leave()
		case "detail":
			from := d.InputOffset()
			_ = d.Skip()
			d.leave()
			f.Detail = detailText(inner(envelope[from:d.InputOffset()]))
		default:
			_ = d.Skip()
			d.leave()
		}
	}
}

// inner is what stands before the end tag that content ends in.
func inner(content []byte) []byte {
	if end := bytes.LastIndex(content, []byte("</")); end >= 0 {
		return content[:end]
	}
	return content
}

// scopedDecoder knows the prefixes in scope: a faultcode is a qualified name in text, which encoding/xml does not
// resolve.
type scopedDecoder struct {
	*xml.Decoder
	scopes []map[string]string // of each open element: prefix to namespace
}

// enter goes on to the start tag of the SOAP 1.1 element local among the next siblings, and into it. Only a Header may
// stand before it.
func (d *scopedDecoder) enter(local string) bool {
	for {
		start, ok := d.child()
		switch {
		case !ok:
			return false
		case start.Name.Space == NamespaceEnvelope && start.Name.Local == local:
			return true
		case start.Name.Local != "Header" || d.Skip() != nil:
			return false
		}
		d.leave()
	}
}

// child is the next start tag before the end of the element that is open; false if there is none.
func (d *scopedDecoder) child() (start xml.StartElement, ok bool) {
	for {
		token, err := d.Token()
		if err != nil {
			return start, false
		}
		switch t := token.(type) {
		case xml.EndElement:
			return start, false
		case xml.StartElement:
			scope := map[string]string{}
			for _, a := range t.Attr {
				switch {
				case a.Name.Space == "xmlns":
					scope[a.Name.Local] = a.Value
				case a.Name.Space == "" && a.Name.Local == "xmlns":
					scope[""] = a.Value
				}
			}
			d.scopes = append(d.scopes, scope)
			return t, true
		}
	}
}

// leave forgets the prefixes of an element that has been read to its end.
func (d *scopedDecoder) leave() { d.scopes = d.scopes[:len(d.scopes)-1] }

// text is all text up to the end of the element that is open; whole is false where that did not come.
func (d *scopedDecoder) text() (text string, whole bool) {
	var b strings.Builder
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return b.String(), false
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			b.Write(t)
		}
	}
	return b.String(), true
}

// code resolves a qualified name as Fault.Code has it. A prefix that nobody declared has no namespace.
func (d *scopedDecoder) code(name string) string {
	if name == "" {
		return ""
	}
	prefix, local, prefixed := strings.Cut(name, ":")
	if !prefixed {
		prefix, local = "", name
	}
	space := ""
	for i := len(d.scopes) - 1; i >= 0; i-- {
		if declared, ok := d.scopes[i][prefix]; ok {
			space = declared
			break
		}
	}
	if space == NamespaceEnvelope {
		return local
	}
	return "{" + space + "}" + local
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
