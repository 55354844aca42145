package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/catalogues"
)

// keptRules are the rules of the suite's catalogue: send brings cases, back takes answers to the portal.
func keptRules() routing.Rules {
	return routing.Rules{
		Durable: func(contract string) bool { return contract == send || contract == back }, SendContract: send,
		ReturnContract: back,
		PortalAddress:  portal,
	}
}

func add(e catalogue.Row) catalogue.Edit { return catalogue.Edit{Action: catalogue.EditAdd, Row: e} }

func remove(id string) catalogue.Edit {
	return catalogue.Edit{Action: catalogue.EditRemove, Row: catalogue.Row{ID: id}}
}

func routeTo(receiver, address string) catalogue.Row {
	return catalogue.Row{Kind: catalogue.KindRoute, Contract: send, Receiver: receiver, Address: address}
}

// keep is a store with a catalogue of one version: one unit with the inbox, and 1177's permission.
func (w *world) keep() {
	w.t.Helper()
	w.edit(
		add(catalogue.Row{
			ID: "unit", Kind: catalogue.KindUnit, HSAID: inboxUnit, Name: "Enheten", UnitKind: routing.CareUnit, Region: "01",
		}),
		add(catalogue.Row{
			ID: "inbox", Kind: catalogue.KindRoute, Contract: send, Receiver: inboxUnit, Address: routing.AddressInbox,
		}),
		add(catalogue.Row{ID: "may", Kind: catalogue.KindPermission, Contract: send, Sender: portal, Receiver: "*"}),
	)
	w.publish(time.Time{})
}

func (w *world) draft() catalogues.Draft {
	w.t.Helper()
	d, err := w.s.CatalogueDraft(w.ctx)
	w.must(err)
	return d
}

// edit carries out edits on the draft as it is.
func (w *world) edit(edits ...catalogue.Edit) []catalogue.Change {
	w.t.Helper()
	_, changes, err := w.s.EditCatalogue(w.ctx, w.draft().Revision, edits, keptRules(), "anna", "")
	w.must(err)
	return changes
}

func (w *world) publish(at time.Time) catalogues.Version {
	w.t.Helper()
	v, err := w.s.PublishCatalogue(w.ctx, catalogues.Order{
		Revision: w.draft().Revision, At: at, By: "anna", Reason: "a new unit",
	}, keptRules())
	w.must(err)
	return v
}

func (w *world) inForce() int64 {
	w.t.Helper()
	v, err := w.s.CatalogueInForce(w.ctx)
	if errors.Is(err, store.ErrNotFound) {
		return 0
	}
	w.must(err)
	return v.Number
}

// refusedFor fails unless a verb was refused with these words.
func (w *world) refusedFor(err error, words string) {
	w.t.Helper()
	if err == nil || !strings.Contains(err.Error(), words) {
		w.t.Errorf("refused with %v, not for %q", err, words)
	}
}

