package guard

import (
	"encoding/binary"
	"math/bits"
)

const (
	knownSlots  = 128     // where tags are kept, two to choose from for each
	knownRoom   = 4 << 10 // bytes of all tags that are kept
	longestTag  = 64      // of one, from behind its < to its >
	knownBehind = 4 << 10 // bytes of a message from which on it is worth it
)

// knownTags are start tags without attributes that have passed, for most tags of a long message are like one before.
// The bytes of a tag say all there is to say about it but three things: whether its prefix is declared here too, how
// deep it stands, and who wants to be told of it.
type knownTags struct {
	slots [knownSlots]knownTag
	last  uint8 // slot of the one that passed last
	used  int
	room  [knownRoom]byte
}

// knownTag is a tag's bytes in the room, from behind its < to its >.
type knownTag struct {
	scope       int // where its prefix was last found to be declared
	start       uint16
	length      uint8 // 0: none
	name, colon uint8 // lengths of the whole name and of its prefix, 0: none
	next        uint8 // slot of the one that came after it
	empty       bool
}

// knownEnd is where the tag at i ends, from behind its < to behind the first >, and a hash of what is between; 0 where
// that is not near.
func knownEnd(p []byte, i int) (end int, hash uint64) {
	for most := min(len(p), i+longestTag); i+8 <= most; i += 8 {
		x := binary.LittleEndian.Uint64(p[i:])
		gt := x ^ ones*'>'
		if found := (gt - ones) &^ gt & highs; found != 0 {
			n := bits.TrailingZeros64(found) - 7
			return i + n>>3 + 1, (hash ^ x&^(^uint64(0)<<n)) * 0x9E3779B97F4A7C15
		}
		hash = bits.RotateLeft64((hash^x)*0x9E3779B97F4A7C15, 29)
	}
	return 0, 0
}

// at is the tag at i, from behind its <, nil if it is not known. The one that came after the last tag the time before
// is tried first.
func (k *knownTags) at(p []byte, i int) *knownTag {
	guess := k.slots[k.last%knownSlots].next
	t := &k.slots[guess%knownSlots]
	if n := i + int(t.length); n <= len(p) && t.length > 0 && string(k.room[t.start:][:t.length]) == string(p[i:n]) {
		k.last = guess
		return t
	}
	end, hash := knownEnd(p, i)
	slot := uint8(hash >> 32 % knownSlots)
	for _, at := range [2]uint8{slot, slot ^ 1} {
		t := &k.slots[at]
		if t.length > 0 && string(k.room[t.start:][:t.length]) == string(p[i:max(i, end)]) {
			k.slots[k.last%knownSlots].next, k.last = at, at
			return t
		}
	}
	return nil
}

// rememberTag keeps the tag g.p[i:end], which has passed and has no attributes, if there is room for it.
func (g *Guard) rememberTag(i, end int, n qname, empty bool) {
	if g.known == nil {
		if len(g.p) < knownBehind {
			return
		}
		g.known = &knownTags{}
	}
	k, text := g.known, g.p[i+1:end]
	at, hash := knownEnd(g.p, i+1)
	if at != end || k.used+len(text) > knownRoom {
		return
	}
	slot := hash >> 32 % knownSlots
	if k.slots[slot].length > 0 {
		slot ^= 1
	}
	if k.slots[slot].length > 0 {
		return
	}
	t := knownTag{
		scope: g.scope, start: uint16(k.used), length: uint8(len(text)), name: uint8(n.end - n.start), empty: empty,
	}
	if n.colon > n.start {
		t.colon = uint8(n.colon - n.start)
	}
	k.used += copy(k.room[k.used:], text)
	k.slots[slot] = t
}

// run goes on from i over what surely passes, and stops at what is to be looked at, if only because it is rare. It is
// for places below the child of Header or Body where nobody wants to be told of what passes.
func (g *Guard) run(i int) int {
	p := g.p
	for i < len(p) {
		if p[i] != '<' {
			if i = PlainEnd(p, i); i == len(p) {
				return i
			}
		}
		if p[i] == '&' {
			_, next, err := g.reference(i)
			if err != nil || next == i {
				return i
			}
			i = next
			continue
		}
		if p[i] != '<' {
			return i
		}
		next := i
		if i+1 < len(p) && p[i+1] == '/' {
			next = g.runEnd(i)
		} else if g.known != nil {
			next = g.runStart(i)
		}
		if next == i {
			return i
		}
		i = next
	}
	return i
}

// runStart enters the element whose start tag is at i, if it is a known one. One that holds nothing but text is left
// again at once.
func (g *Guard) runStart(i int) int {
	p := g.p
	if len(g.frames) >= g.limits.Depth {
		return i
	}
	t := g.known.at(p, i+1)
	if t == nil {
		return i
	}
	end := i + 1 + int(t.length)
	text := p[i+1 : end]
	if t.scope != g.scope {
		if _, ok := g.find(text[:t.colon]); !ok {
			return i
		}
		t.scope = g.scope
	}
	if t.empty {
		return end
	}
	name := text[:t.name]
	end = PlainEnd(p, end)
	if after := end + 2 + len(name); after < len(p) && p[end] == '<' && p[end+1] == '/' && p[after] == '>' &&
		string(p[end+2:after]) == string(name) {
		return after + 1
	}
	g.frames = append(g.frames, openElement{
		names: len(g.names), bindings: len(g.bindings), spaces: len(g.spaces), scope: g.scope,
	})
	g.names = append(g.names, name...)
	return end
}

// runEnd leaves the innermost element, if the tag at i is its end and it is deep enough.
func (g *Guard) runEnd(i int) int {
	p, depth := g.p, len(g.frames)
	f := &g.frames[depth-1]
	want := g.names[f.names:]
	end := i + 2 + len(want)
	if depth == DepthChild || end >= len(p) || p[end] != '>' || string(p[i+2:end]) != string(want) {
		return i
	}
	g.names, g.bindings, g.spaces, g.scope = g.names[:f.names], g.bindings[:f.bindings], g.spaces[:f.spaces], f.scope
	g.frames = g.frames[:depth-1]
	return end + 1
}
