package catalogue

import (
	"cmp"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/reach"
)

// Lint says what a person should look at in a catalogue that may well load: units that no case can reach, regions
// without a patient board, an inbox from which no reply can leave, rows that nobody can use. gateway is our own
// HSA-id, under which people's replies are sent; now is the moment whose day counts. What keeps the catalogue from
// loading is said first, alone. The codes are those of AdviceWords.
func Lint(c routing.Catalogue, r routing.Rules, gateway string, now time.Time) []Advice {
	table, err := routing.NewTable(c, r)
	l := &linter{c: c, r: r, table: table, now: now}
	if err != nil {
		l.problems(err)
		return l.said
	}
	l.units()
	l.regions()
	l.inbox(gateway)
	l.components(gateway)
	l.rows()
	l.contracts()
	for _, note := range table.Notes() {
		l.said = append(l.said, Advice{note})
	}
	return l.said
}

type linter struct {
	c     routing.Catalogue
	r     routing.Rules
	table *routing.Table
	now   time.Time
	said  []Advice
}

// say adds an advice. Values that are rows stand in it as such too.
func (l *linter) say(code string, values ...any) {
	l.said = append(l.said, Advice{routing.NewTableFact(code, values...)})
}

// problems are those of NewTable one by one.
func (l *linter) problems(err error) {
	for _, problem := range routing.TableProblems(err) {
		l.said = append(l.said, Advice{problem.TableFact})
	}
}

// caseContracts are the contracts by which cases reach units, as far as the catalogue has rows for them.
func (l *linter) caseContracts() []string {
	found := map[string]bool{}
	for _, row := range l.c.Routes {
		if !routing.SameContract(row.Contract, l.r.ReturnContract) && l.r.Durable != nil && l.r.Durable(row.Contract) {
			found[l.spelled(row.Contract)] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// units looks for units that can be chosen, but not reached.
func (l *linter) units() {
	if len(l.c.Units) == 0 {
		l.say("no-units")
	}
	contracts := l.caseContracts()
	for _, u := range l.c.Units {
		reached := false
		for _, contract := range contracts {
			_, err := l.table.Route(routing.Call{Receiver: u.HSAID, Contract: contract, Profile: routing.RIVTABP21}, l.now)
			var refused *routing.Error
			if errors.As(err, &refused) && refused.Code != routing.VP004 {
				l.say("unit-unreachable", u.HSAID, u.Name, refused.Code, refused)
			}
			reached = reached || refused == nil || refused.Code != routing.VP004
		}
		if !reached {
			l.say("unit-no-route", u.HSAID, u.Name)
		}
	}
}

func (l *linter) regions() {
	said := map[string]bool{}
	for _, u := range l.c.Units {
		if u.Region == "" && u.Kind == routing.Other {
			continue
		}
		if u.Region == "" {
			l.say("unit-no-region", u.HSAID, u.Name)
			continue
		}
		if active, _ := l.table.UnitActive(u, l.now); !active && !said[u.Region] {
			said[u.Region] = true
			l.inactive(u.Region)
		}
	}
}

// inactive says why no cases are taken for a region.
func (l *linter) inactive(region string) {
	if board, registered := l.table.Board(region); registered {
		l.say("region-board-unreachable", region, board.HSAID, board.Name)
		return
	}
	l.say("region-no-board", region)
}

// inbox sees that what people answer here may be sent to the portal.
func (l *linter) inbox(gateway string) {
	used := slices.ContainsFunc(l.c.Routes, func(row routing.Row) bool { return row.Address == routing.AddressInbox })
	if !used || l.r.ReturnContract == "" || l.r.PortalAddress == "" {
		return
	}
	call := routing.Call{
		Sender: gateway, Receiver: l.r.PortalAddress, Contract: l.r.ReturnContract, Profile: routing.RIVTABP21,
	}
	var refused *routing.Error
	if _, err := l.table.Decide(call, l.now); errors.As(err, &refused) {
		l.say("inbox-no-reply", refused.Code, refused)
	}
}

// components sees that only the system that has a case may answer it. A TAK names no component behind a route; then
// every system that may return to the portal may return on every case, and where there are several that is for a
// person to know.
func (l *linter) components(gateway string) {
	returning := map[string]bool{}
	for _, p := range l.c.Permissions {
		if routing.SameContract(p.Contract, l.r.ReturnContract) && !routing.SameHSAID(p.Sender, gateway) {
			returning[routing.Fold(p.Sender)] = true
		}
	}
	if len(returning) < 2 {
		return
	}
	nameless := 0
	for _, row := range l.c.Routes {
		durable := l.r.Durable != nil && l.r.Durable(row.Contract) && !routing.SameContract(row.Contract, l.r.ReturnContract)
		if durable && row.Component == "" && !strings.HasPrefix(row.Address, "rivgate:") {
			nameless++
		}
	}
	if nameless > 0 {
		l.say("no-component", nameless, len(returning))
	}
}

// rows looks at addresses and profiles that no call can take.
func (l *linter) rows() {
	for i, row := range l.c.Routes {
		name := routing.PlaceOf(row, i)
		if p := routing.Fold(cmp.Or(row.Profile, routing.RIVTABP21)); p != routing.RIVTABP20 && p != routing.RIVTABP21 {
			l.say("profile-unknown", name, strconv.Quote(row.Profile))
		}
		switch address, err := url.Parse(row.Address); {
		case row.Address == "":
			l.say("no-address", name)
		case strings.HasPrefix(row.Address, "rivgate:"):
		case err != nil || address.Scheme != "http" && address.Scheme != "https" || address.Host == "":
			l.say("address-no-url", name, strconv.Quote(row.Address))
		case errors.Is(l.r.Allows(row.Address), reach.ErrNever):
			l.say("address-never", name, strconv.Quote(row.Address))
		case l.r.Allows(row.Address) != nil:
			l.say("address-outside", name, strconv.Quote(row.Address))
		}
	}
}

// spelled is a contract of the catalogue in the spelling that stands for all of them.
func (l *linter) spelled(contract string) string {
	name, _ := l.table.NameInCatalogue(contract)
	return name
}

// contracts looks for contracts that have routes, but no caller.
func (l *linter) contracts() {
	routed, permitted := map[string]bool{}, map[string]bool{}
	for _, row := range l.c.Routes {
		routed[l.spelled(row.Contract)] = true
	}
	for _, p := range l.c.Permissions {
		permitted[l.spelled(p.Contract)] = true
	}
	for _, contract := range slices.Sorted(maps.Keys(routed)) {
		if !permitted[contract] {
			l.say("contract-no-caller", contract)
		}
	}
	for _, contract := range slices.Sorted(maps.Keys(permitted)) {
		if !routed[contract] && !routing.SameContract(contract, l.r.ReturnContract) {
			l.say("contract-no-route", contract)
		}
	}
}
