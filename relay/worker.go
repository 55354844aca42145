package relay

import (
	"context"
	"time"
)

// Worker delivers what was queued, lane by lane, until its context ends.
type Worker struct {
	Relay      *Relay
	Name       string          // in the record of attempts
	Schedule   []time.Duration // waits between attempts; the last repeats
	GiveUp     time.Duration   // from the first attempt; then the delivery is parked
	GapTimeout time.Duration   // how long a message waits for the one before it
	Lease      time.Duration
	Workers    int // deliveries under way at once
	PerAddress int // of which to one address; default half of Workers, at least 1
}

// Run delivers until ctx ends, waits for the attempts under way, and returns.
func (w *Worker) Run(ctx context.Context) error { panic("unbuilt") }
