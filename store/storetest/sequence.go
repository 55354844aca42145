package storetest

import (
	"time"

	"rivgate/store"
)

// numbered is a message from the handler with a number.
func (f *file) numbered(kind store.EventKind, number int64) *store.Message {
	m := f.returned(kind)
	m.Event.Sequence = number
	return m
}

// count notes that a message from the handler with a number was refused for good.
func (f *file) count(number int64) {
	f.w.t.Helper()
	f.w.must(f.w.s.CountRefused(f.w.ctx, f.ref, store.Ref{}, f.sender, number))
}

func refusedNumber(w *world) {
	f := w.file(unit)
	f.count(1)
	two := f.numbered(store.EventPartialReply, 2)
	equal(w, "the next is in order", f.accept(two).OutOfOrder, false)
	f.in(two, store.PlaceMailbox)
	mended := f.numbered(store.EventPartialReply, 1)
	equal(w, "the mended one is in order", f.accept(mended).OutOfOrder, false)
	equal(w, "and not late", f.entry(mended).Late, false)
	f.count(2) // was used
	equal(w, "after a used number", f.accept(f.numbered(store.EventPartialReply, 3)).OutOfOrder, false)
	w.must(w.s.CountRefused(w.ctx, store.Ref{Root: portal, Extension: "nothing"}, store.Ref{}, f.sender, 1))
	w.must(w.s.CountRefused(w.ctx, f.ref, store.Ref{}, f.sender, 0))
	f.count(1 << 40) // nobody counts so far
	equal(w, "as before", f.accept(f.numbered(store.EventPartialReply, 4)).OutOfOrder, false)
	other := w.file(unit)
	equal(w, "in another case", other.accept(other.numbered(store.EventPartialReply, 2)).OutOfOrder, true)
	other.accept(other.numbered(store.EventPartialReply, 1))
}

func refusedNumberInAGap(w *world) {
	f := w.file(unit)
	four, six := f.numbered(store.EventPartialReply, 4), f.numbered(store.EventPartialReply, 6)
	f.count(3)
	equal(w, "a number is missing still", f.accept(four).OutOfOrder, true)
	f.count(1)
	f.in(four, store.PlaceHeld)
	equal(w, "the gap closes", f.accept(f.numbered(store.EventPartialReply, 2)).OutOfOrder, false)
	f.in(four, store.PlaceMailbox)
	equal(w, "the next gap", f.accept(six).OutOfOrder, true)
	f.count(5)
	f.in(six, store.PlaceMailbox)
	equal(w, "late", f.entry(six).Late, false)
	equal(w, "on", f.accept(f.numbered(store.EventPartialReply, 7)).OutOfOrder, false)
}

func sequences(w *world) {
	w.run("the next number is one above the highest accepted", func(w *world) {
		f := w.file(unit)
		next := func(sender string) int64 {
			n, err := w.s.NextSequence(w.ctx, f.id, sender)
			w.must(err)
			return n
		}
		equal(w, "portal", next(portal), 2)
		equal(w, "system", next(system), 1)
		f.accept(f.numbered(store.EventPartialReply, 4))
		equal(w, "system", next("se2010123456-avv"), 5)
		for number := range int64(3) {
			f.accept(f.numbered(store.EventPartialReply, number+1))
		}
	})
	w.run("a gap holds what comes after it, until it closes", func(w *world) {
		f := w.file(unit)
		three, two, one := f.numbered(store.EventPartialReply, 3), f.numbered(store.EventQuestion, 2),
			f.numbered(store.EventStatus, 1)
		one.Event.Status = "RECEIVED"
		equal(w, "out of order", f.accept(three).OutOfOrder, true)
		equal(w, "out of order", f.accept(two).OutOfOrder, true)
		f.in(three, store.PlaceHeld)
		f.is(store.Submitted)
		equal(w, "out of order", f.accept(one).OutOfOrder, false)
		f.in(one, store.PlaceMailbox)
		f.in(two, store.PlaceMailbox)
		f.in(three, store.PlaceMailbox)
		f.is(store.AwaitingReporter)
		equal(w, "late", f.entry(three).Late, false)
		letters, err := w.s.Unlogged().Mailbox(w.ctx, f.id)
		w.must(err)
		equal(w, "letters", len(letters), 3)
		equal(w, "in order", letters[1].Kind+" "+letters[2].Kind, "question partial_reply")
	})
	w.run("a repeat of a held message is answered as the first time", func(w *world) {
		f := w.file(unit)
		held := f.numbered(store.EventPartialReply, 2)
		f.accept(held)
		f.accept(f.numbered(store.EventPartialReply, 1))
		again, err := w.s.Accept(w.ctx, held)
		w.must(err)
		equal(w, "repeat", again.Repeat, true)
		equal(w, "out of order", again.OutOfOrder, true)
	})
	w.run("senders are counted apart", func(w *world) {
		f := w.file(unit)
		question := f.numbered(store.EventQuestion, 1)
		equal(w, "out of order", f.accept(question).OutOfOrder, false)
		equal(w, "out of order", f.accept(f.answer(question)).OutOfOrder, false)
	})
	w.run("what is refused takes no number", func(w *world) {
		f := w.file(unit)
		f.refuse(f.answer(f.first), store.NoOpenQuestion)
		equal(w, "out of order", f.accept(f.numbered(store.EventPartialReply, 1)).OutOfOrder, false)
	})
	w.run("a refused number counts as seen, and may be used again", refusedNumber)
	w.run("a refused number closes a gap", refusedNumberInAGap)
	w.run("what can never be right is refused at once, gap or not", func(w *world) {
		f := w.file(unit)
		m := f.numbered(store.EventPartialReply, 5)
		m.Key.Sender = "SE2010123456-OTHER"
		f.refuse(m, store.NotCurrentHandler)
	})
	w.run("a gap that does not close is given up after its time, and what it held is marked", gapGivenUp)
	w.run("a held message that its case refuses is parked, and the next goes on", heldRefused)
	w.run("the first number of a case that came by a forward may be any", func(w *world) {
		f := w.blank(unit)
		m := f.arriving(inboxUnit)
		m.Event.AtPortal, m.Event.Sequence = false, 9
		f.accept(m)
		equal(w, "first", f.accept(f.numbered(store.EventPartialReply, 4)).OutOfOrder, false)
		equal(w, "next but one", f.accept(f.numbered(store.EventPartialReply, 6)).OutOfOrder, true)
		equal(w, "next", f.accept(f.numbered(store.EventPartialReply, 5)).OutOfOrder, false)
		question := f.numbered(store.EventQuestion, 7)
		f.accept(question)
		answer := f.answer(question)
		answer.Event.Sequence = 11
		equal(w, "portal goes on from its own first", f.accept(answer).OutOfOrder, true)
	})
}

