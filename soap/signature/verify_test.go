package signature

import (
	"crypto"
	"crypto/elliptic"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/soap/guard"
)

// What we sign we verify, by every kind of key.
func TestSignedIsVerified(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.certificate}}
	for _, c := range []struct {
		name string
		key  crypto.Signer
	}{
		{"RSA", rsaKey(t, 2048)}, {"P-256", ecdsaKey(t, elliptic.P256())}, {"P-384", ecdsaKey(t, elliptic.P384())},
		{"P-521", ecdsaKey(t, elliptic.P521())},
	} {
		t.Run(c.name, func(t *testing.T) {
			pair := ca.issue(t, c.key, nil)
			signed := sign(t, signer(t, pair), commentless)
			got, err := v.Verify(message(t, signed), Terms{Pins: [][32]byte{fingerprint(pair)}}, noon.Add(time.Minute))
			if err != nil {
				t.Fatalf("%v: %s", err, signed)
			}
			for _, part := range []Part{Body, Receiver, Timestamp} {
				if !slices.Contains(got.Covered, part) {
					t.Errorf("%s is not covered: %v", part, got.Covered)
				}
			}
			if !got.Created.Equal(noon) || !got.Expires.Equal(noon.Add(DefaultMaxAge)) {
				t.Errorf("from %v until %v", got.Created, got.Expires)
			}
			if got.Certificate.Subject.SerialNumber != "SE0000000001-1177" {
				t.Errorf("signed by %v", got.Certificate.Subject)
			}
		})
	}
}

