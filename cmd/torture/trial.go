//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"rivgate/store"
)

// lease is how long a gateway holds a lane; short, so that a trial can outlast it often.
const lease = 3 * time.Second

// trial is one store's turn.
type trial struct {
	o      options
	store  string
	name   string // in the ids of messages and cases
	folder string
	random *rand.Rand
	clock  *clock

	postgres  *postgres
	disk      *smallDisk
	power     *powerDisk
	url       string
	gateways  []*gateway
	balancer  *balancer // before them; nil: senders go to them directly
	receivers []*receiver
	sent      *ledger
	got       *ledger

	traffic                         sync.RWMutex // held by a sender while it sends, and by whoever wants none
	accepted, delivered, again, ids atomic.Int64
	broken                          atomic.Int64 // what cannot deliver now, on purpose
	mu                              sync.Mutex
	out                             map[string]bool // ids that were answered OK
	doing                           string          // the fault under way or just over
	result                          *result
}

func newTrial(o options, on, folder string, random *rand.Rand) (*trial, error) {
	t := &trial{
		o: o, store: on, name: strings.ReplaceAll(on, "-", ""), folder: folder, random: random, out: map[string]bool{},
		result: &result{store: on, control: on == control, kinds: map[string]int{}, stalledBy: "nothing"},
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := t.database(); err != nil {
		return nil, err
	}
	t.clock = &clock{file: filepath.Join(folder, "clock")}
	if err := t.clock.set(0, 0); err != nil {
		return nil, err
	}
	var err error
	if t.sent, err = newLedger(filepath.Join(folder, "sent.ledger")); err != nil {
		return nil, err
	}
	if t.got, err = newLedger(filepath.Join(folder, "taken.ledger")); err != nil {
		return nil, err
	}
	for _, name := range []string{"1177", "system1", "system2"} {
		a, err := address(random.IntN)
		if err != nil {
			return nil, err
		}
		t.receivers = append(t.receivers, &receiver{
			name: name, address: a, ledger: t.got, took: t.took, broken: func(err error) { t.breach(err.Error()) },
			random: rand.New(rand.NewPCG(random.Uint64(), 0)),
		})
	}
	return t, t.configure()
}

func (t *trial) database() (err error) {
	switch t.store {
	case onSQLite:
		t.url = "sqlite:" + filepath.Join(t.folder, "rivgate.db")
	case onSmall:
		small := filepath.Join(t.folder, "small")
		t.disk, err = newSmallDisk(small)
		t.url = "sqlite:" + filepath.Join(small, "rivgate.db")
	case onSmallPG:
		small := filepath.Join(t.folder, "small")
		if t.disk, err = newSmallDisk(small); err != nil {
			return err
		}
		if t.postgres, err = newPostgres(filepath.Join(small, "postgres")); err == nil {
			// by default the log alone would fill the disk
			t.postgres.settings = []string{"max_wal_size=96MB", "min_wal_size=32MB"}
			t.url = t.postgres.url()
		}
	case onPower, control:
		t.power, err = newPowerDisk(filepath.Join(t.folder, "disk"))
		t.url = "sqlite:" + filepath.Join(t.folder, "disk", "rivgate.db")
	case onPowerPG:
		if t.power, err = newPowerDisk(filepath.Join(t.folder, "disk")); err != nil {
			return err
		}
		if t.postgres, err = newPostgres(filepath.Join(t.folder, "disk", "postgres")); err == nil {
			t.url = t.postgres.url()
		}
	case onPostgres, onRolling:
		if t.postgres, err = newPostgres(filepath.Join(t.folder, "postgres")); err == nil {
			t.url = t.postgres.url()
		}
	default:
		err = errors.New("there is no such store")
	}
	return err
}

// configure writes the catalogue and says how the gateways are started.
func (t *trial) configure() error {
	units, routes, permissions := "units:\n", "routes:\n", "permissions:\n"
	for i, s := range systems() {
		units += fmt.Sprintf("  - {hsa_id: %s, name: Enhet, kind: care_unit, region: \"01\"}\n", s.unit)
		routes += fmt.Sprintf("  - {contract: SendComplaint, to: %s, address: \"http://%s/\", component: %s}\n", s.unit,
			t.receivers[i+1].address, s.component)
		permissions += fmt.Sprintf("  - {contract: ReturnComplaint, from_system: %s, to: %s}\n", s.component, portal)
	}
	units += "  - {hsa_id: SE2010123456-PN01, name: Patientnämnden, kind: patient_board, region: \"01\"}\n"
	routes += "  - {contract: SendComplaint, to: SE2010123456-PN01, address: \"rivgate:inbox\"}\n" // the region is active
	routes += fmt.Sprintf("  - {contract: ReturnComplaint, to: %s, address: \"http://%s/\"}\n", portal,
		t.receivers[0].address)
	permissions += fmt.Sprintf("  - {contract: SendComplaint, from_system: %s, to: \"*\"}\n", portal)
	catalogue := filepath.Join(t.folder, "catalogue.yaml")
	if err := os.WriteFile(catalogue, []byte(units+routes+permissions), 0o600); err != nil {
		return err
	}
	replicas := 1
	if t.postgres != nil {
		replicas = 2
	}
	for i := range replicas {
		soap, err1 := address(t.random.IntN)
		web, err2 := address(t.random.IntN)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		name := fmt.Sprintf("gateway%d", i+1)
		t.gateways = append(t.gateways, &gateway{
			binary: t.o.binary, folder: t.folder, name: name, soap: soap, web: web,
			environ: []string{
				"TZ=Europe/Stockholm", "RIVGATE_ENVIRONMENT=test", "RIVGATE_INSTANCE_ID=" + instance,
				"RIVGATE_INSTANCE_HSA_ID=" + gatewayHSA,
				"RIVGATE_STORE_URL=" + t.url, "RIVGATE_SOAP_LISTEN=" + soap, "RIVGATE_WEB_LISTEN=" + web,
				"RIVGATE_TAK_SOURCE=" + catalogue,
				"RIVGATE_TAK_CACHE=" + filepath.Join(t.folder, name+"-tak.xml"), "RIVGATE_DELIVERY_LEASE=" + lease.String(),
				"RIVGATE_DELIVERY_WORKERS=32",
				"RIVGATE_DELIVERY_SCHEDULE=100ms,200ms,400ms,800ms", "RIVGATE_PRODUCER_TIMEOUT=1s",
				"RIVGATE_PRODUCER_CONNECT_TIMEOUT=500ms",
				"RIVGATE_SHUTDOWN_DRAIN=" + drainTime.String(), "RIVGATE_SHUTDOWN_FINISH=" + finishTime.String(),
				"RIVGATE_TORTURE_CLOCK=" + t.clock.file, "RIVGATE_LOG_LEVEL=warn",
			},
		})
		if t.store == control {
			t.gateways[i].environ = append(t.gateways[i].environ, "RIVGATE_TORTURE_SYNCHRONOUS=normal")
		}
	}
	if t.store == onRolling {
		a, err := address(t.random.IntN)
		t.balancer = &balancer{folder: t.folder, address: a}
		return err
	}
	return nil
}

func (t *trial) took(e entry) {
	if e.how != answeredOK {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.out[e.id] {
		t.out[e.id] = true
		t.delivered.Add(1)
	}
}

func (t *trial) refuse(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.result.refused = append(t.result.refused, line)
}

// fail notes a request that had no receipt. Behind the balancer that is a fault.
func (t *trial) fail(line string) {
	t.again.Add(1)
	if t.balancer != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.result.failed = append(t.result.failed, line)
	}
}

// door is where a sender sends its next request.
func (t *trial) door(random *rand.Rand) string {
	if t.balancer != nil {
		return t.balancer.address
	}
	return t.gateways[random.IntN(len(t.gateways))].soap
}

func (t *trial) breach(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.result.breaches = append(t.result.breaches, line)
}

// run starts everything, breaks it for so long, lets it drain, and compares the ledgers. Whatever it started has ended
// when it returns.
func (t *trial) run(ctx context.Context, length time.Duration) (*result, error) {
	defer t.end()
	started := time.Now()
	if err := t.start(ctx); err != nil {
		return nil, err
	}
	sending, stopSending := context.WithCancel(ctx)
	limit, giveUp := context.WithCancel(ctx)
	defer giveUp()
	var senders sync.WaitGroup
	for i := range t.o.senders {
		s := t.newSender(i, rand.New(rand.NewPCG(t.random.Uint64(), 1)))
		senders.Go(func() { s.run(sending, limit) })
	}
	watching, stopWatching := context.WithCancel(ctx)
	var watchers sync.WaitGroup
	watchers.Go(func() { t.watchStalls(watching) })
	err := t.hurt(ctx, started.Add(length))
	stopSending()
	overdue := time.AfterFunc(30*time.Second, giveUp) // a sender that has no receipt by then has none
	senders.Wait()
	overdue.Stop()
	t.drain(ctx)
	stopWatching()
	watchers.Wait()
	err = errors.Join(err, t.check(ctx), t.checkFromOutside(ctx), t.stop(), t.sent.close(), t.got.close())
	if err != nil {
		return nil, err
	}
	accepted, err1 := readLedger(filepath.Join(t.folder, "sent.ledger"))
	taken, err2 := readLedger(filepath.Join(t.folder, "taken.ledger"))
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	compare(t.result, accepted, taken)
	t.result.took = time.Since(started)
	return t.result, nil
}

func (t *trial) start(ctx context.Context) error {
	if t.postgres != nil {
		if err := t.postgres.start(ctx); err != nil {
			return err
		}
	}
	for _, r := range t.receivers {
		r.behave(usualRate)
		if err := r.open(); err != nil {
			return err
		}
	}
	for _, g := range t.gateways {
		if err := g.start(); err != nil {
			return err
		}
		if !g.ready(ctx) {
			return fmt.Errorf("the gateway does not get ready; see %s.log", g.name)
		}
	}
	if t.balancer == nil {
		return nil
	}
	if err := t.balancer.start(ctx, t.gateways); err != nil {
		return err
	}
	for _, g := range t.gateways {
		if err := t.balancer.waitFor(ctx, g.name); err != nil {
			return err
		}
	}
	return nil
}

// hurt does one fault after another until the end, and tells how it goes.
func (t *trial) hurt(ctx context.Context, end time.Time) error {
	told := time.Now()
	var bag []hazard
	for ctx.Err() == nil && time.Now().Before(end) {
		if len(bag) == 0 { // every kind once before any comes again
			bag = t.hazards()
			t.random.Shuffle(len(bag), func(i, j int) { bag[i], bag[j] = bag[j], bag[i] })
		}
		f := bag[0]
		bag = bag[1:]
		t.mu.Lock()
		t.doing = f.name
		t.result.cycles++
		t.result.kinds[f.name]++
		t.mu.Unlock()
		if err := f.do(t, ctx); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if err := t.revive(ctx); err != nil {
			return err
		}
		sleep(ctx, t.between(200*time.Millisecond, 1200*time.Millisecond))
		if time.Since(told) > 5*time.Second {
			told = time.Now()
			t.progress(f.name)
		}
	}
	return nil
}

func (t *trial) progress(doing string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.o.out, "%s: cycle %d (%s), accepted %d, delivered %d, sent again %d, longest stall %v\n", t.store,
		t.result.cycles, doing,
		t.accepted.Load(), t.delivered.Load(), t.again.Load(), t.result.stall.Round(10*time.Millisecond))
}

