package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
)

func accessLog(w *world) {
	w.run("an empty log is whole", func(w *world) { w.whole(0) })
	w.run("rows are numbered without gaps, whoever writes at once", func(w *world) {
		const people, looks = 8, 12
		var group sync.WaitGroup
		for person := range people {
			group.Go(func() {
				for look := range looks {
					if err := w.s.LogAccess(w.ctx, accesslog.Row{
						Who: fmt.Sprint("person", person), What: accesslog.Read, Case: fmt.Sprint("case", look),
					}); err != nil {
						w.t.Error(err)
					}
				}
			})
		}
		group.Wait()
		w.whole(people * looks)
		rows := w.accesses(accesslog.Filter{})
		for i, row := range rows {
			equal(w, "number", row.Seq, int64(len(rows)-i))
		}
	})
	w.run("a row keeps what it was given, and texts that no database takes do no harm", func(w *world) {
		given := accesslog.Row{
			Who: "hanna", Name: "Hanna\x00 \xff", Roles: "handler", What: accesslog.Search, Case: "c1",
			Unit: "se2010123456-vc01", Kind: routing.CareUnit,
			Subject: "s", Detail: "d", Search: "h", About: 3,
		}
		w.must(w.s.LogAccess(w.ctx, given))
		got := w.lastAccess()
		want := given
		want.Seq, want.At, want.Hash, want.Name, want.Unit = got.Seq, w.clock.Now(), got.Hash, "Hanna \uFFFD", inboxUnit
		equal(w, "row", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
	})
	w.run("a list names the cases that it showed", accessLists)
	w.run("the log is narrowed", accessFilters)
	w.run("chance chooses a sample", func(w *world) {
		all, err := w.s.AccessSample(w.ctx, accesslog.Filter{What: accesslog.Read, Limit: 20})
		w.must(err)
		equal(w, "rows", len(all), 20)
		seen := map[int64]bool{}
		for i, row := range all {
			if row.What != accesslog.Read || seen[row.Seq] || i > 0 && row.Seq > all[i-1].Seq {
				w.t.Errorf("row %d is %+v", i, row)
			}
			seen[row.Seq] = true
		}
	})
	w.run("a sample is kept, noted row by row, and ended", reviewSample)
	w.run("a person's cases", func(w *world) {
		f := w.file(inboxUnit)
		ids, err := w.s.CasesOf(w.ctx, "189001019802")
		w.must(err)
		equal(w, "cases", fmt.Sprint(ids), fmt.Sprint([]string{f.id}))
		ids, err = w.s.CasesOf(w.ctx, "")
		w.must(err)
		equal(w, "cases of nobody", len(ids), 0)
	})
	w.run("what is opened is in the log, and what is not opened stays closed", opening)
}

// opening: a case, a list and a file come back only with their row, and where the row cannot be written nothing comes
// back.
func opening(w *world) {
	f := w.file(inboxUnit)
	who := accesslog.Row{Who: "hanna", What: accesslog.Read, Detail: "case"}
	head, err := w.s.Head(w.ctx, f.id)
	w.must(err)
	equal(w, "names in a head", head.Facts.ReporterName+head.Facts.ReporterID+head.Facts.PatientName, "")
	for name, read := range closedReads(w, head) {
		w.is(name+" of a case that is not opened", read(), store.ErrNotOpened)
	}
	before := w.lastAccess().Seq
	_, err = w.s.Open(w.ctx, "nobody", who)
	w.is("opening a case that is not there", err, store.ErrNotFound)
	equal(w, "rows of a case that is not there", w.lastAccess().Seq, before)
	c, err := w.s.Open(w.ctx, f.id, who)
	w.must(err)
	row := w.lastAccess()
	equal(w, "the row of a case",
		fmt.Sprint(row.Seq-before, " ", row.Who, " ", row.Case == f.id, " ", row.Unit, " ", row.Kind),
		fmt.Sprint("1 hanna true ", inboxUnit, " ", c.Handler.Kind))
	equal(w, "an opened case is whole", c.Facts.ReporterID != "", true)
	for name, read := range closedReads(w, c) {
		w.must(read())
		equal(w, "rows after "+name, w.lastAccess().Seq, row.Seq)
	}
	shown, err := w.s.List(w.ctx, store.CaseFilter{}, func(found []store.Case) ([]store.Case, accesslog.Row, error) {
		return found[:1], accesslog.Row{Who: "hanna", What: accesslog.List}, nil
	})
	w.must(err)
	row = w.lastAccess()
	equal(w, "the row of a list", fmt.Sprint(len(shown), " ", row.What, " ", row.Cases.Of(nil)),
		fmt.Sprint("1 list ", []string{shown[0].ID}))
	unable := errors.New("no row")
	shown, err = w.s.List(w.ctx, store.CaseFilter{}, func(found []store.Case) ([]store.Case, accesslog.Row, error) {
		return found, accesslog.Row{}, unable
	})
	w.is("a list without a row", err, unable)
	equal(w, "cases of a list without a row", len(shown), 0)
	_, _, _, err = w.s.OpenExchange(w.ctx, f.first.ID, accesslog.Row{Who: "hanna", What: accesslog.Export})
	w.must(err)
	equal(w, "the row of an exchange", w.lastAccess().Subject, f.first.ID)
	gone, leave := context.WithCancel(w.ctx)
	leave()
	c, err = w.s.Open(gone, f.id, who)
	w.is("opening where nothing is written", err, context.Canceled)
	equal(w, "a case of which no row says that it was opened", c.ID+c.Facts.ReporterID, "")
}

// closedReads are the verbs that read what is written in a case.
func closedReads(w *world, c store.Case) map[string]func() error {
	of := func(_ any, err error) error { return err }
	return map[string]func() error{
		"the time line": func() error { return of(w.s.TimeLine(w.ctx, c)) },
		"the mailbox":   func() error { return of(w.s.Mailbox(w.ctx, c)) },
		"the desk":      func() error { return of(w.s.DeskEvents(w.ctx, c, nil)) },
		"the drafts":    func() error { return of(w.s.Drafts(w.ctx, c)) },
		"the outgoing":  func() error { return of(w.s.Outgoings(w.ctx, c)) },
		"a draft's files": func() error {
			return of(w.s.DraftFiles(w.ctx, c, store.Draft{ID: "draft", CaseID: c.ID}))
		},
		"another look": func() error { return of(w.s.Reopen(w.ctx, c)) },
		"a message": func() error {
			entries, err := w.s.Unlogged().TimeLine(w.ctx, c.ID)
			if err != nil {
				return err
			}
			return of(w.s.Original(w.ctx, c, entries[0].MessageID))
		},
	}
}

func accessFilters(w *world) {
	w.clock.move(time.Hour)
	from := w.clock.Now()
	log := func(a accesslog.Row) { w.must(w.s.LogAccess(w.ctx, a)) }
	log(accesslog.Row{Who: "a", What: accesslog.Read, Case: "k1", Unit: inboxUnit, Kind: routing.CareUnit})
	log(accesslog.Row{Who: "b", What: accesslog.Change, Case: "k1", Unit: inboxUnit, Kind: routing.CareUnit})
	log(accesslog.Row{Who: "b", What: accesslog.Read, Case: "k2", Unit: board, Kind: routing.PatientBoard})
	w.clock.move(time.Hour)
	log(accesslog.Row{Who: "a", What: accesslog.Search, Unit: unit, Kind: routing.CareUnit, Search: "digest"})
	log(accesslog.Row{Who: "o", What: accesslog.SignIn})
	log(accesslog.Row{Who: "r", What: accesslog.Check, About: 2, Detail: "checked"})
	for _, c := range []struct {
		name string
		f    accesslog.Filter
		want int
	}{
		{"all since", accesslog.Filter{Since: from}, 6},
		{"until", accesslog.Filter{Since: from, Until: from.Add(time.Hour)}, 3},
		{"somebody", accesslog.Filter{Since: from, Who: "b"}, 2},
		{"a kind of act", accesslog.Filter{Since: from, What: accesslog.Read}, 2},
		{"a case", accesslog.Filter{Since: from, Case: "k1"}, 2},
		{"a unit in other letters", accesslog.Filter{Since: from, Unit: "se2010123456-vc01"}, 2},
		{"a reviewer's units", accesslog.Filter{Since: from, Units: []string{inboxUnit, unit}}, 3},
		{"a reviewer of none", accesslog.Filter{Since: from, Units: []string{}}, 0},
		{"care's side of the wall", accesslog.Filter{Since: from, Kind: routing.CareUnit}, 5},
		{"the board's side", accesslog.Filter{Since: from, Kind: routing.PatientBoard}, 3},
		{"a person, by cases and searches", accesslog.Filter{Since: from, Cases: []string{"k2"}, Search: "digest"}, 2},
		{"a person without cases", accesslog.Filter{Since: from, Cases: []string{}, Search: "digest"}, 1},
		{"a person who was never looked for", accesslog.Filter{Since: from, Cases: []string{}}, 0},
		{"checks of rows", accesslog.Filter{Since: from, About: []int64{1, 2}}, 1},
		{"checks of no row", accesslog.Filter{Since: from, About: []int64{}}, 0},
	} {
		equal(w, c.name, len(w.accesses(c.f)), c.want)
	}
	first, err := w.s.AccessLog(w.ctx, accesslog.Filter{Since: from, Limit: 4})
	w.must(err)
	rest, err := w.s.AccessLog(w.ctx, accesslog.Filter{Since: from, Limit: 4, Before: first[len(first)-1].Seq})
	w.must(err)
	equal(w, "the first page", len(first), 4)
	equal(w, "the rest", len(rest), 2)
	equal(w, "its first", rest[0].Seq, first[3].Seq-1)
}

// accessLists: whoever asks for a case finds the lists that showed it, within their units, and nobody else's lists.
func accessLists(w *world) {
	shown := accesslog.ShownCases{"se2010123456-vc01": {"l2", "l1", "l1"}, board: {"l3"}}
	w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: "a", What: accesslog.List, Kind: routing.CareUnit, Cases: shown}))
	list := w.lastAccess()
	equal(w, "named", fmt.Sprint(list.Cases), fmt.Sprint(map[string][]string{inboxUnit: {"l1", "l2"}, board: {"l3"}}))
	equal(w, "of a unit",
		fmt.Sprint(list.Cases.Of([]string{"se2010123456-vc01"}), list.Cases.Of([]string{unit}), list.Cases.Of(nil)),
		"[l1 l2] [] [l1 l2 l3]")
	w.must(
		w.s.LogAccess(w.ctx, accesslog.Row{
			Who: "b", What: accesslog.Search, Kind: routing.CareUnit, Search: "lists",
			Cases: accesslog.ShownCases{inboxUnit: {"l1"}},
		}),
	)
	w.must(
		w.s.LogAccess(w.ctx, accesslog.Row{
			Who: "c", What: accesslog.Read, Case: "l1", Unit: inboxUnit, Kind: routing.CareUnit,
		}),
	)
	for _, who := range []string{"a", accesslog.SystemID("x"), accesslog.SystemID(""), "token"} {
		w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: who, What: accesslog.Read, Case: "l4", Unit: inboxUnit}))
	}
	many := accesslog.ShownCases{}
	for n := range 600 {
		many[otherUnit] = append(many[otherUnit], fmt.Sprint("many", n))
	}
	w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: "d", What: accesslog.List, Cases: many}))
	equal(w, "at most", len(w.lastAccess().Cases[otherUnit]), 500)
	for _, c := range []struct {
		name string
		f    accesslog.Filter
		who  string
	}{
		{"a case", accesslog.Filter{Case: "l1"}, "cba"},
		{"a case on a list alone", accesslog.Filter{Case: "l2"}, "a"},
		{"what was done with the case itself", accesslog.Filter{Case: "l1", Direct: true}, "c"},
		{"a person's cases", accesslog.Filter{Cases: []string{"l2", "l3"}, Search: "another"}, "a"},
		{"a person's cases, or a search for them", accesslog.Filter{Cases: []string{"l2"}, Search: "lists"}, "ba"},
		{"a person without cases", accesslog.Filter{Cases: []string{}, Search: "lists"}, "b"},
		{"a reviewer of the unit", accesslog.Filter{Case: "l1", Units: []string{inboxUnit}}, "cba"},
		{"a reviewer of another unit", accesslog.Filter{Case: "l1", Units: []string{board}}, ""},
		{"a person, of a reviewer of the unit", accesslog.Filter{Cases: []string{"l1", "l3"}, Units: []string{board}}, "a"},
		{
			"a person's search, of a reviewer of a unit that no list is of",
			accesslog.Filter{Cases: []string{"l1"}, Search: "lists", Units: []string{otherUnit}},
			"",
		},
		{"the other side of the wall", accesslog.Filter{Case: "l1", Kind: routing.PatientBoard}, ""},
		{"people", accesslog.Filter{Case: "l4", By: accesslog.People}, "tokena"},
		{"systems", accesslog.Filter{Case: "l4", By: accesslog.Systems}, "api:opentoken:x"},
	} {
		who := ""
		for _, row := range w.accesses(c.f) {
			who += row.Who
		}
		equal(w, c.name, who, c.who)
	}
	r, err := w.s.VerifyAccess(w.ctx, accesslog.Head{})
	w.must(err)
	equal(w, "broken", r.Broken, 0)
}

