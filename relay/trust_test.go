package relay_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/soap"
)

// ping is the smallest request that is forwarded.
func ping(to string) []byte {
	return []byte(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><r:LogicalAddress ` +
		`xmlns:r="urn:riv:itintegration:registry:1">` + to +
		`</r:LogicalAddress></s:Header><s:Body><p:Any xmlns:p="urn:riv:rivgate:test:AnyResponder:1"/></s:Body></s:Envelope>`)
}

func TestCertificateInAProxysHeader(t *testing.T) {
	w := newWorld(t)
	now := w.clock()
	der := certificateDER(t, now.Add(-time.Hour), now.Add(time.Hour), portal)
	other := certificateDER(t, now.Add(-time.Hour), now.Add(time.Hour), stranger)
	bare := base64.StdEncoding.EncodeToString(der)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	for _, c := range []struct {
		sentence, value, code string
	}{
		{"bare base64", bare, ""},
		{"PEM with blanks for line ends", strings.ReplaceAll(text, "\n", " "), ""},
		{"PEM with tabs for line ends", strings.ReplaceAll(text, "\n", "\t"), ""},
		{"PEM without line ends", strings.ReplaceAll(text, "\n", ""), ""},
		{"URL-encoded PEM", url.PathEscape(text), ""},
		{"URL-encoded PEM with plus signs as they are", strings.ReplaceAll(url.PathEscape(text), "%2B", "+"), ""},
		{"URL-encoded PEM with plus signs for blanks", url.QueryEscape(text), ""},
		{"the first of a chain", bare + "," + base64.StdEncoding.EncodeToString(other), ""},
		{"in quotes", `"` + url.PathEscape(text) + `"`, ""},
		{"the first of a chain has no permission", base64.StdEncoding.EncodeToString(other) + "," + bare, "VP007"},
		{"expired", certificate(t, now.Add(-2*time.Hour), now.Add(-time.Second), portal), "VP002"},
		{"not valid yet", certificate(t, now.Add(time.Minute), now.Add(time.Hour), portal), "VP002"},
		{"two serialNumbers", certificate(t, now.Add(-time.Hour), now.Add(time.Hour), portal, stranger), "VP002"},
		{"no serialNumber", certificate(t, now.Add(-time.Hour), now.Add(time.Hour)), "VP002"},
		{"a blank serialNumber", certificate(t, now.Add(-time.Hour), now.Add(time.Hour), " "), "VP002"},
		{"an empty serialNumber", certificate(t, now.Add(-time.Hour), now.Add(time.Hour), ""), "VP002"},
		{"a serialNumber and an empty one", certificate(t, now.Add(-time.Hour), now.Add(time.Hour), portal, ""), "VP002"},
		{"a serialNumber and a blank one", certificate(t, now.Add(-time.Hour), now.Add(time.Hour), " ", portal), "VP002"},
		{
			"a serialNumber that is longer than any HSA-id",
			certificate(t, now.Add(-time.Hour), now.Add(time.Hour), strings.Repeat("S", 5000)), "VP007",
		},
		{
			"a serialNumber that says more than an HSA-id",
			certificate(t, now.Add(-time.Hour), now.Add(time.Hour), portal+",CN="+stranger), "VP007",
		},
		{"a key is no certificate", "-----BEGIN PRIVATE KEY----- AAAA -----END PRIVATE KEY-----", "VP002"},
		{"longer than any certificate", strings.Repeat("QUFB", 10000), "VP002"},
		{"bytes that are no text", "\xff\xfe" + bare, "VP002"},
		{"half a certificate", bare[:len(bare)/2], "VP002"},
		{"PEM without its end", strings.ReplaceAll(strings.Split(text, "-----END")[0], "\n", " "), "VP002"},
		{"broken URL-encoding", "%zz" + bare, "VP002"},
		{"an HSA-id is no certificate", portal, "VP002"},
		{"blank", "  ", "VP002"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			got := w.postWith(http.Header{"X-Vp-Auth-Cert": {c.value}}, "127.0.0.1", ping("SE2010123456-X"))
			fault, refused := soap.ReadFault(got.body)
			switch {
			case c.code == "" && refused:
				t.Errorf("refused: %s %s", fault.String, fault.Detail)
			case c.code != "" && (!refused || !strings.HasPrefix(fault.String, c.code+" ")):
				t.Errorf("got %s, not %s", got.body, c.code)
			}
		})
	}
}

func TestForwardedCertificateMustChainToTheAuthority(t *testing.T) {
	w := newWorld(t)
	ca := newAuthority(t, w.clock())
	roots := x509.NewCertPool()
	roots.AddCert(ca.certificate)
	w.Trust.ClientCA = func() *x509.CertPool { return roots }
	for _, c := range []struct {
		sentence, value string
		refused         bool
	}{
		{"issued by it", base64.StdEncoding.EncodeToString(ca.issue(t, portal)), false},
		{"issued by itself", certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal), true},
		{"issued by another", base64.StdEncoding.EncodeToString(newAuthority(t, w.clock()).issue(t, portal)), true},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			got := w.postWith(http.Header{"X-Vp-Auth-Cert": {c.value}}, "127.0.0.1", ping("SE2010123456-X"))
			if _, refused := soap.ReadFault(got.body); refused != c.refused {
				t.Errorf("got %s", got.body)
			}
		})
	}
}

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	now         time.Time
}

func newAuthority(t *testing.T, now time.Time) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		Subject: pkix.Name{CommonName: "test authority"},
		IsCA:    true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key, now}
}

func (a authority) issue(t *testing.T, hsaID string) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: a.now.Add(-time.Minute), NotAfter: a.now.Add(time.Minute),
		Subject: pkix.Name{
			ExtraNames: []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: hsaID}},
		},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// Over mTLS the certificate of the connection counts, and what the headers say of a sender does not.
func TestCertificateOfTheConnection(t *testing.T) {
	w := newWorld(t)
	parsed := func(ids ...string) *tls.ConnectionState {
		c, err := x509.ParseCertificate(certificateDER(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), ids...))
		if err != nil {
			t.Fatal(err)
		}
		return &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c}}
	}
	claims := http.Header{
		"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"},
		"X-Vp-Auth-Cert": {certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal)},
	}
	for _, c := range []struct {
		sentence   string
		connection *tls.ConnectionState
		header     http.Header
		code       routing.Code
	}{
		{"the sender of the certificate", parsed(portal), http.Header{}, ""},
		{"another sender, whatever its headers claim", parsed(stranger), claims, routing.VP007},
		{"no certificate", &tls.ConnectionState{}, claims, routing.VP002},
		{"two serialNumbers", parsed(portal, stranger), http.Header{}, routing.VP002},
		{"a serialNumber and an empty one", parsed(portal, ""), http.Header{}, routing.VP002},
		{"an empty serialNumber", parsed(""), http.Header{}, routing.VP002},
		{"a blank serialNumber", parsed("  "), http.Header{}, routing.VP002},
		{"no serialNumber", parsed(), http.Header{}, routing.VP002},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			answer, err := w.ServeSOAP(t.Context(), &soap.Call{
				TLS: c.connection, Header: c.header, Body: bytes.NewReader(ping("SE2010123456-X")), ContentType: soap.ContentType,
				Correlation: "c",
			})
			var refused *routing.Error
			switch {
			case c.code == "" && (err != nil || answer.Status != http.StatusOK):
				t.Errorf("got %v", err)
			case c.code != "" && (!errors.As(err, &refused) || refused.Code != c.code):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestOriginalConsumerMayBeSetByAllWhereNobodyIsNamed(t *testing.T) {
	w := newWorld(t)
	header := http.Header{
		"X-Vp-Auth-Cert": {
			certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal),
		},
		"X-Rivta-Original-Serviceconsumer-Hsaid": {stranger},
	}
	for _, c := range []struct {
		sentence string
		allowed  []string
		enforce  bool
		refused  bool
	}{
		{"nobody is named", nil, true, false},
		{"the sender is named, in other case", []string{strings.ToLower(portal)}, true, false},
		{"another is named", []string{stranger}, true, true},
		{"another is named, whose first letter is a long s", []string{"ſ" + portal[1:]}, true, true},
		{"another is named, and it is only a warning", []string{stranger}, false, false},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w.Trust.OriginalConsumer.AllowedSenders, w.Trust.OriginalConsumer.Enforce = c.allowed, c.enforce
			got := w.postWith(header, "127.0.0.1", ping("SE2010123456-X"))
			if fault, refused := soap.ReadFault(got.body); refused != c.refused {
				t.Errorf("got %+v", fault)
			}
			if !c.refused && w.producer.header().Get(soap.HeaderOriginalConsumer) != stranger {
				t.Error("not passed on")
			}
		})
	}
}
