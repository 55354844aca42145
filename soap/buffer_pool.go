package soap

import (
	"math/bits"
	"sync"

	"rivgate/soap/guard"
)

// BufferPool holds buffers for reading messages into. It does not know who uses a buffer: whoever puts one back must be
// its last user, for the next message is written over it. The zero value is ready; it must not be copied, and a nil one
// holds nothing. It may be used by many at once.
type BufferPool struct {
	bytes  [maxBufferBits - minBufferBits + 1]sync.Pool // of *[]byte, by the logarithm of their size
	guards guard.Pool
}

// The logarithms of the sizes of buffers in the pool: 2 KiB to 2 MiB.
const minBufferBits, maxBufferBits = 11, 21

// get returns an empty slice with a capacity of n bytes at least.
func (r *BufferPool) get(n int) []byte {
	class := max(bits.Len(uint(n-1)), minBufferBits)
	if r == nil || n < 1 || class > maxBufferBits {
		return make([]byte, 0, n)
	}
	if kept, ok := r.bytes[class-minBufferBits].Get().(*[]byte); ok {
		return (*kept)[:0]
	}
	return make([]byte, 0, 1<<class)
}

// put puts a buffer back, if it has a size that get makes.
func (r *BufferPool) put(room []byte) {
	size := cap(room)
	class := bits.Len(uint(size)) - 1
	if r == nil || size != 1<<max(class, 0) || class < minBufferBits || class > maxBufferBits {
		return
	}
	r.bytes[class-minBufferBits].Put(&room)
}

// grow returns what with capacity for more bytes. If it had to move, its former buffer is put back.
func (r *BufferPool) grow(what []byte, more int) []byte {
	if cap(what)-len(what) >= more {
		return what
	}
	room := append(r.get(len(what)+more), what...)
	r.put(what)
	return room
}

// guardPool is where guards come from, and go back to; nil for nil.
func (r *BufferPool) guardPool() *guard.Pool {
	if r == nil {
		return nil
	}
	return &r.guards
}
