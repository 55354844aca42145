package desk

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// deskPage is a case without its contents, for who assigns cases and does not read them.
type deskPage struct {
	shell.Page
	deskPart
	Case   store.Case
	Unit   string // name of who has it
	Left   int
	Days   int
	Late   bool
	Closed bool
	Active string
	Forms  map[string]*shell.Form
	Done   string
	Now    time.Time
}

// Verb is the head of the form for a verb of deskVerbs.
func (p deskPage) Verb(name string) deskForm {
	return deskForm{Case: p.Case, Verb: name, Version: p.Desk.Version}
}

// AssignmentPage shows who has a case and until when, and lets it be assigned: GET /inbox/{id}/desk. Whoever may read
// the case is sent to its own page.
func (s *Work) AssignmentPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	c, err := s.InboxCase(r.Context(), r.PathValue("id"), who, shell.AssignCase)
	if err != nil {
		return err
	}
	if who.May(shell.ReadCase, shell.OwnerOf(c)) {
		here := shell.Link("/inbox/{}", c.ID)
		if err := s.KeepFor(r.Context(), who.Kept, here); err != nil {
			return err
		}
		http.Redirect(w, r, here, http.StatusSeeOther)
		return nil
	}
	if err := s.OpenCase(r.Context(), who, accesslog.Read, &c, "desk"); err != nil {
		return err
	}
	return s.showDesk(w, r, who, c, nil)
}

// showDesk renders the desk of a case. failed is the form that could not be carried out, nil when none was.
func (s *Work) showDesk(w http.ResponseWriter, r *http.Request, who shell.Access, c store.Case,
	failed *shell.Form,
) error {
	p := deskPage{
		Page: s.Page(who, fmt.Sprintf(titleCase, casework.Reference(c)), "inbox"), Case: c,
		Unit: casework.HandlerName(c.Handler), Left: casework.DaysLeft(c, s.Clock()), Days: casework.DaysInAll(c),
		Closed: c.State == store.Closed, Done: doneWord(r.URL.Query().Get("done")), Now: s.Clock(),
		Forms: map[string]*shell.Form{},
	}
	p.Late = p.Left < 0 && !p.Closed
	var err error
	if p.Desk, err = s.Relay.Store.Desk(r.Context(), c.ID); err != nil {
		return err
	}
	if p.People, err = s.colleagues(r.Context(), c); err != nil {
		return err
	}
	p.Assigns, p.ParkDay, p.Back = true, s.parkDay(), p.Desk.Parked.Back(s.Clock()) && !p.Closed
	for _, name := range []string{"assign", "park"} {
		p.Forms[name] = &shell.Form{Name: name, Values: url.Values{}}
	}
	status := http.StatusOK
	if failed != nil {
		p.Forms[failed.Name], p.Active, status, p.Title = failed, failed.Name, http.StatusUnprocessableEntity,
			shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "assignment", p)
}
