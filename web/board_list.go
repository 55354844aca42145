package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// boardPageSize is how many cases without a unit are shown at a time.
const boardPageSize = 50

type boardListPage struct {
	page
	Units  []routing.Unit // boards whose cases are theirs to read
	Rows   []boardRow
	Next   string // where the next page begins; "" on the last
	First  bool
	Year   string // proposed for the export
	Export *form
	Now    time.Time
}

// boardRow is a case whose unit is not known.
type boardRow struct {
	inboxRow
	Place string
}

// boardUnits are the patient boards whose cases come here, with which an action is allowed.
func (s *Site) boardUnits(who access, action Action) []routing.Unit {
	var out []routing.Unit
	for _, u := range s.inboxUnits(who) {
		if u.Kind == routing.PatientBoard && who.may(action, s.owner(u.HSAID)) {
			out = append(out, u)
		}
	}
	return out
}

// boardListPage lists a board's cases whose unit is not known: GET /board. Who reads no board's cases finds no page.
func (s *Site) boardListPage(w http.ResponseWriter, r *http.Request, who access) error {
	return s.showBoardList(w, r, who, nil)
}

func (s *Site) showBoardList(w http.ResponseWriter, r *http.Request, who access, failed *form) error {
	units := s.boardUnits(who, ReadCase)
	if len(units) == 0 {
		return errNotFound
	}
	f := boardFilter(units)
	f.After = r.URL.Query().Get("after")
	p := boardListPage{
		page: s.page(who, "Saknar enhet", "inbox"), Units: units, Now: s.now(), First: f.After == "", Year: strconv.Itoa(swedish(s.now()).Year() - 1), Export: failed,
	}
	var err error
	if p.Rows, p.Next, err = s.withoutPlace(r.Context(), f, who); err != nil {
		return err
	}
	shown := make([]store.Case, len(p.Rows))
	for i, row := range p.Rows {
		shown[i] = row.Case
	}
	if err := s.listed(r.Context(), who, f, shown); err != nil {
		return err
	}
	status := http.StatusOK
	if failed != nil {
		status, p.Title = http.StatusUnprocessableEntity, "Fel: "+p.Title
	}
	return html.render(w, status, "board_list", p)
}

// boardFilter is a list of the boards' cases, the latest first.
func boardFilter(units []routing.Unit) store.CaseFilter {
	f := store.CaseFilter{Via: routing.Inbox, Kind: routing.PatientBoard, Units: []string{}, Order: store.NewestFirst}
	for _, u := range units {
		f.Units = append(f.Units, u.HSAID)
	}
	if len(units) == 1 {
		f.Unit = units[0].HSAID
	}
	return f
}

// withoutPlace is a page of the cases whose unit is not known, and where the next begins.
func (s *Site) withoutPlace(ctx context.Context, f store.CaseFilter, who access) (rows []boardRow, next string, err error) {
	f.Placeless, f.Limit = true, boardPageSize+1
	cases, err := s.Relay.Store.Cases(ctx, f)
	if err != nil {
		return nil, "", err
	}
	if len(cases) > boardPageSize {
		cases = cases[:boardPageSize]
		next = f.Cursor(cases[boardPageSize-1])
	}
	for _, c := range cases {
		rows = append(rows, boardRow{newInboxRow(c, s.now(), who.may(ReadCase, ownerOf(c))), c.Facts.PlaceText})
	}
	return rows, next, nil
}

// placesMissing is how many of the boards' cases have no unit.
func (s *Site) placesMissing(ctx context.Context, units []routing.Unit) (int, error) {
	return s.Relay.Store.CountPlaceless(ctx, boardFilter(units))
}
