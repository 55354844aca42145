package relay_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/unicode"

	"rivgate/contracts"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// What a producer sees beside the envelope, by whether it listens on http or https.
func TestHeadersToAProducer(t *testing.T) {
	var seen http.Header
	secure := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		behave(rw, r)
	}))
	t.Cleanup(secure.Close)
	w := newWorldOn(t,
		`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-TLS, address: "`+secure.URL+`/echo"}`+"\n")
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	w.Sender.Client = &soap.Client{
		Client: wire.Client{
			TLS: func(string) *tls.Config { return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12} },
		},
	}
	own := certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal)
	sent := http.Header{
		"X-Vp-Auth-Cert": {own}, "X-Vp-Sender-Id": {stranger}, "X-Vp-Instance-Id": {"other"}, "X-Vp-Anything": {"x"},
		"X-Skltp-Correlation-Id": {"corr-1"},
		"X-Forwarded-For":        {"10.0.0.1"}, "X-Forwarded-Proto": {"https"}, "X-Ssl-Client-Cert": {own},
		"Forwarded": {"for=10.0.0.1"}, "Authorization": {"Bearer x"},
		"Cookie": {"a=b"}, "Accept-Encoding": {"gzip"}, "Soapaction": {`"urn:action"`},
		"X-Rivta-Acting-On-Behalf-Of-Hsaid": {"SE2010123456-REG"},
		"X-Rivta-Routing-History":           {"SE2010123456-A#first_env"}, "X-Rivta-Something-New": {"y"}, "X-Unknown": {"z"},
	}
	const unset = "\x00"
	for _, c := range []struct{ name, http, https string }{
		{"X-Vp-Sender-Id", portal, unset},
		{"X-Vp-Instance-Id", "dev_env", unset},
		{"X-Skltp-Correlation-Id", "corr-1", unset},
		{"X-Rivta-Original-Serviceconsumer-Hsaid", portal, portal},
		{"X-Rivta-Acting-On-Behalf-Of-Hsaid", "SE2010123456-REG", "SE2010123456-REG"},
		{"X-Rivta-Routing-History", "SE2010123456-A#first_env#dev_env", "SE2010123456-A#first_env#dev_env"},
		{"X-Rivta-Something-New", "y", "y"},
		{"X-Unknown", "z", "z"},
		{"Soapaction", `"urn:action"`, `"urn:action"`},
		{"Content-Type", "text/xml;charset=UTF-8", "text/xml;charset=UTF-8"},
		{"X-Vp-Anything", unset, unset},
		{"X-Vp-Auth-Cert", unset, unset},
		{"X-Ssl-Client-Cert", unset, unset},
		{"X-Forwarded-For", unset, unset},
		{"X-Forwarded-Proto", unset, unset},
		{"Forwarded", unset, unset},
		{"Authorization", unset, unset},
		{"Cookie", unset, unset},
		{"Accept-Encoding", unset, unset},
	} {
		t.Run(c.name, func(t *testing.T) {
			check := func(to string, got func() http.Header, want string) {
				t.Helper()
				answer := w.postWith(sent, "127.0.0.1", ping(to))
				if answer.status != http.StatusOK {
					t.Fatalf("status %d: %s", answer.status, answer.body)
				}
				value := unset
				if values := got().Values(c.name); len(values) > 0 {
					value = strings.Join(values, "|")
				}
				if value != want {
					t.Errorf("to %s: %q, not %q", to, value, want)
				}
			}
			check("SE2010123456-PLAIN", w.producer.header, c.http)
			check("SE2010123456-TLS", func() http.Header { return seen }, c.https)
		})
	}
	w.Sender.Correlation = true
	w.postWith(sent, "127.0.0.1", ping("SE2010123456-TLS"))
	if seen.Get(soap.HeaderCorrelation) != "corr-1" {
		t.Error("the correlation id does not go to an https producer although it is configured")
	}
}

// What a caller sees beside the envelope.
func TestHeadersOfAnAnswer(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool {
		rw.Header().Set("SOAPAction", "x")
		rw.Header().Set("X-Skltp-Correlation-Id", "the producer's own")
		rw.Header().Set("X-Unknown", "passes")
		rw.Header().Set("Content-Type", "application/xml; charset=utf-8")
		_, _ = rw.Write(ping("answer"))
		return true
	})
	got := w.postWith(
		http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {"corr-1"}},
		"127.0.0.1", ping("SE2010123456-X"),
	)
	for name, want := range map[string]string{
		"Soapaction": "", "X-Skltp-Correlation-Id": "corr-1", "X-Unknown": "passes",
		"Content-Type": "text/xml; charset=UTF-8",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s is %q, not %q", name, value, want)
		}
	}
	if got.header.Get(soap.HeaderProducerTime) == "" {
		t.Error("the producer's time is missing")
	}
	created := w.post(portal, ping("SE2010123456-X")).header.Get(soap.HeaderCorrelation)
	if created == "" {
		t.Error("no correlation id was created")
	}
}

