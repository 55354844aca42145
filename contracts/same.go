package contracts

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"rivgate/soap"
)

// SameContent tells whether two request envelopes have equal content: the children of Body are equal after exclusive
// canonicalisation without comments. Both are UTF-8 and have passed the guard; the error is about one that has not.
//
// The canonical forms are never written, since that would cost many times the memory of a large message. Instead both
// envelopes are read side by side: their canonical forms are equal exactly when all elements, attributes, texts and
// processing instructions are, prefixes included, and when the prefixes in use stand for the same namespaces. A test
// compares the result with that of a complete canonicaliser.
func SameContent(a, b []byte) (bool, error) {
	if bytes.Equal(a, b) {
		return true, nil
	}
	left, right := newContent(a), newContent(b)
	for {
		x, err := left.next()
		if err != nil {
			return false, fmt.Errorf("reading first envelope: %w", err)
		}
		y, err := right.next()
		if err != nil {
			return false, fmt.Errorf("reading second envelope: %w", err)
		}
		if x.kind != y.kind || x.name != y.name || x.space != y.space || x.text != y.text ||
			!slices.Equal(x.attributes, y.attributes) {
			return false, nil
		}
		if x.kind == contentEnd {
			return true, nil
		}
	}
}

var errUnguarded = errors.New("reading content: not a guarded envelope")

const (
	contentEnd = iota
	contentOpen
	contentClose
	contentText
	contentInstruction
)

// item is one step of the content; name has its prefix.
type item struct {
	kind        int
	name, space string
	text        string
	attributes  []attribute
}

type attribute struct{ space, local, prefix, value string }

// content walks through the element children of Body.
type content struct {
	decoder *xml.Decoder
	depth   int             // of open elements, Envelope is 1
	body    int             // depth of Body while inside, else 0
	found   bool            // there was a Body
	scopes  []int           // length of bound when each open element began
	bound   []xml.Attr      // declarations in scope, innermost last: Name.Local is the prefix
	ahead   *item           // what ended a text
	joined  strings.Builder // text around comments, CDATA and entities is one
}

func newContent(envelope []byte) *content {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(envelope, []byte("\xef\xbb\xbf"))))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return &content{decoder: d}
}

func (c *content) next() (item, error) {
	if c.ahead != nil {
		it := *c.ahead
		c.ahead = nil
		return it, nil
	}
	c.joined.Reset()
	for {
		token, err := c.decoder.RawToken()
		if errors.Is(err, io.EOF) && c.depth == 0 && c.found {
			return item{}, nil
		}
		if err != nil {
			return item{}, errUnguarded // its text may hold content
		}
		it, err := c.read(token)
		if err != nil {
			return item{}, err
		}
		if it == nil {
			continue
		}
		if c.joined.Len() > 0 {
			c.ahead = it
			return item{kind: contentText, text: c.joined.String()}, nil
		}
		return *it, nil
	}
}

// read follows depth and scope. It returns nil when a token is no item, or not yet a whole one.
func (c *content) read(token xml.Token) (*item, error) {
	inside := c.body > 0 && c.depth > c.body
	switch t := token.(type) {
	case xml.StartElement:
		return c.open(t)
	case xml.EndElement:
		if c.depth == 0 {
			return nil, errUnguarded
		}
		c.bound = c.bound[:c.scopes[c.depth-1]]
		c.scopes = c.scopes[:c.depth-1]
		if c.depth == c.body {
			c.body = 0
		}
		c.depth--
		if inside {
			return &item{kind: contentClose}, nil
		}
	case xml.CharData:
		if inside {
			c.joined.Write(t)
		}
	case xml.ProcInst:
		if inside {
			return &item{kind: contentInstruction, name: t.Target, text: string(t.Inst)}, nil
		}
	}
	return nil, nil
}

func (c *content) open(t xml.StartElement) (*item, error) {
	c.scopes = append(c.scopes, len(c.bound))
	c.depth++
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			prefix := a.Name.Local
			if a.Name.Space == "" {
				prefix = ""
			}
			c.bound = append(c.bound, xml.Attr{Name: xml.Name{Local: prefix}, Value: a.Value})
		}
	}
	space, ok := c.resolve(t.Name.Space)
	if !ok {
		return nil, errUnguarded
	}
	if c.body == 0 || c.depth <= c.body {
		if c.depth == 2 && t.Name.Local == "Body" && space == soap.NamespaceEnvelope {
			c.body, c.found = c.depth, true
		}
		return nil, nil
	}
	it := &item{kind: contentOpen, name: t.Name.Space + ":" + t.Name.Local, space: space}
	for _, a := range t.Attr {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		x := attribute{local: a.Name.Local, prefix: a.Name.Space, value: a.Value}
		if x.prefix != "" {
			if x.space, ok = c.resolve(x.prefix); !ok {
				return nil, errUnguarded
			}
		}
		it.attributes = append(it.attributes, x)
	}
	slices.SortFunc(it.attributes, func(a, b attribute) int {
		if d := strings.Compare(a.space, b.space); d != 0 {
			return d
		}
		return strings.Compare(a.local, b.local)
	})
	return it, nil
}

func (c *content) resolve(prefix string) (string, bool) {
	if prefix == "xml" {
		return "http://www.w3.org/XML/1998/namespace", true
	}
	for i := len(c.bound) - 1; i >= 0; i-- {
		if c.bound[i].Name.Local == prefix {
			return c.bound[i].Value, true
		}
	}
	return "", prefix == ""
}
