package web

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
	"rivgate/store"
)

// catalogueLimit bounds a catalogue that is sent, in bytes.
const catalogueLimit = 64 << 20

var errNoRevision = newProblem(http.StatusPreconditionRequired, "if-match", "Utkastets revision saknas",
	`Skicka If-Match med utkastets revision, som GET /api/catalogue/draft ger i ETag: If-Match: "3".`)

// draftView is the draft without its rows.
type draftView struct {
	store.CatalogueDraft
	Count int `json:"rows"`
}

// changedView is what a change of the draft did.
type changedView struct {
	Revision int64              `json:"revision"`
	Base     int64              `json:"base"`
	DryRun   bool               `json:"dryRun,omitempty"` // nothing is saved
	Changes  []catalogue.Change `json:"changes"`
	Report   []string           `json:"report"` // what a person should know of an imported file
}

// rowEdits is the body of POST /api/catalogue/rows.
type rowEdits struct {
	Edits  []catalogue.Edit `json:"edits"`
	Reason string           `json:"reason,omitempty"`
}

// tagged answers with the draft's revision as ETag.
func tagged(w http.ResponseWriter, status int, revision int64, v any) error {
	w.Header().Set("ETag", `"`+strconv.FormatInt(revision, 10)+`"`)
	return writeJSON(w, status, v)
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

func (s *Site) apiCatalogueDraft(w http.ResponseWriter, r *http.Request, _ access) error {
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, draftView{d, len(d.Rows)})
}

func (s *Site) apiCatalogueDiscard(w http.ResponseWriter, r *http.Request, who access) error {
	revision, err := ifMatch(r)
	if err == nil {
		err = s.Relay.Store.DiscardCatalogue(r.Context(), revision, who.name, "")
	}
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// apiCatalogueRows lists rows of the draft, of the version in force or of any version, in their order.
func (s *Site) apiCatalogueRows(w http.ResponseWriter, r *http.Request, _ access) error {
	q := readQuery(r, "of", "kind", "q", "after", "limit")
	limit, kind, text := q.limit(), catalogue.Kind(q.Get("kind")), identity.Fold(q.Get("q"))
	if kind != "" && !slices.Contains(catalogue.Kinds(), kind) {
		q.wrong("kind", "Välj unit, receiver, contract, component, address, route eller permission.")
	}
	if q.err != nil {
		return q.err
	}
	rows, err := s.rowsOf(r, q.Get("of"), "of")
	if err != nil {
		return err
	}
	if after := q.Get("after"); after != "" {
		i := slices.IndexFunc(rows, func(e catalogue.Row) bool { return e.ID == after })
		if i < 0 {
			return invalid("after", "Raden finns inte längre.")
		}
		rows = rows[i+1:]
	}
	out := list[catalogue.Row]{Items: []catalogue.Row{}}
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
	return writeJSON(w, http.StatusOK, out)
}

// rowsOf are the rows of "draft" (also ""), "inforce" or a version's number; name is the parameter that says which.
func (s *Site) rowsOf(r *http.Request, of, name string) ([]catalogue.Row, error) {
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
		return nil, invalid(name, "Ange draft, inforce eller en versions nummer.")
	}
	return s.Relay.Store.CatalogueRows(r.Context(), n)
}

// apiCatalogueEdit carries out edits of rows, all or none.
func (s *Site) apiCatalogueEdit(w http.ResponseWriter, r *http.Request, who access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in rowEdits
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	for i := range in.Edits {
		in.Edits[i].Row.Contract = s.namespace(in.Edits[i].Row.Contract)
		switch in.Edits[i].Action {
		case catalogue.EditAdd, catalogue.EditChange, catalogue.EditRemove, catalogue.EditMove:
		default:
			return invalid(fmt.Sprintf("edits/%d/action", i), "Välj add, change, remove eller move.")
		}
	}
	d, changes, err := s.Relay.Store.EditCatalogue(r.Context(), revision, in.Edits, s.Rules, who.name, in.Reason)
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, changedView{Revision: d.Revision, Base: d.Base, Changes: changes, Report: []string{}})
}

// apiCatalogueImport takes a file into the draft: a whole catalogue, or a beställning. With dryRun=true it only tells what would change.
func (s *Site) apiCatalogueImport(w http.ResponseWriter, r *http.Request, who access) error {
	q := readQuery(r, "dryRun", "reason")
	if q.err != nil {
		return q.err
	}
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	if s.PlanCatalogue == nil {
		return errNotFound
	}
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	if d.Revision != revision {
		return &store.RevisionError{Given: revision, Present: d.Revision}
	}
	edits, report, err := s.PlanCatalogue(http.MaxBytesReader(w, r.Body, catalogueLimit), d.Rows)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return errTooLarge
	}
	if err != nil {
		return newProblem(http.StatusBadRequest, "file", "Filen gick inte att läsa", "Rätta filen och skicka den igen. Läsaren säger: "+cut(err.Error()))
	}
	if b, err := json.Marshal(edits); err != nil || storableJSON(b) != nil {
		return newProblem(http.StatusBadRequest, "file", "Filen gick inte att läsa", "En rad har ett tecken som inte kan sparas (ett styrtecken, U+FFFE eller U+FFFF). Rätta filen och skicka den igen.")
	}
	out := changedView{Revision: d.Revision, Base: d.Base, Changes: []catalogue.Change{}, Report: orEmpty(report)}
	switch {
	case q.Get("dryRun") == "true":
		out.DryRun = true
		var after []catalogue.Row
		after, err = catalogue.Apply(d.Rows, edits, s.Relay.NewID, routing.DateOf(s.now()))
		if err == nil {
			err = catalogue.Check(after, s.Rules, routing.DateOf(s.now()))
		}
		out.Changes = catalogue.Compare(d.Rows, after)
	case len(edits) > 0:
		d, out.Changes, err = s.Relay.Store.EditCatalogue(r.Context(), revision, edits, s.Rules, who.name, q.Get("reason"))
		out.Revision, out.Base = d.Revision, d.Base
	}
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, out.Revision, out)
}

// cut keeps a list of a thousand problems from filling an answer.
func cut(text string) string {
	const most = 4000
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
}
