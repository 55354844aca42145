package statistics

import (
	"fmt"
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
	exact     bool // they may read every case of their own units
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
	out.exact = s.readsAll(who, out)
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

// readsAll tells whether somebody may read every case of their own units, and so count them exactly.
func (s *Pages) readsAll(who shell.Access, sc scopes) bool {
	if f := (store.CaseFilter{}); who.EveryUnit(shell.ReadCase) || sc.side != "" && who.WholeSide(&f, shell.ReadCase) {
		return true
	}
	return !sc.every && !slices.ContainsFunc(sc.units, func(u routing.Unit) bool { return !s.reads(who, u.HSAID) })
}

// reads tells whether somebody may read a unit's cases.
func (s *Pages) reads(who shell.Access, unit string) bool {
	if _, known := s.Table().Unit(unit); known {
		return who.EveryUnit(shell.ReadCase) || who.May(shell.ReadCase, s.Owner(unit))
	}
	return who.EveryUnit(shell.ReadCase) || slices.ContainsFunc(s.Unlisted(who, shell.ReadCase), func(id string) bool {
		return routing.SameHSAID(id, unit)
	})
}

func (s *Pages) belongings(by string, keys map[string]bool) []statisticsKey {
	delete(keys, "")
	return s.keys([]string{by}, 0, keys)
}

// choice is what somebody wants to count over, as the page and the API write it.
type choice struct {
	Scope string // "own", "provider:ID", "region:CODE" or "nation"
	Unit  string // one of their own; goes before Scope
	// IncidentUnit keeps to what happened at a unit, whoever handles it.
	IncidentUnit string
}

// scopeWords parts a scope from what it is of.
func (c choice) parts() (kind, id string) {
	kind, id, _ = strings.Cut(c.Scope, ":")
	return kind, id
}

// narrowStatistics keeps a count to what somebody may see, and blurs it wherever they may not read all of the cases.
// Refusals are problems: ErrUnit for what is not theirs. Over a provider cases are counted by unit, over a region by
// provider, over the nation by region: by the level below.
func (s *Pages) narrowStatistics(who shell.Access, sc scopes, c choice, by []string, f *store.StatisticsFilter) error {
	f.IncidentUnit = c.IncidentUnit
	if c.Unit != "" {
		f.Blurred = !s.reads(who, c.Unit)
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
		f.Blurred = !sc.exact
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
		f.Blurred = !sc.exact
		return nil
	}
	f.Kind, f.Blurred = sc.kind, true
	byUnit := slices.Contains(by, "unit") || slices.Contains(by, "incident_unit") || f.IncidentUnit != ""
	if byUnit && kind != "provider" {
		return shell.Invalid("by", sc.notByUnit())
	}
	return nil
}

// notByUnit says that cases are not counted by unit over so much, and over what they are, of what is offered.
func (sc scopes) notByUnit() string {
	choose := wordOwnUnits
	if len(sc.providers) > 0 {
		choose = fmt.Sprintf(wordOrProvider, choose)
	}
	return fmt.Sprintf(wordNotByUnit, choose)
}

// readUnits reads which units are meant by what was typed for a choice: one of somebody's own, and the one where it
// happened, which may be any. What is not sure is wrong, in words: a count of nothing would be taken for a fact.
func (s *Pages) readUnits(who shell.Access, c *choice, wrong func(field, text string)) {
	read := func(field string, typed *string, want shell.UnitWanted) {
		if *typed == "" {
			return
		}
		unit, why := s.UnitMeant(*typed, want)
		if why != "" {
			wrong(field, why)
			return
		}
		*typed = unit.HSAID
	}
	read("unit", &c.Unit, shell.UnitWanted{Unfit: wordNotYourUnit, Fits: func(u routing.Unit) bool {
		return who.EveryUnit(shell.SeeStatistics) ||
			who.May(shell.SeeStatistics, shell.Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region})
	}})
	read("incident_unit", &c.IncidentUnit, shell.UnitWanted{Fits: func(routing.Unit) bool { return true }})
}

// scopeWord is a choice in words.
func (s *Pages) scopeWord(sc scopes, c choice) string {
	if unit := c.IncidentUnit; unit != "" {
		c.IncidentUnit = ""
		return fmt.Sprintf(wordHappenedAt, s.scopeWord(sc, c), s.Labels("unit")(unit))
	}
	kind, id := c.parts()
	switch {
	case c.Unit != "":
		return s.Labels("unit")(c.Unit)
	case kind == "provider":
		return s.Labels("provider")(id)
	case kind == "region":
		return s.Labels("region")(id)
	case kind == "nation" || sc.every:
		return wordNation
	case len(sc.units) == 1:
		return sc.units[0].Name
	}
	return wordOwnUnits
}

// address is a choice as part of an address.
func (c choice) set(v url.Values) {
	v.Set("scope", c.Scope)
	if c.Unit != "" {
		v.Set("unit", c.Unit)
	}
	if c.IncidentUnit != "" {
		v.Set("incident_unit", c.IncidentUnit)
	}
}
