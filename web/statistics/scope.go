package statistics

import (
	"net/url"
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// scopes are over which cases somebody may count. Over the cases of their own units they may count by unit; above that,
// by what units belong to, and only cases of their own side of the wall between patient boards and care.
type scopes struct {
	every     bool // every unit is theirs
	kind      routing.UnitKind
	side      routing.UnitKind // all units of this side are theirs; "" where it is some, or every one
	units     []routing.Unit   // their own, by name
	providers []statisticsKey
	regions   []statisticsKey
	above     bool // they see the sums of provider, region and nation
}

// scopesOf are somebody's scopes.
func (s *Pages) scopesOf(who shell.Access) scopes {
	out := scopes{every: who.EveryUnit(shell.SeeStatistics)}
	for _, g := range who.Grants {
		if shell.Rights(g.Role)&shell.SeeStatistics != 0 && slices.Contains(shell.People(), g.Role) && g.Kind != "" {
			out.kind = g.Kind // walled: there is no other
		}
	}
	out.above = out.every || out.kind != "" && shell.Walled(who.Grants)
	if f := (store.CaseFilter{}); !out.every && who.WholeSide(&f, shell.SeeStatistics) {
		out.side = f.Kind
	}
	if all := s.WaysNow(); out.side != "" {
		out.units = slices.Clip(all.Sides[out.side]) // shared: no sorting in it
	} else {
		for _, u := range all.ByName {
			if who.May(shell.SeeStatistics, shell.Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}) {
				out.units = append(out.units, u)
			}
		}
	}
	if left := s.Unlisted(who, shell.SeeStatistics); len(left) > 0 {
		for _, id := range left {
			out.units = append(out.units, routing.Unit{HSAID: id, Name: id})
		}
		slices.SortFunc(out.units, func(a, b routing.Unit) int { return strings.Compare(a.Name+a.HSAID, b.Name+b.HSAID) })
	}
	providers, regions := map[string]bool{}, map[string]bool{}
	last := &routing.Unit{}
	for i := range out.units { // neighbours mostly belong to the same
		u := &out.units[i]
		if u.Provider != last.Provider {
			providers[routing.Fold(u.Provider)] = true
		}
		if u.Region != last.Region {
			regions[u.Region] = true
		}
		last = u
	}
	out.providers, out.regions = s.belongings("provider", providers), s.belongings("region", regions)
	return out
}

func (s *Pages) belongings(by string, keys map[string]bool) []statisticsKey {
	delete(keys, "")
	return s.keys([]string{by}, 0, keys)
}

// choice is what somebody wants to count over, as the page and the API write it.
type choice struct {
	Scope string // "own", "provider:ID", "region:CODE" or "nation"
	Unit  string // one of their own; goes before Scope
}

// scopeWords parts a scope from what it is of.
func (c choice) parts() (kind, id string) {
	kind, id, _ = strings.Cut(c.Scope, ":")
	return kind, id
}

// narrowStatistics keeps a count to what somebody may see. Refusals are problems: ErrUnit for what is not theirs.
func (s *Pages) narrowStatistics(sc scopes, c choice, by []string, f *store.StatisticsFilter) error {
	if c.Unit != "" {
		if !sc.every &&
			!slices.ContainsFunc(sc.units, func(u routing.Unit) bool { return routing.SameHSAID(u.HSAID, c.Unit) }) {
			return shell.ErrUnit
		}
		f.Unit = c.Unit
		return nil
	}
	kind, id := c.parts()
	has := func(keys []statisticsKey) bool {
		return sc.every || slices.ContainsFunc(keys, func(k statisticsKey) bool { return routing.SameHSAID(k.Key, id) })
	}
	switch kind {
	case "own":
		if f.Kind = sc.side; !sc.every && sc.side == "" {
			f.Units = []string{}
			for _, u := range sc.units {
				f.Units = append(f.Units, u.HSAID)
			}
		}
		return nil
	case "provider":
		f.Provider = id
		if !has(sc.providers) {
			return shell.ErrUnit
		}
	case "region":
		f.Region = id
		if !has(sc.regions) {
			return shell.ErrUnit
		}
	case "nation":
	default:
		return shell.Invalid("scope", wordScope)
	}
	if !sc.above {
		return shell.ErrUnit
	}
	if sc.every {
		return nil
	}
	f.Kind = sc.kind
	if slices.Contains(by, "unit") {
		return shell.Invalid("by", wordNotByUnit)
	}
	return nil
}

// scopeWord is a choice in words.
func (s *Pages) scopeWord(sc scopes, c choice) string {
	kind, id := c.parts()
	switch {
	case c.Unit != "":
		return s.Labels("unit")(c.Unit)
	case kind == "provider":
		return s.Labels("provider")(id)
	case kind == "region":
		return s.Labels("region")(id)
	case kind == "nation" || sc.every:
		return "Hela landet"
	case len(sc.units) == 1:
		return sc.units[0].Name
	}
	return "Mina enheter"
}

// address is a choice as part of an address.
func (c choice) set(v url.Values) {
	v.Set("scope", c.Scope)
	if c.Unit != "" {
		v.Set("unit", c.Unit)
	}
}
