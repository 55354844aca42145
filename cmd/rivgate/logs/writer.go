package logs

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

const (
	delay = 5 * time.Millisecond // the longest that a line waits for others
	room  = 64 << 10             // bytes that may wait; who brings more writes them all first
)

// Writer passes lines on in the order in which they came, those of a few milliseconds together: a busy gateway would
// else spend more on telling the system of each line than on making it. Only a process that is killed loses those that
// wait.
type Writer struct {
	To io.Writer

	writing sync.Mutex // held while lines are on their way, so that none overtakes them; taken before mu
	mu      sync.Mutex
	waiting []byte
	written []byte // the room of the lines before, for the next
	due     bool   // a flush is under way

	Lost atomic.Int64 // lines that could not be written
}

// Write takes a line, or more. The error is that of the lines that it had to write.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	w.waiting = append(w.waiting, line...)
	full := len(w.waiting) >= room
	if !full && !w.due {
		w.due = true
		time.AfterFunc(delay, func() { _ = w.Sync() }) // what cannot be written is counted: there is nobody else to tell
	}
	w.mu.Unlock()
	if full {
		return len(line), w.Sync()
	}
	return len(line), nil
}

// Sync writes what waits.
func (w *Writer) Sync() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	lines := w.waiting
	w.waiting, w.written, w.due = w.written[:0], nil, false
	w.mu.Unlock()
	var err error
	if len(lines) > 0 {
		var n int
		if n, err = w.To.Write(lines); err != nil {
			w.Lost.Add(int64(bytes.Count(lines[n:], []byte("\n"))))
		}
	}
	w.mu.Lock()
	w.written = lines
	w.mu.Unlock()
	return err
}
