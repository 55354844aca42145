package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/soap"
)

// whoCalls answers with the serialNumber of the caller's certificate.
type whoCalls struct{}

func (whoCalls) ServeSOAP(_ context.Context, call *soap.Call) (*soap.Answer, error) {
	return &soap.Answer{Body: []byte(call.TLS.PeerCertificates[0].Subject.SerialNumber)}, nil
}

// mutual is a listener with mutual TLS whose files a test changes.
type mutual struct {
	t     *testing.T
	files config.ListenTLS
	url   string
	roots *x509.CertPool // what callers believe
}

func newMutual(t *testing.T, a *authority, more ...*authority) *mutual {
	t.Helper()
	dir := t.TempDir()
	m := &mutual{t: t, roots: x509.NewCertPool(), files: config.ListenTLS{
		Certificate: filepath.Join(dir, "gateway.pem"), Key: filepath.Join(dir, "gateway.key"),
		ClientCA: filepath.Join(dir, "ca.pem"),
	}}
	for _, one := range append(more, a) {
		m.roots.AddCert(one.certificate)
	}
	m.believe(a)
	m.show(a)
	config, err := parts.ListenTLSLooking(m.files, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m.url = "https://" + plain.Addr().String() + "/vp"
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- (&soap.Server{Handler: whoCalls{}, Log: zap.NewNop()}).Run(ctx, tls.NewListener(plain, config))
	}()
	t.Cleanup(func() {
		stop()
		<-ended
	})
	return m
}

// believe writes the file of authorities.
func (m *mutual) believe(authorities ...*authority) {
	m.t.Helper()
	var all []byte
	for _, a := range authorities {
		one, err := os.ReadFile(filepath.Join(a.dir, "ca.pem"))
		if err != nil {
			m.t.Fatal(err)
		}
		all = append(all, one...)
	}
	replace(m.t, m.files.ClientCA, all)
}

// show writes a certificate and a key of the listener's own; between the two they do not match.
func (m *mutual) show(a *authority) {
	m.t.Helper()
	certificate, key := a.issue("gateway", "SE0000000001-RIVGATE")
	for to, from := range map[string]string{m.files.Key: key, m.files.Certificate: certificate} {
		content, err := os.ReadFile(from)
		if err != nil {
			m.t.Fatal(err)
		}
		replace(m.t, to, content)
	}
}

func replace(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// call makes one call on a connection of its own, and says which authority's certificate it met.
func (m *mutual) call(certificate *tls.Certificate, change func(*tls.Config)) (said string, issuer []byte, err error) {
	config := &tls.Config{RootCAs: m.roots, MinVersion: tls.VersionTLS12}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	if change != nil {
		change(config)
	}
	client := &http.Client{
		Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true},
	}
	r, err := http.NewRequestWithContext(m.t.Context(), http.MethodPost, m.url, strings.NewReader("<x/>"))
	if err != nil {
		return "", nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return "", nil, err
	}
	defer answer.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(answer.Body)
	return body.String(), answer.TLS.PeerCertificates[0].AuthorityKeyId, err
}

func pairOf(t *testing.T, a *authority, name string) *tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(a.issue(name, name))
	if err != nil {
		t.Fatal(err)
	}
	return &pair
}

// dated is a certificate of a caller for other days than today.
func dated(t *testing.T, a *authority, from, until time.Time) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(99), NotBefore: from, NotAfter: until, Subject: pkix.Name{SerialNumber: "SE2010123456-AVV"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestHandshakeDecidesWhoGetsIn(t *testing.T) {
	a, stranger := newAuthority(t), newAuthority(t)
	m := newMutual(t, a)
	good, now := pairOf(t, a, "SE2010123456-AVV"), time.Now()
	version := func(v uint16) func(*tls.Config) { return func(c *tls.Config) { c.MinVersion, c.MaxVersion = v, v } }
	for _, c := range []struct {
		sentence string
		shown    *tls.Certificate
		change   func(*tls.Config)
		in       bool
	}{
		{"TLS 1.3", good, version(tls.VersionTLS13), true},
		{"TLS 1.2", good, version(tls.VersionTLS12), true},
		{"TLS 1.1", good, version(tls.VersionTLS11), false},
		{"TLS 1.0", good, version(tls.VersionTLS10), false},
		{"no certificate, TLS 1.3", nil, version(tls.VersionTLS13), false},
		{"no certificate, TLS 1.2", nil, version(tls.VersionTLS12), false},
		{"expired a minute ago", dated(t, a, now.Add(-time.Hour), now.Add(-time.Minute)), nil, false},
		{"valid in an hour", dated(t, a, now.Add(time.Hour), now.Add(2*time.Hour)), nil, false},
		{"another authority's", pairOf(t, stranger, "SE2010123456-AVV"), nil, false},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			said, _, err := m.call(c.shown, c.change)
			if c.in && (err != nil || said != "SE2010123456-AVV") || !c.in && err == nil {
				t.Errorf("%q, %v", said, err)
			}
		})
	}
}

// A change-over from one authority to another, with callers of both, and with files that for a moment do not fit
// together.
func TestCertificatesChangeWithoutAFailedCall(t *testing.T) {
	older, newer := newAuthority(t), newAuthority(t)
	m := newMutual(t, older, newer)
	before, after := pairOf(t, older, "older"), pairOf(t, newer, "newer")

	var callers sync.WaitGroup
	var failed atomic.Value
	var calls atomic.Int64
	keepCalling := func(certificate *tls.Certificate) (stop func()) {
		ended := make(chan struct{})
		callers.Go(func() {
			pause := time.NewTicker(5 * time.Millisecond)
			defer pause.Stop()
			for {
				select {
				case <-ended:
					return
				case <-pause.C:
				}
				calls.Add(1)
				if _, _, err := m.call(certificate, nil); err != nil {
					failed.Store(fmt.Errorf("call %d: %w", calls.Load(), err))
				}
			}
		})
		return sync.OnceFunc(func() { close(ended) })
	}
	soonTrue := func(what string, is func() bool) {
		t.Helper()
		for deadline := time.Now().Add(10 * time.Second); !is(); {
			if time.Now().After(deadline) {
				t.Fatal("waited in vain for: " + what)
			}
		}
	}
	taken := func(certificate *tls.Certificate) func() bool {
		return func() bool { _, _, err := m.call(certificate, nil); return err == nil }
	}
	stopOlder := []func(){keepCalling(before), keepCalling(before)}
	if taken(after)() {
		t.Fatal("a certificate of the newer authority is taken from the start")
	}
	m.believe(older, newer)
	soonTrue("both authorities", taken(after))
	stopNewer := keepCalling(after)
	m.show(newer)
	soonTrue("the new certificate of the gateway", func() bool {
		_, issuer, err := m.call(before, nil)
		return err == nil && bytes.Equal(issuer, newer.certificate.SubjectKeyId)
	})
	replace(t, m.files.Certificate, []byte("half-written"))
	time.Sleep(30 * time.Millisecond) // longer than between two looks: that nothing happens has no sign to wait for
	m.show(newer)
	replace(t, m.files.ClientCA, nil)
	time.Sleep(30 * time.Millisecond)
	m.believe(older, newer)
	for _, stop := range stopOlder {
		stop()
	}
	stopNewer()
	callers.Wait()
	stopNewer = keepCalling(after)
	m.believe(newer)
	soonTrue("the older authority is gone", func() bool { return !taken(before)() })
	stopNewer()
	callers.Wait()
	if err := failed.Load(); err != nil || calls.Load() < 20 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}
