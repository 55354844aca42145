package guard

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// The charsets that a message may come in.
const (
	UTF8        = "UTF-8"
	UTF16LE     = "UTF-16LE"
	UTF16BE     = "UTF-16BE"
	Latin1      = "ISO-8859-1"
	ASCII       = "US-ASCII"
	Windows1252 = "windows-1252"
	UTF16       = "UTF-16" // of unknown byte order; DetectCharset never finds it
)

// LongestDeclaration bounds the XML declaration, in bytes.
const LongestDeclaration = 512

// DetectCharset finds the charset of a message that begins with head: by its byte order mark, else by contentType, else
// by its XML declaration, else UTF-8. mark is the length of the byte order mark.
func DetectCharset(head []byte, contentType string) (charset string, mark int, err error) {
	for _, known := range []struct{ mark, charset string }{
		{"\xEF\xBB\xBF", UTF8}, {"\xFF\xFE", UTF16LE}, {"\xFE\xFF", UTF16BE},
	} {
		if bytes.HasPrefix(head, []byte(known.mark)) {
			return known.charset, len(known.mark), nil
		}
	}
	seen := order(head)
	label, plain := PlainContentType(contentType)
	if !plain {
		if _, parameters, err := mime.ParseMediaType(contentType); err == nil {
			label = parameters["charset"]
		}
	}
	if label == "" {
		label = declared(head, seen)
	}
	charset, ok := labelled(label)
	if !ok {
		return "", 0, &Error{
			Kind: Malformed, Reason: "the charset is none of UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252",
		}
	}
	switch {
	case strings.HasPrefix(charset, UTF16) && seen == UTF8:
		return UTF8, 0, nil // declared UTF-16, plainly UTF-8
	case charset == UTF16 && seen == "", strings.HasPrefix(charset, UTF16) != strings.HasPrefix(seen, UTF16) && seen != "":
		return "", 0, &Error{Kind: Malformed, Reason: "the charset is not the one that was declared"}
	case charset == UTF16:
		return seen, 0, nil
	}
	return charset, 0, nil
}

// PlainContentType knows the Content-Types that nearly all messages have, with the charset that they name, so that
// those need not be parsed.
func PlainContentType(contentType string) (charset string, ok bool) {
	switch contentType {
	case "", "text/xml":
		return "", true
	case "text/xml; charset=UTF-8", "text/xml;charset=UTF-8", "text/xml; charset=utf-8", "text/xml;charset=utf-8":
		return UTF8, true
	}
	return "", false
}

// order tells by the first characters, which are blank or <, how wide they are; empty if they are neither.
func order(head []byte) string {
	if len(head) < 2 {
		return ""
	}
	first := func(b byte) bool { return b == '<' || class[b] == 'W' }
	switch {
	case first(head[0]) && head[1] == 0:
		return UTF16LE
	case head[0] == 0 && first(head[1]):
		return UTF16BE
	case first(head[0]):
		return UTF8
	}
	return ""
}

// labelled knows the names of the charsets that are taken.
func labelled(label string) (charset string, ok bool) {
	switch strings.ToUpper(strings.TrimSpace(label)) {
	case "", "UTF-8", "UTF8":
		return UTF8, true
	case "UTF-16", "UTF16":
		return UTF16, true
	case "UTF-16LE":
		return UTF16LE, true
	case "UTF-16BE":
		return UTF16BE, true
	case "ISO-8859-1", "ISO8859-1", "ISO_8859-1", "LATIN1":
		return Latin1, true
	case "US-ASCII", "ASCII", "ISO646-US", "ANSI_X3.4-1968":
		return ASCII, true
	case "WINDOWS-1252", "CP1252", "CP-1252":
		return Windows1252, true
	}
	return "", false
}

// declared is the encoding in the XML declaration, read in the byte order that was seen.
func declared(head []byte, seen string) string {
	if strings.HasPrefix(seen, UTF16) {
		head, _, _ = AppendUTF8(nil, head[:min(len(head), 2*LongestDeclaration)&^1], seen, false)
	}
	d, _ := FindDeclaration(head)
	return d.Encoding
}

