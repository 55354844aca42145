package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/beevik/etree"
)

// Namespaces of the files.
const (
	spaceXML  = "http://www.w3.org/XML/1998/namespace"
	spaceXSD  = "http://www.w3.org/2001/XMLSchema"
	spaceWSDL = "http://schemas.xmlsoap.org/wsdl/"
	spaceSOAP = "http://schemas.xmlsoap.org/wsdl/soap/"
)

// source is one file of a pack.
type source struct {
	path  string // below the pack, with forward slashes
	root  *etree.Element
	lines map[*etree.Element]int
}

// errorf is an error at e, with file and line.
func (s *source) errorf(e *etree.Element, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", s.path, s.lines[e], fmt.Sprintf(format, args...))
}

// loader reads each file once.
type loader struct {
	dir   string
	files map[string]*source
}

func (l *loader) read(name string) (*source, error) {
	if s := l.files[name]; s != nil {
		return s, nil
	}
	text, err := os.ReadFile(filepath.Join(l.dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(text); err != nil {
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return nil, fmt.Errorf("%s:%d: %s", name, syntax.Line, syntax.Msg)
		}
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	s := &source{path: name, root: doc.Root(), lines: map[*etree.Element]int{}}
	if s.root == nil {
		return nil, fmt.Errorf("%s:1: no element in it", name)
	}
	if err := s.number(text); err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	l.files[name] = s
	return s, nil
}

// number finds the line of each element: etree does not keep it, but start tags come in the same order.
func (s *source) number(text []byte) error {
	var elements []*etree.Element
	var walk func(e *etree.Element)
	walk = func(e *etree.Element) {
		elements = append(elements, e)
		for _, child := range e.ChildElements() {
			walk(child)
		}
	}
	walk(s.root)
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	for i := 0; i < len(elements); {
		line, _ := d.InputPos()
		token, err := d.RawToken()
		if err != nil {
			return err
		}
		if _, ok := token.(xml.StartElement); ok {
			s.lines[elements[i]] = line
			i++
		}
	}
	return nil
}

// relative is the path of a file that s names by a relative location.
func (s *source) relative(location string) string { return path.Join(path.Dir(s.path), location) }

// is says whether e is an element with that namespace and local name.
func is(e *etree.Element, space, local string) bool {
	return e.Tag == local && e.NamespaceURI() == space
}

// children are the child elements of e in space, without annotations.
func children(e *etree.Element, space string) []*etree.Element {
	var found []*etree.Element
	for _, c := range e.ChildElements() {
		if c.NamespaceURI() == space && c.Tag != "annotation" && c.Tag != "documentation" {
			found = append(found, c)
		}
	}
	return found
}

// child is the first child of e called local in space, or nil.
func child(e *etree.Element, space string, local ...string) *etree.Element {
	for _, c := range e.ChildElements() {
		for _, l := range local {
			if is(c, space, l) {
				return c
			}
		}
	}
	return nil
}

// resolve turns value, which has a prefix that is declared at e or above it, into a name; false where the prefix is
// not declared.
func resolve(e *etree.Element, value string) (xml.Name, bool) {
	prefix, local, found := strings.Cut(strings.TrimSpace(value), ":")
	if !found {
		prefix, local = "", prefix
	}
	if prefix == "xml" {
		return xml.Name{Space: spaceXML, Local: local}, true
	}
	for ; e != nil; e = e.Parent() {
		for _, a := range e.Attr {
			if a.Space == "xmlns" && a.Key == prefix && prefix != "" || a.Space == "" && a.Key == "xmlns" && prefix == "" {
				return xml.Name{Space: a.Value, Local: local}, true
			}
		}
	}
	return xml.Name{Local: local}, prefix == ""
}

// documentation returns the lines of the first documentation in e, trimmed.
func documentation(e *etree.Element) []string {
	note := child(e, spaceXSD, "annotation")
	if note == nil {
		return nil
	}
	doc := child(note, spaceXSD, "documentation")
	if doc == nil {
		return nil
	}
	var lines []string
	for _, line := range strings.Split(doc.Text(), "\n") {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
