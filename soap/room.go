package soap

import (
	"math/bits"
	"sync"
)

// Rooms is room that messages have been read into and that is free again for others. It knows nothing of who has it meanwhile: who gives
// room back must be the last one to have it, for the next message is written over what it held. The zero value is ready; it must not be
// copied, and a nil one keeps nothing. It may be used by many at once.
type Rooms struct {
	bytes  [largestRoom - smallestRoom + 1]sync.Pool // of *[]byte, by the logarithm of their size
	guards sync.Pool                                 // of *guard
}

// The logarithms of the sizes that are kept: 2 KiB to 2 MiB.
const smallestRoom, largestRoom = 11, 21

// take is a slice without content, but with room for n bytes at least.
func (r *Rooms) take(n int) []byte {
	class := max(bits.Len(uint(n-1)), smallestRoom)
	if r == nil || n < 1 || class > largestRoom {
		return make([]byte, 0, n)
	}
	if kept, ok := r.bytes[class-smallestRoom].Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, 1<<class)
}

// give takes back room, if it is of a size that take makes.
func (r *Rooms) give(room []byte) {
	size := cap(room)
	class := bits.Len(uint(size)) - 1
	if r == nil || size != 1<<max(class, 0) || class < smallestRoom || class > largestRoom {
		return
	}
	r.bytes[class-smallestRoom].Put(&room)
}

// grow is what with room for so many bytes more. The room that it had before is given back where that was too small.
func (r *Rooms) grow(what []byte, more int) []byte {
	if cap(what)-len(what) >= more {
		return what
	}
	room := append(r.take(len(what)+more), what...)
	r.give(what)
	return room
}

// guard is one that knows nothing yet.
func (r *Rooms) guard(limits Limits) *guard {
	if r != nil {
		if g, ok := r.guards.Get().(*guard); ok {
			g.reset(limits)
			return g
		}
	}
	return newGuard(limits)
}

// giveGuard takes back a guard, unless it has grown large.
func (r *Rooms) giveGuard(g *guard) {
	const large = 16 << 10
	if r != nil && cap(g.spaces) <= large && cap(g.names) <= large && len(g.wideNames) <= 1<<10 {
		g.files, g.p = nil, nil
		r.guards.Put(g)
	}
}

// reset makes a guard that has been used like a new one but for its room.
func (g *guard) reset(limits Limits) {
	if g.known != nil {
		g.known.slots, g.known.last, g.known.used = [knownSlots]knownTag{}, 0, 0
	}
	*g = guard{
		limits: limits.defaulted(), frames: g.frames[:0], names: g.names[:0], bindings: g.bindings[:0], spaces: g.spaces[:0],
		attributes: g.attributes[:0], seen: g.seen, seed: g.seed, wideNames: g.wideNames, known: g.known,
	}
}
