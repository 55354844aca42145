package relay

import (
	"context"

	"rivgate/store"
)

// Leave sends a claimed answer and does not bring it to its end: what a process does that dies in between.
func (l *Later) Leave(ctx context.Context, o store.Outgoing) error { return l.Relay.reply(ctx, o) }
