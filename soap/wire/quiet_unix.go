//go:build unix

package wire

import (
	"net"
	"syscall"
)

// quiet tells whether the other end has neither closed an idle connection nor said anything on it unasked.
func quiet(connection net.Conn) bool {
	plain, ok := connection.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return false
	}
	silent := false
	err = raw.Read(func(descriptor uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(descriptor), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		silent = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK
		return true
	})
	return err == nil && silent
}

// send gives the system as many bytes of p as it takes at once, and says how many. It says nothing of errors: the next
// write has them too.
func send(connection net.Conn, p []byte) (taken int) {
	plain, ok := connection.(syscall.Conn)
	if !ok {
		return 0
	}
	raw, err := plain.SyscallConn()
	if err != nil {
		return 0
	}
	_ = raw.Write(func(descriptor uintptr) bool {
		taken, _ = syscall.Write(int(descriptor), p) // net's sockets do not block
		return true
	})
	return max(0, taken)
}
