package codec

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"strings"

	"rivgate/soap/guard"
)

const (
	xmlNamespace      = "http://www.w3.org/XML/1998/namespace"
	instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance"
)

// depthLimit bounds the nesting that the reader follows, so that no message can exhaust the stack.
const depthLimit = 256

// token is a start tag, the end of an element, a run of text, or the end of the document.
type token struct {
	kind tokenKind
	name xml.Name   // of a start tag, resolved
	attr []xml.Attr // of a start tag, resolved, without declarations
	text string
}

type tokenKind byte

const (
	startTag tokenKind = iota + 1
	endTag
	textRun
	documentEnd
	attribute // part of a start tag; see Part
)

// reader reads an XML document with namespaces resolved. It leaves out comments and processing instructions. It refuses
// a DOCTYPE, undeclared prefixes, attributes twice, and tags that do not fit. It reads plain tokens itself (see
// plainTokens) and leaves all else to encoding/xml.
type reader struct {
	plainTokens
	xml   *xml.Decoder
	err   error   // the first; then there are no more tokens
	spare []*Part // to be used again
}

func newReader(document []byte) *reader {
	document = bytes.TrimPrefix(document, []byte("\xef\xbb\xbf"))
	r := &reader{plainTokens: plainTokens{document: document, names: map[string]*tagName{}}}
	r.xml = xml.NewDecoder(&r.plainTokens)
	// Whoever calls has made it UTF-8, whatever the declaration says.
	r.xml.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return r
}

// outside is what is declared outside the root element.
var outside = map[string]string{"xml": xmlNamespace}

func (r *reader) scope() map[string]string {
	if len(r.open) == 0 {
		return outside
	}
	return r.open[len(r.open)-1].scope
}

// refuse ends the reading with a fact about the present place.
func (r *reader) refuse(fact guard.Fact, element string) { r.refuseFor(fact, element, nil) }

func (r *reader) refuseFor(fact guard.Fact, element string, cause error) {
	if r.err != nil {
		return
	}
	read := r.document[:r.passed+r.xml.InputOffset()]
	e := guard.NewFactError(fact, element)
	e.Line, e.Column = 1+bytes.Count(read, []byte("\n")), len(read)-bytes.LastIndexByte(read, '\n')
	e.Cause = cause
	r.err = e
}

// next is the next token, one without a kind after an error.
func (r *reader) next() token {
	if r.err != nil {
		return token{}
	}
	if r.passed+r.xml.InputOffset() == int64(r.at) && !r.closing {
		switch kind, text, name := r.plain(); kind {
		case startTag:
			return r.start(name, nil)
		case endTag, textRun:
			return token{kind: kind, text: text}
		}
	}
	for {
		read, err := r.xml.RawToken()
		switch {
		case errors.Is(err, io.EOF) && len(r.open) == 0:
			return token{kind: documentEnd}
		case errors.Is(err, io.EOF):
			r.refuse(guard.FactEndsEarly, "")
			return token{}
		case err != nil:
			r.refuseFor(guard.FactNotWellFormed, "", err)
			return token{}
		}
		switch x := read.(type) {
		case xml.StartElement:
			r.closing = r.document[r.at-len("/>")] == '/'
			return r.start(&tagName{raw: x.Name}, x.Attr)
		case xml.EndElement:
			return r.end(x.Name)
		case xml.CharData:
			return token{kind: textRun, text: string(x)}
		case xml.Directive:
			r.refuse(guard.FactDoctype, "")
			return token{}
		}
	}
}

func (r *reader) end(name xml.Name) token {
	r.closing = false
	if len(r.open) == 0 || r.open[len(r.open)-1].raw != name {
		r.refuse(guard.FactEndTag, "")
		return token{}
	}
	r.open = r.open[:len(r.open)-1]
	return token{kind: endTag}
}

func (r *reader) start(tag *tagName, raw []xml.Attr) token {
	if len(r.open) == depthLimit {
		r.refuse(guard.FactDepth, "")
		return token{}
	}
	scope, attrs := declared(r.scope(), raw)
	r.open = append(r.open, opened{tagName: tag, scope: scope})
	name, ok := resolve(scope, tag.raw, true)
	for i := 0; ok && i < len(attrs); i++ {
		attrs[i].Name, ok = resolve(scope, attrs[i].Name, false)
		for j := range i {
			if attrs[j].Name == attrs[i].Name {
				r.refuse(guard.FactAttributeTwice, "")
				return token{}
			}
		}
	}
	if !ok {
		r.refuse(guard.FactPrefix, "")
		return token{}
	}
	return token{kind: startTag, name: name, attr: attrs}
}

// declared is the scope inside a start tag, and its attributes without the declarations.
func declared(outer map[string]string, raw []xml.Attr) (scope map[string]string, attrs []xml.Attr) {
	scope = outer
	copied := false
	for _, a := range raw {
		if a.Name.Space != "xmlns" && (a.Name.Space != "" || a.Name.Local != "xmlns") {
			attrs = append(attrs, a)
			continue
		}
		if !copied {
			scope, copied = maps.Clone(outer), true
		}
		prefix := a.Name.Local
		if a.Name.Space == "" {
			prefix = ""
		}
		scope[prefix] = a.Value
	}
	return scope, attrs
}

// resolve is raw with its prefix replaced; the default namespace counts for elements only.
func resolve(scope map[string]string, raw xml.Name, element bool) (xml.Name, bool) {
	if raw.Space == "" {
		if element {
			raw.Space = scope[""]
		}
		return raw, true
	}
	space := scope[raw.Space]
	return xml.Name{Space: space, Local: raw.Local}, space != ""
}

// isNil says whether a start tag has xsi:nil.
func (k token) isNil() bool {
	for _, a := range k.attr {
		if a.Name.Space == instanceNamespace && a.Name.Local == "nil" && (a.Value == "true" || a.Value == "1") {
			return true
		}
	}
	return false
}

// text reads the text up to the end tag.
func (r *reader) text() (text string, ok bool) {
	var runs []string
	for {
		switch k := r.next(); k.kind {
		case textRun:
			runs = append(runs, k.text)
		case endTag:
			return strings.Join(runs, ""), true
		case startTag:
			r.refuse(guard.FactElementInText, "")
			return "", false
		default:
			return "", false
		}
	}
}

// skip reads to the end of the element whose start tag was read last.
func (r *reader) skip() {
	for depth := 1; depth > 0 && r.err == nil; {
		switch r.next().kind {
		case startTag:
			depth++
		case endTag:
			depth--
		}
	}
}
