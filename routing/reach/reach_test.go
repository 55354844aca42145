package reach_test

import (
	"errors"
	"net/netip"
	"testing"

	"rivgate/routing/reach"
)

func rule(t *testing.T, listed bool, entries ...string) reach.Rule {
	t.Helper()
	r := reach.Rule{Listed: listed}
	for _, text := range entries {
		host, network, ok := reach.Entry(text)
		switch {
		case !ok:
			t.Fatalf("%q is no entry", text)
		case host != "":
			r.Hosts = append(r.Hosts, host)
		default:
			r.Networks = append(r.Networks, network)
		}
	}
	return r
}

func TestNobodyIsEverCalledThere(t *testing.T) {
	t.Parallel()
	all := rule(t, false, "0.0.0.0/0", "::/0", "meta.example")
	for _, text := range []string{
		"169.254.169.254", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "64:ff9b::169.254.169.254", "64:ff9b:1::a9fe:a9fe",
		"2002:a9fe:a9fe::1", "::169.254.169.254", "::ffff:0:169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254",
		"fd20:ce::254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "0.0.0.0", "0.0.0.7", "::", "::ffff:0.0.0.0",
		"224.0.0.1", "239.1.2.3", "ff02::1", "ff05::2", "::ffff:224.0.0.1", "255.255.255.255", "64:ff9b::127.0.0.1",
		"2002:7f00:1::",
	} {
		if err := all.Judge("meta.example", netip.MustParseAddr(text)); !errors.Is(err, reach.ErrNever) {
			t.Errorf("%s: %v", text, err)
		}
		if err := (reach.Rule{}).JudgeHost(text); !errors.Is(err, reach.ErrNever) {
			t.Errorf("%s alone: %v", text, err)
		}
	}
	if err := all.Judge("", netip.Addr{}); !errors.Is(err, reach.ErrNever) {
		t.Error("no address at all:", err)
	}
}

func TestWhatIsListedIsCalled(t *testing.T) {
	t.Parallel()
	list := []string{"Avvikelse.Example.", "10.1.0.0/16", "[2001:db8::7]", "::ffff:192.0.2.0/120"}
	for _, c := range []struct {
		name       string
		production bool
		entries    []string
		host, to   string
		want       error
	}{
		{"a listed name, wherever it leads", true, list, "avvikelse.EXAMPLE", "203.0.113.9", nil},
		{"a listed name with its last dot", true, list, "avvikelse.example.", "203.0.113.9", nil},
		{"a listed name to the machine itself", true, list, "avvikelse.example", "127.0.0.1", reach.ErrOutside},
		{"another name in a listed network", true, list, "other.example", "10.1.2.3", nil},
		{"another name outside", true, list, "other.example", "10.2.0.1", reach.ErrOutside},
		{"a name that ends as a listed one does", true, list, "x.avvikelse.example", "203.0.113.9", reach.ErrOutside},
		{"an address as itself", true, list, "2001:db8::7", "2001:db8::7", nil},
		{"a mapped address in a listed network", true, list, "h", "::ffff:10.1.2.3", nil},
		{"a network that was written mapped", true, list, "h", "192.0.2.9", nil},
		{"an empty list", true, nil, "any.example", "203.0.113.9", nil},
		{"an empty list, in production, to the machine itself", true, nil, "any.example", "127.0.0.1", reach.ErrOutside},
		{"IPv6's loopback the same", true, nil, "any.example", "::1", reach.ErrOutside},
		{"a mapped loopback the same", true, nil, "any.example", "::ffff:127.0.0.1", reach.ErrOutside},
		{"loopback that is listed as a network", true, []string{"127.0.0.0/8"}, "any.example", "127.0.0.2", nil},
		{"loopback that is listed by name", true, []string{"localhost"}, "localhost", "::1", nil},
		{"loopback in demo and test, whatever is listed", false, list, "127.0.0.1", "127.0.0.1", nil},
		{"outside in demo and test", false, list, "h", "203.0.113.9", reach.ErrOutside},
	} {
		r := rule(t, c.production, c.entries...)
		if err := r.Judge(c.host, netip.MustParseAddr(c.to)); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if early := r.JudgeHost(c.host); c.want == nil && early != nil {
			t.Errorf("%s: refused before the name was looked up: %v", c.name, early)
		}
	}
	if err := rule(t, true, "a.example").JudgeHost("b.example"); !errors.Is(err, reach.ErrOutside) {
		t.Error("a name that is not listed would be looked up:", err)
	}
	for _, wrong := range []string{
		"", "a b",
		"https://a.example", "a.example:443", "10.0.0.0/40", "*.example", "räv.example",
	} {
		if _, _, ok := reach.Entry(wrong); ok {
			t.Errorf("%q is an entry", wrong)
		}
	}
}

func FuzzNoSpellingGetsRound(f *testing.F) {
	f.Add("::ffff:169.254.169.254")
	f.Add("64:ff9b::a9fe:a9fe")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return
		}
		mapped := netip.AddrFrom16(a.As16())
		if reach.IsNever(a) != reach.IsNever(mapped) {
			t.Errorf("%s and %s are judged differently", a, mapped)
		}
	})
}
