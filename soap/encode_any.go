package soap

import (
	"errors"
	"unicode/utf8"
)

// any writes a with the declarations that its values need.
func (e *encoder) any(a Any, fallback string) error {
	end := e.open(a.Name)
	inner := fallback
	for _, b := range a.Bindings {
		if b.Prefix == "" {
			inner = b.Space
			continue
		}
		e.taken[b.Prefix] = true
		if err := e.bind(" xmlns:"+b.Prefix, b.Space); err != nil {
			return err
		}
	}
	if a.Name.Space == "" {
		inner = "" // an element without namespace cannot stand below a default namespace
	}
	if inner != fallback {
		if err := e.bind(" xmlns", inner); err != nil {
			return err
		}
	}
	for _, attr := range a.Attr {
		e.note(attr.Value)
		if err := e.attr(attr.Name, attr.Value); err != nil {
			return err
		}
	}
	e.raw(">")
	for _, n := range a.Children {
		var err error
		if n.Element != nil {
			err = e.any(*n.Element, inner)
		} else {
			e.note(n.Text)
			err = e.text(n.Text)
		}
		if err != nil {
			return err
		}
	}
	e.raw(end)
	return nil
}

func (e *encoder) bind(declaration, space string) error {
	e.raw(declaration, `="`)
	var err error
	e.out, err = appendEscaped(e.out, space, true)
	e.raw(`"`)
	return err
}

// note keeps the prefix of a value, so that no namespace gets it by chance.
func (e *encoder) note(value string) {
	if prefix, ok := valuePrefix(value); ok {
		e.taken[prefix] = true
	}
}

// errCharacter says that a text cannot be written at all: XML 1.0 has no form for some control characters.
var errCharacter = errors.New("a character that XML cannot hold")

func appendEscaped(out []byte, text string, attribute bool) ([]byte, error) {
	last := 0
	for i := 0; i < len(text); {
		r, width := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, width = utf8.DecodeRuneInString(text[i:])
		}
		if r == utf8.RuneError && width == 1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return out, errCharacter
		}
		if escape := escapeOf(r, attribute); escape != "" {
			out = append(append(out, text[last:i]...), escape...)
			last = i + width
		}
		i += width
	}
	return append(out, text[last:]...), nil
}

func escapeOf(r rune, attribute bool) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\r':
		return "&#xD;"
	}
	if attribute {
		switch r {
		case '"':
			return "&quot;"
		case '\n':
			return "&#xA;"
		case '\t':
			return "&#x9;"
		}
	}
	return ""
}
