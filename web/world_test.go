package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
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
	"rivgate/soap"
	"rivgate/store"
	"rivgate/web"
	"rivgate/web/shell"
)

const (
	portal   = "SE0000000001-1177"
	gateway  = "SE0000000001-RIVGATE"
	clinic   = "SE2010123456-VC01" // inbox, takes files
	other    = "SE2010123456-VC02" // inbox, takes none
	board    = "SE2010123456-PN01" // inbox
	hospital = "SE2010123456-SJ01" // an external system that nobody listens for
	system   = "SE2010123456-AVV"
	tolvan   = "189001019802" // test persons of Skatteverket
	child    = "201701012393"
)

// world is a gateway that stands at 1177, with its web listener on loopback.
type world struct {
	*web.Site
	t      *testing.T
	server *httptest.Server
	logs   *observer.ObservedLogs
	mu     sync.Mutex
	now    time.Time
	ids    int

	file    string            // of the database
	person  string            // who sits at the browser; "" those whose page it is
	cookies map[string]string // sessions
	citizen string            // who sits at 1177; "" the reporter of the case that is looked at
}

// begins is when every world does.
func begins() time.Time { return time.Date(2026, 3, 2, 9, 42, 0, 0, time.UTC) }

// emptyDatabase is the file of a database that is migrated, made once: migrating takes longer than most tests do.
var emptyDatabase = sync.OnceValue(func() []byte {
	folder, err := os.MkdirTemp("", "rivgate-empty-")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "empty.db")
	st, err := store.Open(context.Background(), "sqlite:"+file, store.Options{Now: begins})
	if err == nil {
		err = st.Close() // which leaves one file
	}
	b, unread := os.ReadFile(file)
	if err := errors.Join(err, unread); err != nil {
		panic(err)
	}
	return b
})

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: begins(), file: filepath.Join(t.TempDir(), "rivgate.db")}
	core, logs := observer.New(zap.DebugLevel)
	w.logs = logs
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.file, emptyDatabase(), 0o600); err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), "sqlite:"+w.file, store.Options{Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	table := newTable(t, registry)
	instance := outgoing.Instance{ID: "test", Name: "Test", HSAID: gateway}
	w.Site = &web.Site{}
	w.Relay = &relay.Relay{
		SupplementAfterClose: 14 * 24 * time.Hour,
		Instance:             instance, Portal: portal, Table: func() *routing.Table { return table },
		Contracts: registry, Store: st,
		Sender: &outgoing.Sender{Client: &soap.Client{}, Instance: instance}, Now: w.clock, NewID: w.newID,
		Log: zap.New(core),
	}
	w.Environment, w.SessionLife, w.Now, w.Log = shell.Demo, 365*24*time.Hour, w.clock, zap.New(core)
	w.SessionIdle, w.SignInAgain = w.SessionLife, w.SessionLife
	w.Operate.Version, w.Operate.Started = "1.2.3", w.now.Add(-26*time.Hour)
	w.serve()
	t.Cleanup(w.everyDetailHasWords)
	return w
}

// serve starts the listener, anew when the site has been changed.
func (w *world) serve() {
	if w.server != nil {
		w.server.Close()
	}
	w.server = httptest.NewServer(w.Handler())
	w.t.Cleanup(w.server.Close)
}

func newTable(t *testing.T, registry *contracts.Registry, more ...routing.Row) *routing.Table {
	t.Helper()
	send, giveBack := registry.Send().Contract, registry.Return().Contract
	table, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: other, Name: "Vårdcentralen Eken", Kind: routing.CareUnit, Region: "01"},
			{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01", Attachments: true},
			{HSAID: hospital, Name: "Sjukhuset", Kind: routing.CareUnit, Region: "01", Attachments: true},
		},
		Routes: append([]routing.Row{
			{Contract: send, Receiver: clinic, Address: routing.AddressInbox},
			{Contract: send, Receiver: other, Address: routing.AddressInbox},
			{Contract: send, Receiver: board, Address: routing.AddressInbox},
			{Contract: send, Receiver: hospital, Address: "http://127.0.0.1:9/", Component: system},
		}, more...),
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"},
			{Contract: send, Sender: gateway, Receiver: "*"},
			{Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}, routing.Rules{
		Durable: registry.Durable, SendContract: send, ReturnContract: giveBack, PortalAddress: portal, Own: gateway,
	})
	if err != nil {
		t.Fatal(err)
	}
	return table
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

