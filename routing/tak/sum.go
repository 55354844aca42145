package tak

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"
)

// elementSum is the last element of a saved copy that Rivgate wrote. It holds the SHA-256 of everything before it, up
// to the end of the previous element. Without it, a copy damaged on its disk could still be well-formed XML and send
// calls to a wrong address.
const elementSum = "sum"

// summing computes the checksum of what is read through it, up to the offset that upTo is called with.
type summing struct {
	from io.Reader
	sum  hash.Hash
	read []byte // what was read but not summed yet: only what the XML reader has read ahead
	done int64
}

func newSumming(r io.Reader) *summing { return &summing{from: r, sum: sha256.New()} }

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.read = append(s.read, p[:n]...)
	return n, err
}

// upTo sums everything before an offset.
func (s *summing) upTo(offset int64) {
	n := min(max(offset-s.done, 0), int64(len(s.read)))
	_, _ = s.sum.Write(s.read[:n]) // never fails
	s.read = s.read[:copy(s.read, s.read[n:])]
	s.done += n
}

// fits tells whether a checksum is right for everything up to the last offset of upTo.
func (s *summing) fits(written string) bool {
	return strings.EqualFold(written, hex.EncodeToString(s.sum.Sum(nil)))
}
