package storetest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
)

func deskRegistration(w *world) {
	w.run("a series gives numbers", seriesGives)
	w.run("a series begins anew each year", seriesYears)
	w.run("many are numbered at once", seriesTogether)
	w.run("the nearest series counts", seriesNearest)
	w.run("the diary gives numbers", diaryGives)
	w.run("a number is found", numbersFound)
	w.run("a purge asks for a number", purgeAsksForNumber)
}

// series keeps a series that is in use.
func (w *world) series(of store.Holder, pattern store.Pattern) store.Series {
	w.t.Helper()
	s, err := w.s.SaveSeries(w.ctx, store.Series{Of: of, Pattern: pattern, Active: true, By: anna})
	w.must(err)
	return s
}

// number has a series number a case.
func (f *file) number(of store.Holder) string {
	f.w.t.Helper()
	d, err := f.w.s.Number(f.w.ctx, f.id, f.handler.Unit, of)
	f.w.must(err)
	return d.Diary
}

// unitOf is a new unit of the inbox for a test.
func (w *world) unitOf() string {
	w.files++
	return fmt.Sprintf("SE2010123456-N%03d", w.files)
}

// at is a new case in the inbox of a unit.
func (w *world) at(unit string) *file {
	f := w.blank(inboxUnit)
	f.first.Event.Handler.Unit, f.handler.Unit = unit, unit
	f.first.Event.Unit = unit
	f.accept(f.first)
	return f
}

func seriesGives(w *world) {
	unit := w.unitOf()
	of := store.Holder{Level: store.LevelUnit, ID: unit + " "}
	for _, wrong := range []store.Pattern{
		"", "SYN", "{n}{n}", "{year}", "{N}", "{n", "n}", "{n} {x}", " {n}", "{n}\n", "{year}{year}{n}",
		store.Pattern(strings.Repeat("x", 60) + "{n}"),
	} {
		_, err := w.s.SaveSeries(w.ctx, store.Series{Of: of, Pattern: wrong})
		w.is(string(wrong), err, store.ErrPattern)
	}
	first := w.at(unit)
	_, err := w.s.Number(w.ctx, first.id, unit, of)
	w.is("without a series", err, store.ErrNoSeries)
	kept := w.series(of, "SYN {year}-{nnn}")
	_, err = w.s.SaveSeries(w.ctx, store.Series{Of: of, Pattern: "{n}"})
	w.is("a second one", err, store.ErrConflict)
	equal(w, "number", first.number(of), "SYN 2026-001")
	equal(w, "once is enough", first.number(of), "SYN 2026-001")
	equal(w, "time line", first.events(unit), "registered: ")
	taken, second, third := w.at(unit), w.at(unit), w.at(unit)
	_, err = w.s.Register(w.ctx, taken.act(anna), "SYN 2026-002")
	w.must(err)
	equal(w, "one that a person gave is passed over", second.number(of), "SYN 2026-003")
	_, err = w.s.Register(w.ctx, second.act(anna), "")
	w.must(err)
	equal(w, "one that was taken away is not given again", third.number(of), "SYN 2026-004")
	waiting, err := w.s.Unnumbered(w.ctx, []string{unit}, true, 0)
	w.must(err)
	equal(w, "without a number", fmt.Sprint(len(waiting), waiting[0].CaseID == second.id, waiting[0].Unit),
		fmt.Sprint(1, true, unit))
	kept.Active = false
	kept, err = w.s.SaveSeries(w.ctx, kept)
	w.must(err)
	_, err = w.s.Number(w.ctx, second.id, unit, of)
	w.is("a series that is not in use", err, store.ErrNoSeries)
	kept.Active, kept.Pattern = true, "ABC {year}/{n}"
	kept, err = w.s.SaveSeries(w.ctx, kept)
	w.must(err)
	equal(w, "another pattern goes on", second.number(of), "ABC 2026/5")
	all, err := w.s.AllSeries(w.ctx)
	w.must(err)
	for _, s := range all {
		if s.Of.Same(of) {
			equal(w, "last", fmt.Sprint(s.Last, s.Version, s.By.ID, s.Pattern), fmt.Sprint(5, kept.Version, "anna",
				kept.Pattern))
		}
	}
	moved := w.at(unit)
	moved.handOver(otherUnit)
	d, err := w.s.Number(w.ctx, moved.id, unit, of)
	w.must(err)
	equal(w, "a case that has left", d.Diary, "")
}

