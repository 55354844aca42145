package redact

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"io"
	"regexp"
	"sort"

	"rivgate/contracts/identity"
)

// Found is a number in a text that can be a person's and is no test number.
type Found struct {
	Offset int    // bytes of the text before it, or before the base64 that it is in
	In     string // "" in the text itself, "base64" in what base64 holds, "base64, compressed" in what that holds
}

// Check finds what can be a person's identity and is none that nobody has (identity.IsTest), in a text and in the
// base64 in it: as bytes, as text in UTF-16, and in streams that are compressed as gzip and PDF do it. It cannot see
// into pictures, nor into what is encrypted.
func Check(text []byte) (all []Found) {
	for _, found := range Numbers(text) {
		if !identity.IsTest(string(text[found.Start:found.End])) {
			all = append(all, Found{Offset: found.Start})
		}
	}
	for _, run := range base64Runs.FindAllIndex(text, -1) {
		for _, word := range words(text[run[0]:run[1]]) {
			if in := whereHidden(decoded(word)); in != "" {
				all = append(all, Found{Offset: run[0], In: in})
				break
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Offset < all[j].Offset })
	return all
}

var (
	uuids      = regexp.MustCompile(`\b[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b`)
	digests    = regexp.MustCompile(`\b([0-9a-f]{32,128}|[0-9A-F]{32,128})\b`)
	base64Runs = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}={0,2}(\s+[A-Za-z0-9+/_-]{4,}={0,2})*`)
	pdfOffsets = regexp.MustCompile(`\d{10} \d{5} [nf]`)
)

// Numbers is identity.Find but for what stands in the middle of a UUID, of a digest in hexadecimal digits, or of a long
// word in base64: those are no numbers.
func Numbers(text []byte) (numbers []identity.Span) {
	found := identity.Find(text)
	if len(found) == 0 {
		return nil
	}
	machine := append(uuids.FindAllIndex(text, -1), digests.FindAllIndex(text, -1)...)
	for _, f := range found {
		if !inside(machine, f) && !inBase64(text, f) {
			numbers = append(numbers, f)
		}
	}
	return numbers
}

func inside(words [][]int, s identity.Span) bool {
	for _, w := range words {
		if w[0] <= s.Start && s.End <= w[1] && (w[0] < s.Start || s.End < w[1]) {
			return true
		}
	}
	return false
}

// wordMost is how many bytes around a number are looked at to see that it stands in base64: a word of some length is
// enough.
const wordMost = 200

// inBase64 tells whether a number has letters or digits right before and behind it, in a word of base64 that no text
// would have.
func inBase64(text []byte, s identity.Span) bool {
	is := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i]|0x20 >= 'a' && text[i]|0x20 <= 'z')
	}
	if !is(s.Start-1) || !is(s.End) {
		return false
	}
	from, to := s.Start, s.End
	for from > 0 && s.Start-from < wordMost && (is(from-1) || text[from-1] == '+' || text[from-1] == '/') {
		from--
	}
	for to < len(text) && to-s.End < wordMost && (is(to) || text[to] == '+' || text[to] == '/') {
		to++
	}
	return to-from >= 64
}

// words are what can be base64 in a run of letters: the whole of it where it is broken into lines, and each word of it.
func words(run []byte) [][]byte {
	fields := bytes.Fields(run)
	if len(fields) == 1 {
		return fields
	}
	return append(fields, bytes.Join(fields, nil))
}

// decoded is what a word of base64 holds, in either alphabet. A length that does not fit is cut.
func decoded(word []byte) []byte {
	plain := bytes.Map(func(r rune) rune {
		switch r {
		case '-':
			return '+'
		case '_':
			return '/'
		case '=':
			return -1
		}
		return r
	}, word)
	if len(plain)%4 == 1 {
		plain = plain[:len(plain)-1]
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(plain)))
	n, _ := base64.RawStdEncoding.Decode(out, plain) // what could be read counts
	return out[:n]
}

// whereHidden says where a number that is no test number stands in what base64 holds; "" where there is none.
func whereHidden(content []byte) string {
	if holds(content) || holds(narrowed(content)) {
		return "base64"
	}
	for at := 0; at >= 0 && at < len(content); {
		inner := unpacked(content[at:])
		if holds(inner) || holds(narrowed(inner)) {
			return "base64, compressed"
		}
		next := bytes.Index(content[at+1:], []byte("stream"))
		if next < 0 {
			break
		}
		at += 1 + next + len("stream")
		for at < len(content) && (content[at] == '\r' || content[at] == '\n') {
			at++
		}
	}
	return ""
}

func holds(text []byte) bool {
	for _, found := range identity.Find(text) {
		if pdfOffsets.Match(text[found.Start:min(len(text), found.End+8)]) { // of a PDF's table of places
			continue
		}
		if !identity.IsTest(string(text[found.Start:found.End])) {
			return true
		}
	}
	return false
}

// narrowed is what is left of UTF-16 when the empty half of each unit is left out.
func narrowed(text []byte) []byte { return bytes.ReplaceAll(text, []byte{0}, nil) }

// unpackedMost bounds what a compressed stream is unpacked to.
const unpackedMost = 32 << 20

// unpacked is what a stream of gzip or zlib holds, as far as it can be read; nil where it is none.
func unpacked(stream []byte) []byte {
	if len(stream) < 2 {
		return nil
	}
	var in io.Reader
	var err error
	switch {
	case stream[0] == 0x1f && stream[1] == 0x8b:
		in, err = gzip.NewReader(bytes.NewReader(stream))
	case stream[0]&0x0f == 8 && (int(stream[0])<<8|int(stream[1]))%31 == 0:
		in, err = zlib.NewReader(bytes.NewReader(stream))
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(in, unpackedMost)) // what came before it broke off counts
	return out
}
