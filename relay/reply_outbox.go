package relay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// ReplyOutbox lets a person's answers leave a few seconds after they were sent off, so that they can be taken back.
// They wait in the store: nothing is lost with the process, and any replica sends what is due.
type ReplyOutbox struct {
	Relay *Relay
	Delay time.Duration // 0: answers leave at once, and are never staged
	Lease time.Duration // how long one attempt may take before another replica makes it again. Default 30 s

	staged chan struct{}
}

// NewReplyOutbox makes a Later whose runner hears of every answer that is staged in this process.
func NewReplyOutbox(r *Relay, delay time.Duration) *ReplyOutbox {
	return &ReplyOutbox{Relay: r, Delay: delay, staged: make(chan struct{}, 1)}
}

// StagedReply is a person's answer to a case.
type StagedReply struct {
	CaseID  string // ours
	Unit    string // HSA-id of the unit for which the person acts
	By      store.Person
	Form    string           // the form that it was written in: store.Draft.Form
	Draft   json.RawMessage  // what was typed, for the draft that the answer becomes when it is taken back
	Update  contracts.Update // attachments with their bytes
	Version int64            // store.Case.Version that the person saw
}

// Stage judges an answer as Relay.Reply would, and stages it. What is wrong is told at once, as by Reply; what is
// right leaves after Delay. store.ErrStaged while another answer of the case waits. The draft that it was written in
// is gone then. Where Delay is 0 the answer has left already: the Outgoing has no ID.
func (l *ReplyOutbox) Stage(ctx context.Context, s StagedReply) (store.Outgoing, error) {
	id := contracts.II{Root: l.Relay.Instance.HSAID, Extension: l.Relay.NewID()}
	o := store.Outgoing{
		CaseID: s.CaseID, Unit: s.Unit, By: s.By, Form: s.Form, Draft: s.Draft, MessageID: idText(id), CaseVersion: s.Version,
		Due: l.Relay.Store.Now().Add(l.Delay),
	}
	var err error
	if o.Answer, err = json.Marshal(s.Update); err != nil {
		return o, err
	}
	for _, a := range s.Update.Attachments {
		o.Files = append(o.Files, store.File{Name: a.FileName, MediaType: a.MediaType, SHA256: a.SHA256, Value: a.Value})
	}
	if l.Delay > 0 {
		if err := l.Relay.CheckReply(ctx, s.CaseID, s.Update, s.Version); err != nil {
			return o, err
		}
	}
	staged, err := l.Relay.Store.Stage(ctx, o, l.leaseAtOnce())
	if errors.Is(err, store.ErrConflict) {
		err = ErrConflict
	}
	if err != nil {
		return o, err
	}
	if l.Delay > 0 {
		l.ring()
		return staged, nil
	}
	return l.sendAtOnce(ctx, staged)
}

// leaseAtOnce is the lease of an answer that is sent at once by who stages it.
func (l *ReplyOutbox) leaseAtOnce() time.Duration {
	if l.Delay > 0 {
		return 0
	}
	return l.lease()
}

func (l *ReplyOutbox) lease() time.Duration { return cmp.Or(l.Lease, 30*time.Second) }

// sendAtOnce sends an answer that nobody can take back. What the line refuses is a draft again.
func (l *ReplyOutbox) sendAtOnce(ctx context.Context, o store.Outgoing) (store.Outgoing, error) {
	ctx = context.WithoutCancel(ctx)
	err := l.Relay.reply(ctx, o)
	if err == nil {
		err = l.Relay.Store.Sent(ctx, o)
	} else if _, retracting := l.Relay.Store.Retract(ctx, o); retracting != nil {
		l.Relay.Log.Error("making a draft of an answer again", zap.Error(retracting))
	}
	o.ID = ""
	return o, err
}

func (l *ReplyOutbox) ring() {
	select {
	case l.staged <- struct{}{}:
	default:
	}
}

// Undo makes a draft of an answer again, by anybody of the unit: of one that waits, or of one that the line refused.
// store.ErrLeft when it is too late.
func (l *ReplyOutbox) Undo(ctx context.Context, id, unit string, by store.Person) (store.Draft, error) {
	return l.Relay.Store.Undo(ctx, id, unit, by)
}

// SendNow lets somebody's answer to a case leave before its time, which nobody can take back then, and sends what is
// due. It is no error where none waits.
func (l *ReplyOutbox) SendNow(ctx context.Context, caseID, unit string, by store.Person) error {
	hurried, err := l.Relay.Store.HurryOutgoing(ctx, caseID, unit, by)
	for more := hurried; more && err == nil; {
		more, err = l.SendDue(ctx)
	}
	return err
}