// watchStalls measures how long nothing is delivered though something is due and nothing is broken.
func (t *trial) watchStalls(ctx context.Context) {
	since, last := time.Now(), t.delivered.Load()
	for sleep(ctx, 20*time.Millisecond) {
		now := t.delivered.Load()
		if now != last || t.broken.Load() > 0 || now >= t.accepted.Load() {
			since, last = time.Now(), now
			continue
		}
		t.mu.Lock()
		if stall := time.Since(since); stall > t.result.stall {
			t.result.stall, t.result.stalledBy = stall, t.doing
		}
		t.mu.Unlock()
	}
}

// revive starts what has ended. A gateway that ended though nobody killed it is a breach.
func (t *trial) revive(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	for _, g := range t.gateways {
		if how := g.ending(); how != "" {
			t.breach(g.name + " ended by itself: " + how)
		}
		for tries := 0; !g.alive(); tries++ {
			if tries == 50 || ctx.Err() != nil {
				return fmt.Errorf("%s does not start; see its log", g.name)
			}
			if err := g.start(); err != nil {
				return err
			}
			if !g.ready(ctx) {
				sleep(ctx, 100*time.Millisecond)
			}
		}
	}
	return nil
}

// drain waits until everything is delivered, or nothing more comes.
func (t *trial) drain(ctx context.Context) {
	t.behave(0)
	_ = t.minute(ctx) // a clock that cannot be moved is found out by what stays behind
	progress, last := time.Now(), t.delivered.Load()
	for t.delivered.Load() < t.accepted.Load() && time.Since(progress) < 30*time.Second &&
		sleep(ctx, 50*time.Millisecond) {
		if now := t.delivered.Load(); now != last {
			progress, last = time.Now(), now
		}
	}
	sleep(ctx, 2*lease) // what came twice comes now
}

// check asks the database whether everything agrees.
func (t *trial) check(ctx context.Context) error {
	s, err := store.Open(ctx, t.url, store.Options{Now: t.clock.now})
	if err != nil {
		return err
	}
	lines, err := s.Check(ctx)
	for _, line := range lines {
		t.breach(line)
	}
	return errors.Join(err, s.Close())
}

func (t *trial) stop() error {
	var all []error
	for _, g := range t.gateways {
		all = append(all, g.stop())
	}
	return errors.Join(all...)
}

// end ends by force what is still there.
func (t *trial) end() {
	if t.balancer != nil {
		t.balancer.stop()
	}
	for _, g := range t.gateways {
		g.kill()
	}
	for _, r := range t.receivers {
		r.close()
	}
	if t.postgres != nil {
		t.postgres.immediate()
	}
	if t.disk != nil {
		if err := t.disk.unmount(); err != nil {
			fmt.Fprintln(t.o.out, "unmounting", t.disk.folder+":", err)
		}
	}
	if t.power != nil {
		if err := t.power.unmount(); err != nil {
			fmt.Fprintln(t.o.out, err)
		}
	}
}

// sleep is over early, and false, when ctx is.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
