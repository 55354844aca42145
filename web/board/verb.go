package board

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// Verb carries out what a board alone does with a case: POST /inbox/{id}/board/{verb}. What is wrong stands beside the
// fields, with what was typed.
func (s *Pages) Verb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	if !slices.Contains(boardVerbs(), verb) { // before it stands in the access log
		return shell.ErrNotFound
	}
	f, files, err := s.form(w, r, verb)
	if err != nil {
		return err
	}
	if err := s.OpenCase(ctx, who, accesslog.Change, &c, accesslog.DetailOf("board", verb)); err != nil {
		return err
	}
	var found []routing.Unit
	done := verb
	if verb == "place" {
		found, err = s.setPlace(ctx, who, c, f)
	} else {
		done, found, err = s.note(ctx, who, c, f, files)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, shell.Link("/inbox/{}/board?done={}", c.ID, done), http.StatusSeeOther)
		return nil
	}
	refusal := err
	if refusal == nil {
		refusal = shell.ErrForm
	}
	s.RefusedChange(ctx, who, c, accesslog.DetailOf("board", verb), refusal)
	if err != nil && !casework.TakeDesk(f, err) && !f.Take(err, boardPlaces()) {
		return err
	}
	if c, err = s.Again(ctx, who, c); err != nil {
		return err
	}
	return s.showBoardCase(w, r, who, c, f, found)
}

// boardVerbs are the verbs of a board's page.
func boardVerbs() []string {
	return []string{"place", "consent", "withdraw", "request", "opinion", "child", "nochild"}
}

// form reads a form of the page. With an opinion come files, checked as all uploads.
func (s *Pages) form(w http.ResponseWriter, r *http.Request, verb string) (*shell.Form, []contracts.Attachment, error) {
	if verb != "opinion" {
		f, err := shell.ReadForm(w, r, verb)
		return f, nil, err
	}
	f, err := shell.ReadUpload(w, r, verb)
	if err != nil {
		return nil, nil, err
	}
	return f, s.Uploads(r.Context(), f), nil
}

// boardPlaces are where the contract's paths are typed in the form of the place.
func boardPlaces() []shell.Place {
	return append([]shell.Place{{Path: "classification/incidentUnit", Field: "unit"}}, casework.Places()...)
}

// setPlace sets the unit where it happened. A case that is not classified gets it at once: the classification carries
// it to 1177 when it comes. A case that is goes through the line: the correction carries the whole classification,
// since the contract has no smaller one.
func (s *Pages) setPlace(ctx context.Context, who shell.Access, c store.Case, f *shell.Form) ([]routing.Unit, error) {
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return nil, shell.ErrForm
	}
	unit, found := s.TypedUnit(f, "unit", wordWhere)
	if f.Failed() {
		return found, nil
	}
	if len(c.Classification.MainProblems) == 0 {
		err := s.Relay.Store.SetIncidentUnit(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self()}, version,
			unit.HSAID, unit.Name)
		if errors.Is(err, store.ErrConflict) {
			err = relay.ErrConflict
		}
		return nil, err
	}
	k := s.Classification(&shell.Form{Name: "place", Values: casework.ClassificationOf(c)})
	k.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	_, err = s.Relay.Reply(ctx, c.ID, contracts.Update{
		Type: contracts.Correction, Classification: k,
		Author: &contracts.Professional{AuthorTime: contracts.NewStamp(s.Clock()), Name: who.Name},
	}, version)
	return nil, err
}

