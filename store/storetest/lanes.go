package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

const lease = 30 * time.Second

func (w *world) claim(max int) []store.Delivery { w.t.Helper(); return w.claimAt(max, 1000) }

func (w *world) claimAt(max, perAddress int, skip ...string) []store.Delivery {
	w.t.Helper()
	ready, err := w.s.Ready(w.ctx, perAddress)
	w.must(err)
	d, err := w.s.Claim(w.ctx, "worker", lease, max, perAddress, &store.Sharing{Ready: ready, Share: without(skip)})
	w.must(err)
	return d
}

// without shares by age, and leaves addresses out.
func without(skip []string) func([]store.Ready, int) []store.Share {
	return func(ready []store.Ready, most int) (shares []store.Share) {
		for _, a := range ready {
			if room := min(a.Claimable, most); room > 0 && !slices.Contains(skip, a.Address) {
				shares, most = append(shares, store.Share{Address: a.Address, Lanes: room}), most-room
			}
		}
		return shares
	}
}

func (w *world) finish(d store.Delivery, a store.Attempt) {
	w.t.Helper()
	w.must(w.s.Finish(w.ctx, d, a))
}

// drain delivers all that is due.
func (w *world) drain() {
	w.t.Helper()
	for {
		claimed := w.claim(50)
		if len(claimed) == 0 {
			return
		}
		for _, d := range claimed {
			w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		}
	}
}

// asked is a case with a question and n answers waiting in its lane, behind the complaint.
func (w *world) asked(n int) (*file, []*store.Message) {
	w.t.Helper()
	f := w.file(unit)
	all := []*store.Message{f.first}
	for range n {
		question := f.returned(store.EventQuestion)
		f.accept(question)
		answer := f.answer(question)
		f.accept(answer)
		all = append(all, answer)
	}
	return f, all
}

func lanes(w *world) {
	w.run("a lane delivers in order, one at a time", func(w *world) {
		_, all := w.asked(3)
		for i, m := range all {
			claimed := w.claim(10)
			equal(w, "claimed", len(claimed), 1)
			equal(w, fmt.Sprintf("message %d", i), claimed[0].Message.ID, m.ID)
			equal(w, "envelope", string(claimed[0].Message.Envelope), string(m.Envelope))
			equal(w, "attempt", claimed[0].Attempt, 1)
			equal(w, "claimed meanwhile", len(w.claim(10)), 0)
			w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
		}
		equal(w, "left", len(w.claim(10)), 0)
	})
	w.run("lanes do not wait for each other", func(w *world) {
		w.asked(1)
		w.asked(1)
		claimed := w.claim(10)
		equal(w, "claimed", len(claimed), 2)
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeRefused, Class: "fault-client"})
		w.finish(claimed[1], store.Attempt{Outcome: store.OutcomeDelivered})
		claimed = w.claim(10)
		equal(w, "claimed", len(claimed), 1)
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
	})
	w.run("a message without a case has a lane of its own", func(w *world) {
		for range 3 {
			m := w.blank(unit).first
			m.Event = nil
			_, err := w.s.Accept(w.ctx, m)
			w.must(err)
		}
		equal(w, "claimed", len(w.claim(10)), 3)
		w.clock.move(time.Hour)
		w.drain()
	})
	w.run("of one address no more lanes are leased than allowed, over all claims", func(w *world) {
		for range 5 {
			w.file(unit)
		}
		other := w.blank(board)
		other.first.Route.Address = "https://other.example/"
		other.accept(other.first)
		first := w.claimAt(10, 2)
		equal(w, "claimed", len(first), 3)
		equal(w, "claimed again", len(w.claimAt(10, 2)), 0)
		w.finish(first[0], store.Attempt{Outcome: store.OutcomeDelivered})
		equal(w, "after one has ended", len(w.claimAt(10, 2)), 1)
		w.clock.move(time.Hour)
		w.drain()
	})
	w.run("what a paused receiver cannot take of a claim goes to other addresses", func(w *world) {
		const other = "https://other.example/"
		for _, at := range []struct{ receiver, address string }{
			{unit, there}, {board, there}, {unit, there}, {unit, other}, {unit, other}, {unit, other},
		} {
			f := w.blank(at.receiver)
			f.first.Route.Via, f.first.Route.Address = routing.Queue, at.address
			f.accept(f.first)
		}
		w.must(w.s.Pause(w.ctx, board, "anna", ""))
		addresses := map[string]int{}
		for _, d := range w.claimAt(4, 3) {
			addresses[d.Message.Route.Address]++
		}
		equal(w, "of the one with a paused receiver", addresses[there], 2)
		equal(w, "of the other", addresses[other], 2)
		w.must(w.s.Resume(w.ctx, board, "anna", ""))
		w.clock.move(time.Hour)
		w.drain()
	})
	w.run("addresses to be left out are left out", func(w *world) {
		w.file(unit)
		equal(w, "claimed", len(w.claimAt(10, 10, there)), 0)
		w.drain()
	})
	w.run("an answer reaches the receiver after the complaint, whatever became of the route", func(w *world) {
		f := w.file(unit)
		question := f.returned(store.EventQuestion)
		f.accept(question)
		answer := f.answer(question)
		answer.Route.Address = "https://new.example/"
		f.accept(answer)
		claimed := w.claim(10)
		equal(w, "claimed", len(claimed), 1)
		equal(w, "address", claimed[0].Message.Route.Address, there)
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
		claimed = w.claim(10)
		equal(w, "address", claimed[0].Message.Route.Address, "https://new.example/")
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
	})
	w.run("the next due time is that of the earliest lane, ready or leased", nextDue)
	w.run("what a process left behind is counted at the next start", func(w *world) {
		w.file(unit)
		left := func(what, prefix string, want int) {
			w.t.Helper()
			n, err := w.s.LeftBehind(w.ctx, prefix)
			w.must(err)
			equal(w, what, n, want)
		}
		left("nothing is leased", "work", 0)
		w.claim(1)
		left("a worker of this host's had it", "work", 1)
		w.clock.move(lease)
		left("its lease has run out, whosever it was", "other", 1)
		w.drain()
		left("all has its end", "work", 0)
	})
	w.run("an accept wakes", func(w *world) {
		for len(w.s.Wake()) > 0 {
			<-w.s.Wake()
		}
		w.file(unit)
		select {
		case <-w.s.Wake():
		case <-time.After(10 * time.Second):
			w.t.Error("nobody woke")
		}
		w.drain()
	})
}

