package tak

import (
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Limits of the XML that is read here; real files stay far below.
const (
	maxDepth = 32
	maxText  = 8192 // bytes of one field
)

// scanner reads an XML document strictly, element by element: no document type, one root, bounded depth and size.
type scanner struct {
	decoder *xml.Decoder
	depth   int
}

func newScanner(r io.Reader, limit int64) *scanner {
	d := xml.NewDecoder(&bounded{from: r, left: limit})
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		switch strings.ToLower(charset) {
		case "utf-8", "us-ascii":
			return input, nil
		case "iso-8859-1":
			return charmap.ISO8859_1.NewDecoder().Reader(input), nil
		}
		return nil, errCharset
	}
	return &scanner{decoder: d}
}

// line is where the scanner stands, 1-based.
func (s *scanner) line() int {
	line, _ := s.decoder.InputPos()
	return line
}

func (s *scanner) problem(code string, values ...string) error {
	return problemAt(s.line(), code, values...)
}

// next is the next start of an element, end of an element, or text. io.EOF is returned only at the end of the document.
func (s *scanner) next() (xml.Token, error) {
	for {
		token, err := s.decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case errors.Is(err, errTooLarge):
			return nil, errTooLarge
		case errors.Is(err, errCharset):
			return nil, s.problem(errCharset.Code)
		case err != nil:
			return nil, s.problem("no-xml")
		}
		switch token.(type) {
		case xml.Directive:
			return nil, s.problem("doctype")
		case xml.StartElement:
			if s.depth++; s.depth > maxDepth {
				return nil, s.problem("depth", strconv.Itoa(maxDepth))
			}
			return token, nil
		case xml.EndElement:
			s.depth--
			return token, nil
		case xml.CharData:
			return token, nil
		}
	}
}

// document calls visit with the root element, which visit must read to its end, and checks that only blanks follow.
func (s *scanner) document(visit func(root xml.StartElement) error) error {
	seen := false
	for {
		token, err := s.next()
		if errors.Is(err, io.EOF) && seen {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return newProblem("xml-none")
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			if strings.TrimSpace(strings.TrimPrefix(string(token), "\uFEFF")) != "" {
				return s.problem("text-outside")
			}
		case xml.StartElement:
			if seen {
				return s.problem("second-xml")
			}
			seen = true
			if err := visit(token); err != nil {
				return err
			}
		}
	}
}

// children calls visit for each child of the present element, which visit must read to its end. It returns after the
// end of the present element.
func (s *scanner) children(visit func(child xml.StartElement) error) error {
	for {
		token, err := s.next()
		if err != nil {
			return early(err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := visit(token); err != nil {
				return err
			}
		}
	}
}

// text reads the present element to its end and returns its text without blanks around it. A child element is an error.
func (s *scanner) text() (string, error) {
	var text strings.Builder
	for {
		token, err := s.next()
		if err != nil {
			return "", early(err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			return strings.TrimSpace(text.String()), nil
		case xml.CharData:
			if text.Len()+len(token) > maxText {
				return "", s.problem("too-long", strconv.Itoa(maxText))
			}
			text.Write(token)
		default:
			return "", s.problem("element-in-value")
		}
	}
}

// skip reads the present element to its end and ignores its content.
func (s *scanner) skip() error {
	return s.children(func(xml.StartElement) error { return s.skip() })
}

// early turns an end of file inside an element into the problem that the file ends too early.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return newProblem("ends-early")
	}
	return err
}
