package wire

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"rivgate/routing/reach"
)

// A name is judged by what it leads to when it is dialled, whatever it is called; nothing is sent, and nothing
// connects.
func TestWhatIsDialledIsJudged(t *testing.T) {
	p := newProducer(t, func(_ int, c net.Conn) { readHead(c) })
	_, port, _ := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(p.URL, "http://"), "/"))
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, nobody, _ := net.SplitHostPort(closed.Addr().String())
	closed.Close()
	elsewhere := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	for _, url := range []string{
		"http://localhost:" + port, "http://localhost:" + nobody, "http://127.0.0.1:" + port,
		"http://[::ffff:127.0.0.1]:" + port,
		"http://127.0.0.1:" + nobody, "http://2130706433:" + port, "http://0x7f.1:" + port, "http://other.example",
	} {
		c := quick(t)
		c.Reach = reach.Rule{Networks: elsewhere, Listed: true}
		if strings.HasSuffix(url, "other.example") {
			c.Reach = reach.Rule{Hosts: []string{"avvikelse.example"}} // refused by name alone
		}
		_, err := c.Do(t.Context(), &Outgoing{URL: url, Body: []byte("x")})
		own := sendError(t, err)
		// Some systems take them for no address.
		code := own.Diagnosis().Code
		odd := strings.Contains(url, "2130706433") || strings.Contains(url, "0x7f")
		if code != "connect-forbidden" && (!odd || !strings.HasPrefix(code, "name-")) || own.Sent {
			t.Errorf("%s: %s, %+v", url, code, own)
		}
	}
	if n := p.connections.Load(); n != 0 {
		t.Errorf("%d connections came", n)
	}
	c := quick(t)
	c.Reach = reach.Rule{Networks: append(elsewhere, netip.MustParsePrefix("127.0.0.0/8")), Listed: true}
	_, _ = c.Do(t.Context(), &Outgoing{URL: p.URL, Body: []byte("x")})
	if p.connections.Load() != 1 {
		t.Error("what is listed is not called")
	}
}

// Nothing listens at these, and nothing is ever sent there: the refusal comes first.
func TestMetadataIsNeverDialled(t *testing.T) {
	for _, host := range []string{
		"169.254.169.254", "[::ffff:169.254.169.254]", "[fe80::1%25lo]", "[fd00:ec2::254]",
		"0.0.0.0", "[::]",
	} {
		c := quick(t)
		_, err := c.Do(t.Context(), &Outgoing{URL: "http://" + host + ":80/", Body: []byte("x")})
		if own := sendError(t, err); own.Diagnosis().Code != "connect-forbidden" || own.Sent {
			t.Errorf("%s: %+v", host, own.Diagnosis())
		}
	}
}
