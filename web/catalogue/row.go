package catalogue

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

type rowPage struct {
	catalogueHead
	suggestions
	Kind     catalogue.Kind
	ID       string // "" for a new row
	Words    string // what the row says in the draft now
	Days     string
	Fields   []rowField
	Form     *shell.Form // of the row
	End      *shell.Form // of its last day
	Remove   *shell.Form
	Problems []rowProblem
	Others   []string // what others did since the form was opened
	Today    string
}

// NewRow shows the form of a new row.
func (s *Pages) NewRow(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	kind := catalogue.Kind(r.URL.Query().Get("kind"))
	if rowFields(kind) == nil {
		return shell.Invalid("kind", wordChooseKind)
	}
	return s.showRow(w, r, who, http.StatusOK, &rowPage{Kind: kind, Form: &shell.Form{Name: "row", Values: url.Values{}}})
}

// RowPage shows a row of the draft with its forms.
func (s *Pages) RowPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showRow(w, r, who, http.StatusOK, &rowPage{ID: r.PathValue("id")})
}

// showRow fills in what the page shows of the draft of this moment: the next try is based on that.
func (s *Pages) showRow(w http.ResponseWriter, r *http.Request, who shell.Access, status int, p *rowPage) error {
	var err error
	if p.catalogueHead, err = s.head(r, who, titleNewRow, "rows"); err != nil {
		return err
	}
	if p.Draft, _, err = s.draftNow(r.Context()); err != nil {
		return err
	}
	if p.ID != "" {
		i := slices.IndexFunc(p.Draft.Rows, func(e catalogue.Row) bool { return e.ID == p.ID })
		if i < 0 && status == http.StatusOK {
			return shell.ErrNotFound
		}
		if i >= 0 {
			e := p.Draft.Rows[i]
			p.Kind, p.Words, p.Days = e.Kind, rowWords(e), daysWord(e)
			if p.Form == nil {
				p.Form = &shell.Form{Name: "row", Values: s.valuesOf(e)}
			}
		}
	}
	p.Title = titleNewRow + ": " + kindWord(p.Kind)
	if p.ID != "" {
		p.Title = kindWord(p.Kind)
	}
	if p.Form == nil {
		p.Form = &shell.Form{Name: "row", Values: url.Values{}}
	}
	p.Fields, p.Today, p.suggestions = rowFields(p.Kind), routing.DateOf(p.Now).String(), s.suggest(p.Draft.Rows)
	return html.Render(w, status, "row", p)
}

// AddRow adds a row to the draft.
func (s *Pages) AddRow(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "row")
	if err != nil {
		return err
	}
	kind := catalogue.Kind(f.Value("kind"))
	if rowFields(kind) == nil {
		return shell.ErrForm
	}
	edit := catalogue.Edit{Action: catalogue.EditAdd, Row: s.typedRow(catalogue.Row{Kind: kind}, f)}
	return s.editRow(w, r, who, "add", f, edit, &rowPage{Kind: kind, Form: f})
}

// RowVerb changes, ends or removes a row of the draft.
func (s *Pages) RowVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	id, verb := r.PathValue("id"), r.PathValue("verb")
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	e := catalogue.Row{ID: id}
	if i := slices.IndexFunc(d.Rows, func(e catalogue.Row) bool { return e.ID == id }); i >= 0 {
		e = d.Rows[i]
	}
	f, err := shell.ReadForm(w, r, map[string]string{"change": "row", "end": "end", "remove": "remove"}[verb])
	if err != nil {
		return err
	}
	if e.Kind == "" { // removed meanwhile: the form knows what it was, and what was typed is not lost
		e.Kind = catalogue.Kind(f.Value("kind"))
	}
	p := &rowPage{ID: id, Kind: e.Kind}
	switch verb {
	case "change":
		p.Form = f
		return s.editRow(w, r, who, verb, f, catalogue.Edit{Action: catalogue.EditChange, Row: s.typedRow(e, f)}, p)
	case "end":
		p.End = f
		if e.Until = f.Day("until"); e.Until == 0 {
			f.Refuse("until", wordLastDay)
		}
		return s.editRow(w, r, who, verb, f, catalogue.Edit{Action: catalogue.EditChange, Row: e}, p)
	case "remove":
		p.Remove = f
		return s.editRow(w, r, who, verb, f, catalogue.Edit{Action: catalogue.EditRemove, Row: e}, p)
	}
	return shell.ErrNotFound
}

// editRow carries out one edit, or shows its form again with what is wrong.
func (s *Pages) editRow(w http.ResponseWriter, r *http.Request, who shell.Access, verb string, f *shell.Form,
	edit catalogue.Edit, p *rowPage,
) error {
	revision, err := f.Revision()
	if err != nil {
		return err
	}
	if len(f.Errors) > 0 {
		return s.showRow(w, r, who, http.StatusUnprocessableEntity, p)
	}
	d, _, err := s.Relay.Store.EditCatalogue(r.Context(), revision, []catalogue.Edit{edit}, s.Rules, who.Name,
		f.Value("reason"))
	if err == nil {
		http.Redirect(w, r, shell.Link("/catalogue/draft?done={}", verb), http.StatusSeeOther)
		return nil
	}
	var stale *catalogues.RevisionError
	if errors.As(err, &stale) {
		if p.Others, err = s.since(r.Context(), revision); err != nil {
			return err
		}
		return s.showRow(w, r, who, http.StatusConflict, p)
	}
	names := []string{}
	for _, field := range rowFields(p.Kind) {
		if p.Form == f || field.Name == "until" && p.End == f {
			names = append(names, field.Name)
		}
	}
	problems, ok := takeCatalogue(f, err, names, append(slices.Clone(d.Rows), edit.Row))
	if !ok {
		return err
	}
	p.Problems = problems
	return s.showRow(w, r, who, http.StatusUnprocessableEntity, p)
}

// since tells what was done to the draft after a revision: whoever comes second reads it before saving again.
func (s *Pages) since(ctx context.Context, revision int64) ([]string, error) {
	events, err := s.Relay.Store.CatalogueEvents(ctx)
	if err != nil {
		return nil, err
	}
	lines := since(events, revision, func(e catalogues.Event) string {
		return eventWords(e, s.Clock())
	})
	if lines == nil {
		lines = []string{wordOtherDraft}
	}
	return lines, nil
}
