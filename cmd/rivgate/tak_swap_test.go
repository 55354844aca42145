package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/store/catalogues"
)

// swapping is a running gateway whose catalogue is kept in its store, on a clock that the test sets. Its one producer
// says which version of the catalogue led to it.
type swapping struct {
	t      *testing.T
	db     *store.Store
	keeper *tak.Keeper
	rules  routing.Rules
	config string // file with which commands find the store
	url    string
	ahead  atomic.Int64 // of the clock, in nanoseconds
	looks  atomic.Int64 // for another version
	gate   atomic.Pointer[chan struct{}]
	inside chan struct{} // one for each reading that waits at the gate
}

const swapContract = "urn:riv:rivgate:test:SwapResponder:1"

// Read waits at the gate, where there is one: a source that is slow to answer.
func (s *swapping) Read(ctx context.Context) (routing.Catalogue, error) {
	if gate := s.gate.Load(); gate != nil {
		s.inside <- struct{}{}
		select {
		case <-*gate:
		case <-ctx.Done():
			return routing.Catalogue{}, ctx.Err()
		}
	}
	return parts.StoreSource{DB: s.db}.Read(ctx)
}

func (s *swapping) Mark(ctx context.Context) (string, error) {
	s.looks.Add(1)
	return parts.StoreSource{DB: s.db}.Mark(ctx)
}

var _ tak.Marked = (*swapping)(nil)

func (s *swapping) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func newSwapping(t *testing.T) *swapping {
	t.Helper()
	s := &swapping{t: t, inside: make(chan struct{}, 100)}
	producer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w,
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><at xmlns="%s">%s</at></s:Body>`+
				`</s:Envelope>`, swapContract, r.URL.Path)
	}))
	t.Cleanup(producer.Close)
	c := demoConfig(t.TempDir())
	c.TAK.Source = config.SourceStore
	registry, err := parts.NewRegistry(c)
	if err != nil {
		t.Fatal(err)
	}
	if s.db, err = cli.OpenStore(t.Context(), c, store.Options{Now: s.now}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	if s.keeper, err = parts.NewKeeper(c, registry, s.db, s.now, zap.NewNop()); err != nil {
		t.Fatal(err)
	}
	s.keeper.Source, s.keeper.Poll, s.rules = s, 5*time.Millisecond, s.keeper.Rules
	line, err := parts.NewRelay(c, registry, s.db, s.keeper.Table, s.now, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(&soap.Server{
		Handler: line, Path: c.SOAP.Path, NewID: parts.NewID, Faulter: line.Fault, Log: zap.NewNop(),
	})
	t.Cleanup(server.Close)
	s.url = server.URL + c.SOAP.Path
	s.config = filepath.Join(t.TempDir(), "rivgate.yaml")
	content := "environment: test\nstore: {url: '" + c.Store.URL + "'}\ntak: {source: store, cache: '" + c.TAK.Cache +
		"'}\n"
	if err := os.WriteFile(s.config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	s.edit(catalogue.Edit{
		Action: catalogue.EditAdd,
		Row: catalogue.Row{
			ID: "route", Kind: catalogue.KindRoute, Contract: swapContract, Receiver: "*", Address: producer.URL + "/1",
		},
	},
		catalogue.Edit{
			Action: catalogue.EditAdd,
			Row: catalogue.Row{
				Kind: catalogue.KindPermission, Contract: swapContract, Sender: c.Contracts.PortalAddress, Receiver: "*",
			},
		})
	s.publish()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.keeper.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the keeper ended with %v", err)
		}
	})
	until(t, "the first version is in use", func() bool { return s.keeper.Table() != nil })
	return s
}

func (s *swapping) edit(edits ...catalogue.Edit) {
	s.t.Helper()
	d, err := s.db.CatalogueDraft(s.t.Context())
	if err == nil {
		_, _, err = s.db.EditCatalogue(s.t.Context(), d.Revision, edits, s.rules, "test", "test")
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// leadTo changes the draft: the route goes to a path that is named by a number.
func (s *swapping) leadTo(n int) {
	s.t.Helper()
	d, err := s.db.CatalogueDraft(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range d.Rows {
		if e.Kind == catalogue.KindRoute {
			e.Address = e.Address[:strings.LastIndexByte(e.Address, '/')+1] + strconv.Itoa(n)
			s.edit(catalogue.Edit{Action: catalogue.EditChange, Row: e})
		}
	}
}

func (s *swapping) publish() {
	s.t.Helper()
	d, err := s.db.CatalogueDraft(s.t.Context())
	if err == nil {
		_, err = s.db.PublishCatalogue(s.t.Context(),
			catalogues.Order{Revision: d.Revision, By: "test", Reason: "test"}, s.rules)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// call makes one call and says to which path it went.
func (s *swapping) call(ctx context.Context) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url,
		strings.NewReader(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>`+
			`<LogicalAddress xmlns="urn:riv:itintegration:registry:1">SE2010123456-VC01</LogicalAddress></s:Header><s:Body>`+
			`<Swap xmlns="`+swapContract+`"/></s:Body></s:Envelope>`))
	if err != nil {
		return 0, err
	}
	r.Header = http.Header{
		"Content-Type": {soap.ContentType}, soap.HeaderSender: {lifePortal},
		soap.HeaderInstance: {config.Default().Instance.ID},
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	if answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("status %d: %s", answer.StatusCode, body)
	}
	_, path, _ := strings.Cut(string(body), `">/`)
	path, _, _ = strings.Cut(path, "<")
	return strconv.Atoi(path)
}

