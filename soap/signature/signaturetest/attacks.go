// Package signaturetest has what tests of message signatures share: an authority, a message, and the attacks on it that
// must be refused. It does not know how messages are signed or verified.
package signaturetest

import (
	"strings"

	"rivgate/soap/guard"
)

// ID is what the ids of the signed message end in.
const ID = "0001"

// Attack is a change to a message that was signed as Envelope is by a Signer whose NewID gives ID.
type Attack struct {
	Name   string
	Change func(signed string) string
	Code   string // of the refusal; "" where the guard refuses it
}

// Where things stand in a signed message.
func between(text, from, to string) (string, int, int) {
	begin := strings.Index(text, from)
	end := begin + strings.Index(text[begin:], to) + len(to)
	return text[begin:end], begin, end
}

func cut(text, from, to string) (piece, rest string) {
	piece, begin, end := between(text, from, to)
	return piece, text[:begin] + text[end:]
}

const newBody = `<soapenv:Body><m:Ask xmlns:m="urn:riv:rivgate:test:AnyResponder:1">something else</m:Ask>` +
	`</soapenv:Body>`

func replaceBody(signed, inHeader string, end string) string {
	_, begin, finish := between(signed, "<soapenv:Body", "</soapenv:Body>")
	return strings.Replace(signed[:begin]+newBody+signed[finish:], end, inHeader+end, 1)
}