func catalogueLife(w *world) {
	w.run("there is nothing at first", func(w *world) {
		equal(w, "in force", w.inForce(), 0)
		d := w.draft()
		equal(w, "open", d.Open, false)
		equal(w, "rows", len(d.Rows), 0)
		_, err := w.s.PublishCatalogue(w.ctx, catalogues.Order{
			Revision: d.Revision, By: "anna", Reason: "why",
		}, keptRules())
		w.refusedFor(err, "nothing to publish")
	})
	w.run("a draft is edited and published", func(w *world) {
		w.keep()
		equal(w, "in force", w.inForce(), 1)
		rows, err := w.s.CatalogueRows(w.ctx, 1)
		w.must(err)
		equal(w, "rows, with the contract and the component that were added", len(rows), 5)
		equal(w, "open", w.draft().Open, false)
	})
	w.run("ids of rows stay through the versions", func(w *world) {
		row := routeTo(inboxUnit, routing.AddressInbox)
		row.ID, row.Until = "inbox", 20261231
		changes := w.edit(catalogue.Edit{Action: catalogue.EditChange, Row: row})
		equal(w, "changes", len(changes), 1)
		equal(w, "kind", changes[0].Kind+" "+changes[0].ID, "changed inbox")
		w.publish(time.Time{})
		equal(w, "in force", w.inForce(), 2)
	})
	w.run("publishing and rolling back need a reason", func(w *world) {
		w.edit(add(routeTo(unit, there)))
		_, err := w.s.PublishCatalogue(w.ctx, catalogues.Order{
			Revision: w.draft().Revision, By: "anna", Reason: " ",
		}, keptRules())
		w.refusedFor(err, "reason is mandatory")
		_, err = w.s.RollBackCatalogue(w.ctx, 1, catalogues.Order{By: "anna", Reason: ""}, keptRules())
		w.refusedFor(err, "mandatory")
		w.must(w.s.DiscardCatalogue(w.ctx, w.draft().Revision, "anna", ""))
		equal(w, "open", w.draft().Open, false)
	})
	w.run("any version can be had back, as a new one", func(w *world) {
		w.edit(add(routeTo(unit, there)))
		w.publish(time.Time{})
		v, err := w.s.RollBackCatalogue(w.ctx, 1, catalogues.Order{By: "bo", Reason: "the receiver was not ready"},
			keptRules())
		w.must(err)
		equal(w, "number", v.Number, 4)
		equal(w, "restores", v.Restores, 1)
		one, err := w.s.CatalogueRows(w.ctx, 1)
		w.must(err)
		four, err := w.s.CatalogueRows(w.ctx, 4)
		w.must(err)
		equal(w, "differences", len(catalogue.Compare(one, four)), 0)
		_, err = w.s.RollBackCatalogue(w.ctx, 4, catalogues.Order{By: "bo", Reason: "again"}, keptRules())
		w.refusedFor(err, "already")
		_, err = w.s.RollBackCatalogue(w.ctx, 17, catalogues.Order{By: "bo", Reason: "again"}, keptRules())
		equal(w, "not there", errors.Is(err, store.ErrNotFound), true)
	})
	w.run("who did what, when and why is kept", func(w *world) {
		events, err := w.s.CatalogueEvents(w.ctx)
		w.must(err)
		e := events[0]
		equal(w, "verb", e.Verb, "rollback")
		equal(w, "by", e.By, "bo")
		equal(w, "reason", e.Reason, "the receiver was not ready")
		equal(w, "at", e.At, w.clock.Now())
		equal(w, "what", strings.Contains(e.What, "- route") && strings.Contains(e.What, there), true)
		verbs := ""
		for _, e := range events {
			verbs += e.Verb + " "
		}
		equal(w, "verbs", verbs, "rollback publish edit discard edit publish edit publish edit ")
	})
}

