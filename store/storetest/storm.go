package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"rivgate/store"
)

// storm has everybody at the same few cases at once: whatever wins, nothing is lost, and the store agrees with itself.
func storm(w *world) {
	files := make([]*file, 6)
	for i := range files {
		files[i] = w.file([]string{unit, inboxUnit, board}[i%3])
	}
	turns := make([][]*store.Message, 8)
	total := len(files)
	for i := range turns {
		for range 5 {
			for j := range files { // another order for each, so that they meet
				f := files[(i*5+j)%len(files)]
				f.sender = f.handler.Component
				m := f.returned(store.EventPartialReply)
				m.Event.Sequence = 0
				if i%2 == 0 {
					m = f.answerless()
				}
				turns[i] = append(turns[i], m)
				total++
			}
		}
	}
	refused := make([]int, len(turns))
	together(len(turns)+3, func(i int) {
		if i < len(turns) {
			for _, m := range turns[i] {
				_, err := w.s.Accept(w.ctx, m)
				var refusal *store.Refusal
				if err != nil && !errors.As(err, &refusal) {
					w.t.Error(err)
				}
				if refusal != nil {
					refused[i]++
				}
			}
			return
		}
		for range 10 {
			if err := w.disturb(fmt.Sprint("worker ", i)); err != nil {
				w.t.Error(err)
			}
		}
	})
	_, err := w.s.Retry(w.ctx, store.DeliveryFilter{}, "anna", "")
	w.must(err)
	w.drain()
	for _, n := range refused {
		total -= n
	}
	stored := 0
	for _, f := range files {
		line, err := w.s.Unlogged().TimeLine(w.ctx, f.id)
		w.must(err)
		stored += len(line)
		for _, entry := range line {
			if entry.Place != store.PlaceDelivered && entry.Place != store.PlaceInbox && entry.Place != store.PlaceMailbox {
				w.t.Errorf("%s %s is %s", entry.Kind, entry.MessageID, entry.Place)
			}
		}
	}
	equal(w, "stored", stored, total)
}

// answerless is a message to the handler that nothing need come before: the forward of a case to where it is.
func (f *file) answerless() *store.Message {
	m := f.arriving(f.handler.Unit)
	m.Event.Sequence = 0
	return m
}

// disturb does what workers and operators do, with any outcome.
func (w *world) disturb(worker string) error {
	claimed, err := w.s.Claim(w.ctx, worker, lease, 4, 4, nil)
	if err != nil {
		return err
	}
	outcomes := []store.Outcome{
		store.OutcomeDelivered, store.OutcomeDelivered, store.OutcomeRefused, store.OutcomeTechnical,
	}
	for _, d := range claimed {
		a := store.Attempt{Outcome: outcomes[rand.IntN(len(outcomes))]}
		if a.Outcome == store.OutcomeTechnical {
			a.Again = w.clock.Now()
		}
		if err := w.s.Finish(w.ctx, d, a); err != nil {
			return err
		}
	}
	if _, err := w.s.Retry(w.ctx, store.DeliveryFilter{}, "anna", ""); err != nil {
		return err
	}
	_, err = w.s.Redirect(w.ctx, store.DeliveryFilter{State: store.DeliveryParked}, there, "anna", "")
	return err
}
