package soap

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
)

// Decode reads the first element in the Body of envelope into v, a pointer to a generated struct, whatever that element
// is called. envelope is UTF-8, with or without BOM.
//
// It is no validation: what is missing stays zero, and elements may come in any order. But nothing is lost in silence: an
// element that the struct does not know is kept in its Any where it has one, and is an error where it has none.
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
	d := &decoder{tokens: newTokens(envelope), layouts: layouts{}}
	child, err := d.body()
	if err != nil {
		return nil, err
	}
	if child.name == (xml.Name{Space: NamespaceEnvelope, Local: "Fault"}) {
		return nil, fault(envelope)
	}
	if root.Local != "" && child.name != root {
		return nil, d.refuse("Body does not hold " + root.Local)
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
	layouts layouts
	headers map[xml.Name]string
}

// body reads up to the first element in Body.
func (d *decoder) body() (startTag, error) {
	depth := 0
	for {
		token, err := d.next()
		if errors.Is(err, io.EOF) {
			return startTag{}, d.refuse("no element in Body")
		}
		if err != nil {
			return startTag{}, err
		}
		switch x := token.(type) {
		case startTag:
			switch {
			case depth == 0 && x.name == xml.Name{Space: NamespaceEnvelope, Local: "Envelope"},
				depth == 1 && x.name == xml.Name{Space: NamespaceEnvelope, Local: "Body"}:
				depth++
			case depth == 2:
				return x, nil
			case depth == 1:
				if err := d.header(); err != nil {
					return startTag{}, err
				}
			default:
				return startTag{}, d.refuse("not a SOAP 1.1 envelope")
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
		token, err := d.next()
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case startTag:
			if depth++; depth == 2 {
				name = x.name
			}
		case string:
			if depth == 2 {
				d.headers[name] += x
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
		token, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, ok := token.(startTag); ok {
			return d.refuse("more than one element in Body")
		}
	}
}

// element reads the element whose start tag is s into v.
func (d *decoder) element(s startTag, v reflect.Value) error {
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
		token, err := d.next()
		if err != nil {
			return "", err
		}
		switch x := token.(type) {
		case string:
			parts = append(parts, x)
		case startTag:
			return "", d.refuse("an element where the contract has text")
		case endTag:
			return strings.Join(parts, ""), nil
		}
	}
}

// frame is a struct that is being filled.
type frame struct {
	value  reflect.Value
	layout *layout
	cursor int            // position of the field filled last
	filled map[int]bool   // fields that hold a value
	groups map[int]*frame // the last item of each groupField
}

func (d *decoder) frame(v reflect.Value) (*frame, error) {
	l, err := d.layouts.of(v.Type())
	return &frame{value: v, layout: l, filled: map[int]bool{}, groups: map[int]*frame{}}, err
}

func (d *decoder) structure(s startTag, v reflect.Value) error {
	f, err := d.frame(v)
	if err != nil {
		return err
	}
	if err := d.attributes(s, f); err != nil {
		return err
	}
	var text []string
	scope := d.scope()
	for {
		token, err := d.next()
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case string:
			if f.layout.text < 0 && strings.Trim(x, " \t\r\n") != "" {
				return d.refuse("text in " + f.layout.name)
			}
			text = append(text, x)
		case startTag:
			if err := d.child(x, f); err != nil {
				return err
			}
		case endTag:
			if f.layout.text < 0 {
				return nil
			}
			return d.set(v.Field(f.layout.fields[f.layout.text].index), strings.Join(text, ""), scope)
		}
	}
}

func (d *decoder) attributes(s startTag, f *frame) error {
	for _, a := range s.attr {
		known := a.Name.Space == instanceNamespace
		for _, field := range f.layout.fields {
			v := f.value.Field(field.index)
			if field.kind == attributeField && field.name == a.Name {
				if v.Kind() == reflect.Pointer {
					v.Set(reflect.New(v.Type().Elem()))
					v = v.Elem()
				}
				if err := d.set(v, a.Value, d.scope()); err != nil {
					return err
				}
				known = true
				break
			}
			if field.kind == anyAttrField && !known {
				v.Set(reflect.Append(v, reflect.ValueOf(a)))
				known = true
				break
			}
		}
		if !known {
			return d.refuse("an attribute that the contract does not know in " + f.layout.name)
		}
	}
	return nil
}

// child reads the element whose start tag is s into the field that takes it.
func (d *decoder) child(s startTag, f *frame) error {
	i := f.place(d.layouts, s.name)
	if i < 0 {
		if f.layout.wild < 0 || f.knows(d.layouts, s.name) {
			return d.refuse("an element that the contract does not know, or once too often, in " + f.layout.name)
		}
		i = f.wildcard()
	}
	f.cursor, f.filled[i] = i, true
	field := f.layout.fields[i]
	v := f.value.Field(field.index)
	switch {
	case field.kind == anyField:
		a, err := d.tree(s)
		v.Set(reflect.Append(v, reflect.ValueOf(a)))
		return err
	case field.kind == groupField:
		inner := f.groups[i]
		if inner == nil || inner.ahead(d.layouts, s.name) < 0 {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			var err error
			if inner, err = d.frame(v.Index(v.Len() - 1)); err != nil {
				return err
			}
			f.groups[i] = inner
		}
		return d.child(s, inner)
	case field.repeated():
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		return d.element(s, v.Index(v.Len()-1))
	}
	return d.element(s, v)
}

// ahead is the first field, from the cursor on, that still takes an element called name; -1 where there is none.
func (f *frame) ahead(ls layouts, name xml.Name) int {
	for i := f.cursor; i < len(f.layout.fields); i++ {
		field := f.layout.fields[i]
		if field.takes(ls, name) && (field.repeated() || !f.filled[i]) {
			return i
		}
	}
	return -1
}

// place is ahead, and where that finds nothing any other field that takes name: the order is the validator's affair.
func (f *frame) place(ls layouts, name xml.Name) int {
	if i := f.ahead(ls, name); i >= 0 {
		return i
	}
	for i, field := range f.layout.fields {
		if field.takes(ls, name) && (field.repeated() || !f.filled[i]) {
			return i
		}
	}
	return -1
}

// wildcard is the first anyField from the cursor on, else the last one.
func (f *frame) wildcard() int {
	for i := f.cursor; i < len(f.layout.fields); i++ {
		if f.layout.fields[i].kind == anyField {
			return i
		}
	}
	return f.layout.wild
}

func (f *frame) knows(ls layouts, name xml.Name) bool {
	for _, field := range f.layout.fields {
		if field.takes(ls, name) {
			return true
		}
	}
	return false
}

// takes says whether an element called name belongs to f by its name.
func (f field) takes(ls layouts, name xml.Name) bool {
	switch f.kind {
	case elementField:
		return f.name == name
	case groupField:
		inner, err := ls.of(f.typ.Elem())
		if err != nil {
			return false
		}
		for _, g := range inner.fields {
			if g.takes(ls, name) {
				return true
			}
		}
	}
	return false
}

// set reads text into v, a leaf; scope is for the prefix of an xs:QName.
func (d *decoder) set(v reflect.Value, text string, scope map[string]string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		if lexical(v.Type()) {
			text = strings.Trim(text, " \t\r\n")
		}
		v.SetString(text)
		return nil
	}
	trimmed := strings.Trim(text, " \t\r\n")
	switch x := v.Addr().Interface().(type) {
	case *Base64Binary:
		return d.base64(x, text)
	case *QName:
		name, ok := resolveQName(scope, trimmed)
		*x = QName{Space: name.Space, Local: name.Local}
		if !ok {
			return d.refuse("a name whose prefix is not declared")
		}
		return nil
	}
	if !setScalar(v, trimmed) {
		return d.refuse("a value that is no " + v.Kind().String())
	}
	return nil
}

func setScalar(v reflect.Value, text string) bool {
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(text == "true" || text == "1")
		return text == "true" || text == "1" || text == "false" || text == "0"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return err == nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(strings.TrimPrefix(text, "+"), 10, v.Type().Bits())
		v.SetUint(n)
		return err == nil
	}
	return false
}

func (d *decoder) base64(v *Base64Binary, text string) error {
	text = strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' || r == '\r' || r == '\n' {
			return -1
		}
		return r
	}, text)
	if text == "" {
		*v = nil
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return d.refuse("a value that is no base64")
	}
	*v = decoded
	return nil
}

// resolveQName is the value of an xs:QName.
func resolveQName(scope map[string]string, text string) (xml.Name, bool) {
	prefix, local, found := strings.Cut(text, ":")
	if !found {
		return xml.Name{Space: scope[""], Local: text}, true
	}
	space := scope[prefix]
	return xml.Name{Space: space, Local: local}, space != ""
}
