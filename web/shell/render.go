package shell

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"rivgate/routing"
)

// menuEntry is one entry of the menu.
type menuEntry struct {
	Name, Address string
	Nav           string // what a page of this entry gives to Site.Page
	needs         Action // any of them, somewhere; what may not be done is not shown
}

// menu is the whole menu, in its order. A page that is to be found there adds its line.
func menu() []menuEntry {
	return []menuEntry{
		{menuStart, "/", "start", SignedIn},
		{menuInbox, "/inbox", "inbox", SeeCase},
		{RoomPhrases, "/phrases", "phrases", Administer | WriteCase},
		{RoomRegister, "/registration", "register", Administer | WriteCase},
		{RoomUsers, "/users", "users", Administer},
		{menuSubmit, "/submit", "submit", BeCitizen},
		{RoomStatistics, "/statistics", "statistics", SeeStatistics},
		{RoomMonitor, "/monitor", "monitor", SeeDeliveries},
		{RoomFaults, "/faults", "faults", SeeDeliveries},
		{RoomCatalogue, "/catalogue", "catalogue", SeeCatalogue},
		{RoomReview, "/review", "review", ReviewLog},
	}
}

// menuOf is the menu as somebody sees it on a page.
func menuOf(who Access, p Page) []menuEntry {
	var out []menuEntry
	for _, e := range menu() {
		if e.needs == BeCitizen && !p.Portal || e.needs != BeCitizen && !who.Somewhere(e.needs) {
			continue
		}
		out = append(out, e)
	}
	return out
}

// actionNames are the actions by the names that templates and the access log use.
func actionNames() map[string]Action {
	return map[string]Action{
		"see_case": SeeCase, "read_case": ReadCase, "assign_case": AssignCase, "write_case": WriteCase,
		"export_case":    ExportCase,
		"see_statistics": SeeStatistics, "administer": Administer, "review_log": ReviewLog, "see_catalogue": SeeCatalogue,
		"keep_catalogue": KeepCatalogue, "explain": Explain, "see_deliveries": SeeDeliveries,
		"move_deliveries": MoveDeliveries, "resend": Resend,
		"see_exchange": SeeExchange, "see_orders": SeeOrders, "be_citizen": BeCitizen, "signed_in": SignedIn,
	}
}

func actionNamed(name string) Action { return actionNames()[name] }

// Templates are the pages of a room by name. They are read once, and are part of the program: they cannot be wrong in
// one run and right in another.
type Templates struct {
	read func() map[string]*template.Template
}

// NewTemplates are the pages of a room: each *.html at the top of files. Each is read within the layout, with the
// pieces of the shell and of the rooms below (pieces.html), and of the room itself (*pieces.html), and with the words
// of the shell and of the room.
func NewTemplates(room fs.FS, own template.FuncMap, below ...fs.FS) Templates {
	return Templates{sync.OnceValue(func() map[string]*template.Template {
		names, err := fs.Glob(room, "*.html")
		if err != nil {
			panic(err)
		}
		frame := template.Must(
			template.New("layout.html").Funcs(words()).Funcs(own).ParseFS(files, "layout.html", "pieces.html"),
		)
		for _, pieces := range below {
			template.Must(frame.ParseFS(pieces, "pieces.html"))
		}
		pieces := func(file string) bool { return strings.HasSuffix(file, "pieces.html") }
		if slices.ContainsFunc(names, pieces) {
			template.Must(frame.ParseFS(room, "*pieces.html"))
		}
		all := make(map[string]*template.Template)
		for _, file := range names {
			if name := strings.TrimSuffix(file, ".html"); !pieces(file) && name != "layout" {
				all[name] = template.Must(template.Must(frame.Clone()).ParseFS(room, file))
			}
		}
		return all
	})}
}

// Render writes a page whole or not at all. That the reader has gone is no error.
func (t Templates) Render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := t.read()[name].Execute(&b, data); err != nil {
		return fmt.Errorf("rendering page %s: %w", name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
	return nil
}

// Piece writes a part of a page, for htmx to put in its place.
func (t Templates) Piece(w http.ResponseWriter, name, part string, data any) error {
	var b bytes.Buffer
	if err := t.read()[name].ExecuteTemplate(&b, part, data); err != nil {
		return fmt.Errorf("rendering %s of page %s: %w", part, name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
	return nil
}

// Page is what every page has.
type Page struct {
	Title       string
	Nav         string // the entry of the menu that is chosen; "closed" where no page opens
	Environment string
	Portal      bool // this gateway stands where 1177 is
	Status      bool // the page of the gateway's state is on this listener
	Menu        []menuEntry
	Me          string    // name of who is signed in; "" for nobody
	Unsent      *KeptForm // what was typed here before the session ran out, for a page that does not fill it in itself
	who         Access
}

// Page is what every page has, for who asks. nav is the entry of the menu that is chosen.
func (s *Site) Page(who Access, title, nav string) Page {
	p := Page{
		Title: title, Nav: nav, Environment: s.Environment, Portal: s.Open() && s.AtPortal(), Status: !s.AdminApart,
		Unsent: who.Kept, who: who,
	}
	if who.Person {
		p.Me = who.Name
	}
	p.Menu = menuOf(who, p)
	return p
}

// May lets a template show only what may be done with anything at all: {{if .May "resend"}}. The names are those of
// actionNames; any other may nothing.
func (p Page) May(action string) bool { return p.who.Somewhere(actionNamed(action)) }

// Static serves the style sheet and the icon.
func (s *Gate) Static(w http.ResponseWriter, r *http.Request, _ Access) error {
	name := r.PathValue("name")
	b, err := files.ReadFile("static/" + name)
	if err != nil {
		return ErrNotFound
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
	return nil
}

// AtPortal tells whether what is returned to 1177 stays in this gateway.
func (s *Site) AtPortal() bool {
	c := s.Relay.Contracts.Return()
	if c == nil {
		return false
	}
	route, err := s.Table().Route(routing.Call{
		Sender: s.Relay.Instance.HSAID, Receiver: s.Relay.Portal, Contract: c.Contract,
		Profile: routing.RIVTABP21,
	}, s.Clock())
	return err == nil && route.Via == routing.Portal
}

// Table is the routing table in use; nil before there is one.
func (s *Site) Table() *routing.Table {
	if s.Relay.Table == nil {
		return nil
	}
	return s.Relay.Table()
}