func seriesYears(w *world) {
	unit := w.unitOf()
	of := store.Holder{Level: store.LevelUnit, ID: unit}
	w.series(of, "{year}:{n}")
	equal(w, "first", w.at(unit).number(of), "2026:1")
	equal(w, "second", w.at(unit).number(of), "2026:2")
	w.clock.move(time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC).Sub(w.clock.Now())) // half past midnight in Sweden
	equal(w, "the year after", w.at(unit).number(of), "2027:1")
	plain := w.unitOf()
	of = store.Holder{Level: store.LevelUnit, ID: plain}
	w.series(of, "K-{n}")
	equal(w, "without a year", w.at(plain).number(of), "K-1")
	w.clock.move(366 * 24 * time.Hour)
	equal(w, "it goes on", w.at(plain).number(of), "K-2")
}

func seriesTogether(w *world) {
	of := store.Holder{Level: store.LevelProvider, ID: "SE2010123456-TOG", Side: routing.CareUnit}
	w.series(of, "T{n}")
	const cases = 12
	units := []string{w.unitOf(), w.unitOf()}
	files := make([]*file, cases)
	for i := range files {
		files[i] = w.at(units[i%2])
	}
	var all sync.WaitGroup
	for i := range 2 * cases { // each by two at once
		f := files[i/2]
		all.Go(func() {
			if _, err := w.s.Number(w.ctx, f.id, f.handler.Unit, of); err != nil {
				w.t.Error(err)
			}
		})
	}
	all.Wait()
	numbers := map[string]bool{}
	for _, f := range files {
		numbers[f.desk().Diary] = true
	}
	equal(w, "different numbers", len(numbers), cases)
	equal(w, "none is left out", w.at(units[0]).number(of), fmt.Sprintf("T%d", cases+1))
	hand := w.at(units[1])
	_, err := w.s.Register(w.ctx, hand.act(anna), fmt.Sprintf("T%d", cases+2))
	w.must(err)
	equal(w, "no case of another unit has it", w.at(units[0]).number(of), fmt.Sprintf("T%d", cases+3))
}

func seriesNearest(w *world) {
	unit := store.Holder{Level: store.LevelUnit, ID: "se2010123456-near"}
	region := store.Holder{Level: store.LevelRegion, ID: "01", Side: routing.CareUnit}
	all := []store.Series{{Of: region, Active: true}, {Of: unit, Active: true}}
	holders := store.UnitHolders("SE2010123456-NEAR", "SE2010123456-REG", "01", routing.CareUnit)
	equal(w, "the unit's", store.NearestSeries(all, holders), &all[1])
	all[1].Active = false
	equal(w, "the region's", store.NearestSeries(all, holders), &all[0])
	board := store.UnitHolders("SE2010123456-NEAR", "", "01", routing.PatientBoard)
	equal(w, "not the other side's", store.NearestSeries(all, board) == nil, true)
}

func diaryGives(w *world) {
	unit := w.unitOf()
	f, g, h := w.at(unit), w.at(unit), w.at(unit)
	queued := w.file("SE2010123456-VC09") // an external system has it
	all := func(store.Case) bool { return true }
	row := accesslog.Row{Who: "diariet", What: accesslog.Change, Detail: "desk register"}
	register := func(dry bool, may func(store.Case) bool, lines ...string) store.NumberReport {
		w.t.Helper()
		var in []store.Numbered
		for i := 0; i < len(lines); i += 2 {
			in = append(in, store.Numbered{Line: i/2 + 2, Case: lines[i], Number: lines[i+1]})
		}
		r, err := w.s.RegisterAll(w.ctx, in, may, bertil, row, dry)
		w.must(err)
		return r
	}
	faults := func(r store.NumberReport) (text string) {
		for _, p := range r.Problems {
			text += fmt.Sprintf("%d:%s%s ", p.Line, p.Fault, p.Has)
			if p.Other > 0 {
				text = strings.TrimSuffix(text, " ") + fmt.Sprintf("%d ", p.Other)
			}
		}
		return text
	}
	dry := register(true, all, f.id, "D 1", g.ref.Extension, " D 2 ")
	equal(w, "dry", fmt.Sprint(dry.Registered, faults(dry)), "2")
	equal(w, "nothing is stored", f.desk().Diary+g.desk().Diary, "")
	r := register(false, all, f.id, "D 1", g.ref.Extension, " D 2 ")
	equal(w, "stored", fmt.Sprint(r.Registered, r.Unchanged, faults(r)), "2 0")
	equal(w, "numbers", f.desk().Diary+" "+g.desk().Diary, "D 1 D 2")
	equal(w, "by whom", f.events(unit), "registered:bertil ")
	equal(w, "on record", fmt.Sprint(w.lastAccess().Who, w.lastAccess().Unit), fmt.Sprint("diariet", unit))
	r = register(false, all, f.id, "D 1", h.id, "D 3", g.id, "D 9", "nobody", "D 4", queued.id, "D 5", h.ref.Extension,
		"D 6",
		"x", "", "y", strings.Repeat("9", 101), "z", "a\nb", "v", "\u200b", "u", "19000101-9801")
	equal(w, "problems by line", strings.Replace(faults(r), "3:twice7 ", "7:twice3 ", 1),
		"4:otherD 2 5:no-case 6:no-case 7:twice3 8:missing 9:too-long 10:too-long 11:missing 12:person ")
	equal(w, "all or none", h.desk().Diary, "")
	i := w.at(unit)
	two := faults(register(false, all, h.id, "D 7", i.id, "D 7"))
	equal(w, "one number for two", two == "2:double3 " || two == "3:double2 ", true)
	equal(w, "taken", faults(register(false, all, h.id, "D 2")), "2:taken ")
	equal(w, "not theirs", faults(register(false, func(store.Case) bool { return false }, h.id, "D 3")), "2:no-case ")
	r = register(false, all, f.id, "D 1", h.id, "D 3")
	equal(w, "again, and more", fmt.Sprint(r.Registered, r.Unchanged, faults(r)), "1 1")
	_, err := w.s.RegisterAll(w.ctx, make([]store.Numbered, store.UnnumberedMost+1), all, anna, row, true)
	w.is("too many", err, store.ErrTooLarge)
}

