//go:build !torture

package main

import "time"

// clock is what the gateway reads the time from, and what its store does; nil is the store's own choice. A build with the tag torture can
// shift both (clock_torture.go).
func clock() (now, stored func() time.Time) { return time.Now, nil }
