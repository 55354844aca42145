package board

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// Verb carries out what a board alone does with a case: POST /inbox/{id}/board/{verb}. What is wrong stands beside the fields, with what was typed.
func (s *Pages) Verb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, shell.WriteCase)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	f, files, err := s.form(w, r, verb)
	if err != nil {
		return err
	}
	if err := s.OpenCase(ctx, who, store.AccessChange, &c, store.DetailOf("board", verb)); err != nil {
		return err
	}
	var found []routing.Unit
	if verb == "place" {
		found, err = s.setPlace(ctx, who, c, f)
	} else {
		found, err = s.note(ctx, who, c, f, files)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, shell.Link("/inbox/{}/board?done={}", c.ID, verb), http.StatusSeeOther)
		return nil
	}
	refusal := err
	if refusal == nil {
		refusal = shell.ErrForm
	}
	s.RefusedChange(ctx, who, c, store.DetailOf("board", verb), refusal)
	if err != nil && !casework.TakeDesk(f, err) && !f.Take(err, boardPlaces()) {
		return err
	}
	if c, err = s.Again(ctx, who, c); err != nil {
		return err
	}
	return s.showBoardCase(w, r, who, c, f, found)
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

// setPlace sets the unit where it happened. A case that is not classified gets it at once: the classification carries it to 1177 when it comes. A case that is
// goes through the line: the correction carries the whole classification, since the contract has no smaller one.
func (s *Pages) setPlace(ctx context.Context, who shell.Access, c store.Case, f *shell.Form) ([]routing.Unit, error) {
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return nil, shell.ErrForm
	}
	unit, found := s.TypedUnit(f, "unit", "Skriv namnet eller HSA-id på enheten där det hände.")
	if f.Failed() {
		return found, nil
	}
	if len(c.Classification.MainProblems) == 0 {
		err := s.Relay.Store.SetIncidentUnit(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self()}, version, unit.HSAID, unit.Name)
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

// note keeps what a form says as a note. What is missing is noted in the form.
func (s *Pages) note(ctx context.Context, who shell.Access, c store.Case, f *shell.Form, files []contracts.Attachment) ([]routing.Unit, error) {
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
		about("Skriv vilken vårdgivare samtycket gäller.")
		e.Who = f.Required("who", "Skriv vem som samtyckte.", casework.ReasonMost)
		e.Day = s.pastDay(f, "day", "Ange vilken dag samtycket gavs.")
		e.How = f.Required("how", "Skriv hur samtycket gavs.", casework.ReasonMost)
	case "withdraw":
		e.Kind = casework.BoardWithdrawn
		about("Skriv vilken vårdgivare det gäller.")
		e.Who = f.Required("who", "Skriv vem som tog tillbaka samtycket.", casework.ReasonMost)
	case "request":
		e.Kind, e.Due, e.Text = casework.BoardRequest, f.Value("due"), f.Required("text", "Skriv vad vårdgivaren ska yttra sig om.", casework.NoteMost-casework.ReasonMost)
		about("Skriv vilken vårdgivare begäran går till.")
		s.dueDay(f)
	case "opinion":
		e.Kind, e.Text = casework.BoardOpinion, f.Required("text", "Skriv in yttrandet.", casework.NoteMost-casework.ReasonMost)
		about("Skriv vilken enhet yttrandet kommer från.")
		e.Day = s.pastDay(f, "day", "Ange vilken dag yttrandet är daterat.")
		e.Files = strings.TrimSpace(f.Value("files"))
	case "child":
		e.Kind, e.How = casework.BoardChild, f.Required("how", "Skriv hur det är känt att patienten är ett barn.", casework.ReasonMost)
	case "nochild":
		e.Kind = casework.BoardNoChild
	default:
		return nil, shell.ErrNotFound
	}
	if f.Failed() {
		return found, nil
	}
	if err := s.allows(ctx, c, e, unit, f); err != nil || f.Failed() {
		return nil, err
	}
	err := s.Relay.Store.Note(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.Self()}, e.Note(), deskFiles(files)...)
	if errors.Is(err, store.ErrTooLarge) {
		f.Refuse("file", "Högst 10 bilagor, om högst 20 MB var. Yttrandet är inte sparat: välj färre filer, och skriv in resten som ett yttrande till.")
		return nil, nil
	}
	return nil, err
}

// deskFiles are uploads as a desk keeps them.
func deskFiles(files []contracts.Attachment) []store.File {
	var out []store.File
	for _, a := range files {
		out = append(out, store.File{Name: a.FileName, MediaType: a.MediaType, SHA256: a.SHA256, Value: a.Value})
	}
	return out
}

// allows refuses a request without the citizen's consent, a consent withdrawn that was not given, and a mark taken away that is not there.
func (s *Pages) allows(ctx context.Context, c store.Case, e casework.BoardEntry, unit routing.Unit, f *shell.Form) error {
	entries, err := s.BoardEntries(ctx, c)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == casework.BoardRequest && casework.ConsentFor(entries, unit.HSAID) == nil:
		f.Refuse("unit", "Det finns inget samtycke noterat för den vårdgivaren. Notera först vem som samtyckte, när och hur.")
	case e.Kind == casework.BoardWithdrawn && casework.ConsentFor(entries, unit.HSAID) == nil:
		f.Refuse("unit", "Det finns inget samtycke att ta tillbaka för den vårdgivaren.")
	case e.Kind == casework.BoardNoChild && casework.MarkedChild(entries) == nil:
		f.General = "Patienten är inte märkt som barn."
	}
	return nil
}

// pastDay is a day that has been, as it was typed.
func (s *Pages) pastDay(f *shell.Form, field, missing string) string {
	day := f.Value(field)
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		f.Refuse(field, missing)
	} else if day > s.Today() {
		f.Refuse(field, "Dagen har inte varit än.")
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
		f.Refuse("due", "Ange en dag från i dag och framåt, eller lämna fältet tomt.")
	}
}
