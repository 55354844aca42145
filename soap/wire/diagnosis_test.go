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
	"net"
	"strings"
	"testing"
	"time"
)

// issued is a server's certificate for 127.0.0.1 that issued itself.
func issued(t *testing.T, from, until time.Time, addresses ...net.IP) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "avvikelse.example"}, NotBefore: from, NotAfter: until,
		IPAddresses: addresses,
		DNSNames:    []string{"avvikelse.example"}, BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// Each way for an exchange to fail has a reason of its own, over real connections.
func TestDiagnosisOfAFailedExchange(t *testing.T) {
	now, local := time.Now(), net.IPv4(127, 0, 0, 1)
	day := 24 * time.Hour
	secure := func(own tls.Certificate, auth tls.ClientAuthType) func(int, net.Conn) {
		return func(_ int, connection net.Conn) {
			_ = tls.Server(connection, &tls.Config{Certificates: []tls.Certificate{own}, ClientAuth: auth}).Handshake()
			_, _ = io.Copy(io.Discard, connection)
		}
	}
	good := issued(t, now.Add(-day), now.Add(day), local)
	expired := issued(t, now.Add(-9*day), now.Add(-2*day), local)
	early := issued(t, now.Add(2*day), now.Add(9*day), local)
	named := issued(t, now.Add(-day), now.Add(day))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	silent := func(_ int, connection net.Conn) { _, _ = io.Copy(io.Discard, connection) }
	for _, c := range []struct {
		code  string
		https bool
		serve func(int, net.Conn)
		trust *tls.Certificate
		value string // that must be in it
	}{
		{"tls-expired", true, secure(expired, 0), &expired, expired.Leaf.NotAfter.UTC().Format(time.DateOnly)},
		{"tls-early", true, secure(early, 0), &early, early.Leaf.NotBefore.UTC().Format(time.DateOnly)},
		{"tls-authority", true, secure(good, 0), nil, "CN=avvikelse.example"},
		{"tls-name", true, secure(named, 0), &named, "avvikelse.example"},
		{"tls-refused", true, secure(good, tls.RequireAnyClientCert), &good, "certificate"},
		{
			"tls-none", true, func(_ int, c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }, nil,
			"127.0.0.1",
		},
		{"tls-timeout", true, silent, nil, "300ms"},
		{"timeout-wait", false, silent, nil, "700ms"},
		{"timeout-read", false, func(_ int, c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<")
			_, _ = io.Copy(io.Discard, c)
		}, nil, "700ms"},
		{"closed-wait", false, func(_ int, c net.Conn) { readHead(c); _, _ = io.ReadFull(c, make([]byte, 1)) }, nil, ""},
		{"reset-wait", false, func(_ int, c net.Conn) { readHead(c); _ = c.(*net.TCPConn).SetLinger(0) }, nil, ""},
		{"closed-read", false, func(_ int, c net.Conn) {
			readHead(c)
			_, _ = io.ReadFull(c, make([]byte, 1))
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<")
		}, nil, ""},
		{"no-http", false, func(_ int, c net.Conn) {
			readHead(c)
			_, _ = io.ReadFull(c, make([]byte, 1))
			_, _ = io.WriteString(c, "220 mail\r\n\r\n")
		}, nil, ""},
		{"connect-refused", false, nil, nil, nobody},
		{"name-unknown", false, nil, nil, "nowhere.invalid"},
	} {
		t.Run(c.code, func(t *testing.T) {
			client := quick(t)
			client.ConnectTimeout, client.Timeout = 300*time.Millisecond, 700*time.Millisecond
			roots := x509.NewCertPool()
			if c.trust != nil {
				roots.AddCert(c.trust.Leaf)
			}
			client.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: roots} }
			url := "http://" + nobody
			switch {
			case c.code == "name-unknown":
				url = "http://nowhere.invalid/"
			case c.serve != nil:
				url = newProducer(t, c.serve).URL
			}
			if c.https {
				url = strings.Replace(url, "http:", "https:", 1)
			}
			_, err := client.Do(t.Context(), &Outgoing{URL: url, Body: []byte("x")})
			got := sendError(t, err).Diagnosis()
			if c.code == "name-unknown" && strings.HasPrefix(got.Code, "name-") {
				return // what a name server says of it is the machine's
			}
			found := c.value == ""
			for _, value := range got.Values {
				found = found || strings.Contains(value, c.value)
			}
			if got.Code != c.code || !found {
				t.Errorf("%+v of %v", got, sendError(t, err).Cause)
			}
		})
	}
}
