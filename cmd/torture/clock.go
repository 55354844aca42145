//go:build linux

package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// clock is the world's: the gateways read it from a file.
type clock struct {
	file string

	mu          sync.Mutex
	passed      time.Duration // more than has passed in truth
	host, store time.Duration // how wrong the gateways' clocks, and the database's, are set
}

// now is what the time is in the world.
func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.passed)
}

// pass lets time pass, and set sets clocks wrong.
func (c *clock) pass(d time.Duration) error { return c.change(func() { c.passed += d }) }

func (c *clock) set(host, store time.Duration) error {
	return c.change(func() { c.host, c.store = host, store })
}

func (c *clock) change(how func()) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	how()
	next := c.file + ".next" // renamed, so that nobody reads half of it
	if err := os.WriteFile(next, fmt.Appendf(nil, "%v %v %v\n", c.passed, c.host, c.store), 0o600); err != nil {
		return err
	}
	return os.Rename(next, c.file)
}
