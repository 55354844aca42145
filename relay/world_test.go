package relay_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/relay"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/soap/wire"
	"rivgate/store"
)

const (
	portal   = "SE0000000001-1177"
	gateway  = "SE0000000001-RIVGATE"
	system   = "SE2010123456-AVV" // the external handling system
	stranger = "SE2010123456-DIA" // another handling system, which no route leads to
	slow     = "urn:riv:rivgate:test:SlowResponder:1"
)

// world is a whole gateway on a clock and ids of its own: real store, real server, real producer, loopback only.
type world struct {
	*relay.Relay
	t         testing.TB
	soap      *soap.Server
	server    *httptest.Server
	producer  *producer
	logs      *observer.ObservedLogs
	database  string // path of the SQLite file
	nobody    string // URL where nobody listens
	secure    string // URL of the latest listener with mutual TLS
	catalogue routing.Catalogue

	mu    sync.Mutex
	now   time.Time
	ids   int
	table *routing.Table
}

// newWorld builds a gateway on the catalogue of the recordings.
func newWorld(t testing.TB) *world {
	t.Helper()
	return newWorldOn(t, "")
}

// newWorldOn is newWorld with more routes, as lines of the catalogue. In it "http://producer" is the test's own
// handling system.
func newWorldOn(t testing.TB, routes string) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)}
	core, logs := observer.New(zap.DebugLevel)
	w.logs = logs
	w.producer = newProducer(t)
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}})
	if err != nil {
		t.Fatal(err)
	}
	w.database = filepath.Join(t.TempDir(), "rivgate.db")
	st, err := store.Open(t.Context(), "sqlite:"+w.database, store.Options{Now: w.clock, NewID: w.newID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	instance := outgoing.Instance{ID: "dev_env", Name: "NTjP Develop", HSAID: gateway}
	w.Relay = &relay.Relay{
		SupplementAfterClose: 14 * 24 * time.Hour,
		Instance:             instance, Portal: portal, Table: w.currentTable, Contracts: registry, Store: st,
		Sender: &outgoing.Sender{
			Client: &soap.Client{Client: wire.Client{Timeout: 20 * time.Second}}, Instance: instance,
			Timeouts: map[string]time.Duration{slow: 200 * time.Millisecond},
		},
		Trust: relay.Trust{
			Proxies:          []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
			OriginalConsumer: relay.OriginalConsumer{AllowedSenders: []string{portal}, Enforce: true},
		},
		Now: w.clock, NewID: w.newID, Log: zap.New(core), Version: "test",
	}
	w.table = w.load(routes)
	w.soap = &soap.Server{Handler: w.Relay, Path: "/vp", NewID: w.newID, Faulter: w.Fault, Log: zap.New(core)}
	w.server = httptest.NewServer(w.soap)
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) load(routes string) *routing.Table {
	w.t.Helper()
	file, err := os.ReadFile(filepath.Join(recordingsFolder, "catalogue.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	file = bytes.Replace(file, []byte("\nroutes:\n"), []byte("\nroutes:\n"+routes), 1)
	w.nobody = "http://" + closedPort(w.t)
	w.catalogue = w.read(file)
	return w.build(w.catalogue)
}

// read reads a catalogue. In it "http://producer" and "https://producer" are the test's own handling system.
func (w *world) read(file []byte) routing.Catalogue {
	w.t.Helper()
	file = bytes.ReplaceAll(file, []byte("https://producer"), []byte(w.producer.secure.URL))
	file = bytes.ReplaceAll(file, []byte("http://producer"), []byte(w.producer.URL))
	file = bytes.ReplaceAll(file, []byte("http://nobody"), []byte(w.nobody))
	c, err := tak.ReadYAML(bytes.NewReader(file), w.Contracts.Names())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) build(catalogue routing.Catalogue) *routing.Table {
	w.t.Helper()
	return w.buildBy(catalogue, func(*routing.Rules) {})
}

// buildBy is build by other rules.
func (w *world) buildBy(catalogue routing.Catalogue, change func(*routing.Rules)) *routing.Table {
	w.t.Helper()
	rules := routing.Rules{
		Delimiter: "#", ClimbRoutes: true, ClimbPermissions: true, Durable: w.Contracts.Durable,
		SendContract: w.Contracts.Send().Contract, ReturnContract: w.Contracts.Return().Contract, PortalAddress: portal,
	}
	change(&rules)
	table, err := routing.NewTable(catalogue, rules)
	if err != nil {
		w.t.Fatal(err)
	}
	return table
}

// without is the table without any permission of a sender's.
func (w *world) without(sender string) *routing.Table {
	w.t.Helper()
	less := w.catalogue
	less.Permissions = slices.DeleteFunc(slices.Clone(less.Permissions), func(p routing.Permission) bool {
		return p.Sender == sender
	})
	return w.build(less)
}

// closedPort is a loopback address where nobody listens.
func closedPort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (w *world) currentTable() *routing.Table {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.table
}

func (w *world) setTable(t *routing.Table) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.table = t
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) newID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ids++
	return fmt.Sprintf("00000000-0000-7000-8000-%012d", w.ids)
}

// post sends an envelope as another node of the gateway would for sender.
func (w *world) post(sender string, envelope []byte) answer {
	w.t.Helper()
	return w.postWith(http.Header{"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}}, "127.0.0.1", envelope)
}

// answer is what came back over HTTP.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (w *world) postWith(header http.Header, from string, envelope []byte) answer {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.server.URL+"/vp", bytes.NewReader(envelope))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header = header.Clone()
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "text/xml; charset=UTF-8")
	}
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	client := &http.Client{
		Transport: &http.Transport{
			DialContext: dialer.DialContext, DisableKeepAlives: true, ExpectContinueTimeout: 20 * time.Second,
		},
	}
	got, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{got.StatusCode, got.Header, body}
}

// written is a canonical message as an envelope of the pack.
func written(t testing.TB, m *contracts.Message) []byte {
	t.Helper()
	envelope, err := inferred.Pack{}.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// say posts a message for sender and returns its receipt.
func (w *world) say(sender string, m *contracts.Message) contracts.Receipt {
	w.t.Helper()
	c := w.Contracts.Send()
	if m.Update != nil {
		c = w.Contracts.Return()
	}
	got := w.post(sender, written(w.t, m))
	receipt, err := c.ReadReceipt(got.body)
	if err != nil {
		w.t.Fatalf("status %d, %v:\n%s", got.status, err, got.body)
	}
	return receipt
}

// accepted is say for a message that must be taken.
func (w *world) accepted(sender string, m *contracts.Message) contracts.Receipt {
	w.t.Helper()
	receipt := w.say(sender, m)
	if receipt.Result.Code == contracts.ERROR {
		w.t.Fatalf("refused: %+v", receipt.Result)
	}
	return receipt
}

// eventually waits until done is true: for what other goroutines do over real connections.
func (w *world) eventually(what string, done func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); {
		if time.Now().After(deadline) {
			w.t.Fatal("waited in vain for: " + what)
		}
		select {
		case <-w.t.Context().Done():
			w.t.Fatal("ended while waiting for: " + what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}
