package relay_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/recording"
	"rivgate/relay"
	"rivgate/relay/diagnosis"
	"rivgate/soap"
	"rivgate/store"
)

func (w *world) worker() *relay.Worker {
	return &relay.Worker{
		Relay: w.Relay, Name: "test", Schedule: []time.Duration{4 * time.Second, 20 * time.Second, 5 * time.Minute},
		GiveUp:     time.Hour,
		GapTimeout: time.Hour, Lease: 30 * time.Second, Workers: 4,
	}
}

// work lets a worker deliver what is due by the clock, until nothing is.
func (w *world) work() {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	worker := w.worker()
	go func() { ended <- worker.Run(ctx) }()
	w.eventually("everything due is tried", func() bool {
		for _, d := range w.deliveries(store.DeliveryFilter{}) {
			if d.State == store.DeliveryLeased ||
				d.State == store.DeliveryDue && w.isHead(d) && (d.Next == nil || !d.Next.After(w.clock())) {
				return false
			}
		}
		return true
	})
	stop()
	if err := <-ended; err != nil {
		w.t.Fatal(err)
	}
}

// isHead tells whether nothing of the same case and receiver waits before d.
func (w *world) isHead(d store.DeliveryRow) bool {
	for _, other := range w.deliveries(store.DeliveryFilter{Case: d.CaseID, Receiver: d.Receiver}) {
		open := other.State == store.DeliveryDue || other.State == store.DeliveryLeased || other.State == store.DeliveryParked
		if open && other.ID != d.ID && other.Accepted.Before(d.Accepted) {
			return false
		}
	}
	return true
}

