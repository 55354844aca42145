package probe_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/contracts/platform"
	"rivgate/relay/outgoing"
	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/routing/reach"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// issuer makes certificates for one test.
type issuer struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIssuer(t *testing.T, name string) *issuer {
	t.Helper()
	i := &issuer{t: t}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: time.Now().Add(1000 * time.Hour),
		IsCA:     true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	made := i.sign(template)
	i.cert = made.Leaf
	return i
}

// sign makes a certificate, of its own authority or, before there is one, of itself.
func (i *issuer) sign(template *x509.Certificate) tls.Certificate {
	i.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	parent, by := i.cert, i.key
	if parent == nil {
		parent, by, i.key = template, key, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		i.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		i.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (i *issuer) leaf(name string, until time.Time) tls.Certificate {
	return i.sign(&x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		KeyUsage:    x509.KeyUsageDigitalSignature,
	})
}

func (i *issuer) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(i.cert)
	return p
}

// answering is what a tested system says.
func answering(status int, body func(t *testing.T) string) func(*testing.T) http.Handler {
	return func(t *testing.T) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Type", soap.ContentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body(t))
		})
	}
}

func pong(t *testing.T) string {
	body, err := platform.Ping("7.1", time.Now(), nil)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

// outcomeOf is the steps of a test as "name ok" or "name failed".
func outcomeOf(steps []probe.Step) string {
	words := make([]string, 0, len(steps))
	for _, s := range steps {
		words = append(words, s.Name+map[bool]string{true: "", false: "!"}[s.OK])
	}
	return strings.Join(words, " ")
}

func TestAConnectionIsTestedStepByStep(t *testing.T) {
	ours, theirs, stranger := newIssuer(t, "Our CA"), newIssuer(t, "Their CA"), newIssuer(t, "Another CA")
	year := time.Now().Add(400 * time.Hour * 2)
	good, mine := theirs.leaf("localhost", year), ours.leaf("gateway", year)
	serve := func(server tls.Certificate, clients *x509.CertPool) *tls.Config {
		c := &tls.Config{Certificates: []tls.Certificate{server}, MinVersion: tls.VersionTLS12}
		if clients != nil {
			c.ClientCAs, c.ClientAuth = clients, tls.RequireAndVerifyClientCert
		}
		return c
	}
	ping := answering(http.StatusOK, pong)
	for name, c := range map[string]struct {
		server  *tls.Config // nil: plain HTTP
		handler func(*testing.T) http.Handler
		client  *tls.Config
		steps   string
		says    string
	}{
		"all is well": {
			serve(good, ours.pool()), ping, &tls.Config{RootCAs: theirs.pool(), Certificates: []tls.Certificate{mine}},
			"address name tcp tls host certificate own-certificate ping", "version 7.1",
		},
		"plain HTTP": {nil, ping, nil, "address name tcp tls ping", "version 7.1"},
		"an authority that we do not believe": {
			serve(good, nil), ping, &tls.Config{RootCAs: stranger.pool()}, "address name tcp tls!",
			"comes from an unknown authority",
		},
		"another host's certificate": {
			serve(theirs.leaf("other.example", year), nil), ping, &tls.Config{RootCAs: theirs.pool()},
			"address name tcp tls host!", "the certificate is not for localhost, but for other.example",
		},
		"a certificate that has ended": {
			serve(theirs.leaf("localhost", time.Now().Add(-time.Hour)), nil), ping, &tls.Config{RootCAs: theirs.pool()},
			"address name tcp tls host certificate!", "the certificate of CN=localhost expired on",
		},
		"our own certificate has ended": {
			serve(good, nil), ping,
			&tls.Config{
				RootCAs: theirs.pool(), Certificates: []tls.Certificate{ours.leaf("gateway", time.Now().Add(-time.Hour))},
			},
			"address name tcp tls host certificate own-certificate!", "renew producer.tls.certificate",
		},
		"they want a certificate and we have none": {
			serve(good, ours.pool()), ping, &tls.Config{RootCAs: theirs.pool(), MaxVersion: tls.VersionTLS13},
			"address name tcp tls host certificate own-certificate!", "producer.tls.key",
		},
		"they do not believe our authority": {
			serve(good, stranger.pool()), ping, &tls.Config{RootCAs: theirs.pool(), Certificates: []tls.Certificate{mine}},
			"address name tcp tls host certificate own-certificate!", "trust CN=Our CA",
		},
		"a fault": {nil, answering(http.StatusInternalServerError, func(*testing.T) string {
			return string((&soap.Fault{Code: "Client", String: "unknown"}).Envelope())
		}), nil, "address name tcp tls ping", "the way is open"},
		"no SOAP": {
			nil, answering(http.StatusOK, func(*testing.T) string { return "hello" }), nil, "address name tcp tls ping!",
			"something else listens",
		},
		"a wrong path": {
			nil, answering(http.StatusNotFound, func(*testing.T) string { return "" }), nil, "address name tcp tls ping!", "404",
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(c.handler(t))
			address := "http://"
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			if c.server != nil {
				server.TLS, address = c.server, "https://"
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			_, port, err := net.SplitHostPort(server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			own := func(string) *tls.Config { return c.client }
			sender := &outgoing.Sender{Client: &soap.Client{Client: wire.Client{TLS: own}}}
			steps := run(t, sender, routing.Route{
				Via: routing.Queue, Address: address + "localhost:" + port + "/x", Profile: routing.RIVTABP21,
			})
			if got := outcomeOf(steps); got != c.steps {
				t.Errorf("steps %q, not %q: %+v", got, c.steps, steps)
			}
			last := steps[len(steps)-1]
			if text := last.Result + " " + last.Remedy; !strings.Contains(text, c.says) {
				t.Errorf("the last step does not say %q: %s", c.says, text)
			}
			if i := slices.IndexFunc(steps, func(s probe.Step) bool { return !s.OK && s.Remedy == "" }); i >= 0 {
				t.Errorf("a failed step without a remedy: %+v", steps[i])
			}
		})
	}
}

func run(t *testing.T, s *outgoing.Sender, r routing.Route) []probe.Step {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	return probe.Run(ctx, s, r, "urn:contract", "SE2010123456-VC01", time.Now())
}

func TestAConnectionTestEndsWhereTheWayEnds(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	nobody := closed.Listener.Addr().String()
	sender := &outgoing.Sender{Client: &soap.Client{}}
	for address, steps := range map[string]string{
		"rivgate:inbox":                      "address",
		"no url":                             "address!",
		"http://name.that.is.invalid/x":      "address name!",
		"http://" + nobody + "/x":            "address name tcp!",
		"https://" + nobody + "/x/y":         "address name tcp!",
		"ftp://localhost/x":                  "address!",
		"http://localhost:" + "99999" + "/x": "address name tcp!",
	} {
		r := routing.Route{Via: routing.Queue, Address: address, Profile: routing.RIVTABP20}
		if address == routing.AddressInbox {
			r.Via = routing.Inbox
		}
		if got := outcomeOf(run(t, sender, r)); got != steps {
			t.Errorf("%s: steps %q, not %q", address, got, steps)
		}
	}
}

// Where a test may not go it says the same, and nothing of what is there: listening or closed, by address or by name.
func TestAConnectionTestTellsNothingOfForbiddenAddresses(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody called") }))
	defer open.Close()
	closed := httptest.NewServer(nil)
	closed.Close()
	rule := reach.Rule{Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, Listed: true}
	forbidding := &outgoing.Sender{Client: &soap.Client{Client: wire.Client{Reach: rule}}}
	unpublished := &outgoing.Sender{
		Client: &soap.Client{}, Published: func(host string) bool { return host == "avvikelse.example" },
	}
	for host, sender := range map[string]*outgoing.Sender{
		"127.0.0.1": forbidding, "localhost": forbidding, "127.0.0.2": unpublished,
	} {
		answers := map[string]string{}
		for what, server := range map[string]*httptest.Server{"open": open, "closed": closed} {
			_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
			steps := run(t, sender, routing.Route{
				Via: routing.Queue, Address: "http://" + net.JoinHostPort(host, port) + "/x", Profile: routing.RIVTABP21,
			})
			last := steps[len(steps)-1]
			if last.OK || last.Why == nil || last.Why.Code != "connect-forbidden" ||
				!strings.Contains(last.Remedy, "producer.allowed") {
				t.Errorf("%s, %s: %+v", host, what, last)
			}
			said := outcomeOf(steps)
			for _, s := range steps {
				said += strings.ReplaceAll(s.Result+s.Remedy, port, "PORT")
			}
			answers[what] = said
			if host == "localhost" && strings.Contains(said, "127.0.0.1") {
				t.Errorf("it says where the name leads: %s", said)
			}
		}
		if answers["open"] != answers["closed"] {
			t.Errorf("%s: %s\n%s", host, answers["open"], answers["closed"])
		}
	}
}
