package guard

import (
	"bytes"
	"encoding/xml"
	"strings"
	"unicode/utf8"
)

// class sorts every byte for the scanner, in rows of sixteen:
//
//	S may begin a name          C may only continue one     W blank
//	P any other plain character m begins markup in text: < & ]
//	h part of a longer UTF-8 sequence                       x forbidden in XML
//
// Upper case is what text may hold without a second look.
const class = "xxxxxxxxxWWxxWxx" + "xxxxxxxxxxxxxxxx" +
	"WPPPPPmPPPPPPCCP" + "CCCCCCCCCCPPmPPP" +
	"PSSSSSSSSSSSSSSS" + "SSSSSSSSSSSPPmPS" +
	"PSSSSSSSSSSSSSSS" + "SSSSSSSSSSSPPPPP" +
	"hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh" +
	"hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh" + "hhhhhhhhhhhhhhhh"

// longestReference is how many bytes a reference may take from & to ; (leading zeros are rarely more than a few).
const longestReference = 16

// qname is the place of one name in the bytes at hand: [start,end), with colon at its colon or before start if none.
type qname struct{ start, colon, end int }

func (n qname) prefix(p []byte) []byte {
	if n.colon < n.start {
		return nil
	}
	return p[n.start:n.colon]
}

func (n qname) local(p []byte) []byte {
	if n.colon < n.start {
		return p[n.start:n.end]
	}
	return p[n.colon+1 : n.end]
}

func (n qname) raw(p []byte) []byte { return p[n.start:n.end] }

// IsBlank tells the blanks of XML.
func IsBlank(b byte) bool { return class[b] == 'W' }

func blankEnd(p []byte, i int) int {
	for i < len(p) && class[p[i]] == 'W' {
		i++
	}
	return i
}

// name reads a name at i. If it ends at the end of the bytes, more of it may come, and the caller must wait for more.
func (g *Guard) name(i int) (qname, error) {
	p := g.p
	n := qname{start: i, colon: i - 1}
	begins := true
scan:
	for i < len(p) {
		switch c := class[p[i]]; {
		case c == 'S', c == 'C' && !begins:
			for i++; i < len(p) && class[p[i]]&^0x10 == 'C'; { // S too: they differ in that bit
				i++
			}
		case c == 'h':
			next, err := g.wideName(i, begins)
			if err != nil {
				return n, err
			}
			i = next
		case p[i] == ':' && n.colon < n.start && !begins:
			n.colon = i
			i++
			begins = true
			continue
		default:
			break scan
		}
		begins = false
	}
	n.end = i
	if n.end-n.start > g.limits.Name {
		return n, g.refuse(n.start, "a name is too long")
	}
	if i < len(p) && (begins || p[i] == ':') {
		return n, g.refuse(n.start, "a name is not a proper one")
	}
	return n, nil
}

// wideName checks the character of a name at i, which is beyond ASCII. It returns the end of the bytes when those of
// the character are not all there yet.
func (g *Guard) wideName(i int, begins bool) (int, error) {
	r, n := utf8.DecodeRune(g.p[i:])
	if r == utf8.RuneError && n <= 1 {
		if !g.last && !utf8.FullRune(g.p[i:]) {
			return len(g.p), nil
		}
		return i, g.refuse(i, "the text is not valid UTF-8")
	}
	use, ok := g.wideNames[r]
	if !ok {
		use = usableIn(r)
		if g.wideNames == nil {
			g.wideNames = map[rune]nameUse{}
		}
		g.wideNames[r] = use
	}
	if use == inNoName || begins && use == insideName {
		return i, g.refuse(i, "a name holds a character that names may not have")
	}
	return i + n, nil
}

// nameUse is where in a name a character may stand.
type nameUse byte

const (
	inNoName nameUse = iota
	insideName
	anywhereInName
)

// usableIn asks encoding/xml where in a name a character beyond ASCII may stand: its tables are those of the decoders
// that come after the guard, so nothing passes here that they refuse.
func usableIn(r rune) nameUse {
	for _, try := range []struct {
		name string
		use  nameUse
	}{{string(r), anywhereInName}, {"a" + string(r), insideName}} {
		token, err := xml.NewDecoder(strings.NewReader("<" + try.name + "/>")).RawToken()
		if start, ok := token.(xml.StartElement); err == nil && ok && start.Name.Local == try.name {
			return try.use
		}
	}
	return inNoName
}

// wide checks the character at i, which is beyond ASCII. It returns i itself when its bytes are not all there yet.
func (g *Guard) wide(i int) (int, error) {
	if twoBytes(g.p, i) {
		return i + 2, nil
	}
	r, n := utf8.DecodeRune(g.p[i:])
	if r == utf8.RuneError && n <= 1 {
		if !g.last && !utf8.FullRune(g.p[i:]) {
			return i, nil
		}
		return i, g.refuse(i, "the text is not valid UTF-8")
	}
	if r == 0xFFFE || r == 0xFFFF {
		return i, g.refuse(i, "a character is not allowed in XML")
	}
	return i + n, nil
}

// skip goes on over characters of any kind until it meets stop, or something that it cannot judge yet.
func (g *Guard) skip(i int, stop byte) (int, error) {
	p := g.p
	for i < len(p) {
		b := p[i]
		if b == stop {
			return i, nil
		}
		switch c := class[b]; {
		case c < 'a' || c == 'm':
			i++
		case c == 'h':
			next, err := g.wide(i)
			if err != nil || next == i {
				return i, err
			}
			i = next
		default:
			return i, g.refuse(i, "a character is not allowed in XML")
		}
	}
	return i, nil
}

// reference reads the reference at i. It returns i itself when its end is not there yet.
func (g *Guard) reference(i int) (rune, int, error) {
	p := g.p[i:min(len(g.p), i+longestReference)]
	end := bytes.IndexByte(p, ';')
	if end < 0 {
		if !g.last && len(p) < longestReference {
			return 0, i, nil
		}
		return 0, i, g.refuse(i, "a reference is not ended")
	}
	r, ok := referred(p[1:end])
	if !ok {
		return 0, i, g.refuse(i, "a reference to an unknown entity or a forbidden character")
	}
	return r, i + end + 1, nil
}

// referred is the character that the reference between & and ; stands for. There are only the five of XML itself and
// numbers, for no DOCTYPE passes that could declare more.
func referred(name []byte) (rune, bool) {
	switch string(name) {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "apos":
		return '\'', true
	case "quot":
		return '"', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	base, digits := rune(10), name[1:]
	if digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	var r rune
	for _, b := range digits {
		d := digit(b)
		if d >= base {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, len(digits) > 0 && isCharacter(r)
}

func digit(b byte) rune {
	switch {
	case '0' <= b && b <= '9':
		return rune(b - '0')
	case 'a' <= b && b <= 'f':
		return rune(b-'a') + 10
	case 'A' <= b && b <= 'F':
		return rune(b-'A') + 10
	}
	return 99
}

// isCharacter tells the characters of XML 1.0, production 2.
func isCharacter(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || 0x20 <= r && r <= 0xD7FF || 0xE000 <= r && r <= 0xFFFD ||
		0x10000 <= r && r <= utf8.MaxRune
}
