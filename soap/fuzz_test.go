package soap

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"rivgate/soap/guard"
)

func seedMessages(f *testing.F, add func(string)) {
	f.Helper()
	for _, text := range []string{
		testRequest,
		"\xEF\xBB\xBF" + `<?xml version="1.0" encoding="UTF-8"?>` + testRequest,
		`<?xml version="1.0" encoding="UTF-16"?>` + testRequest,
		strings.Replace(testRequest, testTo,
			`<a:To xmlns:a="http://www.w3.org/2005/08/addressing">x<![CDATA[<]]>&#13;`+"\r\n\r</a:To>", 1),
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
		f.Add(encoded(text, guard.UTF16LE, true), "text/xml")
		f.Add(encoded(text, guard.UTF16BE, false), "text/xml; charset=utf-16")
		f.Add(encoded(text, guard.Latin1, false), "text/xml; charset=iso-8859-1")
	})
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		whole, err := ReadRequest(bytes.NewReader(body), contentType, Limits{})
		var own *Error
		if err != nil && (!errors.As(err, &own) || whole != nil) {
			t.Fatalf("%v, with %v", err, whole)
		}
		rooms := &BufferPool{}
		for range 2 { // the second one in the first one's room
			again, second := ReadRequest(told{bytes.NewReader(body), len(body)}, contentType, Limits{Buffers: rooms})
			if !sameError(err, second) {
				t.Fatalf("%v; in room that is used again: %v", err, second)
			}
			if err == nil &&
				(again.Receiver != whole.Receiver || again.Contract != whole.Contract || !bytes.Equal(again.UTF8(), whole.UTF8())) {
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
		if whole.Receiver != streamed.Receiver || whole.Contract != streamed.Contract ||
			whole.Operation != streamed.Operation ||
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
		if err := readToEnd(xml.NewDecoder(bytes.NewReader(whole.UTF8()))); err != nil {
			t.Errorf("encoding/xml cannot read it: %v", err)
		}
	})
}

func readToEnd(d *xml.Decoder) error {
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// readStreamed reads the head of body and then the rest as a stream, in single bytes.
func readStreamed(body []byte, contentType string) (*Request, []byte, error) {
	r, err := Peek(body, contentType, Limits{})
	if err != nil {
		return nil, nil, err
	}
	r.unread = iotest.OneByteReader(bytes.NewReader(nil))
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
