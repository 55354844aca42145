package catalogue

import (
	"net/http"
	"net/url"

	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

type heldPage struct {
	catalogueHead
	Held []catalogues.Held // that nobody has confirmed
	Form *shell.Form
}

// HeldPage shows answers of the catalogue's source that shrank so much that they are held back until a person confirms
// them.
func (s *Pages) HeldPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showHeld(w, r, who, http.StatusOK, &shell.Form{Name: "held", Values: url.Values{}})
}

func (s *Pages) showHeld(w http.ResponseWriter, r *http.Request, who shell.Access, status int, f *shell.Form) error {
	h, err := s.head(r, who, titleHeld, "")
	if err != nil {
		return err
	}
	all, err := s.Relay.Store.HeldCatalogues(r.Context())
	if err != nil {
		return err
	}
	p := heldPage{catalogueHead: h, Form: f}
	for _, one := range all {
		if one.Accepted == nil {
			p.Held = append(p.Held, one)
		}
	}
	return html.Render(w, status, "held", p)
}

// AcceptHeld confirms one of them.
func (s *Pages) AcceptHeld(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	f, err := shell.ReadForm(w, r, "held")
	if err != nil {
		return err
	}
	if f.Value("reason") == "" {
		f.Refuse("reason", wordWhyEvent)
		return s.showHeld(w, r, who, http.StatusUnprocessableEntity, f)
	}
	if err := s.Relay.Store.AcceptCatalogue(r.Context(), f.Value("digest"), who.Name, f.Value("reason")); err != nil {
		return err
	}
	http.Redirect(w, r, "/catalogue?done=accept", http.StatusSeeOther)
	return nil
}
