package relay_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/store"
)

const (
	portal  = "SE0000000001-1177"
	gateway = "SE0000000001-RIVGATE"
	system  = "SE2010123456-AVV" // the external handling system
)

// world is a whole gateway on a clock and ids of its own: real store, real server, real producer, loopback only.
type world struct {
	*relay.Relay
	t        *testing.T
	server   *httptest.Server
	producer *producer
	logs     *observer.ObservedLogs
	nobody   string // URL where nobody listens

	mu    sync.Mutex
	now   time.Time
	ids   int
	table *routing.Table
}

// newWorld builds a gateway on the catalogue of the recordings. "http://producer" in the catalogue is the test's own handling system.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 3, 2, 9, 15, 0, 0, time.UTC)}
	core, logs := observer.New(zap.DebugLevel)
	w.logs = logs
	w.producer = newProducer(t)
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}})
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rivgate.db"), store.Options{Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	instance := relay.Instance{ID: "dev_env", Name: "NTjP Develop", HSAID: gateway}
	w.Relay = &relay.Relay{
		Instance: instance, Portal: portal, Table: w.currentTable, Contracts: registry, Store: st,
		Sender: &relay.Sender{Client: &soap.Client{Timeout: 2 * time.Second}, Instance: instance},
		Trust:  relay.Trust{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, OriginalConsumer: relay.OriginalConsumer{AllowedSenders: []string{portal}, Enforce: true}},
		Now:    w.clock, NewID: w.newID, Log: zap.New(core), Version: "test",
	}
	w.table = w.load(registry)
	w.server = httptest.NewServer(&soap.Server{Handler: w.Relay, Path: "/vp", NewID: w.newID, Faulter: w.Fault, Log: zap.New(core)})
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) load(registry *contracts.Registry) *routing.Table {
	w.t.Helper()
	file, err := os.ReadFile(filepath.Join("..", "testdata", "recordings", "catalogue.yaml"))
	if err != nil {
		w.t.Fatal(err)
	}
	file = bytes.ReplaceAll(file, []byte("http://producer"), []byte(w.producer.URL))
	w.nobody = "http://" + closedPort(w.t)
	file = bytes.ReplaceAll(file, []byte("http://nobody"), []byte(w.nobody))
	catalogue, err := tak.ReadYAML(bytes.NewReader(file), registry.Names())
	if err != nil {
		w.t.Fatal(err)
	}
	table, err := routing.NewTable(catalogue, routing.Rules{
		Delimiter: "#", ClimbRoutes: true, ClimbPermissions: true, Durable: registry.Durable,
		ReturnContract: registry.Return().Contract, PortalAddress: portal,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return table
}

// closedPort is a loopback address where nobody listens.
func closedPort(t *testing.T) string {
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

// post sends an envelope as another node of the gateway would for sender, and returns status and body.
func (w *world) post(sender string, envelope []byte) (int, []byte) {
	w.t.Helper()
	return w.postWith(http.Header{"X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {"dev_env"}}, "127.0.0.1", envelope)
}

func (w *world) postWith(header http.Header, from string, envelope []byte) (int, []byte) {
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
	client := &http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	answer, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer.StatusCode, body
}

// certificate is a client certificate for an HSA-id as a proxy forwards it, bare base64.
func certificate(t *testing.T, hsaID string, from, until time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: from, NotAfter: until,
		Subject: pkix.Name{CommonName: "test", SerialNumber: hsaID}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(der)
}

// producer is an external handling system over real HTTP. The path of the address says how it behaves.
type producer struct {
	*httptest.Server
	mu   sync.Mutex
	got  []*contracts.Message
	down bool
}

func newProducer(t *testing.T) *producer {
	p := &producer{}
	handle := &soap.Server{Path: "/ok", Handler: inferred.Pack{}.Handler(p.take), NewID: func() string { return "producer" }, Log: zap.NewNop()}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fault := func(code string) {
			w.Header().Set("Content-Type", soap.ContentType)
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write((&soap.Fault{Code: code, String: "the producer says no"}).Envelope())
		}
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		switch {
		case down:
			http.Error(w, "away", http.StatusServiceUnavailable)
		case strings.HasPrefix(r.URL.Path, "/ok"):
			handle.ServeHTTP(w, r)
		case r.URL.Path == "/fault-client":
			fault(soap.CodeClient)
		case r.URL.Path == "/fault-server":
			fault(soap.CodeServer)
		case r.URL.Path == "/empty":
		case r.URL.Path == "/garbage":
			_, _ = io.WriteString(w, "<html>not SOAP</html>")
		case r.URL.Path == "/slow":
			<-r.Context().Done()
		case r.URL.Path == "/echo":
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Content-Type", soap.ContentType)
			_, _ = w.Write(body)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Server.Close)
	return p
}

func (p *producer) take(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m)
	return contracts.Receipt{Result: contracts.Result{Code: contracts.OK, LogID: "producer"}}, nil
}

func (p *producer) taken() []*contracts.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*contracts.Message(nil), p.got...)
}

func (p *producer) setDown(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}
