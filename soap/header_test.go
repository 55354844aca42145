package soap

import (
	"errors"
	"strings"
	"testing"

	"rivgate/soap/guard"
)

const (
	testSecurity = `<w:Security ` +
		`xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"%><w:Password>hemlig ` +
		`å</w:Password></w:Security>`
	testOther   = `<x:Trace xmlns:x="urn:x"%>å</x:Trace>`
	testReplyTo = `<a:ReplyTo xmlns:a="http://www.w3.org/2005/08/addressing"%><a:Address>@</a:Address></a:ReplyTo>`
	must        = ` s:mustUnderstand="1"`
	another     = ` s:actor="urn:another"`
)

// What is addressed to the recipient is obeyed or refused, and not handed on; of what is for others only credentials
// go.
func TestObey(t *testing.T) {
	with := func(block, attributes string) string { return strings.Replace(block, "%", attributes, 1) }
	to := func(block, address string) string { return strings.Replace(block, "@", address, 1) }
	action := `<a:Action xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">urn:x</a:Action>`
	for _, c := range []struct {
		what, block string
		left        bool
		refused     string // local name
	}{
		{"an optional block", with(testOther, ""), false, ""},
		{"one that must be understood", with(testOther, must), false, "Trace"},
		{"one of SOAP 1.2's letters", with(testOther, ` s:mustUnderstand="true"`), false, "Trace"},
		{"one for whoever gets it first", with(testOther, must+` s:actor="`+actorNext+`"`), false, "Trace"},
		{"one for another", with(testOther, must+another), true, ""},
		{"a credential", with(testSecurity, ""), false, ""},
		{"a credential that must be understood", with(testSecurity, must), false, "Security"},
		{"a credential for another", with(testSecurity, must+another), false, ""},
		{
			"a credential inside a block for another",
			strings.Replace(with(testOther, another), ">å<", ">"+with(testSecurity, "")+"<", 1), false, "",
		},
		{
			"a credential of a draft, for another",
			strings.Replace(with(testSecurity, another),
				"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
				"http://schemas.xmlsoap.org/ws/2002/12/secext", 1), false, "",
		},
		{"an action", action, false, ""},
		{"a To beside the receiver", strings.ReplaceAll(action, "Action", "To"), false, ""},
		{"an anonymous ReplyTo", to(with(testReplyTo, must), "\n"+anonymous), false, ""},
		{"a ReplyTo elsewhere", to(with(testReplyTo, must), "http://192.0.2.1/"), false, "ReplyTo"},
		{
			"a FaultTo elsewhere", strings.ReplaceAll(to(with(testReplyTo, must), "http://192.0.2.1/"), "ReplyTo", "FaultTo"),
			false, "FaultTo",
		},
		{
			"a ReplyTo elsewhere that names the anonymous address too",
			to(with(testReplyTo, must), "http://192.0.2.1/</a:Address><a:Metadata>"+anonymous+"</a:Metadata><a:Address>"), false,
			"ReplyTo",
		},
	} {
		for _, order := range []string{c.block + testTo, testTo + c.block} {
			text := strings.Replace(testRequest, testTo, order, 1)
			want := testRequest
			if c.left {
				want = text
			}
			for _, charset := range []string{guard.UTF8, guard.UTF16LE, guard.UTF16BE, guard.Latin1} {
				obeyed(t, c.what+" in "+charset, text, want, charset, c.refused)
			}
		}
	}
}

func obeyed(t *testing.T, what, text, want, charset, refused string) {
	t.Helper()
	declared := func(text string) string {
		return `<?xml version="1.0" encoding="` + charset + `"?>` + strings.ReplaceAll(text, "𝄞", "ö")
	}
	bytes := func(text string) string {
		if charset == guard.UTF8 {
			return declared(text)
		}
		return string(encoded(declared(text), charset, false))
	}
	for _, limit := range []int64{1 << 20, 700} { // whole, and as the head of a larger one
		text := strings.Replace(text, "Hej", "Hej"+strings.Repeat(" å", 1000), 1)
		want := strings.Replace(want, "Hej", "Hej"+strings.Repeat(" å", 1000), 1)
		if charset == guard.UTF16LE || charset == guard.UTF16BE {
			limit *= 3
		}
		r, err := ReadRequest(strings.NewReader(bytes(text)), "text/xml", Limits{Whole: max(limit, 2048)})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		err = r.ProcessHeaders(false)
		var e *Error
		if errors.As(err, &e) != (refused != "") || e != nil && (e.Kind != NotUnderstood || e.Name.Local != refused) {
			t.Errorf("%s: %v, want a refusal of %q", what, err, refused)
		}
		if err != nil {
			continue
		}
		if err := r.ReadAll(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := string(r.Envelope()); got != bytes(want) || r.Receiver != "SE2010123456-VC01" {
			t.Errorf("%s: left as\n%q", what, r.UTF8())
		}
		if err := r.ProcessHeaders(false); err != nil {
			t.Errorf("%s, once more: %v", what, err)
		}
	}
}
