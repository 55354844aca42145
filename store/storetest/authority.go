package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"rivgate/store"
	"rivgate/store/accesslog"
)

// Test persons beside the one of facts.
const (
	proxy    = "190001019801"
	stranger = "191401682396"
)

func (f *file) authority() store.Authority {
	f.w.t.Helper()
	a, err := f.w.s.Unlogged().Authority(f.w.ctx, f.id)
	f.w.must(err)
	return a
}

func authorities(w *world) {
	w.run("stated, checked, given later, withdrawn", authoritySteps)
	w.run("why something is sent without a check", uncheckedNoted)
	w.run("files are switched", filesSwitched)
	w.run("a unit's default for files does not follow the case", filesByDefault)
}

func authoritySteps(w *world) {
	f := w.file(inboxUnit)
	say := func() string {
		a := f.authority()
		return fmt.Sprint(a.Right, " ", a.Stated != nil, a.Checked != nil, a.Ended != nil)
	}
	equal(w, "at first", say(), " false false false")
	do := func(what, want string, change int64, by func(a store.Act) (store.Desk, error)) {
		w.t.Helper()
		version := f.now().Version
		w.clock.move(time.Minute)
		_, err := by(f.act(anna))
		w.must(err)
		equal(w, what, say(), want)
		equal(w, what+": the case's version", f.now().Version-version, change)
	}
	do("stated", "guardian true false false", 0, func(a store.Act) (store.Desk, error) {
		return w.s.StateAuthority(w.ctx, a, store.RightGuardian, "Uppgav det i telefon")
	})
	do("checked as it was stated", "guardian true true false", 0, func(a store.Act) (store.Desk, error) {
		return w.s.CheckAuthority(w.ctx, a, "", "Folkbokföringen")
	})
	do("taken back", "guardian true false false", 1, func(a store.Act) (store.Desk, error) {
		return w.s.UncheckAuthority(w.ctx, a)
	})
	do("taken back twice", "guardian true false false", 0, func(a store.Act) (store.Desk, error) {
		return w.s.UncheckAuthority(w.ctx, a)
	})
	do("given later", "power_of_attorney true true false", 0, func(a store.Act) (store.Desk, error) {
		return w.s.CheckAuthority(w.ctx, a, store.RightAttorney, "Original visat")
	})
	do("another is stated", "other true false false", 1, func(a store.Act) (store.Desk, error) {
		return w.s.StateAuthority(w.ctx, a, store.RightOther, "Make")
	})
	do("withdrawn", "other false false true", 1, func(a store.Act) (store.Desk, error) {
		return w.s.WithdrawAuthority(w.ctx, a, "Patienten ringde")
	})
	do("given again", "power_of_attorney false true false", 0, func(a store.Act) (store.Desk, error) {
		return w.s.CheckAuthority(w.ctx, a, store.RightAttorney, "Ny fullmakt")
	})
	saw := f.act(anna)
	saw.Version--
	_, err := w.s.WithdrawAuthority(w.ctx, saw, "x")
	w.is("on an older desk", err, store.ErrConflict)
	saw.CaseID = "nobody"
	_, err = w.s.StateAuthority(w.ctx, saw, store.RightOther, "x")
	w.is("of no case", err, store.ErrNotFound)
	a := f.authority()
	equal(w, "steps", len(a.Steps), 8)
	equal(w, "a step", a.Steps[6], store.AuthorityStep{
		Stamp: store.Stamp{By: anna, At: a.Steps[6].At}, Kind: store.DeskWithdrawn, Unit: inboxUnit, Note: "Patienten ringde",
	})
	own := w.file(inboxUnit)
	listed, err := w.s.Authorities(w.ctx, []string{f.id, own.id})
	w.must(err)
	of := listed[f.id]
	equal(w, "in a list", fmt.Sprint(len(listed), of.Right, of.Stated != nil, of.Checked.By.ID, of.Ended != nil),
		"1power_of_attorneyfalseannafalse")
	equal(w, "without notes", fmt.Sprint(len(of.Steps), of.Checked.Note, f.authority().Checked.Note), "0Ny fullmakt")
	none, err := w.s.Authorities(w.ctx, nil)
	w.must(err)
	equal(w, "of no case", len(none), 0)
	f.handOver(otherUnit)
	equal(w, "at the next unit", say(), "power_of_attorney false true false")
	before := saw
	before.CaseID, before.Version = f.id, 0
	_, err = w.s.WithdrawAuthority(w.ctx, before, "x")
	w.is("by the unit before", err, store.ErrConflict)
	closed, err := w.s.Unlogged().Case(w.ctx, f.id)
	w.must(err)
	_, err = w.s.Authority(w.ctx, closed)
	w.is("of a case that is not opened", err, store.ErrNotOpened)
}

