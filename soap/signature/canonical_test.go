package signature

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"rivgate/soap/guard"
)

// form is the canonical form of the first element that is called T, by us.
func form(from io.Reader, included ...string) (string, error) {
	var out bytes.Buffer
	w := newWalk(from)
	var c *canonical
	for {
		e, err := w.next()
		if err != nil {
			return "", err
		}
		if e == eventEOF {
			return "", io.EOF
		}
		if e == eventStart && c == nil && string(w.local) == "T" {
			c = newCanonical(&out, included)
		}
		if c != nil {
			if done, err := c.write(w, e); done || err != nil {
				return out.String(), err
			}
		}
	}
}

// theirs is the same by goxmldsig.
func theirs(document string, included string) (string, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromString(document); err != nil {
		return "", err
	}
	el := doc.FindElement("//T")
	if el == nil {
		return "", io.EOF
	}
	around, err := etreeutils.NSBuildParentContext(el)
	if err != nil {
		return "", err
	}
	if el, err = etreeutils.NSDetatch(around, el); err != nil {
		return "", err
	}
	text, err := dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList(included).Canonicalize(el)
	return string(text), err
}

// documents are what the three canonicalisers must agree on.
var documents = []string{
	`<a><T/></a>`,
	`<p:T xmlns:p="urn:p" xmlns:q="urn:q"><p:b q:x="1" a="2"/></p:T>`,
	`<a xmlns="urn:d" xmlns:p="urn:p"><T p:z="1" b="2" a='3'><c xmlns="">t</c><d/></T></a>`,
	`<a xmlns="urn:d"><T><b xmlns="urn:e"><c xmlns="urn:d"/></b></T></a>`,
	`<a xmlns:p="urn:1"><p:T><p:b xmlns:p="urn:2"><p:c xmlns:p="urn:1"/></p:b><p:d/></p:T></a>`,
	`<a xmlns:z="urn:a" xmlns:y="urn:b"><T z:l="1" y:l="2" k="3" xml:lang="sv"/></a>`,
	"<a><T>one\r\ntwo\rthree\nfour &#13;&#10;&#9;&amp;&lt;&gt;&apos;&quot; åäö 😀 ' \" > </T></a>",
	"<a><T b='one\r\ntwo\tthree &#13;&#10;&#9; &amp;&lt;&gt;&apos;&quot;\" å'></T  ></a>",
	"<a><T>x<![CDATA[a<b&amp;c>]]]]><![CDATA[> ]] ]]>y</T></a>",
	"<a><T>1<!-- no --><b/><?pi  some   data ?><?q?></T></a>",
	"<a><T><?pi a\r\nb\rc?></T></a>",
	`<T xmlns:p="urn:p"><b xmlns:p="urn:p" p:x=""/><c p:x=""/></T>`,
	`<a xmlns:p="urn:p&amp;&quot;&lt;"><p:T/></a>`,
	`<a><T><c xmlns="">t</c></T></a>`,
	`<T><p:b xmlns:p="urn:p"/><p:b xmlns:p="urn:p"/></T>`,
}

// The included prefixes that the table is tried with; goxmldsig has no word for the default namespace.
var prefixLists = []string{"", "p", "p q z", "xml"}

func TestCanonicalFormIsGoxmldsigs(t *testing.T) {
	for _, document := range documents {
		if differsKnowingly(document) {
			continue
		}
		for _, list := range prefixLists {
			want, err := theirs(document, list)
			if err != nil {
				t.Fatalf("%s: %v", document, err)
			}
			got, err := form(strings.NewReader(document), strings.Fields(list)...)
			if err != nil || got != want {
				t.Errorf("%s with %q:\n got %q, %v\nwant %q", document, list, got, err, want)
			}
			slow, err := form(iotest.OneByteReader(strings.NewReader(document)), strings.Fields(list)...)
			if err != nil || slow != got {
				t.Errorf("%s in single bytes: %q, %v", document, slow, err)
			}
		}
	}
}

