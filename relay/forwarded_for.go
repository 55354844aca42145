package relay

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Over which addresses a request came:
//
//	caller ─► proxy 1 ─► proxy 2 ─► us        X-Forwarded-For: caller, proxy 1      peer: proxy 2
//
// Each proxy adds the address of who called it on the right, in the same line or in one of its own. So all lines are
// one list, read from the right, and what stands left of an address that is not trusted may have been written by
// anybody.

// headerForwardedFor has the addresses that a request was forwarded for.
const headerForwardedFor = "X-Forwarded-For"

// Trusts tells whether an address is a trusted proxy's.
func (t *Trust) Trusts(address netip.Addr) bool { return anyContains(t.Proxies, address) }

// Source is the address that a request came from: the peer's, or, where that is a trusted proxy's, what
// X-Forwarded-For says, read from the right for as long as it names trusted proxies. What is no address ends the
// reading.
func (t *Trust) Source(peer netip.Addr, h http.Header) netip.Addr {
	source := peer.Unmap()
	for _, hop := range slices.Backward(forwardedAddresses(h)) {
		if !t.Trusts(source) {
			break
		}
		before, ok := parseForwardedAddress(hop)
		if !ok {
			break
		}
		source = before
	}
	return source
}

// internal tells whether a call that came over these addresses may say that it comes from another node of this
// gateway: all of them must be allowed to.
func (t *Trust) internal(peer netip.Addr, h http.Header) (stranger netip.Addr, ok bool) {
	return CheckAddresses(peer, h, t.trustsInternal)
}

// CheckAddresses tells whether the peer and every address in X-Forwarded-For pass a test; if not, the first one that
// does not, or the peer where something is no address.
func CheckAddresses(peer netip.Addr, h http.Header, passes func(netip.Addr) bool) (stranger netip.Addr, ok bool) {
	peer = peer.Unmap()
	if !passes(peer) {
		return peer, false
	}
	for _, hop := range slices.Backward(forwardedAddresses(h)) {
		address, ok := parseForwardedAddress(hop)
		if !ok {
			return peer, false
		}
		if !passes(address) {
			return address, false
		}
	}
	return netip.Addr{}, true
}

func (t *Trust) trustsInternal(address netip.Addr) bool {
	return t.Trusts(address) && (len(t.Internal) == 0 || anyContains(t.Internal, address))
}

func anyContains(networks []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(address) })
}

// forwardedAddresses are what all lines of X-Forwarded-For say, the nearest last; none where there is no line.
func forwardedAddresses(h http.Header) []string {
	lines := h.Values(headerForwardedFor)
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}

// parseForwardedAddress reads one hop of X-Forwarded-For: an address, which some proxies write with a port or in
// brackets.
func parseForwardedAddress(hop string) (netip.Addr, bool) {
	hop = strings.TrimSpace(hop)
	if withPort, err := netip.ParseAddrPort(hop); err == nil {
		return withPort.Addr().Unmap(), true
	}
	address, err := netip.ParseAddr(strings.Trim(hop, "[]"))
	return address.Unmap(), err == nil
}
