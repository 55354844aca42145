package casework

import (
	"context"
	"fmt"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// Standing is who writes about whom in a case, by what right, and whether that was checked.
type Standing struct {
	Reporter  Person
	Patient   *Person // nil: the reporter
	Former    []FormerReporter
	Authority store.Authority
	Another   bool   // the reporter speaks for the patient
	Right     string // by what right, in words
	Unchecked bool   // nothing goes to the reporter without a reason
	Check     string // how it stands with the check, in a sentence
	Steps     []AuthorityStep
}

// FormerReporter is who reported a case before somebody took it over.
type FormerReporter struct {
	Person
	Until time.Time
	Sees  bool // what came before
}

// AuthorityStep is one step of the history of a right.
type AuthorityStep struct {
	Title, By, Note string // By: the person, or of another unit the unit
	At              time.Time
}

// Standing reads who writes about whom in an opened case. line is its time line; a protected identity is in it only
// where it is shown.
func (s *Base) Standing(ctx context.Context, c store.Case, line []Event, shown bool) (st Standing, err error) {
	st.Reporter, st.Patient = People(c, line, shown)
	if st.Authority, err = s.Relay.Store.Authority(ctx, c); err != nil {
		return st, err
	}
	all, err := s.Relay.Store.Reporters(ctx, c)
	if err != nil {
		return st, err
	}
	st.takenOver(all, c.Protected && !shown)
	st.Another = relay.SpeaksForAnother(c)
	st.Unchecked = st.Another && st.Authority.Checked == nil
	if st.Another {
		st.Right, st.Check = st.right(), s.checkWord(st, c)
	}
	for _, step := range st.Authority.Steps {
		st.Steps = append(st.Steps, AuthorityStep{
			Title: stepWord(step), By: s.stepBy(c, step), Note: step.Note, At: step.At,
		})
	}
	return st, nil
}

// takenOver puts those who took the case over in the place of who began it.
func (st *Standing) takenOver(all []store.Reporter, hidden bool) {
	if len(all) < 2 {
		return
	}
	for i, r := range all {
		p := Person{
			PersonID: contracts.PersonID{ID: r.ID, Type: r.Type}, Name: r.Name, Role: r.Role, Telecom: r.Telecom,
			Email: r.Email,
		}
		if hidden {
			p = Person{Name: shell.HiddenPerson, Role: r.Role}
		}
		if i == len(all)-1 {
			st.Reporter = p
		} else {
			st.Former = append(st.Former, FormerReporter{p, r.Until, r.Sees})
		}
	}
}

// right is by what right the reporter speaks for the patient.
func (st *Standing) right() string {
	switch {
	case st.Authority.Ended != nil:
		return wordRightEnded
	case st.Authority.Right != "":
		return RightWord(st.Authority.Right)
	case st.Reporter.Authority:
		return wordRightStated
	}
	return wordRightNone
}

// checkWord says whether a right was checked, by whom, when and how.
func (s *Base) checkWord(st Standing, c store.Case) string {
	step, words := st.Authority.Checked, wordRightChecked
	if step == nil {
		step, words = st.Authority.Ended, wordRightWithdrawn
	}
	if step == nil {
		return wordRightUnchecked
	}
	text := fmt.Sprintf(words, s.stepBy(c, *step), shell.Day(step.At, s.Clock()))
	if step.Note != "" {
		text += ": " + step.Note
	}
	return text
}

// stepBy is who took a step: of another unit, the unit alone.
func (s *Base) stepBy(c store.Case, step store.AuthorityStep) string {
	if routing.SameHSAID(step.Unit, c.Handler.Unit) {
		return step.By.Name
	}
	return s.Named(contracts.OrgUnit{HSAID: step.Unit})
}

// IdentityIn is the identity in a field of a form, and in the field of a region's OID beside it. What is wrong with it
// is noted in the form.
func (s *Base) IdentityIn(f *shell.Form, field string) contracts.PersonID {
	p := s.person(f, field)
	if f.Error(field) != "" || f.Error(field+"oid") != "" {
		return p
	}
	if refused := contracts.CheckIdentity(p, field); refused != nil {
		f.Take(refused, []shell.Place{{Path: field, Field: field}})
	}
	return p
}

// writers are who has a part in a case, for telling who wrote what.
type writers struct {
	shown     store.Case // as it may be shown
	whole     store.Case
	reporters []store.Reporter
}

// writers of an opened case.
func (s *Base) writers(ctx context.Context, c store.Case) (w writers, err error) {
	w = writers{shown: c, whole: c}
	if c.Protected { // its numbers may be left out
		if w.whole, err = s.Relay.Store.Reopen(ctx, c); err != nil {
			return w, err
		}
	}
	w.reporters, err = s.Relay.Store.Reporters(ctx, c)
	return w, err
}

// wrote fills in who wrote a complaint or an answer. Somebody who has no part in the case stands there under their own
// number, and the message is marked.
func (w writers) wrote(e *Event, author contracts.PersonID) {
	f, hidden := w.whole.Facts, w.whole.Facts.ReporterName != w.shown.Facts.ReporterName
	e.Author = identity.Key(author.ID)
	e.From = reporterName(w.shown)
	if author.ID == "" || identity.Same(author.ID, f.ReporterID) {
		return
	}
	for _, r := range w.reporters {
		if identity.Same(author.ID, r.ID) {
			e.From = formerName(r, hidden)
			return
		}
	}
	if identity.Same(author.ID, f.PatientID) {
		e.From = wordPatient
		if e.Kind == store.EventAnswer {
			e.Title = wordFromPatient
		}
		if name := w.shown.Facts.PatientName; name != "" {
			e.From = name
		}
		return
	}
	e.Worry, e.Stranger, e.From = true, true, wordStranger
	if e.Kind == store.EventAnswer {
		e.Title = wordFromStranger
	}
	if !hidden {
		e.From += ", " + author.Print()
	}
}

func formerName(r store.Reporter, hidden bool) string {
	switch {
	case hidden:
		return fmt.Sprintf(wordFormer, shell.HiddenPerson)
	case r.Name == "":
		return fmt.Sprintf(wordFormer, wordReporter)
	}
	return fmt.Sprintf(wordFormer, r.Name)
}
