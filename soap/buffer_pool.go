package soap

import (
	"math/bits"
	"sync"

	"rivgate/soap/guard"
)

// Buffers is room that messages have been read into and that is free again for others. It knows nothing of who has it
// meanwhile: who gives room back must be the last one to have it, for the next message is written over what it held.
// The zero value is ready; it must not be copied, and a nil one keeps nothing. It may be used by many at once.
type BufferPool struct {
	bytes  [maxBufferBits - minBufferBits + 1]sync.Pool // of *[]byte, by the logarithm of their size
	guards guard.Pool
}

// The logarithms of the sizes that are kept: 2 KiB to 2 MiB.
const minBufferBits, maxBufferBits = 11, 21

// get is a slice without content, but with room for n bytes at least.
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

// put takes back room, if it is of a size that take makes.
func (r *BufferPool) put(room []byte) {
	size := cap(room)
	class := bits.Len(uint(size)) - 1
	if r == nil || size != 1<<max(class, 0) || class < minBufferBits || class > maxBufferBits {
		return
	}
	r.bytes[class-minBufferBits].Put(&room)
}

// grow is what with room for so many bytes more. The room that it had before is given back where that was too small.
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
