package soap

import (
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
)

const (
	xmlNamespace      = "http://www.w3.org/XML/1998/namespace"
	instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// fieldKind says what a field of a generated struct stands for.
type fieldKind int

const (
	elementField   fieldKind = iota // `xml:"namespace name"`
	attributeField                  // `xml:"name,attr"`
	textField                       // `xml:",chardata"`
	anyField                        // `xml:",any"`, a []Any
	anyAttrField                    // `xml:",any,attr"`, a []xml.Attr
	groupField                      // `xml:",group"`, a slice of structs: a repeated choice or sequence
)

// field is one field of a generated struct.
type field struct {
	index int
	kind  fieldKind
	name  xml.Name
	typ   reflect.Type // of the field itself
}

func (f field) repeated() bool {
	return f.kind == anyField || f.kind == groupField ||
		f.typ.Kind() == reflect.Slice && f.typ.Elem().Kind() != reflect.Uint8
}

// layout is how a generated struct is read and written: its fields in the order of the schema.
type layout struct {
	name   string
	fields []field
	text   int // position in fields, or -1
	wild   int // position in fields of the last anyField, or -1
}

// layouts remembers the layouts that were met: they follow from the types alone. reflect.Type → *layout
var layouts sync.Map

func layoutOf(t reflect.Type) (*layout, error) {
	if l, found := layouts.Load(t); found {
		return l.(*layout), nil
	}
	l := &layout{name: t.Name(), text: -1, wild: -1}
	for i := range t.NumField() {
		f, err := readField(t.Field(i))
		if err != nil {
			return nil, fmt.Errorf("reading the tag of %s.%s: %w", t.Name(), t.Field(i).Name, err)
		}
		f.index = i
		switch f.kind {
		case textField:
			l.text = len(l.fields)
		case anyField:
			l.wild = len(l.fields)
		}
		l.fields = append(l.fields, f)
	}
	layouts.Store(t, l)
	return l, nil
}

func readField(of reflect.StructField) (field, error) {
	t := of.Type
	f := field{typ: t}
	if of.Tag.Get("soap") == "group" {
		f.kind = groupField
		if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
			return f, fmt.Errorf("wrong type %s", t)
		}
		return f, nil
	}
	tag, tagged := of.Tag.Lookup("xml")
	if !tagged || !of.IsExported() {
		return f, errors.New("no tag, or not exported")
	}
	name, options, _ := strings.Cut(tag, ",")
	if space, local, found := strings.Cut(name, " "); found {
		f.name = xml.Name{Space: space, Local: local}
	} else {
		f.name = xml.Name{Local: name}
	}
	switch options {
	case "":
		f.kind = elementField
	case "attr":
		f.kind = attributeField
	case "chardata":
		f.kind = textField
	case "any":
		f.kind = anyField
	case "any,attr":
		f.kind = anyAttrField
	default:
		return f, fmt.Errorf("unknown option %q", options)
	}
	if f.kind == anyField && t != reflect.TypeFor[[]Any]() || f.kind == anyAttrField && t != reflect.TypeFor[[]xml.Attr]() {
		return f, fmt.Errorf("wrong type %s", t)
	}
	return f, nil
}

// leaf says whether t is written as text, not as elements.
func leaf(t reflect.Type) bool {
	return t.Kind() != reflect.Struct || t == reflect.TypeFor[QName]()
}

// lexical says whether white space around a value of t is not part of it.
func lexical(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[Decimal](), reflect.TypeFor[Integer](), reflect.TypeFor[Double](), reflect.TypeFor[DateTime](),
		reflect.TypeFor[Date](), reflect.TypeFor[Time](), reflect.TypeFor[Duration](), reflect.TypeFor[HexBinary]():
		return true
	}
	return false
}

// isNillable says whether t is a Nillable of something.
func isNillable(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[interface{ nillable() }]())
}
