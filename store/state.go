package store

import (
	"slices"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

// answerDays is how long a handler has: a complaint is to be answered within four weeks.
const answerDays = 28

// effects is what an applied event does in addition to changing its case.
type effects struct {
	receipt  bool   // the citizen gets the ärendebekräftelse
	answered string // message id of the question that now has its answer
	unasked  bool   // the reporter wrote without having been asked: the case is not parked any more
	reopened bool   // the time for an answer begins anew
}

// begin makes the case that an event creates: a complaint, a case begun outside 1177, or a forward of a case that was
// not known here. Any other event is of a case that should be there: UnknownCase.
func begin(e *Event, sender string, now time.Time) (*Case, effects, *Refusal) {
	if !e.begins() || e.Handler == nil || e.Facts == nil {
		return nil, effects{}, &Refusal{UnknownCase}
	}
	c := &Case{
		Ref: e.Case, External: e.External, State: Submitted, Handler: *e.Handler, Facts: *e.Facts,
		Received: e.Facts.Received.UTC(), Changed: now, Version: 1,
	}
	if c.Received.IsZero() {
		c.Received = now
	}
	c.Due = swedishDaysAfter(c.Received, answerDays)
	if c.Handler.Via == routing.Inbox {
		c.State = Delivered
	}
	switch e.Kind {
	case EventForward:
		c.BegunByForward = true
	case EventNewCase:
		c.State, c.BegunOutside = InProgress, true
		if refusal := c.fromHandler(e, sender); refusal != nil {
			return nil, effects{}, refusal
		}
	}
	return c, effects{receipt: e.AtPortal && e.Kind != EventForward}, nil
}

func (e *Event) begins() bool {
	return e.Kind == EventComplaint || e.Kind == EventNewCase || e.Kind == EventForward
}

// returns tells whether an event comes from the handler.
func (e *Event) returns() bool {
	switch e.Kind {
	case EventComplaint, EventForward, EventAnswer, EventSupplement, EventWithdrawal:
		return false
	}
	return true
}

// unasked tells whether an event comes from the reporter, and answers nothing.
func (e *Event) unasked() bool { return e.Kind == EventSupplement || e.Kind == EventWithdrawal }

// fromReporter tells whether an event is something that a reporter writes in a case: what says who wrote it, and an
// answer of before authors were kept does not.
func (e *Event) fromReporter() bool { return e.unasked() || e.Kind == EventAnswer && e.Author != "" }

// finalRefusal is why the case refuses an event whatever messages may still come before it; nil: it does not.
// Where this gateway stands at 1177 it knows who has the case there, and takes what reporters write from the reporter
// or the patient alone. Elsewhere 1177 has judged that; it is shown under its author's name.
func (c *Case) finalRefusal(e *Event, sender string) *Refusal {
	switch {
	case e.Kind == EventComplaint || e.Kind == EventNewCase:
		return &Refusal{CaseExists}
	case e.CaseVersion != 0 && e.CaseVersion != c.Version:
		return &Refusal{Conflict}
	case e.AtPortal && e.fromReporter() && !c.concerns(e.Author):
		return &Refusal{NotReporter}
	case c.State == Closed && e.Kind != EventCorrection && !c.reopenedBy(e):
		return &Refusal{CaseClosed}
	case e.returns() && c.Handler.Component != "" && !routing.SameHSAID(c.Handler.Component, sender):
		return &Refusal{NotCurrentHandler}
	case e.Kind != EventForward && e.Attachments > 0 && !c.Facts.Attachments:
		return &Refusal{AttachmentNotAllowed}
	}
	return nil
}

// apply judges an event of a known case and, when nothing is refused, changes the case. A refused event leaves it as it
// was.
func (c *Case) apply(e *Event, sender string, now time.Time) (effects, *Refusal) {
	if refusal := c.finalRefusal(e, sender); refusal != nil {
		return effects{}, refusal
	}
	if e.returns() {
		if refusal := c.fromHandler(e, sender); refusal != nil {
			return effects{}, refusal
		}
	}
	var done effects
	var refusal *Refusal
	switch e.Kind {
	case EventAnswer:
		done, refusal = c.answer(e)
	case EventSupplement:
		done = c.supplement(now)
	case EventWithdrawal:
		done = c.withdraw(now)
	case EventForward:
		refusal = c.acceptForward(e)
	case EventPartialReply:
		c.Replied = true
		c.resumeWork()
	case EventQuestion:
		c.OpenQuestions = append(slices.Clone(c.OpenQuestions), e.MessageID)
		c.State = AwaitingReporter
	case EventStatus:
		c.status(e.Status)
	case EventClose:
		refusal = c.close(e, now)
	case EventForwarded:
		refusal = c.forward(e)
	case EventCorrection:
		refusal = c.classify(e)
	}
	if refusal != nil {
		return effects{}, refusal
	}
	c.setExternal(e)
	c.hear(e, now)
	c.Changed = now
	c.Version++
	return done, nil
}

// fromHandler: only the unit that has the case, and the system behind its route where that is known, may return data on
// it.
func (c *Case) fromHandler(e *Event, sender string) *Refusal {
	if !c.HandledBy(e.Unit) {
		return &Refusal{NotCurrentHandler}
	}
	if c.Handler.Component != "" && !routing.SameHSAID(c.Handler.Component, sender) {
		return &Refusal{NotCurrentHandler}
	}
	if e.Classification != nil && e.Classification.IncidentUnit != "" && c.Handler.Kind != routing.PatientBoard {
		return &Refusal{PlaceNotAllowed}
	}
	return nil
}

// setExternal takes the handling system's id of the case from an event. Only that system's own events change an id that
// is there; others' only fill it in.
func (c *Case) setExternal(e *Event) {
	if e.External.Extension == "" || e.Kind == EventForwarded {
		return
	}
	if e.returns() || c.External.Extension == "" {
		c.External = e.External
	}
}

// hear notes that the reporter wrote something, until the handler has sent something after it.
func (c *Case) hear(e *Event, now time.Time) {
	switch e.Kind {
	case EventAnswer, EventSupplement, EventWithdrawal:
		c.Unanswered = &now
		if c.Withdrawn != nil && e.Kind != EventWithdrawal {
			c.WroteAgain = &now
		}
	case EventPartialReply, EventQuestion, EventClose:
		c.Unanswered = nil
	}
}

// resumeWork: the case is in progress again, unless a question is still open.
func (c *Case) resumeWork() {
	if len(c.OpenQuestions) == 0 {
		c.State = InProgress
	}
}

func (c *Case) answer(e *Event) (effects, *Refusal) {
	i := slices.IndexFunc(c.OpenQuestions, func(id string) bool { return routing.SameHSAID(id, e.InReplyTo) })
	if i < 0 {
		return effects{}, &Refusal{NoOpenQuestion}
	}
	question := c.OpenQuestions[i]
	c.OpenQuestions = slices.Delete(slices.Clone(c.OpenQuestions), i, i+1)
	if c.State == AwaitingReporter {
		c.resumeWork()
	}
	return effects{answered: question}, nil
}

// concerns tells whether somebody is the case's reporter or patient.
func (c *Case) concerns(person string) bool {
	return identity.Same(person, c.Facts.ReporterID) ||
		c.Facts.PatientID != "" && identity.Same(person, c.Facts.PatientID)
}

// reopenedBy tells whether an event opens the case, which is closed, again: a supplement does for a time.
func (c *Case) reopenedBy(e *Event) bool {
	return e.Kind == EventSupplement && c.Closed != nil && !c.Closed.Before(e.ClosedSince)
}

// supplement: what the reporter adds changes nothing but in a closed case. That is open again, for its handler to
// decide; its classification stays until it is closed again, and the time for an answer begins anew.
func (c *Case) supplement(now time.Time) effects {
	if c.State != Closed {
		return effects{unasked: true}
	}
	c.State, c.Closed, c.Withdrawn, c.WroteAgain, c.Reopened = InProgress, nil, nil, nil, &now
	return effects{unasked: true, reopened: true}
}

// withdraw: the case stays open until its handler closes it. Nobody waits for the reporter any more.
func (c *Case) withdraw(now time.Time) effects {
	c.Withdrawn, c.OpenQuestions = &now, nil
	if c.State == AwaitingReporter {
		c.resumeWork()
	}
	return effects{unasked: true}
}

// acceptForward: the case comes to the unit that it was forwarded to. Where 1177 is not this gateway, its decision is
// final, even if the messages that led to it never passed here.
func (c *Case) acceptForward(e *Event) *Refusal {
	same := c.HandledBy(e.Unit)
	if !same && (e.AtPortal || e.Handler == nil) {
		return &Refusal{NotCurrentHandler}
	}
	if !same {
		c.ForwardedFrom, c.State, c.External, c.Formerly = c.Handler.Unit, Submitted, Ref{}, nil
	}
	if e.Handler != nil && (!same || routing.SameHSAID(e.Unit, c.Handler.Unit)) { // not for an id that it had before
		c.Handler = *e.Handler
	}
	if e.Facts != nil {
		c.filesByDefault(e.Facts.Attachments)
	}
	c.ForwardDue = false
	if c.State == Submitted && c.Handler.Via == routing.Inbox {
		c.State = Delivered
	}
	return nil
}

// filesByDefault: a case that comes to another unit takes files as that unit's cases do, unless somebody chose.
func (c *Case) filesByDefault(taken bool) {
	if !c.Facts.FilesChosen {
		c.Facts.Attachments = taken
	}
}

func (c *Case) status(status string) {
	switch status {
	case "RECEIVED":
		if c.State == Submitted {
			c.State = Delivered
		}
	case "IN_PROGRESS":
		c.State = InProgress
	case "AWAITING_REPORTER":
		c.State = AwaitingReporter
	}
}

func (c *Case) close(e *Event, now time.Time) *Refusal {
	before := c.Classification
	if refusal := c.classify(e); refusal != nil {
		return refusal
	}
	if c.Facts.ReplyWanted && !c.Replied && !e.HasText {
		c.Classification = before
		return &Refusal{ReplyMissing}
	}
	c.State, c.OpenQuestions, c.ForwardDue = Closed, nil, false
	c.Closed, c.Reopened = &now, nil
	return nil
}

// classify: at least one main problem and the area of activity.
func (c *Case) classify(e *Event) *Refusal {
	if e.Classification == nil || len(e.Classification.MainProblems) == 0 || e.Classification.Area == "" {
		return &Refusal{NotClassified}
	}
	was := c.Classification
	c.Classification = *e.Classification
	if c.Classification.IncidentUnit == "" && len(was.MainProblems) == 0 {
		c.Classification.IncidentUnit = was.IncidentUnit // a board set it before anybody classified
	}
	return nil
}

// forward: the handler forwards the case to another unit.
func (c *Case) forward(e *Event) *Refusal {
	if e.Handler == nil {
		return &Refusal{NotCurrentHandler}
	}
	c.ForwardedFrom, c.Formerly = c.Handler.Unit, nil
	c.Handler = *e.Handler
	c.ForwardDue = e.AtPortal && !e.SameSystem
	if e.SameSystem {
		c.filesByDefault(e.TakesFiles)
		c.State = Delivered
		return nil
	}
	c.State, c.External = Submitted, Ref{} // the id was the former system's
	return nil
}
