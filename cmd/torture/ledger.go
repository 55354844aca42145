//go:build linux

package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// entry is one line of a ledger: a message, known by its place in its lane.
type entry struct {
	lane string // receiver and case
	n    int64  // its place in the lane, from 1
	id   string
	how  string // the receiver's: ok, or taken and answered otherwise
	at   time.Time
	body string // the sum of its envelope
}

// sum tells envelopes apart.
func sum(envelope []byte) string {
	s := sha256.Sum256(envelope)
	return hex.EncodeToString(s[:])
}

// ledger is a file that is on disk before anything counts. Those who write at the same moment share a sync.
type ledger struct {
	file    *os.File
	mu      sync.Mutex
	waiting []chan error
	pending []byte
	wake    chan struct{}
	ended   chan struct{}
}

func newLedger(path string) (*ledger, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l := &ledger{file: file, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go l.run()
	return l, nil
}

// write returns when the entry is on disk.
func (l *ledger) write(e entry) error {
	done := make(chan error, 1)
	l.mu.Lock()
	l.pending = fmt.Appendf(l.pending, "%s\t%d\t%s\t%s\t%d\t%s\n", e.lane, e.n, e.id, e.how, e.at.UnixNano(), e.body)
	l.waiting = append(l.waiting, done)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return <-done
}

func (l *ledger) run() {
	defer close(l.ended)
	for range l.wake {
		l.mu.Lock()
		lines, waiting := l.pending, l.waiting
		l.pending, l.waiting = nil, nil
		l.mu.Unlock()
		_, err := l.file.Write(lines)
		if err == nil {
			err = l.file.Sync()
		}
		for _, done := range waiting {
			done <- err
		}
	}
}

// close is for when nobody writes any more.
func (l *ledger) close() error {
	close(l.wake)
	<-l.ended
	return l.file.Close()
}

// readLedger reads what is on disk.
func readLedger(path string) ([]entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []entry
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 6 {
			return nil, fmt.Errorf("reading %s: a line with %d fields", path, len(f))
		}
		n, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return nil, err
		}
		at, err := strconv.ParseInt(f[4], 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, entry{lane: f[0], n: n, id: f[2], how: f[3], at: time.Unix(0, at), body: f[5]})
	}
	return all, lines.Err()
}
