package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
)

// boardVerb carries out what a board alone does with a case: POST /inbox/{id}/board/{verb}. What is wrong stands beside the fields, with what was typed.
func (s *Site) boardVerb(w http.ResponseWriter, r *http.Request, who access) error {
	ctx := r.Context()
	c, err := s.boardCase(ctx, r.PathValue("id"), who, WriteCase)
	if err != nil {
		return err
	}
	verb := r.PathValue("verb")
	f, files, err := s.boardForm(w, r, verb)
	if err != nil {
		return err
	}
	if err := s.lookedAt(ctx, who, store.AccessChange, c, "board: "+verb); err != nil {
		return err
	}
	var found []routing.Unit
	if verb == "place" {
		found, err = s.setPlace(ctx, who, c, f)
	} else {
		found, err = s.boardNote(ctx, who, c, f, files)
	}
	if err == nil && !f.Failed() {
		http.Redirect(w, r, link("/inbox/{}/board?done={}", c.ID, verb), http.StatusSeeOther)
		return nil
	}
	refusal := err
	if refusal == nil {
		refusal = errForm
	}
	s.refusedChange(ctx, who, c, "board: "+verb, refusal)
	if err != nil && !takeDesk(f, err) && !f.take(err, boardPlaces()) {
		return err
	}
	if c, err = s.Relay.Store.Case(ctx, c.ID); err != nil {
		return err
	}
	return s.showBoardCase(w, r, who, c, f, found)
}

// boardForm reads a form of the page. With an opinion come files, checked as all uploads.
func (s *Site) boardForm(w http.ResponseWriter, r *http.Request, verb string) (*form, []contracts.Attachment, error) {
	if verb != "opinion" {
		f, err := readForm(w, r, verb)
		return f, nil, err
	}
	f, err := readUpload(w, r, verb)
	if err != nil {
		return nil, nil, err
	}
	return f, s.uploads(r.Context(), f), nil
}

// boardPlaces are where the contract's paths are typed in the form of the place.
func boardPlaces() []place {
	return append([]place{{"classification/incidentUnit", "unit"}}, places()...)
}

// setPlace sets the unit where it happened. A case that is not classified gets it at once: the classification carries it to 1177 when it comes. A case that is
// goes through the line: the correction carries the whole classification, since the contract has no smaller one.
func (s *Site) setPlace(ctx context.Context, who access, c store.Case, f *form) ([]routing.Unit, error) {
	version, err := strconv.ParseInt(f.Value("version"), 10, 64)
	if err != nil || version < 1 {
		return nil, errForm
	}
	unit, found := s.typedUnit(f, "unit", "Skriv namnet eller HSA-id på enheten där det hände.")
	if f.Failed() {
		return found, nil
	}
	if len(c.Classification.MainProblems) == 0 {
		err := s.Relay.Store.SetPlace(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.self()}, version, unit.HSAID, unit.Name)
		if errors.Is(err, store.ErrConflict) {
			err = relay.ErrConflict
		}
		return nil, err
	}
	k := s.classification(&form{Name: "place", Values: classificationOf(c)})
	k.IncidentUnit = &contracts.OrgUnit{HSAID: unit.HSAID, Name: unit.Name}
	_, err = s.Relay.Reply(ctx, c.ID, contracts.Update{
		Type: contracts.Correction, Classification: k,
		Author: &contracts.Professional{AuthorTime: contracts.NewStamp(s.now()), Name: who.name},
	}, version)
	return nil, err
}

// hsaForm is how an HSA-id is written.
var hsaForm = regexp.MustCompile(`^(?i:SE(16)?[0-9]{10}|TSTNMT[0-9]{10})-[A-Za-z0-9]+$`)

