package soap

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// Encode writes the request envelope of op: the headers of op with logicalAddress as their text, and v, a generated
// struct or a pointer to one, as op.Request. Every namespace is declared once, on the envelope; equal values give equal
// bytes. The error is about v: a character that XML cannot hold, or a struct that contractgen did not write.
func Encode(op Operation, logicalAddress string, v any) ([]byte, error) {
	return encodeEnvelope(op.Headers, logicalAddress, op.Request, v)
}

// EncodeResponse writes the response envelope of op with v as op.Response. It has no header (RIV-TA BP 2.1).
func EncodeResponse(op Operation, v any) ([]byte, error) {
	return encodeEnvelope(nil, "", op.Response, v)
}

func encodeEnvelope(headers []xml.Name, address string, root xml.Name, v any) ([]byte, error) {
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	if !value.IsValid() || value.Kind() == reflect.Pointer {
		return nil, fmt.Errorf("writing %s: no value", root.Local)
	}
	// The prefixes must not be ones that a value below a wildcard uses: then they get a longer tail.
	for tail := ""; ; tail += "_" {
		e := &encoder{tail: tail, prefixes: map[string]string{}, taken: map[string]bool{}}
		envelope, err := e.envelope(headers, address, root, value)
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", root.Local, err)
		}
		if !e.clash() {
			return envelope, nil
		}
	}
}

// encoder writes one envelope. Prefixes are given out in the order in which namespaces are met.
type encoder struct {
	tail     string
	out      []byte
	prefixes map[string]string // namespace → prefix
	order    []string          // namespaces in the order of their prefixes
	taken    map[string]bool   // prefixes that values use
}

func (e *encoder) envelope(headers []xml.Name, address string, root xml.Name, v reflect.Value) ([]byte, error) {
	envelope := e.declare(NamespaceEnvelope, "soap"+e.tail)
	if len(headers) > 0 {
		e.raw("<", envelope, ":Header>")
		for _, h := range headers {
			end := e.open(h)
			e.raw(">")
			if err := e.text(address); err != nil {
				return nil, err
			}
			e.raw(end)
		}
		e.raw("</", envelope, ":Header>")
	}
	e.raw("<", envelope, ":Body>")
	if err := e.element(root, v, ""); err != nil {
		return nil, err
	}
	e.raw("</", envelope, ":Body></", envelope, ":Envelope>")
	head := []byte(xml.Header + "<" + envelope + ":Envelope")
	for _, space := range e.order {
		head = append(head, ` xmlns:`+e.prefixes[space]+`="`...)
		var err error
		if head, err = appendEscaped(head, space, true); err != nil {
			return nil, err
		}
		head = append(head, '"')
	}
	return append(append(head, '>'), e.out...), nil
}

func (e *encoder) clash() bool {
	for _, prefix := range e.prefixes {
		if e.taken[prefix] {
			return true
		}
	}
	return false
}

func (e *encoder) declare(space, prefix string) string {
	e.prefixes[space] = prefix
	e.order = append(e.order, space)
	return prefix
}

// tag is the qualified form of name.
func (e *encoder) tag(name xml.Name) string {
	switch name.Space {
	case "":
		return name.Local
	case xmlNamespace:
		return "xml:" + name.Local
	}
	prefix := e.prefixes[name.Space]
	if prefix == "" {
		prefix = e.declare(name.Space, "n"+strconv.Itoa(len(e.order))+e.tail)
	}
	return prefix + ":" + name.Local
}

func (e *encoder) raw(parts ...string) {
	for _, p := range parts {
		e.out = append(e.out, p...)
	}
}

// open begins a start tag and is the end tag.
func (e *encoder) open(name xml.Name) string {
	tag := e.tag(name)
	e.raw("<", tag)
	return "</" + tag + ">"
}

func (e *encoder) attr(name xml.Name, value string) error {
	e.raw(" ", e.tag(name), `="`)
	var err error
	e.out, err = appendEscaped(e.out, value, true)
	e.raw(`"`)
	return err
}

func (e *encoder) text(value string) (err error) {
	e.out, err = appendEscaped(e.out, value, false)
	return err
}

// element writes v, which is no slice of elements and no nil pointer, as name. fallback is the default namespace in scope.
func (e *encoder) element(name xml.Name, v reflect.Value, fallback string) error {
	if content, ok := v.Interface().(Content); ok {
		return e.any(Any{Name: name, Attr: content.Attr, Bindings: content.Bindings, Children: content.Children}, fallback)
	}
	end := e.open(name)
	if isNillable(v.Type()) {
		if v.Field(0).Bool() {
			err := e.attr(xml.Name{Space: instanceNamespace, Local: "nil"}, "true")
			e.raw(">", end)
			return err
		}
		v = v.Field(1)
	}
	var err error
	if leaf(v.Type()) {
		e.raw(">")
		err = e.leaf(v)
	} else {
		err = e.structure(v)
	}
	e.raw(end)
	return err
}

// structure writes the attributes of v, the end of the start tag, and the content.
func (e *encoder) structure(v reflect.Value) error {
	l, err := layoutOf(v.Type())
	if err != nil {
		return err
	}
	for _, f := range l.fields {
		switch f.kind {
		case attributeField:
			if value := reflect.Indirect(v.Field(f.index)); value.IsValid() {
				text, err := e.value(value)
				if err == nil {
					err = e.attr(f.name, text)
				}
				if err != nil {
					return err
				}
			}
		case anyAttrField:
			for _, a := range v.Field(f.index).Interface().([]xml.Attr) {
				if err := e.attr(a.Name, a.Value); err != nil {
					return err
				}
			}
		}
	}
	e.raw(">")
	return e.content(l, v)
}

func (e *encoder) content(l *layout, v reflect.Value) error {
	for _, f := range l.fields {
		value := v.Field(f.index)
		var err error
		switch f.kind {
		case textField:
			err = e.leaf(value)
		case anyField:
			for _, a := range value.Interface().([]Any) {
				err = errors.Join(err, e.any(a, ""))
			}
		case groupField:
			inner, layoutErr := layoutOf(f.typ.Elem())
			err = layoutErr
			for i := 0; err == nil && i < value.Len(); i++ {
				err = e.content(inner, value.Index(i))
			}
		case elementField:
			err = e.occurrences(f, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// occurrences writes a field: nothing for a nil pointer, each item of a slice, and anything else always.
func (e *encoder) occurrences(f field, v reflect.Value) error {
	if f.repeated() {
		for i := range v.Len() {
			if err := e.element(f.name, v.Index(i), ""); err != nil {
				return err
			}
		}
		return nil
	}
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil
		}
		v = v.Elem()
	}
	return e.element(f.name, v, "")
}

func (e *encoder) leaf(v reflect.Value) error {
	if b, ok := v.Interface().(Base64Binary); ok {
		e.out = base64.StdEncoding.AppendEncode(e.out, b)
		return nil
	}
	text, err := e.value(v)
	if err != nil {
		return err
	}
	return e.text(text)
}

// value is the lexical form of v.
func (e *encoder) value(v reflect.Value) (string, error) {
	switch x := v.Interface().(type) {
	case QName:
		return e.tag(xml.Name{Space: x.Space, Local: x.Local}), nil
	case Base64Binary:
		return base64.StdEncoding.EncodeToString(x), nil
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), nil
	}
	return "", fmt.Errorf("no XML form for %s", v.Type())
}
