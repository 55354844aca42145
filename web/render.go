package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"

	"rivgate/routing"
)

//go:embed pages static openapi.json
var files embed.FS

// html are the pages.
var html = newTemplates(files, words())

// templates are the pages of a room by name. They are read once, and are part of the program: they cannot be wrong in one run and right in another.
type templates struct {
	read func() map[string]*template.Template
}

// newTemplates are the pages in a folder.
func newTemplates(files fs.FS, words template.FuncMap) templates {
	return templates{sync.OnceValue(func() map[string]*template.Template {
		names, err := fs.Glob(files, "pages/*.html")
		if err != nil {
			panic(err)
		}
		all := make(map[string]*template.Template)
		for _, file := range names {
			name := strings.TrimSuffix(path.Base(file), ".html")
			all[name] = template.Must(template.New("layout.html").Funcs(words).ParseFS(files, "pages/shared/*.html", file))
		}
		return all
	})}
}

// render writes a page whole or not at all. That the reader has gone is no error.
func (t templates) render(w http.ResponseWriter, status int, name string, data any) error {
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

// piece writes a part of a page, for htmx to put in its place.
func (t templates) piece(w http.ResponseWriter, name, part string, data any) error {
	var b bytes.Buffer
	if err := t.read()[name].ExecuteTemplate(&b, part, data); err != nil {
		return fmt.Errorf("rendering %s of page %s: %w", part, name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
	return nil
}

// page is what every page has.
type page struct {
	Title       string
	Nav         string // the entry of the menu that is chosen; "closed" where no page opens
	Environment string
	Portal      bool // this gateway stands where 1177 is
	Status      bool // the page of the gateway's state is on this listener
	Menu        []menuEntry
	Me          string    // name of who is signed in; "" for nobody
	Unsent      *keptForm // what was typed here before the session ran out, for a page that does not fill it in itself
	who         access
}

func (s *Site) page(who access, title, nav string) page {
	p := page{Title: title, Nav: nav, Environment: s.Environment, Portal: s.open() && s.atPortal(), Status: !s.AdminApart, Unsent: who.kept, who: who}
	if who.person {
		p.Me = who.name
	}
	p.Menu = menuOf(who, p)
	return p
}

// May lets a template show only what may be done with anything at all: {{if .May "resend"}}. The names are those of actionNames; any other may nothing.
func (p page) May(action string) bool { return p.who.somewhere(actionNamed(action)) }

// static serves the style sheet and the icon.
func (s *Site) static(w http.ResponseWriter, r *http.Request, _ access) error {
	name := r.PathValue("name")
	b, err := files.ReadFile("static/" + name)
	if err != nil {
		return errNotFound
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
	return nil
}

// atPortal tells whether what is returned to 1177 stays in this gateway.
func (s *Site) atPortal() bool {
	c := s.Relay.Contracts.Return()
	if c == nil {
		return false
	}
	route, err := s.table().Route(routing.Call{
		Sender: s.Relay.Instance.HSAID, Receiver: s.Relay.Portal, Contract: c.Contract,
		Profile: routing.RIVTABP21,
	}, s.now())
	return err == nil && route.Via == routing.Portal
}

func (s *Site) table() *routing.Table {
	if s.Relay.Table == nil {
		return nil
	}
	return s.Relay.Table()
}