func (w *world) deliveries(f store.DeliveryFilter) []store.DeliveryRow {
	w.t.Helper()
	rows, err := w.Store.Deliveries(w.t.Context(), f)
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// delivery is the only one of a case.
func (w *world) delivery(extension string) store.DeliveryRow {
	w.t.Helper()
	rows := w.deliveries(store.DeliveryFilter{Case: extension})
	if len(rows) != 1 {
		w.t.Fatalf("%d deliveries of %s", len(rows), extension)
	}
	return rows[0]
}

// wants checks where a delivery stands.
func (w *world) wants(extension string, state store.DeliveryState, class string, attempts int) store.DeliveryRow {
	w.t.Helper()
	d := w.delivery(extension)
	if d.State != state || d.Class != class || d.Attempts != attempts {
		w.t.Fatalf("delivery is %s after %d attempts, the last of class %q; want %s, %d, %q", d.State, d.Attempts, d.Class,
			state, attempts, class)
	}
	return d
}

func TestDeliveredCaseIsDelivered(t *testing.T) {
	w := newWorld(t)
	w.producer.say(func(*contracts.Message) contracts.Receipt {
		return contracts.Receipt{
			Result: contracts.Accepted("there"), ExternalCaseID: &contracts.II{Root: system, Extension: "DNR-1"},
		}
	})
	w.accepted(portal, complaint(systemUnit, "a"))
	if c := w.begun("a"); c.State != store.Submitted {
		t.Errorf("before delivery the case is %s", c.State)
	}
	w.work()
	w.wants("a", store.DeliveryDelivered, "ok", 1)
	if c := w.begun("a"); c.State != store.Delivered || c.External.Extension != "DNR-1" {
		t.Errorf("after delivery the case is %s with external id %q", c.State, c.External.Extension)
	}
	sound(t, w)
	discreet(t, w)
}

// What the line does not know, such as the additions of a later minor version, must reach the handling system all the
// same.
func TestDeliveredByteForByte(t *testing.T) {
	w := newWorld(t)
	sent := recordedExchange(t, "story-later-minor-version/01-complaint-of-version-1.1").Part(recording.Request)
	got := w.postWith(http.Header{
		"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}, "X-Skltp-Correlation-Id": {"corr-1"},
		"Soapaction": {`"urn:as-it-came"`},
	}, "127.0.0.1", sent)
	if got.status != http.StatusOK {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	w.work()
	if !bytes.Equal(w.producer.body(), sent) {
		t.Errorf("the handling system got\n%s", w.producer.body())
	}
	for name, want := range map[string]string{
		soap.HeaderSender: portal, soap.HeaderInstance: "dev_env", soap.HeaderCorrelation: "corr-1",
		soap.HeaderOriginalConsumer: portal,
		"Soapaction":                `"urn:as-it-came"`, "Content-Type": "text/xml;charset=UTF-8",
	} {
		if value := w.producer.header().Get(name); value != want {
			t.Errorf("header %s is %q, not %q", name, value, want)
		}
	}
}

// Every other request fails: what belongs to one case must come in its order all the same.
func TestMessagesOfACaseAreDeliveredInOrder(t *testing.T) {
	w := newWorld(t)
	n := 0
	w.producer.turn(func(rw http.ResponseWriter) bool {
		w.producer.mu.Lock()
		n++
		fails := n%2 == 1
		w.producer.mu.Unlock()
		return fails && away(rw)
	})
	cases := []string{"a", "b", "c"}
	for _, extension := range cases {
		w.accepted(portal, complaint(systemUnit, extension))
		for n := range int64(3) {
			question := returns(contracts.Question, systemUnit, extension, n+1)
			w.accepted(system, question)
			w.pass(time.Second)
			w.accepted(portal, answerTo(question.ID, systemUnit, extension, n+2))
		}
	}
	for range 12 {
		w.work()
		w.pass(5 * time.Minute)
	}
	got := map[string][]int64{}
	for _, m := range w.producer.taken() {
		got[m.CaseID.Extension] = append(got[m.CaseID.Extension], m.Sequence)
	}
	for _, extension := range cases {
		if !slices.Equal(got[extension], []int64{1, 2, 3, 4}) {
			t.Errorf("case %s arrived as %v", extension, got[extension])
		}
	}
	sound(t, w)
}

func TestReceiverThatIsDownGetsItsMessagesBySchedule(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(away)
	w.accepted(portal, complaint(systemUnit, "a"))
	w.work()
	for attempt, wait := range []time.Duration{4 * time.Second, 20 * time.Second, 5 * time.Minute, 5 * time.Minute} {
		d := w.wants("a", store.DeliveryDue, "http-503", attempt+1)
		if d.Next == nil || !d.Next.Equal(w.clock().Add(wait)) {
			t.Errorf("after attempt %d the next is at %v, not in %s", attempt+1, d.Next, wait)
		}
		w.pass(wait - time.Second)
		w.work()
		w.wants("a", store.DeliveryDue, "http-503", attempt+1)
		w.pass(time.Second)
		if attempt == 3 {
			w.producer.turn(nil)
		}
		w.work()
	}
	w.wants("a", store.DeliveryDelivered, "ok", 5)
	if got := w.producer.taken(); len(got) != 1 {
		t.Errorf("the receiver took it %d times", len(got))
	}
}

func TestReceiverSaysWhenToComeBack(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool {
		rw.Header().Set("Retry-After", "120")
		return away(rw)
	})
	w.accepted(portal, complaint(systemUnit, "a"))
	w.work()
	d := w.wants("a", store.DeliveryDue, "http-503", 1)
	if !d.Next.Equal(w.clock().Add(2 * time.Minute)) {
		t.Errorf("the next attempt is at %v", d.Next)
	}
}

func TestNobodyListensIsTriedAgain(t *testing.T) {
	w := newWorldOn(t,
		`  - {contract: SendComplaint, to: SE2010123456-TYST, address: "http://nobody/", component: SE2010123456-AVV}`+"\n")
	m := complaint("SE2010123456-TYST", "a")
	w.accepted(gateway, m)
	w.work()
	w.wants("a", store.DeliveryDue, "connect", 1)
}

func TestHowAnswersAreJudged(t *testing.T) {
	result := func(code, errorCode, subCode string) func(*contracts.Message) contracts.Receipt {
		return func(*contracts.Message) contracts.Receipt {
			return contracts.Receipt{
				Result: contracts.Result{
					Code: code, ErrorCode: errorCode, SubCode: subCode, LogID: "there", Message: "189001019802",
				},
			}
		}
	}
	faulty := func(status int, code string) func(http.ResponseWriter) bool {
		return func(rw http.ResponseWriter) bool { fault(rw, status, code); return true }
	}
	for _, c := range []struct {
		sentence string
		judge    func(*contracts.Message) contracts.Receipt
		turn     func(http.ResponseWriter) bool
		state    store.DeliveryState
		class    string
		code     string
		unknown  bool
	}{
		{
			"INFO is delivered", result(contracts.INFO, "", contracts.SubOutOfOrder), nil, store.DeliveryDelivered, "info",
			contracts.SubOutOfOrder, false,
		},
		{
			"VALIDATION_ERROR is parked", result(contracts.ERROR, contracts.ValidationError, contracts.SubSchema), nil,
			store.DeliveryParked, "result-validation", "SCHEMA", false,
		},
		{
			"APPLICATION_ERROR is parked", result(contracts.ERROR, contracts.ApplicationError, contracts.SubCaseClosed), nil,
			store.DeliveryParked, "result-application", "CASE_CLOSED", false,
		},
		{
			"an ERROR without a code is parked", result(contracts.ERROR, "", ""), nil, store.DeliveryParked, "result-error", "",
			false,
		},
		{
			"TECHNICAL_ERROR is tried again", result(contracts.ERROR, contracts.TechnicalError, ""), nil, store.DeliveryDue,
			"result-technical", "", false,
		},
		{
			"a sub code of the receiver's own is not kept", result(contracts.ERROR, contracts.ValidationError, "189001019802"),
			nil, store.DeliveryParked, "result-validation", "", false,
		},
		{"a Client fault is parked", nil, faulty(500, soap.CodeClient), store.DeliveryParked, "fault-client", "", false},
		{
			"a Client fault on 200 is parked", nil, faulty(200, soap.CodeClient), store.DeliveryParked, "fault-client", "",
			false,
		},
		{"a Server fault is tried again", nil, faulty(500, soap.CodeServer), store.DeliveryDue, "fault-server", "", false},
		{"a status without SOAP is tried again", nil, away, store.DeliveryDue, "http-503", "", false},
		{
			"a reset after sending is unknown, and tried again", nil,
			func(rw http.ResponseWriter) bool { reset(rw); return true }, store.DeliveryDue, "reset", "", true,
		},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w := newWorld(t)
			w.producer.say(c.judge)
			w.producer.turn(c.turn)
			w.accepted(portal, complaint(systemUnit, "a"))
			w.work()
			d := w.wants("a", c.state, c.class, 1)
			if d.Code != c.code || d.Unknown != c.unknown {
				t.Errorf("code %q, unknown %v", d.Code, d.Unknown)
			}
			sound(t, w)
			discreet(t, w)
		})
	}
}

