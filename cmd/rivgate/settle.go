package main

import (
	"context"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/demo"
	"rivgate/store"
)

// settleTime is how long the demo waits for its first cases to be delivered before it says where everything is.
const settleTime = 10 * time.Second

// settle does what follows once there is a catalogue: advice for the log, the demo's first cases, and last of all
// ready, so that what it prints stands below the log of the start. Without a catalogue ready is called when the first
// try to read one has ended.
func (g *gateway) settle(ctx context.Context) error {
	if g.awaitFirstTry(ctx) != nil {
		return nil // stopped before
	}
	waiting := g.keeper.Table() == nil
	if waiting {
		if err := g.callReady(); err != nil || g.awaitCatalogue(ctx) != nil {
			return err
		}
	}
	g.advise()
	if g.world != nil && !g.world.Empty {
		if err := g.seed(ctx); err != nil && ctx.Err() == nil {
			g.log.Error("filling the demo's store", zap.Error(err))
		}
	}
	if waiting || ctx.Err() != nil {
		return nil
	}
	return g.callReady()
}

// seed sends the demo's first cases where there are none, and waits until they are delivered.
func (g *gateway) seed(ctx context.Context) error {
	sent, err := g.world.Seed(ctx, &demo.Gateway{
		Registry: g.registry, DB: g.db, Relay: g.relay, Table: g.keeper.Table, Log: g.log,
	})
	if sent {
		g.awaitDeliveries(ctx)
	}
	return err
}

// callReady calls ready when what was logged before has been written.
func (g *gateway) callReady() error {
	if g.ready == nil {
		return nil
	}
	_ = g.log.Sync() // where it cannot be written there is nothing to stand above
	return g.ready()
}

// awaitFirstTry waits until there is a catalogue or the first try to read one has failed. The error is that of ctx.
func (g *gateway) awaitFirstTry(ctx context.Context) error {
	return poll(ctx, func() bool { return g.keeper.Table() != nil || g.keeper.Status().LastError != "" })
}

// awaitCatalogue waits for the first catalogue. The error is that of ctx.
func (g *gateway) awaitCatalogue(ctx context.Context) error {
	return poll(ctx, func() bool { return g.keeper.Table() != nil })
}

// awaitDeliveries waits until nothing is due or being sent, for settleTime at the longest: a receiver may be down.
func (g *gateway) awaitDeliveries(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, settleTime)
	defer stop()
	_ = poll(ctx, func() bool {
		for _, state := range []store.DeliveryState{store.DeliveryDue, store.DeliveryLeased} {
			rows, err := g.db.Deliveries(ctx, store.DeliveryFilter{State: state, Limit: 1})
			if err != nil || len(rows) > 0 {
				return false
			}
		}
		return true
	})
}

// poll asks again and again until check holds. The error is that of ctx.
func poll(ctx context.Context, check func() bool) error {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !check() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}