func nextDue(w *world) {
	due := func(what string, want time.Time) {
		w.t.Helper()
		got, err := w.s.NextDue(w.ctx)
		w.must(err)
		equal(w, what, got, want)
	}
	due("nothing", time.Time{})
	w.file(unit)
	due("ready", w.clock.Now())
	d := w.claim(1)[0]
	due("leased", w.clock.Now().Add(lease))
	again := w.clock.Now().Add(20 * time.Second)
	w.finish(d, store.Attempt{Outcome: store.OutcomeTechnical, Again: again})
	due("again", again)
	equal(w, "claimed before", len(w.claim(1)), 0)
	w.clock.move(20 * time.Second)
	d = w.claim(1)[0]
	equal(w, "attempt", d.Attempt, 2)
	equal(w, "first try", d.FirstTry, again.Add(-20*time.Second))
	w.finish(d, store.Attempt{Outcome: store.OutcomeTechnical})
	due("parked", time.Time{})
	_, err := w.s.CloseDeliveries(w.ctx, store.DeliveryFilter{}, "anna", "")
	w.must(err)
}

func leases(w *world) {
	lost := func(w *world, what string, err error) {
		w.t.Helper()
		equal(w, what, errors.Is(err, store.ErrLeaseLost), true)
	}
	w.run("a lease that ran out is another's, and the late result is only noted", func(w *world) {
		f := w.file(unit)
		late := w.claim(1)[0]
		w.clock.move(lease)
		d := w.claim(1)[0]
		equal(w, "the same message", d.Message.ID, late.Message.ID)
		equal(w, "a higher token", d.Token > late.Token, true)
		lost(w, "renew", w.s.Renew(w.ctx, late, lease))
		lost(w, "finish", w.s.Finish(w.ctx, late, store.Attempt{Outcome: store.OutcomeDelivered}))
		f.in(f.first, store.PlaceWaiting)
		why := store.Diagnosis{Code: "status", Values: map[string]string{"status": "503", "host": "å.example"}}
		w.finish(d, store.Attempt{
			Outcome: store.OutcomeTechnical, Class: "http-503", Code: "X", Why: why, Duration: time.Second, Again: w.clock.Now(),
		})
		attempts, err := w.s.Attempts(w.ctx, f.first.ID)
		w.must(err)
		equal(w, "attempts", len(attempts), 2)
		equal(w, "late", attempts[0].Late, true)
		equal(w, "outcome", attempts[0].Outcome, store.OutcomeDelivered)
		alike(w, "second", attempts[1], store.AttemptRow{
			Attempt: 2, Worker: "worker", Started: w.clock.Now(), Outcome: store.OutcomeTechnical, Class: "http-503", Code: "X",
			Why: why, Duration: time.Second,
		})
		listed, err := w.s.Deliveries(w.ctx, store.DeliveryFilter{ID: f.first.ID})
		w.must(err)
		equal(w, "listed", len(listed), 1)
		alike(w, "the reason in the list", listed[0].Why, why)
		chosen, err := w.s.DeliveriesOfClass(w.ctx, store.DeliveryFilter{}, "http-503")
		w.must(err)
		equal(w, "of its class", len(chosen), 1)
		alike(w, "the reason there", chosen[0].Why, why)
		f.is(store.Submitted)
		w.drain()
		listed, err = w.s.Deliveries(w.ctx, store.DeliveryFilter{ID: f.first.ID})
		w.must(err)
		alike(w, "no reason once it is delivered", listed[0].Why, store.Diagnosis{})
	})
	w.run("a worker that is only slow may finish while nobody else has the lane", func(w *world) {
		f := w.file(unit)
		d := w.claim(1)[0]
		w.clock.move(2 * lease)
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		f.in(f.first, store.PlaceDelivered)
	})
	w.run("nothing is finished twice", func(w *world) {
		w.file(unit)
		d := w.claim(1)[0]
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		lost(w, "finish", w.s.Finish(w.ctx, d, store.Attempt{Outcome: store.OutcomeRefused}))
		lost(w, "renew", w.s.Renew(w.ctx, d, lease))
	})
	w.run("a renewed lease holds", func(w *world) {
		w.file(unit)
		d := w.claim(1)[0]
		w.clock.move(lease - time.Second)
		w.must(w.s.Renew(w.ctx, d, lease))
		w.clock.move(lease - time.Second)
		equal(w, "claimed", len(w.claim(1)), 0)
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
	})
	w.run("an attempt is on record before it is made", func(w *world) {
		f := w.file(unit)
		d := w.claim(1)[0]
		attempts, err := w.s.Attempts(w.ctx, f.first.ID)
		w.must(err)
		alike(w, "attempt", attempts[0], store.AttemptRow{Attempt: 1, Worker: "worker", Started: w.clock.Now()})
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered, Answer: []byte("<ok/>")})
		answer, err := w.s.Unlogged().Answer(w.ctx, f.first.ID, 1)
		w.must(err)
		equal(w, "answer", string(answer), "<ok/>")
		_, err = w.s.Unlogged().Answer(w.ctx, f.first.ID, 2)
		equal(w, "no answer", errors.Is(err, store.ErrNotFound), true)
	})
	w.run("voided leases are void at once", func(w *world) {
		w.file(unit)
		d := w.claim(1)[0]
		n, err := w.s.VoidLeases(w.ctx)
		w.must(err)
		equal(w, "voided", n, 1)
		lost(w, "finish", w.s.Finish(w.ctx, d, store.Attempt{Outcome: store.OutcomeDelivered}))
		again := w.claim(1)[0]
		equal(w, "attempt", again.Attempt, 2)
		w.finish(again, store.Attempt{Outcome: store.OutcomeDelivered})
	})
}

