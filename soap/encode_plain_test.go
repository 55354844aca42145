package soap

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readTokens is all that tokens says of a document. One that is alone has its decoder read everything.
func readTokens(document []byte, alone bool) (all []token, err error) {
	tokens := newTokens(document)
	if alone {
		tokens.passed = -1 // it never looks as if the decoder had given back nothing
	}
	for {
		k, err := tokens.next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, k)
	}
}

// FuzzTokens compares what is read of a document where plain tokens are read apart, with encoding/xml reading all of it.
func FuzzTokens(f *testing.F) {
	seedMessages(f, func(text string) { f.Add([]byte(text)) })
	for _, text := range []string{
		"<a/>", "<a>b</a>", "<a>å–\U0001F600</a>", "<a>x]]>y</a>", "<a>\r\nb</a>", "<a>\ufffe</a>", "<a>\x01</a>", "<a>\xff</a>", "<a>&amp;<![CDATA[<]]>b</a>",
		"<p:a xmlns:p='urn:p'><p:b>1</p:b><p:b/><c></c></p:a>", "<p:a/>", "<a></b>", "<a", "<a>", "<a></a", "<a></a >", "<:a/>", "<a:/>", "<a:b:c/>", "<1/>", "<a:1/>",
		"<a><!-- b --><?c d?>e</a>", "<a/>b", "b<a/>", "</a>", "<!DOCTYPE a><a/>", "<a><b/></a>", "<a><b c='/'></b></a>", "<å>b</å>", "<a>" + strings.Repeat("<b>", 256),
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		mixed, err := readTokens(document, false)
		whole, wanted := readTokens(document, true)
		if (err == nil) != (wanted == nil) {
			t.Fatalf("%v; encoding/xml alone: %v", err, wanted)
		}
		var one, other *Error
		if errors.As(err, &one) && errors.As(wanted, &other) && one.Reason != other.Reason {
			t.Fatalf("%v; encoding/xml alone: %v", err, wanted)
		}
		if diff := cmp.Diff(whole, mixed, cmp.AllowUnexported(token{})); diff != "" {
			t.Fatal(diff)
		}
	})
}
