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
	"fmt"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zaptest/observer"

	"rivgate/recording"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/soap/signature"
)

// newWorldOf is the gateway of a world of recordings: with a catalogue and an HSA tree of its own where the world has
// them.
func newWorldOf(t *testing.T, recorded *recording.World) *world {
	t.Helper()
	w := newWorld(t)
	if file := recorded.Common("catalogue.yaml"); file != nil {
		w.catalogue = w.read(file)
		if tree := recorded.Common("hsa.xml"); tree != nil {
			var err error
			if w.catalogue.Tree, err = tak.ReadHSATree(bytes.NewReader(tree)); err != nil {
				t.Fatal(err)
			}
		}
		w.setTable(
			w.buildBy(w.catalogue, func(r *routing.Rules) { r.ExceptedContracts = []string{"urn:riv:rivgate:test:inverted:"} }),
		)
	}
	if trust := recorded.Common("trust.pem"); trust != nil {
		w.Signatures = trusting(t, trust)
	}
	roots := x509.NewCertPool()
	roots.AddCert(w.producer.secure.Certificate())
	w.Sender.Client.TLS = func(string) *tls.Config { return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12} }
	return w
}

// trusting believes signatures of an authority. Recordings that are signed are of one moment, so a Timestamp may be
// old.
func trusting(t *testing.T, trust []byte) relay.Signatures {
	t.Helper()
	block, _ := pem.Decode(trust)
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	v := &signature.Verifier{Trust: []*x509.Certificate{authority}, MaxAge: 24 * time.Hour}
	return relay.Signatures{Verifier: func() *signature.Verifier { return v }}
}

// appendID adds an HSA-id to a certificate's subject; "" adds none.
func appendID(ids []string, id string) []string {
	switch id {
	case "":
		return ids
	case "(blank)":
		id = " "
	}
	return append(ids, id)
}

// pairFor is a caller's certificate with its key, valid around now.
func pairFor(t *testing.T, now time.Time, ids ...string) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	subject := pkix.Name{CommonName: "test"}
	for _, id := range ids {
		subject.ExtraNames = append(subject.ExtraNames, pkix.AttributeTypeAndValue{
			Type: asn1.ObjectIdentifier{2, 5, 4, 5}, Value: id,
		})
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), Subject: subject,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// forwardedAs is a certificate in one of the forms in which proxies forward it.
func forwardedAs(t *testing.T, form string, der []byte) string {
	t.Helper()
	bare := base64.StdEncoding.EncodeToString(der)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	switch form {
	case "", "base64":
		return bare
	case "PEM with blanks":
		return strings.ReplaceAll(text, "\n", " ")
	case "PEM with tabs":
		return strings.ReplaceAll(text, "\n", "\t")
	case "PEM in one line":
		return strings.ReplaceAll(text, "\n", "")
	case "URL-encoded PEM":
		return url.PathEscape(text)
	case "quoted":
		return `"` + url.PathEscape(text) + `"`
	case "chain":
		return bare + "," + base64.StdEncoding.EncodeToString(certificateDER(t, time.Unix(0, 0), time.Unix(1, 0), stranger))
	case "cut off":
		return bare[:len(bare)/2]
	}
	t.Fatalf("unknown form %q of a certificate", form)
	return ""
}

// post sends the request as the scene says: over mutual TLS, or plainly from an address.
func (s scene) post(t *testing.T, w *world, request []byte) answer {
	t.Helper()
	if s.secure == nil {
		return w.postWith(s.header, s.from, request)
	}
	server := httptest.NewUnstartedServer(w.soap)
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	w.secure = server.URL
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	client := &http.Client{
		Transport: &http.Transport{
			TLSClientConfig: &tls.Config{
				RootCAs: roots, Certificates: []tls.Certificate{*s.secure}, MinVersion: tls.VersionTLS12,
			},
		},
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/vp", bytes.NewReader(request))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = s.header.Clone()
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", soap.ContentType)
	}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	client.CloseIdleConnections()
	return answer{got.StatusCode, got.Header, body}
}

// watch notes where producer and log stand; what it returns records what came after, as far as the scene shows it.
func (s scene) watch(w *world) func(t *testing.T, e *recording.Exchange, got answer) {
	calls := w.producer.calls()
	return func(t *testing.T, e *recording.Exchange, got answer) {
		t.Helper()
		for part, text := range map[string]func() string{
			recording.Sent:            func() string { return w.sent(calls) },
			recording.ResponseHeaders: func() string { return headerLines(got.header) },
			recording.Log:             func() string { return w.logged(e.ID) },
		} {
			if slices.Contains(s.show, part) {
				compare(t, e, part, w.lasting([]byte(text())))
			} else if e.Part(part) != nil {
				t.Errorf("%s is there, but Test-Show does not name it", part)
			}
		}
		for _, part := range s.show {
			if !slices.Contains([]string{recording.Sent, recording.ResponseHeaders, recording.Log}, part) {
				t.Fatalf("Test-Show: %s is not known", part)
			}
		}
	}
}

// sent is what the producer has got since it had been called so often.
func (w *world) sent(before int) string {
	w.producer.mu.Lock()
	defer w.producer.mu.Unlock()
	text := fmt.Sprintf("requests to the producer: %d\n", len(w.producer.headers)-before)
	for i := before; i < len(w.producer.headers); i++ {
		text += "\n" + headerLines(w.producer.headers[i]) + "\n" + string(w.producer.bodies[i]) + "\n"
	}
	return text
}

// headerLines are headers in the order of their names, but for those that change with each run.
func headerLines(h http.Header) (text string) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			switch name {
			case "Date", "User-Agent", "Content-Length":
				continue
			case "X-Skltp-Prt":
				value = "(milliseconds)"
			}
			text += strings.ToLower(name) + ": " + value + "\n"
		}
	}
	return text
}

// logged are the records of one call: level, message, and the fields in the order of their names.
func (w *world) logged(correlation string) (text string) {
	for _, entry := range w.logs.Filter(func(e observer.LoggedEntry) bool {
		return e.ContextMap()["trace.id"] == correlation
	}).All() {
		fields := entry.ContextMap()
		text += entry.Level.String() + ": " + entry.Message + "\n"
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			value := fields[name]
			switch name {
			case "event.duration":
				value = "(nanoseconds)"
			case "destination.port":
				value = "(port)"
			case "destination.address":
				host, _, _ := strings.Cut(fmt.Sprint(value), ":")
				value = host + ":(port)"
			}
			text += fmt.Sprintf("  %s: %v\n", name, value)
		}
	}
	return text
}
