package soap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"rivgate/soap/guard"
)

// Decode reads the first element in the Body of envelope into v, a pointer to a generated struct, whatever that element
// is called. envelope is UTF-8, with or without BOM.
//
// It is no validation: what is missing stays zero, and elements may come in any order. But nothing is lost in silence: an
// element that the struct does not know is kept in its Any where it has one, and is an error where it has none; so is an
// attribute, but for those of XML Schema itself (xsi:type, xsi:schemaLocation), which are dropped outside Any.
// Errors are *Fault where the envelope holds a fault, or *Error of kind Malformed with the place and without content.
func Decode(envelope []byte, v any) error {
	_, err := decode(envelope, xml.Name{}, v)
	return err
}

// DecodeRequest is Decode for a request of op: its element must be op.Request.
// to is the text of the header that names the receiver, blanks kept; "" where op has none or the request lacks it.
func DecodeRequest(op Operation, envelope []byte, v any) (to string, err error) {
	headers, err := decode(envelope, op.Request, v)
	if len(op.Headers) > 0 {
		to = headers[op.Headers[0]]
	}
	return to, err
}

// DecodeResponse is Decode for a response of op: its element must be op.Response.
func DecodeResponse(op Operation, envelope []byte, v any) error {
	_, err := decode(envelope, op.Response, v)
	return err
}

// decode reads into v and returns the texts of the headers; root is the name that the element must have, or zero.
func decode(envelope []byte, root xml.Name, v any) (map[xml.Name]string, error) {
	value := reflect.ValueOf(v)
	if value.Kind() != reflect.Pointer || value.IsNil() {
		return nil, fmt.Errorf("decoding an envelope into %T: not a pointer", v)
	}
	d := &decoder{tokens: newTokens(envelope)}
	child, err := d.body()
	if err != nil {
		return nil, err
	}
	if child.name == (xml.Name{Space: NamespaceEnvelope, Local: "Fault"}) {
		return nil, fault(envelope)
	}
	if root.Local != "" && child.name != root {
		return nil, d.refuse(guard.FactOtherElement, root.Local)
	}
	if err := d.element(child, value.Elem()); err != nil {
		return nil, err
	}
	return d.headers, d.rest()
}

// fault is the fault that envelope holds.
func fault(envelope []byte) error {
	if f, ok := ReadFault(envelope); ok {
		return f
	}
	return &Fault{Code: CodeServer}
}

// decoder reads one envelope.
type decoder struct {
	*tokens
	headers map[xml.Name]string
	began   bool // there is an envelope
}

// body reads up to the first element in Body.
func (d *decoder) body() (token, error) {
	depth := 0
	for {
		k, err := d.next()
		if errors.Is(err, io.EOF) && !d.began {
			return token{}, d.refuse(guard.FactNoEnvelope, "")
		}
		if errors.Is(err, io.EOF) {
			return token{}, d.refuse(guard.FactNoElement, "")
		}
		if err != nil {
			return token{}, err
		}
		switch k.kind {
		case startTag:
			switch {
			case depth == 0 && k.name == xml.Name{Space: NamespaceEnvelope, Local: "Envelope"},
				depth == 1 && k.name == xml.Name{Space: NamespaceEnvelope, Local: "Body"}:
				depth++
				d.began = true
			case depth == 2:
				return k, nil
			case depth == 0 && k.name.Local == "Envelope":
				return token{}, d.refuse(guard.FactOtherEnvelope, "")
			case depth == 1:
				if err := d.header(); err != nil {
					return token{}, err
				}
			default:
				return token{}, d.refuse(guard.FactNoEnvelope, "")
			}
		case endTag:
			depth--
		}
	}
}

// header reads to the end of a Header and keeps the text of its elements; text of elements inside them is left out.
func (d *decoder) header() error {
	d.headers = map[xml.Name]string{}
	var name xml.Name
	for depth := 1; depth > 0; {
		k, err := d.next()
		if err != nil {
			return err
		}
		switch k.kind {
		case startTag:
			if depth++; depth == 2 {
				name = k.name
			}
		case textRun:
			if depth == 2 {
				d.headers[name] += k.text
			}
		case endTag:
			depth--
		}
	}
	return nil
}

// rest sees to it that nothing but the ends of Body and Envelope follows.
func (d *decoder) rest() error {
	for {
		k, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if k.kind == startTag {
			return d.refuse(guard.FactTwoElements, "")
		}
	}
}

// element reads the element whose start tag is s into v.
func (d *decoder) element(s token, v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if content, ok := v.Addr().Interface().(*Content); ok {
		a, err := d.tree(s)
		*content = Content{Attr: a.Attr, Bindings: a.Bindings, Children: a.Children}
		return err
	}
	if isNillable(v.Type()) {
		for _, a := range s.attr {
			if a.Name == (xml.Name{Space: instanceNamespace, Local: "nil"}) && (a.Value == "true" || a.Value == "1") {
				v.Field(0).SetBool(true)
				return d.skip()
			}
		}
		v = v.Field(1)
	}
	if leaf(v.Type()) {
		scope := d.scope()
		text, err := d.text()
		if err != nil {
			return err
		}
		return d.set(v, text, scope)
	}
	return d.structure(s, v)
}

// text reads the text up to the end tag.
func (d *decoder) text() (string, error) {
	var parts []string
	for {
		k, err := d.next()
		if err != nil {
			return "", err
		}
		switch k.kind {
		case textRun:
			parts = append(parts, k.text)
		case startTag:
			return "", d.refuse(guard.FactElementInText, "")
		case endTag:
			return strings.Join(parts, ""), nil
		}
	}
}
