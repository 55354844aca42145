// Package open is the page on which somebody reports without saying who they are, and the page on which they follow
// what became of it, by a code that they were shown once. Both are for anybody, and off unless the configuration says
// otherwise.
//
// It keeps no session and sets no cookie. It knows no person: what it sends has an identity of ours in the reporter's
// place, of that case alone.
package open

import (
	"embed"
	"html/template"
	"net/http"
	"net/netip"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

//go:embed *.html
var files embed.FS

var html = shell.NewTemplates(files, template.FuncMap{"regionname": casework.RegionName}, casework.Pieces)

// Pages are the open pages.
type Pages struct {
	casework.Base
	sends   limiter
	guesses limiter
}

// ready tells whether cases can be sent from here: only where this gateway stands at 1177.
func (s *Pages) ready() error {
	if !s.AtPortal() {
		return shell.ErrNotFound
	}
	return nil
}

// page is what every page has. There is no menu: nobody is signed in.
func (s *Pages) page(title string) shell.Page {
	p := s.Page(shell.Access{}, title, "closed")
	p.Menu = nil
	return p
}

// units are those that can be chosen here, by a text that is searched for: those that have the inbox.
func (s *Pages) units(q string) (out []routing.Unit) {
	search := s.Relay.Search(q, "", casework.ReceiverLimit)
	for _, u := range append(search.Found, search.Elsewhere...) {
		if u.Via == routing.Inbox {
			out = append(out, u.Unit)
		}
	}
	return out
}

// boards are the patient boards that can be chosen here.
func (s *Pages) boards() (out []routing.Unit) {
	for _, u := range s.Relay.Boards("") {
		if u.Via == routing.Inbox {
			out = append(out, u.Unit)
		}
	}
	return out
}

// unit is one that can be chosen here. Whoever asks for another, by a link that somebody made up, is told that there is
// none, and it is logged.
func (s *Pages) unit(r *http.Request, id string) (routing.Unit, error) {
	if u, ok := s.Relay.ReceiverOf(id); ok && u.Via == routing.Inbox {
		return u.Unit, nil
	}
	s.Stranger(r, shell.Access{}, accesslog.Row{What: accesslog.Refused, Detail: "open page: unit"})
	return routing.Unit{}, shell.ErrNotFound
}

// peer is whose tries are counted together: the address that a request came from, over trusted proxies; of an IPv6
// address the network, of which everybody has one with many addresses.
func (s *Pages) peer(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	const network = 64
	source := s.Relay.Trust.Source(at.Addr(), r.Header).Unmap()
	if source.Is6() {
		if net, err := source.Prefix(network); err == nil {
			return net.String()
		}
	}
	return source.String()
}

// crowded answers who, or everybody together, has tried too often. It is logged, as all that strangers cause.
func (s *Pages) crowded(w http.ResponseWriter, r *http.Request, detail string) error {
	s.Stranger(r, shell.Access{}, accesslog.Row{
		What: accesslog.Refused, Detail: accesslog.DetailOf(detail, "too many tries"),
	})
	w.Header().Set("Retry-After", retryAfter)
	return shell.NewProblem(http.StatusTooManyRequests, "too-many", titleCrowded, wordCrowded)
}