// Attacks are all of them.
var Attacks = []Attack{
	{"content changed", func(s string) string { return strings.Replace(s, "ett", "fem", 1) }, "signature-digest"},
	{"receiver changed", func(s string) string { return strings.Replace(s, "VC01", "VC02", 1) }, "signature-digest"},
	{"time changed", func(s string) string { return strings.Replace(s, ".000Z<", ".001Z<", 1) }, "signature-digest"},
	{"body wrapped in Header", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</soapenv:Header>")
	}, "signature-uncovered"},
	{"body wrapped in a wrapper in Header", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, "<w xmlns=''>"+body+"</w>", "</soapenv:Header>")
	}, "signature-reference"},
	{"body wrapped in Security", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</wsse:Security>")
	}, "signature-malformed"},
	{"body wrapped in the token", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</wsse:BinarySecurityToken>")
	}, "signature-malformed"},
	{"body wrapped in an Object of the signature", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, "<ds:Object>"+body+"</ds:Object>", "</ds:Signature>")
	}, "signature-malformed"},
	{"a second Body", func(s string) string {
		return strings.Replace(s, "<soapenv:Body", newBody+"<soapenv:Body", 1)
	}, ""},
	{"a second Body behind", func(s string) string {
		return strings.Replace(s, "</soapenv:Envelope>", newBody+"</soapenv:Envelope>", 1)
	}, ""},
	{"body wrapped in Body", func(s string) string {
		_, begin, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		s = strings.Replace(s, "</soapenv:Body>", "</soapenv:Body></m:Ask></soapenv:Body>", 1)
		return s[:begin] + `<soapenv:Body><m:Ask xmlns:m="urn:riv:rivgate:test:AnyResponder:1">` + s[begin:]
	}, "signature-reference"},
	{"receiver wrapped in another header", func(s string) string {
		receiver, rest := cut(s, "<r:LogicalAddress", "</r:LogicalAddress>")
		return strings.Replace(rest, "</soapenv:Header>", "<w xmlns=''>"+receiver+"</w><r:LogicalAddress>SE2010123456-VC02"+
			"</r:LogicalAddress></soapenv:Header>", 1)
	}, "signature-reference"},
	{"receiver as a To beside another LogicalAddress", func(s string) string {
		receiver, rest := cut(s, "<r:LogicalAddress", "</r:LogicalAddress>")
		receiver = strings.ReplaceAll(receiver, "r:LogicalAddress", "a:To")
		receiver = strings.Replace(receiver, "<a:To", `<a:To xmlns:a="`+guard.NamespaceAddressing+`"`, 1)
		return strings.Replace(rest, "</soapenv:Header>", receiver+"<r:LogicalAddress>SE2010123456-VC02"+
			"</r:LogicalAddress></soapenv:Header>", 1)
	}, "signature-uncovered"},
	{"timestamp wrapped, a new one", func(s string) string {
		stamp, rest := cut(s, "<wsu:Timestamp", "</wsu:Timestamp>")
		fresh := strings.ReplaceAll(strings.Replace(stamp, "time-0001", "time-0002", 1), ".000Z", ".001Z")
		rest = strings.Replace(rest, "</wsse:BinarySecurityToken>", "</wsse:BinarySecurityToken>"+fresh, 1)
		return strings.Replace(rest, "</soapenv:Header>", `<w xmlns="" xmlns:wsu="`+guard.NamespaceUtility+`">`+stamp+
			"</w></soapenv:Header>", 1)
	}, "signature-reference"},
	{"a second Timestamp", func(s string) string {
		stamp, _, end := between(s, "<wsu:Timestamp", "</wsu:Timestamp>")
		return s[:end] + strings.Replace(stamp, "time-0001", "time-0002", 1) + s[end:]
	}, "signature-malformed"},
	{"the reference to Body left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#body`, "</ds:Reference>")
		return rest
	}, "signature-uncovered"},
	{"the reference to the receiver left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#receiver`, "</ds:Reference>")
		return rest
	}, "signature-uncovered"},
	{"the reference to Timestamp left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#time`, "</ds:Reference>")
		return rest
	}, "signature-uncovered"},
	{"an id twice, in Body", func(s string) string {
		return strings.Replace(s, "<m:b/>", `<m:b Id="body-0001"/>`, 1)
	}, "signature-id"},
	{"an id twice, in Header", func(s string) string {
		return strings.Replace(s, `id="a"`, `xml:id="receiver0-0001"`, 1)
	}, "signature-id"},
	{"a token's id twice", func(s string) string {
		return strings.Replace(s, `id="a"`, `ID="token-0001"`, 1)
	}, "signature-id"},
	{"two headers with the id of a reference", func(s string) string {
		return strings.Replace(s, `id="a"`, `xmlns:wsu="`+guard.NamespaceUtility+`" wsu:Id="body-0001"`, 1)
	}, "signature-id"},
	{"a reference to the whole document", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI=""`, 1)
	}, "signature-reference"},
	{"a reference to another document", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI="http://127.0.0.1/body"`, 1)
	}, "signature-reference"},
	{"an XPointer", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI="#xpointer(id('body-0001'))"`, 1)
	}, "signature-reference"},
	{"another canonicaliser", func(s string) string {
		const exclusive, inclusive = "http://www.w3.org/2001/10/xml-exc-c14n#",
			"http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
		return strings.Replace(s, exclusive, inclusive, 1)
	}, "signature-transform"},
	{"a canonicaliser with comments", func(s string) string {
		return strings.ReplaceAll(s, `xml-exc-c14n#"`, `xml-exc-c14n#WithComments"`)
	}, "signature-transform"},
	{"another transform", func(s string) string {
		const xpath = `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>`
		return strings.Replace(s, `<ds:Transform `, xpath+`<ds:Transform `, 1)
	}, "signature-transform"},
	{"SHA-1 digests", func(s string) string {
		return strings.Replace(s, "http://www.w3.org/2001/04/xmlenc#sha256", "http://www.w3.org/2000/09/xmldsig#sha1", 1)
	}, "signature-value"},
	{"SHA-1 signature", func(s string) string {
		return strings.Replace(s, "2001/04/xmldsig-more#ecdsa-sha256", "2001/04/xmldsig-more#ecdsa-sha1", 1)
	}, "signature-algorithm"},
	{"HMAC with the public key", func(s string) string {
		return strings.Replace(s, "2001/04/xmldsig-more#ecdsa-sha256", "2001/04/xmldsig-more#hmac-sha256", 1)
	}, "signature-algorithm"},
	{"a comment in the receiver", func(s string) string { return strings.Replace(s, "VC01", "<!-- -->VC01", 1) }, ""},
	{"a comment in Body", func(s string) string {
		return strings.Replace(s, "två", "t<!---->vå", 1)
	}, "signature-comment"},
	{"a comment in the time", func(s string) string {
		return strings.Replace(s, "<wsu:Created>", "<wsu:Created><!---->", 1)
	}, "signature-comment"},
	{"a comment in a digest", func(s string) string {
		return strings.Replace(s, "<ds:DigestValue>", "<ds:DigestValue><!---->", 1)
	}, "signature-comment"},
	{"no Security", func(s string) string {
		_, rest := cut(s, "<wsse:Security", "</wsse:Security>")
		return rest
	}, "signature-missing"},
	{"no Signature", func(s string) string {
		_, rest := cut(s, "<ds:Signature", "</ds:Signature>")
		return rest
	}, "signature-missing"},
	{"two Securities", func(s string) string {
		security, _, _ := between(s, "<wsse:Security", "</wsse:Security>")
		return strings.Replace(s, "</soapenv:Header>", security+"</soapenv:Header>", 1)
	}, "signature-malformed"},
	{"Security for another", func(s string) string {
		return strings.Replace(s, `soap:mustUnderstand="1"`, `soap:actor="urn:other"`, 1)
	}, "signature-missing"},
	{"a user name in Security", func(s string) string {
		return strings.Replace(s, "</wsse:Security>", "<wsse:UsernameToken/></wsse:Security>", 1)
	}, "signature-malformed"},
	{"a key beside the token", func(s string) string {
		return strings.Replace(s, "</ds:KeyInfo>", "<ds:KeyValue/></ds:KeyInfo>", 1)
	}, "signature-malformed"},
}
