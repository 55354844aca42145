package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/parts"
)

// proxyConfig is what an nginx in front of a gateway needs. It asks callers for a certificate, forwards it, and lets no
// caller say for itself what only a gateway's own nodes may say.
const proxyConfig = `
daemon off;
pid %[1]s/nginx.pid;
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  client_max_body_size 64m;
  upstream gateway { server %[2]s; keepalive 4; }
  server {
    listen %[3]s ssl;
    ssl_certificate %[4]s;
    ssl_certificate_key %[5]s;
    ssl_client_certificate %[6]s;
    ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    location /vp {
      proxy_pass http://gateway;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host:$server_port;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $host:$server_port;
      proxy_set_header x-vp-auth-cert $ssl_client_escaped_cert;
      proxy_set_header x-vp-sender-id "";
      proxy_set_header x-vp-instance-id "";
    }
  }
}
`

// startProxy runs a real nginx with mutual TLS in front of a gateway until the test ends.
func startProxy(t *testing.T, a *authority, gateway string) (address string) {
	t.Helper()
	binary := "/usr/sbin/nginx"
	if _, err := os.Stat(binary); err != nil {
		if binary, err = exec.LookPath("nginx"); err != nil {
			t.Skip("there is no nginx here: Debian's package nginx, which `make setup` installs, is needed for this test")
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = free.Addr().String()
	free.Close()
	dir := t.TempDir()
	certificate, key := a.issue("proxy", "SE0000000001-PROXY")
	config := filepath.Join(dir, "nginx.conf")
	content := fmt.Sprintf(proxyConfig, dir, gateway, address, certificate, key, filepath.Join(a.dir, "ca.pem"))
	if os.Getuid() == 0 {
		content = "user root;" + content // the temporary folder is ours alone
	}
	replace(t, config, []byte(content))
	var said bytes.Buffer
	ctx, stop := context.WithCancel(context.Background())
	command := exec.CommandContext(ctx, binary, "-p", dir, "-c", config, "-e", "stderr")
	command.Stderr = &said
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = command.Wait() // it says that it was interrupted
		if t.Failed() {
			t.Logf("nginx: %s", said.String())
		}
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			connection.Close()
			return address
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not listen: %v %s", err, said.String())
		}
		time.Sleep(5 * time.Millisecond) // between two looks
	}
}

// viaProxy posts to an address as who shows a certificate.
func viaProxy(t *testing.T, a *authority, certificate *tls.Certificate, method, url, body string,
	header http.Header,
) (int, string) {
	t.Helper()
	roots, err := parts.ReadPool(filepath.Join(a.dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if certificate != nil {
		config.Certificates = []tls.Certificate{*certificate}
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	r.Header.Set("Content-Type", "text/xml; charset=UTF-8")
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	status, text := answerOf(t, client, r)
	return status, string(text)
}

func TestNginxInFrontAsTrustedProxy(t *testing.T) {
	a := newAuthority(t)
	c := demoConfig(t.TempDir())
	c.SOAP.TLS.ClientCA = filepath.Join(a.dir, "ca.pem") // forwarded certificates must come from it
	g := running(t, c)
	proxy := "https://" + startProxy(t, a, g.config.SOAP.Listen) + "/vp"
	system := pairOf(t, a, "SE2010123456-AVV")
	envelope := func(to, body string) string {
		return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
			`xmlns="urn:riv:itintegration:registry:1">` + to +
			`</LogicalAddress></s:Header><s:Body>` + body + `</s:Body></s:Envelope>`
	}
	complaint := envelope("SE2010123456-VC01", `<x xmlns="`+g.registry.Send().Contract+`"/>`)
	ping := envelope("SE0000000001-RIVGATE",
		`<p:PingForConfiguration xmlns:p="urn:riv:itintegration:monitoring:PingForConfigurationResponder:1">`+
			`<p:serviceContractNamespace/><p:logicalAddress/></p:PingForConfiguration>`)

	t.Run("the certificate that the proxy forwards says who calls", func(t *testing.T) {
		if status, body := viaProxy(t, a, system, http.MethodPost, proxy, ping, nil); status != http.StatusOK ||
			!strings.Contains(body, "PingForConfigurationResponse") {
			t.Errorf("status %d: %s", status, body)
		}
		if status, body := viaProxy(t, a, system, http.MethodPost, proxy, complaint,
			nil); status != http.StatusInternalServerError || !strings.Contains(body, "VP007") ||
			!strings.Contains(body, "senderId: SE2010123456-AVV") {
			t.Errorf("status %d: %s", status, body)
		}
	})
	t.Run("what a caller says of itself does not count", func(t *testing.T) {
		header := http.Header{
			"X-Vp-Auth-Cert": {"forged"}, "X-Vp-Sender-Id": {"SE0000000001-1177"}, "X-Vp-Instance-Id": {c.Instance.ID},
		}
		if _, body := viaProxy(t, a, system, http.MethodPost, proxy, complaint, header); !strings.Contains(body,
			"senderId: SE2010123456-AVV") {
			t.Error(body)
		}
	})
	t.Run("without a certificate nothing comes through", func(t *testing.T) {
		if status, body := viaProxy(t, a, nil, http.MethodPost, proxy, ping, nil); status != http.StatusBadRequest ||
			strings.Contains(body, "Envelope") {
			t.Errorf("status %d: %s", status, body)
		}
	})
	t.Run("contract files name the address of the proxy", func(t *testing.T) {
		at := proxy + g.registry.Send().Path()
		status, wsdl := viaProxy(t, a, system, http.MethodGet, at+"?wsdl", "", nil)
		if status != http.StatusOK || !strings.Contains(wsdl, `location="`+at+`"`) {
			t.Errorf("status %d: %s", status, wsdl)
		}
	})
	t.Run("a large message comes through", func(t *testing.T) {
		large := strings.Replace(complaint, `"/>`, `">`+strings.Repeat("x", 3<<20)+`</x>`, 1)
		if status, body := viaProxy(t, a, system, http.MethodPost, proxy, large,
			nil); status != http.StatusInternalServerError || !strings.Contains(body, "VP007") {
			t.Errorf("status %d: %.300s", status, body)
		}
	})
}
