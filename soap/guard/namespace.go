package guard

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"
)

// The two namespaces that XML keeps for itself.
const (
	reservedXML   = "http://www.w3.org/XML/1998/namespace"
	reservedXMLNS = "http://www.w3.org/2000/xmlns/"
)

// longestNamespace bounds a namespace name, in times of Limits.Name: it is kept while it is in scope.
const longestNamespace = 4

// binding is one namespace declaration in scope: prefix spaces[prefix:name], namespace spaces[name:end].
type binding struct {
	prefix, name, end int
	sum               uint32 // of the prefix, to pass over most of the others at once
	first             int    // index of the first binding of the same namespace: tells namespaces apart
}

// What attribute.space may be beside the index of a binding.
const (
	spaceNone        = -1 // no prefix, or a prefix declared as none
	spaceXML         = -2
	spaceDeclaration = -3 // xmlns
)

// fewAttributes is up to how many of them are compared each with each.
const fewAttributes = 8

// sum is FNV-1a.
func sum(p []byte) uint32 {
	h := uint32(2166136261)
	for _, b := range p {
		h = (h ^ uint32(b)) * 16777619
	}
	return h
}

// declares says whether n is xmlns or xmlns:something, and which prefix it declares.
func declares(n qname, p []byte) (prefix []byte, ok bool) {
	if n.colon < n.start {
		return nil, string(n.raw(p)) == "xmlns"
	}
	return n.local(p), string(n.prefix(p)) == "xmlns"
}

// declare brings the namespaces that the tag at hand declares into scope.
func (g *Guard) declare() error {
	for _, a := range g.attributes {
		if !a.declares {
			continue
		}
		prefix, _ := declares(a.name, g.p)
		if len(g.bindings) == g.limits.Namespaces {
			return g.refuse(a.name.start, "too many namespaces in scope")
		}
		if a.end-a.start > longestNamespace*g.limits.Name {
			return g.refuse(a.name.start, "a namespace is too long")
		}
		b := binding{prefix: len(g.spaces)}
		g.spaces = append(g.spaces, prefix...)
		b.name = len(g.spaces)
		g.spaces = appendValue(g.spaces, g.p[a.start:a.end])
		b.end = len(g.spaces)
		b.sum, b.first = sum(prefix), len(g.bindings)
		for j, other := range g.bindings {
			if bytes.Equal(g.spaces[other.name:other.end], g.spaces[b.name:b.end]) {
				b.first = j
				break
			}
		}
		g.bindings = append(g.bindings, b)
		if reason := misbound(prefix, g.spaces[b.name:b.end]); reason != "" {
			return g.refuse(a.name.start, reason)
		}
	}
	return nil
}

// misbound says what is wrong with a declaration (Namespaces in XML 1.0, section 3); empty if nothing.
func misbound(prefix, space []byte) string {
	switch {
	case string(prefix) == "xmlns", string(space) == reservedXMLNS,
		(string(prefix) == "xml") != (string(space) == reservedXML):
		return "a reserved prefix or namespace is declared otherwise than XML does"
	case len(prefix) > 0 && len(space) == 0:
		return "a prefix is declared without a namespace"
	case bytes.ContainsAny(space, "\t\r\n"):
		return "a line end or tab inside a namespace"
	}
	return ""
}

// appendValue appends an attribute's value, which has passed the guard, with its references replaced.
func appendValue(dst, value []byte) []byte {
	for {
		at := bytes.IndexByte(value, '&')
		if at < 0 {
			return append(dst, value...)
		}
		end := at + bytes.IndexByte(value[at:], ';')
		r, _ := referred(value[at+1 : end])
		dst = utf8.AppendRune(append(dst, value[:at]...), r)
		value = value[end+1:]
	}
}

// find is the index of the namespace that a prefix, or the lack of one, stands for; ok is false if it is not declared.
func (g *Guard) find(prefix []byte) (space int, ok bool) {
	want := sum(prefix)
	for i := len(g.bindings) - 1; i >= 0; i-- {
		if b := &g.bindings[i]; b.sum == want && bytes.Equal(g.spaces[b.prefix:b.name], prefix) {
			return b.first, true
		}
	}
	if string(prefix) == "xml" {
		return spaceXML, true
	}
	return spaceNone, len(prefix) == 0
}

// resolve finds the namespace of an element; ok is false when its prefix is not declared.
func (g *Guard) resolve(prefix []byte) (space []byte, ok bool) {
	i, ok := g.find(prefix)
	switch {
	case i == spaceXML:
		return []byte(reservedXML), ok
	case i < 0:
		return nil, ok
	}
	return g.spaces[g.bindings[i].name:g.bindings[i].end], ok
}

// distinct refuses attributes with undeclared prefixes, and two of the same resolved name. Two of the same name as
// written are that too.
func (g *Guard) distinct() error {
	p := g.p
	many := len(g.attributes) > fewAttributes
	if many && g.seen == nil {
		g.seen, g.seed = map[uint64]struct{}{}, maphash.MakeSeed()
	}
	if many {
		clear(g.seen)
	}
	for i := range g.attributes {
		a := &g.attributes[i]
		a.space = spaceNone
		if a.declares {
			a.space = spaceDeclaration
		} else if prefix := a.name.prefix(p); len(prefix) > 0 {
			var ok bool
			if a.space, ok = g.find(prefix); !ok {
				return g.refuse(a.name.start, "an attribute's prefix is not declared")
			}
		}
		if many && !g.crowded(i) {
			continue
		}
		for j := range g.attributes[:i] {
			if b := &g.attributes[j]; a.space == b.space && bytes.Equal(a.name.local(p), b.name.local(p)) && !apart(a, b) {
				return g.refuse(a.name.start, "an attribute stands twice in one tag")
			}
		}
	}
	return nil
}

// apart tells xmlns from xmlns:xmlns, which is refused elsewhere, and no others.
func apart(a, b *attribute) bool {
	return a.space == spaceDeclaration && (a.name.colon < a.name.start) != (b.name.colon < b.name.start)
}

// crowded notes attribute i of many, and says whether another has its hash, and they must be compared.
func (g *Guard) crowded(i int) bool {
	a := &g.attributes[i]
	hash := maphash.Bytes(g.seed, a.name.local(g.p)) + uint64(a.space)
	_, ok := g.seen[hash]
	g.seen[hash] = struct{}{}
	return ok
}
