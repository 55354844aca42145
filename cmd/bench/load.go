//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"
)

// load is callers that post the same request over connections of their own, one after the other, until the time is up.
type load struct {
	host    string
	request []byte
	callers int
	lasting time.Duration
	most    int // requests of each caller; 0: as many as the time allows
}

// result is what came of a load.
type result struct {
	took      time.Duration
	latencies []time.Duration // of what went well, sorted
	errors    map[string]int
}

func (r *result) rate() float64 { return float64(len(r.latencies)) / r.took.Seconds() }

func (r *result) failures() (n int) {
	for _, count := range r.errors {
		n += count
	}
	return n
}

// at is the latency in milliseconds that a part of the requests kept.
func (r *result) at(part float64) float64 {
	if len(r.latencies) == 0 {
		return 0
	}
	return float64(r.latencies[int(part*float64(len(r.latencies)-1))].Nanoseconds()) / 1e6
}

func (l load) run(ctx context.Context) *result {
	all := &result{errors: map[string]int{}}
	var mu sync.Mutex
	var callers sync.WaitGroup
	started := time.Now()
	until := started.Add(l.lasting)
	for range l.callers {
		callers.Go(func() {
			c := caller{load: l}
			defer c.close()
			mine := make([]time.Duration, 0, 4096)
			failed := map[string]int{}
			for n := 0; (l.most == 0 || n < l.most) && ctx.Err() == nil; n++ {
				began := time.Now()
				if began.After(until) {
					break
				}
				if err := c.post(); err != nil {
					failed[err.Error()]++
					c.close()
					continue
				}
				mine = append(mine, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			all.latencies = append(all.latencies, mine...)
			for text, n := range failed {
				all.errors[text] += n
			}
		})
	}
	callers.Wait()
	all.took = time.Since(started)
	slices.Sort(all.latencies)
	return all
}

// caller is one connection. It writes and reads HTTP/1.1 by itself: on a machine that it shares with what it measures,
// a lean caller leaves more of the processor to that.
type caller struct {
	load
	connection net.Conn
	in         *bufio.Reader
	answer     []byte
}

func (c *caller) post() error {
	if c.connection == nil {
		connection, err := net.Dial("tcp", c.host)
		if err != nil {
			return errors.New("connecting")
		}
		c.connection, c.in = connection, bufio.NewReader(connection)
	}
	if err := c.connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := c.connection.Write(c.request); err != nil {
		return errors.New("writing the request")
	}
	status, length, err := c.head()
	if err != nil {
		return err
	}
	c.answer = slices.Grow(c.answer[:0], length)[:length]
	if _, err := io.ReadFull(c.in, c.answer); err != nil {
		return errors.New("reading the answer")
	}
	if status != "200" {
		return fmt.Errorf("status %s", status)
	}
	if !bytes.Contains(c.answer, []byte("GetActivitiesResponse")) {
		return errors.New("another answer than the upstream's")
	}
	return nil
}

// head reads the status line and the headers. An answer must say its length, as all do that are measured here.
func (c *caller) head() (status string, length int, err error) {
	length = -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return "", 0, errors.New("reading the head of the answer")
		}
		line = bytes.TrimRight(line, "\r\n")
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case status == "" && len(line) >= 12:
			status = string(line[9:12])
		case len(line) == 0 && length < 0:
			return "", 0, errors.New("an answer without its length")
		case len(line) == 0:
			return status, length, nil
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return "", 0, errors.New("a length that is no number")
			}
		}
	}
}

func (c *caller) close() {
	if c.connection != nil {
		c.connection.Close()
		c.connection = nil
	}
}
