package guard

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

const (
	testTo    = `<r:LogicalAddress xmlns:r="urn:riv:itintegration:registry:1">SE2010123456-VC01</r:LogicalAddress>`
	testChild = `<p:Send xmlns:p="urn:riv:test:SendResponder:1"><p:text a="1" b='2'>Hej &amp; &#228; å 𝄞 ]] >` +
		`</p:text></p:Send>`
	testOpening = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">`
	testRequest = testOpening + `<s:Header>` + testTo + `</s:Header><s:Body>` + testChild + `</s:Body></s:Envelope>`
)

// message is a proper request with one piece replaced.
func message(old, new string) string {
	if !strings.Contains(testRequest, old) {
		panic("the sample does not hold " + old)
	}
	return strings.Replace(testRequest, old, new, 1)
}

// plain is what encoding/xml alone makes of a message that the guard let pass.
type plain struct {
	receivers map[xml.Name]string
	child     xml.Name
}

// readPlain reads text with encoding/xml and nothing else.
func readPlain(text []byte) (p plain, err error) {
	p.receivers = map[xml.Name]string{}
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var path []xml.Name
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return p, nil
		}
		if err != nil {
			return p, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			path = append(path, t.Name)
			if len(path) == DepthChild && path[1].Local == "Header" {
				p.receivers[t.Name] += ""
			}
			if len(path) == DepthChild && path[1].Local == "Body" {
				p.child = t.Name
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) == DepthChild && path[1].Local == "Header" {
				p.receivers[path[2]] += string(t)
			}
		}
	}
}

func (p plain) receiver() (text, profile string) {
	for _, space := range []string{NamespaceRegistry, NamespaceRegistry2} {
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

// FuzzGuard holds the guard to encoding/xml: what passes is read alike by it, and the size of the pieces that a message
// comes in changes nothing.
func FuzzGuard(f *testing.F) {
	seedMessages(f, func(text string) { f.Add([]byte(text), byte(7)) })
	f.Fuzz(func(t *testing.T, text []byte, piece byte) {
		g := New(Limits{Name: 64, Depth: 20, Attributes: 8, Namespaces: 8})
		_, err := g.Feed(text, true)
		pieces := New(Limits{Name: 64, Depth: 20, Attributes: 8, Namespaces: 8})
		if second := feedPieces(pieces, text, int(piece)+1); !sameError(err, second) {
			t.Fatalf("whole: %v; in pieces of %d: %v", err, int(piece)+1, second)
		}
		if second := feedPieces(eager(g.limits), text, int(piece)+1); !sameError(err, second) {
			t.Fatalf("tags unknown: %v; known: %v", err, second)
		}
		if err != nil {
			return
		}
		if pieces.Receiver != g.Receiver || pieces.Contract != g.Contract || pieces.BodyStart != g.BodyStart ||
			pieces.BodyEnd != g.BodyEnd {
			t.Error("read otherwise in pieces than whole")
		}
		p, err := readPlain(text)
		if err != nil {
			t.Fatalf("passed the guard, but not encoding/xml: %v", err)
		}
		if p.child != (xml.Name{Space: g.Contract, Local: g.Operation}) {
			t.Errorf("guard: {%s}%s; encoding/xml: %v", g.Contract, g.Operation, p.child)
		}
		if receiver, profile := p.receiver(); receiver != g.Receiver || profile != g.Profile {
			t.Errorf("guard: %q as %s; encoding/xml: %q as %s", g.Receiver, g.Profile, receiver, profile)
		}
		if child := text[g.BodyStart:g.BodyEnd]; child[0] != '<' || child[len(child)-1] != '>' {
			t.Errorf("the element in Body is %q", child)
		}
	})
}

// feedPieces feeds text as a stream does, n bytes at a time.
func feedPieces(g *Guard, text []byte, n int) error {
	done := 0
	for have := 0; ; {
		have = min(len(text), have+n)
		used, err := g.Feed(text[done:have], have == len(text))
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
