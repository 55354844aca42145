package signature

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// scanner reads markup in pieces: a tag, a comment or a processing instruction as a whole, text as it comes. It is for
// messages that have passed the guard: what it does not know it refuses, but it does not look for all that the guard
// looks for.
type scanner struct {
	from   io.Reader
	buffer []byte
	at     int   // of the next byte in buffer
	filled int   // bytes in buffer
	offset int64 // of buffer[0] in the message
	ended  bool  // from has no more
	cdata  bool  // inside a CDATA section
}

const (
	scanRoom = 32 << 10
	longest  = 1 << 20 // bytes of one piece of markup
)

type pieceKind int

const (
	pieceText pieceKind = iota
	pieceCDATA
	pieceMark // where a CDATA section begins or ends
	pieceStart
	pieceEnd
	pieceComment
	pieceInstruction
	pieceEOF
)

var (
	errMarkup = errors.New("the markup is none that the guard lets pass")
	errLong   = errors.New("a tag, a comment or a processing instruction is longer than 1 MiB")
)

// next is the next piece, in bytes that are good until the call after, and where in the message it begins. Of text and
// CDATA it is what is between the markup, in as many pieces as it comes in.
func (s *scanner) next() (kind pieceKind, piece []byte, begin int64, err error) {
	for {
		begin = s.offset + int64(s.at)
		rest := s.buffer[s.at:s.filled]
		kind, n := s.cut(rest)
		switch {
		case n > 0:
			s.at += n
			return kind, rest[:n], begin, nil
		case s.ended && len(rest) == 0 && !s.cdata:
			return pieceEOF, nil, begin, nil
		case s.ended:
			return 0, nil, begin, errMarkup
		case len(rest) > longest:
			return 0, nil, begin, errLong
		}
		if err := s.fill(); err != nil {
			return 0, nil, begin, err
		}
	}
}

// fill reads more behind what is left.
func (s *scanner) fill() error {
	left := s.filled - s.at
	if s.at > 0 {
		copy(s.buffer, s.buffer[s.at:s.filled])
		s.offset += int64(s.at)
		s.at, s.filled = 0, left
	}
	if len(s.buffer)-left < scanRoom/2 {
		s.buffer = append(s.buffer[:left], make([]byte, max(scanRoom, left))...)
	}
	n, err := s.from.Read(s.buffer[left:])
	s.filled += n
	if errors.Is(err, io.EOF) {
		s.ended, err = true, nil
	}
	return err
}

// cut is what stands at the start of p: n bytes of a kind; 0 where it is not all there.
func (s *scanner) cut(p []byte) (kind pieceKind, n int) {
	switch {
	case len(p) == 0:
		return pieceText, 0
	case s.cdata:
		return s.cutCDATA(p)
	case p[0] != '<':
		return pieceText, s.textEnd(p)
	case len(p) < 2:
		return pieceText, 0
	}
	switch p[1] {
	case '!':
		return s.cutDeclaration(p)
	case '?':
		return pieceInstruction, endOf(p, 2, "?>")
	case '/':
		return pieceEnd, endOf(p, 2, ">")
	}
	return pieceStart, startTagEnd(p)
}

func (s *scanner) cutDeclaration(p []byte) (kind pieceKind, n int) {
	const comment, cdata = "<!--", "<![CDATA["
	switch {
	case bytes.HasPrefix(p, []byte(comment)):
		return pieceComment, endOf(p, len(comment), "-->")
	case bytes.HasPrefix(p, []byte(cdata)):
		s.cdata = true
		return pieceMark, len(cdata)
	}
	return pieceComment, 0 // not all there, or nothing that passes the guard
}

// cutCDATA keeps back what may be the start of the section's end.
func (s *scanner) cutCDATA(p []byte) (kind pieceKind, n int) {
	const end = "]]>"
	switch at := bytes.Index(p, []byte(end)); {
	case at == 0:
		s.cdata = false
		return pieceMark, len(end)
	case at > 0:
		return pieceCDATA, at
	}
	return pieceCDATA, max(0, len(p)-len(end)+1)
}

// textEnd is where text ends, or how much of it is there: a reference stays whole.
func (s *scanner) textEnd(p []byte) int {
	if at := bytes.IndexByte(p, '<'); at >= 0 {
		return at
	}
	tail := max(0, len(p)-longestReference)
	if at := bytes.LastIndexByte(p[tail:], '&'); at >= 0 && bytes.IndexByte(p[tail+at:], ';') < 0 && !s.ended {
		return tail + at
	}
	return len(p)
}