func TestUTF16IsForwardedAsUTF8(t *testing.T) {
	w := newWorld(t)
	text := `<?xml version="1.0" encoding="UTF-16"?>` + "\n<!-- åäö -->" + string(ping("SE2010123456-X"))
	encoded, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	capture := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		got = b.Bytes()
		_, _ = rw.Write(ping("answer"))
	}))
	t.Cleanup(capture.Close)
	w.setTable(
		newWorldOn(t,
			`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-X, address: "`+capture.URL+`/"}`+"\n").
			currentTable(),
	)
	if answer := w.post(portal, []byte(encoded)); answer.status != http.StatusOK {
		t.Fatalf("status %d: %s", answer.status, answer.body)
	}
	if want := strings.Replace(text, "UTF-16", "UTF-8", 1); string(got) != want {
		t.Errorf("the producer got %q", got)
	}
}

// padded is ping with n bytes of text in its body, and what follows them.
func padded(n int, after string) []byte {
	whole := string(ping("SE2010123456-X"))
	return []byte(strings.Replace(whole, "<p:Any xmlns:p=\"urn:riv:rivgate:test:AnyResponder:1\"/>",
		"<p:Any xmlns:p=\"urn:riv:rivgate:test:AnyResponder:1\">"+strings.Repeat("x", n)+after+"</p:Any>", 1))
}

func TestLargeMessageIsStreamedThrough(t *testing.T) {
	w := newWorld(t)
	sent := padded(3<<20, "")
	if got := w.post(portal, sent); got.status != http.StatusOK || !bytes.Equal(got.body, sent) {
		t.Errorf("status %d, %d bytes of %d", got.status, len(got.body), len(sent))
	}
}

func TestOffenceLateInALargeMessageNeverMakesItWhole(t *testing.T) {
	w := newWorld(t)
	whole := false
	capture := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, err := b.ReadFrom(r.Body)
		whole = err == nil
		_, _ = rw.Write(ping("answer"))
	}))
	w.setTable(
		newWorldOn(t,
			`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-X, address: "`+capture.URL+`/"}`+"\n").
			currentTable(),
	)
	got := w.post(portal, padded(3<<20, "<a></b>"))
	capture.Close()
	if fault, ok := soap.ReadFault(got.body); !ok || !strings.HasPrefix(fault.String, "VP015") {
		t.Errorf("status %d: %.300s", got.status, got.body)
	}
	if whole {
		t.Error("the producer got a whole request")
	}
}

func TestMessageAboveTheLimitIs413(t *testing.T) {
	w := newWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 64<<10, 64<<10
	// so the answer comes before the body is sent
	known := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "Expect": {"100-continue"}}
	for name, body := range map[string][]byte{"forwarded": padded(100<<10, ""), "durable": written(t, heavy(100<<10))} {
		for length, got := range map[string]answer{
			"its length is told":     w.postWith(known, "127.0.0.1", body),
			"its length is not told": w.direct(t, body, soap.ContentType),
		} {
			fault, ok := soap.ReadFault(got.body)
			if got.status != http.StatusRequestEntityTooLarge || !ok || !strings.HasPrefix(fault.String, "VP015") {
				t.Errorf("%s, %s: status %d: %.300s", name, length, got.status, got.body)
			}
		}
	}
	if n := w.stored(t); n != 0 {
		t.Errorf("%d messages are stored", n)
	}
}

// heavy is a complaint with a text file of n bytes.
func heavy(n int) *contracts.Message {
	m := complaint(inboxUnit, "heavy")
	m.Complaint.Attachments = []contracts.Attachment{textFile(strings.Repeat("a", n))}
	return m
}

// The sub code that no small recording can show: the real size, not the stated one.
func TestAttachmentAbove20MB(t *testing.T) {
	w := newWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	refusedAs(t, w.say(portal, heavy(contracts.MaxAttachment+1)), contracts.SubAttachmentTooLarge)
	w.accepted(portal, heavy(contracts.MaxAttachment))
	reply := returns(contracts.PartialReply, inboxUnit, "heavy", 1)
	reply.ID.Root = gateway
	reply.Update.Attachments = []contracts.Attachment{textFile(strings.Repeat("a", contracts.MaxAttachment+1))}
	refusedAs(t, w.say(gateway, reply), contracts.SubAttachmentTooLarge)
}
