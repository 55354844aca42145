package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/store"
)

// names of cases that a filter lists, by their place in all.
func listed(w *world, all []*file, f store.CaseFilter) string {
	w.t.Helper()
	cases, err := w.s.Unlogged().Cases(w.ctx, f)
	w.must(err)
	out := ""
	for _, c := range cases {
		out += fmt.Sprint(slices.IndexFunc(all, func(f *file) bool { return f.id == c.ID }), " ")
	}
	return out
}

func deskQueues(w *world) {
	var all []*file
	for range 6 {
		all = append(all, w.file(inboxUnit))
		w.clock.move(time.Hour)
	}
	child := w.blank(inboxUnit)
	child.first.Event.Facts.BirthDate = "20240229"
	child.accept(child.first)
	all = append(all, child)
	assign := func(n int, to store.Person) {
		_, err := w.s.Assign(w.ctx, all[n].act(anna), to)
		w.must(err)
	}
	assign(1, anna)
	assign(2, bertil)
	assign(3, anna)
	_, err := w.s.Park(w.ctx, all[3].act(anna), w.clock.Now().Add(48*time.Hour), "")
	w.must(err)
	all[4].accept(all[4].status("IN_PROGRESS"))
	all[5].accept(all[5].closing())
	queues := func(want string) {
		w.t.Helper()
		got := ""
		for _, q := range []store.Queue{
			store.QueueNew, store.QueueMine, store.QueueOngoing, store.QueueParked, store.QueueFinished,
		} {
			f := store.CaseFilter{Unit: inboxUnit, Queue: q, Order: store.DueFirst}
			if q == store.QueueMine {
				f.Assignee = "anna"
			}
			got += strings.TrimSpace(listed(w, all, f)) + "/"
		}
		equal(w, "queues", got, want)
		counts, err := w.s.QueueCounts(w.ctx, store.CaseFilter{Unit: inboxUnit}, "anna")
		w.must(err)
		lists := strings.Split(want, "/")
		for i, q := range []store.Queue{
			store.QueueNew, store.QueueMine, store.QueueOngoing, store.QueueParked, store.QueueFinished,
		} {
			equal(w, string(q), counts[q], len(strings.Fields(lists[i])))
		}
	}
	queues("6 0/1/1 2 4/3/5/")
	w.clock.move(48 * time.Hour)
	queues("6 0/1 3/1 2 3 4//5/")
	equal(w, "due first", listed(w, all, store.CaseFilter{Order: store.DueFirst}), "6 0 1 2 3 4 ")
	equal(w, "closed, due first", listed(w, all, store.CaseFilter{Order: store.DueFirst, State: store.Closed}), "5 ")
	equal(w, "due before", listed(w, all, store.CaseFilter{Due: all[2].now().Due}), "6 1 0 ")
	equal(w, "anna's", listed(w, all, store.CaseFilter{Assignee: "anna"}), "3 1 ")
	equal(w, "nobody's queue", listed(w, all, store.CaseFilter{Queue: store.QueueMine}), "")
	equal(w, "no such queue", listed(w, all, store.CaseFilter{Queue: "x"}), "")
}

func deskWords(w *world) {
	var all []*file
	// the first in decomposed form
	for _, name := range []string{"Anna-Karin O\u0308rn", "Karin (Kaja) Andersson", "100% Ångström"} {
		f := w.blank(inboxUnit)
		f.first.Event.Facts.ReporterName, f.first.Event.Facts.PatientName = name, name
		f.first.Event.Facts.PatientID = "20170101239" + fmt.Sprint(len(all)+3)
		f.first.Event.Facts.ReporterID = []string{"189001019802", "22AB12345678", "r 99-12"}[len(all)]
		f.accept(f.first)
		all = append(all, f)
		w.clock.move(time.Minute)
	}
	find := func(when string) {
		for query, want := range map[string]string{
			"karin": "1 0 ", "KAR": "1 0 ", "karin örn": "0 ", "kaja": "1 ", "(kaja)": "1 ", "anna-k": "0 ", "100%": "2 ",
			"_": "", "ångs": "2 ",
			"189001019802": "0 ", "18900101-9802": "0 ", "900101-9802": "0 ", "900101+9802 karin": "0 ",
			"18900101 9802 karin": "0 ", "18900101": "",
			"18900101\u00a09802": "0 ", "18900101\u20139802": "0 ", "18900101\u20119802": "0 ", "900101 9802": "0 ",
			"o\u0308rn": "0 ", "A\u030angs": "2 ",
			"22AB12345678": "1 ", "22ab 1234 5678": "1 ", "22ab12345678 karin": "1 ", "R99-12": "2 ", "r 99 12": "2 ",
			"201701012394 karin": "1 ", "ån karin": "",
			all[2].ref.Extension: "2 ", all[2].ref.Extension[:30]: "2 ", strings.ToUpper(all[0].id): "0 ",
			all[0].id[:20] + " karin": "0 ",
		} {
			equal(w, when+": "+query, listed(w, all, store.CaseFilter{Query: query, Units: []string{inboxUnit}}), want)
			n, err := w.s.QueueCounts(w.ctx, store.CaseFilter{Query: query}, "anna")
			w.must(err)
			equal(w, when+": count of "+query, n[store.QueueNew], len(strings.Fields(want)))
		}
	}
	find("found")
	equal(w, "an identity with another digit",
		listed(w, all, store.CaseFilter{Query: "r 98 12", Units: []string{inboxUnit}}), "")
	equal(w, "within a word", listed(w, all, store.CaseFilter{Query: "arin"}), "")
	m := all[1].status("IN_PROGRESS")
	m.Event.External = store.Ref{Root: gateway, Extension: "Dnr-77"}
	all[1].accept(m)
	equal(w, "a new id", listed(w, all, store.CaseFilter{Query: "dnr-77"}), "1 ")
}

