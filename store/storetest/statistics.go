package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

func statistics(w *world) {
	w.clock.move(31*24*time.Hour - 10*time.Hour + 30*time.Minute) // half past midnight of the next day, in Sweden
	w.file(unit)
	w.file(inboxUnit)
	f := w.file(board)
	m := f.closing()
	m.Event.Classification.MainProblems = []string{"3", "6"}
	m.Event.Classification.IncidentUnit = unit
	f.accept(m)
	count := func(f store.StatisticsFilter, want string) {
		w.t.Helper()
		counted, err := w.s.Statistics(w.ctx, f)
		w.must(err)
		got := ""
		for _, row := range counted.Rows {
			for _, name := range f.By {
				got += row.Key[name] + " "
			}
			got += fmt.Sprintf("%d; ", row.Count)
		}
		equal(w, fmt.Sprintf("%+v", f), got, want)
	}
	count(store.StatisticsFilter{}, "3; ")
	count(store.StatisticsFilter{By: []string{"unit"}}, board+" 1; "+unit+" 1; "+inboxUnit+" 1; ")
	count(store.StatisticsFilter{By: []string{"region", "provider", "sex"}}, "01 SE2010123456-REG 2 3; ")
	count(store.StatisticsFilter{By: []string{"age"}}, "80 3; ")
	count(store.StatisticsFilter{By: []string{"main_problem"}}, " 2; 3 1; 6 1; ")
	count(store.StatisticsFilter{By: []string{"sub_problem", "area"}, Unit: board}, "3.1 1 1; ")
	count(store.StatisticsFilter{By: []string{"experienced"}}, "1 3; 3 3; ")
	count(store.StatisticsFilter{By: []string{"incident", "received"}}, "202601 202604 3; ")
	count(store.StatisticsFilter{By: []string{"closed"}, Region: "01"}, " 2; 202604 1; ")
	count(store.StatisticsFilter{By: []string{"incident_unit"}, Provider: "se2010123456-reg"}, unit+" 3; ")
	count(store.StatisticsFilter{IncidentUnit: "se2010123456-sj01", By: []string{"unit"}},
		board+" 1; "+unit+" 1; "+inboxUnit+" 1; ")
	count(store.StatisticsFilter{From: 202605}, "0; ")
	count(store.StatisticsFilter{From: 202604, To: 202604}, "3; ")
	count(store.StatisticsFilter{To: 202603}, "0; ")
	count(store.StatisticsFilter{By: []string{"sex"}, Units: []string{"se2010123456-pn01", "SE2010123456-VC01"}}, "2 2; ")
	count(store.StatisticsFilter{By: []string{"sex"}, Units: []string{}}, "")
	count(store.StatisticsFilter{By: []string{"unit"}, Kind: routing.PatientBoard}, board+" 1; ")
	if _, err := w.s.Statistics(w.ctx, store.StatisticsFilter{By: []string{"name; DROP TABLE cases"}}); err == nil {
		w.t.Error("an unknown parameter was taken")
	}
}

// statisticsFollow counts the cases by hand after each thing that happens to one, by every two parameters, and
// compares.
func statisticsFollow(w *world) {
	w.countsAreRight("nothing")
	one, two, three := w.file(unit), w.file(board), w.file(inboxUnit)
	w.countsAreRight("three complaints")
	asked := one.returned(store.EventQuestion)
	one.accept(asked)
	one.accept(one.answer(asked))
	w.countsAreRight("a dialogue")
	w.clock.move(40 * 24 * time.Hour)
	later := w.blank(unit)
	later.first.Event.Facts.BirthDate, later.first.Event.Facts.Sex, later.first.Event.Facts.IncidentUnit = "", "", ""
	later.first.Event.Facts.Experienced, later.first.Event.Facts.IncidentDate = nil, "20260401"
	later.accept(later.first)
	outside := w.blank(inboxUnit)
	outside.accept(outside.newCase())
	w.countsAreRight("a complaint of whom little is known, and a case that began outside")
	two.accept(two.forwarded(unit))
	two.accept(two.arriving(unit))
	w.countsAreRight("a case is handed over")
	closing := three.closing()
	closing.Event.Classification.MainProblems = []string{"6", "3"}
	three.accept(closing)
	w.countsAreRight("a case is closed with two problems")
	correction := three.returned(store.EventCorrection)
	correction.Event.HasText = false
	correction.Event.Classification = &store.Classification{
		MainProblems: []string{"5"}, Area: "2", IncidentDate: "20260202",
	}
	three.accept(correction)
	w.countsAreRight("a correction")
	four := w.file(board)
	four.accept(four.closing())
	placed := four.returned(store.EventCorrection)
	placed.Event.HasText = false
	placed.Event.Classification = &store.Classification{
		MainProblems: []string{"5"}, Area: "2", IncidentDate: "20060202", IncidentUnit: inboxUnit,
	}
	four.accept(placed)
	w.countsAreRight("the unit where it happened is set, and a day eighty years ago")
	w.drain()
	gone := []store.Case{three.now(), four.now()}
	w.clock.move(48 * time.Hour)
	_, err := w.s.Purge(w.ctx, store.Retention{ClosedCases: 24 * time.Hour}, "test")
	w.must(err)
	_, err = w.s.Unlogged().Case(w.ctx, three.id)
	equal(w, "the case went", errors.Is(err, store.ErrNotFound), true)
	w.countsAreRight("a purge", gone...)
	before, err := w.s.StatisticsRevision(w.ctx)
	w.must(err)
	one.accept(one.status("IN_PROGRESS"))
	same, err := w.s.StatisticsRevision(w.ctx)
	w.must(err)
	equal(w, "the revision, where nothing that is counted has changed", same, before)
	one.accept(one.closing())
	other, err := w.s.StatisticsRevision(w.ctx)
	w.must(err)
	equal(w, "the revision is another after a change", other != before, true)
	w.countsAreRight("a change after a purge", gone...)
}

