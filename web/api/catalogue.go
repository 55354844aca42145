package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	cataloguepages "rivgate/web/catalogue"
	"rivgate/web/shell"
)

// catalogueLimit bounds a catalogue that is sent, in bytes.
const catalogueLimit = 64 << 20

var errNoRevision = shell.NewProblem(http.StatusPreconditionRequired, "if-match", titleNoRevision,
	wordIfMatch)

// DraftView is the draft without its rows.
type DraftView struct {
	catalogues.Draft
	Count int `json:"rows"`
}

// ChangedView is what a change of the draft did.
type ChangedView struct {
	Revision int64              `json:"revision"`
	Base     int64              `json:"base"`
	DryRun   bool               `json:"dryRun,omitempty"` // nothing is saved
	Changes  []catalogue.Change `json:"changes"`
	Report   []catalogue.Note   `json:"report"` // what a person should know of an imported file
}

// RowEdits is the body of POST /api/catalogue/rows.
type RowEdits struct {
	Edits  []catalogue.Edit `json:"edits"`
	Reason string           `json:"reason,omitempty"`
}

// tagged answers with the draft's revision as ETag.
func tagged(w http.ResponseWriter, status int, revision int64, v any) error {
	w.Header().Set("ETag", `"`+strconv.FormatInt(revision, 10)+`"`)
	return shell.WriteJSON(w, status, v)
}

// ifMatch is the revision that a change was made from.
func ifMatch(r *http.Request) (int64, error) {
	text := r.Header.Get("If-Match")
	if text == "" {
		return 0, errNoRevision
	}
	revision, err := strconv.ParseInt(strings.Trim(text, `"`), 10, 64)
	if err != nil || revision < 0 {
		return 0, errNoRevision
	}
	return revision, nil
}

// Draft answers with the draft.
func (s *Catalogue) Draft(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, DraftView{d, len(d.Rows)})
}

// Discard drops the draft.
func (s *Catalogue) Discard(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	revision, err := ifMatch(r)
	if err == nil {
		err = s.Relay.Store.DiscardCatalogue(r.Context(), revision, who.Name, "")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// ListRows lists rows of the draft, of the version in force or of any version, in their order.
func (s *Catalogue) ListRows(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	q := shell.ReadQuery(r, "of", "kind", "q", "after", "limit")
	limit, kind, text := q.Limit(), catalogue.Kind(q.Get("kind")), identity.Fold(q.Get("q"))
	if kind != "" && !slices.Contains(catalogue.Kinds(), kind) {
		q.Wrong("kind", wordRowKind)
	}
	if q.Err != nil {
		return q.Err
	}
	rows, err := s.rowsOf(r, q.Get("of"), "of")
	if err != nil {
		return err
	}
	if after := q.Get("after"); after != "" {
		i := slices.IndexFunc(rows, func(e catalogue.Row) bool { return e.ID == after })
		if i < 0 {
			return shell.Invalid("after", cataloguepages.WordRowGone)
		}
		rows = rows[i+1:]
	}
	out := shell.List[catalogue.Row]{Items: []catalogue.Row{}}
	for _, e := range rows {
		if kind != "" && e.Kind != kind || text != "" && !strings.Contains(identity.Fold(e.Words()), text) {
			continue
		}
		if len(out.Items) == limit {
			out.Next = out.Items[limit-1].ID
			break
		}
		out.Items = append(out.Items, e)
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// rowsOf are the rows of "draft" (also ""), "inforce" or a version's number; name is the parameter that says which.
func (s *Catalogue) rowsOf(r *http.Request, of, name string) ([]catalogue.Row, error) {
	switch of {
	case "", "draft":
		d, err := s.Relay.Store.CatalogueDraft(r.Context())
		return d.Rows, err
	case "inforce":
		v, err := s.Relay.Store.CatalogueInForce(r.Context())
		if err != nil {
			return nil, err
		}
		return s.Relay.Store.CatalogueRows(r.Context(), v.Number)
	}
	n, err := strconv.ParseInt(of, 10, 64)
	if err != nil || n < 0 {
		return nil, shell.Invalid(name, cataloguepages.WordWhichRows)
	}
	return s.Relay.Store.CatalogueRows(r.Context(), n)
}

// Edit carries out edits of rows, all or none.
func (s *Catalogue) Edit(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in RowEdits
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	for i := range in.Edits {
		in.Edits[i].Row.Contract = s.Namespace(in.Edits[i].Row.Contract)
		switch in.Edits[i].Action {
		case catalogue.EditAdd, catalogue.EditChange, catalogue.EditRemove, catalogue.EditMove:
		default:
			return shell.Invalid(fmt.Sprintf("edits/%d/action", i), wordEditAction)
		}
	}
	d, changes, err := s.Relay.Store.EditCatalogue(r.Context(), revision, in.Edits, s.Rules, who.Name, in.Reason)
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, ChangedView{
		Revision: d.Revision, Base: d.Base, Changes: changes, Report: []catalogue.Note{},
	})
}

// APICatalogueImport takes a file into the draft: a whole catalogue, or a beställning. With dryRun=true it only tells
// what would change.
func (s *Catalogue) APICatalogueImport(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "dryRun", "reason")
	if q.Err != nil {
		return q.Err
	}
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	if s.PlanCatalogue == nil {
		return shell.ErrNotFound
	}
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	if d.Revision != revision {
		return &catalogues.RevisionError{Given: revision, Present: d.Revision}
	}
	edits, report, err := s.PlanCatalogue(http.MaxBytesReader(w, r.Body, catalogueLimit), d.Rows)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return shell.ErrTooLarge
	}
	if err != nil {
		return shell.NewProblem(http.StatusBadRequest, "file", titleFile, fmt.Sprintf(wordFile, shell.Cut(err.Error())))
	}
	if b, err := json.Marshal(edits); err != nil || shell.StorableJSON(b) != nil {
		return shell.NewProblem(http.StatusBadRequest, "file", titleFile, wordFileCharacter)
	}
	out := ChangedView{Revision: d.Revision, Base: d.Base, Changes: []catalogue.Change{}, Report: shell.OrEmpty(report)}
	switch {
	case q.Get("dryRun") == "true":
		out.DryRun = true
		var after []catalogue.Row
		after, err = catalogue.Apply(d.Rows, edits, s.Relay.NewID, routing.DateOf(s.Clock()))
		if err == nil {
			err = catalogue.CheckEdited(d.Rows, after, s.Rules, routing.DateOf(s.Clock()))
		}
		out.Changes = catalogue.Compare(d.Rows, after)
	case len(edits) > 0:
		d, out.Changes, err = s.Relay.Store.EditCatalogue(r.Context(), revision, edits, s.Rules, who.Name, q.Get("reason"))
		out.Revision, out.Base = d.Revision, d.Base
	}
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, out.Revision, out)
}
