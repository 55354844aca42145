package guard

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

// eager is a guard that learns tags from the first one on, however short the message is.
func eager(limits Limits) *Guard {
	g := New(limits)
	g.known = &knownTags{}
	return g
}

// A guard that knows tags judges as one does that sees each for the first time.
func TestKnownTagsAreJudgedAsUnknownOnes(t *testing.T) {
	row := "<p:row><p:id>1</p:id><empty/><p:empty /><p:text >å &amp; ä</p:text ></p:row>"
	rows := strings.Repeat(row+"\n  ", 3)
	for what, child := range map[string]string{
		"rows":                              rows,
		"an end tag of another name":        rows + "<p:row><p:id>1</p:row></p:id>",
		"an end tag of a longer name":       rows + "<p:id>1</p:idx>",
		"an end tag of a shorter name":      rows + "<p:id>1</p:i>",
		"no end tag":                        rows + "<p:row>",
		"one end tag too many":              rows + "</p:row></p:row>",
		"a prefix that is declared anew":    rows + `<o xmlns:p="urn:other">` + rows + "</o>" + rows,
		"a prefix that was declared inside": `<o xmlns:q="urn:q"><q:x>1</q:x><q:x>2</q:x></o><q:x>3</q:x>`,
		"the same, empty":                   `<o xmlns:q="urn:q"><q:x/><q:x/></o><q:x/>`,
		"the same, in another scope": `<o xmlns:q="urn:q"><q:x/></o><o xmlns:q="urn:r"><q:x/></o><o ` +
			`xmlns:r="urn:r"><q:x/></o>`,
		"too deep":                        rows + strings.Repeat("<p:row>", 12),
		"too deep and empty":              rows + strings.Repeat("<p:row>", 8) + "<empty/>",
		"just deep enough":                rows + strings.Repeat("<p:row>", 6) + "<empty/>" + strings.Repeat("</p:row>", 6),
		"a tag cut off":                   rows + "<p:row",
		"a control character":             rows + "<p:id>\x01</p:id>",
		"text that is not UTF-8":          rows + "<p:id>å\xe5</p:id>",
		"the end of a CDATA section":      rows + "<p:id>1]]></p:id>",
		"an unknown entity":               rows + "<p:id>&nbsp;</p:id>",
		"a reference cut off":             rows + "<p:id>&amp</p:id>",
		"attributes now and then":         rows + `<p:row a="1"><p:id a="1" b='2'>1</p:id></p:row><p:row a="1" a="2"/>`,
		"comments and CDATA between":      rows + "<p:id><!-- > --><![CDATA[<p:id>]]></p:id>" + rows,
		"more tags than are kept":         manyTags(400) + manyTags(400),
		"the end of Body before its time": rows + "</p:Send></s:Body>" + rows,
	} {
		text := []byte(message("Hej", child))
		limits := Limits{Depth: 12}
		plain, knowing, pieces := New(limits), eager(limits), eager(limits)
		_, want := plain.Feed(text, true)
		if _, err := knowing.Feed(text, true); !sameError(want, err) {
			t.Errorf("%s: unknown %v, known %v", what, want, err)
		}
		if err := feedPieces(pieces, text, 7); !sameError(want, err) {
			t.Errorf("%s: unknown %v, known in pieces %v", what, want, err)
		}
		if want == nil && (knowing.BodyEnd != plain.BodyEnd || len(knowing.frames) != 0 || len(knowing.names) != 0) {
			t.Errorf("%s: left in another state", what)
		}
	}
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		name := "n" + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + string(rune('a'+i/26))
		b.WriteString("<" + name + ">1</" + name + ">")
	}
	return b.String()
}

// Whatever two bytes stand wherever in a text, plainEnd goes over nothing that needs a second look.
func TestPlainEndPassesNothingElse(t *testing.T) {
	for _, before := range []string{"", "å", "éé.", "ö€"} {
		for at := range 10 { // beyond the eight bytes that are looked at together
			text := []byte(before + strings.Repeat("x", at) + "??" + strings.Repeat("y", 17))
			place := len(before) + at
			for pair := range 1 << 16 {
				text[place], text[place+1] = byte(pair), byte(pair>>8)
				end := PlainEnd(text, 0)
				passed := text[:end]
				if !utf8.Valid(passed) || bytes.ContainsAny(passed, "<&]") ||
					bytes.ContainsFunc(passed, func(r rune) bool { return !isCharacter(r) }) {
					t.Fatalf("%q passed of %q", passed, text)
				}
				if end < place-9 && before != "ö€" {
					t.Fatalf("%q: only %d bytes passed", text, end)
				}
			}
		}
	}
}

func TestPlainTextEndsWhereTheFirstCharacterIsThatIsNot(t *testing.T) {
	text := bytes.Repeat([]byte("plain text\tof\r\nall kinds; "), 3)
	for at := range text {
		for b := range 256 {
			was := text[at]
			text[at] = byte(b)
			want := 0
			for want < len(text) && class[text[want]] < 'a' {
				want++
			}
			for _, from := range []int{0, at / 2, at} {
				if got := PlainEnd(text, from); got != max(want, from) {
					t.Fatalf("byte %#x at %d, from %d: %d, want %d", b, at, from, got, want)
				}
			}
			text[at] = was
		}
	}
}

func TestCharactersOfTwoBytesAreText(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			text := []byte{'a', 'a', 'a', byte(first), byte(second), 'a', 'a', 'a', 'a', 'a', 'a', 'a', 'a', '<'}
			r, n := utf8.DecodeRune(text[3:])
			wide := r != utf8.RuneError && n == 2
			if twoBytes(text, 3) != wide {
				t.Errorf("%x %x: %v", first, second, !wide)
			}
			if wide && PlainEnd(text, 0) != len(text)-1 {
				t.Errorf("%x %x ends at %d", first, second, PlainEnd(text, 0))
			}
		}
	}
	if twoBytes([]byte{0xC3}, 0) {
		t.Error("half a character")
	}
}
