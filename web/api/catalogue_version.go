package api

import (
	"net/http"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store/accesslog"
	"rivgate/store/catalogues"
	cataloguepages "rivgate/web/catalogue"
	"rivgate/web/shell"
)

// Publishing is the body of POST /api/catalogue/publish.
type Publishing struct {
	At     *time.Time `json:"at,omitempty"` // in force from then on; left out: at once
	Reason string     `json:"reason"`
	// how many units the caller knows that this turns off for citizens, and confirms to turn off
	TurnsOff int `json:"turnsOff,omitempty"`
	// patient boards that go on under another HSA-id, with their cases and statistics
	TakeOver []catalogues.Takeover `json:"takeOver,omitempty"`
}

// Publish makes the draft a version, now or later.
func (s *Catalogue) Publish(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	var in Publishing
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	var at time.Time
	if in.At != nil {
		if at = *in.At; !at.After(s.Clock()) {
			return shell.Invalid("at", wordTimePassed)
		}
	}
	v, err := s.SecondPerson().Publish(r.Context(), catalogues.Order{
		Revision: revision, At: at, By: who.Name, Reason: in.Reason, TurnsOff: in.TurnsOff, Tree: s.Table().Tree(),
		TakeOver: in.TakeOver, Log: who.Row(accesslog.Row{}),
	}, s.Rules, who.Row(accesslog.Row{}))
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusCreated, v)
}

// because refuses an order without a reason: it is kept on record.
func because(reason string) error {
	if identity.Blank(reason) {
		return shell.Invalid("reason", wordWhy)
	}
	return nil
}

// Reasoned is the body of verbs on a version.
type Reasoned struct {
	Version  int64  `json:"version"`
	Reason   string `json:"reason"`
	TurnsOff int    `json:"turnsOff,omitempty"` // of a rollback, as of Publishing
}

// Rollback puts an earlier version in force again.
func (s *Catalogue) Rollback(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var in Reasoned
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	v, err := s.Relay.Store.RollBackCatalogue(r.Context(), in.Version, catalogues.Order{
		By: who.Name, Reason: in.Reason, TurnsOff: in.TurnsOff, Tree: s.Table().Tree(),
	}, s.Rules)
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusCreated, v)
}

// Cancel takes a version back that is not in force yet.
func (s *Catalogue) Cancel(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var in Reasoned
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	if err := s.Relay.Store.CancelCatalogue(r.Context(), in.Version, who.Name, in.Reason); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// Rebase brings a newer version into the draft.
func (s *Catalogue) Rebase(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	revision, err := ifMatch(r)
	if err != nil {
		return err
	}
	d, err := s.Relay.Store.RebaseCatalogue(r.Context(), revision, s.Rules, who.Name)
	if err != nil {
		return err
	}
	return tagged(w, http.StatusOK, d.Revision, DraftView{d, len(d.Rows)})
}

// Versions lists the versions, the newest first.
func (s *Catalogue) Versions(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	versions, err := s.Relay.Store.CatalogueVersions(r.Context())
	if err != nil {
		return err
	}
	out := shell.List[cataloguepages.VersionView]{Items: []cataloguepages.VersionView{}}
	former := false
	for _, v := range versions { // the newest first
		state := "former"
		switch {
		case v.Cancelled != nil:
			state = "cancelled"
		case v.Due.After(s.Clock()):
			state = "scheduled"
		case !former:
			state, former = "inforce", true
		}
		out.Items = append(out.Items, cataloguepages.VersionView{Version: v, State: state})
	}
	return shell.WriteJSON(w, http.StatusOK, out)
}

// History lists who changed what, and why.
func (s *Catalogue) History(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	events, err := s.Relay.Store.CatalogueEvents(r.Context())
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[catalogues.Event]{Items: shell.OrEmpty(events)})
}

// Held tells of a catalogue that shrank and waits for a person.
func (s *Catalogue) Held(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
	held, err := s.Relay.Store.HeldCatalogues(r.Context())
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[catalogues.Held]{Items: shell.OrEmpty(held)})
}

// Acceptance is the body of POST /api/catalogue/accept.
type Acceptance struct {
	Digest string `json:"digest"`
	Reason string `json:"reason"`
}

// AcceptHeld takes the catalogue that waits.
func (s *Catalogue) AcceptHeld(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	var in Acceptance
	if err := shell.ReadJSON(w, r, &in); err != nil {
		return err
	}
	if err := because(in.Reason); err != nil {
		return err
	}
	if err := s.Relay.Store.AcceptCatalogue(r.Context(), in.Digest, who.Name, in.Reason); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
