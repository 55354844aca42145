package relay

import (
	"bytes"
	"context"
	"errors"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/store"
)

// What a person's action may run into, beside what any message does.
var (
	ErrConflict  = errors.New("the case has changed meanwhile")
	ErrNotOurs   = errors.New("the case is not handled in this inbox")
	ErrNotPortal = errors.New("this gateway does not stand where 1177 is")
)

// Reply enters a person's update on a case into the line as a return message of the same case: HandlingUnit, ids,
// sequence number and times are filled in here. version is the Case.Version that the person saw; another one by now
// is refused with ErrConflict.
//
// Errors: *contracts.Error (what is wrong, in Swedish, with the path of the field), *routing.Error (no route or no
// permission for our own replies), store.ErrNotFound, ErrConflict, ErrNotOurs (the case is not handled in this
// inbox). Nothing is stored then.
func (r *Relay) Reply(ctx context.Context, caseID string, u contracts.Update, version int64) (store.Accepted, error) {
	m, c, err := r.replyMessage(ctx, caseID, u)
	if err != nil {
		return store.Accepted{}, err
	}
	if u.Handover != nil || u.Unchecked != nil {
		if err := r.CheckReply(ctx, caseID, u, version); err != nil { // nothing is noted of what is refused
			return store.Accepted{}, err
		}
		m.ID = contracts.II{Root: r.Instance.HSAID, Extension: r.NewID()}
		if err := r.noteReply(ctx, c, u, m.ID); err != nil {
			return store.Accepted{}, err
		}
	}
	if version == 0 && SpeaksForAnother(c) {
		version = c.Version // on which the reporter's right was judged
	}
	return r.sendOwn(ctx, r.Instance.HSAID, ownMessage{caseID: c.ID, message: m, version: version})
}

// mayAsk refuses a question in a case that nobody reads: see store.Unread.
func (r *Relay) mayAsk(ctx context.Context, c store.Case, u contracts.Update) error {
	if u.Type != contracts.Question {
		return nil
	}
	unread, err := r.Store.Unread(ctx, c)
	if err == nil && unread {
		return contracts.NobodyToAsk()
	}
	return err
}

// replyMessage is an update on a case of this inbox as a message.
func (r *Relay) replyMessage(ctx context.Context, caseID string,
	u contracts.Update,
) (*contracts.Message, store.Case, error) {
	c, err := r.Store.Unlogged().Case(ctx, caseID)
	if err == nil && c.Handler.Via != routing.Inbox {
		err = ErrNotOurs
	}
	if err == nil {
		err = r.mayHandOver(c, u)
	}
	if err == nil {
		err = r.mayReach(ctx, c, u)
	}
	if err == nil {
		err = r.mayAsk(ctx, c, u)
	}
	if err != nil {
		return nil, c, err
	}
	u.HandlingUnit = contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}
	return &contracts.Message{
		CaseID:         &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		ExternalCaseID: &contracts.II{Root: r.Instance.HSAID, Extension: c.ID},
		Receiver:       r.Portal, Update: &u,
	}, c, nil
}

// Begin enters a case that began outside 1177 (by telephone, say) at an inbox unit, as a NEW_CASE. u.HandlingUnit and
// u.NewCase must be set.
func (r *Relay) Begin(ctx context.Context, u contracts.Update) (store.Accepted, error) {
	u.Type = contracts.NewCase
	m := &contracts.Message{
		ExternalCaseID: &contracts.II{Root: r.Instance.HSAID, Extension: r.NewID()},
		Receiver:       r.Portal, Update: &u,
	}
	return r.sendOwn(ctx, r.Instance.HSAID, ownMessage{message: m})
}

// Submit enters a message as 1177 itself sends it: a new complaint (m.Complaint, m.Recipient set) or the reporter's
// answer to a question (m.Answer and m.CaseID set), or a supplement or a withdrawal (m.Supplement or m.Withdrawal,
// m.Answer.Author and m.CaseID set; the rest of the answer is filled in). Ids, times, sequence number and the
// recipient of an answer are filled in. Who sets m.ID may submit again: what was accepted under
// it, with the same content but for what is filled in, gets its first answer. Only a
// gateway that stands where 1177 is does this: else ErrNotPortal.
func (r *Relay) Submit(ctx context.Context, m *contracts.Message) (store.Accepted, error) {
	return r.SubmitFollowed(ctx, m, "")
}

// SubmitFollowed is Submit of a new complaint whose reporter gives no number, and follows the case by a code. digest is
// the code's, which is all that is kept of it.
func (r *Relay) SubmitFollowed(ctx context.Context, m *contracts.Message, digest string) (store.Accepted, error) {
	if !r.atPortal() {
		return store.Accepted{}, ErrNotPortal
	}
	if (m.Complaint == nil || m.Recipient == nil) && (m.Answer == nil || m.CaseID == nil) {
		return store.Accepted{},
			contracts.FieldMissing("complaint", "Ange ett nytt ärende med mottagare, eller ett svar på en fråga.")
	}
	before, err := r.earlierMessage(ctx, r.Portal, r.Contracts.Send(), m.ID)
	if err != nil {
		return store.Accepted{}, err
	}
	accepted, err := r.submit(ctx, *m, before, digest)
	var refused *contracts.Error
	if before == nil && m.ID != (contracts.II{}) && errors.As(err, &refused) &&
		refused.SubCode == contracts.SubDuplicateContentMismatch {
		// Perhaps the same was submitted at the same time, and filled in otherwise.
		before, looking := r.earlierMessage(ctx, r.Portal, r.Contracts.Send(), m.ID)
		switch {
		case looking != nil:
			return store.Accepted{}, looking
		case before != nil:
			return r.submit(ctx, *m, before, digest)
		}
	}
	return accepted, err
}

