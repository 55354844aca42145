package statistics

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// statisticsQuery is what is to be counted, as it is typed on the page.
type statisticsQuery struct {
	By, By2  string
	From, To string // months, both in it: 2026-01
	Step     step
	choice

	Wrong map[string]string // by field
}

var monthForm = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// readStatisticsQuery reads what was chosen; what is not is the last twelve months by main problem.
func (s *Pages) readStatisticsQuery(v url.Values, who shell.Access) statisticsQuery {
	now := s.Clock().In(routing.Stockholm())
	get := func(name string) string { return strings.TrimSpace(v.Get(name)) }
	q := statisticsQuery{
		By: cmp.Or(get("by"), "main_problem"), By2: get("by2"), Step: step(get("step")), From: get("from"), To: get("to"),
		choice: choice{
			Scope: cmp.Or(get("scope"), "own"), Unit: get("unit"), IncidentUnit: get("incident_unit"),
		},
		Wrong: map[string]string{},
	}
	s.readUnits(who, &q.choice, func(field, text string) { q.Wrong[field] = text })
	if len(v) == 0 {
		q.From, q.To = time.Date(now.Year(), now.Month()-11, 1, 0, 0, 0, 0, now.Location()).Format("2006-01"),
			now.Format("2006-01")
	}
	if !slices.Contains(statisticsBy(), q.By) {
		q.Wrong["by"] = wordCountBy
	}
	if q.By2 != "" && (!slices.Contains(statisticsBy(), q.By2) || q.By2 == q.By) {
		q.Wrong["by2"] = wordSomethingElse
	}
	for field, text := range map[string]string{"from": q.From, "to": q.To} {
		if text != "" && !monthForm.MatchString(text) {
			q.Wrong[field] = wordMonth
		}
	}
	if len(q.Wrong) == 0 && q.From != "" && q.To != "" && q.From > q.To {
		q.Wrong["to"] = wordMonthsTurned
	}
	if q.Step != byMonth && q.Step != byQuarter && q.Step != byYear {
		q.Step = byMonth
	}
	return q
}

// by are the chosen parameters.
func (q statisticsQuery) by() []string {
	if q.By2 == "" {
		return []string{q.By}
	}
	return []string{q.By, q.By2}
}

// filter is what was chosen, as the store takes it.
func (q statisticsQuery) filter() store.StatisticsFilter {
	return store.StatisticsFilter{By: q.by(), From: monthNumber(q.From), To: monthNumber(q.To)}
}

// monthNumber is a month as statistics count by it; 0 for none.
func monthNumber(month string) int {
	n, err := strconv.Atoi(strings.Replace(month, "-", "", 1))
	if err != nil {
		return 0
	}
	return n
}

// Encode is what was chosen as part of an address.
func (q statisticsQuery) Encode() string {
	v := url.Values{"by": {q.By}, "by2": {q.By2}, "from": {q.From}, "to": {q.To}, "step": {string(q.Step)}}
	q.set(v)
	return v.Encode()
}

// Period is the chosen time in words.
func (q statisticsQuery) Period() string {
	switch {
	case q.From == "" && q.To == "":
		return wordAlways
	case q.From == "":
		return fmt.Sprintf(wordUntil, q.To)
	case q.To == "":
		return fmt.Sprintf(wordFrom, q.From)
	}
	return fmt.Sprintf(wordFromUntil, q.From, q.To)
}
