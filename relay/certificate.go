package relay

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"

	"rivgate/routing"
)

// certificateHSAID is the HSA-id in a certificate: the one RDN with OID 2.5.4.5 (serialNumber) of the parsed subject.
func certificateHSAID(c *x509.Certificate, header string) (string, error) {
	var found []any
	for _, name := range c.Subject.Names {
		if name.Type.Equal(asn1.ObjectIdentifier{2, 5, 4, 5}) {
			found = append(found, name.Value)
		}
	}
	switch len(found) {
	case 1:
	case 0:
		return "", routing.NoSender("the certificate's subject has no serialNumber (OID 2.5.4.5)", header)
	default:
		return "", routing.NoSender("the certificate's subject has more than one serialNumber (OID 2.5.4.5)", header)
	}
	id, _ := found[0].(string)
	if strings.TrimSpace(id) == "" {
		return "", routing.NoSender("the serialNumber (OID 2.5.4.5) of the certificate's subject is blank", header)
	}
	return id, nil
}

// forwarded is the HSA-id in the certificate that a trusted proxy forwarded in its header. Dates are always checked,
// the chain where ClientCA is set.
func (t *Trust) forwarded(h http.Header, now time.Time, known *certificates) (string, error) {
	name := strings.ToLower(t.certificateHeader())
	values := h.Values(name)
	if len(values) != 1 || strings.TrimSpace(values[0]) == "" {
		what := "the header is missing or empty"
		if len(values) > 1 {
			what = "the header stands more than once"
		}
		return "", routing.NoSender(what, name)
	}
	c, ok := known.read(values[0])
	if !ok {
		return "", routing.NoSender("the certificate in the header cannot be read", name)
	}
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return "", routing.NoSender("the certificate is not valid today", name)
	}
	if roots := t.clientCA(); roots != nil {
		if err := c.verify(roots, now); err != nil {
			return "", routing.NoSender("the certificate was not issued by a trusted authority", name).Because(err)
		}
	}
	return certificateHSAID(c.Certificate, name)
}

func (t *Trust) clientCA() *x509.CertPool {
	if t.ClientCA == nil {
		return nil
	}
	return t.ClientCA()
}

// parseForwarded reads a certificate in the forms in which proxies forward it: PEM, PEM with blanks for line ends,
// URL-encoded PEM (a blank as %20 or +), bare base64, and the first of a comma chain of those.
func parseForwarded(value string) (*x509.Certificate, bool) {
	if strings.Contains(value, "%") {
		decode := url.PathUnescape // a '+' of base64 must stay
		if strings.Contains(value, "BEGIN+CERTIFICATE") {
			decode = url.QueryUnescape // here '+' is a blank, and that of base64 is %2B
		}
		decoded, err := decode(value)
		if err != nil {
			return nil, false
		}
		value = decoded
	}
	const begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
	first, _, _ := strings.Cut(value, ",")
	first = strings.Trim(strings.TrimSpace(first), `"`)
	if i := strings.Index(first, begin); i >= 0 {
		body, _, found := strings.Cut(first[i+len(begin):], end)
		if !found {
			return nil, false
		}
		first = body
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(first), ""))
	if err != nil {
		return nil, false
	}
	c, err := x509.ParseCertificate(der)
	return c, err == nil
}
