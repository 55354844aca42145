package web

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
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/store"
)

// Bounds of what is typed at a desk, in characters.
const (
	noteMost   = 20000
	reasonMost = 1000
	diaryMost  = 100
)

// deskVerb is something that people do with a case beside messages.
type deskVerb struct {
	needs Action
	do    func(ctx context.Context, act store.Act, f *form) error // what is wrong with the form is noted in it
}

// deskVerbs are all of them, by the last part of their address.
func (s *Site) deskVerbs(who access, c store.Case) map[string]deskVerb {
	db := s.Relay.Store
	changed := func(_ store.Desk, err error) error { return err }
	return map[string]deskVerb{
		"take": {WriteCase, func(ctx context.Context, act store.Act, _ *form) error { return changed(db.Assign(ctx, act, act.By)) }},
		"release": {AssignCase, func(ctx context.Context, act store.Act, _ *form) error {
			return changed(db.Assign(ctx, act, store.Person{}))
		}},
		"assign": {AssignCase, func(ctx context.Context, act store.Act, f *form) error {
			to, err := s.colleague(ctx, c, f.Value("to"))
			if err != nil || to.ID == "" {
				f.refuse("to", "Välj en kollega som har behörighet till enheten.")
				return err
			}
			return changed(db.Assign(ctx, act, to))
		}},
		"park": {AssignCase, func(ctx context.Context, act store.Act, f *form) error {
			until, ok := s.resumeDay(f)
			reason := f.required("reason", "Skriv varför ärendet parkeras.", reasonMost)
			if !ok || f.Failed() {
				return nil
			}
			return changed(db.Park(ctx, act, until, reason))
		}},
		"resume": {AssignCase, func(ctx context.Context, act store.Act, _ *form) error { return changed(db.Unpark(ctx, act)) }},
		"note": {ReadCase, func(ctx context.Context, act store.Act, f *form) error {
			if text := f.required("text", "Skriv anteckningen.", noteMost); !f.Failed() {
				return db.Note(ctx, act, text)
			}
			return nil
		}},
		"register": {WriteCase, func(ctx context.Context, act store.Act, f *form) error {
			number := strings.TrimSpace(f.Value("diary"))
			if utf8.RuneCountInString(number) > diaryMost {
				f.refuse("diary", "Diarienumret är för långt.")
				return nil
			}
			err := changed(db.Register(ctx, act, number))
			if errors.Is(err, store.ErrDiaryTaken) {
				f.refuse("diary", "Ett annat ärende på enheten har redan det diarienumret.")
				return nil
			}
			return err
		}},
		"authority": {WriteCase, func(ctx context.Context, act store.Act, f *form) error {
			if f.Value("undo") != "" {
				return changed(db.UncheckAuthority(ctx, act))
			}
			if note := f.required("note", "Skriv hur fullmakten eller behörigheten kontrollerades.", reasonMost); !f.Failed() {
				return changed(db.CheckAuthority(ctx, act, note))
			}
			return nil
		}},
		"protect": {WriteCase, func(ctx context.Context, act store.Act, f *form) error {
			return changed(db.Protect(ctx, act, f.Value("protected") != ""))
		}},
	}
}

// deskChange carries out what a person does with a case beside messages: POST /inbox/{id}/desk/{verb}. The form has the desk's version in its field "desk"; a
// desk that changed meanwhile changes nothing, and the page says so with what was typed.
func (s *Site) deskChange(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, AssignCase|ReadCase|WriteCase)
	if err != nil {
		return err
	}
	name := r.PathValue("verb")
	verb, ok := s.deskVerbs(who, c)[name]
	if !ok {
		return errNotFound
	}
	if !who.may(verb.needs, ownerOf(c)) {
		return errRole
	}
	f, err := readForm(w, r, name)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(f.Value("desk"), 10, 64)
	if err != nil || version < 0 {
		return errForm
	}
	if err := s.lookedAt(r.Context(), who, store.AccessChange, c, "desk: "+name); err != nil {
		return err
	}
	act := store.Act{CaseID: c.ID, Unit: cmp.Or(f.Value("unit"), c.Handler.Unit), By: who.self(), Version: version} // a form that was opened at the unit before changes nothing
	if !f.Failed() {
		err = verb.do(r.Context(), act, f)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, backFrom(f, c, name, who), http.StatusSeeOther)
		return nil
	}
	s.refusedChange(r.Context(), who, c, "desk: "+name, refusedForm(err))
	if !takeDesk(f, err) {
		return err
	}
	if c, err = s.inboxCase(r.Context(), c.ID, who, AssignCase|ReadCase|WriteCase); err != nil { // it may have left meanwhile
		return err
	}
	if !who.may(ReadCase, ownerOf(c)) {
		return s.showDesk(w, r, who, c, f)
	}
	return s.showCase(w, r, who, c, name, f)
}

