package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
)

// authority issues certificates for a test.
type authority struct {
	t           *testing.T
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.certificate, a.key = a.make(&x509.Certificate{
		Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	})
	a.write("ca.pem", "CERTIFICATE", a.certificate.Raw)
	return a
}

// make signs a template with the authority, or with its own key while there is no authority.
func (a *authority) make(template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := a.certificate, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		a.t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return made, key
}

func (a *authority) write(name, kind string, der []byte) string {
	a.t.Helper()
	file := filepath.Join(a.dir, name)
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return file
}

// issue writes a certificate and its key under a name, for a server and a client alike.
func (a *authority) issue(name, hsaID string) (certificate, key string) {
	a.t.Helper()
	made, private := a.make(&x509.Certificate{
		Subject:     pkix.Name{CommonName: name, SerialNumber: hsaID},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	})
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.write(name+".pem", "CERTIFICATE", made.Raw), a.write(name+".key", "PRIVATE KEY", der)
}

// running is started, with its catalogue in use.
func running(t *testing.T, c config.Config) *gateway {
	t.Helper()
	g := started(t, c)
	if err := g.awaitCatalogue(t.Context()); err != nil {
		t.Fatal(err)
	}
	return g
}

// started opens and runs a gateway in this process and stops it with the test.
func started(t *testing.T, c config.Config) *gateway {
	t.Helper()
	g, err := openGateway(t.Context(), c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- g.run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		g.close()
	})
	return g
}

func TestMutualTLSTellsWhoCalls(t *testing.T) {
	a := newAuthority(t)
	c := demoConfig(t.TempDir())
	c.SOAP.TLS = config.ListenTLS{Listen: "127.0.0.1:0", ClientCA: filepath.Join(a.dir, "ca.pem")}
	c.SOAP.TLS.Certificate, c.SOAP.TLS.Key = a.issue("gateway", "SE0000000001-RIVGATE")
	g := running(t, c)
	soonSeeded(t, g)

	roots, err := parts.ReadPool(c.SOAP.TLS.ClientCA)
	if err != nil {
		t.Fatal(err)
	}
	post := func(certificates ...tls.Certificate) (string, error) {
		client := &http.Client{
			Transport: &http.Transport{
				TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates, MinVersion: tls.VersionTLS12},
			},
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+g.config.SOAP.TLS.Listen+"/vp",
			strings.NewReader(
				`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress `+
					`xmlns="urn:riv:itintegration:registry:1">`+
					`SE2010123456-VC01</LogicalAddress></s:Header><s:Body><x xmlns="`+g.registry.Send().Contract+
					`"/></s:Body></s:Envelope>`))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client.Do(r)
		if err != nil {
			return "", err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		return string(body), err
	}
	certificate, key := a.issue("caller", "SE2010123456-AVV")
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := post(pair); err != nil || !strings.Contains(body, "VP007") ||
		!strings.Contains(body, "SE2010123456-AVV") {
		t.Errorf("a caller with a certificate: %v %s", err, body)
	}
	if body, err := post(); err == nil {
		t.Errorf("a caller without one was answered: %s", body)
	}
	stranger := newAuthority(t)
	certificate, key = stranger.issue("stranger", "SE0000000001-1177")
	if pair, err = tls.LoadX509KeyPair(certificate, key); err != nil {
		t.Fatal(err)
	}
	if body, err := post(pair); err == nil {
		t.Errorf("a caller of another authority was answered: %s", body)
	}
}

// soonSeeded waits until the demo's cases are there: the simulators are believed although client_ca is set.
func soonSeeded(t *testing.T, g *gateway) {
	t.Helper()
	// the last of them
	soon(t, "http://"+g.config.Web.Listen+"/api/cases?unit=SE2010123456-VC01&state=closed", http.StatusOK, "Tora Test")
}
