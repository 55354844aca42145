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

	"rivgate/soap/signature/signaturetest"
)

// What we sign we verify, by every kind of key.
func TestSignedIsVerified(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	for _, c := range []struct {
		name string
		key  crypto.Signer
	}{
		{"RSA", rsaKey(t, 2048)},
		{"P-256", ecdsaKey(t, elliptic.P256())},
		{"P-384", ecdsaKey(t, elliptic.P384())},
		{"P-521", ecdsaKey(t, elliptic.P521())},
	} {
		t.Run(c.name, func(t *testing.T) {
			pair := ca.Issue(t, c.key, nil)
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

func TestAttacksAreRefused(t *testing.T) {
	ca := newAuthority(t)
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	signed := sign(t, signer(t, ca.Issue(t, ecdsaKey(t, elliptic.P256()), nil)), commentless)
	if _, err := v.Verify(message(t, signed), Terms{}, noon); err != nil {
		t.Fatal(err)
	}
	for _, a := range signaturetest.Attacks {
		t.Run(a.Name, func(t *testing.T) {
			changed := a.Change(signed)
			if changed == signed {
				t.Fatal("nothing was changed")
			}
			m, refused := guarded(changed)
			if a.Code == "" && refused == nil {
				t.Fatalf("the guard lets it pass: %s", changed)
			}
			if refused != nil {
				if a.Code != "" {
					t.Fatalf("the guard refuses it: %v", refused)
				}
				return
			}
			if _, err := v.Verify(m, Terms{}, noon); string(code(err)) != a.Code {
				t.Errorf("got %v, want %s: %s", err, a.Code, changed)
			}
		})
	}
}

// Certificates, times and pins.
func TestWhoMaySign(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	key := ecdsaKey(t, elliptic.P256())
	good := ca.Issue(t, key, nil)
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
		{"of another authority", func() tls.Certificate { return other.Issue(t, key, nil) }, Terms{}, noon, Untrusted},
		{"one that is over", func() tls.Certificate {
			return ca.Issue(t, key, func(c *x509.Certificate) { c.NotAfter = noon.Add(-time.Hour) })
		}, Terms{}, noon, Untrusted},
		{"one for encrypting", func() tls.Certificate {
			return ca.Issue(t, key, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })
		}, Terms{}, noon, KeyUsage},
		{"a short key", func() tls.Certificate { return ca.Issue(t, rsaKey(t, 1024), nil) }, Terms{}, noon, Certificate},
		{"just in time", func() tls.Certificate { return good }, Terms{}, noon.Add(DefaultMaxAge - time.Second), ""},
		{"too late", func() tls.Certificate { return good }, Terms{}, noon.Add(DefaultMaxAge), Expired},
		{"a clock that is ahead", func() tls.Certificate { return good }, Terms{}, noon.Add(-DefaultSkew), ""},
		{"too early", func() tls.Certificate { return good }, Terms{}, noon.Add(-DefaultSkew - time.Second), Expired},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
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
	v := &Verifier{Trust: []*x509.Certificate{ca.Certificate}}
	s := signer(t, ca.Issue(t, ecdsaKey(t, elliptic.P256()), nil))
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
	s := signer(t, newAuthority(t).Issue(t, ecdsaKey(t, elliptic.P256()), nil))
	if _, err := s.Sign(message(t, sign(t, s, commentless)), noon); !errors.Is(err, ErrSecurityPresent) {
		t.Errorf("got %v", err)
	}
}