func uncheckedNoted(w *world) {
	f := w.file(inboxUnit)
	act := f.act(anna)
	w.is("without a reason", w.s.NoteUnchecked(w.ctx, act, "", "close", "m1"), store.ErrReason)
	for range 2 {
		w.must(w.s.NoteUnchecked(w.ctx, act, "Brådskar", "close", "m1"))
	}
	w.must(w.s.NoteUnchecked(w.ctx, act, "Brådskar", "close", "m2"))
	equal(w, "noted once a message", f.events(inboxUnit), "unchecked:anna unchecked:anna ")
	events, err := w.s.Unlogged().DeskEvents(w.ctx, f.id, nil)
	w.must(err)
	equal(w, "the reason", events[0].Text+" "+events[0].Form+" "+events[0].MessageID, "Brådskar close m1")
	rows, err := w.s.AccessLog(w.ctx, accesslog.Filter{Case: f.id})
	w.must(err)
	equal(w, "on record", len(rows), 2)
	equal(w, "a row", fmt.Sprint(rows[0].Who, " ", rows[0].What, " ", rows[0].Unit, " ",
		accesslog.DetailText(rows[0].Detail)),
		"anna change "+inboxUnit+" close: unchecked")
	if strings.Contains(rows[0].Detail, "Brådskar") {
		w.t.Error("the access log has the reason")
	}
	act.Unit = otherUnit
	w.is("by another unit", w.s.NoteUnchecked(w.ctx, act, "x", "close", "m3"), store.ErrConflict)
}

func filesSwitched(w *world) {
	f := w.file(inboxUnit)
	withFile := func(kind store.EventKind) *store.Message {
		m := f.returned(kind)
		m.Event.Attachments = 1
		return m
	}
	saw := f.act(anna)
	_, err := w.s.SwitchFiles(w.ctx, saw, false)
	w.must(err)
	equal(w, "off", f.now().Facts.Attachments, false)
	f.refuse(withFile(store.EventPartialReply), store.AttachmentNotAllowed)
	question := f.returned(store.EventQuestion)
	f.accept(question)
	answer := f.answer(question)
	answer.Event.Attachments = 1
	f.refuse(answer, store.AttachmentNotAllowed)
	_, err = w.s.SwitchFiles(w.ctx, saw, true)
	w.is("on an older desk", err, store.ErrConflict)
	f.handOver(otherUnit)
	equal(w, "after a handover", f.now().Facts.Attachments, false)
	_, err = w.s.SwitchFiles(w.ctx, f.act(bertil), true)
	w.must(err)
	f.accept(withFile(store.EventPartialReply))
	f.handOver(inboxUnit)
	equal(w, "back again", f.now().Facts.Attachments, true)
	equal(w, "time lines", f.events(inboxUnit)+f.events(otherUnit), "no_files:anna files:bertil ")
	f.accept(f.closing())
	_, err = w.s.SwitchFiles(w.ctx, f.act(anna), false)
	w.closed("of a closed case", err)
}

// filesByDefault: what a case takes because its first unit's cases do holds there alone; a choice holds everywhere.
func filesByDefault(w *world) {
	f := w.blank(inboxUnit)
	f.first.Event.Facts.Attachments = false
	f.accept(f.first)
	f.handOver(otherUnit)
	equal(w, "handed over to a unit that takes files", f.now().Facts.Attachments, true)
	m := f.returned(store.EventPartialReply)
	m.Event.Attachments = 1
	f.accept(m)

	g := w.file(unit)
	within := func(to string, takes bool) {
		m := g.forwarded(to)
		m.Event.SameSystem, m.Event.TakesFiles = true, takes
		g.accept(m)
		g.handler = handlerOf(to)
	}
	within(board, false)
	equal(w, "within a system, to one that does not", g.now().Facts.Attachments, false)
	_, err := w.s.SwitchFiles(w.ctx, g.act(anna), false)
	w.must(err)
	within(unit, true)
	equal(w, "off by choice, within a system", g.now().Facts.Attachments, false)

	chosen := w.blank(inboxUnit)
	chosen.first.Event.Facts.Attachments = false
	chosen.accept(chosen.first)
	_, err = w.s.SwitchFiles(w.ctx, chosen.act(anna), true)
	w.must(err)
	none := facts(w.clock.Now())
	none.Attachments = false
	chosen.accept(chosen.forwarded(otherUnit))
	arrive := chosen.arriving(otherUnit)
	arrive.Event.Facts = none
	chosen.accept(arrive)
	equal(w, "on by choice", chosen.now().Facts.Attachments, true)
}

