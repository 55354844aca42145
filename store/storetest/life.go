package storetest

import (
	"time"

	"rivgate/routing"
	"rivgate/store"
)

func caseBegins(w *world) {
	w.run("a complaint to an external system is submitted, and due in 28 days", func(w *world) {
		f := w.file(unit)
		c := f.now()
		equal(w, "state", c.State, store.Submitted)
		equal(w, "due", c.Due, w.clock.Now().In(routing.Stockholm()).AddDate(0, 0, 28).UTC())
		equal(w, "handler", c.Handler, handlerOf(unit))
		equal(w, "reporter", c.Facts.ReporterName, "Åsa Anmälare")
		equal(w, "version", c.Version, 1)
	})
	w.run("a complaint to the inbox is delivered at once", func(w *world) { w.file(inboxUnit).is(store.Delivered) })
	w.run("a second complaint for a case is refused", func(w *world) {
		f := w.file(unit)
		second := f.sent(store.EventComplaint)
		second.Event.Handler, second.Event.Facts = f.first.Event.Handler, f.first.Event.Facts
		f.refuse(second, store.CaseExists)
	})
	w.run("whatever else of a case that is not there is refused", func(w *world) {
		f := w.blank(unit)
		f.refuse(f.returned(store.EventPartialReply), store.UnknownCase)
		f.refuse(f.answer(f.first), store.UnknownCase)
		f.refuse(f.closing(), store.UnknownCase)
	})
	w.run("a case begun outside is in progress", func(w *world) {
		f := w.blank(unit)
		f.accept(f.newCase())
		c := f.now()
		equal(w, "state", c.State, store.InProgress)
		equal(w, "begun outside", c.BegunOutside, true)
	})
	w.run("a case begun outside comes from the system of its unit", func(w *world) {
		f := w.blank(unit)
		f.sender = "SE2010123456-OTHER"
		f.refuse(f.newCase(), store.NotCurrentHandler)
	})
	w.run("a case begun outside is there once, by 1177's id or the handling system's", func(w *world) {
		f := w.file(unit)
		f.refuse(f.newCase(), store.CaseExists)
		g := w.blank(unit)
		first := g.newCase()
		first.Event.Case = store.Ref{}
		g.accept(first)
		second := g.newCase()
		second.Event.Case = store.Ref{}
		g.refuse(second, store.CaseExists)
		reply := g.returned(store.EventPartialReply)
		reply.Event.Case, reply.Event.External = store.Ref{}, first.Event.External
		equal(w, "found by the system's id", g.accept(reply).CaseID, g.id)
	})
	w.run("attachments of the complaint itself need no permission", func(w *world) {
		f := w.blank(unit)
		f.first.Event.Facts.Attachments, f.first.Event.Attachments = false, 2
		f.accept(f.first)
	})
}

// newCase is a case that began outside 1177.
func (f *file) newCase() *store.Message {
	m := f.returned(store.EventNewCase)
	h := f.handler
	m.Event.Handler, m.Event.Facts = &h, facts(f.w.clock.Now())
	m.Event.External = store.Ref{Root: system, Extension: "D-" + f.ref.Extension}
	return m
}

func caseLives(w *world) {
	w.run("status takes a submitted case to delivered, in progress, awaiting", func(w *world) {
		f := w.file(unit)
		f.accept(f.status("RECEIVED"))
		f.is(store.Delivered)
		f.accept(f.status("IN_PROGRESS"))
		f.is(store.InProgress)
		f.accept(f.status("RECEIVED"))
		f.is(store.InProgress)
		f.accept(f.status("AWAITING_REPORTER"))
		f.is(store.AwaitingReporter)
	})
	w.run("a partial reply is noted, and the case in progress", func(w *world) {
		f := w.file(unit)
		f.accept(f.returned(store.EventPartialReply))
		f.is(store.InProgress)
		equal(w, "replied", f.now().Replied, true)
	})
	w.run("questions stay open until each has its answer", func(w *world) {
		f := w.file(unit)
		one, two := f.returned(store.EventQuestion), f.returned(store.EventQuestion)
		f.accept(one)
		two.Event.Sequence++
		f.accept(two)
		f.is(store.AwaitingReporter)
		f.accept(f.answer(two))
		f.is(store.AwaitingReporter)
		f.accept(f.returned(store.EventPartialReply))
		f.is(store.AwaitingReporter)
		f.refuse(f.answer(two), store.NoOpenQuestion)
		f.accept(f.answer(one))
		f.is(store.InProgress)
	})
	w.run("an answer without a question is refused", func(w *world) {
		f := w.file(unit)
		f.refuse(f.answer(f.first), store.NoOpenQuestion)
	})
	w.run("attachments go with replies and answers only where the case has them", func(w *world) {
		f := w.file(unit)
		reply := f.returned(store.EventPartialReply)
		reply.Event.Attachments = 1
		f.accept(reply)
		g := w.blank(unit)
		g.first.Event.Facts.Attachments = false
		g.accept(g.first)
		question := g.returned(store.EventQuestion)
		g.accept(question)
		reply = g.returned(store.EventPartialReply)
		reply.Event.Attachments = 1
		g.refuse(reply, store.AttachmentNotAllowed)
		answer := g.answer(question)
		answer.Event.Attachments = 1
		g.refuse(answer, store.AttachmentNotAllowed)
	})
	w.run("an action on another version of the case is a conflict", func(w *world) {
		f := w.file(unit)
		reply := f.returned(store.EventPartialReply)
		reply.Event.CaseVersion = f.now().Version
		f.accept(reply)
		late := f.returned(store.EventPartialReply)
		late.Event.CaseVersion = reply.Event.CaseVersion
		f.refuse(late, store.Conflict)
	})
	w.run("the handling system's id is kept, and finds the case", func(w *world) {
		f := w.file(unit)
		reply := f.returned(store.EventPartialReply)
		reply.Event.External = store.Ref{Root: system, Extension: "D-77-" + f.ref.Extension}
		a := f.accept(reply)
		equal(w, "receipt", a.External, reply.Event.External)
		equal(w, "case", f.now().External, reply.Event.External)
	})
}

