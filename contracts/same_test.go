package contracts

import (
	"bytes"
	"strings"
	"testing"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"pgregory.net/rapid"
)

func envelope(body string) []byte {
	return []byte(
		`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>` + body + `</s:Body></s:Envelope>`,
	)
}

func TestSameContent(t *testing.T) {
	cases := []struct {
		sentence string
		a, b     string
		same     bool
	}{
		{"the same bytes", `<a/>`, `<a/>`, true},
		{"an empty element in two spellings", `<a/>`, `<a></a>`, true},
		{"quotes and blanks in a tag", `<a x="1" y='2'/>`, `<a  x='1'  y="2" />`, true},
		{"the order of attributes", `<a x="1" y="2"/>`, `<a y="2" x="1"/>`, true},
		{"a comment", `<a>te<!-- c -->xt</a>`, `<a>text</a>`, true},
		{"a CDATA section", `<a><![CDATA[<&]]>x</a>`, `<a>&lt;&amp;x</a>`, true},
		{"a character reference", `<a>&#65;</a>`, `<a>A</a>`, true},
		{"a line end", "<a>x\r\ny</a>", "<a>x\ny</a>", true},
		{"a prefix that nobody uses", `<a xmlns:p="urn:p"/>`, `<a/>`, true},
		{
			"where a prefix is declared", `<p:a xmlns:p="urn:p"><p:b/></p:a>`,
			`<p:a xmlns:p="urn:p"><p:b xmlns:p="urn:p"/></p:a>`, true,
		},
		{"blanks beside the body's child", "\n<a/>\n", `<a/>`, true},
		{"another text", `<a>x</a>`, `<a>y</a>`, false},
		{"a blank in the text", `<a>x</a>`, `<a>x </a>`, false},
		{"blanks between elements", `<a><b/></a>`, `<a> <b/></a>`, false},
		{"another name", `<a/>`, `<b/>`, false},
		{"another namespace", `<a xmlns="urn:1"/>`, `<a xmlns="urn:2"/>`, false},
		{"another meaning of the prefix", `<p:a xmlns:p="urn:1"/>`, `<p:a xmlns:p="urn:2"/>`, false},
		{"another prefix", `<p:a xmlns:p="urn:1"/>`, `<q:a xmlns:q="urn:1"/>`, false},
		{"another attribute value", `<a x="1"/>`, `<a x="2"/>`, false},
		{"an attribute more", `<a x="1"/>`, `<a x="1" y=""/>`, false},
		{"an element less", `<a><b/></a>`, `<a/>`, false},
		{"a text around an element", `<a>x<b/></a>`, `<a><b/>x</a>`, false},
		{"a processing instruction", `<a><?p q?></a>`, `<a/>`, false},
		{"an attribute in a namespace", `<a xmlns:p="urn:1" p:x="1"/>`, `<a xmlns:p="urn:2" p:x="1"/>`, false},
		{"a namespace taken back", `<a xmlns="urn:1"><b xmlns=""/></a>`, `<a xmlns="urn:1"><b/></a>`, false},
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
				a, b := envelope(pair[0]), envelope(pair[1])
				same, err := SameContent(a, b)
				if err != nil || same != c.same {
					t.Errorf("SameContent(%s, %s) = %v, %v", pair[0], pair[1], same, err)
				}
				if bytes.Equal(canonical(t, a), canonical(t, b)) != c.same {
					t.Errorf("the canonicaliser does not agree on %s and %s", pair[0], pair[1])
				}
			}
		})
	}
}

func TestSameContentLooksAtNothingButTheBody(t *testing.T) {
	a := []byte(
		`<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>` +
			`<x>1</x></s:Header><s:Body><a>1</a></s:Body></s:Envelope>`,
	)
	b := []byte(
		"\ufeff" +
			`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body id="1"><a>1</a></e:Body></e:Envelope>` +
			"\n",
	)
	if same, err := SameContent(a, b); err != nil || !same {
		t.Errorf("got %v, %v", same, err)
	}
}

func TestSameContentOfBrokenEnvelopes(t *testing.T) {
	good := envelope(`<a/>`)
	for _, bad := range []string{
		"", "<", "</a>", "<s:Envelope>", "<a/>", `<a><a`, string(envelope(`<p:a/>`)), string(envelope(`<a>&secret;</a>`)),
	} {
		for _, pair := range [][2][]byte{{good, []byte(bad)}, {[]byte(bad), good}} {
			same, err := SameContent(pair[0], pair[1])
			if same {
				t.Errorf("%q is the same as a whole envelope", bad)
			}
			if _, err := SameContent([]byte(bad), []byte(bad+" ")); err == nil {
				t.Errorf("%q was read as an envelope", bad)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells content: %v", err)
			}
		}
	}
}

// canonical is the exclusive canonical form of the Body's children, by a library that makes it whole.
func canonical(t interface{ Fatalf(string, ...any) }, envelope []byte) []byte {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(envelope); err != nil {
		t.Fatalf("reading %s: %v", envelope, err)
	}
	var out []byte
	for _, child := range doc.Root().FindElement("./Body").ChildElements() {
		form, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(child)
		if err != nil {
			t.Fatalf("canonicalising %s: %v", envelope, err)
		}
		out = append(out, form...)
	}
	return out
}

// Two small bodies out of few parts are often the same and often not: on each the canonicaliser must say the same.
func TestSameContentAgreesWithCanonicalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := envelope(drawElement(t, 3, false)), envelope(drawElement(t, 3, false))
		want := bytes.Equal(canonical(t, a), canonical(t, b))
		if got, err := SameContent(a, b); err != nil || got != want {
			t.Fatalf("%s\n%s\ngot %v, %v, want %v", a, b, got, err, want)
		}
	})
}

// drawElement draws xmlns="" only where a default namespace is in scope: the canonicaliser writes a needless one too,
// against the recommendation.
func drawElement(t *rapid.T, depth int, inDefault bool) string {
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	name := pick("name", "a", "p:a")
	space := pick("default", "", "", ` xmlns="urn:3"`, ` xmlns=""`)
	if space == ` xmlns=""` && !inDefault {
		space = ""
	}
	inDefault = space == ` xmlns="urn:3"` || inDefault && space == ""
	tag := name + ` xmlns:p="` + pick("p", "urn:1", "urn:1", "urn:2") + `"` + space +
		pick("attribute", "", "", ` x="1"`, ` p:x="1"`)
	inner := pick("text", "", "", "x", "<!---->", "<![CDATA[x]]>", "&#120;")
	for range rapid.IntRange(0, depth-1).Draw(t, "children") {
		inner += drawElement(t, depth-1, inDefault) + pick("after", "", "", "x")
	}
	return "<" + tag + ">" + inner + "</" + name + ">"
}
