package storetest

import (
	"time"

	"rivgate/store"
)

// parked is a case whose complaint was refused, with an answer behind it.
func (w *world) parked() (*file, []*store.Message) {
	w.t.Helper()
	f, all := w.asked(1)
	for _, d := range w.claim(100) {
		w.finish(d, store.Attempt{Outcome: store.OutcomeRefused, Class: "fault-client"})
	}
	f.in(all[0], store.PlaceParked)
	return f, all
}

func operators(w *world) {
	w.run("a parked delivery holds its lane until it is retried", func(w *world) {
		f, all := w.parked()
		equal(w, "claimed", len(w.claim(10)), 0)
		n, err := w.s.Retry(w.ctx, store.DeliveryFilter{State: store.DeliveryParked}, "anna", "the receiver is mended")
		w.must(err)
		equal(w, "retried", n, 1)
		claimed := w.claim(10)
		equal(w, "message", claimed[0].Message.ID, all[0].ID)
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
		w.drain()
		f.in(all[1], store.PlaceDelivered)
		operations, err := w.s.Operations(w.ctx, all[0].ID)
		w.must(err)
		equal(w, "operation", operations[0], store.Operation{
			Verb: "retry", MessageID: all[0].ID, Receiver: unit, By: "anna", Reason: "the receiver is mended", At: w.clock.Now(),
		})
	})
	w.run("a waiting delivery is retried before its time", func(w *world) {
		w.file(unit)
		w.finish(w.claim(1)[0], store.Attempt{Outcome: store.OutcomeTechnical, Again: w.clock.Now().Add(time.Hour)})
		equal(w, "claimed", len(w.claim(1)), 0)
		n, err := w.s.Retry(w.ctx, store.DeliveryFilter{Receiver: system}, "anna", "")
		w.must(err)
		equal(w, "retried", n, 1)
		equal(w, "claimed", len(w.claim(1)), 1)
		n, err = w.s.Retry(w.ctx, store.DeliveryFilter{}, "anna", "")
		w.must(err)
		equal(w, "retried while a worker is at it", n, 0)
		w.clock.move(time.Hour)
		w.drain()
	})
	w.run("a delivered one is not touched", func(w *world) {
		f := w.file(unit)
		w.drain()
		n, err := w.s.Retry(w.ctx, store.DeliveryFilter{ID: f.first.ID}, "anna", "")
		w.must(err)
		equal(w, "retried", n, 0)
		n, err = w.s.Redirect(w.ctx, store.DeliveryFilter{ID: f.first.ID}, "https://new.example/", "anna", "")
		w.must(err)
		equal(w, "redirected", n, 0)
	})
	w.run("a redirect moves what waits and what is parked", func(w *world) {
		f, all := w.parked()
		n, err := w.s.Redirect(w.ctx, store.DeliveryFilter{Case: f.ref.Extension}, "https://new.example/", "anna", "moved")
		w.must(err)
		equal(w, "redirected", n, 2)
		equal(w, "to the old address", len(w.claimAt(10, 10, "https://new.example/")), 0)
		for _, m := range all {
			d := w.claim(1)[0]
			equal(w, "message", d.Message.ID, m.ID)
			equal(w, "address", d.Message.Route.Address, "https://new.example/")
			w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		}
		got, err := w.s.Unlogged().Message(w.ctx, all[0].ID)
		w.must(err)
		equal(w, "what was frozen", got.Route.Address, there)
	})
	w.run("a redirect while a worker is at it counts for the next attempt", func(w *world) {
		w.file(unit)
		d := w.claim(1)[0]
		n, err := w.s.Redirect(w.ctx, store.DeliveryFilter{}, "https://new.example/", "anna", "")
		w.must(err)
		equal(w, "redirected", n, 1)
		equal(w, "claimed", len(w.claim(1)), 0)
		w.finish(d, store.Attempt{Outcome: store.OutcomeTechnical, Again: w.clock.Now()})
		d = w.claim(1)[0]
		equal(w, "address", d.Message.Route.Address, "https://new.example/")
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
	})
	w.run("a closed delivery ends without being delivered, and its lane goes on", func(w *world) {
		f, all := w.parked()
		n, err := w.s.CloseDeliveries(w.ctx, store.DeliveryFilter{Case: f.id}, "anna", "told by telephone")
		w.must(err)
		equal(w, "closed", n, 1)
		f.in(all[0], store.PlaceClosed)
		claimed := w.claim(10)
		equal(w, "next", claimed[0].Message.ID, all[1].ID)
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
	})
	w.run("only what is parked can be closed", func(w *world) {
		w.file(unit)
		n, err := w.s.CloseDeliveries(w.ctx, store.DeliveryFilter{}, "anna", "")
		w.must(err)
		equal(w, "closed", n, 0)
		w.drain()
	})
	w.run("a verb without a limit takes all, with one the latest", func(w *world) {
		for range 60 {
			w.file(unit)
		}
		for _, d := range w.claim(100) {
			w.finish(d, store.Attempt{Outcome: store.OutcomeRefused})
		}
		n, err := w.s.Retry(w.ctx, store.DeliveryFilter{Limit: 3}, "anna", "")
		w.must(err)
		equal(w, "some", n, 3)
		n, err = w.s.Retry(w.ctx, store.DeliveryFilter{State: store.DeliveryParked}, "anna", "")
		w.must(err)
		equal(w, "all", n, 57)
		w.drain()
	})
}

