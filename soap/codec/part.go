package codec

import (
	"encoding/xml"
	"fmt"
	"strings"

	"rivgate/soap/guard"
)

// Value is the attributes and the content of an element. contractgen writes the two methods for every type of a
// contract; they name its attributes and elements in the order of the schema.
type Value interface {
	// ReadXML takes p if v has a field for it, and says whether it has.
	ReadXML(p *Part) bool
	// WriteXML writes the attributes, then the content.
	WriteXML(w *Writer)
}

// Pointer is a *T that is a Value.
type Pointer[T any] interface {
	*T
	Value
}

// Part is one part of an element that is being read. A value is offered the parts one after the other:
//
//	<unit id="i">  kg  <more/>  </unit>
//	      ┬        ─┬   ─┬─      ─┬
//	  attribute   text  child    end: all the text has come
//
// ReadXML is a chain of calls, one for each field, that ends at the field that takes the part:
//
//	return codec.ReadAttr(p, "", "id", &v.ID) || codec.ReadText(p, &v.Value) || codec.Read(p, space, "more", &v.More)
//
// Elements may come in any order. Where two fields have one name, the order decides: a child goes to the first field
// that still takes it, counted from the field that was filled last. What no field knows goes to the wildcard that comes
// next, or to the last one.
type Part struct {
	in    *reader
	scope map[string]string // namespaces by prefix, at the start tag of the element

	kind  tokenKind // what the part is: attribute, textRun, startTag for a child, endTag for the end
	name  xml.Name  // of an attribute
	text  string    // an attribute's value, or a run of text
	child token

	attempt attempt
	field   int           // the element field that was asked last, counted from 0
	last    int           // the field that was filled last
	filled  []bool        // fields that hold a value
	full    bool          // a field has the name of the child, and holds a value already
	wild    int           // the last wildcard
	groups  map[int]*Part // by field, the parts of the last item of a group
	runs    []string      // of text
	noText  bool          // the value has no field for text
}

// attempt says which fields may take a child. They are asked again, in the order of the attempts, until one takes it.
type attempt int

const (
	ahead        attempt = iota // those of the child's name from the last filled one on
	anywhere                    // those of the child's name
	wildAhead                   // wildcards from the last filled field on
	lastWildcard                // the last wildcard
	noAttempt
)

// structure reads the element whose start tag is start into v.
func (r *reader) structure(start token, v Value) {
	p := r.newPart()
	for _, a := range start.attr {
		p.kind, p.name, p.text = attribute, a.Name, a.Value
		if !v.ReadXML(p) && a.Name.Space != instanceNamespace {
			r.refuse(guard.FactUnknownAttribute, typeName(v))
		}
	}
	for r.err == nil {
		switch k := r.next(); k.kind {
		case textRun:
			blank := strings.Trim(k.text, blanks) == ""
			p.kind, p.text = textRun, k.text
			p.noText = p.noText || !v.ReadXML(p)
			if p.noText && !blank {
				r.refuse(guard.FactTextInElement, typeName(v))
			}
		case startTag:
			if p.child = k; !p.offerChild(v) {
				r.refuse(guard.FactUnknownElement, typeName(v))
			}
		case endTag:
			p.kind = endTag
			if !p.noText {
				v.ReadXML(p)
			}
			r.spare = append(r.spare, p)
			return
		}
	}
}

// typeName is the name of the Go type of v, without its package.
func typeName(v Value) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

// newPart is for the element whose start tag was read last.
func (r *reader) newPart() *Part {
	n := len(r.spare)
	if n == 0 {
		return &Part{in: r, scope: r.scope()}
	}
	p := r.spare[n-1]
	r.spare = r.spare[:n-1]
	clear(p.runs)
	*p = Part{in: r, scope: r.scope(), filled: p.filled[:0], runs: p.runs[:0]}
	return p
}

func (p *Part) offerChild(v Value) bool {
	p.kind, p.full = startTag, false
	for p.attempt = ahead; p.attempt < noAttempt; p.attempt++ {
		p.field = -1
		if v.ReadXML(p) {
			return true
		}
		if p.full {
			return false // once too often, and nothing for a wildcard
		}
	}
	return false
}

// takes says whether the part is a child of that name, and the field that asks may take it.
func (p *Part) takes(space, local string, repeated bool) bool {
	if p.kind != startTag {
		return false
	}
	p.field++
	if p.attempt > anywhere || p.child.name.Local != local || p.child.name.Space != space {
		return false
	}
	if p.attempt == ahead && p.field < p.last {
		return false
	}
	if !repeated && p.field < len(p.filled) && p.filled[p.field] {
		p.full = p.attempt == anywhere
		return false
	}
	p.fill()
	return true
}

