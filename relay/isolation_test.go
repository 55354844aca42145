package relay_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
)

const (
	deadUnit    = "SE2010123456-TYST"
	hangingUnit = "SE2010123456-TAND"
)

// lonely are routes to a receiver that nobody is behind, and to one that never answers.
const lonely = `  - {contract: SendComplaint, to: SE2010123456-TYST, address: "http://nobody/", component: SE2010123456-AVV}
  - {contract: SendComplaint, to: SE2010123456-TAND, address: "http://producer/slow", component: SE2010123456-AVV}
`

// run starts a worker; the function that it returns ends it, and with it what hangs.
func (w *world) run(worker *relay.Worker) (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	return func() {
		w.t.Helper()
		cancel()
		for {
			w.producer.CloseClientConnections()
			select {
			case err := <-ended:
				if err != nil {
					w.t.Error(err)
				}
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
}

// lines counts the lines of the log with a text.
func (w *world) lines(text string) int { return w.logs.FilterMessage(text).Len() }

const (
	isDown = "receiver is down: its messages wait, it is asked now and then"
	isBack = "receiver is back: its messages go on"
)

// One receiver is dead and one hangs, with more messages than there are hands: a third gets all of its messages, in
// order.
func TestReceiversAreIsolated(t *testing.T) {
	w := newWorldOn(t, lonely)
	for i := range 6 {
		w.accepted(gateway, complaint(deadUnit, fmt.Sprint("dead", i)))
		w.accepted(gateway, complaint(hangingUnit, fmt.Sprint("hangs", i)))
	}
	worker := w.worker()
	worker.Workers, worker.PerAddress, worker.Patience = 2, 2, time.Millisecond
	stop := w.run(worker)
	defer stop()
	w.eventually("the one that hangs has its share", func() bool {
		return len(w.deliveries(store.DeliveryFilter{Receiver: hangingUnit, State: store.DeliveryLeased})) == 2
	})
	for i := range 4 {
		extension := fmt.Sprint("fine", i)
		w.accepted(portal, complaint(systemUnit, extension))
		question := returns(contracts.Question, systemUnit, extension, 1)
		w.accepted(system, question)
		w.accepted(portal, answerTo(question.ID, systemUnit, extension, 2))
	}
	w.eventually("the third has all its messages", func() bool {
		return len(w.deliveries(store.DeliveryFilter{Receiver: systemUnit, State: store.DeliveryDelivered})) == 8
	})
	for _, d := range w.deliveries(store.DeliveryFilter{Receiver: systemUnit}) {
		if d.Attempts != 1 {
			t.Errorf("%s took %d attempts", d.ID, d.Attempts)
		}
	}
	got := map[string][]int64{}
	for _, m := range w.producer.taken() {
		got[m.CaseID.Extension] = append(got[m.CaseID.Extension], m.Sequence)
	}
	for i := range 4 {
		if extension := fmt.Sprint("fine", i); !slices.Equal(got[extension], []int64{1, 2}) {
			t.Errorf("case %s arrived as %v", extension, got[extension])
		}
	}
	if n := len(w.deliveries(store.DeliveryFilter{Receiver: hangingUnit, State: store.DeliveryLeased})); n != 2 {
		t.Errorf("%d messages hang meanwhile", n)
	}
	w.eventually("the dead one is noticed", func() bool { return w.lines(isDown) == 1 })
}

// A receiver that is down costs one attempt for each probe, not one for each message; it is one line when it goes and
// one when it comes back.
func TestReceiverThatIsDownIsProbed(t *testing.T) {
	w := newWorld(t)
	w.producer.turn(broken)
	const messages = 20
	for i := range messages {
		w.accepted(portal, complaint(systemUnit, fmt.Sprint(i)))
	}
	worker := w.worker()
	worker.Workers, worker.PerAddress = 1, 1
	registry := prometheus.NewRegistry()
	worker.Register(registry)
	stop := w.run(worker)
	w.eventually("it is down", func() bool { return w.lines(isDown) == 1 })
	if metrics := shown(t, registry); !strings.Contains(metrics, "rivgate_receiver_down{") {
		t.Errorf("the log says that it is down, and the metric does not:\n%s", metrics)
	}
	if n := w.producer.calls(); n != 3 {
		t.Errorf("it was called %d times before it counted as down", n)
	}
	for probe := range 3 {
		w.pass(time.Minute)
		w.accepted(portal, complaint(inboxUnit, fmt.Sprint("wakes", probe)))
		w.wake()
		w.eventually("it is asked", func() bool { return w.producer.calls() >= 4+probe })
	}
	untried := 0
	for _, d := range w.deliveries(store.DeliveryFilter{}) {
		if d.Attempts == 0 {
			untried++
		}
	}
	if untried < messages-6 {
		t.Errorf("only %d messages kept their attempts", untried)
	}
	w.producer.turn(nil)
	w.pass(10 * time.Minute)
	w.wake()
	w.eventually("all is delivered", func() bool {
		return len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})) == messages
	})
	stop()
	if metrics := shown(t, registry); strings.Contains(metrics, "rivgate_receiver_down{") {
		t.Errorf("it is back, and the metric says that it is down:\n%s", metrics)
	}
	if down, back := w.lines(isDown), w.lines(isBack); down != 1 || back != 1 {
		t.Errorf("%d lines that it is down, %d that it is back", down, back)
	}
	for _, entry := range w.logs.All() {
		if entry.Level > zap.InfoLevel && entry.Message != isDown && entry.Message != isBack {
			t.Errorf("also said loudly: %s", entry.Message)
		}
	}
}

