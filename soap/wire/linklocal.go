package wire

import (
	"context"
	"errors"
	"net/netip"
	"syscall"
)

// errLinkLocal is the refusal of NeverLinkLocal.
var errLinkLocal = errors.New("link-local addresses are never called")

// NeverLinkLocal is a net.Dialer's ControlContext that refuses link-local addresses, whatever name led to them: there
// the machine itself, or who runs it, answers (metadata services), and no producer.
func NeverLinkLocal(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err == nil && to.Addr().Unmap().IsLinkLocalUnicast() {
		return errLinkLocal
	}
	return nil
}
