package relay

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/store"
)

// forwardCases sends every case that was passed on to its next handler. What fails is logged and tried again by the worker; the case says
// so until then (Case.ForwardDue).
func (r *Relay) forwardCases(ctx context.Context) {
	due, err := r.Store.ForwardsDue(ctx, 100)
	if err != nil {
		if ctx.Err() == nil {
			r.Log.Error("listing cases to forward", zap.Error(err))
		}
		return
	}
	for _, c := range due {
		if err := r.pass(ctx, c); err != nil && ctx.Err() == nil {
			r.Log.Error("forwarding a case to its next handler", zap.String("case.id", c.ID), zap.String("labels.receiverid", c.Handler.Unit),
				zap.Error(err))
		}
	}
}

// pass sends one case to its next handler. The message's id is that of the update that passed the case on, so that two
// replicas, or a second try after a crash, cannot send it twice.
func (r *Relay) pass(ctx context.Context, c store.Case) error {
	complaint, forwarded, reason, err := r.original(ctx, c.ID)
	if err != nil {
		return err
	}
	m := &contracts.Message{
		ID:        contracts.II{Root: r.Instance.HSAID, Extension: forwarded.MessageID},
		CaseID:    &contracts.II{Root: c.Ref.Root, Extension: c.Ref.Extension},
		Receiver:  c.Handler.Unit,
		Recipient: recipientOf(c),
		Forward: &contracts.Forward{
			Original: *complaint, From: contracts.OrgUnit{HSAID: c.ForwardedFrom}, Time: contracts.NewStamp(forwarded.At), Reason: reason,
		},
	}
	_, err = r.say(ctx, r.Instance.HSAID, c.ID, m, 0)
	var refused *contracts.Error
	if errors.As(err, &refused) && refused.SubCode == contracts.SubDuplicateContentMismatch {
		return nil // sent before, with another time stamp
	}
	return err
}
