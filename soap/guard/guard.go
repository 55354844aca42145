// Package guard lets a SOAP 1.1 message pass token by token, or refuses it: the strict scanner, the charsets that a
// message may come in, and the errors that say what is wrong with it. It can leave the text of files out of what it
// copies. It does not know HTTP, contracts, or where a message comes from.
package guard

import (
	"bytes"
	"hash/maphash"
)

// Guard reads a message as UTF-8, in pieces of any size, and refuses what is not a proper SOAP 1.1 message in plain
// XML 1.0 with namespaces. It keeps the names of the open elements and the namespaces in scope, and nothing else, so
// its memory is bounded by Limits whatever the length of the message.
//
// It has a scanner of its own because encoding/xml gathers a whole text node, however long, before it shows it. What
// passes here is read alike by encoding/xml, and a fuzz test holds it to that.
type Guard struct {
	StopAtBody bool // Feed stops once the first element in Body has begun
	Answer     bool // the message is an answer, which names no receiver
	Envelope        // what it has found so far

	limits Limits
	mode   mode
	files  *Condenser // takes the texts of files out as they pass; nil: they stay

	p         []byte // the bytes at hand
	last      bool   // no more will come
	offset    int64  // bytes that came before p
	line      int    // line ends among them
	lineStart int64  // offset of the first byte after the last of these

	frames     []openElement
	names      []byte // raw names of the open elements, one after the other
	bindings   []binding
	spaces     []byte // prefixes and namespace names of the bindings
	attributes []attribute
	declaring  bool                // one of them declares a namespace
	seen       map[uint64]struct{} // hashes of the attributes of the tag at hand, where there are many
	seed       maphash.Seed
	known      *knownTags       // nil until there are some
	scope      int              // tells what prefixes are in scope: the same number, the same declarations
	scopes     int              // the last such number
	wideNames  map[rune]nameUse // what is known of characters beyond ASCII in names: a few dozen thousand at most
}

// mode is what the guard is in the middle of between two pieces.
type mode int

const (
	modeStart mode = iota
	modeContent
	modeComment
	modeInstruction
	modeCDATA
)

// openElement is one open element: what to cut back to when it closes.
type openElement struct {
	names    int // len(names) before it
	bindings int // len(bindings) before it
	spaces   int // len(spaces) before it
	scope    int // around it
}

// New is a guard that knows nothing yet.
func New(limits Limits) *Guard {
	// What most messages need is made at once.
	first := &struct {
		Guard
		frames     [16]openElement
		names      [512]byte
		bindings   [16]binding
		spaces     [1024]byte
		attributes [12]attribute
	}{}
	g := &first.Guard
	g.limits = limits.defaulted()
	g.frames, g.names, g.bindings = first.frames[:0], first.names[:0], first.bindings[:0]
	g.spaces, g.attributes = first.spaces[:0], first.attributes[:0]
	return g
}

// Feed guards p, which follows on what was consumed before, and returns how much of it is consumed: all that passes.
// What is left, a tag that is not whole yet, must come again with more behind it. last says that nothing follows p.
func (g *Guard) Feed(p []byte, last bool) (int, error) {
	g.p, g.last = p, last
	i := 0
	for i < len(p) && !(g.StopAtBody && g.HeadRead) {
		if g.mode == modeContent && len(g.frames) >= DepthChild && g.capturing == nil && g.files == nil {
			if i = g.run(i); i == len(p) {
				break
			}
		}
		next, err := g.next(i)
		if err != nil {
			return i, err
		}
		if next == i {
			if last {
				return i, g.refuse(len(p), "the message ends in the middle of its markup")
			}
			if int64(len(p)-i) > g.limits.Tag {
				return i, g.refuse(i, "a tag is too long")
			}
			break
		}
		i = next
	}
	if last && i == len(p) && len(g.frames) == 0 && !g.closed {
		return i, g.refuse(len(p), "the message is empty: there is no Envelope in it")
	}
	if last && i == len(p) && !(g.mode == modeContent && g.closed) {
		return i, g.refuse(len(p), "the message ends before its Envelope is closed")
	}
	g.consume(i)
	return i, nil
}

// consume lets go of all bytes at hand, of which n have passed, and counts the lines of those if more will come.
func (g *Guard) consume(n int) {
	if !g.last {
		g.line += bytes.Count(g.p[:n], []byte{'\n'})
		if at := bytes.LastIndexByte(g.p[:n], '\n'); at >= 0 {
			g.lineStart = g.offset + int64(at) + 1
		}
	}
	if g.files != nil {
		g.files.passed(g, g.offset+int64(n))
	}
	g.offset += int64(n)
	g.p = nil
}

// Offset is how many bytes have passed.
func (g *Guard) Offset() int64 { return g.offset }

// refuse makes the error for an offence at index i of the bytes at hand.
func (g *Guard) refuse(i int, reason string) error { return g.refuseAs(Malformed, i, reason) }

func (g *Guard) refuseAs(kind Kind, i int, reason string) error {
	line, column := g.position(i)
	return &Error{Kind: kind, Reason: reason, Line: line, Column: column}
}

// position is the line and the column of index i of the bytes at hand, from 1.
func (g *Guard) position(i int) (line, column int) {
	line, start := g.line, g.lineStart
	line += bytes.Count(g.p[:i], []byte{'\n'})
	if at := bytes.LastIndexByte(g.p[:i], '\n'); at >= 0 {
		start = g.offset + int64(at) + 1
	}
	return line + 1, int(g.offset + int64(i) - start + 1)
}

// next consumes the next piece at i and returns where it ends; i itself if the piece is not all there yet.
func (g *Guard) next(i int) (int, error) {
	switch g.mode {
	case modeStart:
		return g.start(i)
	case modeComment:
		return g.comment(i)
	case modeInstruction:
		return g.until(i, '?', "?>")
	case modeCDATA:
		return g.cdata(i)
	}
	if g.p[i] == '<' {
		return g.markup(i)
	}
	return g.text(i)
}

// start reads the XML declaration, which may stand here and nowhere else.
func (g *Guard) start(i int) (int, error) {
	const opening = "<?xml"
	p := g.p[i:]
	if len(p) <= len(opening) && bytes.HasPrefix([]byte(opening), p) {
		return i, nil
	}
	if !bytes.HasPrefix(p, []byte(opening)) || class[p[len(opening)]] != 'W' {
		g.mode = modeContent
		return g.next(i)
	}
	end := bytes.Index(p, []byte("?>"))
	if end < 0 && len(p) < LongestDeclaration {
		return i, nil
	}
	if end < 0 || end > LongestDeclaration {
		return i, g.refuse(i, "the XML declaration is not ended")
	}
	if _, ok := readDeclaration(p[:end+2]); !ok {
		return i, g.refuse(i, "the XML declaration is not a proper one")
	}
	g.mode = modeContent
	return i + end + 2, nil
}

func (g *Guard) markup(i int) (int, error) {
	p := g.p
	if i+1 == len(p) {
		return i, nil
	}
	switch p[i+1] {
	case '/':
		return g.endTag(i)
	case '?':
		return g.instruction(i)
	case '!':
		return g.declaration(i)
	}
	return g.startTag(i)
}