// Run sends what is due until ctx ends.
func (l *ReplyOutbox) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		timer := time.NewTimer(l.round(ctx))
		select {
		case <-ctx.Done():
		case <-l.staged:
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Waits of the runner: at most, between looks for answers that other replicas have staged and left behind; and at
// least.
const (
	maxOutboxWait = 2 * time.Second
	minOutboxWait = 20 * time.Millisecond
)

// round sends all that is due, and says how long to sleep.
func (l *ReplyOutbox) round(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		more, err := l.SendDue(ctx)
		if err != nil && ctx.Err() == nil {
			l.Relay.Log.Error("sending staged answers", zap.Error(err))
			return maxOutboxWait
		}
		if !more {
			break
		}
	}
	next, err := l.Relay.Store.NextOutgoing(ctx)
	if err != nil || next.IsZero() {
		return maxOutboxWait
	}
	return min(max(next.Sub(l.Relay.Store.Now()), minOutboxWait), maxOutboxWait)
}

// SendDue sends one answer that is due, and tells whether there was one.
func (l *ReplyOutbox) SendDue(ctx context.Context) (bool, error) {
	ctx = context.WithoutCancel(ctx) // what was claimed is brought to its end
	o, err := l.Relay.Store.ClaimOutgoing(ctx, l.lease())
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, l.send(ctx, o)
}

// send sends a claimed answer, unless a former attempt did so before its process died, and brings it to its end.
func (l *ReplyOutbox) send(ctx context.Context, o store.Outgoing) error {
	if gone, err := l.finishIfAccepted(ctx, o); gone || err != nil {
		return err
	}
	err := l.Relay.reply(ctx, o)
	if err == nil {
		return l.Relay.Store.Sent(ctx, o)
	}
	if gone, looking := l.finishIfAccepted(ctx, o); gone || looking != nil { // by another, meanwhile
		return looking
	}
	if reason := reasonOf(err); !reason.IsZero() {
		return l.Relay.Store.Refused(ctx, o, reason)
	}
	l.Relay.Log.Error("sending a staged answer", zap.Error(err))
	return l.Relay.Store.Postpone(ctx, o, backoff(o.Attempts))
}

// finishIfAccepted tells whether an answer was accepted already; then it is brought to its end.
func (l *ReplyOutbox) finishIfAccepted(ctx context.Context, o store.Outgoing) (bool, error) {
	key := store.Key{Sender: l.Relay.Instance.HSAID, Contract: l.Relay.Contracts.Return().Contract, MessageID: o.MessageID}
	_, found, err := l.Relay.Store.Repeat(ctx, key)
	if err != nil || !found {
		return false, err
	}
	return true, l.Relay.Store.Sent(ctx, o)
}

// backoff is how long an answer waits after so many attempts that failed for a reason of our own.
func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts, 6), time.Minute)
}

// The codes of why the line did not take an answer.
const (
	UnsentContract = "contract" // values: sub code, class of the offence against the schema, and path of contracts.Error
	UnsentChanged  = "case-changed"
	UnsentGone     = "case-gone"
	UnsentNoRoute  = "no-route" // value: the code of the platform
)

// UnsentWords are those codes, each with its words in English.
func UnsentWords() map[string]string {
	return map[string]string{
		UnsentContract: "the contract does not allow the answer: {1} {2} {3}",
		UnsentChanged:  "the case changed before the answer was sent",
		UnsentGone:     "the unit does not have the case any more",
		UnsentNoRoute:  "the catalogue has no route to 1177 now ({1})",
	}
}

// reasonOf is why the line did not take an answer, for its writer; none where the line could not tell, and the next
// attempt may.
func reasonOf(err error) routing.Fact {
	var contract *contracts.Error
	var platform *routing.Error
	switch {
	case errors.As(err, &contract):
		return routing.NewFact(UnsentContract, contract.SubCode, string(contract.Class), contract.Path)
	case errors.Is(err, ErrConflict):
		return routing.NewFact(UnsentChanged)
	case errors.Is(err, ErrNotOurs), errors.Is(err, store.ErrNotFound):
		return routing.NewFact(UnsentGone)
	case errors.As(err, &platform):
		return routing.NewFact(UnsentNoRoute, string(platform.Code))
	}
	return routing.Fact{}
}
