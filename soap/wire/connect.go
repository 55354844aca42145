package wire

import (
	"context"
	"net"
	"net/netip"
	"syscall"
)

// Connect makes a plain connection to host:port. Each address that the name leads to is judged by Client.Reach when
// it is about to be dialled, so that what a name server says later than at the last look changes nothing; one that is
// refused gets no byte, and how long that takes says nothing of it. The error then is reach.ErrNever or
// reach.ErrOutside.
func (c *Client) Connect(ctx context.Context, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if err := c.Reach.JudgeHost(host); err != nil {
		return nil, err
	}
	if c.Dial != nil {
		return c.Dial(ctx, "tcp", address)
	}
	d := net.Dialer{
		Timeout: c.connectTimeout(),
		ControlContext: func(_ context.Context, _, dialled string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(dialled)
			if err != nil {
				return err
			}
			return c.Reach.Judge(host, to.Addr())
		},
	}
	return d.DialContext(ctx, "tcp", address)
}
