package web_test

import (
	"net/http"
	"net/netip"
	"testing"

	"rivgate/relay"
)

// TestBrowsersAreToldToComeOverTLS: where a trusted proxy says that they did, and nowhere else: a host that is asked
// over plain HTTP, or by a stranger's word, would shut itself out.
func TestBrowsersAreToldToComeOverTLS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for name, c := range map[string]struct {
		trusted []netip.Prefix
		says    []string
		want    string
	}{
		"plain HTTP":                         {proxy, nil, ""},
		"a proxy that came over plain HTTP":  {proxy, []string{"http"}, ""},
		"a trusted proxy":                    {proxy, []string{"https"}, "max-age=31536000"},
		"a proxy that is not trusted":        {nil, []string{"https"}, ""},
		"two headers that do not agree":      {proxy, []string{"https", "http"}, ""},
		"a list, of which one is over HTTP":  {proxy, []string{"https, http"}, ""},
		"a trusted proxy in capital letters": {proxy, []string{"HTTPS"}, "max-age=31536000"},
	} {
		w.Relay.Trust = relay.Trust{Proxies: c.trusted}
		for _, path := range []string{"/healthz", "/static/style.css", "/nowhere"} {
			req := w.request(http.MethodGet, path, nil)
			for _, value := range c.says {
				req.Header.Add("X-Forwarded-Proto", value)
			}
			if got := w.do(req).header.Get("Strict-Transport-Security"); got != c.want {
				t.Errorf("%s, %s: %q, want %q", name, path, got, c.want)
			}
		}
	}
}
