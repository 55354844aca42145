package relay

import (
	"cmp"
	"context"
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
)

// Crosses tells whether handing a case over to a unit needs a ground: it leads from one kind of unit to another (care,
// patient board, what is no care), or from a unit that is no care, where the reporter chose none and is asked. A unit
// that the catalogue does not know counts as care.
func (r *Relay) Crosses(from store.Handler, unit string) bool {
	kind := routing.CareUnit
	if table := r.Table(); table != nil {
		if known, found := table.Unit(unit); found {
			kind = known.Kind
		}
	}
	return from.Kind == routing.Other || kind != cmp.Or(from.Kind, routing.CareUnit)
}

// mayHandOver refuses a handover that crosses without a ground: secrecy holds between care and patient board, and the
// reporter's choice is noted where they chose neither.
// Pages, API and commands all come here.
func (r *Relay) mayHandOver(c store.Case, u contracts.Update) error {
	if u.Type != contracts.Forwarded || u.NewRecipient == nil || !r.Crosses(c.Handler, u.NewRecipient.HSAID) {
		return nil
	}
	if u.Handover != nil && !identity.Blank(u.Handover.Ground) {
		return nil
	}
	return contracts.FieldMissing("handover/ground",
		"Ärendet går mellan vården, patientnämnden eller en övrig funktion. Ange grunden: vem som har samtyckt eller "+
			"valt enheten, när och hur, eller en annan grund.")
}

// staysInInbox refuses a case whose reporter gave no number on its way to any place but an inbox. path is where the
// message names the unit.
func staysInInbox(reporterType string, via routing.Via, path string) error {
	if reporterType == contracts.TypeUnnumbered && via != routing.Inbox {
		return contracts.OnlyInInbox(path)
	}
	return nil
}

// noteHandover keeps what is said to the next unit, before the case leaves. The message's id makes a second try note
// it once.
func (r *Relay) noteHandover(ctx context.Context, c store.Case, u contracts.Update, id contracts.II) error {
	h := u.Handover
	if u.Type != contracts.Forwarded || u.NewRecipient == nil || h == nil ||
		identity.Blank(h.Ground) && identity.Blank(h.Note) {
		return nil
	}
	act := store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: store.Person{ID: h.ByID, Name: h.ByName}}
	return r.Store.NoteHandover(ctx, act, store.Handover{
		ToUnit: u.NewRecipient.HSAID, ToName: u.NewRecipient.Name, Ground: identity.Trim(h.Ground),
		Note: identity.Trim(h.Note), MessageID: idText(id),
	})
}

// handoverReason is what goes with a case to the system that takes it: the words for the reporter, the internal note,
// and the ground.
func (r *Relay) handoverReason(ctx context.Context, c store.Case, reason string) (string, error) {
	events, err := r.Store.Unlogged().DeskEvents(ctx, c.ID, []string{c.ForwardedFrom})
	if err != nil || c.Handler.Via == routing.Inbox {
		return reason, err // an inbox reads the note itself
	}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		if e.Kind != store.DeskHandover || !c.HandledBy(e.ToUnit) {
			continue
		}
		parts := []string{reason, e.Text}
		if e.Ground != "" {
			parts = append(parts, "Grund för överlämnandet: "+e.Ground)
		}
		return strings.Trim(strings.Join(parts, "\n\n"), "\n"), nil
	}
	return reason, nil
}
