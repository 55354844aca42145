package soap

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"rivgate/soap/guard"
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

func TestRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", 98) + strings.Repeat("</a>", 98)
	for _, c := range []struct {
		what string
		text string
		want string
	}{
		{"an empty message", "", "message is empty"},
		{"blanks only", " \n ", "message is empty"},
		{"text only", "hello", "text where only elements"},
		{"a DOCTYPE", `<!DOCTYPE s:Envelope [<!ENTITY a "b">]>` + testRequest, "DOCTYPE"},
		{"a DOCTYPE in the middle", message("<s:Body>", "<!DOCTYPE a><s:Body>"), "DOCTYPE"},
		{"an ENTITY declaration inside Body", message("Hej", "<!ENTITY a 'b'>"), "DOCTYPE"},
		{"a half DOCTYPE at the end", testRequest + "<!D", "DOCTYPE"},
		{"an unknown entity", message("&amp;", "&nbsp;"), "unknown entity"},
		{"a reference without end", message("&amp;", "& "), "reference"},
		{"a reference to NUL", message("&amp;", "&#0;"), "forbidden character"},
		{"a reference to a surrogate", message("&amp;", "&#xD800;"), "forbidden character"},
		{"a reference beyond Unicode", message("&amp;", "&#x110000;"), "forbidden character"},
		{"a reference without digits", message("&amp;", "&#;"), "forbidden character"},
		{"a reference with x without digits", message("&amp;", "&#x;"), "forbidden character"},
		{"a reference with a letter among digits", message("&amp;", "&#1a;"), "forbidden character"},
		{"an unknown entity in an attribute", message(`a="1"`, `a="&x;"`), "unknown entity"},
		{"a second root", testRequest + "<a/>", "second root"},
		{"text after the root", testRequest + "x", "text where only elements"},
		{"text before the root", "x" + testRequest, "text where only elements"},
		{"a reference after the root", testRequest + "&#32;", "text where only elements"},
		{"CDATA after the root", testRequest + "<![CDATA[ ]]>", "CDATA section where"},
		{"CDATA before the root", "<![CDATA[]]>" + testRequest, "CDATA section where"},
		{"CDATA in Envelope", message("<s:Body>", "<![CDATA[x]]><s:Body>"), "CDATA section where"},
		{"an XML declaration after a blank", ` <?xml version="1.0"?>` + testRequest, "XML declaration elsewhere"},
		{"a second XML declaration", `<?xml version="1.0"?><?xml version="1.0"?>` + testRequest, "XML declaration elsewhere"},
		{"an XML declaration in Body", message("Hej", `<?XML version="1.0"?>`), "XML declaration elsewhere"},
		{"an XML declaration without version", `<?xml encoding="UTF-8"?>` + testRequest, "XML declaration is not"},
		{"an XML declaration of version 1.1", `<?xml version="1.1"?>` + testRequest, "XML declaration is not"},
		{
			"an XML declaration with the wrong order", `<?xml version="1.0" standalone="no" encoding="UTF-8"?>` + testRequest,
			"XML declaration is not",
		},
		{"an XML declaration without an end", `<?xml version="1.0"`, "ends in the middle"},
		{"an instruction without a name", message("Hej", `<? a?>`), "name"},
		{"an instruction with a colon", message("Hej", `<?a:b c?>`), "instruction without"},
		{"an instruction that never ends", testRequest + `<?a b`, "ends before"},
		{"a comment with two hyphens", message("Hej", "<!-- -- -->"), "hyphens"},
		{"a comment that ends in three hyphens", message("Hej", "<!-- --->"), "hyphens"},
		{"a comment that never ends", testRequest + "<!-- ", "ends before"},
		{"CDATA that never ends", message("</p:text>", "<![CDATA[</p:text>"), "ends before"},
		{"the end of CDATA in text", message("Hej", "]]>"), "CDATA section that never began"},
		{"an attribute twice", message(`b='2'`, `a="2"`), "twice"},
		{
			"an attribute twice under two prefixes",
			message(`<p:text a="1" b='2'`, `<p:text xmlns:q="urn:riv:test:SendResponder:1" p:a="1" q:a="2"`), "stands twice",
		},
		{"an attribute twice among many", message(`a="1"`, many(` a%=""`, 100)+` aba=""`), "twice in one tag"},
		{
			"an attribute twice under two prefixes among many",
			message(`<p:text a="1"`, `<p:text xmlns:q="urn:riv:test:SendResponder:1" p:a="1" q:a="2"`+many(` a%=""`, 100)),
			"twice in one tag",
		},
		{
			"a namespace declared twice among many", message(`a="1"`, many(` xmlns:n%="urn:%"`, 100)+` xmlns:naa="urn:b"`),
			"twice in one tag",
		},
		{"a namespace declared twice", message(`<p:text a="1" b='2'`, `<p:text xmlns:q="urn:a" xmlns:q="urn:b"`), "twice"},
		{"an undeclared prefix of an element", message("Hej", "<q:a/>"), "element's prefix"},
		{"an undeclared prefix of an attribute", message(`a="1"`, `q:a="1"`), "attribute's prefix"},
		{"a prefix used after its scope", message("</p:Send>", "</p:Send><p:Send/>"), "element"},
		{"the prefix xmlns on an element", message("Hej", "<xmlns:a/>"), "element's prefix"},
		{"an element named xmlns", message("Hej", "<xmlns/>"), "element's prefix"},
		{"a wrong end tag", message("</p:text>", "</p:tex>"), "does not match"},
		{"an end tag with more letters", message("</p:text>", "</p:textx>"), "does not match"},
		{"an end tag with another prefix for the same namespace", message(`</p:Send>`, `</q:Send>`), "does not match"},
		{"an end tag with a blank before its name", message("</p:text>", "</ p:text>"), "does not match"},
		{"an end tag with an attribute", message("</p:text>", `</p:text a="1">`), "does not match"},
		{"an end tag alone", "</a>", "end tag without"},
		{"an end tag after the root", testRequest + "</s:Envelope>", "end tag without"},
		{"an element left open", strings.TrimSuffix(testRequest, "</s:Envelope>"), "ends before"},
		{"a tag left open", testOpening + "<s:Body", "ends in the middle"},
		{"xml bound to something else", message(`a="1"`, `xmlns:xml="urn:a"`), "reserved"},
		{
			"something else bound to XML's namespace", message(`a="1"`, `xmlns:q="http://www.w3.org/XML/1998/namespace"`),
			"reserved",
		},
		{
			"the default bound to XML's namespace", message(`a="1"`, `xmlns="http://www.w3.org/XML/1998/namespace"`), "reserved",
		},
		{"xmlns declared", message(`a="1"`, `xmlns:xmlns="urn:a"`), "reserved"},
		{"a prefix bound to the namespace of xmlns", message(`a="1"`, `xmlns:q="http://www.w3.org/2000/xmlns/"`), "reserved"},
		{
			"a reserved namespace written with references", message(`a="1"`, `xmlns:q="http://www.w3.org/2000/&#120;mlns/"`),
			"reserved",
		},
		{"a prefix declared empty", message(`a="1"`, `xmlns:q=""`), "without a namespace"},
		{"a line end inside a namespace", message(`a="1"`, "xmlns:q='urn:\na'"), "line end"},
		{"elements too deep", message("Hej", deep), "too deep"},
		{"too many attributes", message(`a="1"`, many(` a%=""`, 128)), "too many attributes"},
		{
			"too many namespaces in scope",
			message("Hej", "<a"+many(` xmlns:n%="urn:a"`, 120)+"><b"+many(` xmlns:m%="urn:a"`, 7)+"/></a>"),
			"too many namespaces",
		},
		{"a name too long", message("Hej", "<"+strings.Repeat("a", 513)+"/>"), "name is too long"},
		{"an attribute's name too long", message(`a="1"`, strings.Repeat("a", 513)+`=""`), "name is too long"},
		{"a namespace too long", message(`a="1"`, `xmlns:q="`+strings.Repeat("a", 2049)+`"`), "namespace is too long"},
		{"two Headers", message("<s:Body>", "<s:Header/><s:Body>"), "second Header"},
		{"two Bodies", message("</s:Envelope>", "<s:Body><a/></s:Body></s:Envelope>"), "second Body"},
		{"a Header after Body", message("</s:Envelope>", "<s:Header/></s:Envelope>"), "Header after Body"},
		{"another element in Envelope", message("<s:Body>", "<s:Other/><s:Body>"), "neither Header nor Body"},
		{"another element after Body", message("</s:Envelope>", "<x/></s:Envelope>"), "neither Header nor Body"},
		{"a Header in another namespace", message("<s:Body>", `<Header xmlns=""/><s:Body>`), "neither Header nor Body"},
		{"text in Envelope", message("<s:Body>", "x<s:Body>"), "text where only elements"},
		{"text in Header", message("<s:Header>", "<s:Header>x"), "text where only elements"},
		{"text in Body", message("<s:Body>", "<s:Body>x"), "text where only elements"},
		{"no Body", testOpening + "<s:Header/></s:Envelope>", "without Body"},
		{"an empty Envelope", strings.TrimSuffix(testOpening, ">") + "/>", "without Body"},
		{"an empty Body", testOpening + `<s:Header>` + testTo + `</s:Header><s:Body/></s:Envelope>`, "without an element"},
		{"two elements in Body", message("</s:Body>", "<a/></s:Body>"), "second element in Body"},
		{"what SOAP's encoding puts into Body", message("</s:Body>", "<multiRef/></s:Body>"), "RPC/encoded"},
		{"the same by another name", message("</s:Body>", "<a id='id1'/></s:Body>"), "RPC/encoded"},
		{"LogicalAddress first in Body", message("<s:Body>", "<s:Body>"+testTo), "LogicalAddress stands in Body"},
		{"a root that is not Envelope", strings.ReplaceAll(testRequest, "s:Envelope", "s:Envelop"), "not a SOAP Envelope"},
		{"an Envelope in no namespace", "<Envelope><Body><a/></Body></Envelope>", "not in the namespace"},
		{
			"an Envelope in another namespace", strings.Replace(testRequest, NamespaceEnvelope, "urn:soap", 1),
			"not in the namespace",
		},
		{"a control character in text", message("Hej", "\x01"), "character is not allowed"},
		{"a control character in an attribute", message(`a="1"`, "a=\"\x0b\""), "character is not allowed"},
		{"a control character in a comment", message("Hej", "<!-- \x02 -->"), "character is not allowed"},
		{"a control character in an instruction", message("Hej", "<?a \x02?>"), "character is not allowed"},
		{"a control character in CDATA", message("Hej", "<![CDATA[\x02]]>"), "character is not allowed"},
		{"U+FFFE in text", message("Hej", "\uFFFE"), "character is not allowed"},
		{"U+FFFF in CDATA", message("Hej", "<![CDATA[\uFFFF]]>"), "character is not allowed"},
		{"NUL in text", message("Hej", "\x00"), "character is not allowed"},
		{"half a UTF-8 character", message("Hej", "\xC3"), "not valid UTF-8"},
		{"an overlong UTF-8 character", message("Hej", "\xC0\xBC"), "not valid UTF-8"},
		{"a surrogate in UTF-8", message("Hej", "\xED\xA0\x80"), "not valid UTF-8"},
		{"half a UTF-8 character in a name", message("Hej", "<a\xC3/>"), "not valid UTF-8"},
		{"a combining mark at the start of a name", message("Hej", "<p:\u0301a/>"), "name holds"},
		{"a < inside an attribute", message(`a="1"`, `a="<"`), "< inside an attribute"},
		{"an attribute without quotes", message(`a="1"`, `a=1`), "not quoted"},
		{"an attribute without value", message(`a="1"`, `a`), "without a value"},
		{"no blank between attributes", message(`a="1" b`, `a="1"b`), "not a proper one"},
		{"a slash inside a tag", message(`a="1"`, `/ a="1"`), "not ended properly"},
		{"a name with two colons", message("Hej", "<p:a:b/>"), "name is not"},
		{"a name that begins with a colon", message("Hej", "<:a/>"), "name"},
		{"a name that ends in a colon", message("Hej", "<p:/>"), "name is not"},
		{"a local name that begins with a digit", message("Hej", "<p:1/>"), "name is not"},
		{"an element without a name", message("Hej", "< a/>"), "name is not"},
		{"a multiplication sign in a name", message("Hej", "<a×/>"), "name holds"},
		{"two LogicalAddress", message("</s:Header>", testTo+"</s:Header>"), "stands twice"},
		{
			"two LogicalAddress in two namespaces",
			message("</s:Header>", strings.ReplaceAll(testTo, NamespaceRegistry, guard.NamespaceRegistry2)+"</s:Header>"),
			"stands twice",
		},
		{"a comment inside LogicalAddress", message("SE2010", "<!-- -->SE2010"), "inside the receiver"},
		{"an instruction inside LogicalAddress", message("SE2010", "<?a?>SE2010"), "inside the receiver"},
		{"an element inside LogicalAddress", message("SE2010", "<a/>SE2010"), "inside the receiver"},
	} {
		t.Run(c.what, func(t *testing.T) { refused(t, c.text, Malformed, c.want) })
	}
}

