package recording

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"time"
)

// Identity is a system's function certificate, made at start. It proves nothing: in the demo a trusted proxy is played,
// which would have checked it.
type Identity struct {
	HSAID       string
	Certificate *x509.Certificate
	header      string
}

// NewIdentity makes a certificate whose subject's serialNumber (OID 2.5.4.5) is the system's HSA-id, as SITHS function
// certificates have it.
func NewIdentity(hsaID string, now time.Time) (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{Country: []string{"SE"}, CommonName: "simulator.rivgate.test", SerialNumber: hsaID},
		NotBefore:    now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	return &Identity{
		HSAID: hsaID, Certificate: certificate,
		header: ForwardedForm(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
	}, nil
}

// ForwardedForm is a PEM certificate as proxies put it into a header.
func ForwardedForm(certificate []byte) string { return url.PathEscape(string(certificate)) }

// Header is what a proxy adds that saw this certificate: the header of that name.
func (i *Identity) Header(name string) http.Header {
	h := http.Header{}
	h.Set(name, i.header)
	return h
}