// A case whose message nobody can take does not make its receiver count as down, nor do answers, whatever they say.
func TestOneCaseDoesNotCloseItsReceiver(t *testing.T) {
	w := newWorld(t)
	w.producer.say(func(*contracts.Message) contracts.Receipt {
		return contracts.Receipt{
			Result: contracts.Result{Code: contracts.ERROR, ErrorCode: contracts.TechnicalError, LogID: "there"},
		}
	})
	for i := range 10 {
		w.accepted(portal, complaint(systemUnit, fmt.Sprint(i)))
	}
	w.work()
	w.producer.turn(away)
	w.pass(4 * time.Second)
	w.work()
	if n := w.producer.calls(); n != 20 {
		t.Errorf("%d calls for two attempts at each of ten messages", n)
	}
	w = newWorld(t)
	w.producer.turn(broken)
	w.accepted(portal, complaint(systemUnit, "poison"))
	stop := w.run(w.worker())
	for attempt := range 5 {
		w.eventually("an attempt", func() bool {
			return w.delivery("poison").Attempts > attempt && w.delivery("poison").Unknown
		})
		w.pass(5 * time.Minute)
		w.wake()
	}
	stop()
	if w.lines(isDown) != 0 {
		t.Error("one message that nobody answers made its receiver count as down")
	}
}

// broken is a receiver whose connections break.
func broken(rw http.ResponseWriter) bool { reset(rw); return true }

// wake makes a worker look at the clock again.
func (w *world) wake() {
	w.t.Helper()
	if err := w.Store.Pause(w.t.Context(), "SE2010123456-NONE", "tester", ""); err != nil {
		w.t.Fatal(err)
	}
	if err := w.Store.Resume(w.t.Context(), "SE2010123456-NONE", "tester", ""); err != nil {
		w.t.Fatal(err)
	}
}

// A worker that loses its lease stops sending at once; what it heard too late is noted, and the lane goes on with who
// has it.
func TestLostLeaseStopsTheAttempt(t *testing.T) {
	w := newWorldOn(t, lonely)
	w.accepted(gateway, complaint(hangingUnit, "hangs"))
	worker := w.worker()
	worker.Lease = 300 * time.Millisecond
	stop := w.run(worker)
	defer stop()
	leased := func() []store.DeliveryRow {
		return w.deliveries(store.DeliveryFilter{State: store.DeliveryLeased})
	}
	w.eventually("it hangs", func() bool { return len(leased()) == 1 && w.producer.calls() == 1 })
	if n, err := w.Store.VoidLeases(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	const lost = "the lease was lost before the attempt ended"
	w.eventually("it is broken off and begun again", func() bool { return w.lines(lost) == 1 && w.producer.calls() == 2 })
	attempts, err := w.Store.Attempts(t.Context(), w.delivery("hangs").ID)
	if err != nil || len(attempts) != 2 || !attempts[0].Late || attempts[0].Class != "lease" ||
		attempts[0].Outcome != store.OutcomeUnknown {
		t.Errorf("%+v, %v", attempts, err)
	}
}
