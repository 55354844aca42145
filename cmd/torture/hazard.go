//go:build linux

package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"
	_ "time/tzdata" // Europe/Stockholm on any machine
)

// hazard is one thing that goes wrong. do returns when it is over, gateways that ended excepted.
type hazard struct {
	name string
	on   func(*trial) bool // nil: everywhere
	do   func(*trial, context.Context) error
}

func hazards() []hazard {
	postgres := func(t *trial) bool { return t.postgres != nil }
	power := func(t *trial) bool { return t.power != nil }
	small := func(t *trial) bool { return t.disk != nil }
	return []hazard{
		{"kill", nil, (*trial).killOne},
		{"kill-all", nil, (*trial).killAll},
		{"crash-point", nil, (*trial).crashPoint},
		{"pause", nil, (*trial).pause},
		{"stopping", nil, (*trial).stopping},
		{"away", nil, (*trial).away},
		{"manners", nil, (*trial).manners},
		{"slow", nil, (*trial).slowReceiver},
		{"verbose", nil, (*trial).verboseReceiver},
		{"twice", nil, (*trial).answerTwice},
		{"weekend", nil, (*trial).weekend},
		{"clock-step", nil, (*trial).clockStep},
		{"summer-time", nil, (*trial).summerTime},
		{"database-restart", postgres, (*trial).databaseRestart},
		{"database-hang", postgres, (*trial).databaseHang},
		{"disk-full", small, (*trial).diskFull},
		{"power-cut", power, (*trial).powerCut},
	}
}

func hazardNames() []string {
	var names []string
	for _, h := range hazards() {
		names = append(names, h.name)
	}
	return names
}

// hazards are those that this trial can have and was asked for.
func (t *trial) hazards() []hazard {
	return slices.DeleteFunc(hazards(), func(h hazard) bool {
		if t.power != nil && h.name != "power-cut" { // what matters there is as many cuts as there is time for
			return true
		}
		// Behind the balancer no request may fail: nothing happens there that lets one.
		if t.balancer != nil && !slices.Contains([]string{"stopping", "away", "manners", "twice"}, h.name) {
			return true
		}
		if t.disk != nil && !slices.Contains([]string{"disk-full", "kill", "crash-point"}, h.name) {
			return true
		}
		return h.on != nil && !h.on(t) || len(t.o.faults) > 0 && !slices.Contains(t.o.faults, h.name)
	})
}

func (t *trial) between(least, most time.Duration) time.Duration {
	return least + time.Duration(t.random.Int64N(int64(most-least)))
}

func (t *trial) oneGateway() *gateway { return t.gateways[t.random.IntN(len(t.gateways))] }

// killOne is kill -9 at a moment that nobody chose.
func (t *trial) killOne(ctx context.Context) error {
	sleep(ctx, t.between(0, 500*time.Millisecond))
	t.oneGateway().kill()
	return nil
}

func (t *trial) killAll(ctx context.Context) error {
	sleep(ctx, t.between(0, 500*time.Millisecond))
	for _, g := range t.gateways {
		g.kill()
	}
	return nil
}

// crashPoints are the named points of the store: in a transaction before its commit, and right after it.
func crashPoints() []string {
	return []string{"accept", "accepted", "claim", "claimed", "answered", "finish", "finished"}
}

// crashPoint has a gateway die at one of them.
func (t *trial) crashPoint(ctx context.Context) error {
	g, point := t.oneGateway(), crashPoints()[t.random.IntN(len(crashPoints()))]
	t.mu.Lock()
	t.doing += " at " + point
	t.mu.Unlock()
	t.broken.Add(1)
	g.kill()
	err := g.start(fmt.Sprintf("RIVGATE_TORTURE_CRASH=%s:%d", point, 1+t.random.IntN(60)))
	t.broken.Add(-1)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-g.ended:
	case <-time.After(10 * time.Second): // there was too little to do
	}
	g.kill()
	return nil
}

// pause stops a gateway for longer than it may hold a lane, and lets it go on as if nothing had been.
func (t *trial) pause(ctx context.Context) error {
	g := t.oneGateway()
	if len(t.gateways) == 1 {
		t.broken.Add(1)
		defer t.broken.Add(-1)
	}
	if err := g.signal(syscall.SIGSTOP); err != nil {
		return err
	}
	sleep(ctx, lease+t.between(500*time.Millisecond, 3*lease))
	return g.signal(syscall.SIGCONT)
}

// away: a receiver is gone for a while.
func (t *trial) away(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	r := t.receivers[t.random.IntN(len(t.receivers))]
	r.close()
	sleep(ctx, t.between(time.Second, 3*time.Second))
	if err := r.open(); err != nil {
		return err
	}
	return t.minute(ctx)
}

// minute is one of the world's, after which a receiver that is back is to have been asked again.
func (t *trial) minute(ctx context.Context) error {
	for range 60 {
		if err := t.clock.pass(time.Second); err != nil {
			return err
		}
		sleep(ctx, 20*time.Millisecond)
	}
	return nil
}

