package signaturetest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Authority signs certificates.
type Authority struct {
	now         time.Time
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority is one whose certificates count around now.
func NewAuthority(t testing.TB, now time.Time) *Authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: now.AddDate(-1, 0, 0),
		NotAfter: now.AddDate(9, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &Authority{now, certificate, key}
}

// Issue makes a pair for a key; change changes the certificate before it is signed.
func (a *Authority) Issue(t testing.TB, key crypto.Signer, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: a.now.AddDate(0, -1, 0), NotAfter: a.now.AddDate(5, 0, 0),
		Subject: pkix.Name{
			CommonName: "signer",
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "SE0000000001-1177"}},
		},
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// Commented is a message as stacks write it, with declarations where they are not used.
const Commented = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:unused" ` +
	`xmlns:r="urn:riv:itintegration:registry:1">
  <soapenv:Header><r:LogicalAddress>SE2010123456-VC01</r:LogicalAddress>` +
	`<x:other xmlns:x="urn:x" id="a">1</x:other></soapenv:Header>
  <soapenv:Body>
    <m:Ask xmlns:m="urn:riv:rivgate:test:AnyResponder:1" b="2" a="1">` +
	`ett &lt; två<!-- a word --><m:b/><![CDATA[ & tre]]></m:Ask>
  </soapenv:Body>
</soapenv:Envelope>`

// Envelope is the same without a comment, which no signature holds.
var Envelope = strings.ReplaceAll(Commented, "<!-- a word -->", "")
