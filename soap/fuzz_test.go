package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// plain is what encoding/xml alone makes of a message that the guard let pass.
type plain struct {
	receivers map[xml.Name]string
	child     xml.Name
}

// readPlain reads text with encoding/xml and nothing else; anyCharset lets it be declared as another than UTF-8.
func readPlain(text []byte, anyCharset bool) (p plain, err error) {
	p.receivers = map[xml.Name]string{}
	d := xml.NewDecoder(bytes.NewReader(text))
	if anyCharset {
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	}
	var path []xml.Name
	for {
		token, err := d.Token()
		if err == io.EOF {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name)
			if len(path) == depthChild && path[1].Local == "Header" {
				p.receivers[t.Name] += ""
			}
			if len(path) == depthChild && path[1].Local == "Body" {
				p.child = t.Name
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) == depthChild && path[1].Local == "Header" {
				p.receivers[path[2]] += string(t)
			}
		}
	}
}

func (p plain) receiver() (text, profile string) {
	for _, space := range []string{NamespaceRegistry, namespaceRegistry2} {
		if text, ok := p.receivers[xml.Name{Space: space, Local: "LogicalAddress"}]; ok {
			return text, RIVTABP21
		}
	}
	if text, ok := p.receivers[xml.Name{Space: NamespaceAddressing, Local: "To"}]; ok {
		return text, RIVTABP20
	}
	return "", ""
}

func seedMessages(f *testing.F, add func(string)) {
	f.Helper()
	for _, text := range []string{
		testRequest,
		"\xEF\xBB\xBF" + `<?xml version="1.0" encoding="UTF-8"?>` + testRequest,
		`<?xml version="1.0" encoding="UTF-16"?>` + testRequest,
		strings.Replace(testRequest, testTo, `<a:To xmlns:a="http://www.w3.org/2005/08/addressing">x<![CDATA[<]]>&#13;`+"\r\n\r</a:To>", 1),
		message("Hej", "<![CDATA[<a>]]]]><!-- - --><?p ??><Å å='&#x26;&quot;'/>"),
		message("SE2010", "<![CDATA[rad\r]]>\nrad\r<![CDATA[\nrad]]>"),
		message("SE2010", "<![CDATA[rad\r]]><![CDATA[\nrad\r\n]]>\r"),
		strings.Replace(testRequest, testTo, "", 1),
		message("<s:Body>", "<!DOCTYPE a><s:Body>"),
		message(`a="1"`, `xmlns:q="urn:riv:test:SendResponder:1" q:a="1" p:a='2'`),
		testRequest + "<a/>",
		message("Hej", `<a>å</a><p:b>1</p:b><a>2</a><c xmlns:p="urn:q"><p:b>3</p:b><p:b/><p:b/></c><a>4</a>`),
		`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>`,
		strings.Replace(testRequest, NamespaceEnvelope, NamespaceEnvelope12, 1),
	} {
		add(text)
	}
}

// FuzzGuard holds the guard to encoding/xml: what passes is read alike by it, and the size of the pieces that a message
// comes in changes nothing.
func FuzzGuard(f *testing.F) {
	seedMessages(f, func(text string) { f.Add([]byte(text), byte(7)) })
	f.Fuzz(func(t *testing.T, text []byte, piece byte) {
		g := newGuard(Limits{Name: 64, Depth: 20, Attributes: 8, Namespaces: 8})
		_, err := g.feed(text, true)
		pieces := newGuard(Limits{Name: 64, Depth: 20, Attributes: 8, Namespaces: 8})
		if second := feedPieces(pieces, text, int(piece)+1); !sameError(err, second) {
			t.Fatalf("whole: %v; in pieces of %d: %v", err, int(piece)+1, second)
		}
		if second := feedPieces(eager(g.limits), text, int(piece)+1); !sameError(err, second) {
			t.Fatalf("tags unknown: %v; known: %v", err, second)
		}
		if err != nil {
			return
		}
		if pieces.receiver != g.receiver || pieces.contract != g.contract || pieces.bodyStart != g.bodyStart || pieces.bodyEnd != g.bodyEnd {
			t.Error("read otherwise in pieces than whole")
		}
		p, err := readPlain(text, true)
		if err != nil {
			t.Fatalf("passed the guard, but not encoding/xml: %v", err)
		}
		if p.child != (xml.Name{Space: g.contract, Local: g.opName}) {
			t.Errorf("guard: {%s}%s; encoding/xml: %v", g.contract, g.opName, p.child)
		}
		if receiver, profile := p.receiver(); receiver != g.receiver || profile != g.profile {
			t.Errorf("guard: %q as %s; encoding/xml: %q as %s", g.receiver, g.profile, receiver, profile)
		}
		if child := text[g.bodyStart:g.bodyEnd]; child[0] != '<' || child[len(child)-1] != '>' {
			t.Errorf("the element in Body is %q", child)
		}
	})
}