// fill notes that the field that asks takes the child.
func (p *Part) fill() {
	for len(p.filled) <= p.field {
		p.filled = append(p.filled, false)
	}
	p.filled[p.field], p.last = true, p.field
}

// Read takes the child of that name into v, a pointer to what Go has for its type.
func Read(p *Part, space, local string, v any) bool {
	if !p.takes(space, local, false) {
		return false
	}
	p.read(v)
	return true
}

// ReadOptional takes the child of that name into a new T.
func ReadOptional[T any](p *Part, space, local string, v **T) bool {
	if !p.takes(space, local, false) {
		return false
	}
	*v = new(T)
	p.read(*v)
	return true
}

// ReadEach takes every child of that name, and appends it to v.
func ReadEach[T any](p *Part, space, local string, v *[]T) bool {
	if !p.takes(space, local, true) {
		return false
	}
	*v = append(*v, *new(T))
	p.read(&(*v)[len(*v)-1])
	return true
}

// ReadGroup takes a child that is part of an item: of the last one where it has a place for it, else of a new one.
func ReadGroup[T any, P Pointer[T]](p *Part, items *[]T) bool {
	if p.kind != startTag {
		return false
	}
	p.field++
	if p.attempt > anywhere || p.attempt == ahead && p.field < p.last {
		return false
	}
	field := p.field
	if item := p.groups[field]; item != nil && p.readItem(item, P(&(*items)[len(*items)-1])) {
		return true
	}
	item, value := &Part{in: p.in, scope: p.scope}, new(T)
	if !p.readItem(item, P(value)) {
		return false
	}
	*items = append(*items, *value)
	if p.groups == nil {
		p.groups = map[int]*Part{}
	}
	p.groups[field] = item
	return true
}

// readItem offers the child to an item of a group.
func (p *Part) readItem(item *Part, v Value) bool {
	item.kind, item.child, item.field, item.attempt = startTag, p.child, -1, ahead
	if !v.ReadXML(item) {
		return false
	}
	p.fill()
	return true
}

// ReadAny takes a child that no field knows by its name.
func ReadAny(p *Part, v *[]Any) bool {
	if p.kind != startTag {
		return false
	}
	p.field++
	switch {
	case p.attempt < wildAhead:
		p.wild = p.field
		return false
	case p.attempt == wildAhead && p.field < p.last, p.attempt == lastWildcard && p.field != p.wild:
		return false
	}
	p.fill()
	*v = append(*v, p.tree())
	return true
}

// ReadText takes the text of the element into v, a pointer to what Go has for its type.
func ReadText(p *Part, v any) bool {
	switch p.kind {
	case textRun:
		p.runs = append(p.runs, p.text)
		return true
	case endTag:
		p.in.set(v, strings.Join(p.runs, ""), p.scope)
		return true
	}
	return false
}

// ReadAttr takes the attribute of that name into v, a pointer to what Go has for its type.
func ReadAttr(p *Part, space, local string, v any) bool {
	if p.kind != attribute || p.name.Local != local || p.name.Space != space {
		return false
	}
	p.in.set(v, p.text, p.scope)
	return true
}

// ReadOptionalAttr takes the attribute of that name into a new T.
func ReadOptionalAttr[T any](p *Part, space, local string, v **T) bool {
	if p.kind != attribute || p.name.Local != local || p.name.Space != space {
		return false
	}
	*v = new(T)
	p.in.set(*v, p.text, p.scope)
	return true
}

// ReadOtherAttrs takes every attribute, but for those of XML Schema itself (xsi:type, xsi:schemaLocation).
func ReadOtherAttrs(p *Part, v *[]xml.Attr) bool {
	if p.kind != attribute || p.name.Space == instanceNamespace {
		return false
	}
	*v = append(*v, xml.Attr{Name: p.name, Value: p.text})
	return true
}

// read reads the child into v.
func (p *Part) read(v any) {
	if n, ok := v.(nillable); ok {
		if p.child.isNil() {
			*n.nilFlag() = true
			p.in.skip()
			return
		}
		v = n.value()
	}
	if value, ok := v.(Value); ok {
		p.in.structure(p.child, value)
		return
	}
	scope := p.in.scope()
	if text, ok := p.in.text(); ok {
		p.in.set(v, text, scope)
	}
}