func caseCloses(w *world) {
	w.run("a close needs a classification", func(w *world) {
		f := w.file(unit)
		m := f.closing()
		m.Event.Classification = nil
		f.refuse(m, store.NotClassified)
		m.Event.Classification = &store.Classification{Area: "1"}
		f.refuse(m, store.NotClassified)
		m.Event.Classification = &store.Classification{MainProblems: []string{"1"}}
		f.refuse(m, store.NotClassified)
	})
	w.run("a reply that was wanted must have been given, here or before", func(w *world) {
		f := w.blank(unit)
		f.first.Event.Facts.ReplyWanted = true
		f.accept(f.first)
		m := f.closing()
		m.Event.HasText = false
		f.accept(f.returned(store.EventQuestion)) // a question is no reply
		m.Event.Sequence = f.counts[f.sender] + 1
		f.refuse(m, store.ReplyMissing)
		f.accept(f.returned(store.EventPartialReply))
		m.Event.Sequence++
		f.accept(m)
		g := w.blank(unit)
		g.first.Event.Facts.ReplyWanted = true
		g.accept(g.first)
		g.accept(g.closing())
	})
	w.run("after the close only a correction is accepted", func(w *world) {
		f := w.file(unit)
		question := f.returned(store.EventQuestion)
		f.accept(question)
		w.clock.move(time.Hour)
		f.accept(f.closing())
		c := f.now()
		equal(w, "state", c.State, store.Closed)
		equal(w, "open questions", len(c.OpenQuestions), 0)
		equal(w, "closed", *c.Closed, w.clock.Now())
		f.refuse(f.answer(question), store.CaseClosed)
		f.refuse(f.returned(store.EventPartialReply), store.CaseClosed)
		f.refuse(f.status("IN_PROGRESS"), store.CaseClosed)
		f.refuse(f.closing(), store.CaseClosed)
		f.refuse(f.forwarded(board), store.CaseClosed)
		correction := f.closing()
		correction.Event.Kind = store.EventCorrection
		correction.Event.Classification.Area = "6"
		f.accept(correction)
		equal(w, "area", f.now().Classification.Area, "6")
		f.is(store.Closed)
	})
	w.run("a correction may come before the close, and must classify", func(w *world) {
		f := w.file(unit)
		correction := f.closing()
		correction.Event.Kind = store.EventCorrection
		f.accept(correction)
		f.is(store.Submitted)
		bad := f.returned(store.EventCorrection)
		f.refuse(bad, store.NotClassified)
	})
	w.run("only a patient board says where it happened", func(w *world) {
		f := w.file(unit)
		m := f.closing()
		m.Event.Classification.IncidentUnit = inboxUnit
		f.refuse(m, store.PlaceNotAllowed)
		g := w.file(board)
		m = g.closing()
		m.Event.Classification.IncidentUnit = inboxUnit
		g.accept(m)
		equal(w, "place", g.now().Classification.IncidentUnit, inboxUnit)
	})
}

// forwarded passes the case on to another unit.
func (f *file) forwarded(to string) *store.Message {
	m := f.returned(store.EventForwarded)
	h := handlerOf(to)
	m.Event.Handler = &h
	return m
}

