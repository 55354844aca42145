package storetest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"rivgate/store"
)

// Who works at the desks.
var (
	anna   = store.Person{ID: "anna", Name: "Anna Handläggare"}
	bertil = store.Person{ID: "bertil", Name: "Bertil Handläggare"}
)

// otherUnit is handled in the inbox, too.
const otherUnit = "SE2010123456-VC02"

// act is what anna does at the desk as it is now.
func (f *file) act(by store.Person) store.Act {
	f.w.t.Helper()
	d := f.desk()
	return store.Act{CaseID: f.id, Unit: f.handler.Unit, By: by, Version: d.Version}
}

func (f *file) desk() store.Desk {
	f.w.t.Helper()
	d, err := f.w.s.Desk(f.w.ctx, f.id)
	f.w.must(err)
	return d
}

// handOver passes a case on from one inbox unit to another.
func (f *file) handOver(to string) {
	f.w.t.Helper()
	next := handlerOf(inboxUnit)
	next.Unit = to
	m := f.returned(store.EventForwarded)
	m.Event.Handler = &next
	f.accept(m)
	f.handler = next
	arrive := f.sent(store.EventForward)
	arrive.Event.Handler, arrive.Event.Facts = &next, facts(f.w.clock.Now())
	f.accept(arrive)
}

func (w *world) is(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: got %v, want %v", what, err, want)
	}
}

func (w *world) closed(what string, err error) {
	w.t.Helper()
	var refusal *store.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != store.CaseClosed {
		w.t.Errorf("%s: got %v", what, err)
	}
}

func (f *file) events(units ...string) string {
	f.w.t.Helper()
	events, err := f.w.s.Unlogged().DeskEvents(f.w.ctx, f.id, units)
	f.w.must(err)
	line := ""
	for _, e := range events {
		line += fmt.Sprintf("%s:%s ", e.Kind, e.By.ID)
	}
	return line
}

func deskWork(w *world) {
	w.run("a case is taken, handed over to a colleague and released", deskAssigns)
	w.run("a case is parked, and comes back by itself", deskParks)
	w.run("marks and numbers", deskMarks)
	w.run("two people at once", deskTogether)
	w.run("the walls between units", deskWalls)
	w.run("days to answer", deskDue)
}

func deskAssigns(w *world) {
	f := w.file(inboxUnit)
	equal(w, "a new desk", f.desk(), store.Desk{CaseID: f.id, Unit: inboxUnit})
	d, err := w.s.Assign(w.ctx, f.act(anna), anna)
	w.must(err)
	equal(w, "assignee", d.Assignee, anna)
	equal(w, "assigned", *d.Assigned, store.Stamp{By: anna, At: w.clock.Now()})
	_, err = w.s.Assign(w.ctx, f.act(anna), bertil)
	w.must(err)
	equal(w, "assignee", f.desk().Assignee, bertil)
	_, err = w.s.Assign(w.ctx, f.act(bertil), store.Person{})
	w.must(err)
	equal(w, "released", f.desk().Assignee, store.Person{})
	equal(w, "case version", f.now().Version, 1)
	equal(w, "time line", f.events(inboxUnit), "taken:anna assigned:anna released:bertil ")
	events, err := w.s.Unlogged().DeskEvents(w.ctx, f.id, nil)
	w.must(err)
	equal(w, "from", events[1].From, anna)
	equal(w, "to", events[1].To, bertil)
	f.accept(f.closing())
	_, err = w.s.Assign(w.ctx, f.act(anna), anna)
	w.closed("assigning a closed case", err)
	_, err = w.s.Desk(w.ctx, "nobody")
	w.is("a desk without a case", err, store.ErrNotFound)
	_, err = w.s.Assign(w.ctx, store.Act{CaseID: "nobody"}, anna)
	w.is("assigning nothing", err, store.ErrNotFound)
	desks, err := w.s.Desks(w.ctx, []string{f.id, "nobody"})
	w.must(err)
	equal(w, "desks", len(desks), 1)
	equal(w, "desks' version", desks[f.id].Version, 3)
}

