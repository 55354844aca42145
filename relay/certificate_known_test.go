package relay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"math/big"
	"net/http"
	"testing"
	"time"
)

// signed makes a certificate with an HSA-id, signed by parent with its key, or by itself where parent is nil.
func signed(t testing.TB, parent *x509.Certificate, by *ecdsa.PrivateKey,
	until time.Time,
) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: until,
		Subject: pkix.Name{
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: "SE2010123456-AVV"}},
		},
		BasicConstraintsValid: true, IsCA: parent == nil, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if parent == nil {
		template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageCertSign, nil
		parent, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

func pool(c *x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(c)
	return p
}

// A certificate that is remembered is judged anew for each call: by the clock, by its authority's own validity, and
// by authorities that have changed.
func TestRememberedCertificateIsJudgedAnew(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 5, n, 12, 0, 0, 0, time.UTC) }
	ca, key := signed(t, nil, nil, day(20))
	leaf, _ := signed(t, ca, key, day(25))
	brief, _ := signed(t, ca, key, day(10))
	other, _ := signed(t, nil, nil, day(30))
	roots := pool(ca)
	trust := Trust{ClientCA: func() *x509.CertPool { return roots }}
	var known certificates
	for _, step := range []struct {
		sentence    string
		certificate *x509.Certificate
		at          time.Time
		roots       *x509.CertPool
		sound       bool
	}{
		{"seen first", leaf, day(5), pool(ca), true},
		{"seen again", leaf, day(6), nil, true},
		{"another one", brief, day(6), nil, true},
		{"that one has expired since", brief, day(11), nil, false},
		{"before it is valid", leaf, day(5).AddDate(-1, 0, 0), nil, false},
		{"its authority is no longer trusted", leaf, day(6), pool(other), false},
		{"its authority is trusted again", leaf, day(6), pool(ca), true},
		{"its authority has expired since", leaf, day(21), nil, false},
	} {
		if step.roots != nil {
			roots = step.roots
		}
		header := http.Header{"X-Vp-Auth-Cert": {base64.StdEncoding.EncodeToString(step.certificate.Raw)}}
		id, err := trust.forwarded(header, step.at, &known)
		if (err == nil) != step.sound || step.sound && id != "SE2010123456-AVV" {
			t.Errorf("%s: %q, %v", step.sentence, id, err)
		}
	}
}

func TestCertificatesThatAreRememberedAreBounded(t *testing.T) {
	c, _ := signed(t, nil, nil, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	value := base64.StdEncoding.EncodeToString(c.Raw)
	var known certificates
	for n := range maxCertificates + 10 {
		if _, ok := known.read(fmt.Sprintf("%s,%d", value, n)); !ok {
			t.Fatal("not read")
		}
	}
	if _, ok := known.read("no certificate"); ok || len(known.all) > maxCertificates || len(known.all) == 0 {
		t.Errorf("%d are remembered", len(known.all))
	}
}

// BenchmarkForwardedCertificate is what a certificate in a header costs: the first time, and when it has been seen
// before.
func BenchmarkForwardedCertificate(b *testing.B) {
	ca, key := signed(b, nil, nil, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	leaf, _ := signed(b, ca, key, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	roots := pool(ca)
	trust := Trust{ClientCA: func() *x509.CertPool { return roots }}
	header := http.Header{"X-Vp-Auth-Cert": {base64.StdEncoding.EncodeToString(leaf.Raw)}}
	now := time.Date(2026, 5, 5, 0, 0, 0, 0, time.UTC)
	for _, seen := range []bool{false, true} {
		b.Run(fmt.Sprintf("seen=%t", seen), func(b *testing.B) {
			known := &certificates{}
			for b.Loop() {
				if !seen {
					known = &certificates{}
				}
				if _, err := trust.forwarded(header, now, known); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