func (r *Relay) submit(ctx context.Context, m contracts.Message, before *contracts.Message, follow string) (
	acc store.Accepted, err error,
) {
	caseID := ""
	if m.Complaint != nil && m.Recipient != nil {
		r.completeComplaint(&m, before)
	} else if caseID, err = r.completeAnswer(ctx, &m, before); err != nil {
		return acc, err
	}
	m.Receiver = m.Recipient.Unit.HSAID
	return r.sendOwn(ctx, r.Portal, ownMessage{caseID: caseID, message: &m, earlier: before, follow: follow})
}

// completeComplaint fills in a complaint.
func (r *Relay) completeComplaint(m, before *contracts.Message) {
	m.CaseID = &contracts.II{Root: r.Portal, Extension: r.NewID()}
	complaint := *m.Complaint
	m.Complaint = &complaint
	again := before != nil && before.Complaint != nil
	if again {
		m.CaseID = before.CaseID
	}
	switch {
	case !m.Complaint.Received.IsZero():
	case again:
		m.Complaint.Received = before.Complaint.Received
	default:
		m.Complaint.Received = contracts.NewStamp(r.Now())
	}
}

// completeAnswer fills in an answer, and tells our id of its case.
func (r *Relay) completeAnswer(ctx context.Context, m, before *contracts.Message) (caseID string, err error) {
	c, err := r.Store.Unlogged().Case(ctx, m.CaseID.Extension)
	if err != nil {
		return "", err
	}
	m.CaseID = &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension}
	m.Recipient = recipientOf(c)
	if before != nil && before.Answer != nil { // another unit may have the case by now
		m.Recipient = before.Recipient
	}
	if err := r.completeUnasked(ctx, c, m, before); err != nil {
		return "", err
	}
	return c.ID, nil
}

// earlierMessage is the message that this house accepted under an id; nil where there is none.
func (r *Relay) earlierMessage(ctx context.Context, sender string, c *contracts.Contract,
	id contracts.II,
) (*contracts.Message, error) {
	if id == (contracts.II{}) {
		return nil, nil
	}
	first, found, err := r.Store.Repeat(ctx, store.Key{
		Sender: routing.Fold(sender), Contract: c.Contract, MessageID: idText(id),
	})
	if err != nil || !found {
		return nil, err
	}
	m, _, err := r.condensed(ctx, first.MessageID, nil)
	return m, err
}

// ownMessage is a message of this house that is to be numbered and written.
type ownMessage struct {
	caseID  string // ours; "" for a new case
	message *contracts.Message
	version int64              // of the case, as the person saw it; 0: any
	follow  string             // digest of the code by which the new case is followed
	earlier *contracts.Message // what was accepted under the same id: number and time are its
}

// sendOwn numbers and writes a message of this house and sends it down the line like everybody's.
func (r *Relay) sendOwn(ctx context.Context, sender string, s ownMessage) (acc store.Accepted, err error) {
	a, _, err := r.writeOwn(ctx, sender, s)
	if err != nil {
		return acc, err
	}
	return r.enterLine(ctx, a)
}

// enterLine sends a message of this house down the line.
func (r *Relay) enterLine(ctx context.Context, a arrival) (store.Accepted, error) {
	started := r.Now()
	o, err := r.line(ctx, a)
	r.respOut(o, a, o.Answer, err, r.Now().Sub(started))
	return o.Accepted, err
}

// writeOwn numbers and writes a message of this house. Its envelope is the body of what arrives.
func (r *Relay) writeOwn(ctx context.Context, sender string, s ownMessage) (a arrival, envelope []byte, err error) {
	m := s.message
	if m.ID == (contracts.II{}) {
		m.ID = contracts.II{Root: sender, Extension: r.NewID()}
	}
	m.Sequence, m.SentTime = 1, contracts.NewStamp(r.Now())
	switch {
	case s.earlier != nil:
		m.Sequence, m.SentTime = s.earlier.Sequence, s.earlier.SentTime
	case s.caseID != "":
		if m.Sequence, err = r.Store.NextSequence(ctx, s.caseID, sender); err != nil {
			return a, nil, err
		}
	}
	contract := r.Contracts.Send()
	if m.Update != nil {
		contract = r.Contracts.Return()
	}
	if envelope, err = contract.Write(m); err != nil {
		return a, nil, err
	}
	return arrival{Sender: sender, MadeHere: true, CaseVersion: s.version, FollowCode: s.follow, Call: soap.Call{
		Body: bytes.NewReader(envelope), ContentType: soap.ContentType, SOAPAction: contract.SOAPAction,
		Correlation: r.NewID(),
	}}, envelope, nil
}

func recipientOf(c store.Case) *contracts.Recipient {
	return &contracts.Recipient{
		Unit: contracts.OrgUnit{HSAID: c.Handler.Unit, Name: c.Handler.Name}, Kind: contractKind(c.Handler.Kind),
	}
}

// InInbox tells whether a unit handles its cases in an inbox here, by the route of the send contract today.
func (r *Relay) InInbox(unit string) bool {
	if r.Table() == nil {
		return false
	}
	route, err := r.sendRoute(unit)
	return err == nil && route.Via == routing.Inbox
}
