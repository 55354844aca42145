package signin

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"rivgate/relay"
	"rivgate/web/shell"
)

// Tries to sign in are counted by the address that a request came from: whatever somebody writes into X-Forwarded-For,
// in one line or in several, it is theirs.
func TestTheAddressOfWhoSignsIn(t *testing.T) {
	s := &Pages{Gate: &shell.Gate{}}
	s.Relay = &relay.Relay{
		Trust: relay.Trust{
			Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.1.0.0/16")},
		},
	}
	for _, c := range []struct {
		sentence, peer string
		forwarded      []string
		want           string
	}{
		{"no proxy", "203.0.113.9:1", nil, "203.0.113.9"},
		{"no proxy, whatever the header says", "203.0.113.9:1", []string{"192.0.2.1"}, "203.0.113.9"},
		{"over a proxy", "127.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"over a proxy that adds a line of its own", "127.0.0.1:1", []string{"192.0.2.1", "203.0.113.9"}, "203.0.113.9"},
		{"over two proxies in two lines", "127.0.0.1:1", []string{"192.0.2.1, 203.0.113.9", "10.1.0.7"}, "203.0.113.9"},
		{"from the proxy itself", "127.0.0.1:1", nil, "127.0.0.1"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/signin", nil)
			r.RemoteAddr, r.Header["X-Forwarded-For"] = c.peer, c.forwarded
			if got := s.peer(r); got != c.want {
				t.Errorf("it is %s, not %s", got, c.want)
			}
		})
	}
}
