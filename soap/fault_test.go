package soap

import (
	"strings"
	"testing"
)

func TestFaultBytes(t *testing.T) {
	const want = `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Header/>` +
		`<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>VP004 [a&lt;b] &amp; ` +
		`å</faultstring>` +
		`<detail><detailString>]]&gt; ` + "\uFFFD" +
		`</detailString></detail></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`
	f := &Fault{Code: CodeClient, String: "VP004 [a<b] & å", Detail: "]]> \x00"}
	if got := string(f.Envelope()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	f.Detail = ""
	if got := string(f.Envelope()); strings.Contains(got, "detail") {
		t.Errorf("an empty detail is written: %s", got)
	}
}

func TestReadFault(t *testing.T) {
	wrap := func(content string) string {
		return `<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Header><a/></S:Header><S:Body><S:Fault>` +
			content + `</S:Fault></S:Body></S:Envelope>`
	}
	for _, c := range []struct {
		what, text string
		want       *Fault
	}{
		{"our own", string((&Fault{"Server", "VP009 <x>", "a & b"}).Envelope()), &Fault{"Server", "VP009 <x>", "a & b"}},
		{"our own without detail", string((&Fault{"Server", "VP012", ""}).Envelope()), &Fault{"Server", "VP012", ""}},
		{
			"another prefix, blanks, a header",
			wrap("<faultcode> S:Client </faultcode><faultstring xml:lang='sv'> nej\n</faultstring>"),
			&Fault{"Client", "nej", ""},
		},
		{"a code without prefix", wrap("<faultcode>Server.Time</faultcode><faultstring/>"), &Fault{"{}Server.Time", "", ""}},
		{
			"a code without prefix in the default namespace",
			wrap(`<faultcode xmlns="http://schemas.xmlsoap.org/soap/envelope/">Client.Auth</faultcode>`),
			&Fault{"Client.Auth", "", ""},
		},
		{
			"a code of the producer's own", wrap(`<faultcode xmlns:a="urn:a">a:Client</faultcode>`),
			&Fault{"{urn:a}Client", "", ""},
		},
		{"a prefix that nobody declared", wrap("<faultcode>x:Client</faultcode>"), &Fault{"{}Client", "", ""}},
		{
			"a prefix that a sibling declared", wrap(`<faultactor xmlns:S="urn:a"/><faultcode>S:Client</faultcode>`),
			&Fault{"Client", "", ""},
		},
		{"an empty code", wrap("<faultcode/><faultstring>nej</faultstring>"), &Fault{"", "nej", ""}},
		{"the fault of SOAP 1.2 inside SOAP 1.1", wrap("<S:Code><S:Value>S:Client</S:Value></S:Code>"), &Fault{"", "", ""}},
		{
			"the default namespace",
			`<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body><Fault><faultcode xmlns="">Server</faultcode>` +
				`</Fault></Body></Envelope>`, &Fault{"{}Server", "", ""},
		},
		{
			"another detail",
			wrap("<faultcode>S:Server</faultcode><detail><e:E xmlns:e='urn:e'><m>ett</m> <m>två &lt;</m></e:E></detail>"),
			&Fault{"Server", "", "ett två <"},
		},
		{
			"a detailString deeper, in a namespace",
			wrap("<detail><x>y<q:detailString xmlns:q='urn:q'>det<b>ta</b></q:detailString></x></detail>"),
			&Fault{"", "", "detta"},
		},
		{"a detail with prefixes declared outside", wrap("<detail><S:a>ett</S:a></detail>"), &Fault{"", "", "ett"}},
		{
			"a declaration of another charset",
			`<?xml version="1.0" encoding="ISO-8859-1"?>` + wrap("<faultcode>S:Server</faultcode>"), &Fault{"Server", "", ""},
		},
		{"a response", testRequest, nil},
		{"an empty Body", testOpening + "<s:Body/></s:Envelope>", nil},
		{"a fault that is cut off in its code", wrap("<faultcode>")[:140], &Fault{}},
		{
			"a fault that is cut off in its detail",
			cutOff(wrap("<faultcode>S:Client</faultcode><faultstring>nej</faultstring><detail><a>"), "<a>"),
			&Fault{"Client", "nej", ""},
		},
		{
			"a fault that is cut off in its string", cutOff(wrap("<faultcode>S:Client</faultcode><faultstring>ne"), "ne"),
			&Fault{"Client", "ne", ""},
		},
		{"nothing", "", nil},
		{"text", "502 Bad Gateway", nil},
	} {
		f, ok := ReadFault([]byte(c.text))
		if ok != (c.want != nil) || ok && *f != *c.want {
			t.Errorf("%s: got %+v, want %+v", c.what, f, c.want)
		}
	}
}

// cutOff is text up to and with what it is cut off after.
func cutOff(text, after string) string {
	return text[:strings.LastIndex(text, after)+len(after)]
}

// SOAP 1.1 section 4.4.1: a message is refused for good by the codes that say that it is wrong, and in their own
// namespace only.
func TestFaultsThatAreFinal(t *testing.T) {
	for code, want := range map[string]bool{
		"Client": true, "Client.Authentication": true, "MustUnderstand": true, "VersionMismatch": true,
		"Server": false, "Server.Time": false, "server": false, "client": false, "Clients": false, "MustUnderstand.x": false,
		"":         false,
		"{}Client": false, "{urn:a}Client": false, "{urn:a}Client.x": false, "{urn:a}InternalServiceFault": false,
		"{}1001": false,
	} {
		if got := (&Fault{Code: code}).Final(); got != want {
			t.Errorf("%q is final: %v", code, got)
		}
	}
}
