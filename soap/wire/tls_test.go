package wire

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// shown is a certificate with a serial number in its subject, issued by itself.
func shown(t *testing.T, id string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{SerialNumber: id}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// handshakes is a producer that closes after each answer, and says who called and whether the session was resumed.
type handshakes struct {
	*httptest.Server
	resumed, full atomic.Int32
}

func newHandshakes(t *testing.T, version uint16) *handshakes {
	h := &handshakes{}
	h.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.TLS.DidResume {
			h.resumed.Add(1)
		} else {
			h.full.Add(1)
		}
		w.Header().Set("Connection", "close")
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.SerialNumber)
	}))
	h.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: version, MaxVersion: version}
	h.StartTLS()
	t.Cleanup(h.Close)
	return h
}

// config is what the producer is called with.
func (h *handshakes) config(own tls.Certificate) *tls.Config {
	roots := x509.NewCertPool()
	roots.AddCert(h.Certificate())
	return &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS12}
}

// A producer that closes after each answer costs one full handshake, not one each time; another key or other
// authorities one more.
func TestTLSSessionsAreResumed(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			h, other := newHandshakes(t, version), newHandshakes(t, version)
			c := quick(t)
			config := h.config(shown(t, "SE2010123456-AVV"))
			config.RootCAs.AddCert(other.Certificate())
			c.TLS = func(string) *tls.Config { return config }
			call := func(url, who string) {
				t.Helper()
				reply, err := c.Do(t.Context(), &Outgoing{URL: url, Body: []byte("x")})
				if err != nil || string(reply.Body) != who {
					t.Fatalf("%v, %+v", err, reply)
				}
			}
			for range 5 {
				call(h.URL, "SE2010123456-AVV")
				call(other.URL, "SE2010123456-AVV")
			}
			if h.full.Load() != 1 || h.resumed.Load() != 4 || other.full.Load() != 1 {
				t.Errorf("%d full and %d resumed, %d at the other", h.full.Load(), h.resumed.Load(), other.full.Load())
			}
			config = h.config(shown(t, "SE2010123456-DIA"))
			for range 3 {
				call(h.URL, "SE2010123456-DIA")
			}
			if h.full.Load() != 2 || h.resumed.Load() != 6 {
				t.Errorf("after another key: %d full and %d resumed", h.full.Load(), h.resumed.Load())
			}
			config = &tls.Config{RootCAs: x509.NewCertPool(), Certificates: config.Certificates}
			_, err := c.Do(t.Context(), &Outgoing{URL: h.URL, Body: []byte("x")})
			if own := sendError(t, err); own.Kind != KindTLS {
				t.Errorf("a session outlived the authorities that vouched for it: %v", own)
			}
		})
	}
}

// While the key changes under load no call fails, and none that begins after the change shows the former key.
func TestTLSKeyChangesUnderLoad(t *testing.T) {
	h := newHandshakes(t, tls.VersionTLS13)
	c := quick(t)
	var config atomic.Pointer[tls.Config]
	names := []string{"SE2010123456-AVV", "SE2010123456-DIA"}
	configs := []*tls.Config{h.config(shown(t, names[0])), h.config(shown(t, names[1]))}
	config.Store(configs[0])
	c.TLS = func(string) *tls.Config { return config.Load() }
	var changed atomic.Bool
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for n := range 40 {
				if n == 20 {
					config.Store(configs[1])
					changed.Store(true)
				}
				after := changed.Load()
				reply, err := c.Do(t.Context(), &Outgoing{URL: h.URL, Body: []byte("x")})
				if err != nil {
					t.Error(err)
					return
				}
				if who := string(reply.Body); who != names[1] && (after || who != names[0]) {
					t.Errorf("shown as %s, after the change: %v", who, after)
				}
			}
		})
	}
	callers.Wait()
	if h.resumed.Load() < 200 {
		t.Errorf("only %d sessions were resumed, %d were not", h.resumed.Load(), h.full.Load())
	}
}