// refusedForm is what the access log says of a change that was not carried out: the form was wrong, or somebody was quicker.
func refusedForm(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return errConflict
	}
	return errForm
}

// takeDesk says in the form why a desk did not change, and tells whether it knew.
func takeDesk(f *form, err error) bool {
	var refusal *store.Refusal
	switch {
	case err == nil:
	case errors.Is(err, store.ErrConflict):
		f.General = "Ärendet har ändrats sedan sidan öppnades. Ingenting skrevs över: se hur det är nu, och gör om det som behövs."
	case errors.Is(err, store.ErrStaged):
		f.General = "Ett annat svar i ärendet är på väg att skickas. Vänta tills det har skickats, eller ångra det."
	case errors.As(err, &refusal):
		f.General = "Det gick inte: " + refusedWord(refusal.Reason) + "."
	default:
		return false
	}
	return true
}

// backFrom is where a person stands after a change: on the case, or in the list that the button stood in.
func backFrom(f *form, c store.Case, verb string, who access) string {
	if back, err := url.Parse(f.Value("back")); err == nil && back.Path == "/inbox" {
		chosen := back.Query()
		chosen.Del("done")
		return link("/inbox?{}&done={}", chosen, verb)
	}
	if !who.may(ReadCase, ownerOf(c)) {
		return link("/inbox/{}/desk?done={}", c.ID, verb)
	}
	return link("/inbox/{}?done={}", c.ID, verb)
}

// required is what was typed in a field that must be filled in, of at most so many characters.
func (f *form) required(field, missing string, most int) string {
	text := strings.TrimSpace(f.Value(field))
	switch {
	case text == "":
		f.refuse(field, missing)
	case utf8.RuneCountInString(text) > most:
		f.refuse(field, "Texten är för lång: högst "+strconv.Itoa(most)+" tecken.")
	}
	return text
}

// resumeDay is the day on which a parked case is taken up again: tomorrow at the earliest, within two years.
func (s *Site) resumeDay(f *form) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, f.Value("until"), routing.Stockholm())
	now := s.now()
	switch {
	case err != nil:
		f.refuse("until", "Välj vilken dag ärendet ska tas upp igen.")
	case !day.After(now) || day.After(now.AddDate(2, 0, 0)):
		f.refuse("until", "Välj en dag efter i dag, högst två år fram.")
	default:
		return day, true
	}
	return time.Time{}, false
}

// parkDay is the day that the form proposes: 30 days ahead.
func (s *Site) parkDay() string { return swedish(s.now()).AddDate(0, 0, 30).Format(time.DateOnly) }

// colleagues are those who can be given a case: they may write in it, or assign it.
func (s *Site) colleagues(ctx context.Context, c store.Case) ([]store.Person, error) {
	accounts, err := s.Relay.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var out []store.Person
	for _, a := range accounts {
		if who := accountAccess(a); s.welcome(a) && who.may(WriteCase, ownerOf(c)) {
			out = append(out, who.self())
		}
	}
	slices.SortFunc(out, func(a, b store.Person) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// colleague is one of them by id; the zero Person for nobody.
func (s *Site) colleague(ctx context.Context, c store.Case, id string) (store.Person, error) {
	all, err := s.colleagues(ctx, c)
	for _, p := range all {
		if p.ID == id {
			return p, err
		}
	}
	return store.Person{}, err
}

// self is who acts, as the case keeps it.
func (a access) self() store.Person { return store.Person{ID: a.user, Name: a.name} }
