package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
)

// wakeChannel is what replicas on one PostgreSQL listen to.
const wakeChannel = "rivgate_wake"

// Wake is signalled, at most once per reading, when an accept or an operator made a delivery due. With PostgreSQL it hears of other replicas too, and with
// SQLite of other processes that wrote to the file.
func (s *Store) Wake() <-chan struct{} { return s.wake }

// signal wakes the workers here and, where there are any, those of the other replicas.
func (s *Store) signal() {
	ring(s.wake)
	if s.listen != nil {
		ring(s.notify)
	}
}

// ring leaves one signal, unless there is one already.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// startListening tells the other replicas and hears them. The telling is outside of the transactions that it tells of: a NOTIFY inside
// would put their commits in a row. What is lost with it, a worker finds when it looks by itself.
func (s *Store) startListening(ctx context.Context) {
	if s.listen == nil {
		return
	}
	self := uuid.NewString()
	s.running.Go(func() { s.tell(ctx, self) })
	s.running.Go(func() {
		for ctx.Err() == nil {
			if err := s.listen(ctx, self, func() { ring(s.wake) }); err != nil && ctx.Err() == nil {
				s.log.Warn("listening for other replicas", zap.Error(err))
			}
			idle(ctx, time.Second)
		}
	})
}

// othersEvery is how often a database that cannot tell is asked whether another process has written to it.
const othersEvery = 250 * time.Millisecond

// startWatchingOthers wakes when another process, such as a command beside the gateway, has written to an SQLite file. The version that is asked for changes
// with the commits of other connections alone, and all of ours go through the one that asks.
func (s *Store) startWatchingOthers(ctx context.Context) {
	if !s.dialect.oneWriter {
		return
	}
	s.running.Go(func() {
		var known int64
		for ; ctx.Err() == nil; idle(ctx, othersEvery) {
			var version int64
			err := s.write(ctx, func(ctx context.Context, t *tx) error {
				_, err := t.row(ctx, []any{&version}, "PRAGMA data_version")
				return err
			})
			if err != nil {
				continue
			}
			if known != 0 && version != known {
				ring(s.wake)
			}
			known = version
		}
	})
}

func (s *Store) tell(ctx context.Context, self string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.notify:
		}
		if _, err := s.change.ExecContext(ctx, s.dialect.notify, self); err != nil && ctx.Err() == nil {
			s.log.Warn("waking other replicas", zap.Error(err))
		}
		idle(ctx, 10*time.Millisecond)
	}
}

func idle(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// listen calls heard for each signal of another replica, until ctx or the connection ends.
func listen(ctx context.Context, pool *pgxpool.Pool, self string, heard func()) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	defer func() { _ = conn.Conn().Close(context.WithoutCancel(ctx)) }() // it listens: no use for anything else
	if _, err := conn.Exec(ctx, "LISTEN "+wakeChannel); err != nil {
		return err
	}
	heard() // something may have been said before
	for {
		signal, err := conn.Conn().WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if signal.Payload != self {
			heard()
		}
	}
}
