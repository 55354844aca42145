package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// ownSince are somebody's own messages of a case since the version that their page shows. ok tells whether nobody else
// has changed the case since: then they may go on from the page that they have. A message that came out of order may
// have changed the case at any time, so then it is not known.
func (s *Cases) ownSince(ctx context.Context, who shell.Access, c store.Case,
	version int64,
) (own []store.Entry, ok bool, err error) {
	changes := int(c.Version - version)
	if changes <= 0 || who.User == "" {
		return nil, changes == 0, nil
	}
	entries, err := s.Relay.Store.Unlogged().TimeLine(ctx, c.ID)
	if err != nil || changes > len(entries) {
		return nil, false, err
	}
	acts, err := s.Relay.Store.Unlogged().DeskEvents(ctx, c.ID, []string{c.Handler.Unit})
	if err != nil {
		return nil, false, err
	}
	mine := map[string]bool{}
	for _, act := range acts {
		mine[act.MessageID] = act.Kind == store.DeskSent && act.By.ID == who.User
	}
	since := entries[len(entries)-changes].At
	ok = !slices.ContainsFunc(acts, func(act store.DeskEvent) bool { return changesCase(act) && !act.At.Before(since) })
	for i, e := range entries {
		switch {
		case e.Late || e.Place == store.PlaceHeld:
			ok = false
		case i < len(entries)-changes:
		case mine[e.Key.MessageID]:
			own = append(own, e)
		default:
			ok = false
		}
	}
	return own, ok, nil
}

// changesCase tells whether something that was done at a desk may have changed the version of its case, as a message
// does.
func changesCase(act store.DeskEvent) bool {
	switch act.Kind {
	case store.DeskPlace, store.DeskStated, store.DeskNoAuthority, store.DeskWithdrawn, store.DeskTakenOver:
		return true
	}
	return false
}

// seenVersion is the version of a case that somebody acts on: that of their page, or the present one where they alone
// have changed the case since.
func (s *Work) seenVersion(ctx context.Context, who shell.Access, c store.Case, version int64) (int64, error) {
	_, ok, err := s.ownSince(ctx, who, c, version)
	if ok {
		version = c.Version
	}
	return version, err
}

// repeated tells whether an answer is one that the same person has just sent: by a second click, or by the back button.
// It waits, or it has left since their page was opened. What it would have become a draft of is gone then.
func (s *Work) repeated(ctx context.Context, who shell.Access, c store.Case, f *shell.Form, d store.Draft,
	u contracts.Update, own []store.Entry,
) (repeat, staged bool, err error) {
	waiting, err := s.Relay.Store.Outgoings(ctx, c)
	if err != nil {
		return false, false, err
	}
	for _, o := range waiting {
		same := o.State == store.OutgoingWaiting && o.By.ID == who.User && o.Form == f.Name &&
			len(o.Files) == len(u.Attachments)
		staged = staged || same && bytes.Equal(compact(o.Draft), compact(draftBody(f)))
	}
	repeat = staged
	for _, e := range own {
		var m contracts.Message
		if err := json.Unmarshal(e.Content, &m); err != nil {
			return false, false, fmt.Errorf("reading content of message %s: %w", e.MessageID, err)
		}
		repeat = repeat ||
			m.Update != nil && m.Update.Type == u.Type && m.Update.Text == u.Text &&
				len(m.Update.Attachments) == len(u.Attachments)
	}
	if repeat && d.ID != "" {
		err = s.Relay.Store.DropDraft(ctx, d.ID)
	}
	return repeat, staged, err
}

// compact is JSON as any store gives it back.
func compact(b json.RawMessage) []byte {
	var v any
	if json.Unmarshal(b, &v) != nil {
		return b
	}
	out, err := json.Marshal(v)
	if err != nil {
		return b
	}
	return out
}

// sentNow lets somebody's answer that can still be taken back leave at once, since they go on with the next one, and
// tells on which version of the case that is based.
func (s *Work) sentNow(ctx context.Context, who shell.Access, c store.Case, version int64) (int64, error) {
	if err := s.Later.SendNow(ctx, c.ID, c.Handler.Unit, who.Self()); err != nil {
		return version, err
	}
	now, err := s.Relay.Store.Head(ctx, c.ID)
	if err != nil {
		return version, err
	}
	return s.seenVersion(ctx, who, now, version)
}

// leftNotice is an answer that left while its page was open.
type leftNotice struct {
	ID      string
	Word    string // of the form
	State   string // where it is, in words
	Arrived bool
	Worry   bool
}

// leftNotices say of somebody's own answers since their page was opened that they left, and then that they arrived.
func (s *Cases) leftNotices(ctx context.Context, c store.Case, own []store.Entry) (out []leftNotice, err error) {
	if len(own) == 0 {
		return nil, nil
	}
	rows, err := s.Relay.Store.Deliveries(ctx, store.DeliveryFilter{Case: c.ID, Limit: 500})
	if err != nil {
		return nil, err
	}
	deliveries := map[string]store.DeliveryRow{}
	for _, row := range rows {
		deliveries[row.ID] = row
	}
	unread, err := s.Relay.Store.Unread(ctx, c)
	if err != nil {
		return nil, err
	}
	for _, e := range own {
		row, queued := deliveries[e.MessageID]
		one := leftNotice{
			ID: e.MessageID, Word: casework.EventWord(e.Kind),
			Arrived: e.Place == store.PlaceMailbox || e.Place == store.PlaceDelivered,
		}
		one.State, one.Worry = s.Whereabouts(e, row, queued, unread)
		out = append(out, one)
	}
	return out, nil
}
