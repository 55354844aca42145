package web

import (
	"net/http"
	"strings"
	"time"

	"rivgate/store"
)

// publishing is the body of POST /api/catalogue/publish.
type publishing struct {
	At     *time.Time `json:"at,omitempty"` // in force from then on; left out: at once
	Reason string     `json:"reason"`
}

func (s *Site) apiCataloguePublish(w http.ResponseWriter, r *http.Request, who access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in publishing
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	var at time.Time
	if in.At != nil {
		if at = *in.At; !at.After(s.now()) {
			return invalid("at", "Tiden har passerat. Utelämna at för att publicera genast.")
		}
	}
	v, err := s.Relay.Store.PublishCatalogue(r.Context(), revision, at, s.Rules, who.name, in.Reason)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, v)
}

// because refuses an order without a reason: it is kept on record.
func because(reason string) error {
	if strings.TrimSpace(reason) == "" {
		return invalid("reason", "Ange varför.")
	}
	return nil
}

// reasoned is the body of verbs on a version.
type reasoned struct {
	Version int64  `json:"version"`
	Reason  string `json:"reason"`
}

func (s *Site) apiCatalogueRollback(w http.ResponseWriter, r *http.Request, who access) error {
	var in reasoned
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	v, err := s.Relay.Store.RollBackCatalogue(r.Context(), in.Version, who.name, in.Reason)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, v)
}

func (s *Site) apiCatalogueCancel(w http.ResponseWriter, r *http.Request, who access) error {
	var in reasoned
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	if err := s.Relay.Store.CancelCatalogue(r.Context(), in.Version, who.name, in.Reason); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Site) apiCatalogueRebase(w http.ResponseWriter, r *http.Request, who access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	d, err := s.Relay.Store.RebaseCatalogue(r.Context(), revision, s.Rules, who.name)
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, draftView{d, len(d.Rows)})
}

// versionView is a version and whether it is the one in force.
type versionView struct {
	store.CatalogueVersion
	State string `json:"state"` // inforce, scheduled, former or cancelled
}

func (s *Site) apiCatalogueVersions(w http.ResponseWriter, r *http.Request, _ access) error {
	versions, err := s.Relay.Store.CatalogueVersions(r.Context())
	if err != nil {
		return err
	}
	out := list[versionView]{Items: []versionView{}}
	former := false
	for _, v := range versions { // the newest first
		state := "former"
		switch {
		case v.Cancelled != nil:
			state = "cancelled"
		case v.Due.After(s.now()):
			state = "scheduled"
		case !former:
			state, former = "inforce", true
		}
		out.Items = append(out.Items, versionView{v, state})
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Site) apiCatalogueHistory(w http.ResponseWriter, r *http.Request, _ access) error {
	events, err := s.Relay.Store.CatalogueEvents(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.CatalogueEvent]{Items: orEmpty(events)})
}

func (s *Site) apiCatalogueHeld(w http.ResponseWriter, r *http.Request, _ access) error {
	held, err := s.Relay.Store.HeldCatalogues(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, list[store.HeldCatalogue]{Items: orEmpty(held)})
}

// acceptance is the body of POST /api/catalogue/accept.
type acceptance struct {
	Digest string `json:"digest"`
	Reason string `json:"reason"`
}

func (s *Site) apiCatalogueAccept(w http.ResponseWriter, r *http.Request, who access) error {
	var in acceptance
	if err := readJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	if err := s.Relay.Store.AcceptCatalogue(r.Context(), in.Digest, who.name, in.Reason); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
