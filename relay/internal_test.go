package relay_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"rivgate/soap"
)

// A node of this gateway is believed only over trusted addresses, all of them: the instance id that it shows is no
// secret.
func TestInternalCallsAreBelievedOverTrustedHopsAlone(t *testing.T) {
	w := newWorld(t)
	w.Trust.Proxies = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8:1::/48"),
	}
	own := certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), stranger)
	for _, c := range []struct {
		sentence  string
		forwarded []string
		cert      string
		code      string // "" where the sender is believed
		shows     string // the address in the fault
	}{
		{"from a trusted peer", nil, "", "", ""},
		{"over a trusted hop", []string{"10.1.0.7"}, "", "", ""},
		{"over trusted hops in two lines", []string{"10.1.0.7", "2001:db8:1::7"}, "", "", ""},
		{"over a trusted hop with a port", []string{"[2001:db8:1::7]:4711, 10.1.0.7:80"}, "", "", ""},
		{"from a stranger over a trusted proxy", []string{"203.0.113.9"}, "", "VP011", "203.0.113.9"},
		{"from a stranger who names a trusted address", []string{"10.1.0.7, 203.0.113.9"}, "", "VP011", "203.0.113.9"},
		{"from a stranger behind trusted hops", []string{"203.0.113.9, 10.1.0.7"}, "", "VP011", "203.0.113.9"},
		{"from a stranger in the first of two lines", []string{"203.0.113.9", "10.1.0.7"}, "", "VP011", "203.0.113.9"},
		{"over what is no address", []string{"unknown"}, "", "VP011", "127.0.0.1"},
		{"over an empty hop", []string{""}, "", "VP011", "127.0.0.1"},
		{"from a stranger with a certificate, who is whom it says", []string{"203.0.113.9"}, own, "VP007", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
			if c.forwarded != nil {
				header["X-Forwarded-For"] = c.forwarded
			}
			if c.cert != "" {
				header["X-Vp-Auth-Cert"] = []string{c.cert}
			}
			got := w.postWith(header, "127.0.0.1", ping("SE2010123456-X"))
			fault, refused := soap.ReadFault(got.body)
			if refused != (c.code != "") ||
				refused && (!strings.HasPrefix(fault.String, c.code+" ") || !strings.HasSuffix(fault.Detail, c.shows)) {
				t.Errorf("got %s", got.body)
			}
		})
	}
}

// Which of the trusted proxies may make internal calls can be narrowed; the others still forward certificates.
func TestInternalCallsMayBeNarrowed(t *testing.T) {
	w := newWorld(t)
	w.Trust.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16")}
	w.Trust.Internal = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.7/32"), netip.MustParsePrefix("192.0.2.0/24"),
	}
	own := certificate(t, w.clock().Add(-time.Hour), w.clock().Add(time.Hour), portal)
	for _, c := range []struct {
		sentence, from, forwarded, cert, code string
	}{
		{"from a node", "127.0.0.1", "", "", ""},
		{"over a node", "127.0.0.1", "10.1.0.7", "", ""},
		{"from another proxy", "127.0.0.2", "", "", "VP011"},
		{"over another proxy", "127.0.0.1", "10.1.0.8", "", "VP011"},
		{"over what is named there and is no proxy", "127.0.0.1", "192.0.2.1", "", "VP011"},
		{"a certificate from another proxy", "127.0.0.2", "", own, ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
			if c.forwarded != "" {
				header["X-Forwarded-For"] = []string{c.forwarded}
			}
			if c.cert != "" {
				header["X-Vp-Auth-Cert"] = []string{c.cert}
			}
			fault, refused := soap.ReadFault(w.postWith(header, c.from, ping("SE2010123456-X")).body)
			if refused != (c.code != "") || refused && !strings.HasPrefix(fault.String, c.code+" ") {
				t.Errorf("got %+v", fault)
			}
		})
	}
}