func many(pattern string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(pattern, "%", string(rune('a'+i%26))+string(rune('a'+i/26))))
	}
	return b.String()
}

// refused checks that a message is refused alike, whole, in single bytes and as a stream.
func refused(t *testing.T, text string, kind Kind, want string) {
	t.Helper()
	_, err := ReadRequest(strings.NewReader(text), ContentType, Limits{})
	var whole *Error
	if !errors.As(err, &whole) {
		t.Fatalf("not refused: %v", err)
	}
	if whole.Kind != kind || !strings.Contains(whole.Reason, want) {
		t.Errorf("refused as kind %d, %q; want kind %d, %q", whole.Kind, whole.Reason, kind, want)
	}
	_, err = ReadRequest(iotest.OneByteReader(strings.NewReader(text)), ContentType, Limits{})
	if err == nil || err.Error() != whole.Error() {
		t.Errorf("in single bytes: %v; whole: %v", err, whole)
	}
	_, err = streamed(text)
	if err == nil || err.Error() != whole.Error() {
		t.Errorf("as a stream: %v; whole: %v", err, whole)
	}
}

// streamed reads a message that is in memory as a stream in small pieces.
func streamed(text string) (string, error) {
	r := newRequest(Limits{})
	r.bodyCharset = guard.UTF8
	r.unread = iotest.OneByteReader(strings.NewReader(text))
	out, err := io.ReadAll(r.Stream())
	return string(out), err
}

