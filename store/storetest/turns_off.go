package storetest

import (
	"errors"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
)

const boardUnit = "SE2010123456-PN01"

// keepBoard is keep, with the region's patient board in the inbox.
func (w *world) keepBoard() {
	w.t.Helper()
	w.keep()
	board := routeTo(boardUnit, routing.AddressInbox)
	board.ID = "board route"
	w.edit(
		add(catalogue.Row{
			ID: "board", Kind: catalogue.KindUnit, HSAID: boardUnit, Name: "Nämnden", UnitKind: routing.PatientBoard,
			Region: "01",
		}),
		add(board))
	w.publish(time.Time{})
}

// turnsOff fails unless a verb was refused for turning off these units.
func (w *world) turnsOff(err error, units ...string) {
	w.t.Helper()
	var off *catalogues.TurnsOffError
	if !errors.As(err, &off) {
		w.t.Fatalf("refused with %v, not for units that are turned off", err)
	}
	var got []string
	for _, u := range off.Units {
		got = append(got, u.Unit)
	}
	alike(w, "turned off", got, units)
}

func catalogueTurnsOff(w *world) {
	order := func(confirmed int) catalogues.Order {
		return catalogues.Order{Revision: w.draft().Revision, By: "anna", Reason: "the board moves", TurnsOff: confirmed}
	}
	publish := func(o catalogues.Order) error {
		_, err := w.s.PublishCatalogue(w.ctx, o, keptRules())
		return err
	}
	w.run("a draft without the board needs its units confirmed, in number", func(w *world) {
		w.keepBoard()
		w.file(inboxUnit)
		w.edit(remove("board"), remove("board route"))
		w.turnsOff(publish(order(0)), boardUnit, inboxUnit)
		w.turnsOff(publish(order(1)), boardUnit, inboxUnit)
		w.turnsOff(publish(order(3)), boardUnit, inboxUnit)
		equal(w, "in force", w.inForce(), 2)
		equal(w, "open", w.draft().Open, true)
		var off *catalogues.TurnsOffError
		errors.As(publish(order(0)), &off)
		equal(w, "open cases of the board", off.Units[0].Open, 0)
		equal(w, "open cases of the unit", off.Units[1].Open, 1)
		w.must(publish(order(2)))
		equal(w, "in force", w.inForce(), 3)
	})
	w.run("a unit that is removed by itself needs no word", func(w *world) {
		_, err := w.s.RollBackCatalogue(w.ctx, 2, order(0), keptRules())
		w.must(err)
		w.edit(remove("inbox"), remove("unit"))
		w.must(publish(order(0)))
	})
	w.run("going back to a version without the board needs the same", func(w *world) {
		_, err := w.s.RollBackCatalogue(w.ctx, 2, order(0), keptRules())
		w.must(err)
		_, err = w.s.RollBackCatalogue(w.ctx, 1, order(0), keptRules())
		w.turnsOff(err, boardUnit, inboxUnit)
		_, err = w.s.RollBackCatalogue(w.ctx, 1, order(2), keptRules())
		w.must(err)
	})
	w.run("what counts is the day on which it comes into force", func(w *world) {
		_, err := w.s.RollBackCatalogue(w.ctx, 2, order(0), keptRules())
		w.must(err)
		begins := routing.DateOf(w.clock.Now()).Next()
		board := routeTo(boardUnit, routing.AddressInbox)
		board.ID, board.From = "board route", begins
		w.edit(catalogue.Edit{Action: catalogue.EditChange, Row: board})
		w.turnsOff(publish(order(0)), boardUnit, inboxUnit)
		later := order(0)
		later.At = w.clock.Now().Add(48 * time.Hour)
		w.must(publish(later))
	})
}