// manners: every third message meets a bad one.
func (t *trial) manners(ctx context.Context) error {
	t.behave(0.3)
	sleep(ctx, t.between(2*time.Second, 4*time.Second))
	t.behave(usualRate)
	return nil
}

// answerTwice: the second answer must not be taken for that of the next message on the connection.
func (t *trial) answerTwice(ctx context.Context) error {
	t.behave(0.5, twice)
	sleep(ctx, t.between(time.Second, 2*time.Second))
	t.behave(usualRate)
	return nil
}

// usualRate is how often a receiver is bad when nothing else happens.
const usualRate = 0.01

func (t *trial) behave(rate float64, only ...manner) {
	for _, r := range t.receivers {
		r.behave(rate, only...)
	}
}

// weekend: all receivers are away from Friday evening to Monday morning, in three seconds.
func (t *trial) weekend(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	for _, r := range t.receivers {
		r.close()
	}
	for range 30 {
		if err := t.clock.pass(2 * time.Hour); err != nil {
			return err
		}
		sleep(ctx, 100*time.Millisecond)
	}
	for _, r := range t.receivers {
		if err := r.open(); err != nil {
			return err
		}
	}
	return t.minute(ctx)
}

// clockNoticed is how long a gateway may take to see that its database's clock is another.
const clockNoticed = 6 * time.Second

// clockStep sets the host's clock an hour wrong, and right again, and with it the database's or not.
func (t *trial) clockStep(ctx context.Context) error {
	by := time.Hour
	if t.random.IntN(2) == 0 {
		by = -by
	}
	own := by // the database's clock is the host's
	// A database of its own keeps its time, or goes back. What is put off while it is ahead would wait for as long once it
	// is right again: nobody may move that for all replicas, and docs/operations.md says what to do.
	if t.postgres != nil && (by > 0 || t.random.IntN(2) == 0) {
		own = 0
	}
	t.mu.Lock()
	t.doing = fmt.Sprintf("%s by %v, the database's by %v", t.doing, by, own)
	t.mu.Unlock()
	// what is due later by the clock waits until it is: nobody may move it for all replicas
	if own < 0 && t.postgres != nil {
		t.broken.Add(1)
		defer t.broken.Add(-1)
	}
	if err := t.clock.set(by, own); err != nil {
		return err
	}
	sleep(ctx, clockNoticed+t.between(0, 2*time.Second))
	if err := t.clock.set(0, 0); err != nil || own >= 0 || t.postgres == nil {
		return err
	}
	sleep(ctx, clockNoticed)
	return nil
}

// summerTime goes on to just before the next change between summer and normal time, and passes it with messages under
// way. What waited for months would be given up, so nothing is left waiting before the leap.
func (t *trial) summerTime(ctx context.Context) error {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return err
	}
	if !t.quiet(ctx) {
		return nil
	}
	now := t.clock.now().In(stockholm)
	change := now.Truncate(time.Hour).Add(time.Hour)
	for _, before := now.Zone(); ; change = change.Add(time.Hour) {
		if _, after := change.In(stockholm).Zone(); after != before {
			break
		}
	}
	leap := change.Sub(now) - 2*time.Second
	err = t.clock.pass(leap)
	t.traffic.Unlock()
	sleep(ctx, 4*time.Second)
	return err
}

// quiet stops the senders and waits until everything is delivered; the caller lets them go on. False: it was not, and
// they go on already.
func (t *trial) quiet(ctx context.Context) bool {
	t.traffic.Lock()
	t.behave(0)
	defer t.behave(usualRate)
	_ = t.minute(ctx) // for those that count as down; a clock that stands still shows below
	for end := time.Now().Add(15 * time.Second); time.Now().Before(end) && sleep(ctx, 50*time.Millisecond); {
		if t.delivered.Load() >= t.accepted.Load() {
			sleep(ctx, 2*time.Second) // for what was accepted though its receipt was lost
			return true
		}
	}
	t.traffic.Unlock()
	return false
}

// databaseRestart ends PostgreSQL without goodbye and starts it again.
func (t *trial) databaseRestart(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	t.postgres.immediate()
	sleep(ctx, t.between(0, time.Second))
	return t.postgres.start(ctx)
}

// diskFull leaves next to nothing free for a while.
func (t *trial) diskFull(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	if err := t.disk.fill(t.random.Int64N(256 << 10)); err != nil {
		return err
	}
	sleep(ctx, t.between(2*time.Second, 4*time.Second))
	if err := t.disk.free(); err != nil || t.postgres == nil {
		return err
	}
	// A PostgreSQL that cannot write its log ends. Somebody makes room and starts it again.
	for sleep(ctx, 500*time.Millisecond) && !t.postgres.gone() {
		if t.postgres.answers(ctx) {
			return nil
		}
	}
	return t.postgres.start(ctx)
}
