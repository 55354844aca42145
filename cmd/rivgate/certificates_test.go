package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/relay"
	"rivgate/web/operate"
)

// When every configured certificate ends stands in /metrics and /status, beside what calls did and how old the
// catalogue is.
func TestMetricsAndStatusOfARunningGateway(t *testing.T) {
	a, second := newAuthority(t), newAuthority(t)
	dir := t.TempDir()
	both := append(pemOf(t, a), pemOf(t, second)...)
	replace(t, filepath.Join(dir, "both.pem"), both)
	c := demoConfig(dir)
	c.SOAP.TLS = config.ListenTLS{Listen: "127.0.0.1:0", ClientCA: filepath.Join(dir, "both.pem")}
	c.SOAP.TLS.Certificate, c.SOAP.TLS.Key = a.issue("gateway", "SE0000000001-RIVGATE")
	c.Producer.TLS.Certificate, c.Producer.TLS.Key = a.issue("outward", "SE0000000001-RIVGATE")
	c.Producer.TLS.CA = filepath.Join(a.dir, "ca.pem")
	g := running(t, c)
	envelope := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
		`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X` +
		`</LogicalAddress></s:Header><s:Body><x xmlns="urn:riv:rivgate:test:NobodyKnowsResponder:1"/></s:Body></s:Envelope>`
	if _, body := viaProxy(t, a, pairOf(t, second, "SE2010123456-AVV"), http.MethodPost,
		"https://"+g.config.SOAP.TLS.Listen+"/vp", envelope, nil); !strings.Contains(body, "VP004") {
		t.Fatal(body)
	}
	site := "http://" + g.config.Web.Listen
	metrics := soon(t, site+"/metrics", http.StatusOK, "rivgate_requests_total")
	at := func(c *tls.Certificate) string {
		return regexp.QuoteMeta(fmt.Sprintf("%g", float64(c.Leaf.NotAfter.Unix())))
	}
	inward, err := tls.LoadX509KeyPair(c.SOAP.TLS.Certificate, c.SOAP.TLS.Key)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`rivgate_requests_total\{code="VP004",contract="other",outcome="fault"\} 1`,
		`rivgate_catalogue_age_seconds [0-9]`,
		`rivgate_certificate_not_after_seconds\{place="1",serial="[0-9a-f]+",subject="[^"]*gateway[^"]*",use="soap.tls.certificate"\} ` + at(&inward),
		`rivgate_certificate_not_after_seconds\{place="1",[^}]*use="producer.tls.certificate"\} `,
		`rivgate_certificate_not_after_seconds\{place="1",[^}]*use="producer.tls.ca"\} `,
		`rivgate_certificate_not_after_seconds\{place="1",[^}]*use="soap.tls.client_ca"\} `,
		`rivgate_certificate_not_after_seconds\{place="2",[^}]*use="soap.tls.client_ca"\} `,
		`rivgate_certificate_days\{place="1",[^}]*use="soap.tls.certificate"\} 0`,
		`rivgate_certificate_file_readable\{use="soap.tls.client_ca"\} 1`,
	} {
		if !regexp.MustCompile(`(?m)^` + line).MatchString(metrics) {
			t.Errorf("/metrics does not say %s", line)
		}
	}
	var status struct{ Certificates []operate.CertificateStatus }
	if err := json.Unmarshal([]byte(soon(t, site+"/status", http.StatusOK, "Certificates")), &status); err != nil {
		t.Fatal(err)
	}
	if len(status.Certificates) != 5 || status.Certificates[0].Use != "soap.tls.certificate" ||
		!status.Certificates[0].NotAfter.Equal(inward.Leaf.NotAfter) {
		t.Errorf("/status says %+v", status.Certificates)
	}
	replace(t, c.SOAP.TLS.ClientCA, []byte("half-written"))
	soon(t, site+"/metrics", http.StatusOK, `rivgate_certificate_file_readable{use="soap.tls.client_ca"} 0`)
	soon(t, site+"/status", http.StatusOK, "the file cannot be read as PEM certificates")
}

func pemOf(t *testing.T, a *authority) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(a.dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// The addresses in contract files are those that the caller used; what a caller claims to have forwarded counts from a
// trusted proxy alone.
func TestContractFilesNameTheAddressThatWasAsked(t *testing.T) {
	for _, trusted := range []bool{true, false} {
		c := demoConfig(t.TempDir())
		if !trusted {
			c.SOAP.TrustedProxies = []string{"192.0.2.0/24"}
		}
		registry, err := parts.NewRegistry(c)
		if err != nil {
			t.Fatal(err)
		}
		trust := relay.Trust{Proxies: config.Prefixes(c.SOAP.TrustedProxies)}
		g := &gateway{config: c, registry: registry, log: zap.NewNop(), relay: &relay.Relay{Trust: trust}}
		for _, one := range registry.All() {
			for _, how := range []struct {
				sentence, url string
				header        http.Header
				want          string
			}{
				{"plain", "http://gateway.example:8080", nil, "http://gateway.example:8080"},
				{"TLS", "https://gateway.example", nil, "https://gateway.example"},
				{
					"forwarded", "http://10.0.0.1:8080",
					http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"vp.example"}},
					map[bool]string{true: "https://vp.example", false: "http://10.0.0.1:8080"}[trusted],
				},
				{
					"forwarded with a port", "http://10.0.0.1:8080",
					http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"vp.example"}, "X-Forwarded-Port": {"8443"}},
					map[bool]string{true: "https://vp.example:8443", false: "http://10.0.0.1:8080"}[trusted],
				},
				{
					"forwarded with the scheme's own port", "http://10.0.0.1:8080",
					http.Header{"X-Forwarded-Proto": {"https"}, "X-Forwarded-Host": {"vp.example:8443"}, "X-Forwarded-Port": {"443"}},
					map[bool]string{true: "https://vp.example", false: "http://10.0.0.1:8080"}[trusted],
				},
				{
					"forwarded as VP has it", "http://10.0.0.1:8080",
					http.Header{
						"X-Vp-Forwarded-Proto": {"https"}, "X-Vp-Forwarded-Host": {"vp.example"}, "X-Vp-Forwarded-Port": {"20000"},
						"X-Forwarded-Proto": {"http"}, "X-Forwarded-Host": {"inner.example"}, "X-Forwarded-Port": {"80"},
					},
					map[bool]string{true: "https://vp.example:20000", false: "http://10.0.0.1:8080"}[trusted],
				},
				{"a port that is none", "http://10.0.0.1:8080", http.Header{"X-Forwarded-Port": {"70000"}}, "http://10.0.0.1:8080"},
				{
					"forwarded nonsense", "http://10.0.0.1:8080",
					http.Header{"X-Forwarded-Proto": {"gopher"}, "X-Forwarded-Host": {"a/b?c"}},
					"http://10.0.0.1:8080",
				},
			} {
				if got := describedAt(g, how.url, c.SOAP.Path+one.Path(), how.header); !strings.Contains(got,
					`location="`+how.want+c.SOAP.Path+one.Path()+`"`) {
					t.Errorf("%s, trusted %v, %s: %.200s", one.Name, trusted, how.sentence, got)
				}
			}
		}
	}
}

// describedAt asks a gateway for a contract's WSDL, from a peer on loopback.
func describedAt(g *gateway, base, path string, header http.Header) string {
	r := httptest.NewRequest(http.MethodGet, base+path+"?wsdl", nil)
	r.RemoteAddr = "127.0.0.1:4711"
	for name, values := range header {
		r.Header[name] = values
	}
	answer := httptest.NewRecorder()
	g.describe(answer, r)
	return answer.Body.String()
}
