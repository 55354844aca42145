package people

import (
	"net/http"
	"strings"
	"time"

	"rivgate/relay/duties"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// dutiesPage is what waits for a second person, and what came of what did.
type dutiesPage struct {
	shell.Page
	Requests []dutyRow
	Needed   bool // something needs a second person here
	Now      time.Time
	Done     string
}

// dutyRow is one request as somebody sees it.
type dutyRow struct {
	accounts.SecondRequest
	What, Became string
	Mine         bool // they asked for it
	Decidable    bool // it waits, and they may do such a thing
}

// Addresses are where it would lead, one by one.
func (r dutyRow) Addresses() []string { return strings.Fields(r.Address) }

// dutyAction is what a person must be allowed who asks or decides.
func dutyAction(duty string) shell.Action {
	if duty == duties.Redirect {
		return shell.MoveDeliveries
	}
	return shell.KeepCatalogue
}

// DutiesPage shows what waits for a second person.
func (s *Pages) DutiesPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	all, err := s.Relay.Store.SecondRequests(r.Context())
	if err != nil {
		return err
	}
	p := dutiesPage{
		Page: s.Page(who, titleDuties, "duties"), Needed: len(s.SecondPerson().Second) > 0, Now: s.Clock(),
		Done: dutiesDone(r.URL.Query().Get("done")),
	}
	for _, one := range all {
		if who.Somewhere(dutyAction(one.Duty)) {
			p.Requests = append(p.Requests, dutyRow{
				SecondRequest: one, What: dutyWords[one.Duty], Became: dutyStates[one.State], Mine: one.Asker == who.User,
				Decidable: one.State == accounts.SecondWaiting,
			})
		}
	}
	return html.Render(w, http.StatusOK, "duties", p)
}

// DutyVerb confirms or refuses: POST /duties/{id}/{verb}. Whoever may not do such a thing does not decide it.
func (s *Pages) DutyVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	if _, err := shell.ReadForm(w, r, "duty"); err != nil {
		return err
	}
	_, err := s.Decide(r, who, r.PathValue("id"), r.PathValue("verb"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, shell.Link("/duties?done={}", r.PathValue("verb")), http.StatusSeeOther)
	return nil
}

// Decide carries out confirm or refuse, for page and API.
func (s *Pages) Decide(r *http.Request, who shell.Access, id, verb string) (duties.Done, error) {
	one, err := s.Relay.Store.SecondRequest(r.Context(), id)
	if err != nil {
		return duties.Done{}, err
	}
	if !who.Somewhere(dutyAction(one.Duty)) {
		return duties.Done{}, shell.ErrRole
	}
	switch verb {
	case "confirm":
		if err := s.Fresh(r, who); err != nil {
			return duties.Done{}, err
		}
		return s.SecondPerson().Confirm(r.Context(), id, who.Row(accesslog.Row{}))
	case "refuse":
		one, err = s.SecondPerson().Refuse(r.Context(), id, who.Row(accesslog.Row{}))
		return duties.Done{Request: one}, err
	}
	return duties.Done{}, shell.ErrNotFound
}

// APIDuties lists what waits for a second person.
func (s *Pages) APIDuties(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	all, err := s.Relay.Store.SecondRequests(r.Context())
	if err != nil {
		return err
	}
	items := []accounts.SecondRequest{}
	for _, one := range all {
		if who.Somewhere(dutyAction(one.Duty)) {
			items = append(items, one)
		}
	}
	return shell.WriteJSON(w, http.StatusOK, map[string]any{"items": items})
}

// APIDutyVerb confirms or refuses.
func (s *Pages) APIDutyVerb(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	done, err := s.Decide(r, who, r.PathValue("id"), r.PathValue("verb"))
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, done)
}