func deskParks(w *world) {
	f := w.file(inboxUnit)
	until := w.clock.Now().Add(30 * 24 * time.Hour)
	_, err := w.s.Park(w.ctx, f.act(anna), until, "Inväntar journal")
	w.must(err)
	parked := f.desk().Parked
	equal(w, "parked", *parked, store.Parking{
		Stamp: store.Stamp{By: anna, At: w.clock.Now()}, Until: until, Reason: "Inväntar journal",
	})
	equal(w, "back", parked.Back(w.clock.Now()), false)
	w.clock.move(time.Hour)
	equal(w, "before its day", f.events(inboxUnit), "parked:anna ")
	w.clock.move(30 * 24 * time.Hour)
	equal(w, "back on its day", f.desk().Parked.Back(w.clock.Now()), true)
	equal(w, "on its day", f.events(inboxUnit), "parked:anna resumed: ")
	_, err = w.s.Unpark(w.ctx, f.act(bertil))
	w.must(err)
	equal(w, "marked", f.desk().Parked == nil, true)
	_, err = w.s.Park(w.ctx, f.act(anna), w.clock.Now().Add(time.Hour), "")
	w.must(err)
	_, err = w.s.Unpark(w.ctx, f.act(anna))
	w.must(err)
	w.clock.move(2 * time.Hour)
	equal(w, "in the end", f.events(inboxUnit), "parked:anna resumed: resumed:bertil parked:anna resumed:anna ")
	f.accept(f.closing())
	_, err = w.s.Park(w.ctx, f.act(anna), until, "")
	w.closed("parking a closed case", err)
}

func deskMarks(w *world) {
	f, g := w.file(inboxUnit), w.file(inboxUnit)
	other := w.file(board)
	_, err := w.s.Register(w.ctx, f.act(anna), "VC 2026-17")
	w.must(err)
	_, err = w.s.Register(w.ctx, g.act(anna), "VC 2026-17")
	w.is("a number twice in a unit", err, store.ErrDiaryTaken)
	for _, number := range []string{"\u200b", "Dnr 000101-9801", "9\n9"} {
		_, err = w.s.Register(w.ctx, g.act(anna), number)
		w.is("a number that is none", err, store.ErrDiaryForm)
	}
	_, err = w.s.Register(w.ctx, other.act(anna), "VC 2026-17")
	w.must(err)
	_, err = w.s.Register(w.ctx, f.act(anna), "VC 2026-18")
	w.must(err)
	_, err = w.s.Register(w.ctx, g.act(anna), "VC 2026-17")
	w.must(err)
	equal(w, "number", f.desk().Diary, "VC 2026-18")
	_, err = w.s.Protect(w.ctx, f.act(anna), true)
	w.must(err)
	equal(w, "protected", f.desk().Protected, true)
	_, err = w.s.CheckAuthority(w.ctx, f.act(bertil), store.RightAttorney, "Fullmakt visad")
	w.must(err)
	equal(w, "authority", *f.authority().Checked, store.AuthorityStep{
		Stamp: store.Stamp{By: bertil, At: w.clock.Now()}, Kind: store.DeskAuthority, Unit: inboxUnit,
		Right: store.RightAttorney, Note: "Fullmakt visad",
	})
	_, err = w.s.UncheckAuthority(w.ctx, f.act(bertil))
	w.must(err)
	equal(w, "taken back", f.authority().Checked == nil, true)
	f.accept(f.closing())
	_, err = w.s.Register(w.ctx, f.act(anna), "")
	w.must(err)
	_, err = w.s.Protect(w.ctx, f.act(anna), false)
	w.must(err)
	w.must(w.s.Note(w.ctx, f.act(bertil), "Ringde upp"))
	equal(w, "time line", f.events(inboxUnit),
		"registered:anna registered:anna protected:anna authority:bertil no_authority:bertil registered:anna "+
			"unprotected:anna note:bertil ")
}

