package catalogue

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

type importPage struct {
	catalogueHead
	Form     *shell.Form
	Can      bool // this gateway reads files
	Others   []string
	Problems []rowProblem
	Shown    bool // the file was only tried
	Report   []string
	Changes  changesView
}

// ImportPage takes a file into the draft.
func (s *Pages) ImportPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showImport(w, r, who, http.StatusOK, &importPage{})
}

func (s *Pages) showImport(w http.ResponseWriter, r *http.Request, who shell.Access, status int, p *importPage) error {
	var err error
	if p.catalogueHead, err = s.head(r, who, titleImport, "import"); err != nil {
		return err
	}
	if p.Form == nil {
		p.Form = &shell.Form{Name: "import", Values: url.Values{}}
	}
	p.Can = s.PlanCatalogue != nil
	return html.Render(w, status, "import", p)
}

// CatalogueImport tells what a file would change in the draft, or changes it.
func (s *Pages) CatalogueImport(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "import")
	if err != nil {
		return err
	}
	revision, err := f.Revision()
	if err != nil {
		return err
	}
	d, err := s.Relay.Store.CatalogueDraft(r.Context())
	if err != nil {
		return err
	}
	p := &importPage{Form: f}
	edits, err := s.planned(r, p, d.Rows)
	if err != nil {
		return err
	}
	if f.Failed() {
		return s.showImport(w, r, who, http.StatusUnprocessableEntity, p)
	}
	after, err := catalogue.Apply(d.Rows, edits, s.Relay.NewID, routing.DateOf(s.Clock()))
	if err == nil {
		err = catalogue.CheckEdited(d.Rows, after, s.Rules, routing.DateOf(s.Clock()))
	}
	if err == nil && f.Value("do") == "save" {
		if _, _, err = s.Relay.Store.EditCatalogue(r.Context(), revision, edits, s.Rules, who.Name,
			f.Value("reason")); err == nil {
			http.Redirect(w, r, "/catalogue/draft?done=import", http.StatusSeeOther)
			return nil
		}
	}
	var stale *catalogues.RevisionError
	if errors.As(err, &stale) {
		if p.Others, err = s.since(r.Context(), revision); err != nil {
			return err
		}
		return s.showImport(w, r, who, http.StatusConflict, p)
	}
	if err != nil {
		problems, ok := takeCatalogue(f, err, nil, after)
		if !ok {
			return err
		}
		p.Problems = problems
		return s.showImport(w, r, who, http.StatusUnprocessableEntity, p)
	}
	p.Shown = true
	if p.Changes, err = s.changesOf(r, d.Rows, after); err != nil {
		return err
	}
	p.Changes.Next = "" // the file is not here any more: a page further on would have to ask for it again
	return s.showImport(w, r, who, http.StatusOK, p)
}

// planned reads the uploaded file as edits; what is wrong with it is noted in the form.
func (s *Rows) planned(r *http.Request, p *importPage, rows []catalogue.Row) ([]catalogue.Edit, error) {
	if s.PlanCatalogue == nil {
		return nil, shell.ErrNotFound
	}
	sent := p.Form.Files["file"]
	if len(sent) != 1 || len(sent[0].Value) == 0 {
		p.Form.Refuse("file", wordNoFile)
		return nil, nil
	}
	edits, report, err := s.PlanCatalogue(bytes.NewReader(sent[0].Value), rows)
	if err != nil {
		p.Form.Refuse("file", wordFileProblems)
		p.Problems = fileProblems(err)
		return nil, nil
	}
	if b, err := json.Marshal(edits); err != nil || shell.StorableJSON(b) != nil {
		p.Form.Refuse("file", WordFileCharacter+" "+wordFileAgain)
		return nil, nil
	}
	p.Report = reportLines(report)
	if len(edits) == 0 {
		p.Form.Refuse("file", wordFileNothing)
	}
	return edits, nil
}
