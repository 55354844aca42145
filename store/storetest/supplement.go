package storetest

import (
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// afterClose is for how long the suite's cases take supplements once they are closed.
const afterClose = 14 * 24 * time.Hour

// unasked is what the reporter writes without having been asked.
func (f *file) unasked(kind store.EventKind) *store.Message {
	m := f.sent(kind)
	m.Event.Author, m.Event.HasText = "18900101-9802", true // the reporter of facts, written in another form
	if kind == store.EventSupplement {
		m.Event.ClosedSince = f.w.clock.Now().Add(-afterClose)
	}
	return m
}

func supplements(w *world) {
	for _, at := range []string{unit, inboxUnit} {
		w.run("a supplement changes nothing of an open case but that somebody should answer, at "+at, func(w *world) {
			f := w.file(at)
			before := f.now()
			m := f.unasked(store.EventSupplement)
			f.accept(m)
			c := f.now()
			equal(w, "state", c.State, before.State)
			equal(w, "due", c.Due, before.Due)
			equal(w, "unanswered", *c.Unanswered, w.clock.Now())
			if at == inboxUnit {
				f.in(m, store.PlaceInbox)
			} else {
				f.in(m, store.PlaceWaiting)
			}
			f.accept(f.returned(store.EventPartialReply))
			equal(w, "unanswered", f.now().Unanswered, nil)
		})
	}
	w.run("a supplement leaves a question open", func(w *world) {
		f := w.file(inboxUnit)
		question := f.returned(store.EventQuestion)
		f.accept(question)
		f.accept(f.unasked(store.EventSupplement))
		f.is(store.AwaitingReporter)
		f.accept(f.answer(question))
		f.is(store.InProgress)
	})
	w.run("somebody else than the reporter adds nothing and takes nothing back", func(w *world) {
		f := w.file(inboxUnit)
		for _, kind := range []store.EventKind{store.EventSupplement, store.EventWithdrawal} {
			m := f.unasked(kind)
			m.Event.Author = "190001019801"
			f.refuse(m, store.NotReporter)
			m.Event.Author = ""
			f.refuse(m, store.NotReporter)
		}
	})
	w.run("files only where the case has them", func(w *world) {
		f := w.blank(inboxUnit)
		f.first.Event.Facts.Attachments = false
		f.accept(f.first)
		m := f.unasked(store.EventSupplement)
		m.Event.Attachments = 1
		f.refuse(m, store.AttachmentNotAllowed)
	})
	w.run("a supplement opens a closed case for a time, which begins anew", supplementAfterClose)
	w.run("a supplement that waits for its turn is judged as it came", supplementHeld)
	w.run("a supplement ends the parking of a case", supplementParked)
	withdrawals(w)
}

func supplementAfterClose(w *world) {
	f := w.file(inboxUnit)
	f.accept(f.closing())
	f.is(store.Closed)
	w.clock.move(afterClose)
	f.accept(f.unasked(store.EventSupplement))
	c := f.now()
	equal(w, "state", c.State, store.InProgress)
	equal(w, "closed", c.Closed, nil)
	equal(w, "reopened", *c.Reopened, w.clock.Now())
	equal(w, "due", c.Due, w.clock.Now().In(routing.Stockholm()).AddDate(0, 0, 28).UTC())
	equal(w, "classification", c.Classification.Area, "1")
	f.sound()
	f.accept(f.closing())
	equal(w, "reopened", f.now().Reopened, nil)
	w.clock.move(afterClose + time.Microsecond)
	f.refuse(f.unasked(store.EventSupplement), store.CaseClosed)
	f.refuse(f.unasked(store.EventWithdrawal), store.CaseClosed)
}

func supplementHeld(w *world) {
	f := w.file(inboxUnit)
	f.accept(f.closing())
	w.clock.move(afterClose)
	m := f.unasked(store.EventSupplement)
	m.Event.Sequence++ // one is missing before it
	a, err := w.s.Accept(w.ctx, m)
	w.must(err)
	equal(w, "out of order", a.OutOfOrder, true)
	w.clock.move(time.Hour)
	n, err := w.s.ApplyHeld(w.ctx, time.Hour)
	w.must(err)
	equal(w, "applied", n, 1)
	f.is(store.InProgress)
}

func supplementParked(w *world) {
	f := w.file(inboxUnit)
	until := w.clock.Now().Add(30 * 24 * time.Hour)
	_, err := w.s.Park(w.ctx, f.act(store.Person{ID: "h", Name: "Hanna"}), until, "väntar")
	w.must(err)
	f.accept(f.unasked(store.EventSupplement))
	d, err := w.s.Desk(w.ctx, f.id)
	w.must(err)
	equal(w, "parked", d.Parked, nil)
}

func withdrawals(w *world) {
	w.run("a case that is taken back is the handler's to close, and waits for nobody", func(w *world) {
		f := w.file(inboxUnit)
		question := f.returned(store.EventQuestion)
		f.accept(question)
		f.accept(f.unasked(store.EventWithdrawal))
		c := f.now()
		equal(w, "state", c.State, store.InProgress)
		equal(w, "withdrawn", *c.Withdrawn, w.clock.Now())
		equal(w, "open questions", len(c.OpenQuestions), 0)
		f.refuse(f.answer(question), store.NoOpenQuestion)
		f.accept(f.unasked(store.EventSupplement))
		f.accept(f.closing())
		f.is(store.Closed)
		f.sound()
		f.accept(f.unasked(store.EventSupplement))
		equal(w, "withdrawn", f.now().Withdrawn, nil)
	})
	w.run("a case that nobody has begun stays so", func(w *world) {
		f := w.file(inboxUnit)
		f.accept(f.unasked(store.EventWithdrawal))
		f.is(store.Delivered)
	})
}

// sound expects statistics and places to be those of the case.
func (f *file) sound() {
	f.w.t.Helper()
	lines, err := f.w.s.Check(f.w.ctx)
	f.w.must(err)
	for _, line := range lines {
		f.w.t.Error(line)
	}
}