func TestUnknownOutcomeIsRetriedWithTheSameMessageID(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool { reset(rw); return true })
	m := complaint(systemUnit, "a")
	w.accepted(portal, m)
	w.work()
	if w.producer.calls() != 1 {
		t.Fatalf("sent %d times: what may have arrived is not sent again at once", w.producer.calls())
	}
	if entries, err := w.Store.Unlogged().TimeLine(t.Context(), w.begun("a").ID); err != nil ||
		entries[0].Place != store.PlaceUnknown {
		t.Errorf("shown as %v, %v", entries, err)
	}
	w.producer.turn(nil)
	w.pass(4 * time.Second)
	w.work()
	d := w.wants("a", store.DeliveryDelivered, "ok", 2)
	if d.Unknown {
		t.Error("still shown as unknown")
	}
	if got := w.producer.taken(); len(got) != 1 || got[0].ID != m.ID {
		t.Errorf("the receiver took %v", got)
	}
}

func TestWornOutScheduleIsParked(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(away)
	w.accepted(portal, complaint(systemUnit, "a"))
	for range 20 {
		w.work()
		w.pass(5 * time.Minute)
	}
	d := w.delivery("a")
	if d.State != store.DeliveryParked || d.Attempts < 10 || d.Attempts > 16 {
		t.Errorf("after more than an hour: %s, %d attempts", d.State, d.Attempts)
	}
	w.producer.turn(nil)
	w.pass(24 * time.Hour)
	w.work()
	if len(w.producer.taken()) != 0 {
		t.Error("a parked delivery was tried without a person's word")
	}
	if n, err := w.Store.Retry(t.Context(), store.DeliveryFilter{Case: "a"}, "tester",
		"the receiver is up again"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	w.work()
	if d := w.delivery("a"); d.State != store.DeliveryDelivered {
		t.Errorf("after a retry: %s", d.State)
	}
}

func TestParkedMessageHoldsItsCaseAndNoOther(t *testing.T) {
	w := newWorld(t)
	w.producer.say(func(m *contracts.Message) contracts.Receipt {
		if m.CaseID.Extension == "a" && m.Complaint != nil {
			return contracts.Receipt{
				Result: contracts.Result{Code: contracts.ERROR, ErrorCode: contracts.ValidationError, LogID: "there"},
			}
		}
		return contracts.Receipt{Result: contracts.Accepted("there")}
	})
	w.accepted(portal, complaint(systemUnit, "a"))
	w.pass(time.Second)
	question := returns(contracts.Question, systemUnit, "a", 1)
	w.accepted(system, question)
	w.accepted(portal, answerTo(question.ID, systemUnit, "a", 2))
	w.accepted(portal, complaint(systemUnit, "b"))
	w.work()
	w.wants("b", store.DeliveryDelivered, "ok", 1)
	for _, m := range w.producer.taken() {
		if m.Answer != nil {
			t.Error("the answer overtook the complaint before it")
		}
	}
	if n, err := w.Store.CloseDeliveries(t.Context(), store.DeliveryFilter{Case: "a", State: store.DeliveryParked},
		"tester", "sent by post"); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	w.work()
	got := w.producer.taken()
	if last := got[len(got)-1]; last.Answer == nil {
		t.Error("the answer did not follow when the message before it was closed")
	}
	sound(t, w)
}

func TestPausedReceiverGetsNothing(t *testing.T) {
	w := newWorld(t)
	if err := w.Store.Pause(t.Context(), system, "tester", "upgrade"); err != nil {
		t.Fatal(err)
	}
	w.accepted(portal, complaint(systemUnit, "a"))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.worker().Run(ctx) }()
	w.accepted(portal, complaint(inboxUnit, "b"))
	stop()
	<-ended
	if w.producer.calls() != 0 {
		t.Error("a paused receiver was called")
	}
	if err := w.Store.Resume(t.Context(), system, "tester", ""); err != nil {
		t.Fatal(err)
	}
	w.work()
	w.wants("a", store.DeliveryDelivered, "ok", 1)
}