// attack is a change to a signed message, and what becomes of it.
type attack struct {
	name   string
	change func(signed string) string
	want   Code // "" where the guard refuses it
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

const newBody = `<soapenv:Body><m:Ask xmlns:m="urn:riv:test:AskResponder:1">something else</m:Ask></soapenv:Body>`

func replaceBody(signed, inHeader string, end string) string {
	_, begin, finish := between(signed, "<soapenv:Body", "</soapenv:Body>")
	return strings.Replace(signed[:begin]+newBody+signed[finish:], end, inHeader+end, 1)
}

var attacks = []attack{
	{"content changed", func(s string) string { return strings.Replace(s, "ett", "fem", 1) }, Digest},
	{"receiver changed", func(s string) string { return strings.Replace(s, "VC01", "VC02", 1) }, Digest},
	{"time changed", func(s string) string { return strings.Replace(s, "12:00:00.000Z<", "12:01:00.000Z<", 1) }, Digest},
	{"body wrapped in Header", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</soapenv:Header>")
	}, Uncovered},
	{"body wrapped in a wrapper in Header", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, "<w xmlns=''>"+body+"</w>", "</soapenv:Header>")
	}, Outside},
	{"body wrapped in Security", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</wsse:Security>")
	}, Malformed},
	{"body wrapped in the token", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, body, "</wsse:BinarySecurityToken>")
	}, Malformed},
	{"body wrapped in an Object of the signature", func(s string) string {
		body, _, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		return replaceBody(s, "<ds:Object>"+body+"</ds:Object>", "</ds:Signature>")
	}, Malformed},
	{"a second Body", func(s string) string {
		return strings.Replace(s, "<soapenv:Body", newBody+"<soapenv:Body", 1)
	}, ""},
	{"a second Body behind", func(s string) string {
		return strings.Replace(s, "</soapenv:Envelope>", newBody+"</soapenv:Envelope>", 1)
	}, ""},
	{"body wrapped in Body", func(s string) string {
		_, begin, _ := between(s, "<soapenv:Body", "</soapenv:Body>")
		s = strings.Replace(s, "</soapenv:Body>", "</soapenv:Body></m:Ask></soapenv:Body>", 1)
		return s[:begin] + `<soapenv:Body><m:Ask xmlns:m="urn:riv:test:AskResponder:1">` + s[begin:]
	}, Outside},
	{"receiver wrapped in another header", func(s string) string {
		receiver, rest := cut(s, "<r:LogicalAddress", "</r:LogicalAddress>")
		return strings.Replace(rest, "</soapenv:Header>", "<w xmlns=''>"+receiver+"</w><r:LogicalAddress>SE2010123456-VC02"+
			"</r:LogicalAddress></soapenv:Header>", 1)
	}, Outside},
	{"receiver as a To beside another LogicalAddress", func(s string) string {
		receiver, rest := cut(s, "<r:LogicalAddress", "</r:LogicalAddress>")
		receiver = strings.ReplaceAll(receiver, "r:LogicalAddress", "a:To")
		receiver = strings.Replace(receiver, "<a:To", `<a:To xmlns:a="`+guard.NamespaceAddressing+`"`, 1)
		return strings.Replace(rest, "</soapenv:Header>", receiver+"<r:LogicalAddress>SE2010123456-VC02"+
			"</r:LogicalAddress></soapenv:Header>", 1)
	}, Uncovered},
	{"timestamp wrapped, a new one", func(s string) string {
		stamp, rest := cut(s, "<wsu:Timestamp", "</wsu:Timestamp>")
		fresh := strings.ReplaceAll(strings.Replace(stamp, "time-0001", "time-0002", 1), "12:0", "12:1")
		rest = strings.Replace(rest, "</wsse:BinarySecurityToken>", "</wsse:BinarySecurityToken>"+fresh, 1)
		return strings.Replace(rest, "</soapenv:Header>", `<w xmlns="" xmlns:wsu="`+NamespaceUtility+`">`+stamp+
			"</w></soapenv:Header>", 1)
	}, Outside},
	{"a second Timestamp", func(s string) string {
		stamp, _, end := between(s, "<wsu:Timestamp", "</wsu:Timestamp>")
		return s[:end] + strings.Replace(stamp, "time-0001", "time-0002", 1) + s[end:]
	}, Malformed},
	{"the reference to Body left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#body`, "</ds:Reference>")
		return rest
	}, Uncovered},
	{"the reference to the receiver left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#receiver`, "</ds:Reference>")
		return rest
	}, Uncovered},
	{"the reference to Timestamp left out", func(s string) string {
		_, rest := cut(s, `<ds:Reference URI="#time`, "</ds:Reference>")
		return rest
	}, Uncovered},
	{"an id twice, in Body", func(s string) string {
		return strings.Replace(s, "<m:b/>", `<m:b Id="body-0001"/>`, 1)
	}, IDTwice},
	{"an id twice, in Header", func(s string) string {
		return strings.Replace(s, `id="a"`, `xml:id="receiver0-0001"`, 1)
	}, IDTwice},
	{"a token's id twice", func(s string) string {
		return strings.Replace(s, `id="a"`, `ID="token-0001"`, 1)
	}, IDTwice},
	{"two headers with the id of a reference", func(s string) string {
		return strings.Replace(s, `id="a"`, `xmlns:wsu="`+NamespaceUtility+`" wsu:Id="body-0001"`, 1)
	}, IDTwice},
	{"a reference to the whole document", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI=""`, 1)
	}, Outside},
	{"a reference to another document", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI="http://127.0.0.1/body"`, 1)
	}, Outside},
	{"an XPointer", func(s string) string {
		return strings.Replace(s, `URI="#body-0001"`, `URI="#xpointer(id('body-0001'))"`, 1)
	}, Outside},
	{"another canonicaliser", func(s string) string {
		return strings.Replace(s, namespaceExclusive, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", 1)
	}, Transform},
	{"a canonicaliser with comments", func(s string) string {
		return strings.ReplaceAll(s, `xml-exc-c14n#"`, `xml-exc-c14n#WithComments"`)
	}, Transform},
	{"another transform", func(s string) string {
		return strings.Replace(s, `<ds:Transform `, `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>`+
			`<ds:Transform `, 1)
	}, Transform},
	{"SHA-1 digests", func(s string) string {
		return strings.Replace(s, digestSHA256, "http://www.w3.org/2000/09/xmldsig#sha1", 1)
	}, Value},
	{"SHA-1 signature", func(s string) string {
		return strings.Replace(s, "2001/04/xmldsig-more#ecdsa-sha256", "2001/04/xmldsig-more#ecdsa-sha1", 1)
	}, Algorithm},
	{"HMAC with the public key", func(s string) string {
		return strings.Replace(s, "2001/04/xmldsig-more#ecdsa-sha256", "2001/04/xmldsig-more#hmac-sha256", 1)
	}, Algorithm},
	{"a comment in the receiver", func(s string) string { return strings.Replace(s, "VC01", "<!-- -->VC01", 1) }, ""},
	{"a comment in Body", func(s string) string { return strings.Replace(s, "två", "t<!---->vå", 1) }, Comment},
	{"a comment in the time", func(s string) string {
		return strings.Replace(s, "12:00:00", "12:00<!---->:00", 1)
	}, Comment},
	{"a comment in a digest", func(s string) string {
		return strings.Replace(s, "<ds:DigestValue>", "<ds:DigestValue><!---->", 1)
	}, Comment},
	{"no Security", func(s string) string {
		_, rest := cut(s, "<wsse:Security", "</wsse:Security>")
		return rest
	}, Missing},
	{"no Signature", func(s string) string {
		_, rest := cut(s, "<ds:Signature", "</ds:Signature>")
		return rest
	}, Missing},
	{"two Securities", func(s string) string {
		security, _, _ := between(s, "<wsse:Security", "</wsse:Security>")
		return strings.Replace(s, "</soapenv:Header>", security+"</soapenv:Header>", 1)
	}, Malformed},
	{"Security for another", func(s string) string {
		return strings.Replace(s, `soap:mustUnderstand="1"`, `soap:actor="urn:other"`, 1)
	}, Missing},
	{"a user name in Security", func(s string) string {
		return strings.Replace(s, "</wsse:Security>", "<wsse:UsernameToken/></wsse:Security>", 1)
	}, Malformed},
	{"a key beside the token", func(s string) string {
		return strings.Replace(s, "</ds:KeyInfo>", "<ds:KeyValue/></ds:KeyInfo>", 1)
	}, Malformed},
}

