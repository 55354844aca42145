package statistics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// CountView is one count. Where it is too small to be shown it has no number.
type CountView struct {
	Key     map[string]string `json:"key"`
	Count   *int              `json:"count,omitempty"`
	Hidden  string            `json:"hidden,omitempty"`  // "<5"
	Blurred bool              `json:"blurred,omitempty"` // a little more or less than there are
}

// CountsAsJSON counts cases, wherever they are handled, by one or two parameters; without any, all of them.
func (s *Pages) CountsAsJSON(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "by", "scope", "unit", "incident_unit", "region", "provider", "from", "until", "step")
	f := store.StatisticsFilter{From: wholeMonth(q, "from", 0), To: wholeMonth(q, "until", -1)}
	if by := q.Get("by"); by != "" {
		f.By = strings.Split(by, ",")
	}
	for i, by := range f.By {
		if !slices.Contains(statisticsBy(), by) || slices.Contains(f.By[:i], by) || len(f.By) > 2 {
			q.Wrong("by", fmt.Sprintf(wordOneOrTwo, strings.Join(statisticsBy(), ", ")))
		}
	}
	each := step(q.Get("step"))
	switch each {
	case "":
		each = byMonth
	case byMonth, byQuarter, byYear:
	default:
		q.Wrong("step", wordStep)
	}
	c := choiceOf(q)
	s.readUnits(who, &c, q.Wrong)
	if q.Err != nil {
		return q.Err
	}
	sc := s.scopesOf(who)
	if err := s.narrowStatistics(who, sc, c, f.By, &f); err != nil {
		return err
	}
	// What is given beside what was judged narrows further.
	f.Region, f.Provider = q.Get("region"), q.Get("provider")
	t, err := s.count(r.Context(), f, each)
	if err != nil {
		return err
	}
	return shell.WriteJSON(w, http.StatusOK, shell.List[CountView]{Items: t.counts()})
}

// choiceOf is over whose cases a caller of the API counts. The nation is a scope; of all else its HSA-id or code says
// what it is.
func choiceOf(q *shell.Query) choice {
	c := choice{Scope: q.Get("scope"), Unit: q.Get("unit"), IncidentUnit: q.Get("incident_unit")}
	region, provider := q.Get("region"), q.Get("provider")
	switch {
	case c.Scope == "nation" && c.Unit+provider+region != "":
		q.Wrong("scope", wordScopeAlone)
	case c.Scope == "nation":
	case c.Scope != "" && c.Scope != "own":
		q.Wrong("scope", wordNationOrOwn)
	case c.Unit == "" && provider != "":
		c.Scope = "provider:" + provider
	case c.Unit == "" && region != "":
		c.Scope = "region:" + region
	default:
		c.Scope = "own"
	}
	return c
}

// wholeMonth is the month that begins at a moment, as statistics count by it, or one so many months later. It takes a
// month, 2026-01, too. What is not the beginning of a month is wrong: statistics know no days.
func wholeMonth(q *shell.Query, name string, later int) int {
	at, err := time.ParseInLocation("2006-01", q.Get(name), routing.Stockholm())
	if err != nil {
		at = q.Moment(name)
	}
	if at.IsZero() {
		return 0
	}
	at = at.In(routing.Stockholm())
	first := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, at.Location())
	if !at.Equal(first) {
		q.Wrong(name, wordWholeMonth)
	}
	return monthNumber(first.AddDate(0, later, 0).Format("2006-01"))
}

// counts are the cells of a table in which something is.
func (t *table) counts() []CountView {
	out := []CountView{}
	for i, row := range t.Rows {
		for j, col := range t.Cols {
			c := t.Cells[i][j]
			if c.N == 0 && len(t.By) > 0 {
				continue
			}
			v := CountView{Key: map[string]string{}, Blurred: t.Blurred}
			for k, by := range t.By {
				v.Key[by] = [...]string{row.Key, col.Key}[k]
			}
			if c.Small {
				v.Hidden = t.Text(c)
			} else {
				v.Count = &t.Cells[i][j].N
			}
			out = append(out, v)
		}
	}
	return out
}
