package guard

import "bytes"

// attribute is one attribute of the start tag at hand.
type attribute struct {
	name       qname
	start, end int // its value between the quotes
	space      int // its namespace: the first binding of it, or one of the space… constants
	declares   bool
}

// startTag reads the start tag at i as a whole: nothing is changed before its last byte is there.
func (g *Guard) startTag(i int) (int, error) {
	p := g.p
	n, err := g.name(i + 1)
	if err != nil || n.end == len(p) {
		return i, err
	}
	g.attributes, g.declaring = g.attributes[:0], false
	at := n.end
	for {
		next := blankEnd(p, at)
		if next == len(p) {
			return i, nil
		}
		if p[next] == '>' {
			return next + 1, g.open(i, next+1, n, false)
		}
		if p[next] == '/' {
			if next+1 == len(p) {
				return i, nil
			}
			if p[next+1] != '>' {
				return i, g.refuse(next, "a tag is not ended properly")
			}
			return next + 2, g.open(i, next+2, n, true)
		}
		if next == at {
			return i, g.refuse(next, "a tag is not a proper one")
		}
		if len(g.attributes) == g.limits.Attributes {
			return i, g.refuse(next, "an element has too many attributes")
		}
		if at, err = g.attribute(next); err != nil || at == len(p) {
			return i, err
		}
	}
}

// attribute reads one attribute and returns the index behind it; the end of the bytes if it is not all there.
func (g *Guard) attribute(i int) (int, error) {
	p := g.p
	n, err := g.name(i)
	if err != nil || n.end == len(p) {
		return len(p), err
	}
	i = blankEnd(p, n.end)
	if i == len(p) {
		return i, nil
	}
	if p[i] != '=' {
		return i, g.refuse(i, "an attribute without a value")
	}
	i = blankEnd(p, i+1)
	if i == len(p) {
		return i, nil
	}
	quote := p[i]
	if quote != '"' && quote != '\'' {
		return i, g.refuse(i, "an attribute's value is not quoted")
	}
	end, err := g.value(i+1, quote)
	if err != nil || end == len(p) {
		return len(p), err
	}
	a := attribute{name: n, start: i + 1, end: end}
	if p[n.start] == 'x' {
		_, a.declares = declares(n, p)
		g.declaring = g.declaring || a.declares
	}
	g.attributes = append(g.attributes, a)
	return end + 1, nil
}

// value goes on to the quote that ends a value; to the end of the bytes if it is not there.
func (g *Guard) value(i int, quote byte) (int, error) {
	p := g.p
	for i < len(p) && p[i] != quote {
		next := i + 1
		var err error
		switch c := class[p[i]]; {
		case c < 'a' || p[i] == ']':
		case p[i] == '&':
			_, next, err = g.reference(i)
		case p[i] == '<':
			err = g.refuse(i, "a < inside an attribute")
		case c == 'h':
			next, err = g.wide(i)
		default:
			err = g.refuse(i, "a character is not allowed in XML")
		}
		if err != nil || next == i {
			return len(p), err
		}
		i = next
	}
	return i, nil
}

// open enters the element whose start tag is g.p[i:end], and leaves it again if the tag was an empty one.
func (g *Guard) open(i, end int, n qname, empty bool) error {
	if int64(end-i) > g.limits.Tag {
		return g.refuse(i, "a tag is too long")
	}
	if len(g.frames) == g.limits.Depth {
		return g.refuse(i, "elements are nested too deep")
	}
	if g.closed {
		return g.refuse(i, "a second root element")
	}
	g.frames = append(g.frames, openElement{
		names: len(g.names), bindings: len(g.bindings), spaces: len(g.spaces), scope: g.scope,
	})
	g.names = append(g.names, n.raw(g.p)...)
	if g.declaring {
		if err := g.declare(); err != nil {
			return err
		}
		g.scopes++
		g.scope = g.scopes
	}
	space, ok := g.resolve(n.prefix(g.p))
	if !ok || string(n.raw(g.p)) == "xmlns" {
		return g.refuse(i, "an element's prefix is not declared")
	}
	if err := g.distinct(); err != nil {
		return err
	}
	if err := g.enter(i, space, n.local(g.p)); err != nil {
		return err
	}
	if g.capturing != nil {
		g.capturing.StartTag = Span{g.offset + int64(i), g.offset + int64(end)}
		g.capturing.NameEnd = g.offset + int64(n.end)
	}
	if g.files != nil && len(g.frames) > DepthChild {
		g.files.enter(g, i, end, space, n.local(g.p), empty)
	}
	if len(g.attributes) == 0 {
		g.rememberTag(i, end, n, empty)
	}
	if empty {
		return g.close(i, end)
	}
	return nil
}

// endTag reads the end tag at i, which must be that of the innermost open element, letter for letter.
func (g *Guard) endTag(i int) (int, error) {
	p := g.p
	n := i + 2
	if len(g.frames) == 0 {
		return i, g.refuse(i, "an end tag without a start tag")
	}
	want := g.names[g.frames[len(g.frames)-1].names:]
	have := p[n:min(len(p), n+len(want))]
	if !bytes.Equal(have, want[:len(have)]) {
		return i, g.refuse(i, "an end tag does not match its start tag")
	}
	end := blankEnd(p, n+len(have))
	if end == len(p) {
		return i, nil
	}
	if p[end] != '>' {
		return i, g.refuse(i, "an end tag does not match its start tag")
	}
	return end + 1, g.close(i, end+1)
}

// close leaves the innermost element, whose end tag is g.p[i:end].
func (g *Guard) close(i, end int) error {
	if err := g.leave(i, end); err != nil {
		return err
	}
	if g.files != nil && g.files.depth == len(g.frames) {
		g.files.leave(g, i)
	}
	f := g.frames[len(g.frames)-1]
	g.frames = g.frames[:len(g.frames)-1]
	g.names = g.names[:f.names]
	g.bindings = g.bindings[:f.bindings]
	g.spaces = g.spaces[:f.spaces]
	g.scope = f.scope
	return nil
}
