package relay_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"

	"rivgate/store"
)

const (
	credential = `<w:Security ` +
		`xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">` +
		`<w:Password>losenordet</w:Password></w:Security>`
	tracing = `<x:Spar xmlns:x="urn:riv:rivgate:test:spar" s:actor="urn:riv:rivgate:test:annan" ` +
		`xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">kvar</x:Spar>`
)

// No credential of a caller rests in the store or leaves it again, however its message came: small, large, in parts
// or in another charset. What was for another is handed on.
func TestNoCredentialRestsOrLeaves(t *testing.T) {
	w, large, content := largeWorld(t)
	named := func(envelope string) string {
		at := strings.Index(envelope, "LogicalAddress")
		at = strings.LastIndexByte(envelope[:at], '<')
		return envelope[:at] + credential + tracing + envelope[at:]
	}
	file := base64.StdEncoding.EncodeToString(content)
	parts := func(envelope, content string) string {
		return "--b\r\nContent-Type: application/xop+xml; charset=UTF-8\r\n\r\n" + envelope +
			"\r\n--b\r\nContent-ID: <file>\r\n\r\n" + content + "\r\n--b--\r\n"
	}
	small := func(id string) string { return string(written(t, complaint(systemUnit, id))) }
	first := string(written(t, large))
	large.ID.Extension, large.CaseID.Extension = "parts", "parts"
	second := string(written(t, large))
	include := `<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:file"/>`
	const inParts = `multipart/related; boundary=b; type="application/xop+xml"`
	latin := strings.Map(func(r rune) rune { return r }, named(small("3")))
	var narrow []byte
	for _, r := range strings.Replace(latin, `encoding="UTF-8"`, `encoding="ISO-8859-1"`, 1) {
		narrow = append(narrow, byte(r))
	}
	for what, c := range map[string]struct{ message, contentType string }{
		"small":              {named(small("2")), "text/xml; charset=UTF-8"},
		"in another charset": {string(narrow), "text/xml; charset=ISO-8859-1"},
		"small in parts":     {parts(named(small("4")), "x"), inParts},
		"large":              {named(first), "text/xml; charset=UTF-8"},
		"large in parts":     {parts(strings.Replace(named(second), file, include, 1), string(content)), inParts},
	} {
		header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "Content-Type": {c.contentType}}
		if got := w.postWith(header, "127.0.0.1", []byte(c.message)); got.status != http.StatusOK ||
			!bytes.Contains(got.body, []byte("OK<")) {
			t.Errorf("%s: status %d: %.400s", what, got.status, got.body)
		}
	}
	w.work()
	if n := len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})); n != 5 {
		t.Fatalf("%d messages are delivered", n)
	}
	for _, sent := range w.producer.bodies {
		if bytes.Contains(sent, []byte("losenordet")) || !bytes.Contains(sent, []byte(">kvar<")) {
			t.Errorf("a credential left, or what was for another did not:\n%.900s", sent)
		}
	}
	for _, d := range w.deliveries(store.DeliveryFilter{}) {
		kept, err := w.Store.Unlogged().Message(t.Context(), d.ID)
		if err != nil || bytes.Contains(kept.Envelope, []byte("losenordet")) {
			t.Errorf("a credential is kept, %v", err)
		}
	}
	for _, name := range []string{w.database, w.database + "-wal"} {
		raw, err := os.ReadFile(name)
		if err == nil && bytes.Contains(raw, []byte("losenordet")) {
			t.Errorf("a credential is in %s", name)
		}
	}
	sound(t, w)
	discreet(t, w)
}
