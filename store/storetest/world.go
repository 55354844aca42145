package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"rivgate/routing"
	"rivgate/store"
)

// Who is who in the suite.
const (
	portal    = "SE0000000001-1177"    // 1177
	system    = "SE2010123456-AVV"     // a handling system
	gateway   = "SE0000000001-RIVGATE" // this gateway, for its inbox
	unit      = "SE2010123456-SJ01"    // handled by system
	inboxUnit = "SE2010123456-VC01"    // handled in the inbox
	board     = "SE2010123456-PN01"    // a patient board, handled by system
	send      = "urn:send"
	back      = "urn:return"
	there     = "https://avvikelse.example/send"
)

// clock is a time that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a store under test with its clock.
type world struct {
	t     *testing.T
	ctx   context.Context
	s     *store.Store
	clock *clock
	files int
}

func newWorld(t *testing.T, open Open) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)}
	return &world{t: t, ctx: t.Context(), clock: c, s: open(t, store.Options{Now: c.Now})}
}

// run is a test of the group, on the group's store.
func (w *world) run(name string, test func(w *world)) {
	w.t.Run(name, func(t *testing.T) {
		inner := *w
		inner.t, inner.ctx = t, t.Context()
		test(&inner)
		w.files = inner.files
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// sound fails the test if the store contradicts itself.
func (w *world) sound(t *testing.T) {
	t.Helper()
	lines, err := w.s.Check(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		t.Error(line)
	}
}

func equal[T comparable](w *world, what string, got, want T) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// alike is equal for what holds maps or slices.
func alike[T any](w *world, what string, got, want T) {
	w.t.Helper()
	if !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s: got %+v, want %+v", what, got, want)
	}
}

// file is a case as the suite sees it: who handles it, and how far its senders have counted.
type file struct {
	w       *world
	ref     store.Ref
	id      string // ours
	handler store.Handler
	sender  string // of what comes back
	counts  map[string]int64
	first   *store.Message
}

// handlerOf is how a unit is handled in the suite.
func handlerOf(unit string) store.Handler {
	h := store.Handler{
		Unit: unit, Name: "Enheten", Kind: routing.CareUnit, Region: "01", Provider: "SE2010123456-REG",
		Via: routing.Queue, Address: there, Component: system,
	}
	if unit == inboxUnit {
		h.Via, h.Address, h.Component = routing.Inbox, routing.AddressInbox, gateway
	}
	if unit == board {
		h.Kind = routing.PatientBoard
	}
	return h
}

// blank is a case that is still to be complained about.
func (w *world) blank(unit string) *file {
	w.files++
	h := handlerOf(unit)
	f := &file{
		w: w, ref: store.Ref{Root: portal, Extension: fmt.Sprintf("K%d-%s", w.files, uuid.NewString())}, handler: h,
		sender: h.Component, counts: map[string]int64{},
	}
	f.first = f.sent(store.EventComplaint)
	f.first.Event.Handler, f.first.Event.Facts = &h, facts(w.clock.Now())
	return f
}

// file is a case that has been complained about.
func (w *world) file(unit string) *file {
	w.t.Helper()
	f := w.blank(unit)
	f.accept(f.first)
	return f
}

func facts(received time.Time) *store.Facts {
	return &store.Facts{
		ReporterID: "189001019802", ReporterName: "Åsa Anmälare", Role: "PATIENT", PatientID: "189001019802",
		PatientName: "Åsa Anmälare",
		BirthDate:   "18900101", Sex: "2", IncidentDate: "20260115", IncidentUnit: unit, Experienced: []string{"1", "3"},
		Attachments: true, Received: received,
	}
}

func (f *file) message(sender, receiver, contract string, route routing.Route, kind store.EventKind) *store.Message {
	id := uuid.NewString()
	return &store.Message{
		ID:    uuid.Must(uuid.NewV7()).String(),
		Key:   store.Key{Sender: sender, Contract: contract, MessageID: sender + "|" + id},
		Call:  routing.Call{Sender: sender, Receiver: receiver, Contract: contract, Profile: routing.RIVTABP21},
		Route: route, Correlation: "log-" + id, SOAPAction: "action", ContentType: "text/xml; charset=utf-8",
		Envelope: []byte("<envelope>" + id + "</envelope>"), Received: f.w.clock.Now(),
		Event: &store.Event{
			Kind: kind, MessageID: sender + "|" + id, Case: f.ref, Sequence: f.counts[sender] + 1, Sent: f.w.clock.Now(),
			AtPortal: true,
			Content:  json.RawMessage(`{"kind":"` + string(kind) + `"}`),
		},
	}
}

// sent is a message to the handler.
func (f *file) sent(kind store.EventKind) *store.Message {
	h := f.handler
	m := f.message(portal, h.Unit, send,
		routing.Route{Via: h.Via, Address: h.Address, Component: h.Component, Receiver: h.Unit}, kind)
	m.Event.Unit = h.Unit
	return m
}

// returned is a message from the handler.
func (f *file) returned(kind store.EventKind) *store.Message {
	m := f.message(f.sender, portal, back,
		routing.Route{Via: routing.Portal, Address: routing.AddressPortal, Receiver: portal}, kind)
	m.Event.Unit, m.Event.HasText = f.handler.Unit, true
	return m
}

func (f *file) closing() *store.Message {
	m := f.returned(store.EventClose)
	m.Event.Classification = &store.Classification{MainProblems: []string{"3"}, SubProblems: []string{"3.1"}, Area: "1"}
	return m
}

func (f *file) status(status string) *store.Message {
	m := f.returned(store.EventStatus)
	m.Event.Status, m.Event.HasText = status, false
	return m
}

func (f *file) answer(question *store.Message) *store.Message {
	m := f.sent(store.EventAnswer)
	m.Event.InReplyTo = question.Event.MessageID
	return m
}

// accept accepts a message and counts it.
func (f *file) accept(m *store.Message) store.Accepted {
	f.w.t.Helper()
	a, err := f.w.s.Accept(f.w.ctx, m)
	if err != nil {
		f.w.t.Fatalf("%s: %v", m.Event.Kind, err)
	}
	f.id = a.CaseID
	f.counts[m.Key.Sender] = max(f.counts[m.Key.Sender], m.Event.Sequence)
	return a
}

// refuse expects the case to refuse a message.
func (f *file) refuse(m *store.Message, reason store.Reason) {
	f.w.t.Helper()
	_, err := f.w.s.Accept(f.w.ctx, m)
	var refusal *store.Refusal
	if !errors.As(err, &refusal) {
		f.w.t.Fatalf("%s: got %v, want %q", m.Event.Kind, err, reason)
	}
	equal(f.w, string(m.Event.Kind), refusal.Reason, reason)
	if _, err := f.w.s.Unlogged().Message(f.w.ctx, m.ID); !errors.Is(err, store.ErrNotFound) {
		f.w.t.Errorf("%s: refused, and stored all the same: %v", m.Event.Kind, err)
	}
}

func (f *file) now() store.Case {
	f.w.t.Helper()
	c, err := f.w.s.Unlogged().CaseByRef(f.w.ctx, f.ref)
	f.w.must(err)
	return c
}

func (f *file) is(state store.State) {
	f.w.t.Helper()
	equal(f.w, "state", f.now().State, state)
}

// entry is a message's line in the case.
func (f *file) entry(m *store.Message) store.Entry {
	f.w.t.Helper()
	line, err := f.w.s.Unlogged().TimeLine(f.w.ctx, f.id)
	f.w.must(err)
	for _, entry := range line {
		if entry.MessageID == m.ID {
			return entry
		}
	}
	f.w.t.Fatalf("%s: not on the time line", m.Event.Kind)
	return store.Entry{}
}

func (f *file) in(m *store.Message, place store.Place) {
	f.w.t.Helper()
	equal(f.w, "place of "+string(m.Event.Kind), f.entry(m).Place, place)
}
