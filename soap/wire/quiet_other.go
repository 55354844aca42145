//go:build !unix

package wire

import "net"

// quiet cannot be told on this system, so that connections are used for one exchange.
func quiet(net.Conn) bool { return false }

// send is not to be had on this system.
func send(net.Conn, []byte) int { return 0 }
