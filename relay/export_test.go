package relay

import (
	"context"

	"rivgate/store"
)

// Leave sends a claimed answer and does not bring it to its end: what a process does that dies in between.
func (l *ReplyOutbox) Leave(ctx context.Context, o store.Outgoing) error {
	return l.Relay.reply(ctx, o)
}

// MinForwardWait is how long a case with large files waits at least after it could not be passed on.
const MinForwardWait = minForwardWait

// Destination is for the test of the fields of the log.
func Destination(address string) (hostPort, host string, port int) { return destination(address) }
