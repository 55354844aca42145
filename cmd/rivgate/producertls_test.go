package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// strictProducer takes callers of one authority alone, and says who called.
func strictProducer(t *testing.T, a *authority, most uint16) *httptest.Server {
	t.Helper()
	certificate, key := a.issue("producer", "SE2010123456-AVV")
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		t.Fatal(err)
	}
	callers := x509.NewCertPool()
	callers.AddCert(a.certificate)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.SerialNumber)
	}))
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: callers,
		MaxVersion: most,
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func portOf(t *testing.T, address string) int {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A producer that wants another certificate, or has one of another authority, gets what its entry says; all others what
// is for all.
func TestProducersWithTLSOfTheirOwn(t *testing.T) {
	common, special, third := newAuthority(t), newAuthority(t), newAuthority(t)
	usual, own, old := strictProducer(t, common, 0), strictProducer(t, special, 0),
		strictProducer(t, common, tls.VersionTLS12)
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	take := func(a *authority, id string) {
		certificate, key := a.issue(id, id)
		for to, from := range map[string]string{
			"own.pem": certificate, "own.key": key, "own-ca.pem": filepath.Join(a.dir, "ca.pem"),
		} {
			content, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			replace(t, file(to), content)
		}
	}
	take(special, "SE2010123456-OWN1")
	c := config.Producer{TLS: config.ClientTLS{CA: filepath.Join(common.dir, "ca.pem")}, TLSFor: []config.ProducerTLS{
		{Host: "LOCALHOST", MinVersion: "1.3"},
		{
			Host: "127.0.0.1", Port: portOf(t, own.URL), Certificate: file("own.pem"), Key: file("own.key"),
			CA: file("own-ca.pem"),
		},
		{Host: "127.0.0.1", Port: portOf(t, old.URL), MinVersion: "1.3"},
	}}
	c.TLS.Certificate, c.TLS.Key = common.issue("gateway", "SE0000000001-RIVGATE")
	config, err := parts.ProducersTLSLooking(c, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	client := &soap.Client{Client: wire.Client{TLS: config}}
	call := func(to string) (string, error) {
		defer client.CloseIdle()
		reply, err := client.Do(t.Context(), &soap.Outgoing{URL: to, Body: []byte("x")})
		if err != nil {
			return "", err
		}
		return string(reply.Body), nil
	}
	for to, want := range map[string]string{usual.URL: "SE0000000001-RIVGATE", own.URL: "SE2010123456-OWN1"} {
		if who, err := call(to); err != nil || who != want {
			t.Errorf("%s was called by %q, %v", to, who, err)
		}
	}
	var failed *soap.SendError
	if _, err := call(old.URL); !errors.As(err, &failed) || failed.Kind != soap.SendTLS {
		t.Errorf("TLS 1.2 where 1.3 is the least: %v", err)
	}
	if least := config("localhost:1").MinVersion; least != tls.VersionTLS13 {
		t.Errorf("a host without regard to port and case: %x", least)
	}
	take(special, "SE2010123456-OWN2")
	until(t, "the new certificate is shown", func() bool {
		who, _ := call(own.URL)
		return who == "SE2010123456-OWN2"
	})
	take(third, "SE2010123456-OWN3")
	until(t, "the former authority is no longer believed", func() bool {
		_, err := call(own.URL)
		return errors.As(err, &failed) && failed.Kind == soap.SendTLS
	})
	if who, err := call(usual.URL); err != nil || who != "SE0000000001-RIVGATE" {
		t.Errorf("the others: %q, %v", who, err)
	}
}
