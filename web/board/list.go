package board

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// pageSize is how many cases without a unit are shown at a time.
const pageSize = 50

type listPage struct {
	shell.Page
	Units  []routing.Unit // boards whose cases are theirs to read
	Rows   []boardRow
	Next   string // where the next page begins; "" on the last
	First  bool
	Year   string // proposed for the export
	Export *shell.Form
	Now    time.Time
}

// boardRow is a case whose unit is not known.
type boardRow struct {
	casework.InboxRow
	Place  string
	Number string // of its registration
}

// ListPage lists a board's cases whose unit is not known: GET /board. Who reads no board's cases finds no page.
func (s *Pages) ListPage(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	return s.showBoardList(w, r, who, nil)
}

func (s *Pages) showBoardList(w http.ResponseWriter, r *http.Request, who shell.Access, failed *shell.Form) error {
	units := s.BoardUnits(who, shell.ReadCase)
	if len(units) == 0 {
		return shell.ErrNotFound
	}
	f := casework.BoardFilter(units)
	f.After = r.URL.Query().Get("after")
	p := listPage{
		Page: s.Page(who, titleList, "inbox"), Units: units, Now: s.Clock(), First: f.After == "",
		Year: strconv.Itoa(shell.Swedish(s.Clock()).Year() - 1), Export: failed,
	}
	var err error
	if p.Rows, p.Next, err = s.withoutPlace(r.Context(), f, who); err != nil {
		return err
	}
	status := http.StatusOK
	if failed != nil {
		status, p.Title = http.StatusUnprocessableEntity, shell.FailedTitle+p.Title
	}
	return html.Render(w, status, "list", p)
}

// withoutPlace is a page of the cases whose unit is not known, and where the next begins.
func (s *Pages) withoutPlace(ctx context.Context, f store.CaseFilter,
	who shell.Access,
) (rows []boardRow, next string, err error) {
	asked := f
	f.WithoutIncidentUnit, f.Limit = true, pageSize+1
	cases, next, err := s.ListCases(ctx, who, f, asked, pageSize)
	if err != nil {
		return nil, "", err
	}
	ids := make([]string, 0, len(cases))
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	desks, err := s.Relay.Store.Desks(ctx, ids)
	for _, c := range cases {
		rows = append(rows, boardRow{
			InboxRow: casework.NewInboxRow(c, s.Clock(), who.May(shell.ReadCase, shell.OwnerOf(c))),
			Place:    c.Facts.PlaceText, Number: desks[c.ID].Diary,
		})
	}
	return rows, next, err
}