// countsAreRight compares what the store counts, by none, by each, and by every two parameters, with the cases that it
// lists and those that were purged.
func (w *world) countsAreRight(after string, gone ...store.Case) {
	w.t.Helper()
	cases, err := w.s.Unlogged().Cases(w.ctx, store.CaseFilter{})
	w.must(err)
	cases = append(cases, gone...)
	names := []string{
		"unit", "provider", "region", "age", "sex", "main_problem", "sub_problem", "experienced", "area", "incident_unit",
		"incident", "received", "closed",
	}
	var wanted [][]string
	for i, one := range names {
		wanted = append(wanted, []string{one})
		for _, other := range names[i+1:] {
			wanted = append(wanted, []string{one, other})
		}
	}
	for _, by := range append(wanted, nil) {
		want := map[string]int{}
		if len(by) == 0 {
			want[""] = 0 // counted, whether there are any or not
		}
		for _, c := range cases {
			keys := []string{""}
			for _, name := range by {
				var next []string
				for _, key := range keys {
					for _, value := range valuesOf(c, name) {
						next = append(next, key+" "+value)
					}
				}
				keys = next
			}
			for _, key := range keys {
				want[key]++
			}
		}
		counted, err := w.s.Statistics(w.ctx, store.StatisticsFilter{By: by})
		w.must(err)
		equal(w, after+": cases", counted.Cases, len(cases))
		got := map[string]int{}
		for _, row := range counted.Rows {
			key := ""
			for _, name := range by {
				key += " " + row.Key[name]
			}
			got[key] = row.Count
		}
		alike(w, after+" by "+strings.Join(by, " and "), got, want)
	}
	w.sound(w.t)
}

// valuesOf are the values of a parameter that a case counts under.
func valuesOf(c store.Case, by string) []string {
	yearMonth := func(at time.Time) string { return at.In(routing.Stockholm()).Format("200601") }
	some := func(codes []string) []string {
		if len(codes) == 0 {
			return []string{""}
		}
		return codes
	}
	either := func(first, second string) string {
		if first != "" {
			return first
		}
		return second
	}
	switch by {
	case "unit":
		return []string{c.Handler.Unit}
	case "provider":
		return []string{c.Handler.Provider}
	case "region":
		return []string{c.Handler.Region}
	case "age":
		born := either(c.Facts.BirthDate, c.Facts.PatientID[:8])
		happened := either(c.Classification.IncidentDate, c.Facts.IncidentDate)
		from, err := strconv.Atoi(born)
		to, err2 := strconv.Atoi(happened)
		if err != nil || err2 != nil {
			return []string{""}
		}
		years, group := (to-from)/10000, ""
		for _, first := range []int{0, 6, 13, 18, 30, 45, 65, 80} {
			if years >= first {
				group = strconv.Itoa(first)
			}
		}
		return []string{group}
	case "sex":
		if c.Facts.Sex == "" && (c.Facts.PatientID[10]-'0')%2 == 0 {
			return []string{"2"}
		}
		return []string{c.Facts.Sex}
	case "main_problem":
		return some(c.Classification.MainProblems)
	case "sub_problem":
		return some(c.Classification.SubProblems)
	case "experienced":
		return some(c.Facts.Experienced)
	case "area":
		return []string{c.Classification.Area}
	case "incident_unit":
		return []string{either(c.Classification.IncidentUnit, c.Facts.IncidentUnit)}
	case "incident":
		return []string{either(c.Classification.IncidentDate, c.Facts.IncidentDate)[:6]}
	case "received":
		return []string{yearMonth(c.Received)}
	case "closed":
		if c.Closed == nil {
			return []string{""}
		}
		return []string{yearMonth(*c.Closed)}
	}
	panic("no parameter: " + by)
}