func TestAccepts(t *testing.T) {
	for _, c := range []struct{ what, text string }{
		{"the plain sample", testRequest},
		{"an XML declaration", `<?xml version="1.0" encoding="utf-8" standalone='yes' ?>` + "\r\n" + testRequest},
		{"comments and instructions around the root", "<!-- a -->\n<?a b?>" + testRequest + "<!----><?a?>\n"},
		{"comments and instructions inside", message("Hej", "<!-- <a> & -->Hej<?p <b>??>")},
		{"CDATA in text", message("Hej", "<![CDATA[<a>&]]]]]>Hej<![CDATA[]]>")},
		{
			"a header that must be understood",
			message("<s:Header>", `<s:Header><w:Security s:mustUnderstand="1" xmlns:w="urn:w"/>`),
		},
		{"a prefix that hides another", message("Hej", `<s:a xmlns:s="urn:other"/><s:Body/>`)},
		{"a default namespace taken back", message("Hej", `<a xmlns="urn:a"><b xmlns=""/></a>`)},
		{
			"the prefix xml, declared as it is",
			message("Hej", `<a xml:lang="sv" xmlns:xml="http://www.w3.org/XML/1998/namespace"/>`),
		},
		{"the same local name with and without prefix", message(`a="1"`, `a="1" p:a="1"`)},
		{"Swedish letters in names", message("Hej", `<p:Åtgärd ärende="ö"/>`+"<e\u0301/>")},
		{"blanks inside tags", message("</p:text>", "</p:text\n >")},
		{"as deep as may be", message("Hej", strings.Repeat("<a>", 96)+strings.Repeat("</a>", 96))},
		{"as many attributes as may be", message(`a="1" b='2'`, many(` a%=""`, 128))},
		{"the same local name under many prefixes", message(`a="1"`, many(` xmlns:n%="urn:%"`, 50)+many(` n%:a=""`, 50))},
		{"an attribute named as a prefix that is declared", message(`a="1"`, `xmlns:q="urn:q" q="1" xml:q="2"`)},
		{"a > in text and in attributes", message(`a="1"`, `a="]]>"`)},
		{"no namespace in Body", message(testChild, "<a/>")},
		{"leading zeros in a reference", message("&amp;", "&#x000026;")},
	} {
		t.Run(c.what, func(t *testing.T) {
			r, err := ReadRequest(iotest.OneByteReader(strings.NewReader(c.text)), ContentType, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Envelope()) != c.text || string(r.UTF8()) != c.text || !r.Complete {
				t.Error("the envelope is not kept byte for byte")
			}
			if got, err := streamed(c.text); err != nil || got != c.text {
				t.Errorf("as a stream: %v, %q", err, got)
			}
		})
	}
}

func TestErrorTellsWhere(t *testing.T) {
	_, err := ReadRequest(
		strings.NewReader("\xEF\xBB\xBF"+strings.Replace(testRequest, "<s:Body>", "\n\r\n å <s:Body>", 1)), "", Limits{},
	)
	var e *Error
	if !errors.As(err, &e) || e.Line != 3 || e.Column != 2 {
		t.Errorf("got %+v, want line 3, column 2", e)
	}
	if got := err.Error(); got != "text where only elements may stand (line 3, column 2)" {
		t.Error(got)
	}
}
