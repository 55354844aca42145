package store

import (
	"context"
	"errors"
	"time"

	"rivgate/store/db"
)

// ErrBusy means that as many accepts wait already as may: nothing was stored, the caller may come back in a moment.
var ErrBusy = errors.New("too many messages wait to be stored")

// How many accepts may wait at once, where Options.Waiting says nothing, and for how long one may.
const (
	acceptsWaiting = 1024
	acceptTime     = 20 * time.Second
)

// admit takes a place among the accepts that wait, or says ErrBusy at once. An accept that the database keeps waiting
// ends by itself.
func (s *Store) admit(ctx context.Context, size int) (_ context.Context, leave func(), err error) {
	if s.waiting.Add(1) > s.maxWaiting {
		s.waiting.Add(-1)
		return nil, nil, ErrBusy
	}
	ctx, cancel := context.WithTimeout(ctx, acceptTime+db.ExtraTime(size))
	return ctx, func() {
		cancel()
		s.waiting.Add(-1)
	}, nil
}
