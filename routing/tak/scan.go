package tak

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Limits of the XML that is read here; real files stay far below.
const (
	maxDepth = 32
	maxText  = 8192 // bytes of one field
)

// scanner walks an XML document from outside in, strictly: no document type, one root, bounded depth and size.
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

var errCharset = errors.New("the encoding is neither UTF-8 nor ISO-8859-1")

// line is where the scanner stands, 1-based.
func (s *scanner) line() int {
	line, _ := s.decoder.InputPos()
	return line
}

func (s *scanner) problem(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", s.line(), fmt.Errorf(format, args...))
}

// next is the next token that is an element's start, its end or text. io.EOF comes at the end of the document only.
func (s *scanner) next() (xml.Token, error) {
	for {
		token, err := s.decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case errors.Is(err, errTooLarge):
			return nil, errTooLarge
		case err != nil && strings.Contains(err.Error(), errCharset.Error()):
			return nil, s.problem("%w", errCharset)
		case err != nil:
			return nil, s.problem("this is not well-formed XML, or the file ends too early")
		}
		switch token.(type) {
		case xml.Directive:
			return nil, s.problem("a document type is not taken")
		case xml.StartElement:
			if s.depth++; s.depth > maxDepth {
				return nil, s.problem("elements are nested more than %d deep", maxDepth)
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

// document reads the root element, hands it to visit, which must consume it, and sees that nothing but blanks follows.
func (s *scanner) document(visit func(root xml.StartElement) error) error {
	seen := false
	for {
		token, err := s.next()
		if errors.Is(err, io.EOF) && seen {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return errors.New("there is no XML in it")
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.CharData:
			if strings.TrimSpace(strings.TrimPrefix(string(token), "\uFEFF")) != "" {
				return s.problem("there is text outside the document")
			}
		case xml.StartElement:
			if seen {
				return s.problem("there is a second document")
			}
			seen = true
			if err := visit(token); err != nil {
				return err
			}
		}
	}
}

// children hands each child element of the present one to visit, which must consume it, up to the present one's end.
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

// text consumes the present element, which must hold text alone, and gives it without the blanks around it.
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
				return "", s.problem("a value is longer than %d bytes", maxText)
			}
			text.Write(token)
		default:
			return "", s.problem("there is an element where a value should be")
		}
	}
}

// skip consumes the present element, whatever it holds.
func (s *scanner) skip() error {
	return s.children(func(xml.StartElement) error { return s.skip() })
}

// early names an end of file inside an element for what it is.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return errors.New("the file ends too early")
	}
	return err
}
