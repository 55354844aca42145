package soap

import (
	"encoding/xml"
	"reflect"
	"strings"

	"rivgate/soap/guard"
)

// frame is a struct that is being filled.
type frame struct {
	value  reflect.Value
	layout *layout
	cursor int            // position of the field filled last
	filled []bool         // fields that hold a value
	groups map[int]*frame // the last item of each groupField; nil at first
}

func (d *decoder) frame(v reflect.Value) (*frame, error) {
	l, err := layoutOf(v.Type())
	if err != nil {
		return nil, err
	}
	return &frame{value: v, layout: l, filled: make([]bool, len(l.fields))}, nil
}

func (d *decoder) structure(s token, v reflect.Value) error {
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
		k, err := d.next()
		if err != nil {
			return err
		}
		switch k.kind {
		case textRun:
			if f.layout.text < 0 && strings.Trim(k.text, " \t\r\n") != "" {
				return d.refuse(guard.FactTextInElement, f.layout.name)
			}
			text = append(text, k.text)
		case startTag:
			if err := d.child(k, f); err != nil {
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

func (d *decoder) attributes(s token, f *frame) error {
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
			return d.refuse(guard.FactUnknownAttribute, f.layout.name)
		}
	}
	return nil
}

// child reads the element whose start tag is s into the field that takes it.
func (d *decoder) child(s token, f *frame) error {
	i := f.place(s.name)
	if i < 0 {
		if f.layout.wild < 0 || f.knows(s.name) {
			return d.refuse(guard.FactUnknownElement, f.layout.name)
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
		if inner == nil || inner.ahead(s.name) < 0 {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			var err error
			if inner, err = d.frame(v.Index(v.Len() - 1)); err != nil {
				return err
			}
			if f.groups == nil {
				f.groups = map[int]*frame{}
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
func (f *frame) ahead(name xml.Name) int {
	for i := f.cursor; i < len(f.layout.fields); i++ {
		field := f.layout.fields[i]
		if field.takes(name) && (field.repeated() || !f.filled[i]) {
			return i
		}
	}
	return -1
}

// place is ahead, and where that finds nothing any other field that takes name: the order is the validator's affair.
func (f *frame) place(name xml.Name) int {
	if i := f.ahead(name); i >= 0 {
		return i
	}
	for i, field := range f.layout.fields {
		if field.takes(name) && (field.repeated() || !f.filled[i]) {
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

func (f *frame) knows(name xml.Name) bool {
	for _, field := range f.layout.fields {
		if field.takes(name) {
			return true
		}
	}
	return false
}

// takes says whether an element called name belongs to f by its name.
func (f field) takes(name xml.Name) bool {
	switch f.kind {
	case elementField:
		return f.name == name
	case groupField:
		inner, err := layoutOf(f.typ.Elem())
		if err != nil {
			return false
		}
		for _, g := range inner.fields {
			if g.takes(name) {
				return true
			}
		}
	}
	return false
}
