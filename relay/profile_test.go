package relay_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"rivgate/soap"
)

// inbound is a producer that keeps the last message byte for byte.
type inbound struct {
	*httptest.Server
	mu   sync.Mutex
	last []byte
}

func newInbound(t testing.TB) *inbound {
	p := &inbound{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.last = body
		_, _ = w.Write(ping("answer"))
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *inbound) got() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last
}

// The tags of the header that names the receiver are all that a change of profile changes, whole or streamed.
func TestProfileOfTheRouteIsWhatAProducerGets(t *testing.T) {
	const (
		head20 = `<rcv:To xmlns:rcv="http://www.w3.org/2005/08/addressing">`
		head21 = `<rcv:LogicalAddress xmlns:rcv="urn:riv:itintegration:registry:1">`
	)
	p := newInbound(t)
	w := newWorldOn(t,
		`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-P20, address: "`+p.URL+
			`/", profile: RIVTABP20}
  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-P21, address: "`+p.URL+`/", profile: RIVTABP21}
`)
	envelope := func(header string) string {
		return `<?xml version="1.0"?><!-- a --><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>` +
			`<w xmlns="urn:w">&amp;<![CDATA[<]]></w>` + header +
			`<?pi?></s:Header><s:Body><p:Any xmlns:p="urn:riv:rivgate:test:AnyResponder:1">&#229;<![CDATA[</s:Body>]]><!-- ` +
			`<To/> --><?pi <x?>BODY</p:Any></s:Body></s:Envelope>`
	}
	for _, c := range []struct{ sentence, sent, want string }{
		{
			"20 to 20", `<To xmlns="http://www.w3.org/2005/08/addressing">SE2010123456-P20</To>`,
			`<To xmlns="http://www.w3.org/2005/08/addressing">SE2010123456-P20</To>`,
		},
		{
			"21 to 21", `<r:LogicalAddress xmlns:r='urn:riv:itintegration:registry:1'>SE2010123456-P21</r:LogicalAddress>`,
			`<r:LogicalAddress xmlns:r='urn:riv:itintegration:registry:1'>SE2010123456-P21</r:LogicalAddress>`,
		},
		{
			"20 to 21", `<w:To xmlns:w="http://www.w3.org/2005/08/addressing">SE2010123456<![CDATA[-P21]]></w:To>`,
			head21[:len(head21)-1] +
				` xmlns:w="http://www.w3.org/2005/08/addressing">SE2010123456<![CDATA[-P21]]></rcv:LogicalAddress>`,
		},
		{
			"21 to 20", `<r:LogicalAddress xmlns:r='urn:R'>SE2010123456-P20</r:LogicalAddress>`,
			head20[:len(head20)-1] + ` xmlns:r='urn:R'>SE2010123456-P20</rcv:To>`,
		},
		{
			"both to 20: LogicalAddress counts, and there is one To",
			`<To xmlns="http://www.w3.org/2005/08/addressing">http://x</To><r:LogicalAddress ` +
				`xmlns:r='urn:R'>SE2010123456-P20</r:LogicalAddress>`,
			head20[:len(head20)-1] + ` xmlns:r='urn:R'>SE2010123456-P20</rcv:To>`,
		},
	} {
		sent := strings.ReplaceAll(c.sent, "urn:R", "urn:riv:itintegration:registry:1")
		want := strings.ReplaceAll(c.want, "urn:R", "urn:riv:itintegration:registry:1")
		for size, body := range map[string]string{"whole": "x", "streamed": strings.Repeat("<i>åäö</i>\r\n", 200<<10)} {
			t.Run(c.sentence+" "+size, func(t *testing.T) {
				got := w.post(portal, []byte(strings.Replace(envelope(sent), "BODY", body, 1)))
				if got.status != http.StatusOK {
					t.Fatalf("status %d: %.300s", got.status, got.body)
				}
				if expected := strings.Replace(envelope(want), "BODY", body, 1); string(p.got()) != expected {
					t.Errorf("the producer got\n%.900s\nnot\n%.900s", p.got(), expected)
				}
			})
		}
	}
}

// What was queued is delivered in the profile of its route, and stays stored as it came.
func TestProfileOfTheRouteIsWhatAHandlingSystemGets(t *testing.T) {
	p := newInbound(t)
	w := newWorldOn(t,
		`  - {contract: SendComplaint, to: SE2010123456-VCP20, address: "`+p.URL+
			`/", profile: RIVTABP20, component: SE2010123456-AVV}
`)
	permitted := w.catalogue
	for _, row := range permitted.Permissions {
		if row.Sender == portal && row.Receiver == systemUnit {
			row.Receiver = "SE2010123456-VCP20"
			permitted.Permissions = append(permitted.Permissions, row)
		}
	}
	w.setTable(w.build(permitted))
	sent := written(t, complaint("SE2010123456-VCP20", "a"))
	if got := w.post(portal, sent); got.status != http.StatusOK || bytes.Contains(got.body, []byte("ERROR")) {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	w.work()
	req, err := soap.ReadRequest(bytes.NewReader(p.got()), soap.ContentType, soap.Limits{})
	if err != nil || req.Profile != soap.RIVTABP20 || req.Receiver != "SE2010123456-VCP20" {
		t.Fatalf("%v, %s to %s: %s", err, req.Profile, req.Receiver, p.got())
	}
	first, err := soap.ReadRequest(bytes.NewReader(sent), soap.ContentType, soap.Limits{})
	if err != nil || !bytes.Equal(inBody(first), inBody(req)) {
		t.Error("the body was changed", err)
	}
}

// inBody is what a request has after the start tag of its Body.
func inBody(req *soap.Request) []byte {
	_, after, _ := bytes.Cut(req.UTF8(), []byte(":Body>"))
	return after
}
