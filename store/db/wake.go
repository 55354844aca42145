package db

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
)

// wakeChannel is what replicas on one PostgreSQL listen to.
const wakeChannel = "rivgate_wake"

// Wake is signalled, at most once per reading, when an accept or an operator made a delivery due. With PostgreSQL it
// hears of other replicas too, and with SQLite of other processes that wrote to the file.
func (d *DB) Wake() <-chan struct{} { return d.wake }

// signal wakes the workers here and, where there are any, those of the other replicas.
func (d *DB) signal() {
	ring(d.wake)
	if d.listen != nil {
		ring(d.notify)
	}
}

// ring leaves one signal, unless there is one already.
func ring(bell chan struct{}) {
	select {
	case bell <- struct{}{}:
	default:
	}
}

// startListening tells the other replicas and hears them. The telling is outside of the transactions that it tells of:
// a NOTIFY inside would put their commits in a row. What is lost with it, a worker finds when it looks by itself.
func (d *DB) startListening(ctx context.Context) {
	if d.listen == nil {
		return
	}
	self := uuid.NewString()
	d.running.Go(func() { d.tell(ctx, self) })
	d.running.Go(func() {
		for ctx.Err() == nil {
			if err := d.listen(ctx, self, func() { ring(d.wake) }); err != nil && ctx.Err() == nil {
				d.log.Warn("listening for other replicas", zap.Error(err))
			}
			Idle(ctx, time.Second)
		}
	})
}

// othersEvery is how often a database that cannot tell is asked whether another process has written to it.
const othersEvery = 250 * time.Millisecond

// startWatchingOthers wakes when another process, such as a command beside the gateway, has written to an SQLite file.
// The version that is asked for changes with the commits of other connections alone, and all of ours go through the one
// that asks.
func (d *DB) startWatchingOthers(ctx context.Context) {
	if !d.Dialect.OneWriter {
		return
	}
	d.running.Go(func() {
		var known int64
		for ; ctx.Err() == nil; Idle(ctx, othersEvery) {
			var version int64
			err := d.Write(ctx, func(ctx context.Context, t *Tx) error {
				_, err := t.Row(ctx, []any{&version}, "PRAGMA data_version")
				return err
			})
			if err != nil {
				continue
			}
			if known != 0 && version != known {
				ring(d.wake)
			}
			known = version
		}
	})
}

func (d *DB) tell(ctx context.Context, self string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.notify:
		}
		if _, err := d.change.ExecContext(ctx, d.Dialect.notify, self); err != nil && ctx.Err() == nil {
			d.log.Warn("waking other replicas", zap.Error(err))
		}
		Idle(ctx, 10*time.Millisecond)
	}
}

// Idle waits for d, or until ctx ends.
func Idle(ctx context.Context, d time.Duration) {
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
