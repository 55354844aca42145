package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rivgate/soap/guard"
)

// readTokens is all tokens of a document. One that is alone has encoding/xml read everything.
func readTokens(document []byte, alone bool) (all []token, err error) {
	r := newReader(document)
	if alone {
		r.passed = -1 // it never looks as if the decoder had put back nothing
	}
	for {
		k := r.next()
		if k.kind == documentEnd || r.err != nil {
			return all, r.err
		}
		all = append(all, k)
	}
}

// FuzzTokens compares the tokens of a document with those that encoding/xml alone reads of it.
func FuzzTokens(f *testing.F) {
	for _, text := range []string{
		"<a/>", "<a>b</a>", "<a>å–\U0001F600</a>", "<a>x]]>y</a>", "<a>\r\nb</a>", "<a>\ufffe</a>", "<a>\x01</a>",
		"<a>\xff</a>", "<a>&amp;<![CDATA[<]]>b</a>", "<p:a xmlns:p='urn:p'><p:b>1</p:b><p:b/><c></c></p:a>", "<p:a/>",
		"<a></b>", "<a", "<a>", "<a></a", "<a></a >", "<:a/>", "<a:/>", "<a:b:c/>", "<1/>", "<a:1/>",
		"<a><!-- b --><?c d?>e</a>", "<a/>b", "b<a/>", "</a>", "<!DOCTYPE a><a/>", "<a><b/></a>",
		"<a><b c='/'></b></a>", "<å>b</å>", "<a>" + strings.Repeat("<b>", 256),
		"\xEF\xBB\xBF" + `<?xml version="1.0" encoding="UTF-16"?>` +
			inBody(`<p:a xmlns:p="urn:p"><![CDATA[<a>]]]]><!-- - --><?p ??><Å å='&#x26;&quot;'/></p:a>`),
		inBody("<a><![CDATA[a\r]]>\na\r<![CDATA[\na]]></a>"),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		mixed, err := readTokens(document, false)
		whole, wanted := readTokens(document, true)
		if (err == nil) != (wanted == nil) {
			t.Fatalf("%v; encoding/xml alone: %v", err, wanted)
		}
		var one, other *guard.Error
		if errors.As(err, &one) && errors.As(wanted, &other) && one.Reason != other.Reason {
			t.Fatalf("%v; encoding/xml alone: %v", err, wanted)
		}
		if diff := cmp.Diff(whole, mixed, cmp.AllowUnexported(token{})); diff != "" {
			t.Fatal(diff)
		}
	})
}
