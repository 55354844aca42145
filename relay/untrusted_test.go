package relay_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"rivgate/soap"
	"rivgate/soap/wire"
)

// On the listener with mutual TLS nobody is a proxy: what claims to come from one is neither believed nor passed on.
func TestNothingOfTheUntrustedIsPassedOn(t *testing.T) {
	w := newWorld(t)
	w.Trust.CertificateHeader = "x-client-certificate"
	from := func(hsaID string) (*x509.Certificate, string) {
		der := certificateDER(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), hsaID)
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return c, base64.StdEncoding.EncodeToString(der)
	}
	own, _ := from(portal)
	_, forged := from(stranger)
	claims := []string{
		"X-Vp-Sender-Id", "X-Vp-Instance-Id", "X-Vp-Auth-Cert", "X-Vp-Auth-Dn", "X-Client-Certificate",
		"X-Forwarded-Tls-Client-Cert", "X-Ssl-Client-Cert",
		"Ssl-Client-Cert", "Client-Cert", "X-Client-Cert", "X-Arr-Clientcert", "Ssl_client_s_dn", "X_vp_sender_id",
		"X-Tls-Client-Certificate-Chain",
		"X-Forwarded-For", "X-Forwarded-Host", "Forwarded",
	}
	header := http.Header{}
	for _, name := range claims {
		header.Set(name, forged)
	}
	header.Set("X-Vp-Instance-Id", "dev_env")
	answer, err := w.ServeSOAP(t.Context(), &soap.Call{
		TLS: &tls.ConnectionState{PeerCertificates: []*x509.Certificate{own}}, Header: header,
		Body:        bytes.NewReader(ping("SE2010123456-X")),
		ContentType: soap.ContentType, Correlation: "c",
	})
	if err != nil || answer.Status != http.StatusOK {
		t.Fatal(err)
	}
	got := w.producer.header()
	if got.Get("X-Vp-Sender-Id") != portal || got.Get("X-Vp-Instance-Id") != "dev_env" {
		t.Errorf("the producer is told of %s", got.Get("X-Vp-Sender-Id"))
	}
	for _, name := range claims[2:] {
		if got.Get(name) != "" {
			t.Errorf("%s was passed on", name)
		}
	}
}

func TestRoutingHistory(t *testing.T) {
	w := newWorld(t)
	der := base64.StdEncoding.EncodeToString(
		certificateDER(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal),
	)
	for _, c := range []struct {
		sentence string
		came     []string
		goes     string // "" for a loop
	}{
		{"none", nil, portal + "#dev_env"},
		{"one platform before", []string{"SE1#first"}, "SE1#first#dev_env"},
		{"an id that only begins like ours", []string{"SE1#dev_env2"}, "SE1#dev_env2#dev_env"},
		{"our own", []string{"SE1#first#dev_env#second"}, ""},
		{"our own at the start", []string{"dev_env"}, ""},
		{"our own in a second header", []string{"SE1#first", "dev_env"}, ""},
		{"our own with blanks around it", []string{"SE1#first# dev_env #second"}, ""},
		{"blank", []string{" "}, portal + "#dev_env"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			header := http.Header{"X-Vp-Auth-Cert": {der}}
			if c.came != nil {
				header["X-Rivta-Routing-History"] = c.came
			}
			got := w.postWith(header, "127.0.0.1", ping("SE2010123456-X"))
			fault, refused := soap.ReadFault(got.body)
			if c.goes == "" {
				if !refused || !strings.HasPrefix(fault.String, "VP014") || fault.Detail != "" {
					t.Errorf("got %s", got.body)
				}
			} else if said := w.producer.header()["X-Rivta-Routing-History"]; refused || len(said) != 1 || said[0] != c.goes {
				t.Errorf("it goes on as %q", said)
			}
		})
	}
}

func TestOriginalConsumerWarning(t *testing.T) {
	w := newWorld(t)
	w.Trust.OriginalConsumer.AllowedSenders, w.Trust.OriginalConsumer.Enforce = []string{stranger}, false
	der := base64.StdEncoding.EncodeToString(
		certificateDER(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal),
	)
	header := http.Header{
		"X-Vp-Auth-Cert": {der}, "X-Rivta-Original-Serviceconsumer-Hsaid": {"SE2010123456-A", "SE2010123456-B"},
	}
	if got := w.postWith(header, "127.0.0.1", ping("SE2010123456-X")); got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	if said := w.producer.header()["X-Rivta-Original-Serviceconsumer-Hsaid"]; len(said) != 1 ||
		said[0] != "SE2010123456-A" {
		t.Errorf("the producer is told of %q", said)
	}
	if n := w.logs.FilterMessage("sender is not approved to set the original consumer").Len(); n != 1 {
		t.Errorf("%d warnings", n)
	}
}

// The first byte is the border: before it a call is tried once more, after it never.
func TestRetryOnlyBeforeAByteWasSent(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool { reset(rw); return true })
	before := w.producer.calls()
	if got := w.post(portal, ping("SE2010123456-X")); !bytes.Contains(got.body, []byte("VP009")) {
		t.Errorf("got %s", got.body)
	}
	if n := w.producer.calls() - before; n != 1 {
		t.Errorf("a call that was broken off was made %d times", n)
	}
	w.Sender.Client = &soap.Client{Client: wire.Client{RetryAfter: 300 * time.Millisecond}}
	const contract = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
	unreachable := strings.Replace(string(ping("SE2010123456-NOBODY")),
		`<p:Any xmlns:p="urn:riv:rivgate:test:AnyResponder:1"/>`,
		`<p:PingForConfiguration xmlns:p="`+contract+
			`"><p:serviceContractNamespace/><p:logicalAddress/></p:PingForConfiguration>`, 1)
	began := time.Now()
	got := w.post(portal, []byte(unreachable))
	if took := time.Since(began); !bytes.Contains(got.body, []byte("VP009")) || took < 300*time.Millisecond {
		t.Errorf("after %v: %s", took, got.body)
	}
}

// What nodes of a gateway tell each other, a producer that echoes its headers does not tell the caller.
func TestAnswerTellsNothingOfNodes(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool {
		rw.Header().Set("X-Vp-Sender-Id", portal)
		rw.Header().Set("X-Vp-Instance-Id", "dev_env")
		rw.Header().Set("X-Skltp-Prt", "999999")
		_, _ = rw.Write(ping("answer"))
		return true
	})
	got := w.post(portal, ping("SE2010123456-X"))
	if got.status != http.StatusOK || got.header.Get("X-Vp-Sender-Id")+got.header.Get("X-Vp-Instance-Id") != "" ||
		got.header.Get("X-Skltp-Prt") == "999999" {
		t.Errorf("status %d, %v", got.status, got.header)
	}
}
