package web

import (
	"net/http"
	"time"
)

type helpPage struct {
	page
	Undo int // seconds in which an answer can be taken back; 0: it leaves at once
}

// helpPage says in plain words what can be done with a case, what the reporter sees of it, and who to ask.
func (s *Site) helpPage(w http.ResponseWriter, _ *http.Request, who access) error {
	p := helpPage{page: s.page(who, "Hjälp", "help")}
	if s.Later != nil {
		p.Undo = int(s.Later.Delay.Round(time.Second) / time.Second)
	}
	return html.render(w, http.StatusOK, "help", p)
}
