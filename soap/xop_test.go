package soap

import (
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"

	"rivgate/soap/guard"
)

const xopType = `Multipart/Related; boundary="b--1"; type="application/xop+xml"; start="<root@x>"; ` +
	`start-info="text/xml"`

const (
	xopHead = `<e:Envelope xmlns:e="` + NamespaceEnvelope + `" xmlns:xop="` + namespaceXOP +
		`"><e:Header><LogicalAddress xmlns="` + NamespaceRegistry +
		`">SE1</LogicalAddress></e:Header><e:Body><u xmlns="urn:u">`
	xopTail = `</u></e:Body></e:Envelope>`
)

// inParts is a message in parts: each is its headers, an empty line and its content.
func inParts(parts ...string) string {
	return "preamble\r\n--b--1\r\n" + strings.Join(parts, "\r\n--b--1\r\n") + "\r\n--b--1--\r\n"
}

func xopRoot(content string) string {
	return "Content-ID: <root@x>\r\nContent-Type: application/xop+xml; charset=UTF-8; " +
		"type=\"text/xml\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + xopHead + content + xopTail
}

func TestPartsArePutIntoTheEnvelope(t *testing.T) {
	binary := "\x00\xff\r\n--b-- not the end\r\n<xop:Include/>"
	encoded := base64.StdEncoding.EncodeToString([]byte(binary))
	file := func(id, encoding, content string) string {
		return "Content-ID: <" + id + ">\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: " +
			encoding + "\r\n\r\n" + content
	}
	for _, c := range []struct{ sentence, content, want string }{
		{"none named", "text &amp; <![CDATA[<xop:Include/>]]>", "text &amp; <![CDATA[<xop:Include/>]]>"},
		{"one", `<a><xop:Include href="cid:file1@x"/></a>`, "<a>" + encoded + "</a>"},
		{
			"two, one named with escapes and an end tag",
			"<a>\n<xop:Include href='cid:file%31@x'></xop:Include ></a><b><xop:Include href='cid:file2@x'/></b>",
			"<a>\n" + encoded + "</a><b>" + encoded + "</b>",
		},
		{"another element of that name", `<Include href="cid:file1@x"/>`, `<Include href="cid:file1@x"/>`},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			message := inParts(file("file1@x", "binary", binary), xopRoot(c.content),
				file("file2@x", "base64", encoded[:8]+"\r\n"+encoded[8:]))
			r, err := ReadRequest(strings.NewReader(message), xopType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if want := xopHead + c.want + xopTail; string(r.UTF8()) != want {
				t.Errorf("got %s", r.UTF8())
			}
			if !r.Complete || r.Receiver != "SE1" || r.Contract != "urn:u" || string(r.Envelope()) != message ||
				r.BodyChild() == nil {
				t.Errorf("%+v", r)
			}
			again, err := Peek(r.Envelope(), xopType, Limits{})
			if err != nil || string(again.UTF8()) != string(r.UTF8()) {
				t.Error("what is stored is read otherwise", err)
			}
			spooled, kept := spooledParts(t, message)
			if string(spooled) != string(r.UTF8()) || string(kept) != message {
				t.Errorf("spooled, it is %s", spooled)
			}
		})
	}
}

