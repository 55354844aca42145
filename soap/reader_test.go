package soap

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"rivgate/soap/guard"
)

// encoded is text in another charset, with its byte order mark if wanted.
func encoded(text, charset string, mark bool) []byte {
	var out []byte
	if charset == guard.Latin1 {
		for _, r := range text {
			out = append(out, byte(r))
		}
		return out
	}
	if mark {
		text = "\uFEFF" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if charset == guard.UTF16BE {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

func TestReceiver(t *testing.T) {
	to := func(text string) string {
		return `<a:To xmlns:a="http://www.w3.org/2005/08/addressing">` + text + `</a:To>`
	}
	logical := func(text string) string {
		return `<LogicalAddress xmlns="urn:riv:itintegration:registry:1">` + text + `</LogicalAddress>`
	}
	for _, c := range []struct {
		what, headers     string
		receiver, profile string
	}{
		{"LogicalAddress is profile 2.1", logical("SE1"), "SE1", RIVTABP21},
		{
			"LogicalAddress of the newer registry namespace too",
			strings.Replace(logical("SE1"), NamespaceRegistry, guard.NamespaceRegistry2, 1), "SE1", RIVTABP21,
		},
		{"To is profile 2.0", to("SE1"), "SE1", RIVTABP20},
		{"LogicalAddress wins over To before it", to("SE1") + logical("SE2"), "SE2", RIVTABP21},
		{"LogicalAddress wins over To after it", logical("SE2") + to("SE1"), "SE2", RIVTABP21},
		{"blanks are kept", logical(" SE1\t"), " SE1\t", RIVTABP21},
		{"CDATA is included", logical("S<![CDATA[E]]>1<![CDATA[]]]]>"), "SE1]]", RIVTABP21},
		{"references are resolved", logical("a&amp;&#x42;&#13;"), "a&B\r", RIVTABP21},
		{"line ends are read as XML does", logical("a\r\nb\rc<![CDATA[\r\n]]>"), "a\nb\nc\n", RIVTABP21},
		{"attributes are allowed on it", strings.Replace(logical("SE1"), " ", ` id="a" `, 1), "SE1", RIVTABP21},
		{
			"the same name in another namespace does not count", `<LogicalAddress>x</LogicalAddress>` + to("SE1"), "SE1",
			RIVTABP20,
		},
		{"the same name deeper does not count", `<x>` + logical("SE2") + `</x>` + to("SE1"), "SE1", RIVTABP20},
		{"the old style with a hash passes", logical("SE1#SE2"), "SE1#SE2", RIVTABP21},
	} {
		t.Run(c.what, func(t *testing.T) {
			text := strings.Replace(testRequest, testTo, c.headers, 1)
			r, err := ReadRequest(iotest.OneByteReader(strings.NewReader(text)), ContentType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Receiver != c.receiver || r.Profile != c.profile {
				t.Errorf("got %q, %s", r.Receiver, r.Profile)
			}
			if r.Contract != "urn:riv:test:SendResponder:1" || r.Operation != "Send" {
				t.Errorf("got {%s}%s", r.Contract, r.Operation)
			}
		})
	}
	instead := func(header string) string { return strings.Replace(testRequest, testTo, header, 1) }
	for _, c := range []struct{ what, text, reason string }{
		{
			"no Header", strings.Replace(testRequest, "<s:Header>"+testTo+"</s:Header>", "", 1), "neither LogicalAddress nor To",
		},
		{"neither of the two in Header", instead(""), "neither LogicalAddress nor To"},
		{"an empty LogicalAddress", instead(logical("")), "blank"},
		{"a blank LogicalAddress", instead(logical(" \n&#32;")), "blank"},
		{"an empty LogicalAddress beside To", instead(to("SE1") + logical("")), "blank"},
		{"a blank To", instead(to(" ")), "blank"},
		{
			"a LogicalAddress in a namespace of its own", instead(strings.ReplaceAll(testTo, NamespaceRegistry, "urn:x")),
			"another namespace",
		},
		{"a To of an older addressing", instead(strings.ReplaceAll(to("SE1"), "2005/08", "2004/08")), "another namespace"},
		{"a LogicalAddress inside the contract's element", strings.Replace(instead(""), "Hej", testTo, 1), "stands in Body"},
	} {
		t.Run(c.what, func(t *testing.T) {
			r, err := ReadRequest(strings.NewReader(c.text), ContentType, Limits{})
			if err != nil || !r.Complete {
				t.Fatalf("a missing receiver is no fault of the message: %v", err)
			}
			var refused *Error
			if err := r.CheckReceiver(); !errors.As(err, &refused) || refused.Kind != NoReceiver ||
				!strings.Contains(refused.Reason, c.reason) {
				t.Errorf("%v, want %q", err, c.reason)
			}
		})
	}
}

func TestVersionMismatch(t *testing.T) {
	refused(t, strings.Replace(testRequest, NamespaceEnvelope, NamespaceEnvelope12, 1), VersionMismatch, "SOAP 1.2")
}

func TestCharset(t *testing.T) {
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` + testRequest }
	latin := strings.ReplaceAll(testRequest, "𝄞", "")
	ascii := strings.Map(func(r rune) rune {
		if r > 0x7F {
			return -1
		}
		return r
	}, testRequest)
	for _, c := range []struct {
		what        string
		body        []byte
		contentType string
		charset     string
		utf8        string
	}{
		{"nothing said is UTF-8", []byte(testRequest), "", guard.UTF8, testRequest},
		{"a byte order mark of UTF-8", []byte("\xEF\xBB\xBF" + testRequest), "", guard.UTF8, testRequest},
		{
			"the mark wins over Content-Type", []byte("\xEF\xBB\xBF" + testRequest), "text/xml; charset=utf-16", guard.UTF8,
			testRequest,
		},
		{
			"Content-Type wins over the declaration", []byte(declare("ISO-8859-1")), "text/xml; charset=UTF-8", guard.UTF8,
			declare("UTF-8"),
		},
		{"UTF-16LE with a mark", encoded(testRequest, guard.UTF16LE, true), "text/xml", guard.UTF16LE, testRequest},
		{"UTF-16BE with a mark", encoded(testRequest, guard.UTF16BE, true), "text/xml", guard.UTF16BE, testRequest},
		{
			"UTF-16 with a mark, under Content-Type UTF-8", encoded(testRequest, guard.UTF16BE, true), ContentType,
			guard.UTF16BE, testRequest,
		},
		{
			"UTF-16LE by Content-Type", encoded(testRequest, guard.UTF16LE, false), "text/xml; charset=utf-16le", guard.UTF16LE,
			testRequest,
		},
		{
			"UTF-16 by Content-Type, order by the first character", encoded(testRequest, guard.UTF16BE, false),
			"text/xml; charset=\"UTF-16\"", guard.UTF16BE, testRequest,
		},
		{
			"UTF-16LE by its declaration", encoded(declare("utf-16"), guard.UTF16LE, false), "text/xml", guard.UTF16LE,
			declare("UTF-8"),
		},
		{
			"UTF-16BE by its declaration, with a mark", encoded(declare("UTF-16"), guard.UTF16BE, true), "text/xml",
			guard.UTF16BE, declare("UTF-8"),
		},
		{"US-ASCII by Content-Type", []byte(ascii), "text/xml; charset=us-ascii", guard.ASCII, ascii},
		{
			"US-ASCII by its declaration", []byte(`<?xml version="1.0" encoding="us-ascii"?>` + ascii), "", guard.ASCII,
			`<?xml version="1.0" encoding="UTF-8"?>` + ascii,
		},
		{
			"windows-1252 by Content-Type", []byte(strings.Replace(ascii, "Hej", "\x80 \x96 \xe5", 1)),
			"text/xml; charset=Windows-1252", guard.Windows1252, strings.Replace(ascii, "Hej", "€ – å", 1),
		},
		{
			"windows-1252 by its declaration",
			[]byte(`<?xml version="1.0" encoding="windows-1252"?>` + strings.Replace(ascii, "Hej", "\x99", 1)), "",
			guard.Windows1252, `<?xml version="1.0" encoding="UTF-8"?>` + strings.Replace(ascii, "Hej", "™", 1),
		},
		{"UTF-16 declared over plain UTF-8", []byte(declare("utf-16")), "text/xml", guard.UTF8, declare("UTF-8")},
		{"UTF-16 in Content-Type over plain UTF-8", []byte(testRequest), "text/xml; charset=utf-16", guard.UTF8, testRequest},
		{
			"ISO-8859-1 by Content-Type", encoded(latin, guard.Latin1, false), "text/xml; charset=iso-8859-1", guard.Latin1,
			latin,
		},
		{
			"ISO-8859-1 by its declaration", encoded(`<?xml version='1.0' encoding='iso-8859-1'?>`+latin, guard.Latin1, false),
			"text/xml", guard.Latin1, `<?xml version='1.0' encoding='UTF-8'?>` + latin,
		},
		{"another media type", []byte(testRequest), "application/soap+xml; action=x", guard.UTF8, testRequest},
		{"a Content-Type that is none", []byte(testRequest), ";;", guard.UTF8, testRequest},
	} {
		t.Run(c.what, func(t *testing.T) {
			r, err := ReadRequest(bytes.NewReader(c.body), c.contentType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Charset != c.charset || string(r.UTF8()) != c.utf8 || !bytes.Equal(r.Envelope(), c.body) {
				t.Errorf("%s: %q", r.Charset, r.UTF8())
			}
			_, text, err := readStreamed(c.body, c.contentType)
			if err != nil || string(text) != c.utf8 {
				t.Errorf("as a stream: %v, %q", err, text)
			}
			long, err := ReadRequest(iotest.OneByteReader(bytes.NewReader(c.body)), c.contentType, Limits{
				Whole: int64(len(c.body)) - 4,
			})
			if err != nil || long.Complete {
				t.Fatalf("its head alone: %v", err)
			}
			if text, err := io.ReadAll(long.Stream()); err != nil || string(text) != c.utf8 {
				t.Errorf("in two parts: %v, %q", err, text)
			}
		})
	}
	for _, c := range []struct {
		what        string
		body        []byte
		contentType string
		kind        Kind
	}{
		{"another charset in Content-Type", []byte(testRequest), "text/xml; charset=iso-8859-15", Malformed},
		{"a letter beyond US-ASCII", []byte(declare("US-ASCII")), "text/xml", Malformed},
		{"another charset in the declaration", []byte(declare("ISO-8859-15")), "text/xml", Malformed},
		{
			"a byte that stands for nothing in windows-1252", []byte(strings.Replace(ascii, "Hej", "\x81", 1)),
			"text/xml; charset=windows-1252", Malformed,
		},
		{"UTF-8 declared over UTF-16", encoded(testRequest, guard.UTF16LE, false), ContentType, Malformed},
		{"UTF-16 without mark or declaration", encoded(testRequest, guard.UTF16LE, false), "text/xml", Malformed},
		{"UTF-16 declared over neither", []byte("\x80\x81\x82"), "text/xml; charset=utf-16", Malformed},
		{"half a UTF-16 character at the end", append(encoded(testRequest, guard.UTF16LE, true), 32), "text/xml", Malformed},
		{
			"a lone surrogate",
			bytes.Replace(encoded(testRequest, guard.UTF16LE, true), []byte{0x34, 0xD8}, []byte{0x34, 0x20}, 1), "text/xml",
			Malformed,
		},
		{"half a pair at the end", append(encoded(testRequest, guard.UTF16LE, true), 0x34, 0xD8), "text/xml", Malformed},
		{"ISO-8859-1 bytes called UTF-8", encoded(latin, guard.Latin1, false), ContentType, Malformed},
		{"multipart", []byte(testRequest), `multipart/mixed; boundary=a`, Unsupported},
		{
			"multipart without an envelope of its kind", []byte(testRequest), `multipart/related; type="text/xml"; boundary=a`,
			Unsupported,
		},
		{"parts that are none", []byte(testRequest), `multipart/related; type="application/xop+xml"; boundary=a`, Malformed},
		{"multipart without proper parameters", []byte(testRequest), `multipart/related; boundary`, Unsupported},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := ReadRequest(bytes.NewReader(c.body), c.contentType, Limits{})
			_, _, second := readStreamed(c.body, c.contentType)
			for _, err := range []error{err, second} {
				var own *Error
				if !errors.As(err, &own) || own.Kind != c.kind {
					t.Errorf("got %v, want kind %d", err, c.kind)
				}
			}
		})
	}
}

func TestLongMessage(t *testing.T) {
	text := string(sized(40<<10, false))
	limits := Limits{Whole: 4 << 10, Message: 64 << 10}
	read := func(t *testing.T, text string) *Request {
		t.Helper()
		r, err := ReadRequest(strings.NewReader(text), ContentType, limits)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Run("only its head is read at first", func(t *testing.T) {
		r := read(t, text)
		if r.Complete || r.Receiver != "SE2010123456-VC01" || r.Operation != "Send" {
			t.Errorf("got %+v", r)
		}
		if r.Envelope() != nil || r.UTF8() != nil || r.BodyChild() != nil {
			t.Error("hands out what has not passed the guard")
		}
	})
	t.Run("ReadAll completes it", func(t *testing.T) {
		r := read(t, text)
		if err := r.ReadAll(); err != nil {
			t.Fatal(err)
		}
		if !r.Complete || string(r.Envelope()) != text || string(r.UTF8()) != text {
			t.Error("not the whole message")
		}
		if child := string(r.BodyChild()); !strings.HasPrefix(child, "<p:Send ") || !strings.HasSuffix(child, "</p:Send>") {
			t.Errorf("the element in Body is %.20q", child)
		}
		if err := r.ReadAll(); err != nil {
			t.Error(err)
		}
	})
	t.Run("Stream hands it out", func(t *testing.T) {
		got, err := io.ReadAll(read(t, text).Stream())
		if err != nil || string(got) != text {
			t.Errorf("%v, %d bytes of %d", err, len(got), len(text))
		}
	})
	t.Run("an offence late in it breaks both off", func(t *testing.T) {
		bad := text + "<a/>"
		if err := read(t, bad).ReadAll(); !isKind(err, Malformed) {
			t.Error(err)
		}
		got, err := io.ReadAll(read(t, bad).Stream())
		if !isKind(err, Malformed) || string(got) != text {
			t.Errorf("%v, %d bytes of %d", err, len(got), len(text))
		}
	})
	t.Run("above the limit both say so", func(t *testing.T) {
		long := text + strings.Repeat(" ", 64<<10)
		if err := read(t, long).ReadAll(); !isKind(err, TooLarge) {
			t.Error(err)
		}
		if _, err := io.ReadAll(read(t, long).Stream()); !isKind(err, TooLarge) {
			t.Error(err)
		}
		if _, err := ReadRequest(strings.NewReader(long), ContentType, Limits{Message: 1 << 10}); !isKind(err, TooLarge) {
			t.Error(err)
		}
		if _, err := Peek([]byte(long), ContentType, limits); !isKind(err, TooLarge) {
			t.Error(err)
		}
	})
	t.Run("a head that is longer than what is kept is refused", func(t *testing.T) {
		_, err := ReadRequest(strings.NewReader(strings.Repeat(" ", 5<<10)+text), ContentType, limits)
		if !isKind(err, Malformed) {
			t.Error(err)
		}
	})
	t.Run("a tag that is longer than what is kept is refused, whole or streamed", func(t *testing.T) {
		long := strings.Replace(text, `id="1"`, `id="`+strings.Repeat("1", 5<<10)+`"`, 1)
		if err := read(t, long).ReadAll(); !isKind(err, Malformed) {
			t.Error(err)
		}
		if _, err := io.ReadAll(read(t, long).Stream()); !isKind(err, Malformed) {
			t.Error(err)
		}
	})
	t.Run("a connection that breaks is told from a bad message", func(t *testing.T) {
		broken := io.MultiReader(strings.NewReader(text[:20<<10]), iotest.ErrReader(io.ErrUnexpectedEOF))
		r, err := ReadRequest(broken, ContentType, limits)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.ReadAll(); !isKind(err, Interrupted) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
		if _, err := ReadRequest(iotest.ErrReader(&http.MaxBytesError{}), "", limits); !isKind(err, TooLarge) {
			t.Error(err)
		}
	})
}

// TestStreamIsBounded streams one text of 50 MB, which encoding/xml would have gathered whole.
func TestStreamIsBounded(t *testing.T) {
	text := string(sized(1<<20, true))
	at := strings.Index(text, "SGVq")
	filler := io.LimitReader(endless{}, 50<<20)
	body := io.MultiReader(strings.NewReader(text[:at]), filler, strings.NewReader(text[at:]))
	r, err := ReadRequest(body, ContentType, Limits{Message: 64 << 20, Whole: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	s := r.Stream()
	n, err := io.Copy(io.Discard, s)
	if err != nil || n != 50<<20+int64(len(text)) {
		t.Errorf("%d bytes, %v", n, err)
	}
	if held := cap(s.(*stream).text) + cap(r.received); held > 512<<10 {
		t.Errorf("%d bytes are held", held)
	}
}

// endless is the letter A without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'A'
	}
	return len(p), nil
}

func isKind(err error, kind Kind) bool {
	var own *Error
	return errors.As(err, &own) && own.Kind == kind
}

func TestPeek(t *testing.T) {
	text := string(sized(100<<10, false))
	for _, charset := range []string{guard.UTF8, guard.UTF16LE} {
		body := []byte(text)
		if charset != guard.UTF8 {
			body = encoded(text, charset, true)
		}
		r, err := Peek(body, "text/xml", Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Complete || r.Receiver != "SE2010123456-VC01" || len(r.utf8) < 200 ||
			charset != guard.UTF8 && len(r.utf8) > firstRead {
			t.Errorf("%s: complete %v, receiver %q, %d bytes converted", charset, r.Complete, r.Receiver, len(r.utf8))
		}
		if err := r.ReadAll(); err != nil || string(r.UTF8()) != text || !bytes.Equal(r.Envelope(), body) {
			t.Errorf("%s: reading on: %v", charset, err)
		}
	}
	for _, body := range [][]byte{[]byte(testOpening), append(encoded(testOpening, guard.UTF16LE, true), 'x'), nil} {
		if _, err := Peek(body, "", Limits{}); !isKind(err, Malformed) {
			t.Error(err)
		}
	}
}