func gapGivenUp(w *world) {
	f := w.file(unit)
	two, three, five := f.numbered(store.EventPartialReply, 2), f.numbered(store.EventQuestion, 3),
		f.numbered(store.EventPartialReply, 5)
	f.accept(two)
	w.clock.move(30 * time.Minute)
	f.accept(three)
	f.accept(five)
	apply := func(want int) {
		w.t.Helper()
		n, err := w.s.ApplyHeld(w.ctx, time.Hour)
		w.must(err)
		equal(w, "applied", n, want)
	}
	apply(0)
	w.clock.move(30 * time.Minute)
	apply(2)
	equal(w, "late", f.entry(two).Late, true)
	equal(w, "late", f.entry(three).Late, true)
	f.in(five, store.PlaceHeld)
	f.is(store.AwaitingReporter)
	one := f.numbered(store.EventPartialReply, 1)
	equal(w, "out of order", f.accept(one).OutOfOrder, false)
	equal(w, "late", f.entry(one).Late, true)
	again := f.numbered(store.EventPartialReply, 3)
	f.accept(again)
	equal(w, "late", f.entry(again).Late, false)
	f.accept(f.numbered(store.EventPartialReply, 4))
	f.in(five, store.PlaceMailbox)
	equal(w, "late", f.entry(five).Late, false)
	apply(0)
}

func heldRefused(w *world) {
	f := w.file(unit)
	reply, correction := f.numbered(store.EventPartialReply, 2), f.numbered(store.EventCorrection, 3)
	correction.Event.Classification = &store.Classification{MainProblems: []string{"1"}, Area: "5"}
	f.accept(reply)
	f.accept(correction)
	last := f.closing()
	last.Event.Sequence = 1
	f.accept(last)
	entry := f.entry(reply)
	equal(w, "refused", entry.Refused, store.CaseClosed)
	equal(w, "place", entry.Place, store.PlaceParked)
	f.in(correction, store.PlaceMailbox)
	equal(w, "area", f.now().Classification.Area, "5")
	n, err := w.s.ApplyHeld(w.ctx, 0)
	w.must(err)
	equal(w, "applied", n, 0)
	stranded, err := w.s.Strandeds(w.ctx, 0)
	w.must(err)
	equal(w, "stranded", len(stranded), 1)
	equal(w, "stranded", stranded[0], store.Stranded{
		MessageID: reply.ID, CaseID: f.id, Kind: store.EventPartialReply, Sender: system, Reason: store.CaseClosed,
		At: reply.Received,
	})
	dismissals(w, f, reply)
}

// dismissals: a person has looked at a stranded message, and it is over.
func dismissals(w *world, f *file, reply *store.Message) {
	w.t.Helper()
	w.would(store.VerbDismiss, store.DeliveryFilter{ID: "another"}, 0)
	w.would(store.VerbDismiss, store.DeliveryFilter{ID: reply.ID}, 1)
	chosen, err := w.s.Chosen(w.ctx, store.VerbDismiss, store.DeliveryFilter{}, 10)
	w.must(err)
	equal(w, "chosen", len(chosen) == 1 && chosen[0].ID == reply.ID && chosen[0].CaseID == f.id, true)
	none, err := w.s.Chosen(w.ctx, store.VerbRelease, store.DeliveryFilter{}, 10)
	w.must(err)
	equal(w, "to release", len(none), 0)
	n, err := w.s.Dismiss(w.ctx, store.DeliveryFilter{ID: reply.ID}, "anna", "told by telephone")
	w.must(err)
	equal(w, "dismissed", n, 1)
	w.would(store.VerbDismiss, store.DeliveryFilter{}, 0)
	entry := f.entry(reply)
	equal(w, "place", entry.Place, store.PlaceClosed)
	equal(w, "refused", entry.Refused, store.CaseClosed)
	left, err := w.s.Strandeds(w.ctx, 0)
	w.must(err)
	equal(w, "stranded", len(left), 0)
	operations, err := w.s.Operations(w.ctx, reply.ID)
	w.must(err)
	equal(w, "operations",
		len(operations) == 1 && operations[0].Verb == "dismiss" && operations[0].Reason == "told by telephone", true)
	audits, err := w.s.Audits(w.ctx, time.Time{}, 1)
	w.must(err)
	equal(w, "audit", len(audits) == 1 && audits[0].Verb == "dismiss" && audits[0].Count == 1, true)
	again, err := w.s.Accept(w.ctx, reply)
	w.must(err)
	equal(w, "a repeat gets the first answer", again.Repeat && again.OutOfOrder, true)
	lines, err := w.s.Check(w.ctx)
	w.must(err)
	equal(w, "breaches", len(lines), 0)
}
