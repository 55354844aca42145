package relay_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"testing"
	"time"
)

// certificate is a client certificate with these serialNumbers in its subject, as a proxy forwards it: bare base64.
func certificate(t testing.TB, from, until time.Time, hsaIDs ...string) string {
	t.Helper()
	return base64.StdEncoding.EncodeToString(certificateDER(t, from, until, hsaIDs...))
}

func certificateDER(t testing.TB, from, until time.Time, hsaIDs ...string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	subject := pkix.Name{CommonName: "test"}
	for _, id := range hsaIDs {
		subject.ExtraNames = append(subject.ExtraNames, pkix.AttributeTypeAndValue{
			Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: id,
		})
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until, Subject: subject}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
