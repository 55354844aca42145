package storetest

import (
	"time"

	"rivgate/routing"
	"rivgate/store"
)

func places(w *world) {
	w.run("a queued message waits, and is delivered", func(w *world) {
		f := w.file(unit)
		f.in(f.first, store.PlaceWaiting)
		d := w.claim(1)[0]
		f.in(f.first, store.PlaceWaiting)
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
		f.in(f.first, store.PlaceDelivered)
	})
	w.run("a message for the inbox is in the inbox, and in no queue", func(w *world) {
		f := w.file(inboxUnit)
		f.in(f.first, store.PlaceInbox)
		question := f.returned(store.EventQuestion)
		f.accept(question)
		f.in(question, store.PlaceMailbox)
		answer := f.answer(question)
		f.accept(answer)
		f.in(answer, store.PlaceInbox)
		equal(w, "claimed", len(w.claim(5)), 0)
	})
	w.run("every message to the portal is in the mailbox, read there or not", func(w *world) {
		f := w.file(inboxUnit)
		status := f.status("IN_PROGRESS")
		f.accept(status)
		f.in(status, store.PlaceMailbox)
	})
	w.run("an outcome that is not known is a place of its own", func(w *world) {
		f := w.file(unit)
		d := w.claim(1)[0]
		w.finish(d, store.Attempt{Outcome: store.OutcomeUnknown, Again: w.clock.Now().Add(time.Minute)})
		f.in(f.first, store.PlaceUnknown)
		w.clock.move(time.Minute)
		w.claim(1)
		f.in(f.first, store.PlaceWaiting)
		w.clock.move(time.Hour) // its worker died
		f.in(f.first, store.PlaceUnknown)
		d = w.claim(1)[0]
		w.finish(d, store.Attempt{Outcome: store.OutcomeRefused})
		f.in(f.first, store.PlaceParked)
		_, err := w.s.CloseDeliveries(w.ctx, store.DeliveryFilter{ID: f.first.ID}, "anna", "told by telephone")
		w.must(err)
		f.in(f.first, store.PlaceClosed)
	})
	w.run("the time line has every message, oldest first, with its content", func(w *world) {
		f := w.file(unit)
		one, two := f.numbered(store.EventPartialReply, 1), f.numbered(store.EventQuestion, 2)
		f.accept(two)
		f.accept(one)
		line, err := w.s.Unlogged().TimeLine(w.ctx, f.id)
		w.must(err)
		equal(w, "entries", len(line), 3)
		for i, m := range []*store.Message{f.first, two, one} {
			equal(w, "message", line[i].MessageID, m.ID)
			equal(w, "key", line[i].Key, m.Key)
			equal(w, "via", line[i].Via, m.Route.Via)
			equal(w, "content", string(line[i].Content), string(m.Event.Content))
			equal(w, "at", line[i].At, m.Received)
		}
		w.drain()
	})
}

func mailbox(w *world) {
	letters := func(w *world, f *file) []store.Letter {
		all, err := w.s.Unlogged().Mailbox(w.ctx, f.id)
		w.must(err)
		return all
	}
	w.run("the citizen reads receipt, replies, questions, forwarding and close, not status and correction",
		func(w *world) {
			f := w.file(unit)
			question := f.returned(store.EventQuestion)
			f.accept(question)
			f.accept(f.returned(store.EventPartialReply))
			f.accept(f.status("IN_PROGRESS"))
			f.accept(f.closing())
			correction := f.closing()
			correction.Event.Kind = store.EventCorrection
			f.accept(correction)
			got := ""
			for _, letter := range letters(w, f) {
				got += letter.Kind + " "
				equal(w, "from", letter.From, unit)
				equal(w, "case", letter.CaseID, f.id)
				equal(w, "content", len(letter.Content) > 0, true)
			}
			equal(w, "letters", got, "receipt question partial_reply close ")
		})
	w.run("an answered question says so", func(w *world) {
		f := w.file(unit)
		one, two := f.numbered(store.EventQuestion, 1), f.numbered(store.EventQuestion, 2)
		f.accept(one)
		f.accept(two)
		f.accept(f.answer(two))
		all := letters(w, f)
		equal(w, "one", all[1].Answered, false)
		equal(w, "two", all[2].Answered, true)
	})
	w.run("a case begun outside has its receipt", func(w *world) {
		f := w.blank(unit)
		m := f.newCase()
		f.accept(m)
		all := letters(w, f)
		equal(w, "letters", len(all), 1)
		equal(w, "kind", all[0].Kind, "receipt")
		f.in(m, store.PlaceMailbox)
	})
	w.run("away from 1177 there are no receipts", func(w *world) {
		f := w.blank(unit)
		f.first.Event.AtPortal = false
		f.accept(f.first)
		equal(w, "letters", len(letters(w, f)), 0)
	})
	w.run("a gateway in a region queues what goes back", func(w *world) {
		f := w.file(inboxUnit)
		m := f.returned(store.EventPartialReply)
		m.Route = routing.Route{Via: routing.Queue, Address: "https://1177.example/return", Receiver: portal}
		f.accept(m)
		f.in(m, store.PlaceWaiting)
		equal(w, "replied", f.now().Replied, true)
		w.drain()
	})
}