func numbersFound(w *world) {
	unit := w.unitOf()
	f, g := w.at(unit), w.at(unit)
	all := []*file{f, g}
	_, err := w.s.Register(w.ctx, f.act(anna), "ÅRS 2026/17-b")
	w.must(err)
	find := func(words, want string) {
		w.t.Helper()
		equal(w, words, listed(w, all, store.CaseFilter{Query: words, Unit: f.now().Handler.Unit}), want)
	}
	for _, words := range []string{"års 2026/17-B", "2026/17", "ÅRS", "2026/17-b åsa"} {
		find(words, "0 ")
	}
	_, err = w.s.Register(w.ctx, f.act(anna), "Annat 5")
	w.must(err)
	find("2026/17", "0 ") // by the number that was replaced, too: it stands on papers
	find("annat", "0 ")
	f.accept(f.status("IN_PROGRESS"))
	m := f.status("IN_PROGRESS")
	m.Event.External = store.Ref{Root: gateway, Extension: "AVV-" + f.id} // what it is found by is written anew
	f.accept(m)
	find("annat", "0 ")
	f.handOver(otherUnit)
	find("annat", "0 ")
	_, err = w.s.Register(w.ctx, f.act(anna), "Eken 1")
	w.must(err)
	find("eken", "0 ")
	find("års 2026/17-b", "0 ")
	numbers, err := w.s.Numbers(w.ctx, f.id)
	w.must(err)
	equal(w, "all that it had", fmt.Sprint(numbers), fmt.Sprintf("[{%s Annat 5} {%s Eken 1} {%[1]s ÅRS 2026/17-b}]", unit,
		otherUnit))
	ids, err := w.s.Registered(w.ctx, " Annat 5")
	w.must(err)
	equal(w, "by a number, wherever it is", fmt.Sprint(ids), fmt.Sprint([]string{f.id}))
}

func purgeAsksForNumber(w *world) {
	unit := w.unitOf()
	f, g := w.at(unit), w.at(unit)
	there := w.file("SE2010123456-VC09")
	_, err := w.s.Register(w.ctx, g.act(anna), "P 1")
	w.must(err)
	for _, one := range []*file{f, g, there} {
		one.accept(one.closing())
	}
	w.drain()
	w.clock.move(48 * time.Hour)
	r := store.Retention{ClosedCases: 24 * time.Hour, RequireRegistration: true}
	gone := func(f *file) bool {
		_, err := w.s.Unlogged().Case(w.ctx, f.id)
		return err != nil
	}
	before, err := w.s.HeldBack(w.ctx, r)
	w.must(err)
	_, err = w.s.Purge(w.ctx, r, "test")
	w.must(err)
	equal(w, "gone", fmt.Sprint(gone(f), gone(g), gone(there)), "false true false")
	after, err := w.s.HeldBack(w.ctx, r)
	w.must(err)
	equal(w, "held back", fmt.Sprint(before == after, after >= 2), "true true")
	_, err = w.s.Register(w.ctx, f.act(anna), "P 2")
	w.must(err)
	left, err := w.s.HeldBack(w.ctx, r)
	w.must(err)
	equal(w, "one less", after-left, 1)
	r.RequireRegistration = false
	none, err := w.s.HeldBack(w.ctx, r)
	w.must(err)
	equal(w, "where it is not demanded", none, 0)
}
