package storetest

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"rivgate/store"
)

// bare is a message without a case.
func (w *world) bare() *store.Message {
	w.t.Helper()
	m := w.blank(unit).first
	m.Event = nil
	_, err := w.s.Accept(w.ctx, m)
	w.must(err)
	return m
}

// would expects a verb to say beforehand what it then does.
func (w *world) would(verb store.Verb, f store.DeliveryFilter, want int) {
	w.t.Helper()
	n, err := w.s.Would(w.ctx, verb, f)
	w.must(err)
	equal(w, "would "+string(verb), n, want)
}

// large: what does not fit into one piece is claimed without its envelope, and read piece by piece.
func large(w *world) {
	m := w.blank(unit).first
	m.Event = nil
	m.Envelope = bytes.Repeat([]byte("0123456789abcdef<å>"), 200_000)
	_, err := w.s.Accept(w.ctx, m)
	w.must(err)
	again := *m
	again.ID = uuid.NewString()
	repeat, err := w.s.Accept(w.ctx, &again)
	w.must(err)
	equal(w, "repeat", repeat.Repeat && len(repeat.Envelope) == 0, true)
	got, err := w.s.Unlogged().Message(w.ctx, m.ID)
	w.must(err)
	equal(w, "whole", bytes.Equal(got.Envelope, m.Envelope), true)
	d := w.claim(1)[0]
	equal(w, "claimed without", d.Large && len(d.Message.Envelope) == 0, true)
	envelope, size, err := w.s.Unlogged().OpenEnvelope(w.ctx, d.Message)
	w.must(err)
	equal(w, "size", size, int64(len(m.Envelope)))
	read, err := io.ReadAll(envelope)
	w.must(err)
	equal(w, "piece by piece", bytes.Equal(read, m.Envelope), true)
	w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
	w.clock.move(time.Hour)
	n, err := w.s.Purge(w.ctx, store.Retention{Delivered: time.Minute}, "serve")
	w.must(err)
	equal(w, "purged", n, 1)
	envelope, size, err = w.s.Unlogged().OpenEnvelope(w.ctx, d.Message)
	w.must(err)
	equal(w, "size of what was purged", size, int64(0))
	left, err := io.ReadAll(envelope)
	w.must(err)
	equal(w, "left", len(left), 0)
}

func replays(w *world) {
	w.run("what was delivered in a window of time goes once more, in order", func(w *world) {
		before := w.bare()
		w.clock.move(time.Hour)
		f, all := w.asked(2)
		w.clock.move(time.Hour)
		w.bare()
		w.drain()
		filter := store.DeliveryFilter{Receiver: system, Since: before.Received.Add(time.Minute), Until: w.clock.Now()}
		w.would(store.VerbReplay, filter, 3)
		equal(w, "nothing was done", len(w.claim(10)), 0)
		n, err := w.s.Replay(w.ctx, filter, "anna", "restored from Tuesday")
		w.must(err)
		equal(w, "replayed", n, 3)
		for _, m := range all {
			claimed := w.claim(10)
			equal(w, "claimed", len(claimed), 1)
			equal(w, "message", claimed[0].Message.ID, m.ID)
			equal(w, "key", claimed[0].Message.Key, m.Key)
			equal(w, "attempt", claimed[0].Attempt, 2)
			w.sound(w.t)
			w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
		}
		f.in(all[0], store.PlaceDelivered)
		w.drain()
	})
	w.run("a lane in which something waits is left out", func(w *world) {
		f, _ := w.asked(1)
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeDelivered})
		w.would(store.VerbReplay, store.DeliveryFilter{Case: f.id}, 0)
		n, err := w.s.Replay(w.ctx, store.DeliveryFilter{Case: f.id}, "anna", "")
		w.must(err)
		equal(w, "replayed", n, 0)
		w.drain()
	})
	w.run("what was given up and is retried has its whole time again", func(w *world) {
		w.parked()
		w.clock.move(200 * time.Hour)
		w.would(store.VerbRetry, store.DeliveryFilter{State: store.DeliveryParked}, 1)
		w.would(store.VerbRedirect, store.DeliveryFilter{}, 2)
		w.would(store.VerbClose, store.DeliveryFilter{}, 1)
		_, err := w.s.Retry(w.ctx, store.DeliveryFilter{}, "anna", "mended")
		w.must(err)
		d := w.claim(1)[0]
		equal(w, "first try", d.FirstTry, w.clock.Now())
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		w.drain()
	})
}