// AppendUTF8 appends the UTF-8 form of src to dst. used is how much of src that was: a character that is not all there
// is left, unless last says that no more comes. ok is false where src is not in the charset.
func AppendUTF8(dst, src []byte, charset string, last bool) (out []byte, used int, ok bool) {
	switch charset {
	case UTF8:
		return append(dst, src...), len(src), true
	case Latin1:
		for _, b := range src {
			dst = utf8.AppendRune(dst, rune(b))
		}
		return dst, len(src), true
	case ASCII:
		at := bytes.IndexFunc(src, func(r rune) bool { return r > 0x7F })
		if at >= 0 {
			return append(dst, src[:at]...), at, false
		}
		return append(dst, src...), len(src), true
	case Windows1252:
		for i, b := range src {
			r := charmap.Windows1252.DecodeByte(b)
			if r == utf8.RuneError || 0x80 <= r && r < 0xA0 { // the five bytes that stand for nothing
				return dst, i, false
			}
			dst = utf8.AppendRune(dst, r)
		}
		return dst, len(src), true
	}
	unit := func(i int) rune { return rune(src[i]) | rune(src[i+1])<<8 }
	if charset == UTF16BE {
		unit = func(i int) rune { return rune(src[i+1]) | rune(src[i])<<8 }
	}
	i := 0
	for ; i+1 < len(src); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			if i+3 >= len(src) {
				break
			}
			if r = utf16.DecodeRune(r, unit(i+2)); r == utf8.RuneError {
				return dst, i, false
			}
			i += 2
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst, i, !last || i == len(src)
}

// Declaration is what an XML declaration says of the encoding; Start and End are where it says so.
type Declaration struct {
	Encoding   string
	Start, End int
}

// FindDeclaration reads the XML declaration at the start of a message; false if there is none.
func FindDeclaration(head []byte) (Declaration, bool) {
	head = head[:min(len(head), LongestDeclaration+2)]
	end := bytes.Index(head, []byte("?>"))
	if end < 0 || !bytes.HasPrefix(head, []byte("<?xml")) {
		return Declaration{}, false
	}
	return readDeclaration(head[:end+2])
}

// readDeclaration reads p, from <?xml to ?>, by production 23 of XML 1.0.
func readDeclaration(p []byte) (d Declaration, ok bool) {
	at := len("<?xml")
	value := func(name string) (start, end int) {
		i := blankEnd(p, at)
		if i == at || !bytes.HasPrefix(p[i:], []byte(name)) {
			return 0, 0
		}
		i = blankEnd(p, i+len(name))
		if p[i] != '=' {
			return 0, 0
		}
		i = blankEnd(p, i+1)
		if p[i] != '"' && p[i] != '\'' {
			return 0, 0
		}
		n := bytes.IndexByte(p[i+1:], p[i])
		if n < 0 {
			return 0, 0
		}
		at = i + 1 + n + 1
		return i + 1, i + 1 + n
	}
	if start, end := value("version"); string(p[start:end]) != "1.0" {
		return d, false
	}
	if d.Start, d.End = value("encoding"); d.End > 0 {
		d.Encoding = string(p[d.Start:d.End])
		if !isEncodingName(d.Encoding) {
			return d, false
		}
	}
	if start, end := value("standalone"); end > 0 && string(p[start:end]) != "yes" && string(p[start:end]) != "no" {
		return d, false
	}
	return d, blankEnd(p, at) == len(p)-2
}

// isEncodingName tells production 81 of XML 1.0.
func isEncodingName(name string) bool {
	for i := range len(name) {
		switch b := name[i]; {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z':
		case i > 0 && ('0' <= b && b <= '9' || b == '.' || b == '_' || b == '-'):
		default:
			return false
		}
	}
	return name != ""
}