// note keeps what a form says as a note; done is what was done then. What is missing is noted in the form.
func (s *Pages) note(ctx context.Context, who shell.Access, c store.Case, f *shell.Form,
	files []contracts.Attachment,
) (done string, _ []routing.Unit, _ error) {
	e := casework.BoardEntry{}
	var found []routing.Unit
	var unit routing.Unit
	about := func(missing string) {
		unit, found = s.TypedUnit(f, "unit", missing)
		e.Unit = s.unitLabel(unit.HSAID)
	}
	switch f.Name {
	case "consent":
		e.Kind = casework.BoardConsent
		about(wordConsentFor)
		e.Who = f.Required("who", wordConsentBy, casework.ReasonMost)
		e.Day = s.pastDay(f, "day", wordConsentDay)
		e.How = f.Required("how", wordConsentHow, casework.ReasonMost)
		if f.Value("scoped") != "" {
			e.Scope = casework.ScopeOf(f.Values["scope"])
		}
	case "withdraw":
		e.Kind = casework.BoardWithdrawn
		about(wordWithdrawFor)
		e.Who = f.Required("who", wordWithdrawBy, casework.ReasonMost)
	case "request":
		e.Kind, e.Due, e.Text = casework.BoardRequest, f.Value("due"),
			f.Required("text", wordOpinionOn, casework.NoteMost-casework.ReasonMost)
		about(wordRequestTo)
		s.dueDay(f)
	case "opinion":
		e.Kind, e.Text = casework.BoardOpinion, f.Required("text", wordOpinionText, casework.NoteMost-casework.ReasonMost)
		about(wordOpinionFrom)
		e.Day = s.pastDay(f, "day", wordOpinionDay)
		e.Files = strings.TrimSpace(f.Value("files"))
	case "child":
		e.Kind, e.How = casework.BoardChild, f.Required("how", wordChildHow, casework.ReasonMost)
	case "nochild":
		e.Kind = casework.BoardNoChild
	default:
		return "", nil, shell.ErrNotFound
	}
	if f.Failed() {
		return "", found, nil
	}
	if err := s.allows(ctx, c, e, unit, f); err != nil || f.Failed() {
		return "", nil, err
	}
	done, err := s.keep(ctx, who, c, e, unit, files)
	if errors.Is(err, store.ErrTooLarge) {
		f.Refuse("file", wordOpinionFiles)
		return "", nil, nil
	}
	return cmp.Or(done, f.Name), nil, err
}

// keep stores an entry: a request to a unit that has an inbox here reaches that, and with a consent that is withdrawn,
// or replaced by one that covers less, goes what was asked because of it. done is what else was done than to note it.
func (s *Pages) keep(ctx context.Context, who shell.Access, c store.Case, e casework.BoardEntry, unit routing.Unit,
	files []contracts.Attachment,
) (done string, err error) {
	db, act := s.Relay.Store, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self()}
	entries, err := s.BoardEntries(ctx, c)
	if err != nil {
		return "", err
	}
	narrows := e.Kind == casework.BoardConsent && e.Narrows(casework.ConsentFor(entries, unit.HSAID))
	switch {
	case e.Kind == casework.BoardRequest && s.Relay.InInbox(unit.HSAID):
		_, err := s.AskOpinion(ctx, act, c, e, unit)
		return "asked", err
	case e.Kind == casework.BoardWithdrawn || narrows:
		return "", db.RecallOpinions(ctx, act, unit.HSAID, e.Note())
	}
	return "", db.BoardNote(ctx, act, e.Note(), casework.DeskFiles(files)...)
}

// allows refuses a request without the citizen's consent, a consent withdrawn that was not given, and a mark taken away
// that is not there.
func (s *Pages) allows(ctx context.Context, c store.Case, e casework.BoardEntry, unit routing.Unit,
	f *shell.Form,
) error {
	entries, err := s.BoardEntries(ctx, c)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == casework.BoardRequest && casework.ConsentFor(entries, unit.HSAID) == nil:
		f.Refuse("unit", casework.TextNoOpinionConsent)
	case e.Kind == casework.BoardWithdrawn && casework.ConsentFor(entries, unit.HSAID) == nil:
		f.Refuse("unit", wordNothingToWithdraw)
	case e.Kind == casework.BoardNoChild && casework.MarkedChild(entries) == nil:
		f.General = wordNoChild
	}
	return nil
}

// pastDay is a day that has been, as it was typed.
func (s *Pages) pastDay(f *shell.Form, field, missing string) string {
	day := f.Value(field)
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		f.Refuse(field, missing)
	} else if day > s.Today() {
		f.Refuse(field, casework.WordDayToCome)
	}
	return day
}

// dueDay checks until when an opinion is asked for; it may be left out.
func (s *Pages) dueDay(f *shell.Form) {
	day := f.Value("due")
	if day == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil || day < s.Today() {
		f.Refuse("due", wordDayGone)
	}
}