func releases(w *world) {
	w.run("what waits for a gap is released by a person", func(w *world) {
		f := w.file(unit)
		f.counts[f.sender] = 1
		second := f.returned(store.EventPartialReply)
		f.accept(second)
		f.in(second, store.PlaceHeld)
		filter := store.DeliveryFilter{Case: f.id}
		w.would(store.VerbRelease, filter, 1)
		n, err := w.s.Release(w.ctx, filter, "anna", "the first one never comes")
		w.must(err)
		equal(w, "released", n, 1)
		equal(w, "late", f.entry(second).Late, true)
		f.in(second, store.PlaceMailbox)
		n, err = w.s.Release(w.ctx, filter, "anna", "")
		w.must(err)
		equal(w, "released again", n, 0)
		w.drain()
	})
}

func audits(w *world) {
	f, _ := w.parked()
	_, err := w.s.Retry(w.ctx, store.DeliveryFilter{Receiver: unit, State: store.DeliveryParked}, "anna", "mended")
	w.must(err)
	_, err = w.s.Redirect(w.ctx, store.DeliveryFilter{Case: f.id}, "https://new.example/", "bo", "moved")
	w.must(err)
	w.must(w.s.Pause(w.ctx, unit, "bo", "service"))
	w.must(w.s.Resume(w.ctx, unit, "bo", "ready"))
	got, err := w.s.Audits(w.ctx, w.clock.Now(), 0)
	w.must(err)
	equal(w, "orders", len(got), 4)
	equal(w, "retry", got[3], store.Audit{
		Verb: "retry", Filter: `{"receiver":"` + unit + `","state":"parked"}`, By: "anna", Reason: "mended", Count: 1,
		At: w.clock.Now(),
	})
	equal(w, "redirect", got[2].Address, "https://new.example/")
	equal(w, "how many", got[2].Count, 2)
	equal(w, "pause", got[1].Verb+got[1].By+got[1].Reason, "pausebo"+"service")
	equal(w, "resume", got[0].Verb+got[0].By+got[0].Reason, "resumebo"+"ready")
	later, err := w.s.Audits(w.ctx, w.clock.Now().Add(time.Second), 0)
	w.must(err)
	equal(w, "later", len(later), 0)
	w.drain()
}

func purges(w *world) {
	gone := func(w *world, m *store.Message, want bool) {
		w.t.Helper()
		_, err := w.s.Unlogged().Message(w.ctx, m.ID)
		equal(w, "gone", errors.Is(err, store.ErrNotFound), want)
	}
	year := store.Retention{Delivered: 365 * 24 * time.Hour, ClosedCases: 365 * 24 * time.Hour}
	w.run("without a rule nothing goes, and what waits never does", func(w *world) {
		done, waits := w.bare(), w.bare()
		for _, d := range w.claim(2) {
			a := store.Attempt{Outcome: store.OutcomeDelivered}
			if d.Message.ID == waits.ID {
				a.Outcome = store.OutcomeRefused
			}
			w.finish(d, a)
		}
		w.clock.move(10 * 365 * 24 * time.Hour)
		n, err := w.s.Purge(w.ctx, store.Retention{}, "serve")
		w.must(err)
		equal(w, "without a rule", n, 0)
		n, err = w.s.Purge(w.ctx, year, "serve")
		w.must(err)
		equal(w, "by rule", n, 1)
		gone(w, done, true)
		gone(w, waits, false)
		left, err := w.s.Purgeds(w.ctx, w.clock.Now(), 0)
		w.must(err)
		equal(w, "record", left[0].MessageID+" "+left[0].State, done.ID+" delivered")
		orders, err := w.s.Audits(w.ctx, w.clock.Now(), 1)
		w.must(err)
		equal(w, "order", orders[0].Verb+" "+orders[0].By, "purge serve")
		_, err = w.s.CloseDeliveries(w.ctx, store.DeliveryFilter{}, "anna", "")
		w.must(err)
	})
	w.run("a closed case goes as a whole, an open one stays", func(w *world) {
		open, all := w.asked(1)
		f := w.file(unit)
		w.drain()
		closing := f.closing()
		f.accept(closing)
		w.clock.move(366 * 24 * time.Hour)
		_, err := w.s.Purge(w.ctx, year, "serve")
		w.must(err)
		gone(w, f.first, true)
		gone(w, closing, true)
		_, err = w.s.Unlogged().Case(w.ctx, f.id)
		equal(w, "case", errors.Is(err, store.ErrNotFound), true)
		gone(w, all[1], false)
		open.is(store.InProgress)
	})
	w.run("many go in small batches", func(w *world) {
		for range 230 {
			w.bare()
		}
		w.drain()
		w.clock.move(366 * 24 * time.Hour)
		n, err := w.s.Purge(w.ctx, year, "serve")
		w.must(err)
		equal(w, "went", n >= 230, true)
	})
}
