package statistics

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"rivgate/store"
	"rivgate/web/shell"
)

// CountView is one count. Where it is hidden it has no number, and says how.
type CountView struct {
	Key    map[string]string `json:"key"`
	Count  *int              `json:"count,omitempty"`
	Hidden string            `json:"hidden,omitempty"` // "<5", or "withheld" where a number would give another away
}

// CountsAsJSON counts cases, wherever they are handled, by one or two parameters; without any, all of them.
func (s *Pages) CountsAsJSON(w http.ResponseWriter, r *http.Request, who shell.Access) error {
	q := shell.ReadQuery(r, "by", "unit", "region", "provider", "from", "until", "step")
	f := store.StatisticsFilter{From: q.Moment("from"), Until: q.Moment("until")}
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
	if q.Err != nil {
		return q.Err
	}
	sc := s.scopesOf(who)
	c := choice{Scope: "own", Unit: q.Get("unit")}
	if region, provider := q.Get("region"), q.Get("provider"); c.Unit == "" && provider != "" {
		c.Scope = "provider:" + provider
	} else if c.Unit == "" && region != "" {
		c.Scope = "region:" + region
	}
	if err := s.narrowStatistics(sc, c, f.By, &f); err != nil {
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

// counts are the cells of a table in which something is, or may be.
func (t *table) counts() []CountView {
	out := []CountView{}
	for i, row := range t.Rows {
		for j, col := range t.Cols {
			c := t.Cells[i][j]
			if c.N == 0 && c.Show == visible && len(t.By) > 0 {
				continue
			}
			v := CountView{Key: map[string]string{}}
			for k, by := range t.By {
				v.Key[by] = [...]string{row.Key, col.Key}[k]
			}
			switch c.Show {
			case visible:
				v.Count = &t.Cells[i][j].N
			case small:
				v.Hidden = t.Text(c)
			case withheld:
				v.Hidden = "withheld"
			}
			out = append(out, v)
		}
	}
	return out
}