// manyWorkers: each lane is one worker's at a time, and each is delivered in order.
func manyWorkers(w *world) {
	const cases = 12
	want := map[string][]string{}
	for range cases {
		f, all := w.asked(4)
		for _, m := range all {
			want[f.id] = append(want[f.id], m.ID)
		}
	}
	var mu sync.Mutex
	got, held, left := map[string][]string{}, map[int64]bool{}, cases*5
	together(16, func(i int) {
		for {
			mu.Lock()
			done := left == 0
			mu.Unlock()
			if done || w.t.Failed() {
				return
			}
			claimed, err := w.s.Claim(w.ctx, fmt.Sprint(i), lease, 2, 4, nil)
			if err != nil {
				w.t.Error(err)
				return
			}
			mu.Lock()
			for _, d := range claimed {
				if held[d.Lane] {
					w.t.Errorf("lane %d was leased twice", d.Lane)
				}
				held[d.Lane] = true
				got[d.CaseID] = append(got[d.CaseID], d.Message.ID)
			}
			if len(held) > 4 {
				w.t.Errorf("%d lanes of one address were leased", len(held))
			}
			mu.Unlock()
			for _, d := range claimed {
				mu.Lock()
				delete(held, d.Lane)
				left--
				mu.Unlock()
				if err := w.s.Finish(w.ctx, d, store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
					w.t.Error(err)
				}
			}
		}
	})
	for id, messages := range want {
		equal(w, "order in "+id, fmt.Sprint(got[id]), fmt.Sprint(messages))
	}
}

func answersChangeCase(w *world) {
	w.run("a delivered complaint is delivered in its case", func(w *world) {
		f := w.file(unit)
		external := store.Ref{Root: system, Extension: "D-1-" + f.ref.Extension}
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered, External: external})
		f.is(store.Delivered)
		equal(w, "external", f.now().External, external)
	})
	w.run("a refused complaint is not", func(w *world) {
		f := w.file(unit)
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeRefused})
		f.is(store.Submitted)
	})
	w.run("a case that has gone on stays where it is", func(w *world) {
		f := w.file(unit)
		f.accept(f.returned(store.EventPartialReply))
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered})
		f.is(store.InProgress)
	})
	w.run("a complaint that arrives after the case was passed on leaves the next unit's state alone", func(w *world) {
		f := w.file(unit)
		f.accept(f.forwarded(board))
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered})
		f.is(store.Submitted)
		f.accept(f.arriving(board))
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered})
		f.is(store.Delivered)
	})
	w.run("1177's number of a case begun here comes with the answer", func(w *world) {
		f := w.blank(inboxUnit)
		m := f.newCase()
		m.Event.Case, m.Event.AtPortal = store.Ref{}, false
		m.Route.Via, m.Route.Address = "queue", "https://1177.example/return"
		f.accept(m)
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered, Case: f.ref})
		equal(w, "case", f.now().ID, f.id)
		c, err := w.s.Unlogged().Case(w.ctx, f.ref.Extension)
		w.must(err)
		equal(w, "case", c.ID, f.id)
	})
}
