//go:build linux

package main

import (
	"context"
	"time"
)

// slowReceiver: one receiver answers everything so late that the gateway just waits for it. The others are to get their
// messages all the same.
func (t *trial) slowReceiver(ctx context.Context) error { return t.one(ctx, slow) }

// verboseReceiver: one receiver answers everything with 10 MB that say no.
func (t *trial) verboseReceiver(ctx context.Context) error { return t.one(ctx, verbose) }

// one has one receiver treat all messages in one way, for a while.
func (t *trial) one(ctx context.Context, how manner) error {
	r := t.receivers[t.random.IntN(len(t.receivers))]
	r.behave(1, how)
	sleep(ctx, t.between(2*time.Second, 4*time.Second))
	r.behave(usualRate)
	return nil
}
