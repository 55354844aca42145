package guard

import "sync"

// Pool keeps guards that have been used, for their memory. The zero value is ready; it must not be copied, and a nil
// one keeps nothing. It may be used by many at once.
type Pool struct{ guards sync.Pool }

// Get is a guard that knows nothing yet.
func (p *Pool) Get(limits Limits) *Guard {
	if p != nil {
		if g, ok := p.guards.Get().(*Guard); ok {
			g.Reset(limits)
			return g
		}
	}
	return New(limits)
}

// Put takes back a guard, unless it has grown large.
func (p *Pool) Put(g *Guard) {
	const large = 16 << 10
	if p != nil && cap(g.spaces) <= large && cap(g.names) <= large && len(g.wideNames) <= 1<<10 {
		g.files, g.p = nil, nil
		p.guards.Put(g)
	}
}

// Reset makes a guard that has been used like a new one but for its room.
func (g *Guard) Reset(limits Limits) {
	if g.known != nil {
		g.known.slots, g.known.last, g.known.used = [knownSlots]knownTag{}, 0, 0
	}
	*g = Guard{
		limits: limits.defaulted(), frames: g.frames[:0], names: g.names[:0], bindings: g.bindings[:0], spaces: g.spaces[:0],
		attributes: g.attributes[:0], seen: g.seen, seed: g.seed, wideNames: g.wideNames, known: g.known,
	}
}
