package relay_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
)

var (
	anna   = store.Person{ID: "anna", Name: "Anna Handläggare"}
	bertil = store.Person{ID: "bertil", Name: "Bertil Handläggare"}
)

// desk is a world with a case in its inbox and answers that leave after ten seconds.
type desk struct {
	*world
	later *relay.ReplyOutbox
	id    string // ours, of the case
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	w := newWorld(t)
	w.accepted(portal, complaint(inboxUnit, "desk"))
	return &desk{w, relay.NewReplyOutbox(w.Relay, 10*time.Second), w.begun("desk").ID}
}

func (d *desk) said(u *contracts.Update) relay.StagedReply {
	return relay.StagedReply{
		CaseID: d.id, Unit: inboxUnit, By: anna, Form: "reply", Draft: json.RawMessage(`{"text":"Tack"}`), Update: *u,
		Version: d.begun("desk").Version,
	}
}

// say stages an answer that must be right.
func (d *desk) say(u *contracts.Update) store.Outgoing {
	d.t.Helper()
	o, err := d.later.Stage(d.t.Context(), d.said(u))
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

func (d *desk) once(want bool) {
	d.t.Helper()
	sent, err := d.later.SendDue(d.t.Context())
	if err != nil || sent != want {
		d.t.Fatalf("sent %v, %v", sent, err)
	}
}

func (d *desk) waiting() []store.Outgoing {
	d.t.Helper()
	all, err := d.Store.Unlogged().Outgoings(d.t.Context(), d.id, inboxUnit)
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d *desk) got(want string) {
	d.t.Helper()
	if got := strings.Join(d.letters("desk"), " "); got != want {
		d.t.Errorf("the citizen got %q, want %q", got, want)
	}
}

func TestAnswerLeavesLater(t *testing.T) {
	d := newDesk(t)
	u := partsOf(contracts.PartialReply)
	u.Attachments = []contracts.Attachment{textFile("Ett svar i en fil")}
	o := d.say(u)
	d.once(false)
	if _, err := d.later.Stage(t.Context(), d.said(partsOf(contracts.Question))); !errors.Is(err, store.ErrStaged) {
		t.Errorf("a second answer: %v", err)
	}
	d.got("receipt")
	d.pass(10 * time.Second)
	d.once(true)
	d.once(false)
	d.got("receipt partial_reply")
	line, err := d.Store.Unlogged().TimeLine(t.Context(), d.id)
	if err != nil || line[1].Key.MessageID != o.MessageID {
		t.Fatalf("sent as %+v, %v", line, err)
	}
	file, err := d.Attachment(t.Context(), line[1].MessageID, 0)
	if err != nil || string(file.Value) != "Ett svar i en fil" {
		t.Errorf("the attachment is %q, %v", file.Value, err)
	}
	events, err := d.Store.Unlogged().DeskEvents(t.Context(), d.id, nil)
	if err != nil || len(events) != 1 || events[0].Kind != store.DeskSent || events[0].By != anna ||
		events[0].MessageID != o.MessageID {
		t.Errorf("who wrote it: %+v, %v", events, err)
	}
	for _, kind := range []string{contracts.Status, contracts.Question, contracts.Close, contracts.Correction} {
		d.say(partsOf(kind))
		d.pass(10 * time.Second)
		d.once(true)
	}
	d.got("receipt partial_reply question close")
	sound(t, d.world)
	discreet(t, d.world)
}

func TestAnswerIsUndone(t *testing.T) {
	d := newDesk(t)
	u := partsOf(contracts.PartialReply)
	u.Attachments = []contracts.Attachment{textFile("Fel fil")}
	o := d.say(u)
	draft, err := d.later.Undo(t.Context(), o.ID, inboxUnit, bertil)
	if err != nil || draft.By != anna || string(draft.Body) != `{"text":"Tack"}` || len(draft.Files) != 1 {
		t.Errorf("the draft is %+v, %v", draft, err)
	}
	d.pass(time.Minute)
	d.once(false)
	d.got("receipt")
	d.say(u)
	d.pass(time.Minute)
	d.once(true)
	if _, err := d.later.Undo(t.Context(), o.ID, inboxUnit, anna); !errors.Is(err, store.ErrLeft) {
		t.Errorf("undone after it left: %v", err)
	}
}

func TestWrongAnswerIsToldAtOnce(t *testing.T) {
	d := newDesk(t)
	empty := partsOf(contracts.PartialReply)
	empty.Text = ""
	bare := partsOf(contracts.Close) // a reply was wanted
	bare.Text = ""
	for name, u := range map[string]*contracts.Update{"without a text": empty, "a close without a reply": bare} {
		var refused *contracts.Error
		if _, err := d.later.Stage(t.Context(), d.said(u)); !errors.As(err, &refused) ||
			refused.SubCode != contracts.SubTextMissing {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := d.said(partsOf(contracts.PartialReply))
	old.Version++
	if _, err := d.later.Stage(t.Context(), old); !errors.Is(err, relay.ErrConflict) {
		t.Errorf("another version: %v", err)
	}
	elsewhere := d.said(partsOf(contracts.PartialReply))
	elsewhere.Unit = plainUnit
	if _, err := d.later.Stage(t.Context(), elsewhere); !errors.Is(err, relay.ErrConflict) {
		t.Errorf("another unit: %v", err)
	}
	if len(d.waiting()) > 0 || d.begun("desk").Version != 1 {
		t.Error("what was judged left something behind")
	}
	sound(t, d.world)
}

func TestRefusedAnswerIsNotLost(t *testing.T) {
	d := newDesk(t)
	o := d.say(partsOf(contracts.PartialReply))
	c := d.begun("desk")
	if _, err := d.Reply(t.Context(), c.ID, *partsOf(contracts.Status), c.Version); err != nil {
		t.Fatal(err)
	}
	d.pass(10 * time.Second)
	d.once(true)
	failed := d.waiting()
	if len(failed) != 1 || failed[0].State != store.OutgoingFailed || failed[0].Reason.Code != relay.UnsentChanged {
		t.Fatalf("left behind: %+v", failed)
	}
	d.once(false)
	if draft, err := d.later.Undo(t.Context(), o.ID, inboxUnit, anna); err != nil ||
		string(draft.Body) != `{"text":"Tack"}` {
		t.Errorf("the draft is %+v, %v", draft, err)
	}
	d.say(partsOf(contracts.PartialReply))
	table := d.table
	d.setTable(d.without(gateway))
	d.pass(10 * time.Second)
	d.once(true)
	d.setTable(table)
	if failed := d.waiting(); len(failed) != 1 || failed[0].State != store.OutgoingFailed ||
		failed[0].Reason.Code != relay.UnsentNoRoute {
		t.Errorf("without permission: %+v", failed)
	}
	d.got("receipt")
}

func TestAnswerWithoutDelay(t *testing.T) {
	d := newDesk(t)
	d.later.Delay = 0
	if o := d.say(partsOf(contracts.PartialReply)); o.ID != "" {
		t.Errorf("still waiting: %+v", o)
	}
	d.got("receipt partial_reply")
	wrong := partsOf(contracts.PartialReply)
	wrong.Text = ""
	var refused *contracts.Error
	if _, err := d.later.Stage(t.Context(), d.said(wrong)); !errors.As(err, &refused) {
		t.Errorf("a wrong one: %v", err)
	}
	drafts, err := d.Store.Unlogged().Drafts(t.Context(), d.id, inboxUnit)
	if err != nil || len(drafts) != 1 || len(d.waiting()) != 0 {
		t.Errorf("after a wrong one: %+v, %v", drafts, err)
	}
	sound(t, d.world)
}

// TestReplicasSendOnce: several runners on one store, over the whole length of a lease.
func TestReplicasSendOnce(t *testing.T) {
	d := newDesk(t)
	d.say(partsOf(contracts.PartialReply))
	d.pass(10 * time.Second)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := relay.NewReplyOutbox(d.Relay, 0).SendDue(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	d.got("receipt partial_reply")
	o := d.say(partsOf(contracts.Question))
	d.pass(10 * time.Second)
	claimed, err := d.Store.ClaimOutgoing(t.Context(), time.Second)
	if err != nil || claimed.ID != o.ID {
		t.Fatal(err)
	}
	d.pass(2 * time.Second) // this one stands still, and another is faster
	d.once(true)
	if err := d.later.Leave(t.Context(), claimed); err == nil {
		t.Error("an answer left twice")
	}
	if err := d.Store.Sent(t.Context(), claimed); err != nil {
		t.Error(err)
	}
	d.got("receipt partial_reply question")
	sound(t, d.world)
}

// deskChild names the database of a process that is to die.
const deskChild = "RIVGATE_TEST_DESK_CHILD"

// TestKilledBetweenSendingAndNoting: the process is killed when the line has accepted an answer, and before the store
// is told that it left.
func TestKilledBetweenSendingAndNoting(t *testing.T) {
	if path := os.Getenv(deskChild); path != "" {
		dieBetween(t, path)
		return
	}
	d := newDesk(t)
	d.say(partsOf(contracts.PartialReply))
	d.pass(10 * time.Second)
	child := exec.Command(os.Args[0], "-test.run=^TestKilledBetweenSendingAndNoting$")
	child.Env = append(os.Environ(), deskChild+"="+d.database)
	out, err := child.CombinedOutput()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != -1 {
		t.Fatalf("the child ended with %v: %s", err, out)
	}
	if len(d.waiting()) != 1 {
		t.Fatal("the child noted what it did")
	}
	d.got("receipt partial_reply")
	d.once(false) // the lease of the dead
	d.pass(time.Minute)
	d.once(true)
	if left := d.waiting(); len(left) > 0 {
		t.Errorf("left behind: %+v", left)
	}
	d.got("receipt partial_reply")
	sound(t, d.world)
}

func dieBetween(t *testing.T, path string) {
	w := newWorld(t)
	w.pass(10 * time.Second)
	w.ids = 1_000_000
	st, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Now: w.clock, NewID: w.newID})
	if err != nil {
		t.Fatal(err)
	}
	w.Relay.Store = st
	o, err := st.ClaimOutgoing(t.Context(), 30*time.Second)
	if err == nil {
		err = relay.NewReplyOutbox(w.Relay, 0).Leave(t.Context(), o)
	}
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	select {}
}

// TestRunnerSendsByItself: on the wall clock, and with an answer that another process staged.
func TestRunnerSendsByItself(t *testing.T) {
	d := newDesk(t)
	d.later.Delay = 50 * time.Millisecond
	d.say(partsOf(contracts.PartialReply))
	d.pass(time.Second)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { ended <- d.later.Run(ctx) }()
	d.eventually("the answer leaves", func() bool { return len(d.waiting()) == 0 })
	d.got("receipt partial_reply")
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
