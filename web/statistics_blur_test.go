package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"rivgate/routing"
)

// countedCase is a case as statistics count it.
type countedCase struct {
	values map[string]string // by parameter
	codes  []string          // main problems
	month  int               // of the receipt
	weight int
}

const (
	nearProvider = "SE2010123456-NEAR" // of clinic and other
	farProvider  = "SE2010123456-FAR"  // of hospital
)

// someCases draws a population so small that most of its groups are.
func someCases(r *rand.Rand, n int) []countedCase {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	out := make([]countedCase, 0, n)
	for range n {
		unit := pick(clinic, clinic, other, hospital)
		provider := nearProvider
		if unit == hospital {
			provider = farProvider
		}
		c := countedCase{month: 202601 + r.IntN(3), weight: r.IntN(2) + r.IntN(2), values: map[string]string{
			"unit": unit, "provider": provider, "region": "01", "incident_unit": pick(unit, other, ""),
			"age": pick("18", "30", "80"), "sex": pick("1", "2"), "area": pick("1", "2"),
		}}
		c.codes = [][]string{{""}, {"3"}, {"3", "6"}}[r.IntN(3)]
		out = append(out, c)
	}
	return out
}

// count puts a population into the statistics, instead of what is there.
func (w *world) count(cases []countedCase) {
	w.t.Helper()
	var rows []string
	for i, c := range cases {
		v := c.values
		rows = append(rows, fmt.Sprintf(
			`(%d, '%s', 'care_unit', '%s', '01', '%s', 202512, %d, %s, '%s', '%s', '%s', '', '', %d, %d)`, i, v["unit"],
			v["provider"], v["incident_unit"], c.month, v["age"], v["sex"], v["area"],
			strings.Join(c.codes, "\n"), c.weight, rand.Int32()))
	}
	db := w.database()
	for _, query := range []string{`DELETE FROM statistic`, `INSERT INTO statistic (id, unit, kind, provider, region,
		incident_unit, incident_month, received_month, age, sex, area, main_problem, sub_problem, experienced, weight, mark)
		VALUES ` + strings.Join(rows, ", ")} {
		if _, err := db.ExecContext(w.t.Context(), query); err != nil {
			w.t.Fatal(err)
		}
	}
}

// question is a table that somebody asks for.
type question struct {
	scope    string
	from, to int
	by       []string
}

// asks tells whether a case is in a table, and in which of its rows and columns.
func (q question) asks(c countedCase) (cells []string) {
	in := map[string]bool{
		"own": c.values["unit"] == clinic, "provider:" + nearProvider: c.values["provider"] == nearProvider,
		"region:01": true, "nation": true,
	}
	if !in[q.scope] || c.month < q.from || c.month > q.to {
		return nil
	}
	cells = []string{""}
	for _, by := range q.by {
		values := []string{c.values[by]}
		switch by {
		case "main_problem":
			values = c.codes
		case "received":
			values = []string{strconv.Itoa(c.month)}
		}
		var next []string
		for _, cell := range cells {
			for _, value := range values {
				next = append(next, cell+value+" ")
			}
		}
		cells = next
	}
	return cells
}

// questions are all tables that a handler of the clinic may ask for: by each parameter and each two, of each scope and
// each span of months.
func questions() (all []question) {
	names := []string{"age", "sex", "area", "main_problem", "received", "provider", "unit", "incident_unit"}
	for _, scope := range []string{"own", "provider:" + nearProvider, "region:01", "nation"} {
		for from := 202601; from <= 202603; from++ {
			for to := from; to <= 202603; to++ {
				for i, one := range names {
					for _, other := range append([]string{""}, names[i+1:]...) {
						by := []string{one}
						if other != "" {
							by = append(by, other)
						}
						if (one == "unit" || strings.HasSuffix(other, "unit") || one == "incident_unit") &&
							(scope == "region:01" || scope == "nation") {
							continue // nobody may
						}
						all = append(all, question{scope, from, to, by})
					}
				}
			}
		}
	}
	return all
}

// answers are the files that the questions get, in their order.
func (w *world) answers(all []question) (out []string) {
	w.t.Helper()
	month := func(n int) string { return fmt.Sprintf("%d-%02d", n/100, n%100) }
	for _, q := range all {
		v := url.Values{"scope": {q.scope}, "from": {month(q.from)}, "to": {month(q.to)}, "by": q.by[:1]}
		if len(q.by) > 1 {
			v.Set("by2", q.by[1])
		}
		r := w.get("/statistics/file?" + v.Encode())
		if r.status != 200 {
			w.t.Fatalf("%v: %d %s", q, r.status, r.body)
		}
		out = append(out, r.body)
	}
	return out
}

