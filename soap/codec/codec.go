// Package codec turns an envelope into the Go values that contractgen wrote the types of, and back. It reads and writes
// tokens; which attributes and elements a type has, the type's own methods say (see Value).
//
// It knows SOAP's envelope and XML, no contract and no operation, and it does not validate.
package codec

import (
	"encoding/xml"
	"errors"
	"fmt"

	"rivgate/soap/guard"
)

// WriteEnvelope writes an envelope with v as the element root of its Body. Each of headers gets address as its text.
// Every namespace is declared once, on the envelope; equal values give equal bytes. The error is about v: a character
// that XML cannot hold.
func WriteEnvelope(headers []xml.Name, address string, root xml.Name, v Value) ([]byte, error) {
	// The prefixes must not be ones that a value below a wildcard uses: then they get a longer tail.
	for tail := ""; ; tail += "_" {
		w := &Writer{tail: tail}
		w.envelope(headers, address, root, v)
		head := w.head()
		if w.err != nil {
			return nil, fmt.Errorf("writing %s: %w", root.Local, w.err)
		}
		if !w.clash() {
			return append(head, w.out...), nil
		}
	}
}

// envelope writes all but the start tag of the envelope: only then are its declarations known.
func (w *Writer) envelope(headers []xml.Name, address string, root xml.Name, v Value) {
	w.spaces = []string{guard.NamespaceEnvelope}
	w.inTag = true
	if len(headers) > 0 {
		w.open(guard.NamespaceEnvelope, "Header")
		for _, h := range headers {
			w.element(h.Space, h.Local, &address)
		}
		w.close(guard.NamespaceEnvelope, "Header")
	}
	w.open(guard.NamespaceEnvelope, "Body")
	w.element(root.Space, root.Local, v)
	w.close(guard.NamespaceEnvelope, "Body")
	w.close(guard.NamespaceEnvelope, "Envelope")
}

// head is the XML declaration and the start tag of the envelope, but for its end.
func (w *Writer) head() []byte {
	body := w.out
	w.out = w.appendName([]byte(xml.Header+"<"), guard.NamespaceEnvelope, "Envelope")
	for i, space := range w.spaces {
		w.attribute(string(w.appendPrefix([]byte(" xmlns:"), i)), space)
	}
	head := w.out
	w.out = body
	return head
}

// ErrFault says that an envelope holds a fault.
var ErrFault = errors.New("the envelope holds a fault")

// ReadEnvelope reads the first element in the Body of an envelope into v. The element must be called root, unless root
// is zero. envelope is UTF-8, with or without BOM. headers are the texts of the headers by their names.
//
// It is no validation: what is missing stays zero, and elements may come in any order. But nothing is lost in silence:
// an element that v does not know is kept in its Any where it has one, and is an error where it has none; so is an
// attribute, but for those of XML Schema itself (xsi:type, xsi:schemaLocation), which are dropped outside Any. Errors
// are ErrFault, or *guard.Error of kind Malformed with the place and without content.
func ReadEnvelope(envelope []byte, root xml.Name, v Value) (headers map[xml.Name]string, err error) {
	r := newReader(envelope)
	headers, child := r.body()
	switch {
	case r.err != nil:
	case child.name == xml.Name{Space: guard.NamespaceEnvelope, Local: "Fault"}:
		return nil, ErrFault
	case root.Local != "" && child.name != root:
		r.refuse(guard.FactOtherElement, root.Local)
	default:
		r.structure(child, v)
		r.rest()
	}
	if r.err != nil {
		return nil, r.err
	}
	return headers, nil
}

// body reads up to the first element in Body, whose start tag it returns.
func (r *reader) body() (headers map[xml.Name]string, child token) {
	depth := 0
	began := false
	for r.err == nil {
		k := r.next()
		switch k.kind {
		case documentEnd:
			if began {
				r.refuse(guard.FactNoElement, "")
			}
			r.refuse(guard.FactNoEnvelope, "")
		case startTag:
			switch {
			case depth == 0 && k.name == xml.Name{Space: guard.NamespaceEnvelope, Local: "Envelope"},
				depth == 1 && k.name == xml.Name{Space: guard.NamespaceEnvelope, Local: "Body"}:
				depth++
				began = true
			case depth == 2:
				return headers, k
			case depth == 0 && k.name.Local == "Envelope":
				r.refuse(guard.FactOtherEnvelope, "")
			case depth == 1:
				headers = r.header()
			default:
				r.refuse(guard.FactNoEnvelope, "")
			}
		case endTag:
			depth--
		}
	}
	return nil, token{}
}

// header reads to the end of a Header. It returns the text of its elements; that of elements inside them is left out.
func (r *reader) header() map[xml.Name]string {
	headers := map[xml.Name]string{}
	var name xml.Name
	for depth := 1; depth > 0 && r.err == nil; {
		switch k := r.next(); k.kind {
		case startTag:
			if depth++; depth == 2 {
				name = k.name
			}
		case textRun:
			if depth == 2 {
				headers[name] += k.text
			}
		case endTag:
			depth--
		}
	}
	return headers
}

// rest sees to it that nothing but the ends of Body and Envelope follows.
func (r *reader) rest() {
	for r.err == nil {
		switch r.next().kind {
		case startTag:
			r.refuse(guard.FactTwoElements, "")
		case documentEnd:
			return
		}
	}
}
