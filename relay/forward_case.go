package relay

import (
	"context"
	"encoding/json"
	"errors"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/soap"
	"rivgate/store"
)

// forwardCases sends every case that was passed on to its next handler. What fails is logged and tried again by the
// worker; the case says so until then (Case.ForwardDue). Cases with large files are given to large, and left to the
// worker; those that skip knows are left alone. skip may be nil.
func (r *Relay) forwardCases(ctx context.Context, skip func(caseID string) bool, large func(caseID string)) {
	due, err := r.Store.ForwardsDue(ctx, 100)
	if err != nil {
		if ctx.Err() == nil {
			r.Log.Error("listing cases to forward", zap.Error(err))
		}
		return
	}
	for _, c := range due {
		if skip != nil && skip(c.ID) {
			continue
		}
		switch err := r.forwardCase(ctx, c, false); {
		case errors.Is(err, errLarge):
			large(c.ID)
		case err != nil:
			r.logForwardError(ctx, c, err)
		}
	}
}

func (r *Relay) logForwardError(ctx context.Context, c store.Case, err error) {
	if ctx.Err() == nil {
		r.Log.Error("forwarding a case to its next handler", zap.String("case.id", c.ID),
			zap.String("labels.receiverid", c.Handler.Unit), zap.Error(err))
	}
}

// errLarge says that a case has large files, whose way takes a while.
var errLarge = errors.New("the case has large files")

// forwardCase sends one case to its next handler; errLarge where it has large files and these are not wanted now. The
// message's id is that of the update that passed the case on, so that two replicas, or a second try after a crash,
// cannot send it twice.
func (r *Relay) forwardCase(ctx context.Context, c store.Case, large bool) error {
	p, err := r.pendingForward(ctx, c.ID)
	if err != nil {
		return err
	}
	if p.large && !large {
		return errLarge
	}
	opened, numbers, err := r.condensed(ctx, p.opening, nil)
	if err != nil {
		return err
	}
	complaint := opened.Opening()
	if complaint == nil {
		return store.ErrNotFound
	}
	reported, err := r.reportedNow(ctx, c, *complaint)
	if err != nil {
		return err
	}
	complaint = &reported
	if p.reason, err = r.handoverReason(ctx, c, p.reason); err != nil {
		return err
	}
	files := putStandIns(p.opening, complaint.Attachments, numbers)
	m := &contracts.Message{
		ID:        contracts.II{Root: r.Instance.HSAID, Extension: p.forwarded.MessageID},
		CaseID:    &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Receiver:  c.Handler.Unit,
		Recipient: recipientOf(c),
		Forward: &contracts.Forward{
			Original: *complaint, From: contracts.OrgUnit{HSAID: c.ForwardedFrom}, Time: contracts.NewStamp(p.forwarded.At),
			Reason: p.reason,
		},
	}
	a, envelope, err := r.writeOwn(ctx, r.Instance.HSAID, ownMessage{caseID: c.ID, message: m})
	if err != nil {
		return err
	}
	a.AlreadyAccepted = true
	if len(files.files) > 0 {
		spool, err := r.spoolWithFiles(ctx, envelope, files)
		if err != nil {
			return err
		}
		defer spool.Close()
		a.Body = soap.Sized(spool.Reader(), spool.Size())
	}
	_, err = r.enterLine(ctx, a)
	var refused *contracts.Error
	if errors.As(err, &refused) && refused.SubCode == contracts.SubDuplicateContentMismatch {
		return nil // sent before, with another time stamp
	}
	return err
}

// pendingForward is what is known of a case that is to be passed on.
type pendingForward struct {
	opening   string      // id of the message that it began with
	large     bool        // which is not in memory
	forwarded store.Entry // the update that passed it on
	reason    string
}

func (r *Relay) pendingForward(ctx context.Context, caseID string) (p pendingForward, err error) {
	entries, err := r.Store.Unlogged().TimeLine(ctx, caseID)
	if err != nil {
		return p, err
	}
	for _, e := range entries {
		if !e.Applied() {
			continue
		}
		switch e.Kind {
		case store.EventComplaint, store.EventForward, store.EventNewCase:
			if p.opening == "" {
				p.opening = e.MessageID
			}
		case store.EventForwarded:
			p.forwarded = e
		}
	}
	if p.opening == "" || p.forwarded.MessageID == "" {
		return p, store.ErrNotFound
	}
	var said contracts.Message
	if err := json.Unmarshal(p.forwarded.Content, &said); err != nil {
		return p, err
	}
	if said.Update != nil {
		p.reason = said.Update.Text
	}
	opening, err := r.Store.Unlogged().Outline(ctx, p.opening)
	p.large = err == nil && len(opening.Envelope) == 0
	return p, err
}
