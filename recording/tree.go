package recording

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"rivgate/contracts/redact"
)

// node is an element of a document as it is compared: prefixes, the order of attributes, comments and the white space
// around values are gone.
type node struct {
	name     xml.Name
	attrs    []xml.Attr // in the order of their names
	text     string
	children []*node
	line     int
	digested uint64 // see digest; 0: not yet
}

// digest is the same for two elements that are wholly the same, and hardly ever for others.
func (n *node) digest() uint64 {
	if n.digested != 0 {
		return n.digested
	}
	h := fnv.New64a()
	write := func(texts ...string) {
		for _, text := range texts {
			_, _ = h.Write(append([]byte(text), 0)) // a hash takes all
		}
	}
	write(n.name.Space, n.name.Local, n.text)
	for _, a := range n.attrs {
		write(a.Name.Space, a.Name.Local, a.Value)
	}
	for _, c := range n.children {
		_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, c.digest()))
	}
	n.digested = h.Sum64() | 1
	return n.digested
}

// deepest is how deep elements may stand in each other; the gateway's own guard takes half of it.
const deepest = 200

// readTree reads a document. The error says in which line it is broken.
func readTree(content []byte, contentType string) (*node, error) {
	text, err := redact.UTF8(content, contentType)
	if err != nil {
		return nil, errors.New("its charset is not known")
	}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var root *node
	var open []*node
	var scopes []map[string]string // prefixes, for values that are names
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := d.InputPos()
		if err != nil {
			return nil, fmt.Errorf("it is no XML from line %d on", line)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(open) == deepest || len(open) == 0 && root != nil {
				return nil, fmt.Errorf("it is no single document of at most %d levels: line %d", deepest, line)
			}
			n := &node{name: t.Name, line: line}
			scopes = append(scopes, bound(scopes, t.Attr))
			n.take(t.Attr, scopes[len(scopes)-1])
			if len(open) == 0 {
				root = n
			} else {
				above := open[len(open)-1]
				above.children = append(above.children, n)
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1]
			last.text = strings.TrimSpace(strings.ReplaceAll(last.text, "\r\n", "\n"))
			if last.name.Local == "faultcode" {
				last.text = expanded(last.text, scopes[len(scopes)-1])
			}
			open, scopes = open[:len(open)-1], scopes[:len(scopes)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			}
		case xml.Directive:
			return nil, fmt.Errorf("it has a document type: line %d", line)
		}
	}
	if root == nil {
		return nil, errors.New("it has no element")
	}
	return root, nil
}

// bound are the prefixes that are declared for an element and around it.
func bound(scopes []map[string]string, attrs []xml.Attr) map[string]string {
	var around map[string]string
	if len(scopes) > 0 {
		around = scopes[len(scopes)-1]
	}
	own, copied := around, false
	for _, a := range attrs {
		prefix, declares := "", a.Name.Space == "" && a.Name.Local == "xmlns"
		if a.Name.Space == "xmlns" {
			prefix, declares = a.Name.Local, true
		}
		if !declares {
			continue
		}
		if !copied {
			own, copied = map[string]string{}, true
			for p, space := range around {
				own[p] = space
			}
		}
		own[prefix] = a.Value
	}
	return own
}

func (n *node) take(attrs []xml.Attr, scope map[string]string) {
	for _, a := range attrs {
		if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
			continue
		}
		if a.Name.Space == "http://www.w3.org/2001/XMLSchema-instance" && a.Name.Local == "type" {
			a.Value = expanded(a.Value, scope)
		}
		n.attrs = append(n.attrs, a)
	}
	slices.SortFunc(n.attrs, func(a, b xml.Attr) int {
		return strings.Compare(a.Name.Space+"\x00"+a.Name.Local, b.Name.Space+"\x00"+b.Name.Local)
	})
}

// expanded is a value that is a name, with its namespace instead of its prefix.
func expanded(value string, scope map[string]string) string {
	if prefix, local, ok := strings.Cut(value, ":"); ok && scope[prefix] != "" {
		return "{" + scope[prefix] + "}" + local
	}
	return value
}
