package signature

import (
	"bytes"
	"io"
)

const (
	namespaceXML   = "http://www.w3.org/XML/1998/namespace"
	namespaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// binding is one namespace declaration in scope.
type binding struct {
	prefix, space string
	depth         int // of the element that has it
}

// event is what a walk meets.
type event int

const (
	eventStart event = iota // of an element: walk.raw, walk.space, walk.attributes
	eventEnd                // of the innermost element
	eventText               // walk.piece; walk.cdata
	eventMark               // a CDATA section begins or ends
	eventComment
	eventInstruction // walk.piece, from <? to ?>
	eventEOF
)

// walk goes through a message element by element, with the namespaces in scope. Its memory is bounded by the depth of
// the message and its longest tag.
type walk struct {
	scanner
	raw        []byte      // the element's name as written; at its end too
	space      string      // its namespace
	local      []byte      // its local name
	attributes []attribute // declarations too
	piece      []byte
	cdata      bool  // piece stands in a CDATA section
	begin, end int64 // where the tag or the piece stands in the message
	depth      int   // of the innermost open element, from 1; at eventEnd that of the one that ends

	empty    bool // the tag at hand is an empty element's
	pending  bool // its end is to come
	leaving  bool // an element has ended, and is to be taken from the stack
	open     []openElement
	names    []byte // raw names of the open elements
	bindings []binding
	strings  map[string]string
}

type openElement struct {
	names, bindings int
	space           string
}

func newWalk(from io.Reader) *walk {
	return &walk{scanner: scanner{from: from}, strings: map[string]string{}}
}

// keep is p as a string that is made once.
func (w *walk) keep(p []byte) string {
	if s, ok := w.strings[string(p)]; ok {
		return s
	}
	if len(w.strings) > 1000 {
		clear(w.strings)
	}
	s := string(p)
	w.strings[s] = s
	return s
}

func (w *walk) next() (event, error) {
	if w.leaving {
		w.leave()
	}
	if w.pending {
		w.pending, w.leaving = false, true
		w.begin = w.end
		return eventEnd, nil
	}
	kind, piece, begin, err := w.scanner.next()
	if err != nil {
		return eventEOF, err
	}
	w.piece, w.begin, w.end = piece, begin, begin+int64(len(piece))
	switch kind {
	case pieceStart:
		return eventStart, w.start(piece)
	case pieceEnd:
		return eventEnd, w.finish(piece)
	case pieceMark:
		return eventMark, nil
	case pieceComment:
		return eventComment, nil
	case pieceInstruction:
		return eventInstruction, nil
	case pieceEOF:
		if w.depth > 0 {
			return eventEOF, errMarkup
		}
		return eventEOF, nil
	}
	w.cdata = kind == pieceCDATA
	return eventText, nil
}

func (w *walk) start(tag []byte) (err error) {
	if w.raw, w.attributes, w.empty, err = readTag(tag, w.attributes); err != nil {
		return err
	}
	w.depth++
	w.open = append(w.open, openElement{names: len(w.names), bindings: len(w.bindings)})
	w.names = append(w.names, w.raw...)
	var room [256]byte
	for _, a := range w.attributes {
		prefix, ok := a.declares()
		if !ok {
			continue
		}
		value, err := appendValue(room[:0], a.raw)
		if err != nil {
			return err
		}
		w.bindings = append(w.bindings, binding{w.keep(prefix), w.keep(value), w.depth})
	}
	n := splitName(w.raw)
	w.local = n.local
	var ok bool
	if w.space, ok = w.lookup(n.prefix); !ok {
		return errMarkup
	}
	w.open[len(w.open)-1].space = w.space
	for i := range w.attributes {
		a := &w.attributes[i]
		if _, declares := a.declares(); declares || len(a.prefix) == 0 {
			continue
		}
		if a.space, ok = w.lookup(a.prefix); !ok {
			return errMarkup
		}
	}
	w.pending = w.empty
	return nil
}

func (w *walk) finish(tag []byte) error {
	raw := bytes.TrimRight(tag[2:len(tag)-1], " \t\r\n")
	if w.depth == 0 || !bytes.Equal(raw, w.names[w.open[len(w.open)-1].names:]) {
		return errMarkup
	}
	w.raw, w.local = raw, splitName(raw).local
	w.space = w.open[len(w.open)-1].space
	w.leaving = true
	return nil
}

func (w *walk) leave() {
	last := w.open[len(w.open)-1]
	w.open = w.open[:len(w.open)-1]
	w.names, w.bindings = w.names[:last.names], w.bindings[:last.bindings]
	w.depth--
	w.leaving = false
}

// lookup is the namespace of a prefix, or of none; false where it is not declared.
func (w *walk) lookup(prefix []byte) (string, bool) {
	for i := len(w.bindings) - 1; i >= 0; i-- {
		if b := &w.bindings[i]; b.prefix == string(prefix) {
			return b.space, true
		}
	}
	if string(prefix) == "xml" {
		return namespaceXML, true
	}
	return "", len(prefix) == 0
}

// inScope are the declarations in scope, the inner one of each prefix.
func (w *walk) inScope() map[string]string {
	scope := map[string]string{}
	for _, b := range w.bindings {
		scope[b.prefix] = b.space
	}
	return scope
}

// is tells whether the element at hand has a name.
func (w *walk) is(space, local string) bool { return w.space == space && string(w.local) == local }

// value is the value of an attribute of the start tag at hand; false where there is none.
func (w *walk) value(space, local string) (string, bool) {
	for _, a := range w.attributes {
		if _, declares := a.declares(); !declares && a.space == space && string(a.local) == local {
			value, err := appendValue(nil, a.raw)
			return string(value), err == nil
		}
	}
	return "", false
}

// declares is the prefix that the attribute declares; false where it is no declaration.
func (a *attribute) declares() (prefix []byte, ok bool) {
	switch {
	case len(a.prefix) == 0 && string(a.local) == "xmlns":
		return nil, true
	case string(a.prefix) == "xmlns":
		return a.local, true
	}
	return nil, false
}
