package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// reply sends a staged answer down the line under the message id that was chosen for it. Errors as of Reply.
func (r *Relay) reply(ctx context.Context, o store.Outgoing) error {
	var u contracts.Update
	if err := json.Unmarshal(o.Answer, &u); err != nil {
		return fmt.Errorf("reading a staged answer: %w", err)
	}
	for i := range u.Attachments {
		if i < len(o.Files) {
			u.Attachments[i].Value = o.Files[i].Value
		}
	}
	m, c, err := r.replyMessage(ctx, o.CaseID, u)
	if err != nil {
		return err
	}
	if !routing.SameHSAID(c.Handler.Unit, o.Unit) {
		return ErrNotOurs
	}
	root, extension, _ := strings.Cut(o.MessageID, "|")
	m.ID = contracts.II{Root: root, Extension: extension}
	if err := r.noteReply(ctx, c, u, m.ID); err != nil {
		return err
	}
	_, err = r.sendOwn(ctx, r.Instance.HSAID, ownMessage{caseID: c.ID, message: m, version: o.CaseVersion})
	return err
}

// CheckReply judges an answer as Reply would, and sends nothing. Errors as of Reply.
func (r *Relay) CheckReply(ctx context.Context, caseID string, u contracts.Update, version int64) error {
	m, c, err := r.replyMessage(ctx, caseID, u)
	if err != nil {
		return err
	}
	a, _, err := r.writeOwn(ctx, r.Instance.HSAID, ownMessage{caseID: c.ID, message: m, version: version})
	if err != nil {
		return err
	}
	a.DryRun = true
	j, err := r.judge(ctx, a)
	defer j.close()
	if err != nil || j.message == nil {
		return err
	}
	return atElement(contractRefusal(r.Store.Try(ctx, j.message)), j.message.Event)
}
