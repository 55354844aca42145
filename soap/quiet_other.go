//go:build !unix

package soap

import "net"

// quiet cannot be told on this system, so that connections are used for one exchange.
func quiet(net.Conn) bool { return false }