// feedPieces feeds text as a stream does, n bytes at a time.
func feedPieces(g *guard, text []byte, n int) error {
	done := 0
	for have := 0; ; {
		have = min(len(text), have+n)
		used, err := g.feed(text[done:have], have == len(text))
		if err != nil {
			return err
		}
		if done += used; have == len(text) {
			return nil
		}
	}
}

func sameError(a, b error) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.Error() == b.Error()
}

// FuzzReadRequest holds the ways of reading a request to each other.
func FuzzReadRequest(f *testing.F) {
	seedMessages(f, func(text string) {
		f.Add([]byte(text), "text/xml; charset=utf-8")
		f.Add(encoded(text, charsetUTF16LE, true), "text/xml")
		f.Add(encoded(text, charsetUTF16BE, false), "text/xml; charset=utf-16")
		f.Add(encoded(text, charsetLatin1, false), "text/xml; charset=iso-8859-1")
	})
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		whole, err := ReadRequest(bytes.NewReader(body), contentType, Limits{})
		var own *Error
		if err != nil && (!errors.As(err, &own) || whole != nil) {
			t.Fatalf("%v, with %v", err, whole)
		}
		rooms := &Rooms{}
		for range 2 { // the second one in the first one's room
			again, second := ReadRequest(told{bytes.NewReader(body), len(body)}, contentType, Limits{Rooms: rooms})
			if !sameError(err, second) {
				t.Fatalf("%v; in room that is used again: %v", err, second)
			}
			if err == nil && (again.Receiver != whole.Receiver || again.Contract != whole.Contract || !bytes.Equal(again.UTF8(), whole.UTF8())) {
				t.Fatalf("%+v; in room that is used again: %+v", whole, again)
			}
			if err == nil {
				again.Release()
			}
		}
		streamed, passed, second := readStreamed(body, contentType)
		if (err == nil) != (second == nil) {
			t.Fatalf("whole: %v; as a stream: %v", err, second)
		}
		if err != nil {
			return
		}
		if whole.Receiver != streamed.Receiver || whole.Contract != streamed.Contract || whole.Operation != streamed.Operation ||
			whole.Profile != streamed.Profile || whole.Charset != streamed.Charset || !bytes.Equal(whole.UTF8(), passed) {
			t.Errorf("whole %+v; as a stream %+v, %q", whole, streamed, passed)
		}
		if !bytes.Equal(whole.Envelope(), body) {
			t.Error("the envelope is not what was received")
		}
		again, err := ReadRequest(bytes.NewReader(whole.UTF8()), ContentType, Limits{})
		if err != nil || !bytes.Equal(again.UTF8(), whole.UTF8()) || again.Receiver != whole.Receiver {
			t.Errorf("its UTF-8 form is read otherwise: %v", err)
		}
		if p, err := readPlain(whole.UTF8(), false); err != nil || p.child.Space != whole.Contract {
			t.Errorf("encoding/xml reads %v: %v", p.child, err)
		}
		var v struct{ XMLName xml.Name }
		if err := whole.Decode(&v); err != nil || v.XMLName.Local != whole.Operation {
			t.Errorf("decoding: %v, %v", v.XMLName, err)
		}
	})
}

// readStreamed reads the head of body and then the rest as a stream, in single bytes.
func readStreamed(body []byte, contentType string) (*Request, []byte, error) {
	r, err := Peek(body, contentType, Limits{})
	if err != nil {
		return nil, nil, err
	}
	r.rest = iotest.OneByteReader(bytes.NewReader(nil))
	text, err := io.ReadAll(iotest.OneByteReader(r.Stream()))
	return r, text, err
}

// FuzzReadFault: what producers answer is read without a panic, and our own faults come back as they were.
func FuzzReadFault(f *testing.F) {
	f.Add((&Fault{Code: CodeServer, String: "VP009", Detail: "d"}).Envelope(), "text")
	f.Add([]byte(testRequest), "<&>\x00\xff")
	f.Fuzz(func(t *testing.T, body []byte, text string) {
		reply := &Reply{Body: body}
		if _, ok := reply.Fault(); ok && reply.Kind() != FaultReply {
			t.Errorf("a fault of kind %d", reply.Kind())
		}
		own := (&Fault{Code: CodeClient, String: "x" + text + "x", Detail: "x" + text + "x"}).Envelope()
		got, ok := ReadFault(own)
		if !ok || got.Code != CodeClient || got.String != got.Detail || !bytes.Equal(got.Envelope(), own) {
			t.Errorf("%+v of %s", got, own)
		}
	})
}