const longestReference = 16

// endOf is where what ends with mark ends, looked for from index from; 0 where it is not there.
func endOf(p []byte, from int, mark string) int {
	if len(p) < from {
		return 0
	}
	at := bytes.Index(p[from:], []byte(mark))
	if at < 0 {
		return 0
	}
	return from + at + len(mark)
}

// startTagEnd is where a start tag ends; 0 where it is not all there. A > may stand in a value.
func startTagEnd(p []byte) int {
	quote := byte(0)
	for i, b := range p {
		switch {
		case quote == 0 && b == '>':
			return i + 1
		case quote == 0 && (b == '"' || b == '\''):
			quote = b
		case b == quote:
			quote = 0
		}
	}
	return 0
}

// name is a name as written, without its colon.
type name struct{ prefix, local []byte }

func splitName(raw []byte) name {
	if at := bytes.IndexByte(raw, ':'); at >= 0 {
		return name{raw[:at], raw[at+1:]}
	}
	return name{nil, raw}
}

func isBlank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

// nameEnd is where the name at the start of p ends.
func nameEnd(p []byte) int {
	for i, b := range p {
		if isBlank(b) || b == '/' || b == '>' || b == '=' {
			return i
		}
	}
	return len(p)
}

// attribute is one attribute of a start tag.
type attribute struct {
	name
	raw        []byte // its value between the quotes
	start, end int    // where that stands in the tag
	space      string // of its name, but for a declaration
}

// readTag reads a start tag: its name and attributes are pieces of it.
func readTag(tag []byte, into []attribute) (raw []byte, attributes []attribute, empty bool, err error) {
	n := 1 + nameEnd(tag[1:])
	raw, attributes = tag[1:n], into[:0]
	for {
		for n < len(tag) && isBlank(tag[n]) {
			n++
		}
		switch {
		case n == len(tag)-1 && tag[n] == '>':
			return raw, attributes, false, nil
		case n == len(tag)-2 && tag[n] == '/':
			return raw, attributes, true, nil
		}
		end := n + nameEnd(tag[n:])
		a := attribute{name: splitName(tag[n:end])}
		for end < len(tag) && (isBlank(tag[end]) || tag[end] == '=') {
			end++
		}
		if len(a.local) == 0 || end >= len(tag) || tag[end] != '"' && tag[end] != '\'' {
			return nil, nil, false, errMarkup
		}
		length := bytes.IndexByte(tag[end+1:], tag[end])
		if length < 0 {
			return nil, nil, false, errMarkup
		}
		a.start, a.end = end+1, end+1+length
		a.raw = tag[a.start:a.end]
		attributes = append(attributes, a)
		n = a.end + 1
	}
}

// referred is the character that a reference stands for, which begins p, and how long that is.
func referred(p []byte) (r rune, n int, err error) {
	end := bytes.IndexByte(p[:min(len(p), longestReference)], ';')
	if end < 2 {
		return 0, 0, errMarkup
	}
	switch name := p[1:end]; string(name) {
	case "lt":
		return '<', end + 1, nil
	case "gt":
		return '>', end + 1, nil
	case "amp":
		return '&', end + 1, nil
	case "apos":
		return '\'', end + 1, nil
	case "quot":
		return '"', end + 1, nil
	default:
		r, ok := numbered(name)
		if !ok {
			return 0, 0, errMarkup
		}
		return r, end + 1, nil
	}
}

func numbered(name []byte) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := rune(10), name[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	var r rune
	for _, b := range digits {
		d := rune(99)
		switch {
		case '0' <= b && b <= '9':
			d = rune(b - '0')
		case 'a' <= b && b <= 'f':
			d = rune(b-'a') + 10
		case 'A' <= b && b <= 'F':
			d = rune(b-'A') + 10
		}
		if d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, len(digits) > 0 && utf8.ValidRune(r) && r != 0
}

// appendValue appends an attribute's value as XML reads it (XML 1.0 section 3.3.3).
func appendValue(dst, raw []byte) ([]byte, error) {
	for i := 0; i < len(raw); i++ {
		switch b := raw[i]; b {
		case '&':
			r, n, err := referred(raw[i:])
			if err != nil {
				return dst, err
			}
			dst = utf8.AppendRune(dst, r)
			i += n - 1
		case '\r':
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
			dst = append(dst, ' ')
		case '\n', '\t':
			dst = append(dst, ' ')
		default:
			dst = append(dst, b)
		}
	}
	return dst, nil
}
