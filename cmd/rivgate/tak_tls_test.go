package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/routing/tak"
)

// takAnswer is an answer of a TAK to both of its questions at once, which no reader minds.
const takAnswer = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><v:%Response xmlns:v="urn:skl:tp:vagvalsinfo:v2">
<v:virtualiseringsInfo><v:receiverId>*</v:receiverId><v:tjansteKontrakt>urn:a</v:tjansteKontrakt><v:adress>https://a.example/</v:adress></v:virtualiseringsInfo>
<v:anropsBehorighetsInfo><v:receiverId>*</v:receiverId><v:senderId>A</v:senderId><v:tjansteKontrakt>urn:a</v:tjansteKontrakt></v:anropsBehorighetsInfo>
</v:%Response></s:Body></s:Envelope>`

// A TAK is asked with the certificate, and believed by the authority, that stand in the files by now, not by those of
// the start.
func TestATAKIsAskedWithTheFilesOfToday(t *testing.T) {
	first, second := newAuthority(t), newAuthority(t)
	var present atomic.Pointer[tls.Config] // of the TAK
	presents := func(a *authority) {
		pool := x509.NewCertPool()
		pool.AddCert(a.certificate)
		present.Store(&tls.Config{
			Certificates: []tls.Certificate{*pairOf(t, a, "tak")}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
			MinVersion: tls.VersionTLS12,
		})
	}
	presents(first)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var question strings.Builder
		_ = r.Write(&question)
		operation := "hamtaAllaVirtualiseringar"
		if !strings.Contains(question.String(), operation) {
			operation = "hamtaAllaAnropsBehorigheter"
		}
		_, _ = w.Write([]byte(strings.ReplaceAll(takAnswer, "%", operation)))
	}))
	server.TLS = &tls.Config{
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return present.Load(), nil },
	}
	server.Config.ErrorLog = nil
	server.StartTLS()
	defer server.Close()

	dir := t.TempDir()
	files := config.ClientTLS{
		Certificate: filepath.Join(dir, "client.pem"), Key: filepath.Join(dir, "client.key"),
		CA: filepath.Join(dir, "ca.pem"),
	}
	take := func(believed, shown *authority) {
		certificate, key := shown.issue("gateway", "SE0000000001-RIVGATE")
		for to, from := range map[string]string{
			files.Certificate: certificate, files.Key: key, files.CA: filepath.Join(believed.dir, "ca.pem"),
		} {
			content, err := os.ReadFile(from)
			if err != nil {
				t.Fatal(err)
			}
			replace(t, to, content)
		}
	}
	take(first, first)
	config, err := parts.ClientTLS("producer.tls", files, tls.VersionTLS12, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	source := tak.TAK{URL: server.URL, TLS: config}
	if _, err := source.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	presents(second)
	if _, err := source.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate is not trusted") {
		t.Errorf("a TAK with a certificate of another authority: %v", err)
	}
	take(second, first)
	until(t, "the TAK refuses the old certificate", func() bool {
		_, err := source.Read(t.Context())
		return err != nil && !strings.Contains(err.Error(), "is not trusted")
	})
	take(second, second)
	until(t, "the TAK answers the new certificate", func() bool {
		_, err := source.Read(t.Context())
		return err == nil
	})
	wired := demoConfig(dir)
	wired.Producer.TLS = files
	registry, err := parts.NewRegistry(wired)
	if err != nil {
		t.Fatal(err)
	}
	made, err := parts.NewSource(wired, registry, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := made.Read(t.Context()); err != nil {
		t.Errorf("as configured: %v", err)
	}
}