func TestHeldMessageIsAppliedWhenItsGapDoesNotClose(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(systemUnit, "a"))
	receipt := w.accepted(system, returns(contracts.PartialReply, systemUnit, "a", 2))
	if receipt.Result.Code != contracts.INFO || receipt.Result.SubCode != contracts.SubOutOfOrder {
		t.Fatalf("the receipt is %+v", receipt.Result)
	}
	w.work()
	if w.begun("a").Replied {
		t.Error("applied before its turn")
	}
	w.pass(time.Hour + time.Minute)
	w.accepted(portal, complaint(systemUnit, "wakes the worker"))
	w.work()
	entries, err := w.Store.Unlogged().TimeLine(t.Context(), w.begun("a").ID)
	if err != nil {
		t.Fatal(err)
	}
	last := entries[len(entries)-1]
	if !w.begun("a").Replied || !last.Late || last.Place != store.PlaceMailbox {
		t.Errorf("after the gap: late %v, place %s", last.Late, last.Place)
	}
	w.accepted(system, returns(contracts.PartialReply, systemUnit, "a", 1))
	sound(t, w)
}

// A gateway in a region: what goes to 1177 is queued, and a case that began here gets its id from 1177's answer.
func TestCaseBegunInARegionGetsItsIDFromTheAnswer(t *testing.T) {
	w := newWorldOn(t, region)
	w.producer.say(func(m *contracts.Message) contracts.Receipt {
		r := contracts.Receipt{Result: contracts.Accepted("1177")}
		if m.Update != nil && m.Update.Type == contracts.NewCase {
			r.CaseID = caseID("from 1177")
		}
		return r
	})
	m := returns(contracts.NewCase, systemUnit, "", 1)
	m.CaseID, m.ExternalCaseID = nil, &contracts.II{Root: system, Extension: "DNR-1"}
	m.Update.NewCase = opening(systemUnit)
	receipt := w.accepted(system, m)
	if receipt.Result.Code != contracts.INFO || receipt.CaseID != nil {
		t.Errorf("before 1177 has answered the receipt is %+v", receipt)
	}
	w.work()
	c := w.begun("from 1177")
	if c.External.Extension != "DNR-1" || !c.BegunOutside {
		t.Errorf("the case is %+v", c)
	}
	again := w.accepted(system, m)
	if again.Result != receipt.Result || again.CaseID != nil {
		t.Errorf("a repeat is answered %+v, not with the first answer", again)
	}
	reply := returns(contracts.PartialReply, systemUnit, "from 1177", 2)
	w.accepted(system, reply)
	w.work()
	if got := w.producer.taken(); len(got) != 2 || got[1].ID != reply.ID {
		t.Errorf("1177 took %d messages", len(got))
	}
	sound(t, w)
}