// The same against libxml2, which xmlsec1 stands on. It canonicalises a document, so T becomes the root with the
// declarations around it.
func TestCanonicalFormIsLibxml2s(t *testing.T) {
	folder := t.TempDir()
	for _, document := range documents {
		if strings.Contains(document, "&quot;&lt;\"") {
			continue // no namespace that libxml2 takes
		}
		begin, end := strings.Index(document, "T"), strings.LastIndex(document, "T")
		begin, end = strings.LastIndex(document[:begin], "<"), end+1+strings.Index(document[end+1:], ">")+1
		if strings.HasPrefix(document, "<a ") && begin > 0 {
			declared := document[len("<a "):strings.Index(document, ">")]
			at := begin + len("<") + nameEnd([]byte(document[begin+1:]))
			document = document[begin:at] + " " + declared + document[at:end]
		} else {
			document = document[begin:end]
		}
		file := filepath.Join(folder, "t.xml")
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		want, err := exec.Command("xmllint", "--exc-c14n", file).Output()
		if err != nil {
			t.Fatalf("xmllint on %s: %v", document, err)
		}
		got, err := form(strings.NewReader(document))
		if err != nil || withoutComments(string(want)) != got {
			t.Errorf("%s:\n got %q, %v\nwant %q", document, got, err, want)
		}
	}
}

// withoutComments takes out what xmllint keeps.
func withoutComments(text string) string {
	for {
		before, rest, found := strings.Cut(text, "<!--")
		if !found {
			return text
		}
		_, after, _ := strings.Cut(rest, "-->")
		text = before + after
	}
}

// differsKnowingly tells documents that goxmldsig reads otherwise than XML has it, and libxml2: it does not make blanks
// of line ends in attributes (XML 1.0 section 3.3.3), does not read those of instructions (2.11), does not sort xml:…
// by its namespace, and writes xmlns="" where no default namespace is to be undone.
func differsKnowingly(document string) bool {
	w := newWalk(strings.NewReader(document))
	for {
		e, err := w.next()
		if e == eventEOF || err != nil {
			return false
		}
		if e == eventInstruction && bytes.Contains(w.piece, []byte("\r")) {
			return true
		}
		for _, a := range w.attributes {
			prefix, declares := a.declares()
			if declares && len(prefix) == 0 && len(a.raw) == 0 || string(a.prefix) == "xml" ||
				bytes.ContainsAny(a.raw, "\t\r\n") {
				return true
			}
		}
	}
}

// Whatever the guard lets pass has the canonical form that goxmldsig gives it, or is refused.
func FuzzCanonicalForm(f *testing.F) {
	for _, document := range documents {
		f.Add(document, "p")
	}
	f.Add("<a xmlns:q='urn:q'><T q:a='&#x41;'>\r\n</T></a>", "q")
	f.Fuzz(func(t *testing.T, document, list string) {
		envelope := `<e:Envelope xmlns:e="` + guard.NamespaceEnvelope + `"><e:Body><o>` + document +
			`</o></e:Body></e:Envelope>`
		if _, err := guard.New(guard.Limits{}).Feed([]byte(envelope), true); err != nil {
			_, _ = form(strings.NewReader(envelope)) // must end
			return
		}
		if differsKnowingly(envelope) || strings.Contains(list, "xmlns") {
			return
		}
		want, err := theirs(envelope, list)
		if err != nil {
			return // it has limits of its own
		}
		got, err := form(strings.NewReader(envelope), strings.Fields(list)...)
		if err != nil || got != want {
			t.Errorf("%q with %q:\n got %q, %v\nwant %q", document, list, got, err, want)
		}
		slow, err := form(iotest.OneByteReader(strings.NewReader(envelope)), strings.Fields(list)...)
		if err != nil || slow != got {
			t.Errorf("%q in single bytes: %q, %v", document, slow, err)
		}
	})
}