func (s *swapping) goesTo(want int) {
	s.t.Helper()
	if got, err := s.call(s.t.Context()); err != nil || got != want {
		s.t.Fatalf("a call goes to %d, not %d: %v", got, want, err)
	}
}

// A version that was published for later by the command comes into force in the gateway that runs, at its time by the
// gateway's clock and not before.
func TestAScheduledVersionComesIntoForceInARunningGateway(t *testing.T) {
	s := newSwapping(t)
	at := time.Now().Add(48 * time.Hour).Truncate(time.Minute)
	s.leadTo(2)
	code, out, problem := command(t, "tak", "publish", "--at", at.Format(time.RFC3339), "--reason", "the producer moves",
		"--config", s.config)
	if code != cli.ExitDone || !strings.Contains(out, "in force from") {
		t.Fatalf("%d %s%s", code, out, problem)
	}
	looked := func() {
		seen := s.looks.Load()
		until(t, "the gateway looked for another version", func() bool { return s.looks.Load() > seen+2 })
	}
	looked()
	s.goesTo(1)
	s.ahead.Store(int64(time.Until(at) - time.Hour)) // an hour before
	looked()
	s.goesTo(1)
	s.ahead.Store(int64(time.Until(at) + time.Second))
	until(t, "the new version counts", func() bool {
		n, err := s.call(t.Context())
		return err == nil && n == 2
	})
	code, out, problem = command(t, "tak", "rollback", "1", "--reason", "the producer was not ready", "--config", s.config)
	// by the command's own clock it still is
	if code != cli.ExitRefused || !strings.Contains(out+problem, "version 2 is scheduled for") {
		t.Errorf("%d %s%s", code, out, problem)
	}
}

// Callers call all the time while versions are published and rolled back. No call fails, each goes the way of one
// version, and none of a version that was replaced before its caller saw the next one.
func TestVersionsSwapUnderCallers(t *testing.T) {
	const callers, swaps = 8, 25
	s := newSwapping(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var all sync.WaitGroup
	calls, done := [callers]int{}, make(chan struct{})
	for i := range callers {
		all.Go(func() {
			last := 0
			for {
				select {
				case <-done:
					return
				default:
				}
				n, err := s.call(ctx)
				if err != nil || n < last {
					t.Errorf("caller %d, call %d: to %d after %d, %v", i, calls[i], n, last, err)
					return
				}
				last, calls[i] = n, calls[i]+1
			}
		})
	}
	for n := 2; n < 2+swaps; n++ {
		s.leadTo(n)
		s.publish()
		until(t, "the version is in use", func() bool {
			got, err := s.call(ctx)
			return err == nil && got == n
		})
	}
	close(done)
	all.Wait()
	for i, n := range calls {
		if n < swaps {
			t.Errorf("caller %d made %d calls only", i, n)
		}
	}
}

// While a new catalogue is being read, however long that takes, calls go on by the one there is.
func TestNoCallWaitsForACatalogueThatIsBeingRead(t *testing.T) {
	s := newSwapping(t)
	gate := make(chan struct{})
	s.gate.Store(&gate)
	s.leadTo(2)
	s.publish()
	select {
	case <-s.inside:
	case <-time.After(20 * time.Second):
		t.Fatal("the new version is not read")
	}
	for range 200 { // each would hang until the gate opens, if it waited
		s.goesTo(1)
	}
	s.gate.Store(nil)
	close(gate)
	until(t, "the new version is in use", func() bool {
		n, err := s.call(t.Context())
		return err == nil && n == 2
	})
}