func TestAttacksAreRefused(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.certificate}}
	signed := sign(t, signer(t, ca.issue(t, ecdsaKey(t, elliptic.P256()), nil)), commentless)
	if _, err := v.Verify(message(t, signed), Terms{}, noon); err != nil {
		t.Fatal(err)
	}
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			changed := a.change(signed)
			if changed == signed {
				t.Fatal("nothing was changed")
			}
			m, refused := guarded(changed)
			if a.want == "" && refused == nil {
				t.Fatalf("the guard lets it pass: %s", changed)
			}
			if refused != nil {
				if a.want != "" {
					t.Fatalf("the guard refuses it: %v", refused)
				}
				return
			}
			if _, err := v.Verify(m, Terms{}, noon); code(err) != a.want {
				t.Errorf("got %v, want %s: %s", err, a.want, changed)
			}
		})
	}
}

// Certificates, times and pins.
func TestWhoMaySign(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	key := ecdsaKey(t, elliptic.P256())
	good := ca.issue(t, key, nil)
	for _, c := range []struct {
		name  string
		pair  func() tls.Certificate
		terms Terms
		at    time.Time
		want  Code
	}{
		{"a trusted one", func() tls.Certificate { return good }, Terms{}, noon, ""},
		{"a pinned one", func() tls.Certificate { return good }, Terms{Pins: [][32]byte{fingerprint(good)}}, noon, ""},
		{"one that is not pinned", func() tls.Certificate { return good }, Terms{Pins: [][32]byte{{1}}}, noon, NotPinned},
		{"of another authority", func() tls.Certificate { return other.issue(t, key, nil) }, Terms{}, noon, Untrusted},
		{"one that is over", func() tls.Certificate {
			return ca.issue(t, key, func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Hour) })
		}, Terms{}, noon, Untrusted},
		{"one for encrypting", func() tls.Certificate {
			return ca.issue(t, key, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
		}, Terms{}, noon, KeyUsage},
		{"a short key", func() tls.Certificate { return ca.issue(t, rsaKey(t, 1024), nil) }, Terms{}, noon, Certificate},
		{"just in time", func() tls.Certificate { return good }, Terms{}, noon.Add(DefaultMaxAge - time.Second), ""},
		{"too late", func() tls.Certificate { return good }, Terms{}, noon.Add(DefaultMaxAge), Expired},
		{"a clock that is ahead", func() tls.Certificate { return good }, Terms{}, noon.Add(-DefaultSkew), ""},
		{"too early", func() tls.Certificate { return good }, Terms{}, noon.Add(-DefaultSkew - time.Second), Expired},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &Verifier{Trust: []*x509.Certificate{ca.certificate}}
			signed := sign(t, unchecked(t, c.pair()), commentless)
			if _, err := v.Verify(message(t, signed), c.terms, c.at); code(err) != c.want || c.want == "" && err != nil {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
	signed := sign(t, signer(t, good), commentless)
	if _, err := (&Verifier{}).Verify(message(t, signed), Terms{}, noon); code(err) != NotConfigured {
		t.Errorf("where nobody is trusted: %v", err)
	}
}

// The same signature has the same ID however it is written; another message has another.
func TestIDOfASignature(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.certificate}}
	s := signer(t, ca.issue(t, ecdsaKey(t, elliptic.P256()), nil))
	id := func(text string) [32]byte {
		got, err := v.Verify(message(t, text), Terms{}, noon)
		if err != nil {
			t.Fatal(err)
		}
		return got.ID
	}
	first := sign(t, s, commentless)
	again := sign(t, s, commentless) // ECDSA draws: another value for the same SignedInfo
	if first == again || id(first) != id(again) {
		t.Error("two values of one signature are two signatures")
	}
	if id(first) == id(sign(t, s, strings.Replace(commentless, "ett", "fem", 1))) {
		t.Error("two messages have one signature")
	}
}

func TestSecurityThatIsThereIsNotSignedOver(t *testing.T) {
	s := signer(t, newAuthority(t).issue(t, ecdsaKey(t, elliptic.P256()), nil))
	if _, err := s.Sign(message(t, sign(t, s, commentless)), noon); !errors.Is(err, ErrSecurityPresent) {
		t.Errorf("got %v", err)
	}
}