func deskPages(w *world) {
	var all []*file
	for n := range 9 {
		f := w.blank([]string{inboxUnit, otherUnit, board}[n%3])
		if n%3 == 1 {
			f.handler = handlerOf(inboxUnit)
			f.handler.Unit = otherUnit
			f.first = f.sent(store.EventComplaint)
			f.first.Event.Handler, f.first.Event.Facts = &f.handler, facts(w.clock.Now())
		}
		f.accept(f.first)
		all = append(all, f)
		if n%2 == 0 {
			w.clock.move(time.Hour) // the others are received at the same moment
		}
	}
	m := all[2].closing()
	m.Event.Classification.MainProblems, m.Event.Classification.SubProblems, m.Event.Classification.Area = []string{"7"},
		[]string{"7.3"}, "6"
	all[2].accept(m)
	_, err := w.s.Protect(w.ctx, all[0].act(anna), true)
	w.must(err)
	for _, f := range []store.CaseFilter{
		{},
		{Units: []string{inboxUnit, otherUnit}},
		{Order: store.DueFirst},
		{Order: store.DueFirst, Units: []string{inboxUnit, board}},
		{Unit: otherUnit},
		{Query: "åsa"},
		{State: store.Closed},
	} {
		whole := listed(w, all, f)
		for _, byID := range []bool{false, true} {
			pages := ""
			for f.Limit, f.After = 2, ""; ; {
				cases, err := w.s.Unlogged().Cases(w.ctx, f)
				w.must(err)
				if len(cases) == 0 {
					break
				}
				pages += listed(w, all, f)
				if f.After = f.Cursor(cases[len(cases)-1]); byID {
					f.After = cases[len(cases)-1].ID
				}
			}
			equal(w, fmt.Sprintf("pages of %+v", f), pages, whole)
			f.Limit, f.After = 0, ""
		}
	}
	equal(w, "a board's", listed(w, all, store.CaseFilter{Kind: "patient_board"}), "8 5 2 ")
	equal(w, "by main problem", listed(w, all, store.CaseFilter{Problem: "7"}), "2 ")
	equal(w, "by sub problem", listed(w, all, store.CaseFilter{Problem: "7.3", Area: "6"}), "2 ")
	equal(w, "as experienced does not count", listed(w, all, store.CaseFilter{Problem: "1"}), "")
	equal(w, "unprotected", strings.Contains(listed(w, all, store.CaseFilter{Unprotected: true}), "0"), false)
	equal(w, "a unit that may not be seen", listed(w, all, store.CaseFilter{Unit: board, Units: []string{inboxUnit}}), "")
	period(w, all)
}

func period(w *world, all []*file) {
	of := func(p store.Period) string {
		w.t.Helper()
		out := ""
		for one, err := range w.s.Unlogged().PeriodCases(w.ctx, p) {
			w.must(err)
			out += fmt.Sprint(slices.IndexFunc(all, func(f *file) bool { return f.id == one.ID }), ":",
				one.Desk.Unit == one.Handler.Unit, " ")
		}
		return out
	}
	from, until := all[0].now().Received.Add(-time.Hour), w.clock.Now().Add(time.Hour)
	equal(w, "received", of(store.Period{Unit: board, From: from, Until: until}), "8:true 5:true 2:true ")
	equal(w, "received before", of(store.Period{Unit: board, From: from, Until: all[5].now().Received}), "2:true ")
	equal(w, "closed", of(store.Period{Unit: board, From: from, Until: until, Closed: true}), "2:true ")
	equal(w, "closed before", of(store.Period{Unit: board, From: from, Until: *all[2].now().Closed, Closed: true}), "")
}

// deskWithoutIncidentUnit: cases whose unit is not known are listed and counted exactly, page by page, until a
// correction names it.
func deskWithoutIncidentUnit(w *world) {
	var all []*file
	for n := range 12 {
		at := []string{board, otherUnit, board}[n%3]
		f := w.blank(at)
		if f.first.Event.Facts.IncidentUnit = ""; n%4 == 3 {
			f.first.Event.Facts.IncidentUnit = unit
		}
		f.accept(f.first)
		all = append(all, f)
		w.clock.move(time.Minute)
	}
	check := func(f store.CaseFilter, want string) {
		w.t.Helper()
		f.WithoutIncidentUnit = true
		equal(w, "listed", listed(w, all, f), want)
		n, err := w.s.CountWithoutIncidentUnit(w.ctx, f)
		w.must(err)
		equal(w, "counted", n, len(strings.Fields(want)))
	}
	one, both := store.CaseFilter{Unit: board}, store.CaseFilter{Units: []string{board, otherUnit}}
	check(one, "9 8 6 5 2 0 ")
	check(both, "10 9 8 6 5 4 2 1 0 ")
	check(store.CaseFilter{Units: []string{}}, "")
	both.WithoutIncidentUnit, both.Limit = true, 4
	first, err := w.s.Unlogged().Cases(w.ctx, both)
	w.must(err)
	equal(w, "a page", len(first), 4)
	both.After = both.Cursor(first[3])
	equal(w, "the next", listed(w, all, both), "5 4 2 1 ")
	n, err := w.s.CountWithoutIncidentUnit(w.ctx, both)
	w.must(err)
	equal(w, "all, from a page", n, 9)
	closing := all[9].closing()
	closing.Event.Classification = &store.Classification{MainProblems: []string{"3"}, Area: "1", IncidentUnit: unit}
	all[9].accept(closing)
	check(one, "8 6 5 2 0 ")
}