func catalogueRules(w *world) {
	w.keep()
	for _, c := range []struct {
		name  string
		edits []catalogue.Edit
		says  string
	}{
		{"two routes on one day", []catalogue.Edit{add(routeTo(inboxUnit, there))}, "shares days with route inbox"},
		{
			"two permissions on one day",
			[]catalogue.Edit{
				add(catalogue.Row{Kind: catalogue.KindPermission, Contract: send, Sender: portal, Receiver: "*", From: 20260401}),
			},
			"shares days with permission may",
		},
		{
			"a first day after the last",
			[]catalogue.Edit{
				add(catalogue.Row{
					Kind: catalogue.KindRoute, Contract: send, Receiver: unit, Address: there, From: 20260402, Until: 20260401,
				}),
			},
			"begins on 2026-04-02, after its last day",
		},
		{"an address that is no URL", []catalogue.Edit{add(routeTo(unit, "ftp://x.example/"))}, "no URL"},
		{
			"an address with characters that TAK refuses",
			[]catalogue.Edit{add(routeTo(unit, "https://x.example/a b"))},
			"none that a TAK takes",
		},
		{"an HSA-id with a blank", []catalogue.Edit{add(routeTo("SE 1", there))}, "no HSA-id"},
		{
			"a namespace with a slash",
			[]catalogue.Edit{
				add(catalogue.Row{Kind: catalogue.KindPermission, Contract: "urn:a/b", Sender: portal, Receiver: "*"}),
			},
			"no namespace",
		},
		{"removing a contract that is used", []catalogue.Edit{remove(w.idOf(catalogue.KindContract))}, "2 rows need it"},
		{"removing a unit that is used", []catalogue.Edit{remove("unit")}, "rows need it"},
		{"removing what is not there", []catalogue.Edit{remove("nothing")}, "no such row"},
		{
			"the inbox for a contract without cases",
			[]catalogue.Edit{
				add(catalogue.Row{Kind: catalogue.KindRoute, Contract: "urn:other", Receiver: unit, Address: routing.AddressInbox}),
			},
			"no cases",
		},
		{"a second patient board in a region", []catalogue.Edit{
			add(catalogue.Row{Kind: catalogue.KindUnit, HSAID: board, UnitKind: routing.PatientBoard, Region: "01"}),
			add(catalogue.Row{Kind: catalogue.KindUnit, HSAID: unit, UnitKind: routing.PatientBoard, Region: "01"}),
		}, "patient board already"},
		{
			"a profile that is none",
			[]catalogue.Edit{
				add(catalogue.Row{Kind: catalogue.KindRoute, Contract: send, Receiver: unit, Address: there, Profile: "RIVTABP22"}),
			},
			"profile",
		},
	} {
		w.run(c.name, func(w *world) {
			revision := w.draft().Revision
			_, _, err := w.s.EditCatalogue(w.ctx, revision, c.edits, keptRules(), "anna", "")
			var problems catalogue.Problems
			if !errors.As(err, &problems) {
				w.t.Fatalf("it was not refused by a rule: %v", err)
			}
			w.refusedFor(err, c.says)
			for _, p := range problems {
				if p.Row == "" || p.Remedy == "" {
					w.t.Errorf("a problem without row or remedy: %+v", p)
				}
			}
			equal(w, "revision", w.draft().Revision, revision)
		})
	}
	w.run("a plain object that is used no more goes", func(w *world) {
		w.edit(remove("may"))
		w.edit(remove(w.idOf(catalogue.KindComponent)))
	})
	w.run("an address moves with its routes", func(w *world) {
		w.edit(add(routeTo(unit, there)), add(routeTo(board, there)))
		id := w.idOf(catalogue.KindAddress)
		changes := w.edit(catalogue.Edit{
			Action: catalogue.EditChange,
			Row:    catalogue.Row{ID: id, Kind: catalogue.KindAddress, Address: "https://new.example/"},
		})
		equal(w, "changes", len(changes), 3)
	})
}

// idOf is the id of the first row of a kind in the draft.
func (w *world) idOf(kind catalogue.Kind) string {
	w.t.Helper()
	for _, e := range w.draft().Rows {
		if e.Kind == kind {
			return e.ID
		}
	}
	w.t.Fatalf("no %s", kind)
	return ""
}