func deskTogether(w *world) {
	f := w.file(inboxUnit)
	saw := f.act(anna)
	const people = 8
	var won, lost int
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range people {
		all.Go(func() {
			by := store.Person{ID: fmt.Sprint(n)}
			_, err := w.s.Assign(w.ctx, store.Act{CaseID: saw.CaseID, Unit: saw.Unit, By: by, Version: saw.Version}, by)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, store.ErrConflict):
				lost++
			default:
				w.t.Error(err)
			}
		})
	}
	all.Wait()
	equal(w, "who took it", fmt.Sprint(won, lost), fmt.Sprint(1, people-1))
	g := [2]*file{w.file(inboxUnit), w.file(inboxUnit)}
	done := make(chan error, 2)
	for _, one := range g {
		act := one.act(anna)
		go func() {
			_, err := w.s.Register(w.ctx, act, "2026-99")
			done <- err
		}()
	}
	one, two := <-done, <-done
	if one == nil {
		one, two = two, one
	}
	w.must(two)
	w.is("one number for two cases at once", one, store.ErrDiaryTaken)
}

func deskWalls(w *world) {
	f := w.file(inboxUnit)
	_, err := w.s.Assign(w.ctx, f.act(anna), anna)
	w.must(err)
	_, err = w.s.Park(w.ctx, f.act(anna), w.clock.Now().Add(24*time.Hour), "")
	w.must(err)
	_, err = w.s.Protect(w.ctx, f.act(anna), true)
	w.must(err)
	_, err = w.s.CheckAuthority(w.ctx, f.act(anna), "", "")
	w.must(err)
	_, err = w.s.Register(w.ctx, f.act(anna), "2026-walls")
	w.must(err)
	draft, err := w.s.SaveDraft(w.ctx, store.Draft{
		CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Body: []byte(`{}`),
	})
	w.must(err)
	before := f.act(anna)
	f.handOver(otherUnit)
	equal(w, "the new desk", f.desk(), store.Desk{CaseID: f.id, Unit: otherUnit, Protected: true})
	equal(w, "the new time line", f.events(otherUnit), "")
	equal(w, "what follows the case", f.authority().Checked != nil, true)
	for _, unit := range []string{inboxUnit, otherUnit} {
		cases, err := w.s.Unlogged().Cases(w.ctx, store.CaseFilter{Queue: store.QueueMine, Assignee: "anna", Unit: unit})
		w.must(err)
		equal(w, "hers", len(cases), 0)
	}
	drafts, err := w.s.Unlogged().Drafts(w.ctx, f.id, otherUnit)
	w.must(err)
	equal(w, "drafts", len(drafts), 0)
	_, err = w.s.Assign(w.ctx, before, anna)
	w.is("the old unit assigns", err, store.ErrConflict)
	w.is("the old unit notes", w.s.Note(w.ctx, before, "x"), store.ErrConflict)
	_, err = w.s.SaveDraft(w.ctx, draft)
	w.is("the old unit writes", err, store.ErrConflict)
	_, err = w.s.Stage(w.ctx, store.Outgoing{CaseID: f.id, Unit: inboxUnit, CaseVersion: f.now().Version}, 0)
	w.is("the old unit answers", err, store.ErrConflict)
	f.handOver(inboxUnit)
	d := f.desk()
	equal(w, "what comes back", fmt.Sprint(d.Assignee, d.Parked, " ", d.Diary), "{ } <nil> 2026-walls")
	equal(w, "its own time line", f.events(inboxUnit),
		"taken:anna parked:anna protected:anna authority:anna registered:anna ")
}

func deskDue(w *world) {
	age := func(birth string) time.Duration {
		f := w.blank(inboxUnit)
		f.first.Event.Facts.BirthDate = birth
		f.accept(f.first)
		c := f.now()
		equal(w, birth, c.Minor(), birth == "20240229")
		return c.Due.Sub(c.Received)
	}
	equal(w, "of a grown-up", age("18900101"), 30*24*time.Hour)
	equal(w, "of a child", age("20240229"), 10*24*time.Hour)
	equal(w, "of somebody", age(""), 30*24*time.Hour)
}
