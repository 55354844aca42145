package catalogue

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"rivgate/store"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// VersionView is a version and whether it is the one in force.
type VersionView struct {
	catalogues.Version
	State string `json:"state"` // inforce, scheduled, former or cancelled
}

type versionsPage struct {
	catalogueHead
	Versions []VersionView
}

// stated says of each version where it stands; they come newest first.
func (h catalogueHead) stated(versions []catalogues.Version) []VersionView {
	out := make([]VersionView, 0, len(versions))
	for _, v := range versions {
		state := "former"
		switch {
		case v.Cancelled != nil:
			state = "cancelled"
		case v.Due.After(h.Now):
			state = "scheduled"
		case h.InForce != nil && v.Number == h.InForce.Number:
			state = "inforce"
		}
		out = append(out, VersionView{v, state})
	}
	return out
}

// VersionsPage lists all versions, the newest first.
func (s *Pages) VersionsPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	h, err := s.head(r, who, titleVersions, "versions")
	if err != nil {
		return err
	}
	versions, err := s.Relay.Store.CatalogueVersions(r.Context())
	if err != nil {
		return err
	}
	return html.Render(w, http.StatusOK, "versions", versionsPage{h, h.stated(versions)})
}

type versionPage struct {
	catalogueHead
	Version VersionView
	Changes changesView // what publishing it anew would change
	Form    *shell.Form // roll back or cancel
	Moved   bool        // another version has come into force since the page was opened
}

// VersionPage shows what differs between what is in force and a version, and goes back to it.
func (s *Pages) VersionPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showVersion(w, r, who, http.StatusOK, &versionPage{})
}

func (s *Pages) showVersion(w http.ResponseWriter, r *http.Request, who shell.Access, status int,
	p *versionPage,
) error {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return shell.ErrNotFound
	}
	if p.catalogueHead, err = s.head(r, who, fmt.Sprintf(titleVersion, number), "versions"); err != nil {
		return err
	}
	versions, err := s.Relay.Store.CatalogueVersions(r.Context())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(versions, func(v catalogues.Version) bool { return v.Number == number })
	if i < 0 {
		return shell.ErrNotFound
	}
	p.Version = p.stated(versions)[i]
	var present int64
	if p.InForce != nil {
		present = p.InForce.Number
	}
	before, err := s.versionRows(r.Context(), present)
	if err != nil {
		return err
	}
	after, err := s.versionRows(r.Context(), number)
	if err != nil {
		return err
	}
	c, err := s.comparedTo(before, after)
	if err != nil {
		return err
	}
	if p.Changes, err = s.changesView(r, c); err != nil {
		return err
	}
	if p.Form == nil {
		p.Form = &shell.Form{Name: "version", Values: url.Values{}}
	}
	return html.Render(w, status, "version", p)
}

// VersionVerb rolls back to a version, or cancels one that is not due yet.
func (s *Pages) VersionVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return shell.ErrNotFound
	}
	f, err := shell.ReadForm(w, r, "version")
	if err != nil {
		return err
	}
	if f.Value("reason") == "" {
		f.Refuse("reason", wordWhyEvent)
		return s.showVersion(w, r, who, http.StatusUnprocessableEntity, &versionPage{Form: f})
	}
	after := "/catalogue?done=rollback"
	switch r.PathValue("verb") {
	case "rollback":
		// The person has seen the difference to the version that was in force then. To another one it is another difference.
		present, err := s.Relay.Store.CatalogueInForce(r.Context())
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if f.Value("inforce") != strconv.FormatInt(present.Number, 10) {
			return s.showVersion(w, r, who, http.StatusConflict, &versionPage{Form: f, Moved: true})
		}
		_, err = s.Relay.Store.RollBackCatalogue(r.Context(), number, catalogues.Order{
			By: who.Name, Reason: f.Value("reason"), TurnsOff: turnsOff(f), Tree: s.Table().Tree(),
		}, s.Rules)
		return s.versionDone(w, r, who, f, after, err)
	case "cancel":
		err = s.Relay.Store.CancelCatalogue(r.Context(), number, who.Name, f.Value("reason"))
		return s.versionDone(w, r, who, f, "/catalogue/draft?done=cancel", err)
	}
	return shell.ErrNotFound
}

// versionDone goes on after a verb, or shows its form again with what the store refused.
func (s *Pages) versionDone(w http.ResponseWriter, r *http.Request, who shell.Access, f *shell.Form, after string,
	err error,
) error {
	if err == nil {
		http.Redirect(w, r, after, http.StatusSeeOther)
		return nil
	}
	var off *catalogues.TurnsOffError
	if errors.As(err, &off) {
		f.Refuse("turnsoff", wordTurnsOff)
		return s.showVersion(w, r, who, http.StatusUnprocessableEntity, &versionPage{Form: f})
	}
	if _, ok := takeCatalogue(f, err, nil, nil); !ok {
		return err
	}
	return s.showVersion(w, r, who, http.StatusConflict, &versionPage{Form: f})
}

type historyPage struct {
	catalogueHead
	Events []eventView
}

// eventView is one thing that was done, with its lines in Swedish.
type eventView struct {
	catalogues.Event
	Lines []string
}

// HistoryPage tells who did what, when and why.
func (s *Pages) HistoryPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	h, err := s.head(r, who, titleHistory, "history")
	if err != nil {
		return err
	}
	events, err := s.Relay.Store.CatalogueEvents(r.Context())
	if err != nil {
		return err
	}
	const most, lines = 100, 10
	p := historyPage{catalogueHead: h}
	for _, e := range events[:min(len(events), most)] {
		p.Events = append(p.Events, eventView{e, recordedLines(e, lines)})
	}
	return html.Render(w, http.StatusOK, "history", p)
}
