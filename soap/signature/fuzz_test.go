package signature

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"strings"
	"testing"

	"rivgate/soap/guard"
)

// What is accepted says what was signed, however the message around it was changed.
func FuzzVerify(f *testing.F) {
	ca := newAuthority(f)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	signed := sign(f, signer(f, ca.Issue(f, ecdsaKey(f, elliptic.P256()), nil)), commentless)
	want := said(f, message(f, signed))
	for _, piece := range []string{
		"<soapenv:Body", "</soapenv:Header>", "<ds:Signature", "VC01", "<m:b/>", "<wsu:Timestamp", `URI="#body`,
		"<ds:DigestValue>", "</ds:SignedInfo>",
	} {
		f.Add(strings.Index(signed, piece), len(piece), `<soapenv:Body><m:Ask/></soapenv:Body>`)
		f.Add(strings.Index(signed, piece), 0, `<w wsu:Id="body-0001"/>`)
	}
	f.Fuzz(func(t *testing.T, at, left int, with string) {
		if at < 0 || left < 0 || at+left < 0 || at+left > len(signed) {
			return
		}
		m, err := guarded(signed[:at] + with + signed[at+left:])
		if err != nil {
			return
		}
		if _, err := v.Verify(m, Terms{}, noon); err != nil {
			return
		}
		if got := said(t, m); got != want {
			t.Errorf("accepted, and says\n%s\nfor\n%s", got, want)
		}
	})
}

// said is what whoever reads a message takes from it: its receiver and its Body.
func said(t testing.TB, m Message) string {
	t.Helper()
	from, err := m.whole(m.Head)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := newWalk(from)
	var c *canonical
	for {
		e, err := w.next()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case e == eventEOF:
			return out.String()
		case e == eventStart && c == nil && (w.depth == 2 && w.is(guard.NamespaceEnvelope, "Body") ||
			w.depth == guard.DepthChild && namesReceiver(w)):
			c = newCanonical(&out, nil)
		}
		if c != nil {
			done, err := c.write(w, e)
			if err != nil {
				t.Fatal(err)
			}
			if done {
				c = nil
			}
		}
	}
}