func takeOvers(w *world) {
	w.run("mailbox and answers follow", takenOver)
	w.run("the reporter before sees what came before", formerSees)
	w.run("who may not", takeOverRefused)
}

// by is somebody who takes a case over with a power of attorney.
func by(id, name string, sees bool) store.TakeOver {
	return store.TakeOver{
		Reporter: store.Reporter{ID: id, Type: "1.2.752.129.2.1.3.1", Name: name, Role: "PROXY", Telecom: "08-1"},
		Right:    store.RightAttorney, Note: "Original visat", FormerSees: sees,
	}
}

// mailbox tells whether somebody has the case in their mailbox.
func (f *file) mailbox(person string) bool {
	f.w.t.Helper()
	cases, err := f.w.s.OpenReported(f.w.ctx, person, 100, accesslog.Row{What: accesslog.List})
	f.w.must(err)
	for _, c := range cases {
		if c.ID == f.id {
			return true
		}
	}
	return false
}

func takenOver(w *world) {
	f := w.file(inboxUnit)
	first := f.now()
	question := f.returned(store.EventQuestion)
	f.accept(question)
	before := f.now().Version
	_, err := w.s.TakeOver(w.ctx, f.act(anna), by(proxy, "Ombudet Test", false))
	w.must(err)
	c := f.now()
	equal(w, "reporter", c.Facts.ReporterID+" "+c.Facts.ReporterName+" "+c.Facts.Role, proxy+" Ombudet Test PROXY")
	equal(w, "patient", c.Facts.PatientID+c.Facts.PatientName, first.Facts.PatientID+first.Facts.PatientName)
	equal(w, "version", c.Version, before+1)
	equal(w, "the one before", f.mailbox("189001019802"), false)
	equal(w, "the one now", f.mailbox("19000101-9801"), true)
	a := f.authority()
	equal(w, "the right", a.Checked != nil && a.Right == store.RightAttorney && a.Checked.Note == "Original visat", true)
	all, err := w.s.Unlogged().Reporters(w.ctx, f.id)
	w.must(err)
	equal(w, "how many", len(all), 2)
	equal(w, "the former", fmt.Sprint(all[0].Name, " ", all[0].Until.IsZero()), "Åsa Anmälare false")
	equal(w, "the present", fmt.Sprint(all[1].Telecom, " ", all[1].Until.IsZero()), "08-1 true")

	answer := f.answer(question)
	answer.Event.Author = stranger
	f.refuse(answer, store.NotReporter)
	answer.Event.Sequence += 3
	f.refuse(answer, store.NotReporter) // at once: a number that is missing before it changes nothing of that
	answer = f.answer(question)
	answer.Event.Author = "19000101-9801"
	f.accept(answer)
	for _, who := range []string{"189001019802", ""} { // the patient; a message of before authors were kept
		f.accept(f.asked())
		answer = f.answer(f.first)
		answer.Event.Author = who
		f.accept(answer)
	}
	f.handOver(otherUnit)
	equal(w, "after a handover", f.now().Facts.ReporterID, proxy)
	elsewhere := f.asked()
	f.accept(elsewhere)
	answer = f.answer(elsewhere)
	answer.Event.Author, answer.Event.AtPortal = stranger, false
	f.accept(answer) // 1177 has judged it
}

// asked is a question that f.first is from then on.
func (f *file) asked() *store.Message {
	f.first = f.returned(store.EventQuestion)
	return f.first
}