func catalogueTogether(w *world) {
	w.keep()
	w.run("a change made from an older draft is refused", func(w *world) {
		before := w.draft().Revision
		w.edit(add(routeTo(unit, there)))
		_, _, err := w.s.EditCatalogue(w.ctx, before, []catalogue.Edit{add(routeTo(board, there))}, keptRules(), "bo", "")
		var stale *catalogues.RevisionError
		equal(w, "refused", errors.As(err, &stale), true)
		_, err = w.s.PublishCatalogue(w.ctx, catalogues.Order{
			Revision: before, By: "bo", Reason: "why",
		}, keptRules())
		equal(w, "publishing refused", errors.As(err, &stale), true)
		err = w.s.DiscardCatalogue(w.ctx, before, "bo", "")
		equal(w, "discarding refused", errors.As(err, &stale), true)
	})
	w.run("of many who edit at once nobody's change is lost", func(w *world) {
		const people = 8
		start := len(w.draft().Rows)
		errs := make(chan error, people)
		var all sync.WaitGroup
		for n := range people {
			all.Go(func() {
				row := routeTo(fmt.Sprintf("SE2010123456-M%02d", n), there)
				for {
					d, err := w.s.CatalogueDraft(w.ctx)
					if err == nil {
						_, _, err = w.s.EditCatalogue(w.ctx, d.Revision, []catalogue.Edit{add(row)}, keptRules(),
							fmt.Sprint("person ", n), "")
					}
					var stale *catalogues.RevisionError
					if !errors.As(err, &stale) {
						errs <- err
						return
					}
				}
			})
		}
		all.Wait()
		for range people {
			w.must(<-errs)
		}
		equal(w, "rows", len(w.draft().Rows), start+people)
	})
	w.run("a draft takes over what was published meanwhile", func(w *world) {
		w.publish(time.Time{})
		w.edit(
			add(catalogue.Row{
				ID: "mine", Kind: catalogue.KindRoute, Contract: send, Receiver: "SE2010123456-X1", Address: there,
			}),
		)
		_, err := w.s.RollBackCatalogue(w.ctx, 1, catalogues.Order{By: "bo", Reason: "trouble"}, keptRules())
		w.must(err)
		_, err = w.s.PublishCatalogue(w.ctx, catalogues.Order{
			Revision: w.draft().Revision, By: "anna", Reason: "why",
		}, keptRules())
		w.refusedFor(err, "rebase")
		_, err = w.s.RebaseCatalogue(w.ctx, w.draft().Revision, keptRules(), "anna")
		w.refusedFor(err, "there is no address") // the rollback took the address that the new row needs
		w.edit(remove("mine"), add(routeTo("SE2010123456-X1", routing.AddressInbox)))
		_, err = w.s.RebaseCatalogue(w.ctx, w.draft().Revision, keptRules(), "anna")
		w.must(err)
		v := w.publish(time.Time{})
		rows, err := w.s.CatalogueRows(w.ctx, v.Number)
		w.must(err)
		one, err := w.s.CatalogueRows(w.ctx, 1)
		w.must(err)
		changes := catalogue.Compare(one, rows)
		equal(w, "changes", len(changes), 1)
		equal(w, "change", changes[0].Kind, "added")
	})
}

func catalogueSchedule(w *world) {
	w.keep()
	noon := w.clock.Now().Add(3 * time.Hour)
	w.run("a version waits for its time", func(w *world) {
		w.edit(add(routeTo(unit, there)))
		v := w.publish(noon)
		equal(w, "due", v.Due, noon)
		equal(w, "in force", w.inForce(), 1)
		_, err := w.s.RollBackCatalogue(w.ctx, 1, catalogues.Order{By: "bo", Reason: "no"}, keptRules())
		w.refusedFor(err, "version 2 is scheduled")
	})
	w.run("what builds on it cannot come before it", func(w *world) {
		w.edit(add(routeTo(board, there)))
		_, err := w.s.PublishCatalogue(w.ctx, catalogues.Order{
			Revision: w.draft().Revision, By: "bo", Reason: "at once",
		}, keptRules())
		w.refusedFor(err, "cancel it first")
		w.must(w.s.DiscardCatalogue(w.ctx, w.draft().Revision, "bo", ""))
	})
	w.run("it can be cancelled, and its changes are in the draft again", func(w *world) {
		w.must(w.s.CancelCatalogue(w.ctx, 2, "anna", "postponed"))
		d := w.draft()
		equal(w, "open", d.Open, true)
		equal(w, "base", d.Base, 1)
		v := w.publish(noon)
		equal(w, "number", v.Number, 3)
		w.refusedFor(w.s.CancelCatalogue(w.ctx, 2, "anna", "why"), "cancelled already")
	})
	w.run("when the time has come it is in force", func(w *world) {
		w.clock.move(3 * time.Hour)
		equal(w, "in force", w.inForce(), 3)
		w.refusedFor(w.s.CancelCatalogue(w.ctx, 3, "anna", "why"), "roll back instead")
		equal(w, "none", errors.Is(w.s.CancelCatalogue(w.ctx, 9, "anna", "why"), store.ErrNotFound), true)
	})
}

