package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// deskVerb is something that people do with a case beside messages.
type deskVerb struct {
	needs shell.Action
	do    func(ctx context.Context, act store.Act, f *shell.Form) error // what is wrong with the form is noted in it
}

// deskVerbs are all of them, by the last part of their address.
func (s *Work) deskVerbs(who shell.Access, c store.Case) map[string]deskVerb {
	db := s.Relay.Store
	changed := func(_ store.Desk, err error) error { return err }
	return map[string]deskVerb{
		"take": {shell.WriteCase, func(ctx context.Context, act store.Act, _ *shell.Form) error {
			return changed(db.Assign(ctx, act, act.By))
		}},
		"release": {shell.AssignCase, func(ctx context.Context, act store.Act, _ *shell.Form) error {
			return changed(db.Assign(ctx, act, store.Person{}))
		}},
		"assign": {shell.AssignCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			to, err := s.colleague(ctx, c, f.Value("to"))
			if err != nil || to.ID == "" {
				f.Refuse("to", wordChooseColleague)
				return err
			}
			return changed(db.Assign(ctx, act, to))
		}},
		"park": {shell.AssignCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			until, ok := s.resumeDay(f)
			reason := f.Required("reason", wordWhyParked, casework.ReasonMost)
			if !ok || f.Failed() {
				return nil
			}
			return changed(db.Park(ctx, act, until, reason))
		}},
		"resume": {
			shell.AssignCase,
			func(ctx context.Context, act store.Act, _ *shell.Form) error { return changed(db.Unpark(ctx, act)) },
		},
		"note": {shell.WriteCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			if text := f.Required("text", wordWriteNote, casework.NoteMost); !f.Failed() {
				return db.Note(ctx, act, text)
			}
			return nil
		}},
		"given": {shell.WriteCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			how := f.Required("text", wordHowGiven, casework.ReasonMost)
			if f.Failed() {
				return nil
			}
			err := db.AnswerGiven(ctx, act, how)
			if errors.Is(err, store.ErrRead) {
				f.Refuse("text", wordReads)
				return nil
			}
			return err
		}},
		"register": {shell.WriteCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			number := f.Value("diary")
			switch fault := store.FaultOf(number); {
			case fault == store.NumberPerson:
				f.Refuse("diary", wordDiaryPerson)
				return nil
			case fault != "" && number != "":
				f.Refuse("diary", wordDiaryTooLong)
				return nil
			}
			err := changed(db.Register(ctx, act, number))
			if errors.Is(err, store.ErrDiaryTaken) {
				f.Refuse("diary", wordDiaryTaken)
				return nil
			}
			return err
		}},
		"authority": {shell.WriteCase, s.authorityVerb},
		"takeover":  {shell.WriteCase, s.takeOverVerb(c)},
		"files": {shell.WriteCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			return changed(db.SwitchFiles(ctx, act, f.Value("files") != ""))
		}},
		"protect": {shell.WriteCase, func(ctx context.Context, act store.Act, f *shell.Form) error {
			return changed(db.Protect(ctx, act, f.Value("protected") != ""))
		}},
	}
}

// DeskChange carries out what a person does with a case beside messages: POST /inbox/{id}/desk/{verb}. The form has the
// desk's version in its field "desk"; a desk that changed meanwhile changes nothing, and the page says so with what was
// typed.
func (s *Work) DeskChange(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.AssignCase|shell.ReadCase|shell.WriteCase)
	if err != nil {
		return err
	}
	name := r.PathValue("verb")
	verb, ok := s.deskVerbs(who, c)[name]
	if !ok {
		return shell.ErrNotFound
	}
	if !who.May(verb.needs, shell.OwnerOf(c)) {
		return shell.ErrRole
	}
	f, err := shell.ReadForm(w, r, name)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Value("desk"), 10, 64)
	if err != nil || version < 0 {
		return shell.ErrForm
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Change, &c, accesslog.DetailOf("desk", name)); err != nil {
		return err
	}
	verb = s.deskVerbs(who, c)[name] // which now knows whom the case is about
	// a form that was opened at the unit before changes nothing
	act := store.Act{CaseID: c.ID, Unit: cmp.Or(f.Value("unit"), c.Handler.Unit), By: who.Self(), Version: version}
	if !f.Failed() {
		err = verb.do(r.Context(), act, f)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, backFrom(f, c, name, who), http.StatusSeeOther)
		return nil
	}
	s.RefusedChange(r.Context(), who, c, accesslog.DetailOf("desk", name), refusedForm(err))
	if !casework.TakeDesk(f, err) {
		return err
	}
	anyOf := shell.AssignCase | shell.ReadCase | shell.WriteCase
	if _, err = s.InboxCase(r.Context(), c.ID, who, anyOf); err != nil { // it may have left meanwhile
		return err
	}
	if c, err = s.Relay.Store.Reopen(r.Context(), c); err != nil {
		return err
	}
	if !who.May(shell.ReadCase, shell.OwnerOf(c)) {
		return s.showDesk(w, r, who, c, f)
	}
	return s.showCase(w, r, who, c, name, f)
}

// refusedForm is what the access log says of a change that was not carried out: the form was wrong, or somebody was
// quicker.
func refusedForm(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return shell.ErrConflict
	}
	return shell.ErrForm
}

// backFrom is where a person stands after a change: on the case, or in the list that the button stood in.
func backFrom(f *shell.Form, c store.Case, verb string, who shell.Access) string {
	if back, err := url.Parse(f.Value("back")); err == nil && back.Path == "/inbox" {
		chosen := back.Query()
		chosen.Del("done")
		return shell.Link("/inbox?{}&done={}", chosen, verb)
	}
	if !who.May(shell.ReadCase, shell.OwnerOf(c)) {
		return shell.Link("/inbox/{}/desk?done={}", c.ID, verb)
	}
	return shell.Link("/inbox/{}?done={}", c.ID, verb)
}

// resumeDay is the day on which a parked case is taken up again: tomorrow at the earliest, within two years.
func (s *Work) resumeDay(f *shell.Form) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, f.Value("until"), routing.Stockholm())
	now := s.Clock()
	switch {
	case err != nil:
		f.Refuse("until", wordWhenResumed)
	case !day.After(now) || day.After(now.AddDate(2, 0, 0)):
		f.Refuse("until", wordResumeRange)
	default:
		return day, true
	}
	return time.Time{}, false
}

// parkDay is the day that the form proposes: 30 days ahead.
func (s *Cases) parkDay() string {
	return shell.Swedish(s.Clock()).AddDate(0, 0, 30).Format(time.DateOnly)
}

// colleagues are those who can be given a case: they may write in it, or assign it.
func (s *Cases) colleagues(ctx context.Context, c store.Case) ([]store.Person, error) {
	accounts, err := s.Relay.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []store.Person
	for _, a := range accounts {
		if who := shell.AccountAccess(a); s.Welcome(a) && who.May(shell.WriteCase, shell.OwnerOf(c)) {
			out = append(out, who.Self())
		}
	}
	slices.SortFunc(out, func(a, b store.Person) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// colleague is one of them by id; the zero Person for nobody.
func (s *Work) colleague(ctx context.Context, c store.Case, id string) (store.Person, error) {
	all, err := s.colleagues(ctx, c)
	for _, p := range all {
		if p.ID == id {
			return p, err
		}
	}
	return store.Person{}, err
}
