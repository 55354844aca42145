package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

type importPage struct {
	catalogueHead
	Form     *form
	Can      bool // this gateway reads files
	Others   []string
	Problems []rowProblem
	Shown    bool // the file was only tried
	Report   []reportLine
	Changes  changesView
}

// catalogueImportPage takes a file into the draft.
func (s *Site) catalogueImportPage(w http.ResponseWriter, r *http.Request, who access) error {
	return s.showImport(w, r, who, http.StatusOK, &importPage{})
}

func (s *Site) showImport(w http.ResponseWriter, r *http.Request, who access, status int, p *importPage) error {
	var err error
	if p.catalogueHead, err = s.catalogueHead(r, who, "Läs in fil", "import"); err != nil {
		return err
	}
	if p.Form == nil {
		p.Form = &form{Name: "import", Values: url.Values{}}
	}
	p.Can = s.PlanCatalogue != nil
	return html.render(w, status, "catalogue_import", p)
}

// catalogueImport tells what a file would change in the draft, or changes it.
func (s *Site) catalogueImport(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "import")
	if err != nil {
		return err
	}
	revision, err := f.revision()
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
	after, err := catalogue.Apply(d.Rows, edits, s.Relay.NewID, routing.DateOf(s.now()))
	if err == nil {
		err = catalogue.Check(after, s.Rules, routing.DateOf(s.now()))
	}
	if err == nil && f.Value("do") == "save" {
		if _, _, err = s.Relay.Store.EditCatalogue(r.Context(), revision, edits, s.Rules, who.name, f.Value("reason")); err == nil {
			http.Redirect(w, r, "/catalogue/draft?done=import", http.StatusSeeOther)
			return nil
		}
	}
	var stale *store.RevisionError
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
func (s *Site) planned(r *http.Request, p *importPage, rows []catalogue.Row) ([]catalogue.Edit, error) {
	if s.PlanCatalogue == nil {
		return nil, errNotFound
	}
	sent := p.Form.files["file"]
	if len(sent) != 1 || len(sent[0].value) == 0 {
		p.Form.refuse("file", "Välj en fil som inte är tom.")
		return nil, nil
	}
	edits, report, err := s.PlanCatalogue(bytes.NewReader(sent[0].value), rows)
	if err != nil {
		p.Form.refuse("file", "Filen gick inte att läsa. Rätta det som står i tabellen och välj den igen.")
		p.Problems = fileProblems(err)
		return nil, nil
	}
	if b, err := json.Marshal(edits); err != nil || storableJSON(b) != nil {
		p.Form.refuse("file", "En rad har ett tecken som inte kan sparas (ett styrtecken, U+FFFE eller U+FFFF). Rätta filen och välj den igen.")
		return nil, nil
	}
	p.Report = reportLines(report)
	if len(edits) == 0 {
		p.Form.refuse("file", "Filen ändrar ingenting: utkastet säger redan samma sak.")
	}
	return edits, nil
}