func catalogueHeld(w *world) {
	w.run("an answer that is held back is noted once and accepted by a person", func(w *world) {
		h := catalogues.Held{
			Digest: "abc", Source: "the TAK", RoutesBefore: 100, Routes: 10, PermissionsBefore: 5, Permissions: 5,
		}
		w.must(w.s.HoldCatalogue(w.ctx, h))
		w.must(w.s.HoldCatalogue(w.ctx, h))
		held, err := w.s.HeldCatalogues(w.ctx)
		w.must(err)
		equal(w, "held", len(held), 1)
		ok, err := w.s.CatalogueAccepted(w.ctx, "abc")
		w.must(err)
		equal(w, "accepted", ok, false)
		w.refusedFor(w.s.AcceptCatalogue(w.ctx, "abc", "anna", ""), "mandatory")
		equal(w, "unknown", errors.Is(w.s.AcceptCatalogue(w.ctx, "x", "anna", "why"), store.ErrNotFound), true)
		w.must(w.s.AcceptCatalogue(w.ctx, "abc", "anna", "units closed"))
		ok, err = w.s.CatalogueAccepted(w.ctx, "abc")
		w.must(err)
		equal(w, "accepted", ok, true)
	})
	w.run("open cases are counted by unit", func(w *world) {
		w.file(unit)
		w.file(unit)
		open, err := w.s.OpenCases(w.ctx)
		w.must(err)
		equal(w, "open", open[unit], 2)
		w.drain()
	})
}

// sourceTurnsOff keeps what a source did once, however many replicas read it, and again when it does it again.
func sourceTurnsOff(w *world) {
	off := []routing.TurnedOff{{
		Unit: "SE2010123456-VC01", Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01",
		Day: routing.DateOf(w.clock.Now()), Why: routing.NewFact("board-removed", "01", "SE2010123456-PN01"), Open: 2,
	}}
	noted := func() (found []catalogues.Event) {
		w.t.Helper()
		events, err := w.s.CatalogueEvents(w.ctx)
		w.must(err)
		for _, e := range events {
			if e.Verb == catalogues.TurnsOff {
				found = append(found, e)
			}
		}
		return found
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if err := w.s.NoteTurnedOff(w.ctx, "tak.example", off); err != nil {
				w.t.Error(err)
			}
		})
	}
	both.Wait()
	all := noted()
	equal(w, "once", len(all), 1)
	equal(w, "what", fmt.Sprint(all[0].TurnedOff), fmt.Sprint(off))
	equal(w, "by", fmt.Sprint(all[0].By, " ", all[0].Changes), "tak.example 1")
	equal(w, "in words", strings.Contains(all[0].What, "region 01 loses its patient board SE2010123456-PN01"), true)
	w.must(w.s.NoteTurnedOff(w.ctx, "another.example", off))
	w.clock.move(2 * time.Hour)
	many := slices.Repeat(off, 150)
	w.must(w.s.NoteTurnedOff(w.ctx, "tak.example", many))
	w.must(w.s.NoteTurnedOff(w.ctx, "tak.example", off))
	all = noted()
	equal(w, "again", fmt.Sprint(len(all), len(all[1].TurnedOff), all[1].Changes), "4 100 150")
	equal(w, "and so many more", strings.HasSuffix(all[1].What, "and 50 more\n"), true)
}