// reply is an answer of the listener, read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

func (w *world) do(req *http.Request) reply {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{answer.StatusCode, answer.Header, string(body)}
}

func (w *world) request(method, path string, body io.Reader) *http.Request {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.server.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	return req
}

func (w *world) get(path string) reply {
	w.t.Helper()
	req := w.request(http.MethodGet, path, nil)
	w.sit(req, path)
	return w.do(req)
}

// page gets a page that must be there.
func (w *world) page(path string) string {
	w.t.Helper()
	r := w.get(path)
	if r.status != http.StatusOK {
		w.t.Fatalf("GET %s: %d\n%s", path, r.status, r.body)
	}
	return r.body
}

// post sends a form as a browser does on the site's own page.
func (w *world) post(path string, fields url.Values) reply {
	w.t.Helper()
	req := w.request(http.MethodPost, path, strings.NewReader(fields.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	w.sit(req, path)
	return w.do(req)
}

// postFile sends a form with one file.
func (w *world) postFile(path string, fields url.Values, name string, content []byte) reply {
	w.t.Helper()
	return w.postFiles(path, fields, upload{name, content})
}

// json posts a JSON body and returns the answer.
func (w *world) json(path, body string, headers ...string) reply {
	w.t.Helper()
	req := w.request(http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return w.do(req)
}

// complaint is a case to a unit as JSON.
func complaint(unit, name, text string) string {
	c := contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: contracts.PersonID{ID: tolvan, Type: contracts.OIDPersonnummer}, Name: name, Role: contracts.RolePatient,
		},
		IncidentDate: "20260220", Description: text, ReplyWanted: true,
	}
	kind := contracts.KindCareUnit
	if unit == board {
		kind, c.IncidentPlaceText = contracts.KindPatientBoard, "Akuten på sjukhuset"
	} else {
		c.IncidentUnit = &contracts.OrgUnit{HSAID: unit}
	}
	b, err := json.Marshal(contracts.Message{
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: kind}, Complaint: &c,
	})
	if err != nil {
		panic(err) // a struct of ours
	}
	return string(b)
}

// submit sends a case through the API and returns our id of it.
func (w *world) submit(unit, name, text string) string {
	w.t.Helper()
	r := w.json("/api/cases", complaint(unit, name, text))
	if r.status != http.StatusCreated {
		w.t.Fatalf("submitting: %d %s", r.status, r.body)
	}
	return field[string](w.t, r, "id")
}

// field is one field of a JSON answer.
func field[T any](t *testing.T, r reply, name string) T {
	t.Helper()
	var all map[string]json.RawMessage
	var v T
	if err := json.Unmarshal([]byte(r.body), &all); err != nil {
		t.Fatalf("answer is no JSON object: %v\n%s", err, r.body)
	}
	if raw, ok := all[name]; ok {
		if err := json.Unmarshal(raw, &v); err != nil {
			t.Fatalf("field %s: %v", name, err)
		}
	}
	return v
}

func (w *world) theCase(id string) store.Case {
	w.t.Helper()
	c, err := w.Relay.Store.Unlogged().Case(context.WithoutCancel(w.t.Context()), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// version is the hidden version of the case that a page was made from.
func version(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no version on the page\n%s", page)
	}
	return found[1]
}

// shows tells whether a page has a text, as it is written or as a browser shows it: with one space for any white space.
func shows(page, text string) bool {
	return strings.Contains(page, text) || strings.Contains(strings.Join(strings.Fields(page), " "), text)
}

func has(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !shows(page, s) {
			t.Errorf("%q is missing in\n%s", s, main(page))
		}
	}
}

func hasNot(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, s := range unwanted {
		if shows(page, s) {
			t.Errorf("%q is in\n%s", s, main(page))
		}
	}
}

// main is the part of a page that differs from the others.
func main(page string) string {
	_, rest, found := strings.Cut(page, "<main")
	if !found {
		return page
	}
	part, _, _ := strings.Cut(rest, "</main>")
	return part
}
