package relay

import (
	"context"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// Reply enters a person's update on a case into the line as a return message of the same case: HandlingUnit, ids, sequence number
// and times are filled in here. version is the Case.Version that the person saw; another one by now is refused with ErrConflict.
//
// Errors: *contracts.Error (what is wrong, in Swedish, with the path of the field), *routing.Error (no route or no permission for our own
// replies), store.ErrNotFound, ErrConflict, ErrNotOurs (the case is not handled in this inbox). Nothing is stored then.
func (r *Relay) Reply(ctx context.Context, caseID string, u contracts.Update, version int64) (store.Accepted, error) {
	panic("unbuilt")
}

// Begin enters a case that began outside 1177 (by telephone, say) at an inbox unit, as a NEW_CASE. u.HandlingUnit and u.NewCase must be set.
func (r *Relay) Begin(ctx context.Context, u contracts.Update) (store.Accepted, error) {
	panic("unbuilt")
}

// Submit enters a message as 1177 itself sends it: a new complaint (m.Complaint, m.Recipient set) or the reporter's answer to a question
// (m.Answer and m.CaseID set). Ids, times, sequence number and the recipient of an answer are filled in. Only a gateway that stands where 1177 is does this: else
// ErrNotPortal.
func (r *Relay) Submit(ctx context.Context, m *contracts.Message) (store.Accepted, error) {
	panic("unbuilt")
}

// Attachment returns file number n (from 0) of an accepted message, with its bytes. store.ErrNotFound.
func (r *Relay) Attachment(ctx context.Context, messageID string, n int) (contracts.Attachment, error) {
	panic("unbuilt")
}

// Receiver is a unit that a citizen can choose.
type Receiver struct {
	routing.Unit
	Via routing.Via `json:"-"` // not for the citizen: the flow is the same
}

// Receivers are the units that a citizen can choose now, by name or HSA-id containing q: units with a route of the send contract today, in
// regions whose patient board is registered. At most limit.
func (r *Relay) Receivers(q string, limit int) []Receiver { panic("unbuilt") }
