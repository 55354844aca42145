// Package reach says which network addresses a gateway may call at all, whatever a catalogue or a person names. It is
// one rule for the dialer, the connection test and the catalogue's problems.
//
// It does not know routes, looks up no name, and opens no connection: who dials asks for each address that a name led
// to.
package reach

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
)

// Why an address is not called.
var (
	// ErrNever: no producer has such an address. There the machine itself, its network, or who runs it answers.
	ErrNever = errors.New("the address is link-local, multicast, unspecified or a metadata service's: it is never called")
	// ErrOutside: it may be a producer's, but is not among those that the gateway may call.
	ErrOutside = errors.New("the address is not among those that the gateway may call")
)

// Rule is what may be called. The zero value allows everything but what is never called.
type Rule struct {
	Hosts    []string       // names, as Entry gives them: whatever they lead to, but for ErrNever and Listed
	Networks []netip.Prefix // as Entry gives them
	// Listed: loopback only where a network holds it, or "localhost" is a host and was named. As in production, where
	// what listens on loopback takes its callers for the machine's own.
	Listed bool
}

// Entry reads an entry of a rule: a network (10.0.0.0/8), an address, which is the network of itself, or else the name
// of a host. ok is false for what is none of them.
func Entry(text string) (host string, network netip.Prefix, ok bool) {
	text = strings.TrimSpace(text)
	bare := strings.Trim(text, "[]")
	if a, err := netip.ParseAddr(bare); err == nil {
		a = a.Unmap().WithZone("")
		return "", netip.PrefixFrom(a, a.BitLen()), true
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		return "", p.Masked(), true
	}
	host = foldHost(text)
	if host == "" || len(host) > 253 || strings.ContainsFunc(host, func(c rune) bool { return !hostCharacter(c) }) {
		return "", netip.Prefix{}, false
	}
	return host, netip.Prefix{}, true
}

func hostCharacter(c rune) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c == '_'
}

// foldHost is the name of a host as names are compared.
func foldHost(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// SameHost tells whether two names are of one host.
func SameHost(a, b string) bool { return foldHost(a) == foldHost(b) }

// IsEmpty tells whether nothing is listed.
func (r Rule) IsEmpty() bool { return len(r.Hosts) == 0 && len(r.Networks) == 0 }

// Judge judges an address that host led to, which is the address itself where no name was given: nil, ErrNever or
// ErrOutside. It is asked about the address that is really dialled, so that no name and no spelling gets round it.
func (r Rule) Judge(host string, to netip.Addr) error {
	to = to.Unmap().WithZone("")
	if IsNever(to) {
		return ErrNever
	}
	in := slices.ContainsFunc(r.Networks, func(p netip.Prefix) bool { return p.Contains(to) })
	switch {
	case in:
		return nil
	case to.IsLoopback() && r.Listed:
		if SameHost(host, "localhost") && r.lists(host) {
			return nil
		}
		return ErrOutside
	case to.IsLoopback(), r.IsEmpty(), r.lists(host):
		return nil
	}
	return ErrOutside
}

// JudgeHost judges what an address names, before any name is looked up: a literal address as Judge does, and a name by
// whether some address of it could be called. nil means that Judge must still be asked.
func (r Rule) JudgeHost(host string) error {
	if a, err := netip.ParseAddr(host); err == nil {
		return r.Judge(host, a)
	}
	if r.IsEmpty() || r.lists(host) || len(r.Networks) > 0 || !r.Listed && SameHost(host, "localhost") {
		return nil
	}
	return ErrOutside
}

func (r Rule) lists(host string) bool { return slices.Contains(r.Hosts, foldHost(host)) }

// never are networks that no producer is in, beside those that netip knows by kind.
var never = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),              // this host and network, RFC 1122
	netip.MustParsePrefix("169.254.0.0/16"),         // link-local, RFC 3927, and most clouds' metadata (169.254.169.254)
	netip.MustParsePrefix("255.255.255.255/32"),     // broadcast
	netip.MustParsePrefix("100.100.100.200/32"),     // metadata of Alibaba Cloud
	netip.MustParsePrefix("192.0.0.192/32"),         // metadata of Oracle Cloud
	netip.MustParsePrefix("168.63.129.16/32"),       // the host of a machine in Azure
	netip.MustParsePrefix("fd00:ec2::254/128"),      // metadata of AWS
	netip.MustParsePrefix("fd20:ce::254/128"),       // metadata of Google Cloud
	netip.MustParsePrefix("fd00:42::42/128"),        // metadata of Scaleway
	netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), // metadata of Oracle Cloud
}

// Ways to write an IPv4 address as one of IPv6: where its four bytes stand. What is behind such an address is judged
// too, and loopback there is nobody's.
var embedding = []struct {
	in netip.Prefix
	at int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible, RFC 4291 section 2.5.5.1
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64, RFC 6052
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},  // NAT64 of a site with /96 in it, RFC 8215
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4, RFC 3056
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // translated, RFC 2765
}

// IsNever tells an address that is never called.
func IsNever(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() ||
		slices.ContainsFunc(never, func(p netip.Prefix) bool { return p.Contains(a) }) {
		return true
	}
	if a.Is4() || a.IsLoopback() {
		return false
	}
	bytes := a.As16()
	for _, e := range embedding {
		if e.in.Contains(a) {
			inside := netip.AddrFrom4([4]byte(bytes[e.at : e.at+4]))
			return inside.IsLoopback() || IsNever(inside)
		}
	}
	return false
}
