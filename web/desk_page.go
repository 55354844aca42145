package web

import (
	"net/http"
	"net/url"
	"time"

	"rivgate/store"
)

// deskPage is a case without its contents, for who assigns cases and does not read them.
type deskPage struct {
	page
	deskPart
	Case   store.Case
	Unit   string // name of who has it
	Left   int
	Days   int
	Late   bool
	Closed bool
	Active string
	Forms  map[string]*form
	Done   string
	Now    time.Time
}

// Verb is the head of the form for a verb of deskVerbs.
func (p deskPage) Verb(name string) deskForm {
	return deskForm{Case: p.Case, Verb: name, Version: p.Desk.Version}
}

// deskPage shows who has a case and until when, and lets it be assigned: GET /inbox/{id}/desk. Whoever may read the case is sent to its own page.
func (s *Site) deskPage(w http.ResponseWriter, r *http.Request, who access) error {
	c, err := s.inboxCase(r.Context(), r.PathValue("id"), who, AssignCase)
	if err != nil {
		return err
	}
	if who.may(ReadCase, ownerOf(c)) {
		here := link("/inbox/{}", c.ID)
		if err := s.keepFor(r.Context(), who.kept, here); err != nil {
			return err
		}
		http.Redirect(w, r, here, http.StatusSeeOther)
		return nil
	}
	if err := s.lookedAt(r.Context(), who, store.AccessRead, c, "desk"); err != nil {
		return err
	}
	return s.showDesk(w, r, who, c, nil)
}

// showDesk renders the desk of a case. failed is the form that could not be carried out, nil when none was.
func (s *Site) showDesk(w http.ResponseWriter, r *http.Request, who access, c store.Case, failed *form) error {
	p := deskPage{
		page: s.page(who, "Ärende "+reference(c), "inbox"), Case: c, Unit: handlerName(c.Handler), Left: daysLeft(c, s.now()), Days: daysInAll(c),
		Closed: c.State == store.Closed, Done: doneWord(r.URL.Query().Get("done")), Now: s.now(), Forms: map[string]*form{},
	}
	p.Late = p.Left < 0 && !p.Closed
	var err error
	if p.Desk, err = s.Relay.Store.Desk(r.Context(), c.ID); err != nil {
		return err
	}
	if p.People, err = s.colleagues(r.Context(), c); err != nil {
		return err
	}
	p.Assigns, p.ParkDay, p.Back = true, s.parkDay(), p.Desk.Parked.Back(s.now()) && !p.Closed
	for _, name := range []string{"assign", "park"} {
		p.Forms[name] = &form{Name: name, Values: url.Values{}}
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], p.Active, status, p.Title = failed, failed.Name, http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "desk", p)
}
