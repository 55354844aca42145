package storetest

import (
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

func caseLists(w *world) {
	w.clock.move(24 * time.Hour)
	var all []*file
	for i, unit := range []string{unit, inboxUnit, unit, board} {
		f := w.blank(unit)
		f.first.Event.Facts.ReporterName = fmt.Sprintf("Örjan %d_%%", i)
		f.first.Event.Facts.PatientID = "20170101239" + fmt.Sprint(i)
		f.accept(f.first)
		all = append(all, f)
		w.clock.move(time.Hour)
	}
	all[0].accept(all[0].closing())
	list := func(f store.CaseFilter, want ...int) {
		w.t.Helper()
		cases, err := w.s.Unlogged().Cases(w.ctx, f)
		w.must(err)
		got, wanted := []string{}, []string{}
		for _, c := range cases {
			got = append(got, c.Ref.Extension)
		}
		for _, i := range want {
			wanted = append(wanted, all[i].ref.Extension)
		}
		equal(w, fmt.Sprintf("%+v", f), fmt.Sprint(got), fmt.Sprint(wanted))
		counts, err := w.s.CaseCounts(w.ctx, f)
		w.must(err)
		total := 0
		for _, n := range counts {
			total += n
		}
		if f.After == "" && f.Limit == 0 {
			equal(w, fmt.Sprintf("count of %+v", f), total, len(want))
		}
	}
	list(store.CaseFilter{}, 3, 2, 1, 0)
	list(store.CaseFilter{Limit: 2}, 3, 2)
	list(store.CaseFilter{Limit: 2, After: all[2].id}, 1, 0)
	list(store.CaseFilter{State: store.Closed}, 0)
	list(store.CaseFilter{Unit: "se2010123456-sj01"}, 2, 0)
	list(store.CaseFilter{Units: []string{inboxUnit, board}}, 3, 1)
	list(store.CaseFilter{Units: []string{}})
	list(store.CaseFilter{Via: routing.Inbox}, 1)
	list(store.CaseFilter{Since: w.clock.Now().Add(-2 * time.Hour)}, 3, 2)
	list(store.CaseFilter{Query: "örjan"}, 3, 2, 1, 0)
	list(store.CaseFilter{Query: "2_%"}, 2)
	list(store.CaseFilter{Query: "%"})
	list(store.CaseFilter{Query: "_%x"})
	list(store.CaseFilter{Query: "20170101-2391"}, 1)
	list(store.CaseFilter{Query: "2017010123"})
	list(store.CaseFilter{Query: all[3].ref.Extension[:20]}, 3)
	counts, err := w.s.CaseCounts(w.ctx, store.CaseFilter{})
	w.must(err)
	equal(w, "counts", fmt.Sprint(counts), "map[closed:1 delivered:1 submitted:2]")
}

func deliveryLists(w *world) {
	var all []*file
	for range 3 {
		f := w.file(unit)
		all = append(all, f)
		w.clock.move(time.Minute)
	}
	other := w.blankAt("https://other.example/")
	w.accepted(other)
	all = append(all, other)
	for _, d := range w.claimAt(10, 1, "https://other.example/") {
		w.finish(d, store.Attempt{Outcome: store.OutcomeDelivered})
	}
	w.finish(w.claimAt(1, 1, "https://other.example/")[0], store.Attempt{
		Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007",
	})
	w.claimAt(1, 1, "https://other.example/")
	list := func(f store.DeliveryFilter, want ...int) []store.DeliveryRow {
		w.t.Helper()
		rows, err := w.s.Deliveries(w.ctx, f)
		w.must(err)
		got, wanted := []string{}, []string{}
		for _, row := range rows {
			got = append(got, row.ID)
		}
		for _, i := range want {
			wanted = append(wanted, all[i].first.ID)
		}
		equal(w, fmt.Sprintf("%+v", f), fmt.Sprint(got), fmt.Sprint(wanted))
		return rows
	}
	list(store.DeliveryFilter{}, 3, 2, 1, 0)
	list(store.DeliveryFilter{Limit: 2}, 3, 2)
	list(store.DeliveryFilter{Limit: 2, After: all[2].first.ID}, 1, 0)
	list(store.DeliveryFilter{State: store.DeliveryDelivered}, 0)
	list(store.DeliveryFilter{State: store.DeliveryLeased}, 2)
	list(store.DeliveryFilter{State: store.DeliveryDue}, 3)
	list(store.DeliveryFilter{Receiver: "se2010123456-sj01"}, 2, 1, 0)
	list(store.DeliveryFilter{Receiver: system}, 2, 1, 0)
	list(store.DeliveryFilter{Case: all[1].ref.Extension}, 1)
	list(store.DeliveryFilter{Case: all[1].id}, 1)
	list(store.DeliveryFilter{Since: w.clock.Now().Add(-time.Minute)}, 3, 2)
	row := list(store.DeliveryFilter{State: store.DeliveryParked}, 1)[0]
	equal(w, "class and code", row.Class+" "+row.Code, "fault-client VP007")
	equal(w, "attempts", row.Attempts, 1)
	equal(w, "case", row.Case.Extension, all[1].ref.Extension)
	equal(w, "accepted", row.Accepted, all[1].first.Received)
	row = list(store.DeliveryFilter{ID: all[0].first.ID}, 0)[0]
	equal(w, "done", *row.Done, w.clock.Now())
	w.clock.move(time.Hour)
	row = list(store.DeliveryFilter{ID: all[2].first.ID, State: store.DeliveryDue}, 2)[0]
	equal(w, "unknown after the lease", row.Unknown, true)
	waitings, err := w.s.Waitings(w.ctx)
	w.must(err)
	equal(w, "receivers", len(waitings), 2)
	equal(w, "first", waitings[0], store.Waiting{
		Receiver: unit, Component: system, Address: there, Due: 1, Unknown: 1, Parked: 1, Oldest: all[1].first.Received,
	})
	list(store.DeliveryFilter{State: store.DeliveryUnknown, Receiver: unit}, 2)
	for _, sum := range waitings { // what is counted is what the same filter lists
		for state, want := range map[store.DeliveryState]int{
			store.DeliveryUnknown: sum.Unknown, store.DeliveryParked: sum.Parked, store.DeliveryDue: sum.Due,
		} {
			rows, err := w.s.Deliveries(w.ctx, store.DeliveryFilter{Receiver: sum.Receiver, State: state})
			w.must(err)
			equal(w, string(state), len(rows), want)
		}
	}
	parked, err := w.s.WaitingsOf(w.ctx, store.DeliveryFilter{State: store.DeliveryParked})
	w.must(err)
	equal(w, "receivers with parked ones", len(parked) == 1 && parked[0].Parked == 1 && parked[0].Due == 0, true)
}
