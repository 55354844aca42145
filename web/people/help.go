package people

import (
	"net/http"
	"time"

	"rivgate/web/shell"
)

type helpPage struct {
	shell.Page
	Undo int // seconds in which an answer can be taken back; 0: it leaves at once
	Days int // for which a reporter may add to a closed case
}

// HelpPage says in plain words what can be done with a case, what the reporter sees of it, and who to ask.
func (s *Pages) HelpPage(w http.ResponseWriter, _ *http.Request, who shell.Access) error {
	p := helpPage{Page: s.Page(who, titleHelp, "help")}
	if s.Later != nil {
		p.Undo = int(s.Later.Delay.Round(time.Second) / time.Second)
	}
	const day = 24 * time.Hour
	p.Days = int(s.Relay.SupplementAfterClose / day)
	return html.Render(w, http.StatusOK, "help", p)
}