// TestNoCombinationOfTablesTellsASmallNumber asks for every table that a handler may see, exact ones of the own unit
// and blurred ones above, of small populations. Then it puts another population in place of each: of the cases that are
// not the handler's own there are five more of every sort that there is, and some of other sorts. No table may change
// by a letter. So whatever is computed from however many of them, it cannot tell one population from the other, and
// every number of others from 1 to 4, that one table less another comes to, is another in the second.
func TestNoCombinationOfTablesTellsASmallNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.nearAndFar()
	w.as("vera")
	all := questions()
	pairs := 0
	for seed := range uint64(3) {
		cases := someCases(rand.New(rand.NewPCG(seed, 7)), 24)
		var more []countedCase
		for _, c := range cases {
			more = append(more, c)
			if c.values["unit"] != clinic {
				c.weight = 0
				more = append(more, c, c, c, c, c)
			}
		}
		for _, c := range someCases(rand.New(rand.NewPCG(seed, 8)), 60) { // some of sorts that were not there
			if c.weight = 0; c.values["unit"] != clinic {
				more = append(more, c)
			}
		}
		w.count(cases)
		before := w.answers(all)
		w.count(more)
		for i, after := range w.answers(all) {
			if after != before[i] {
				t.Fatalf("%v tells the populations apart:\n%s\n%s", all[i], before[i], after)
			}
		}
		pairs += smallDifferences(t, all, cases, more)
	}
	if pairs < 1000 {
		t.Errorf("only %d pairs of tables differ by a small number: the test shows little", pairs)
	}
	w.Statistics.SmallCounts = 1 // nothing is blurred
	w.serve()
	w.count(someCases(rand.New(rand.NewPCG(0, 7)), 24))
	exact := w.answers(all)
	w.count(someCases(rand.New(rand.NewPCG(0, 7)), 23))
	if strings.Join(w.answers(all), "") == strings.Join(exact, "") {
		t.Error("exact tables do not tell populations apart: the test looks in the wrong place")
	}
}

// smallDifferences looks at every two tables by the same parameters of which one contains the other, subtracts cell by
// cell, and counts where 1 to 4 cases of others are left. In the other population it must be another number.
func smallDifferences(t *testing.T, all []question, cases, more []countedCase) (found int) {
	t.Helper()
	tables, others := make([]map[string]int, len(all)), make([]map[string]int, len(all))
	for i, q := range all {
		tables[i], others[i] = map[string]int{}, map[string]int{}
		for n, population := range [][]countedCase{cases, more} {
			for _, c := range population {
				for _, cell := range q.asks(c) {
					[]map[string]int{tables[i], others[i]}[n][cell]++
				}
			}
		}
	}
	width := map[string]int{"own": 0, "provider:" + nearProvider: 1, "region:01": 2, "nation": 3}
	for i, large := range all {
		for j, lesser := range all {
			if i == j || strings.Join(large.by, " ") != strings.Join(lesser.by, " ") || lesser.from < large.from ||
				lesser.to > large.to || width[lesser.scope] > width[large.scope] {
				continue
			}
			for cell := range tables[i] {
				d := tables[i][cell] - tables[j][cell]
				if d < 1 || d > 4 || onlyOwn(large, lesser, cell, cases) {
					continue
				}
				found++
				if twin := others[i][cell] - others[j][cell]; twin == d {
					t.Errorf("%v less %v at %q is %d in both populations", large, lesser, cell, d)
				}
			}
		}
	}
	return found
}

// onlyOwn tells whether all cases that one table has more than another are the handler's own, who may read them.
func onlyOwn(large, lesser question, cell string, cases []countedCase) bool {
	in := func(q question, c countedCase) bool {
		for _, one := range q.asks(c) {
			if one == cell {
				return true
			}
		}
		return false
	}
	for _, c := range cases {
		if c.values["unit"] != clinic && in(large, c) && !in(lesser, c) {
			return false
		}
	}
	return true
}

// nearAndFar gives the units of care two providers.
func (w *world) nearAndFar() {
	w.t.Helper()
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	c := routing.Catalogue{
		Units: []routing.Unit{{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01"}},
		Routes: []routing.Row{
			{Contract: send, Receiver: board, Address: routing.AddressInbox},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"}, {Contract: giveBack, Sender: gateway, Receiver: portal},
		},
	}
	for unit, provider := range map[string]string{clinic: nearProvider, other: nearProvider, hospital: farProvider} {
		c.Units = append(c.Units, routing.Unit{
			HSAID: unit, Name: unit, Kind: routing.CareUnit, Region: "01", Provider: provider,
		})
		c.Routes = append(c.Routes, routing.Row{Contract: send, Receiver: unit, Address: routing.AddressInbox})
	}
	table, err := routing.NewTable(c, routing.Rules{
		Durable: w.Relay.Contracts.Durable, ReturnContract: giveBack, PortalAddress: portal,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Relay.Table = func() *routing.Table { return table }
}