func pauses(w *world) {
	for _, receiver := range []string{"se2010123456-sj01", system} {
		w.run(receiver, func(w *world) {
			w.must(w.s.Pause(w.ctx, receiver, "anna", "service"))
			f := w.file(unit)
			w.accepted(w.blankAt("https://other.example/"))
			claimed := w.claim(10)
			equal(w, "claimed of others", len(claimed), 1)
			w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
			due, err := w.s.NextDue(w.ctx)
			w.must(err)
			equal(w, "next due", due.IsZero(), true)
			rows, err := w.s.Deliveries(w.ctx, store.DeliveryFilter{Case: f.id})
			w.must(err)
			equal(w, "paused", rows[0].Paused, true)
			waitings, err := w.s.Waitings(w.ctx)
			w.must(err)
			equal(w, "paused", waitings[0].Paused, true)
			w.must(w.s.Resume(w.ctx, receiver, "anna", ""))
			claimed = w.claim(10)
			equal(w, "claimed", len(claimed), 1)
			w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
			operations, err := w.s.Operations(w.ctx, "")
			w.must(err)
			equal(w, "noted", operations[0].Verb+" "+operations[1].Verb, "resume pause")
			equal(w, "by", operations[1].By+" "+operations[1].Reason, "anna service")
		})
	}
}

func newcomers(w *world) {
	held := func(w *world, n int) {
		w.t.Helper()
		equal(w, "claimed", len(w.claim(10)), 0)
		due, err := w.s.NextDue(w.ctx)
		w.must(err)
		equal(w, "next due", due.IsZero(), true)
		rows, err := w.s.Deliveries(w.ctx, store.DeliveryFilter{State: store.DeliveryDue})
		w.must(err)
		equal(w, "waiting", len(rows), n)
		for _, row := range rows {
			equal(w, "paused", row.Paused, true)
		}
	}
	pauseAll := func(w *world, receivers ...string) {
		w.t.Helper()
		w.file(unit)
		w.drain()
		w.clock.move(time.Hour)
		n, err := w.s.PauseAll(w.ctx, receivers, "anna", "new servers")
		w.must(err)
		equal(w, "paused", n, len(receivers))
		w.clock.move(time.Hour)
	}
	resumeAll := func(w *world, receivers ...string) {
		w.t.Helper()
		n, err := w.s.ResumeAll(w.ctx, receivers, "anna", "")
		w.must(err)
		equal(w, "resumed", n, len(receivers))
	}
	from := func(w *world, component string) {
		w.t.Helper()
		f := w.blankAt("https://other.example/")
		f.first.Route.Component = component
		w.accepted(f)
	}
	w.run("who is first seen while everybody is paused is held until they are not", func(w *world) {
		pauseAll(w, system)
		w.file(unit)
		from(w, "SE2010123456-NEW1")
		held(w, 2)
		resumeAll(w, system)
		w.drain()
		held(w, 0)
	})
	w.run("or until it is let go alone", func(w *world) {
		pauseAll(w, system)
		w.file(unit)
		from(w, "SE2010123456-NEW2")
		w.must(w.s.Resume(w.ctx, "se2010123456-new2", "anna", ""))
		claimed := w.claim(10)
		equal(w, "claimed", len(claimed), 1)
		equal(w, "component", claimed[0].Message.Route.Component, "SE2010123456-NEW2")
		w.finish(claimed[0], store.Attempt{Outcome: store.OutcomeDelivered})
		held(w, 1)
		resumeAll(w, system)
		w.drain()
	})
	w.run("who was let go is not held again", func(w *world) {
		pauseAll(w, system, "SE2010123456-NEW3")
		resumeAll(w, "SE2010123456-NEW3")
		w.clock.move(time.Hour)
		from(w, "SE2010123456-NEW3")
		w.drain()
		held(w, 0)
		resumeAll(w, system)
	})
	w.run("the pause of one receiver holds nobody else", func(w *world) {
		w.must(w.s.Pause(w.ctx, system, "anna", "service"))
		w.clock.move(time.Hour)
		from(w, "SE2010123456-NEW4")
		w.drain()
		held(w, 0)
		w.must(w.s.Resume(w.ctx, system, "anna", ""))
	})
}

// blankAt is a complaint to a unit that nothing is paused for.
func (w *world) blankAt(address string) *file {
	f := w.blank(board)
	f.first.Route.Address, f.first.Route.Component = address, "SE2010123456-OTHER"
	return f
}

func (w *world) accepted(f *file) { w.t.Helper(); f.accept(f.first) }
