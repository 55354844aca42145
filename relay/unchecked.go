package relay

import (
	"context"
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/store"
)

// SpeaksForAnother tells whether a case is reported by somebody else than the patient.
func SpeaksForAnother(c store.Case) bool {
	return c.Facts.Role == contracts.RoleRelative || c.Facts.Role == contracts.RoleProxy
}

// reaches tells whether the reporter reads something of an update, or learns from it where the case is.
func reaches(u contracts.Update) bool {
	switch u.Type {
	case contracts.PartialReply, contracts.Question, contracts.Close, contracts.Forwarded:
		return true
	}
	return !identity.Blank(u.Text) || u.StandardReply != nil || len(u.Attachments) > 0
}

// uncheckedMost is the longest reason, in characters.
const uncheckedMost = 1000

// mayReach refuses what reaches a reporter who speaks for the patient and whose right to do so is not checked, unless a
// person says why it is sent all the same. Pages, API, commands and answers that waited all come here.
func (r *Relay) mayReach(ctx context.Context, c store.Case, u contracts.Update) error {
	unchecked, err := r.unchecked(ctx, c, u)
	switch {
	case err != nil || !unchecked:
		return err
	case u.Unchecked == nil || identity.Blank(u.Unchecked.Reason):
		return contracts.FieldMissing("unchecked/reason",
			"Anmälarens rätt att företräda patienten är inte kontrollerad. Kontrollera den, eller ange varför det "+
				"skickas ändå.")
	case len([]rune(u.Unchecked.Reason)) > uncheckedMost:
		return contracts.NotAllowed("unchecked/reason", "Skälet är för långt: högst 1000 tecken.")
	}
	return nil
}

// unchecked tells whether an update reaches a reporter whose right is not checked.
func (r *Relay) unchecked(ctx context.Context, c store.Case, u contracts.Update) (bool, error) {
	if !SpeaksForAnother(c) || !reaches(u) {
		return false, nil
	}
	a, err := r.Store.Unlogged().Authority(ctx, c.ID)
	return err == nil && a.Checked == nil, err
}

// noteReply keeps what a person says with an update and what does not go with it: to the next unit, and why the
// reporter gets it although their right is not checked. It is noted before the update leaves, and once.
func (r *Relay) noteReply(ctx context.Context, c store.Case, u contracts.Update, id contracts.II) error {
	if unchecked, err := r.unchecked(ctx, c, u); err != nil {
		return err
	} else if unchecked && u.Unchecked != nil {
		act := store.Act{
			CaseID: c.ID, Unit: c.Handler.Unit, By: store.Person{ID: u.Unchecked.ByID, Name: u.Unchecked.ByName},
		}
		err := r.Store.NoteUnchecked(ctx, act, identity.Trim(u.Unchecked.Reason), strings.ToLower(u.Type), idText(id))
		if err != nil {
			return err
		}
	}
	return r.noteHandover(ctx, c, u, id)
}

// reportedNow is a complaint with who reports the case now: a unit that takes it answers them, and nobody who reported
// it before. What the former reporter said of themselves as patient stays.
func (r *Relay) reportedNow(ctx context.Context, c store.Case, complaint contracts.Complaint) (contracts.Complaint,
	error,
) {
	all, err := r.Store.Unlogged().Reporters(ctx, c.ID)
	if err != nil || len(all) < 2 {
		return complaint, err
	}
	now, former := all[len(all)-1], complaint.Reporter
	checked := true
	if complaint.Patient == nil {
		complaint.Patient = &contracts.Patient{PersonID: &former.PersonID, Name: former.Name}
	}
	complaint.Reporter = contracts.Reporter{
		PersonID: contracts.PersonID{ID: now.ID, Type: now.Type}, Name: now.Name, Role: now.Role, Telecom: now.Telecom,
		Email: now.Email, StatedAuthority: &checked,
	}
	if now.Role == contracts.RolePatient {
		complaint.Patient, complaint.Reporter.StatedAuthority = nil, nil
	}
	return complaint, nil
}