// typedUnit is the unit of care that was typed or chosen in a field. Where several could be meant they are returned for choosing; an HSA-id that the
// catalogue does not know is taken as it is. What is wrong is noted.
func (s *Site) typedUnit(f *form, field, missing string) (routing.Unit, []routing.Unit) {
	typed := cmp.Or(f.Value(field+"-choice"), f.Value(field))
	if typed == "" {
		f.refuse(field, missing)
		return routing.Unit{}, nil
	}
	found := s.unitsTyped(typed, func(u routing.Unit) bool { return u.Kind == routing.CareUnit })
	switch {
	case len(found) == 1 && found[0].Kind == routing.PatientBoard:
		f.refuse(field, "Det är en patientnämnd. Välj en enhet i vården.")
	case len(found) == 0:
		f.refuse(field, "Ingen enhet i katalogen heter så. Skriv en del av namnet, eller HSA-id.")
	case len(found) > 1:
		f.refuse(field, "Flera enheter stämmer med det du skrev. Välj en av dem nedan.")
		return routing.Unit{}, found
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return routing.Unit{}, nil
}

// unitsTyped finds the units that somebody means who types an HSA-id, "name (HSA-id)", a name, or words of a name. An HSA-id means one unit, of whatever kind; one
// that the catalogue does not know is a unit without a name. Names are looked for among the units that fit.
func (s *Site) unitsTyped(typed string, fits func(routing.Unit) bool) []routing.Unit {
	id := hsaOf(typed)
	if u, ok := s.table().Unit(id); ok {
		return []routing.Unit{u}
	}
	if hsaForm.MatchString(id) && len(id) <= 31 {
		return []routing.Unit{{HSAID: id}}
	}
	words := strings.Fields(identity.Fold(typed))
	var named, like []routing.Unit
	for _, u := range s.table().Units() {
		text := identity.Fold(u.Name + " " + u.HSAID)
		missing := slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
		if missing || !fits(u) {
			continue
		}
		if identity.Fold(u.Name) == strings.Join(words, " ") {
			named = append(named, u)
		}
		if len(like) < 20 {
			like = append(like, u)
		}
	}
	if len(named) == 1 {
		return named
	}
	slices.SortFunc(like, func(a, b routing.Unit) int { return compareNames(a.Name, b.Name) })
	return like
}

func compareNames(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }

// boardNote keeps what a form says as a note. What is missing is noted in the form.
func (s *Site) boardNote(ctx context.Context, who access, c store.Case, f *form, files []contracts.Attachment) ([]routing.Unit, error) {
	e := boardEntry{}
	var found []routing.Unit
	var unit routing.Unit
	about := func(missing string) {
		unit, found = s.typedUnit(f, "unit", missing)
		e.Unit = s.unitLabel(unit.HSAID)
	}
	switch f.Name {
	case "consent":
		e.Kind = boardConsent
		about("Skriv vilken vårdgivare samtycket gäller.")
		e.Who = f.required("who", "Skriv vem som samtyckte.", reasonMost)
		e.Day = s.pastDay(f, "day", "Ange vilken dag samtycket gavs.")
		e.How = f.required("how", "Skriv hur samtycket gavs.", reasonMost)
	case "withdraw":
		e.Kind = boardWithdrawn
		about("Skriv vilken vårdgivare det gäller.")
		e.Who = f.required("who", "Skriv vem som tog tillbaka samtycket.", reasonMost)
	case "request":
		e.Kind, e.Due, e.Text = boardRequest, f.Value("due"), f.required("text", "Skriv vad vårdgivaren ska yttra sig om.", noteMost-reasonMost)
		about("Skriv vilken vårdgivare begäran går till.")
		s.dueDay(f)
	case "opinion":
		e.Kind, e.Text = boardOpinion, f.required("text", "Skriv in yttrandet.", noteMost-reasonMost)
		about("Skriv vilken enhet yttrandet kommer från.")
		e.Day = s.pastDay(f, "day", "Ange vilken dag yttrandet är daterat.")
		e.Files = strings.TrimSpace(f.Value("files"))
	case "child":
		e.Kind, e.How = boardChild, f.required("how", "Skriv hur det är känt att patienten är ett barn.", reasonMost)
	case "nochild":
		e.Kind = boardNoChild
	default:
		return nil, errNotFound
	}
	if f.Failed() {
		return found, nil
	}
	if err := s.boardAllows(ctx, c, e, unit, f); err != nil || f.Failed() {
		return nil, err
	}
	err := s.Relay.Store.Note(ctx, store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: who.self()}, e.note(), deskFiles(files)...)
	if errors.Is(err, store.ErrTooLarge) {
		f.refuse("file", "Högst 10 bilagor, om högst 20 MB var. Yttrandet är inte sparat: välj färre filer, och skriv in resten som ett yttrande till.")
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

// boardAllows refuses a request without the citizen's consent, a consent withdrawn that was not given, and a mark taken away that is not there.
func (s *Site) boardAllows(ctx context.Context, c store.Case, e boardEntry, unit routing.Unit, f *form) error {
	entries, err := s.boardEntries(ctx, c)
	if err != nil {
		return err
	}
	switch {
	case e.Kind == boardRequest && consentFor(entries, unit.HSAID) == nil:
		f.refuse("unit", "Det finns inget samtycke noterat för den vårdgivaren. Notera först vem som samtyckte, när och hur.")
	case e.Kind == boardWithdrawn && consentFor(entries, unit.HSAID) == nil:
		f.refuse("unit", "Det finns inget samtycke att ta tillbaka för den vårdgivaren.")
	case e.Kind == boardNoChild && markedChild(entries) == nil:
		f.General = "Patienten är inte märkt som barn."
	}
	return nil
}

// pastDay is a day that has been, as it was typed.
func (s *Site) pastDay(f *form, field, missing string) string {
	day := f.Value(field)
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		f.refuse(field, missing)
	} else if day > s.today() {
		f.refuse(field, "Dagen har inte varit än.")
	}
	return day
}

// dueDay checks until when an opinion is asked for; it may be left out.
func (s *Site) dueDay(f *form) {
	day := f.Value("due")
	if day == "" {
		return
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil || day < s.today() {
		f.refuse("due", "Ange en dag från i dag och framåt, eller lämna fältet tomt.")
	}
}

const (
	textNoConsent = "Det finns inget samtycke noterat för den enheten, och ingen annan grund är angiven. Notera samtycket under Patientnämnden: vem som samtyckte, när och hur. Eller ange grunden."
	textNoGround  = "Ärendet går från vården till patientnämnden. Ange grunden: vem som har samtyckt, när och hur, eller en annan grund."
)

// consentGround is a consent that a board noted as the ground of a handover.
func consentGround(e *boardEntry) string {
	return "Samtycke av " + e.Who + " " + e.Day + ": " + e.How
}

// handover fills in who hands a case over and, where a board noted the citizen's consent for the unit, that as the ground. Whether there must be one is
// judged by the line.
func (s *Site) handover(ctx context.Context, who access, c store.Case, u contracts.Update) (contracts.Update, error) {
	if u.Type != contracts.Forwarded || u.NewRecipient == nil {
		u.Handover = nil
		return u, nil
	}
	h := contracts.Handover{}
	if u.Handover != nil {
		h = *u.Handover
	}
	if h.Ground == "" && isBoard(c.Handler) && s.Relay.Crosses(c.Handler, u.NewRecipient.HSAID) {
		entries, err := s.boardEntries(ctx, c)
		if err != nil {
			return u, err
		}
		if consent := consentFor(entries, u.NewRecipient.HSAID); consent != nil {
			h.Ground = consentGround(consent)
		}
	}
	u.Handover = nil
	if h.Ground != "" || h.Note != "" {
		h.ByID, h.ByName = who.user, who.name
		u.Handover = &h
	}
	return u, nil
}

// agreed tells whether a case may be handed over to a unit: between care and a board only with a ground, which for a board may be a consent that it noted.
func (s *Site) agreed(ctx context.Context, c store.Case, unit, ground string) (bool, error) {
	if ground != "" || !s.Relay.Crosses(c.Handler, unit) {
		return true, nil
	}
	if !isBoard(c.Handler) {
		return false, nil
	}
	entries, err := s.boardEntries(ctx, c)
	return err == nil && consentFor(entries, unit) != nil, err
}

// boardForward hands a case over to another unit: POST /inbox/{id}/forward. Secrecy holds between boards and care, so the case passes only with the citizen's
// consent or another ground on record, in either direction. Any other handover is the case page's.
func (s *Site) boardForward(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, WriteCase)
	if err != nil {
		return err
	}
	f, err := readUpload(w, r, "forward")
	if err != nil {
		return err
	}
	if f.Value("do") == "save" {
		return s.caseForm(w, r, who, c, f)
	}
	to := s.recipient(f)
	if to == nil { // the form says why
		return s.caseForm(w, r, who, c, f)
	}
	agreed, err := s.agreed(r.Context(), c, to.HSAID, f.Value("ground"))
	if err != nil {
		return err
	}
	if agreed {
		return s.caseForm(w, r, who, c, f)
	}
	missing := "forward: no ground"
	if isBoard(c.Handler) {
		missing = "forward: no consent"
		f.refuse("unit", textNoConsent)
	} else {
		f.refuse("ground", textNoGround)
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRefused, c, missing); err != nil {
		return err
	}
	return s.caseAgain(w, r, who, c, f)
}