// An envelope in another charset than UTF-8 is UTF-8 once its parts are put into it: what is read on is not converted
// again, and the caller is still answered in its own charset.
func TestPartsInAnotherCharset(t *testing.T) {
	for _, charset := range []string{guard.Latin1, guard.UTF16LE, guard.UTF16BE} {
		t.Run(charset, func(t *testing.T) {
			long := strings.Repeat("räksmörgås ", 20_000) // more than is read ahead
			file := base64.StdEncoding.EncodeToString([]byte("a file"))
			root := "Content-ID: <root@x>\r\nContent-Type: application/xop+xml; charset=" + charset +
				"; type=\"text/xml\"\r\n\r\n" +
				string(encoded(xopHead+`<a><xop:Include href="cid:file1@x"/></a>`+long+xopTail, charset, false))
			message := inParts(root, "Content-ID: <file1@x>\r\nContent-Type: text/plain\r\n\r\na file")
			want := xopHead + "<a>" + file + "</a>" + long + xopTail
			whole, err := ReadRequest(strings.NewReader(message), xopType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if string(whole.UTF8()) != want || whole.Charset != charset {
				t.Errorf("in memory: %s, %.600s", whole.Charset, whole.UTF8())
			}
			r, err := ReadRequest(strings.NewReader(message), xopType, Limits{Whole: 512})
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if r.Charset != charset {
				t.Errorf("it came in %s", r.Charset)
			}
			if made, err := io.ReadAll(r.Stream()); err != nil || string(made) != want {
				t.Errorf("on disk: %v, %d bytes, not %d: %.600s", err, len(made), len(want), made)
			}
		})
	}
}

// spooledParts reads a message in parts that is not held in memory, and gives what is made of it, and itself as it was
// kept.
func spooledParts(t *testing.T, message string) (made, kept []byte) {
	t.Helper()
	message += strings.Repeat("the end is no part of any part\n", 100)
	r, err := ReadRequest(strings.NewReader(message), xopType, Limits{Whole: 512})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if kept, err = io.ReadAll(r.Spooled().Reader()); err != nil || string(kept) != message {
		t.Fatalf("it is not kept as it came, %v", err)
	}
	if made, err = io.ReadAll(r.Stream()); err != nil {
		t.Fatal(err)
	}
	return made, kept[:len(kept)-3100]
}

func TestHostileParts(t *testing.T) {
	file := "Content-ID: <f>\r\n\r\ncontent"
	include := `<a><xop:Include href="cid:f"/></a>`
	for _, c := range []struct {
		sentence, message string
		kind              Kind
	}{
		{"a part that is not there", inParts(xopRoot(include)), Malformed},
		{"a part named twice", inParts(xopRoot(include+include), file), Malformed},
		{"the envelope names itself", inParts(xopRoot(`<a><xop:Include href="cid:root@x"/></a>`), file), Malformed},
		{"two parts of one name", inParts(xopRoot(include), file, file), Malformed},
		{"not a cid", inParts(xopRoot(`<a><xop:Include href="http://127.0.0.1/f"/></a>`), file), Malformed},
		{"a file", inParts(xopRoot(`<a><xop:Include href="file:///etc/passwd"/></a>`), file), Malformed},
		{"no href", inParts(xopRoot(`<a><xop:Include/></a>`), file), Malformed},
		{"text before an Include", inParts(xopRoot(`<a>x<xop:Include href="cid:f"/></a>`), file), Malformed},
		{"text after an Include", inParts(xopRoot(`<a><xop:Include href="cid:f"/>x</a>`), file), Malformed},
		{"an element before an Include", inParts(xopRoot(`<a><b/><xop:Include href="cid:f"/></a>`), file), Malformed},
		{"an element after an Include", inParts(xopRoot(`<a><xop:Include href="cid:f"/><b/></a>`), file), Malformed},
		{
			"an Include in an Include",
			inParts(xopRoot(`<a><xop:Include href="cid:f"><xop:Include href="cid:f"/></xop:Include></a>`), file), Malformed,
		},
		{"text in an Include", inParts(xopRoot(`<a><xop:Include href="cid:f">x</xop:Include></a>`), file), Malformed},
		{"no envelope", inParts(file), Malformed},
		{
			"an envelope of another type",
			inParts(strings.Replace(xopRoot(include), "application/xop+xml", "text/xml", 1), file), Malformed,
		},
		{"an envelope that the guard refuses", inParts(xopRoot("<!DOCTYPE a><a/>"), file), Malformed},
		{
			"an Include in the receiver", inParts(strings.Replace(xopRoot(""), "SE1", `<xop:Include href="cid:f"/>`, 1), file),
			Malformed,
		},
		{
			"an Include in Body",
			inParts(strings.NewReplacer(`<u xmlns="urn:u">`, `<xop:Include href="cid:f"/>`, "</u>", "").Replace(xopRoot("")),
				file), Malformed,
		},
		{"no end", strings.TrimSuffix(inParts(xopRoot(include), file), "\r\n--b--1--\r\n"), Malformed},
		{
			"quoted-printable",
			inParts(xopRoot(include), "Content-ID: <f>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nx"), Malformed,
		},
		{
			"broken base64", inParts(xopRoot(include), "Content-ID: <f>\r\nContent-Transfer-Encoding: base64\r\n\r\n???"),
			Malformed,
		},
		{
			"too many parts",
			inParts(append([]string{xopRoot("")}, strings.Split(strings.Repeat("|x: y\r\n\r\n.", maxParts)[1:], "|")...)...),
			Malformed,
		},
		{"too large as received", inParts(xopRoot(include), file, "X: y\r\n\r\n"+strings.Repeat("x", 64<<10)), TooLarge},
		{
			"too large when put together", inParts(xopRoot(include), "Content-ID: <f>\r\n\r\n"+strings.Repeat("x", 50<<10)),
			TooLarge,
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			for _, whole := range []int64{0, 512} {
				r, err := ReadRequest(strings.NewReader(c.message), xopType, Limits{Message: 64 << 10, Whole: whole})
				if err == nil && !r.Complete {
					err = r.Condense(Condensing{})
				}
				_ = r.Close()
				var refused *Error
				if !errors.As(err, &refused) || refused.Kind != c.kind {
					t.Errorf("of which %d bytes are in memory: got %v", whole, err)
				}
			}
		})
	}
}

// Whatever comes in parts, what is made of it passes the guard again, or it is refused.
func FuzzParts(f *testing.F) {
	f.Add(inParts(xopRoot(`<a><xop:Include href="cid:f"/></a>`), "Content-ID: <f>\r\n\r\ncontent"))
	f.Add(
		inParts(xopRoot(`<a><!-- c --><xop:Include href='cid:%66'></xop:Include></a>`),
			"Content-ID: <f>\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ=="),
	)
	f.Add(inParts(xopRoot(`<a><xop:Include href="cid:root@x"/></a>`)))
	f.Fuzz(func(t *testing.T, message string) {
		limits := Limits{Message: 1 << 16}
		r, err := ReadRequest(strings.NewReader(message), xopType, limits)
		var refused *Error
		if err != nil {
			if !errors.As(err, &refused) {
				t.Fatal(err)
			}
			return
		}
		if int64(len(r.UTF8())) > limits.Message || string(r.Envelope()) != message {
			t.Fatal("too long, or not what was received")
		}
		if again, err := ReadRequest(strings.NewReader(string(r.UTF8())), ContentType, limits); err != nil ||
			again.Receiver != r.Receiver {
			t.Fatal(err)
		}
	})
}