// region is where a gateway stands that 1177 is elsewhere for.
const region = `  - {contract: ReturnComplaint, to: SE0000000001-1177, address: ` +
	`"http://producer/ok/ReturnComplaint/1/rivtabp21"}` + "\n"

func TestTwoSweepsForwardACaseOnce(t *testing.T) {
	w := newWorldOn(t,
		`  - {contract: SendComplaint, to: SE2010123456-TAND, address: "http://producer/ok/other", component: `+
			`SE2010123456-DIA}`+"\n")
	m := complaint(systemUnit, "a")
	m.Complaint.Attachments = []contracts.Attachment{textFile("Beskrivning i en bilaga")}
	w.accepted(portal, m)
	w.work()
	full := w.currentTable()
	w.setTable(w.without(gateway)) // the gateway may not send: the case cannot be sent on at once
	w.accepted(system, passedOn(systemUnit, "SE2010123456-TAND", "a", 1))
	if !w.begun("a").ForwardDue {
		t.Fatal("the forward is not remembered")
	}
	w.setTable(full)
	w.sweep()
	w.sweep()
	if got := w.kinds("a"); !slices.Equal(got, []store.EventKind{
		store.EventComplaint, store.EventForwarded, store.EventForward,
	}) {
		t.Errorf("the time line is %v", got)
	}
	w.work()
	got := w.producer.taken()
	if len(got) != 2 || got[1].Forward == nil {
		t.Fatalf("the systems took %d messages", len(got))
	}
	forward := got[1].Forward
	if forward.From.HSAID != systemUnit || forward.Reason != "Rör er enhet." ||
		string(forward.Original.Attachments[0].Value) != "Beskrivning i en bilaga" {
		t.Errorf("forwarded as %+v", forward)
	}
	if c := w.begun("a"); c.State != store.Delivered || c.Handler.Component != stranger {
		t.Errorf("the case is %s at %+v", c.State, c.Handler)
	}
	sound(t, w)
	discreet(t, w)
}

// sweep lets a worker look for what time alone makes due.
func (w *world) sweep() {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.worker().Run(ctx) }()
	w.eventually("no forward is due", func() bool {
		due, err := w.Store.ForwardsDue(ctx, 10)
		return err == nil && len(due) == 0
	})
	stop()
	<-ended
}

func TestForwardWithinASystemIsNotSent(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(systemUnit, "a"))
	w.work()
	w.accepted(system, passedOn(systemUnit, otherUnit, "a", 1))
	w.work()
	if got := w.producer.taken(); len(got) != 1 {
		t.Errorf("the system took %d messages, although it has the case", len(got))
	}
	if c := w.begun("a"); c.State != store.Delivered || !strings.EqualFold(c.Handler.Unit, otherUnit) || c.ForwardDue {
		t.Errorf("the case is %s at %s", c.State, c.Handler.Unit)
	}
}

// A platform's code in a fault is named with what it means; nothing else of the fault is.
func TestTheCodeInAFaultIsExplained(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(func(rw http.ResponseWriter) bool {
		rw.Header().Set("Content-Type", "text/xml; charset=utf-8")
		rw.WriteHeader(http.StatusInternalServerError)
		_, _ = rw.Write((&soap.Fault{Code: soap.CodeClient, String: "VP004 [there] secret words"}).Envelope())
		return true
	})
	w.accepted(portal, complaint(systemUnit, "a"))
	w.work()
	d := w.wants("a", store.DeliveryParked, "fault-client", 1)
	attempts, err := w.Store.Attempts(t.Context(), d.ID)
	if err != nil || len(attempts) != 1 {
		t.Fatal(attempts, err)
	}
	const want = "the answer is a SOAP fault with code Client, VP004: the platform has no route for the logical address"
	if got := diagnosis.Explain(attempts[0].Why); got != want {
		t.Errorf("explained as %q", got)
	}
	if !d.WasRefused() || d.Correlation == "" {
		t.Errorf("where to find the rest: %v, correlation id %q", d.WasRefused(), d.Correlation)
	}
}
