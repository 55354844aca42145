package guard

import "bytes"

// declaration tells comments and CDATA sections from all else that begins with <!, which is refused.
func (g *Guard) declaration(i int) (int, error) {
	p := g.p[i:]
	for _, known := range []struct {
		opening string
		mode    mode
	}{{"<!--", modeComment}, {"<![CDATA[", modeCDATA}} {
		n := min(len(p), len(known.opening))
		if string(p[:n]) != known.opening[:n] {
			continue
		}
		if n < len(known.opening) {
			return i, nil
		}
		if reason := g.refusal(known.mode); reason != "" {
			return i, g.refuse(i, reason)
		}
		g.mode = known.mode
		g.endLine()
		return i + n, nil
	}
	return i, g.refuse(i, "a DOCTYPE or another declaration")
}

// refusal says why a comment, an instruction or a CDATA section may not stand here; empty if it may.
func (g *Guard) refusal(m mode) string {
	switch {
	case m == modeCDATA && len(g.frames) < DepthChild:
		return "a CDATA section where only elements may stand"
	case m != modeCDATA && g.capturing != nil:
		return "a comment or processing instruction inside the receiver's header"
	}
	return ""
}

func (g *Guard) comment(i int) (int, error) {
	i, err := g.skip(i, '-')
	if err != nil || i+1 >= len(g.p) {
		return i, err
	}
	switch {
	case g.p[i] != '-':
		return i, nil // a character that is not all there
	case g.p[i+1] != '-':
		return i + 1, nil
	case i+2 == len(g.p):
		return i, nil
	case g.p[i+2] != '>':
		return i, g.refuse(i, "two hyphens inside a comment")
	}
	g.mode = modeContent
	return i + 3, nil
}

func (g *Guard) instruction(i int) (int, error) {
	n, err := g.name(i + 2)
	if err != nil {
		return i, err
	}
	p := g.p
	if n.end == len(p) || n.end+1 == len(p) {
		return i, nil
	}
	if bytes.EqualFold(n.raw(p), []byte("xml")) {
		return i, g.refuse(i, "an XML declaration elsewhere than at the start")
	}
	if n.colon >= n.start || class[p[n.end]] != 'W' && (p[n.end] != '?' || p[n.end+1] != '>') {
		return i, g.refuse(i, "a processing instruction without a proper name")
	}
	if reason := g.refusal(modeInstruction); reason != "" {
		return i, g.refuse(i, reason)
	}
	if g.inFile() {
		g.files.text.instruction()
	}
	g.endLine()
	g.mode = modeInstruction
	return n.end, nil
}

// until goes on to what ends an instruction or a CDATA section.
func (g *Guard) until(i int, stop byte, ending string) (int, error) {
	i, err := g.skip(i, stop)
	if err != nil || i == len(g.p) || g.p[i] != stop {
		return i, err
	}
	n := min(len(g.p)-i, len(ending))
	switch {
	case string(g.p[i:i+n]) != ending[:n]:
		return i + 1, nil
	case n < len(ending):
		return i, nil
	}
	g.mode = modeContent
	return i + n, nil
}

func (g *Guard) cdata(i int) (int, error) {
	next, err := g.until(i, ']', "]]>")
	if err != nil || g.capturing == nil && !g.inFile() {
		return next, err
	}
	end := next
	if g.mode == modeContent {
		end -= len("]]>")
	}
	g.read(g.p[i:end])
	if g.mode == modeContent {
		g.endLine()
	}
	return next, nil
}

// endLine is for markup inside text: a CR before it and a LF after it are two line ends, for they do not stand side by
// side (XML 1.0 section 2.11).
func (g *Guard) endLine() {
	if g.capturing != nil {
		g.capturing.carriageReturn = false
	}
	if g.inFile() {
		g.files.text.carriageReturn = false
	}
}

// text reads on to the next tag. Where SOAP allows only elements, blanks are all that passes.
func (g *Guard) text(i int) (int, error) {
	p, begin := g.p, i
	if len(g.frames) < DepthChild {
		if i = blankEnd(p, i); i == begin || i < len(p) && p[i] != '<' {
			return i, g.refuse(i, "text where only elements may stand")
		}
		return i, nil
	}
	for i < len(p) && p[i] != '<' {
		if i = PlainEnd(p, i); i == len(p) || p[i] == '<' {
			break
		}
		next, err := g.special(begin, i)
		if err != nil {
			return i, err
		}
		if next == i {
			break
		}
		if p[i] == '&' {
			begin = next
		}
		i = next
	}
	g.read(p[begin:i])
	return i, nil
}

// inFile tells whether what passes is the text of a file that is taken out.
func (g *Guard) inFile() bool { return g.files != nil && g.files.depth > 0 }

// read gives literal text to who wants it.
func (g *Guard) read(text []byte) {
	if g.capturing != nil {
		g.capture(text)
	}
	if g.inFile() {
		g.files.text.literal(text)
	}
}

// readRune gives a character that was referred to to who wants it.
func (g *Guard) readRune(r rune) {
	if g.capturing != nil {
		g.captureRune(r)
	}
	if g.inFile() {
		g.files.text.referred(r)
	}
}

// special consumes the character at i that is not a plain one; the text from begin up to it is plain.
func (g *Guard) special(begin, i int) (int, error) {
	p := g.p
	switch p[i] {
	case '&':
		r, next, err := g.reference(i)
		if err == nil && next != i {
			g.read(p[begin:i])
			g.readRune(r)
		}
		return next, err
	case ']':
		switch rest := p[i:]; {
		case bytes.HasPrefix(rest, []byte("]]>")):
			return i, g.refuse(i, "the end of a CDATA section that never began")
		case !g.last && (len(rest) == 1 || len(rest) == 2 && rest[1] == ']'):
			return i, nil
		}
		return i + 1, nil
	}
	if class[p[i]] == 'h' {
		return g.wide(i)
	}
	return i, g.refuse(i, "a character is not allowed in XML")
}
