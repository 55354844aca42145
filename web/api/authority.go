package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"rivgate/contracts/identity"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// AuthorityState is how it stands with a reporter's right to speak for the patient.
type AuthorityState string

// The states of an authority.
const (
	AuthorityNone      AuthorityState = "none"   // nobody here has noted any
	AuthorityStated    AuthorityState = "stated" // and not checked
	AuthorityChecked   AuthorityState = "checked"
	AuthorityWithdrawn AuthorityState = "withdrawn"
)

// AuthorityView is by what right a reporter speaks for the patient. Nothing is sent to a reporter whose right is not
// checked without an update's unchecked. By, At and Note are of the step that the state comes from.
type AuthorityView struct {
	State AuthorityState `json:"state"`
	Right store.Right    `json:"right,omitempty"`
	By    string         `json:"by,omitempty"` // who; of another unit, the unit's HSA-id
	At    *time.Time     `json:"at,omitempty"`

	// What follows is not in lists.

	Claimed bool                `json:"claimed,omitempty"` // the complaint says that there is a power of attorney
	Note    string              `json:"note,omitempty"`
	Steps   []AuthorityStepView `json:"steps,omitempty"`   // all of them, oldest first, those of earlier reporters too
	Version int64               `json:"version,omitempty"` // of the desk, for a change
}

// AuthorityStepView is one step of the history of a right.
type AuthorityStepView struct {
	Step  store.DeskEventKind `json:"step"`
	Right store.Right         `json:"right,omitempty"`
	By    string              `json:"by"` // as of AuthorityView
	At    time.Time           `json:"at"`
	Note  string              `json:"note,omitempty"`
}

// FormerView is who reported a case before somebody took it over.
type FormerView struct {
	PersonView
	Until time.Time `json:"until"`
	Sees  bool      `json:"sees"` // what came before
}

// authorityView is the right of a case's reporter as it stands; nil where the reporter speaks for themselves.
func authorityView(c store.Case, a store.Authority) *AuthorityView {
	if !relay.SpeaksForAnother(c) {
		return nil
	}
	v := &AuthorityView{State: AuthorityNone, Right: a.Right}
	var step *store.AuthorityStep
	switch {
	case a.Checked != nil:
		v.State, step = AuthorityChecked, a.Checked
	case a.Ended != nil:
		v.State, v.Right, step = AuthorityWithdrawn, "", a.Ended
	case a.Stated != nil:
		v.State, step = AuthorityStated, a.Stated
	}
	if step != nil {
		v.By, v.At, v.Note = stepBy(c, *step), &step.At, step.Note
	}
	return v
}

// stepBy is who took a step: of another unit, the unit alone.
func stepBy(c store.Case, step store.AuthorityStep) string {
	if routing.SameHSAID(step.Unit, c.Handler.Unit) {
		return step.By.Name
	}
	return step.Unit
}

// handled fills in what units have done with an opened case.
func (s *Cases) handled(ctx context.Context, c store.Case, shown bool, v *CaseView) error {
	desk, err := s.Relay.Store.Desk(ctx, c.ID)
	if err != nil {
		return err
	}
	line, err := s.TimeLine(ctx, c, "")
	if err != nil {
		return err
	}
	st, err := s.Standing(ctx, c, line, shown)
	if err != nil {
		return err
	}
	v.Registration = desk.Diary
	if v.Authority = authorityView(c, st.Authority); v.Authority != nil {
		v.Authority.Version, v.Authority.Claimed = desk.Version, st.Reporter.Authority
		for _, step := range st.Authority.Steps {
			v.Authority.Steps = append(v.Authority.Steps, AuthorityStepView{
				Step: step.Kind, Right: step.Right, By: stepBy(c, step), At: step.At, Note: step.Note,
			})
		}
	}
	for _, f := range st.Former {
		v.Former = append(v.Former, FormerView{
			PersonView: PersonView{ID: f.ID, Type: f.Type, Name: f.Name, Role: f.Role}, Until: f.Until, Sees: f.Sees,
		})
	}
	return nil
}

// AuthorityChange is the body of POST /api/cases/{id}/authority.
type AuthorityChange struct {
	Step    store.DeskEventKind `json:"step"`
	Right   store.Right         `json:"right,omitempty"`
	Note    string              `json:"note,omitempty"`
	Version int64               `json:"version"` // AuthorityView.Version that it is based on
}

// authoritySteps are the steps that can be taken here.
func authoritySteps() []store.DeskEventKind {
	return []store.DeskEventKind{store.DeskStated, store.DeskAuthority, store.DeskNoAuthority, store.DeskWithdrawn}
}

func (b *AuthorityChange) check() error {
	switch {
	case !slices.Contains(authoritySteps(), b.Step):
		return shell.Invalid("step", wordAuthorityStep)
	case b.Right != "" && !slices.Contains(store.Rights(), b.Right),
		b.Right == "" && b.Step == store.DeskStated:
		return shell.Invalid("right", wordRight)
	case b.Right != "" && (b.Step == store.DeskNoAuthority || b.Step == store.DeskWithdrawn):
		return shell.Invalid("right", wordNoRight)
	case identity.Blank(b.Note) && b.Step != store.DeskNoAuthority, len([]rune(b.Note)) > casework.ReasonMost:
		return shell.Invalid("note", wordAuthorityNote)
	case b.Version < 0:
		return shell.Invalid("version", wordDeskVersion)
	}
	return nil
}

// ChangeAuthority notes that a reporter's right was stated, checked or withdrawn, or that a check was wrong: POST
// /api/cases/{id}/authority. 409 where the desk has another version.
func (s *Cases) ChangeAuthority(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	var body AuthorityChange
	if err := shell.ReadJSON(w, r, &body); err != nil {
		return err
	}
	if err := body.check(); err != nil {
		return err
	}
	c, err := s.InboxCase(ctx, r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	detail := accesslog.DetailOf("desk", "authority")
	if err := s.OpenCase(ctx, who, accesslog.Change, &c, detail); err != nil {
		return err
	}
	db, act := s.Relay.Store, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self(), Version: body.Version}
	switch body.Step {
	case store.DeskStated:
		_, err = db.StateAuthority(ctx, act, body.Right, body.Note)
	case store.DeskAuthority:
		_, err = db.CheckAuthority(ctx, act, body.Right, body.Note)
	case store.DeskNoAuthority:
		_, err = db.UncheckAuthority(ctx, act)
	case store.DeskWithdrawn:
		_, err = db.WithdrawAuthority(ctx, act, body.Note)
	}
	if err != nil {
		s.RefusedChange(ctx, who, c, detail, err)
		return err
	}
	if c, err = s.Relay.Store.Reopen(ctx, c); err != nil {
		return err
	}
	v := s.caseView(shell.Shielded(c, false), true)
	if err := s.handled(ctx, c, false, &v); err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, v)
}
