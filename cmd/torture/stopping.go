//go:build linux

package main

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

// How gateways are told to stop in a trial. The drain is longer than the balancer needs to see it: a second between two
// checks, and one for a check.
const (
	drainTime  = 3 * time.Second
	finishTime = 5 * time.Second
)

// stopping restarts the gateways by SIGTERM, in an order that nobody chose. Behind the balancer one follows the other,
// as in an upgrade, and no request may fail. Without one they stop on top of each other, and sometimes a second signal
// ends them at once.
func (t *trial) stopping(ctx context.Context) error {
	order := t.random.Perm(len(t.gateways))
	if t.balancer != nil {
		for _, i := range order {
			if err := t.restart(ctx, t.gateways[i]); err != nil {
				return err
			}
		}
		return nil
	}
	t.broken.Add(1)
	defer t.broken.Add(-1)
	for _, i := range order {
		sleep(ctx, t.between(0, 500*time.Millisecond))
		if err := t.gateways[i].terminate(); err != nil {
			return err
		}
	}
	for _, i := range order {
		if t.random.IntN(3) == 0 {
			sleep(ctx, t.between(100*time.Millisecond, drainTime))
			if err := t.gateways[i].hurry(time.Second); err != nil {
				t.breach(err.Error())
			}
		}
		if err := t.gateways[i].waitForEnd(); err != nil {
			t.breach(err.Error())
		}
	}
	return nil
}

// restart is one step of a rolling restart.
func (t *trial) restart(ctx context.Context, g *gateway) error {
	sleep(ctx, t.between(0, 500*time.Millisecond))
	if err := g.terminate(); err != nil {
		return err
	}
	if err := g.waitForEnd(); err != nil {
		t.breach(err.Error())
	}
	if err := g.start(); err != nil {
		return err
	}
	if !g.ready(ctx) {
		return fmt.Errorf("%s does not get ready after its restart", g.name)
	}
	return t.balancer.waitFor(ctx, g.name)
}

// terminate sends SIGTERM.
func (g *gateway) terminate() error {
	g.told = true
	return g.signal(syscall.SIGTERM)
}

// hurry sends a second SIGTERM. The error is that of a gateway that lives on for longer than limit.
func (g *gateway) hurry(limit time.Duration) error {
	if !g.alive() {
		return nil
	}
	if err := g.signal(syscall.SIGTERM); err != nil && g.alive() {
		return err
	}
	select {
	case <-g.ended:
		return nil
	case <-time.After(limit):
		return fmt.Errorf("%s lives %v after a second SIGTERM", g.name, limit)
	}
}

// waitForEnd waits for a gateway that was told to stop. The error says that it took too long, and then it was killed.
func (g *gateway) waitForEnd() error {
	limit := drainTime + finishTime + 5*time.Second
	select {
	case <-g.ended:
		return nil
	case <-time.After(limit):
		g.kill()
		return fmt.Errorf("%s did not stop within %v", g.name, limit)
	}
}
