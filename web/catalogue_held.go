package web

import (
	"net/http"
	"net/url"

	"rivgate/store"
)

type heldPage struct {
	catalogueHead
	Held []store.HeldCatalogue // that nobody has confirmed
	Form *form
}

// catalogueHeldPage shows answers of the catalogue's source that shrank so much that they are held back until a person confirms them.
func (s *Site) catalogueHeldPage(w http.ResponseWriter, r *http.Request, who access) error {
	return s.showHeld(w, r, who, http.StatusOK, &form{Name: "held", Values: url.Values{}})
}

func (s *Site) showHeld(w http.ResponseWriter, r *http.Request, who access, status int, f *form) error {
	h, err := s.catalogueHead(r, who, "Katalog som krympt", "")
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
	return html.render(w, status, "catalogue_held", p)
}

// catalogueAccept confirms one of them.
func (s *Site) catalogueAccept(w http.ResponseWriter, r *http.Request, who access) error {
	f, err := readForm(w, r, "held")
	if err != nil {
		return err
	}
	if f.Value("reason") == "" {
		f.refuse("reason", "Skriv varför: det sparas bland händelserna.")
		return s.showHeld(w, r, who, http.StatusUnprocessableEntity, f)
	}
	if err := s.Relay.Store.AcceptCatalogue(r.Context(), f.Value("digest"), who.name, f.Value("reason")); err != nil {
		return err
	}
	http.Redirect(w, r, "/catalogue?done=accept", http.StatusSeeOther)
	return nil
}
