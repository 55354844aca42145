package desk

import (
	"context"
	"errors"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// authorityVerb notes by what right the reporter speaks for the patient, that it was checked, that a check was wrong,
// or that the right has ended.
func (s *Work) authorityVerb(ctx context.Context, act store.Act, f *shell.Form) (err error) {
	db := s.Relay.Store
	if f.Value("undo") != "" {
		_, err = db.UncheckAuthority(ctx, act)
		return err
	}
	right := store.Right("")
	if typed := f.Value("right"); typed != "" {
		if right, err = typedRight(f); err != nil {
			return err
		}
	}
	missing := wordHowAuthority
	switch f.Value("do") {
	case "state":
		missing = wordHowStated
	case "end":
		missing = wordHowEnded
	}
	note := f.Required("note", missing, casework.ReasonMost)
	if f.Value("do") == "state" && right == "" {
		f.Refuse("right", wordWhichRight)
	}
	switch {
	case f.Failed():
		return nil
	case f.Value("do") == "state":
		_, err = db.StateAuthority(ctx, act, right, note)
	case f.Value("do") == "end":
		_, err = db.WithdrawAuthority(ctx, act, note)
	default:
		_, err = db.CheckAuthority(ctx, act, right, note)
	}
	return err
}

// typedRight is the right that was chosen.
func typedRight(f *shell.Form) (store.Right, error) {
	for _, r := range store.Rights() {
		if f.Value("right") == string(r) {
			return r, nil
		}
	}
	return "", shell.ErrForm
}

// ownRight among the rights that are chosen from stands for the patient, who takes their case over themselves.
const ownRight = "own"

// takeOverVerb makes somebody else the reporter. Only where 1177 is here does that mean anything: elsewhere 1177
// decides whose mailbox the case is in, and the contract has no message for it.
func (s *Work) takeOverVerb(c store.Case) func(ctx context.Context, act store.Act, f *shell.Form) error {
	return func(ctx context.Context, act store.Act, f *shell.Form) error {
		if !s.AtPortal() {
			return shell.ErrNotPortal
		}
		over, err := s.typedTakeOver(c, f)
		if err != nil || f.Failed() {
			return err
		}
		_, err = s.Relay.Store.TakeOver(ctx, act, over)
		if errors.Is(err, store.ErrSameReporter) {
			f.Refuse("reporter", wordSameReporter)
			return nil
		}
		if errors.Is(err, store.ErrUnnumbered) {
			f.Refuse("reporter", wordUnnumbered)
			return nil
		}
		return err
	}
}

// typedTakeOver is who takes the case over, as it was typed; what is missing is noted in the form.
func (s *Work) typedTakeOver(c store.Case, f *shell.Form) (over store.TakeOver, err error) {
	if f.Value("reporter") == "" {
		f.Refuse("reporter", wordNewReporter)
	}
	id := contracts.PersonID{}
	if !f.Failed() {
		id = s.IdentityIn(f, "reporter")
	}
	over.Reporter = store.Reporter{
		ID: id.ID, Type: id.Type, Role: contracts.RoleProxy, Name: f.Required("name", wordNewName, casework.DiaryMost),
		Telecom: f.Value("phone"), Email: f.Value("email"),
	}
	patient := c.Facts.PatientID != "" && identity.Same(id.ID, c.Facts.PatientID)
	switch f.Value("right") {
	case "":
		f.Refuse("right", wordWhichRight)
	case ownRight:
		over.Role = contracts.RolePatient
		if c.Facts.PatientID != "" && !patient {
			f.Refuse("reporter", wordNotPatient)
		}
	default:
		if over.Right, err = typedRight(f); patient {
			f.Refuse("right", wordIsPatient)
		}
	}
	over.Note = f.Required("note", wordHowAuthority, casework.ReasonMost)
	switch f.Value("former") {
	case "sees":
		over.FormerSees = true
	case "ends":
	default:
		f.Refuse("former", wordFormerView)
	}
	return over, err
}

// rightChoice is a right that can be chosen.
type rightChoice struct {
	Value store.Right
	Word  string
}

// Rights are the rights that can be chosen.
func (p casePage) Rights() []rightChoice {
	var out []rightChoice
	for _, r := range store.Rights() {
		out = append(out, rightChoice{r, casework.RightWord(r)})
	}
	return out
}

// stepsPart is the history of a right, and what time it is.
type stepsPart struct {
	Steps []casework.AuthorityStep
	Now   time.Time
}

func newStepsPart(st casework.Standing, now time.Time) stepsPart { return stepsPart{st.Steps, now} }

// TakenOver tells whether a case can be taken over from this page. One without a number belongs to nobody.
func (p casePage) TakenOver() bool { return p.Portal && !p.Closed && !p.Case.Facts.Unnumbered() }
