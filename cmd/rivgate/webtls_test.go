package main

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
)

// TestPagesOverTLS: with web.tls the pages answer over TLS alone, tell browsers to stay there, and their certificate is
// among those that are watched. A changed certificate is shown to the next connection.
func TestPagesOverTLS(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	c := demoConfig(t.TempDir())
	c.Environment, c.TAK.Source = config.EnvironmentTest, filepath.Join(t.TempDir(), "catalogue.yaml")
	if err := os.WriteFile(c.TAK.Source, []byte("units: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Web.TLS.Certificate, c.Web.TLS.Key = a.issue("pages", "SE0000000001-RIVGATE")
	g := started(t, c)
	roots := x509.NewCertPool()
	roots.AddCert(a.certificate)
	client := func() *http.Client {
		return &http.Client{
			Timeout:   5 * time.Second,
			Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots}},
		}
	}
	ask := func(url string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer
	}
	answer := ask("https://" + g.config.Web.Listen + "/healthz")
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	if plain := ask("http://" + g.config.Web.Listen + "/healthz"); plain.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP: %d", plain.StatusCode)
	}
	watched := false
	for _, one := range g.certificates.Status() {
		watched = watched || one.Use == "web.tls.certificate" && one.Problem == ""
	}
	if !watched {
		t.Errorf("the certificates are %+v", g.certificates.Status())
	}

	pages, err := parts.PagesTLSLooking(c.Web.TLS, time.Nanosecond)
	if err != nil {
		t.Fatal(err)
	}
	before, err := pages.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	next, key := a.issue("pages-next", "SE0000000001-RIVGATE")
	for from, to := range map[string]string{next: c.Web.TLS.Certificate, key: c.Web.TLS.Key} {
		content, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(to, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	after, err := pages.GetCertificate(nil)
	if err != nil || string(after.Certificate[0]) == string(before.Certificate[0]) {
		t.Errorf("the old certificate is shown still, %v", err)
	}
	if _, err := parts.PagesTLS(config.WebTLS{Certificate: key, Key: key}); err == nil {
		t.Error("a key for a certificate is taken")
	}
}