// whole expects the chain to be unbroken and as long.
func (w *world) whole(rows int64) {
	w.t.Helper()
	r, err := w.s.VerifyAccess(w.ctx, accesslog.Head{})
	w.must(err)
	if r.Broken != 0 || r.Rows != rows || r.Head.Seq != rows {
		w.t.Errorf("the log of %d rows: %+v", rows, r)
	}
}

// reviewSample: chance chooses once; the rows stay the same, each is noted once, and nothing is noted after the end.
func reviewSample(w *world) {
	greta := accesslog.Reviewer{ID: "greta", Name: "Greta Test"}
	before := w.lastAccess().Seq
	for range 3 {
		w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: "sampled", What: accesslog.Read}))
		w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: "sampled", What: accesslog.SignIn}))
		w.must(w.s.LogAccess(w.ctx, accesslog.Row{Who: "greta", What: accesslog.Read, Case: "sampled"}))
	}
	f := accesslog.Filter{
		Since: w.clock.Now().Add(-time.Hour), NotWho: "greta", Not: []accesslog.Kind{accesslog.SignIn}, Who: "sampled",
		Limit: 20,
	}
	look := accesslog.Row{Who: "greta", What: accesslog.Search, Kind: routing.CareUnit}
	given := accesslog.Sample{
		Kind: routing.CareUnit, Units: []string{"se2010123456-vc01"}, Asked: map[string]string{"who": "sampled"},
		Maker: greta,
	}
	_, err := w.s.MakeSample(w.ctx, accesslog.Filter{Who: "nobody", Limit: 20}, given, look)
	equal(w, "refused", errors.Is(err, store.ErrNotFound), true)
	made, err := w.s.MakeSample(w.ctx, f, given, look)
	w.must(err)
	second, err := w.s.MakeSample(w.ctx, f, given, look)
	w.must(err)
	equal(w, "the next number", second.Number, made.Number+1)
	kept, rows, err := w.s.Sample(w.ctx, made.Number)
	w.must(err)
	equal(w, "rows", len(rows), 3)
	equal(w, "units", fmt.Sprint(kept.Units, kept.Asked, kept.Maker, kept.Made.Equal(made.Made), kept.Ended.IsZero()),
		fmt.Sprint([]string{inboxUnit}, given.Asked, greta, true, true))
	chosen, err := w.s.AccessLog(w.ctx, accesslog.Filter{Seqs: []int64{rows[0].Seq, rows[1].Seq, rows[2].Seq}})
	w.must(err)
	for _, row := range chosen {
		if row.Who != "sampled" || row.What != accesslog.Read || row.Seq <= before {
			w.t.Errorf("chance chose %+v", row)
		}
	}
	check := accesslog.Row{Who: "greta", What: accesslog.Check, About: rows[1].Seq, Detail: "i ordning"}
	w.must(w.s.NoteSample(w.ctx, made.Number, 2, true, check))
	noted := w.lastAccess().Seq
	equal(w, "refused", errors.Is(w.s.NoteSample(w.ctx, made.Number, 2, false, check), store.ErrConflict), true)
	equal(w, "refused", errors.Is(w.s.NoteSample(w.ctx, made.Number, 9, false, check), store.ErrConflict), true)
	equal(w, "a note that was refused is not in the log", w.lastAccess().Seq, noted)
	kept, rows, err = w.s.Sample(w.ctx, made.Number)
	w.must(err)
	equal(w, "noted", fmt.Sprint(kept.Rows, kept.Noted, kept.Deviations, rows[1]),
		fmt.Sprint(3, 1, 1, accesslog.SampleRow{Position: 2, Seq: rows[1].Seq, Checked: noted, Deviation: true}))
	w.must(w.s.EndSample(w.ctx, made.Number, greta, " Inget att anmärka. ", look))
	equal(w, "refused", errors.Is(w.s.EndSample(w.ctx, made.Number, greta, "", look), store.ErrConflict), true)
	equal(w, "refused", errors.Is(w.s.NoteSample(w.ctx, made.Number, 1, false, check), store.ErrConflict), true)
	list, err := w.s.Samples(w.ctx, routing.CareUnit, 10)
	w.must(err)
	equal(w, "the open one first", fmt.Sprint(list[0].Number, list[1].Number, list[1].Conclusion, list[1].Ender),
		fmt.Sprint(second.Number, made.Number, "Inget att anmärka.", greta))
	others, err := w.s.Samples(w.ctx, routing.PatientBoard, 10)
	w.must(err)
	equal(w, "of the other side", len(others), 0)
	_, _, err = w.s.Sample(w.ctx, 999)
	equal(w, "refused", errors.Is(err, store.ErrNotFound), true)
}
