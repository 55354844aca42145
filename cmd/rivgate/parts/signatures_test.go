package parts

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/cmd/rivgate/config"
	"rivgate/routing"
	"rivgate/soap/guard"
	"rivgate/soap/signature"
	"rivgate/soap/signature/signaturetest"
)

// keyFiles are the files of one authority and of a pair of it.
func keyFiles(t *testing.T, folder string, ca *signaturetest.Authority) config.Signature {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	pair := ca.Issue(t, key, nil)
	c := config.Signature{
		Certificate: filepath.Join(folder, "certificate.pem"), Key: filepath.Join(folder, "key.pem"),
		Trust: filepath.Join(folder, "trust.pem"), MaxAge: 5 * time.Minute,
	}
	for file, block := range map[string]*pem.Block{
		c.Certificate: {Type: "CERTIFICATE", Bytes: pair.Certificate[0]}, c.Key: {Type: "PRIVATE KEY", Bytes: der},
		c.Trust: {Type: "CERTIFICATE", Bytes: ca.Certificate.Raw},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// What the configured files say is signed with and believed.
func TestSignaturesAreMadeAndBelievedByTheFiles(t *testing.T) {
	c := keyFiles(t, t.TempDir(), signaturetest.NewAuthority(t, time.Now()))
	s, err := newSignatures(c)
	if err != nil {
		t.Fatal(err)
	}
	envelope := []byte(signaturetest.Envelope)
	m := parsed(t, envelope)
	head, err := s.Signer().Sign(m, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	signed := parsed(t, append(head, envelope[len(m.Head):]...))
	if _, err := s.Verifier().Verify(signed, signature.Terms{}, time.Now()); err != nil {
		t.Error(err)
	}
	if again, err := s.Signer().Sign(m, time.Now()); err != nil || string(again) == string(head) {
		t.Errorf("two messages have the same ids: %v", err)
	}
	other, err := newSignatures(keyFiles(t, t.TempDir(), signaturetest.NewAuthority(t, time.Now())))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Verifier().Verify(signed, signature.Terms{}, time.Now()); err == nil {
		t.Error("whoever trusts another authority believes it")
	}
}

func parsed(t *testing.T, envelope []byte) signature.Message {
	t.Helper()
	g := guard.New(guard.Limits{})
	if _, err := g.Feed(envelope, true); err != nil {
		t.Fatal(err)
	}
	return signature.Bytes(envelope, g.BodyStart)
}

func TestSignatureFilesThatCannotBeUsed(t *testing.T) {
	good := keyFiles(t, t.TempDir(), signaturetest.NewAuthority(t, time.Now()))
	for name, change := range map[string]func(*config.Signature){
		"a key of another certificate": func(c *config.Signature) {
			c.Key = keyFiles(t, t.TempDir(), signaturetest.NewAuthority(t, time.Now())).Key
		},
		"trust without a certificate": func(c *config.Signature) { c.Trust = c.Key },
		"a pin that is none":          func(c *config.Signature) { c.Pins = map[string][]string{"SE1": {"abc"}} },
	} {
		c := good
		change(&c)
		if _, err := newSignatures(c); err == nil || !strings.Contains(err.Error(), "signature.") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := newSignatures(config.Signature{}); err != nil || s.Verifier != nil || s.Signer != nil {
		t.Errorf("nothing is configured: %+v, %v", s, err)
	}
}

func TestRoutesWithoutKeyOrTrustAreSaid(t *testing.T) {
	core, logs := observer.New(zap.ErrorLevel)
	AdviseSignatures(routing.Catalogue{Routes: []routing.Row{
		{Signature: routing.SignatureBoth}, {Signature: routing.SignatureSign}, {},
	}}, config.Signature{}, zap.New(core))
	if logs.Len() != 2 {
		t.Errorf("said: %v", logs.All())
	}
	AdviseSignatures(routing.Catalogue{Routes: []routing.Row{{}}}, config.Signature{}, zap.New(core))
	if logs.Len() != 2 {
		t.Errorf("said without need: %v", logs.All())
	}
}