func formerSees(w *world) {
	f := w.file(inboxUnit)
	first := f.first.ID
	row := accesslog.Row{Who: "web", What: accesslog.Read, Detail: "mailbox"}
	open := func(person string) (until time.Time, err error) {
		c, until, err := w.s.OpenMailbox(w.ctx, f.id, person, row)
		if err == nil {
			equal(w, "opened", c.Opened(), true)
		}
		return until, err
	}
	_, err := open("189001019802")
	w.must(err)
	for _, person := range []string{proxy, stranger, "", " "} {
		_, err := open(person)
		w.is("somebody else's case", err, store.ErrNotFound)
	}
	_, _, err = w.s.OpenMailbox(w.ctx, "guessed", "189001019802", row)
	w.is("a case that is none", err, store.ErrNotFound)
	rows, err := w.s.AccessLog(w.ctx, accesslog.Filter{What: accesslog.Refused})
	w.must(err)
	equal(w, "refused, on record", len(rows), 5)
	w.clock.move(time.Hour)
	over := w.clock.Now()
	_, err = w.s.TakeOver(w.ctx, f.act(anna), by(proxy, "Ombudet Test", true))
	w.must(err)
	f.accept(f.asked())
	until, err := open("18900101-9802")
	w.must(err)
	c, _, err := w.s.OpenMailbox(w.ctx, f.id, "189001019802", row)
	w.must(err)
	had, err := w.s.MessagesBefore(w.ctx, c, "18900101-9802")
	w.must(err)
	equal(w, "what came before", fmt.Sprint(len(had), had[first], had[f.first.ID]), "1 true false")
	had, err = w.s.MessagesBefore(w.ctx, c, proxy)
	w.must(err)
	equal(w, "of one who has no former part", len(had), 0)
	equal(w, "until", until.Equal(over), true)
	equal(w, "in the list", f.mailbox("189001019802"), true)
	until, err = open(proxy)
	w.must(err)
	equal(w, "all of it", until.IsZero(), true)
	w.clock.move(time.Hour)
	_, err = w.s.TakeOver(w.ctx, f.act(anna), by(stranger, "En annan", false))
	w.must(err)
	_, err = open(proxy)
	w.is("whose view ended", err, store.ErrNotFound)
	until, err = open("189001019802")
	w.must(err)
	equal(w, "the first one still", until.Equal(over), true)
	_, err = w.s.TakeOver(w.ctx, f.act(anna), by("189001019802", "Åsa Anmälare", false))
	w.must(err)
	until, err = open("189001019802")
	w.must(err)
	equal(w, "the first one again", until.IsZero(), true)
	for _, over := range []struct { // there and back: how the last time ended decides
		id   string
		sees bool
	}{{proxy, true}, {"189001019802", true}, {proxy, true}, {"189001019802", false}} {
		_, err = w.s.TakeOver(w.ctx, f.act(anna), by(over.id, "Test", over.sees))
		w.must(err)
	}
	_, err = open(proxy)
	w.is("who saw it once, and is not to now", err, store.ErrNotFound)
	equal(w, "and their list", f.mailbox(proxy), false)
	c, _, err = w.s.OpenMailbox(w.ctx, f.id, "189001019802", row)
	w.must(err)
	had, err = w.s.MessagesBefore(w.ctx, c, proxy)
	w.must(err)
	equal(w, "and what had come", len(had), 0)
	f.accept(f.closing())
	w.clock.move(24 * time.Hour)
	_, err = w.s.Purge(w.ctx, store.Retention{ClosedCases: time.Hour}, "olle")
	w.must(err)
	equal(w, "purged with its case", f.mailbox("189001019802"), false)
}

func takeOverRefused(w *world) {
	f := w.file(inboxUnit)
	_, err := w.s.TakeOver(w.ctx, f.act(anna), by("18900101-9802", "Åsa", true))
	w.is("who reports it already", err, store.ErrSameReporter)
	act := f.act(anna)
	act.Unit = otherUnit
	_, err = w.s.TakeOver(w.ctx, act, by(proxy, "x", true))
	w.is("at another unit", err, store.ErrConflict)
	staged, err := w.s.Stage(w.ctx, store.Outgoing{
		CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", MessageID: "m", CaseVersion: f.now().Version,
		Draft: []byte(`{}`), Answer: []byte(`{}`),
	}, 0)
	w.must(err)
	_, err = w.s.TakeOver(w.ctx, f.act(anna), by(proxy, "x", true))
	w.must(err)
	equal(w, "what waits was written to the one before", staged.CaseVersion < f.now().Version, true)
	late := f.returned(store.EventPartialReply)
	late.Event.CaseVersion = staged.CaseVersion
	f.refuse(late, store.Conflict)
	_, err = w.s.Undo(w.ctx, staged.ID, inboxUnit, anna)
	w.must(err)
	f.accept(f.closing())
	_, err = w.s.TakeOver(w.ctx, f.act(anna), by(stranger, "x", true))
	var refusal *store.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != store.CaseClosed {
		w.t.Errorf("a closed case: %v", err)
	}
}
