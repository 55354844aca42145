package codec

import (
	"bytes"
	"encoding/xml"
	"io"
	"unicode/utf8"

	"rivgate/soap/guard"
)

// plainTokens reads the plain tokens, which are most of any message: text without references, and tags of ASCII names
// without attributes. For everything else it is the source of an xml.Decoder. Each goes on where the other stopped: a
// decoder that reads from an io.ByteReader takes no byte before it needs it, and a byte that it has put back shows in
// its InputOffset.
//
//	<p:a>text</p:a> | <p:b c="&lt;"> | text | </p:b>
//	plainTokens       xml.Decoder      plainTokens
type plainTokens struct {
	document []byte
	at       int                 // the next byte, whoever reads it
	passed   int64               // bytes that the decoder has not seen
	closing  bool                // the decoder has read the tag of an empty element, and its next token is the end of it
	open     []opened            // from the root on
	names    map[string]*tagName // by the name with its prefix
}

// tagName is the name of an element in its tag.
type tagName struct {
	text string   // with the prefix; "" where the decoder has read it
	raw  xml.Name // with the prefix as Space
}

// opened is an element that is open.
type opened struct {
	*tagName
	scope map[string]string // prefix → namespace; shared where nothing was declared
}

// ReadByte is for the decoder.
func (t *plainTokens) ReadByte() (byte, error) {
	if t.at == len(t.document) {
		return 0, io.EOF
	}
	t.at++
	return t.document[t.at-1], nil
}

// Read is there because a decoder asks for an io.Reader; it reads by ReadByte.
func (t *plainTokens) Read(p []byte) (int, error) {
	if t.at == len(t.document) {
		return 0, io.EOF
	}
	n := copy(p, t.document[t.at:])
	t.at += n
	return n, nil
}

// plain reads the next token if it is a plain one, else nothing.
func (t *plainTokens) plain() (kind tokenKind, text string, name *tagName) {
	rest := t.document[t.at:]
	if len(rest) < len("<a>") {
		return 0, "", nil
	}
	if rest[0] != '<' {
		end := bytes.IndexByte(rest, '<')
		if end < 0 || !plainText(rest[:end]) {
			return 0, "", nil
		}
		t.pass(end)
		return textRun, string(rest[:end]), nil
	}
	if rest[1] == '/' {
		if t.leave(rest[len("</"):]) {
			return endTag, "", nil
		}
		return 0, "", nil
	}
	end, colon := plainName(rest[1:])
	if end == 0 || 1+end == len(rest) || rest[1+end] != '>' {
		return 0, "", nil
	}
	written := rest[1 : 1+end]
	known := t.names[string(written)]
	if known == nil {
		known = &tagName{text: string(written)}
		known.raw.Local = known.text
		if colon > 0 {
			known.raw = xml.Name{Space: known.text[:colon], Local: known.text[colon+1:]}
		}
		t.names[known.text] = known
	}
	t.pass(len("<") + end + len(">"))
	return startTag, "", known
}

func (t *plainTokens) pass(n int) { t.at, t.passed = t.at+n, t.passed+int64(n) }

// leave reads the end tag of the open element. rest is what stands behind </.
func (t *plainTokens) leave(rest []byte) bool {
	if len(t.open) == 0 {
		return false
	}
	name := t.open[len(t.open)-1].text
	if n := len(name); n == 0 || len(rest) <= n || rest[n] != '>' || string(rest[:n]) != name {
		return false
	}
	t.pass(len("</") + len(name) + len(">"))
	t.open = t.open[:len(t.open)-1]
	return true
}

// plainName is where a name of ASCII characters ends, and where its colon is; end is 0 where p does not begin with one.
func plainName(p []byte) (end, colon int) {
	for i, begins := 0, true; i < len(p); i++ {
		switch c := p[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
			begins = false
		case begins:
			return 0, 0
		case '0' <= c && c <= '9', c == '-', c == '.':
		case c == ':' && colon == 0:
			colon, begins = i, true
		case c == ':':
			return 0, 0
		default:
			return i, colon
		}
	}
	return 0, 0
}

// plainText says whether text means what it says: it has no reference, no line end that XML changes, no end of CDATA,
// and no character that XML forbids.
func plainText(p []byte) bool {
	if bytes.IndexByte(p, '\r') >= 0 {
		return false
	}
	for i := guard.PlainEnd(p, 0); i < len(p); i = guard.PlainEnd(p, i) {
		if p[i] < utf8.RuneSelf {
			return false
		}
		r, n := utf8.DecodeRune(p[i:])
		if r == utf8.RuneError && n <= 1 || r == 0xFFFE || r == 0xFFFF {
			return false
		}
		i += n
	}
	return true
}
