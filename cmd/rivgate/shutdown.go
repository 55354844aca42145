package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"
)

// How serve ends:
//
//	SIGTERM ──► /readyz says no, at once      a balancer takes the process out of its turn
//	   │        the listeners stay open       each answer closes its connection
//	   │ shutdown.drain
//	   ▼
//	listeners close, no delivery is begun     what is under way goes on
//	   │ shutdown.finish
//	   ▼
//	end                                       what has not ended is cut off

// errInterrupted is the cause of a context that SIGINT ended: a person at a terminal, with no balancer to wait for.
var errInterrupted = errors.New("interrupted")

// untilSignal is a context that SIGINT or SIGTERM ends. The second signal ends the process at once, as if nobody caught
// it.
func untilSignal() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		got := <-signals
		signal.Stop(signals)
		if got == os.Interrupt {
			cancel(errInterrupted)
		}
		cancel(nil)
	}()
	return ctx, func() { cancel(nil) }
}

// drain waits for ctx to end, keeps serving for shutdown.drain, and then stops. It also returns when serving ends by
// itself.
func (g *gateway) drain(ctx, serving context.Context, stop context.CancelFunc) error {
	select {
	case <-ctx.Done():
	case <-serving.Done():
		return nil
	}
	defer stop()
	g.stopping.Store(true)
	wait := g.config.Shutdown.Drain
	if errors.Is(context.Cause(ctx), errInterrupted) {
		wait = 0
	}
	g.log.Info("stopping", zap.Duration("drain", wait), zap.Duration("finish", g.config.Shutdown.Finish))
	select {
	case <-time.After(wait):
	case <-serving.Done():
	}
	return nil
}

// await waits for all parts. From the end of serving on they have shutdown.finish; what is cut off then was a call
// without a receipt, which its sender repeats, or a delivery without an answer, which is sent again with the same
// message id.
func (g *gateway) await(serving context.Context, all *errgroup.Group) error {
	ended := make(chan error, 1)
	go func() { ended <- all.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-serving.Done():
	}
	const reserve = time.Second // for the listeners, which end their own calls after shutdown.finish
	select {
	case err := <-ended:
		return err
	case <-time.After(g.config.Shutdown.Finish + reserve):
		g.log.Warn("stopped with work under way: it is done again after the next start, or by another process")
		return nil
	}
}
