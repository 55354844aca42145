package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/store/storetest"
)

// crowd are handling systems over real HTTP, each at an address of its own. The first is quick, the others are slow or
// verbose.
type crowd struct {
	addresses []string
	over      chan struct{} // closed at the end: nobody thinks any longer
	calls     atomic.Int64  // at the slow and verbose ones

	mu    sync.Mutex
	taken map[string]time.Time // by message id, what the quick one took
}

func newCrowd(t *testing.T, others int) *crowd {
	c := &crowd{over: make(chan struct{}), taken: map[string]time.Time{}}
	for n := range others + 1 {
		server := httptest.NewServer(c.receiver(n))
		t.Cleanup(server.Close)
		c.addresses = append(c.addresses, server.URL)
	}
	return c
}

// receiver answers by its number: 0 at once, the others in turn OK after 3 s, OK just before the default time-out, and
// at once but with 10 MB.
func (c *crowd) receiver(n int) http.Handler {
	if n > 0 && n%3 == 0 {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			c.calls.Add(1)
			w.Header().Set("Content-Type", soap.ContentType)
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, verboseFault)
		})
	}
	take := func(ctx context.Context, m *contracts.Message) (contracts.Receipt, error) {
		switch {
		case n == 0:
			c.take(m.ID.Extension)
		case n%3 == 1:
			c.think(ctx, 3*time.Second)
		default:
			c.think(ctx, config.Default().Producer.Timeout-500*time.Millisecond)
		}
		return contracts.Receipt{Result: contracts.Result{Code: contracts.OK, LogID: "crowd"}}, nil
	}
	return &soap.Server{
		Path: "/", Handler: inferred.Pack{}.Handler(take), NewID: func() string { return "crowd" }, Log: zap.NewNop(),
	}
}

// verboseFault is a fault of 10 MB.
var verboseFault = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>` +
	`<faultcode>s:Server</faultcode><faultstring>` +
	strings.Repeat("It went wrong. ", 10<<20/15) + `</faultstring></s:Fault></s:Body></s:Envelope>`

func (c *crowd) think(ctx context.Context, d time.Duration) {
	c.calls.Add(1)
	select {
	case <-c.over:
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func (c *crowd) take(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, again := c.taken[id]; !again {
		c.taken[id] = time.Now()
	}
}

func (c *crowd) tookLessThan(n int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.taken) < n
}

// backlog puts messages into the store as the line does when it accepts them: for one address, each in a lane of its
// own.
type backlog struct {
	db       *store.Store
	contract string
	envelope []byte
}

func newBacklog(t *testing.T, db *store.Store) *backlog {
	t.Helper()
	now := contracts.NewStamp(time.Now())
	envelope, err := inferred.Pack{}.Write(&contracts.Message{
		ID: contracts.II{Root: "SE0000000001-1177", Extension: "MESSAGE-ID"}, SentTime: now, Sequence: 1,
		CaseID: &contracts.II{Root: "SE0000000001-1177", Extension: "CASE-ID"}, Receiver: "SE2010123456-SJ01",
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: "SE2010123456-SJ01"}, Kind: contracts.KindCareUnit},
		Complaint: &contracts.Complaint{
			Received: now,
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: "SE2010123456-SJ01"}, IncidentDate: "20260214",
			Description: "Jag fick vänta.", ReplyWanted: true,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &backlog{db, inferred.Pack{}.Operations()[0].Contract, envelope}
}

func (q *backlog) put(ctx context.Context, address, id string) error {
	return q.putFor(ctx, "SE2010123456-SJ01", address, id)
}

func (q *backlog) putFor(ctx context.Context, receiver, address, id string) error {
	_, err := q.db.Accept(ctx, &store.Message{
		ID:  uuid.NewString(),
		Key: store.Key{Sender: "SE0000000001-1177", Contract: q.contract, MessageID: "SE0000000001-1177|" + id},
		Call: routing.Call{
			Sender: "SE0000000001-1177", Receiver: receiver, Contract: q.contract, Profile: routing.RIVTABP21,
		},
		Route:       routing.Route{Via: routing.Queue, Address: address, Profile: routing.RIVTABP21},
		ContentType: "text/xml; charset=utf-8", Envelope: bytes.Replace(q.envelope, []byte("MESSAGE-ID"), []byte(id), 1),
		Received: time.Now(),
	})
	return err
}

// fill puts so many messages to every address, in parallel.
func (q *backlog) fill(t *testing.T, addresses []string, each int) {
	t.Helper()
	all, ctx := errgroup.WithContext(t.Context())
	all.SetLimit(64)
	for i := range each {
		for n, address := range addresses {
			all.Go(func() error { return q.put(ctx, address, fmt.Sprintf("waits-%d-%d", n, i)) })
		}
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
}

// With the default configuration, receivers that answer slowly or verbosely and have a backlog leave a quick one's
// messages delivered within 2 s at the median, however many they are, from the moment on that the gateway starts.
func TestSlowReceiversLeaveTheQuickOneAlone(t *testing.T) {
	for name, url := range map[string]func() string{
		"SQLite":     func() string { return "sqlite:" + filepath.Join(t.TempDir(), "rivgate.db") },
		"PostgreSQL": func() string { return storetest.Postgres(t) },
	} {
		for _, others := range []int{8, 40, 400} {
			t.Run(fmt.Sprintf("%s, %d others", name, others), func(t *testing.T) { leftAlone(t, url(), others) })
		}
	}
}

func leftAlone(t *testing.T, url string, others int) {
	c := newCrowd(t, others)
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	newBacklog(t, db).fill(t, c.addresses[1:], 8000/others)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	conf := demoConfig(t.TempDir())
	conf.Store.URL, conf.Delivery = url, config.Default().Delivery
	g := running(t, conf)
	defer close(c.over) // the gateway waits for what is under way

	const messages = 24
	quick, sent := newBacklog(t, g.db), map[string]time.Time{}
	every := time.NewTicker(500 * time.Millisecond)
	defer every.Stop()
	for i := range messages {
		id := fmt.Sprint("quick-", i)
		sent[id] = time.Now()
		if err := quick.put(t.Context(), c.addresses[0], id); err != nil {
			t.Fatal(err)
		}
		<-every.C
	}
	for last := time.Now().Add(4 * time.Second); c.tookLessThan(messages) && time.Now().Before(last); {
		<-every.C
	}
	end := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var took []time.Duration
	for id, at := range sent {
		arrived, ok := c.taken[id]
		if !ok {
			arrived = end.Add(time.Hour)
		}
		took = append(took, arrived.Sub(at))
	}
	slices.Sort(took)
	median, longest := took[len(took)/2], took[len(took)-1]
	t.Logf("%d of %d messages arrived; median %v, longest %v; the others were called %d times", len(c.taken), messages,
		median, longest, c.calls.Load())
	if median > 2*time.Second {
		t.Errorf("half of the quick receiver's messages took longer than %v", median)
	}
	if c.calls.Load() < int64(others) {
		t.Errorf("the others, %d of them, were called %d times: they have their share, too", others, c.calls.Load())
	}
}
