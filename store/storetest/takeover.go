package storetest

import (
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
)

const newBoard = "SE2010123456-PN02"

// renamed edits the draft so that the board has another HSA-id, by the same way.
func (w *world) renamed(address string) {
	w.t.Helper()
	route := routeTo(newBoard, address)
	route.ID = "board route"
	w.edit(
		catalogue.Edit{Action: catalogue.EditChange, Row: catalogue.Row{
			ID: "board", Kind: catalogue.KindUnit, HSAID: newBoard, Name: "Nya nämnden", UnitKind: routing.PatientBoard,
			Region: "01",
		}},
		catalogue.Edit{Action: catalogue.EditChange, Row: route})
}

// boardFile is a case of a board, which has it in the inbox.
func (w *world) boardFile(unit string) *file {
	w.t.Helper()
	f := w.blank(unit)
	f.handler = store.Handler{
		Unit: unit, Name: "Nämnden", Kind: routing.PatientBoard, Region: "01", Via: routing.Inbox,
		Address: routing.AddressInbox, Component: gateway,
	}
	f.sender = gateway
	first := f.sent(store.EventComplaint)
	first.Event.Handler, first.Event.Facts = &f.handler, f.first.Event.Facts
	f.accept(first)
	return f
}

func catalogueTakeover(w *world) {
	order := func(take ...catalogues.Takeover) catalogues.Order {
		return catalogues.Order{
			Revision: w.draft().Revision, By: "Anna", Reason: "another id", TakeOver: take, Log: accesslog.Row{Who: "anna"},
		}
	}
	take := catalogues.Takeover{From: boardUnit, To: newBoard}
	publish := func(o catalogues.Order) catalogues.Version {
		v, err := w.s.PublishCatalogue(w.ctx, o, keptRules())
		w.must(err)
		return v
	}
	w.keepBoard()
	gone := w.boardFile(boardUnit)
	gone.accept(gone.closing())
	w.clock.move(48 * time.Hour)
	_, err := w.s.Purge(w.ctx, store.Retention{ClosedCases: 24 * time.Hour}, "test")
	w.must(err)
	open, closed, elsewhere := w.boardFile(boardUnit), w.boardFile(boardUnit), w.file(inboxUnit)
	closed.accept(closed.closing())
	bo := store.Person{ID: "bo", Name: "Bo"}
	_, err = w.s.Assign(w.ctx, store.Act{CaseID: open.id, Unit: boardUnit, By: bo}, bo)
	w.must(err)

	w.series(store.Holder{Level: store.LevelUnit, ID: boardUnit}, "PN{n}")
	equal(w, "the first number", closed.number(store.Holder{Level: store.LevelUnit, ID: boardUnit}), "PN1")
	for id, units := range map[string][]string{
		"nina": {inboxUnit, "se2010123456-pn01"}, "nils": {newBoard, boardUnit}, "rita": {"region:01"},
	} {
		w.must(w.s.AddAccount(w.ctx, accounts.Account{
			ID: id, Source: accounts.Local, Grants: []accounts.Grant{{
				Role: "handler", Kind: routing.PatientBoard,
				Units: units,
			}},
		}, accesslog.Row{Who: "adam"}))
	}

	w.run("what cannot be taken over is refused", func(w *world) {
		w.renamed("https://elsewhere.example/")
		_, err := w.s.PublishCatalogue(w.ctx, order(take), keptRules())
		w.refusedFor(err, "another way")
		w.must(w.s.DiscardCatalogue(w.ctx, w.draft().Revision, "anna", ""))
		w.renamed(routing.AddressInbox)
		_, err = w.s.PublishCatalogue(w.ctx, order(catalogues.Takeover{From: inboxUnit, To: newBoard}), keptRules())
		w.refusedFor(err, "does not become")
		later := order(take)
		later.At = w.clock.Now().Add(time.Hour)
		_, err = w.s.PublishCatalogue(w.ctx, later, keptRules())
		w.refusedFor(err, "at once")
		equal(w, "the case's board", open.now().Handler.Unit, boardUnit)
	})
	w.run("cases follow in the same step, with their handler", func(w *world) {
		closedBefore := closed.now()
		v := publish(order(take))
		equal(w, "boards", len(v.TakenOver), 1)
		equal(w, "cases", v.TakenOver[0].Cases, 2)
		equal(w, "open", v.TakenOver[0].Open, 1)
		for _, f := range []*file{open, closed} {
			c := f.now()
			equal(w, "unit", c.Handler.Unit, newBoard)
			equal(w, "name", c.Handler.Name, "Nya nämnden")
			equal(w, "way", c.Handler.Address, routing.AddressInbox)
		}
		equal(w, "a closed case is no younger", closed.now().Changed, closedBefore.Changed)
		equal(w, "another unit's case", elsewhere.now().Handler.Unit, inboxUnit)
		d, err := w.s.Desk(w.ctx, open.id)
		w.must(err)
		equal(w, "who handles it", d.Assignee.ID, "bo")
		events, err := w.s.Unlogged().DeskEvents(w.ctx, open.id, []string{newBoard})
		w.must(err)
		equal(w, "what was done before, and that it was renamed", len(events), 2)
		equal(w, "the last", events[1].Kind, store.DeskRenamed)
	})
	w.run("statistics count for the new id, those of a purged case too", func(w *world) {
		for unit, want := range map[string]int{boardUnit: 0, newBoard: 3, inboxUnit: 1} {
			got, err := w.s.Statistics(w.ctx, store.StatisticsFilter{Unit: unit})
			w.must(err)
			equal(w, "cases of "+unit, got.Cases, want)
		}
	})
	w.run("roles follow, each on record", func(w *world) {
		for id, want := range map[string][]string{
			"nina": {inboxUnit, newBoard}, "nils": {newBoard}, "rita": {"region:01"},
		} {
			a, err := w.s.Account(w.ctx, id)
			w.must(err)
			equal(w, id, fmt.Sprint(a.Grants[0].Units), fmt.Sprint(want))
		}
		events, err := w.s.CatalogueEvents(w.ctx)
		w.must(err)
		equal(w, "accounts", events[0].TakenOver[0].Accounts, 2)
		rows, err := w.s.AccessLog(w.ctx, accesslog.Filter{Who: "anna"})
		w.must(err)
		said := ""
		for _, row := range rows {
			if row.Subject == "nina" || row.Subject == "rita" {
				said += row.Subject + ": " + row.Detail + " " + row.Unit
			}
		}
		equal(w, "row", said, "nina: board renamed "+newBoard)
	})
	w.run("its series goes on", func(w *world) {
		of := store.Holder{Level: store.LevelUnit, ID: newBoard}
		d, err := w.s.Number(w.ctx, open.id, newBoard, of)
		w.must(err)
		equal(w, "the next number", d.Diary, "PN2")
		next := w.boardFile(newBoard)
		_, err = w.s.Number(w.ctx, next.id, newBoard, store.Holder{Level: store.LevelUnit, ID: boardUnit})
		w.is("by the former", err, store.ErrNoSeries)
		equal(w, "another case", next.number(of), "PN3")
	})
	w.run("it is in the access log and in the record", func(w *world) {
		rows, err := w.s.AccessLog(w.ctx, accesslog.Filter{Case: open.id, What: accesslog.Change, Who: "anna"})
		w.must(err)
		equal(w, "rows about the case", len(rows), 1)
		equal(w, "unit", rows[0].Unit, newBoard)
		equal(w, "subject", rows[0].Subject, boardUnit)
		events, err := w.s.CatalogueEvents(w.ctx)
		w.must(err)
		equal(w, "in the record", events[0].TakenOver[0].Cases, 2)
	})
	w.run("what is addressed to the former id is the new one's", func(w *world) {
		equal(w, "handled by the former", func() bool { c := open.now(); return c.HandledBy(boardUnit) }(), true)
		open.handler.Unit = boardUnit
		open.accept(open.returned(store.EventPartialReply))
		open.handler.Unit = newBoard
		open.accept(open.returned(store.EventPartialReply))
		open.is(store.InProgress)
		equal(w, "unit", open.now().Handler.Unit, newBoard)
	})
	w.run("a second change of id keeps both former ones", func(w *world) {
		w.edit(
			catalogue.Edit{Action: catalogue.EditChange, Row: catalogue.Row{
				ID: "board", Kind: catalogue.KindUnit, HSAID: boardUnit, Name: "Nämnden", UnitKind: routing.PatientBoard,
				Region: "01",
			}},
			catalogue.Edit{Action: catalogue.EditChange, Row: func() catalogue.Row {
				r := routeTo(boardUnit, routing.AddressInbox)
				r.ID = "board route"
				return r
			}()})
		publish(order(catalogues.Takeover{From: newBoard, To: boardUnit}))
		c := open.now()
		equal(w, "unit", c.Handler.Unit, boardUnit)
		equal(w, "handled by the one between", c.HandledBy(newBoard), true)
	})
}
