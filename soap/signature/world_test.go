package signature

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	dsig "github.com/russellhaering/goxmldsig"

	"rivgate/soap/guard"
	"rivgate/soap/signature/signaturetest"
)

// noon is when all of this happens.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func rsaKey(t testing.TB, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ecdsaKey(t testing.TB, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func signer(t testing.TB, pair tls.Certificate) *Signer {
	t.Helper()
	s, err := NewSigner(pair)
	if err != nil {
		t.Fatal(err)
	}
	s.NewID = func() string { return "0001" }
	return s
}

// writePair writes a pair as PEM files.
func writePair(t testing.TB, folder string, pair tls.Certificate) (certificate, key string) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate, key = filepath.Join(folder, "certificate.pem"), filepath.Join(folder, "key.pem")
	write(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]}))
	write(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return certificate, key
}

func write(t testing.TB, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// commentless is what may be signed and verified.
var commentless = signaturetest.Envelope

const plainEnvelope = signaturetest.Commented

func newAuthority(t testing.TB) *signaturetest.Authority { return signaturetest.NewAuthority(t, noon) }

// message is a text that has passed the guard; the test fails where it does not.
func message(t testing.TB, text string) Message {
	t.Helper()
	m, err := guarded(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return m
}

func guarded(text string) (Message, error) {
	g := guard.New(guard.Limits{})
	_, err := g.Feed([]byte(text), true)
	return Bytes([]byte(text), g.BodyStart), err
}

// sign is a text with its signature.
func sign(t testing.TB, s *Signer, text string) string {
	t.Helper()
	m := message(t, text)
	head, err := s.Sign(m, noon)
	if err != nil {
		t.Fatal(err)
	}
	from, err := m.whole(head)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(signed)
}

func code(err error) Code {
	var refused *Refusal
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

func fingerprint(pair tls.Certificate) [32]byte { return sha256.Sum256(pair.Certificate[0]) }

// unchecked is a signer with whatever pair.
func unchecked(t testing.TB, p tls.Certificate) *Signer {
	t.Helper()
	s := &Signer{
		key: p.PrivateKey.(crypto.Signer), certificate: base64.StdEncoding.EncodeToString(p.Certificate[0]),
		NewID: func() string { return "0001" }, method: dsig.ECDSASHA256SignatureMethod,
	}
	if _, isRSA := p.PrivateKey.(*rsa.PrivateKey); isRSA {
		s.method = dsig.RSASHA256SignatureMethod
	}
	return s
}
