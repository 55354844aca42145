package soap

import (
	"bytes"
	"unicode/utf8"
)

// The two namespaces that XML keeps for itself.
const (
	spaceXML   = "http://www.w3.org/XML/1998/namespace"
	spaceXMLNS = "http://www.w3.org/2000/xmlns/"
)

// longestNamespace bounds a namespace name, in times of Limits.Name: it is kept while it is in scope.
const longestNamespace = 4

// binding is one namespace declaration in scope: prefix spaces[prefix:name], namespace spaces[name:end].
type binding struct{ prefix, name, end int }

// declares says whether n is xmlns or xmlns:something, and which prefix it declares.
func declares(n qname, p []byte) (prefix []byte, ok bool) {
	if n.colon < n.start {
		return nil, string(n.raw(p)) == "xmlns"
	}
	return n.local(p), string(n.prefix(p)) == "xmlns"
}

// declare brings the namespaces that the tag at hand declares into scope.
func (g *guard) declare() error {
	for _, a := range g.attributes {
		prefix, ok := declares(a.name, g.p)
		if !ok {
			continue
		}
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
	case string(prefix) == "xmlns", string(space) == spaceXMLNS, (string(prefix) == "xml") != (string(space) == spaceXML):
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

// resolve finds the namespace of a prefix; ok is false when it is not declared. Only elements take the default one.
func (g *guard) resolve(prefix []byte, element bool) (space []byte, ok bool) {
	if len(prefix) == 0 && !element {
		return nil, true
	}
	for i := len(g.bindings) - 1; i >= 0; i-- {
		if b := g.bindings[i]; bytes.Equal(g.spaces[b.prefix:b.name], prefix) {
			return g.spaces[b.name:b.end], true
		}
	}
	if string(prefix) == "xml" {
		return []byte(spaceXML), true
	}
	return nil, len(prefix) == 0
}

// distinct refuses attributes with undeclared prefixes, and two of the same name, as written or as resolved.
func (g *guard) distinct() error {
	p := g.p
	for i, a := range g.attributes {
		_, declaration := declares(a.name, p)
		var space []byte
		if !declaration {
			var ok bool
			if space, ok = g.resolve(a.name.prefix(p), false); !ok {
				return g.refuse(a.name.start, "an attribute's prefix is not declared")
			}
		}
		for _, b := range g.attributes[:i] {
			if !bytes.Equal(a.name.local(p), b.name.local(p)) {
				continue
			}
			if bytes.Equal(a.name.raw(p), b.name.raw(p)) {
				return g.refuse(a.name.start, "an attribute stands twice in one tag")
			}
			if _, other := declares(b.name, p); declaration || other {
				continue
			}
			if second, _ := g.resolve(b.name.prefix(p), false); bytes.Equal(space, second) {
				return g.refuse(a.name.start, "an attribute stands twice in one tag, under two prefixes")
			}
		}
	}
	return nil
}
