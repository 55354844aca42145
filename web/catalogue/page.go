package catalogue

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// catalogueRowsShown bounds a page of rows or units.
const catalogueRowsShown = 50

// catalogueHead is what every page of the catalogue begins with: what is in force, and whether something is being
// prepared.
type catalogueHead struct {
	shell.Page
	saying
	Tab       string // the chosen one
	Done      string // what was just done, in words
	Now       time.Time
	Keeps     bool // the reader may change the catalogue
	Kept      bool // the gateway decides by what is published here
	Status    shell.CatalogueStatus
	InForce   *catalogues.Version
	Scheduled []catalogues.Version // not due yet, the next first
	Draft     catalogues.Draft
}

// head reads what all pages of the catalogue show.
func (s *Pages) head(r *http.Request, who shell.Access, title, tab string) (catalogueHead, error) {
	h := catalogueHead{
		Page: s.Page(who, title, "catalogue"), Tab: tab, Now: s.Clock(), Keeps: who.May(shell.KeepCatalogue, shell.Owner{}),
		Done: doneWords[r.URL.Query().Get("done")],
	}
	if s.CatalogueInUse != nil {
		h.Status = s.CatalogueInUse()
	}
	h.Kept = h.Status.Source == "" || h.Status.Source == "store"
	versions, err := s.Relay.Store.CatalogueVersions(r.Context())
	if err != nil {
		return h, err
	}
	for _, v := range versions { // the newest first
		switch {
		case v.Cancelled != nil:
		case v.Due.After(h.Now):
			h.Scheduled = slices.Insert(h.Scheduled, 0, v)
		case h.InForce == nil:
			h.InForce = &v
		}
	}
	h.Draft, err = s.Relay.Store.CatalogueState(r.Context()) // its rows are for the pages that show them
	return h, err
}

type unitsPage struct {
	catalogueHead
	Query  string
	Way    string
	Units  []shell.UnitWay
	Counts map[string]int // units by way
	Total  int
	Next   string

	readers      []shell.Access // accounts that are open, with their roles
	send, portal string         // the contract that brings cases, and who sends them
}

// UnitsPage shows which units there are and where their cases go: also those whose cases go nowhere.
func (s *Pages) UnitsPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	h, err := s.head(r, who, titleUnits, "units")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p := unitsPage{catalogueHead: h, Query: strings.TrimSpace(q.Get("q")), Way: q.Get("way")}
	p.send, p.portal = s.shortest(s.Relay.Contracts.Send().Contract), s.Relay.Portal
	open, err := s.Relay.Store.OpenCases(r.Context())
	if err != nil {
		return err
	}
	from, err := strconv.Atoi(q.Get("from"))
	if err != nil || from < 0 {
		from = 0
	}
	if p.readers, err = s.KnownAccounts(r.Context()); err != nil {
		return err
	}
	all := s.WaysNow()
	p.Counts = all.Counts
	for i := range all.Found(p.Query, p.Way) {
		p.Total++
		if p.Total > from && len(p.Units) < catalogueRowsShown {
			way := all.Ways[i]
			way.Open = open[routing.Fold(way.HSAID)]
			p.Units = append(p.Units, way)
		}
	}
	if next := from + len(p.Units); next < p.Total {
		p.Next = shell.Link("/catalogue?q={}&way={}&from={}", p.Query, p.Way, next)
	}
	return html.Render(w, http.StatusOK, "units", p)
}

type rowsPage struct {
	catalogueHead
	Query string
	Kind  catalogue.Kind
	Of    string
	Kinds []catalogue.Kind
	Rows  []rowView
	Total int
	Next  string
}

// rowView is a row with whether it counts today.
type rowView struct {
	catalogue.Row
	Validity string // active, coming or ended
}

// RowsPage lists rows of the draft, of the version in force or of any version.
func (s *Pages) RowsPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	h, err := s.head(r, who, titleRows, "rows")
	if err != nil {
		return err
	}
	q := r.URL.Query()
	p := rowsPage{
		catalogueHead: h, Query: strings.TrimSpace(q.Get("q")), Kind: catalogue.Kind(q.Get("kind")), Of: q.Get("of"),
		Kinds: catalogue.Kinds(),
	}
	if p.Of == "" {
		p.Of = "draft"
	}
	rows, err := s.rowsShown(r, p.Of)
	if err != nil && !(p.Of == "inforce" && errors.Is(err, store.ErrNotFound)) {
		return err
	}
	from, err := strconv.Atoi(q.Get("from"))
	if err != nil || from < 0 {
		from = 0
	}
	today := routing.DateOf(h.Now)
	for i := range s.rowsFound(rows, p.Query) {
		e := rows.All[i]
		if p.Kind != "" && e.Kind != p.Kind {
			continue
		}
		p.Total++
		if p.Total > from && len(p.Rows) < catalogueRowsShown {
			p.Rows = append(p.Rows, rowView{e, validity(e, today)})
		}
	}
	if next := from + len(p.Rows); next < p.Total {
		p.Next = shell.Link("/catalogue/rows?q={}&kind={}&of={}&from={}", p.Query, p.Kind, p.Of, next)
	}
	return html.Render(w, http.StatusOK, "rows", p)
}

// rowsShown are the rows of the draft, of the version in force or of any version.
func (s *Rows) rowsShown(r *http.Request, of string) (*catalogueRows, error) {
	if of == "draft" {
		_, rows, err := s.draftNow(r.Context())
		return rows, err
	}
	if of != "inforce" {
		n, err := strconv.ParseInt(of, 10, 64)
		if err != nil || n < 0 {
			return nil, shell.Invalid("of", WordWhichRows)
		}
		return s.versionRows(r.Context(), n)
	}
	v, err := s.Relay.Store.CatalogueInForce(r.Context())
	if err != nil {
		return nil, err
	}
	return s.versionRows(r.Context(), v.Number)
}

// rowsFound are the places of the rows in which a text stands.
func (s *Rows) rowsFound(rows *catalogueRows, text string) func(func(int) bool) {
	switch {
	case rows == nil: // nothing is in force
		return func(func(int) bool) {}
	case text == "":
		return func(yield func(int) bool) {
			for i := range rows.All {
				if !yield(i) {
					return
				}
			}
		}
	}
	return s.states.textsOf(rows).found(text)
}

// validity tells whether a row counts on a day; "" for what has no days.
func validity(e catalogue.Row, today routing.Date) string {
	switch {
	case e.Kind != catalogue.KindRoute && e.Kind != catalogue.KindPermission:
		return ""
	case e.Until != 0 && e.Until < today:
		return "ended"
	case e.From > today:
		return "coming"
	}
	return "active"
}

// Unread tells whether a unit has the inbox, and no known account may open its cases.
func (p unitsPage) Unread(way shell.UnitWay) bool {
	owner := shell.Owner{Unit: way.HSAID, Kind: way.Kind, Region: way.Region}
	return way.Way == "inbox" &&
		!slices.ContainsFunc(p.readers, func(a shell.Access) bool { return a.May(shell.SeeCase, owner) })
}

// WhyLink asks why cases of a unit go where they go.
func (p unitsPage) WhyLink(unit string) string {
	return shell.Link("/resolve?contract={}&to={}&from={}", p.send, unit, p.portal)
}