// arriving is the case's message to the unit that it was forwarded to.
func (f *file) arriving(to string) *store.Message {
	f.handler = handlerOf(to)
	f.sender = f.handler.Component
	m := f.sent(store.EventForward)
	h := f.handler
	m.Event.Handler, m.Event.Facts = &h, facts(f.w.clock.Now())
	return m
}

func caseForwarded(w *world) {
	w.run("the next unit has the case, and is still to be told", func(w *world) {
		f := w.file(unit)
		f.accept(f.forwarded(inboxUnit))
		c := f.now()
		equal(w, "handler", c.Handler, handlerOf(inboxUnit))
		equal(w, "from", c.ForwardedFrom, unit)
		equal(w, "due", c.ForwardDue, true)
		equal(w, "state", c.State, store.Submitted)
		due, err := w.s.ForwardsDue(w.ctx, 0)
		w.must(err)
		equal(w, "forwards due", len(due), 1)
		f.refuse(f.returned(store.EventPartialReply), store.NotCurrentHandler)
		f.accept(f.arriving(inboxUnit))
		c = f.now()
		equal(w, "due", c.ForwardDue, false)
		equal(w, "state", c.State, store.Delivered)
		f.accept(f.returned(store.EventPartialReply))
		f.is(store.InProgress)
	})
	w.run("within one system nobody need be told", func(w *world) {
		f := w.file(unit)
		m := f.forwarded(board)
		m.Event.SameSystem = true
		f.accept(m)
		equal(w, "due", f.now().ForwardDue, false)
		f.is(store.Delivered)
	})
	w.run("away from 1177 it is not for this gateway to tell", func(w *world) {
		f := w.file(unit)
		m := f.forwarded(inboxUnit)
		m.Event.AtPortal = false
		f.accept(m)
		equal(w, "due", f.now().ForwardDue, false)
	})
	w.run("at 1177 a forward goes to the unit that has the case", func(w *world) {
		f := w.file(unit)
		f.refuse(f.arriving(inboxUnit), store.NotCurrentHandler)
	})
	w.run("away from 1177 a forward is 1177's word", func(w *world) {
		f := w.file(unit)
		m := f.arriving(inboxUnit)
		m.Event.AtPortal = false
		f.accept(m)
		c := f.now()
		equal(w, "handler", c.Handler.Unit, inboxUnit)
		equal(w, "state", c.State, store.Delivered)
	})
	w.run("a forward of a case that was not known here makes it", func(w *world) {
		f := w.blank(unit)
		m := f.arriving(inboxUnit)
		m.Event.AtPortal, m.Event.Sequence = false, 7
		f.accept(m)
		c := f.now()
		equal(w, "by forward", c.BegunByForward, true)
		equal(w, "state", c.State, store.Delivered)
		equal(w, "patient", c.Facts.PatientID, "189001019802")
	})
	w.run("the former system's id of the case goes with it", func(w *world) {
		f := w.file(unit)
		m := f.returned(store.EventPartialReply)
		m.Event.External = store.Ref{Root: system, Extension: "old-" + f.ref.Extension}
		f.accept(m)
		m = f.forwarded(inboxUnit)
		m.Event.External = store.Ref{Root: system, Extension: "old-" + f.ref.Extension}
		f.accept(m)
		equal(w, "external", f.now().External, store.Ref{})
	})
}

func handlerOnly(w *world) {
	kinds := []store.EventKind{
		store.EventPartialReply, store.EventQuestion, store.EventStatus, store.EventClose, store.EventForwarded,
		store.EventCorrection,
	}
	for _, kind := range kinds {
		w.run(string(kind), func(w *world) {
			f := w.file(unit)
			m := f.closing()
			m.Event.Kind, m.Event.Status = kind, "IN_PROGRESS"
			h := handlerOf(inboxUnit)
			m.Event.Handler = &h
			m.Event.Unit = inboxUnit
			f.refuse(m, store.NotCurrentHandler)
			m.Event.Unit, m.Key.Sender = unit, "SE2010123456-OTHER"
			f.refuse(m, store.NotCurrentHandler)
			m.Event.Unit, m.Key.Sender = "se2010123456-sj01", system
			f.accept(m)
		})
	}
	w.run("where no component is known the permission must do", func(w *world) {
		f := w.blank(unit)
		f.first.Event.Handler.Component = ""
		f.accept(f.first)
		f.sender = "SE2010123456-OTHER"
		f.accept(f.returned(store.EventPartialReply))
	})
	w.run("a unit of the inbox is answered for by the gateway", func(w *world) {
		f := w.file(inboxUnit)
		f.sender = system
		f.refuse(f.returned(store.EventPartialReply), store.NotCurrentHandler)
		f.sender = gateway
		f.accept(f.returned(store.EventPartialReply))
		equal(w, "via", f.now().Handler.Via, routing.Inbox)
	})
}
