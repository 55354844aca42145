package shell

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"rivgate/routing"
	"rivgate/store"
)

// Holder is whose a standard reply or a series of numbers is, as it is chosen on a page.
type Holder struct {
	store.Holder
	Value string // in forms and addresses: an HSA-id, "mine", "provider:" or "region:" with what follows
	Name  string
	Kind  routing.UnitKind // of the unit, or of the units of a provider or region
}

// Own is the value of somebody's own things.
const Own = "mine"

// providerUnits begins the value of a care provider, as RegionUnits that of a region.
const providerUnits = "provider:"

// Holders are whose standard replies or series somebody keeps: of the units with which the action is allowed; of a care
// provider, whoever may administer all its units of a kind; of a region, whoever has that right for the whole of it.
func (s *Site) Holders(who Access, action Action) []Holder {
	var units, wider []Holder
	providers := map[store.Holder]bool{} // whether all their units are theirs
	regions := map[store.Holder]bool{}
	one := map[string]string{} // a unit of each provider
	for _, u := range s.Table().Units() {
		owner := Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}
		if who.May(action, owner) {
			units = append(units, Holder{store.Holder{Level: store.LevelUnit, ID: u.HSAID}, u.HSAID, u.Name, u.Kind})
		}
		administers := who.May(Administer, owner)
		if u.Provider != "" {
			of := store.Holder{Level: store.LevelProvider, ID: routing.Fold(u.Provider), Side: u.Kind}
			all, met := providers[of]
			one[of.ID] = cmp.Or(one[of.ID], u.Name)
			providers[of] = administers && (all || !met)
		}
		if u.Region != "" && administers && who.wholeRegion(Administer, u.Kind, u.Region) {
			regions[store.Holder{Level: store.LevelRegion, ID: u.Region, Side: u.Kind}] = true
		}
	}
	for of, all := range providers {
		if all {
			wider = append(wider, Holder{of, providerUnits + of.ID, s.providerWord(of.ID, one[of.ID]), of.Side})
		}
	}
	for of := range regions {
		wider = append(wider, Holder{of, RegionUnits + of.ID, cmp.Or(routing.RegionNames()[of.ID], of.ID), of.Side})
	}
	slices.SortFunc(wider, func(a, b Holder) int {
		return cmp.Or(strings.Compare(a.Value, b.Value), strings.Compare(string(a.Side), string(b.Side)))
	})
	return append(units, wider...)
}

// providerWord is a care provider as a holder; one of its units says who it is, where the catalogue has no name of it.
func (s *Site) providerWord(id, unit string) string {
	if name := s.providerName(id); !routing.SameHSAID(name, id) || unit == "" {
		return fmt.Sprintf(wordProvider, name)
	}
	return fmt.Sprintf(wordProviderOf, unit, id)
}

// wholeRegion tells whether a right is held for every unit of a kind in a region, those to come too.
func (a Access) wholeRegion(action Action, kind routing.UnitKind, region string) bool {
	return Walled(a.Grants) && slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return Rights(g.Role)&action != 0 && g.Kind == kind &&
			(slices.Contains(g.Units, AllUnits) || slices.Contains(g.Units, RegionUnits+region))
	})
}

// providerName is what a care provider is called: the catalogue knows the names of units alone.
func (s *Site) providerName(id string) string {
	if u, ok := s.Table().Unit(id); ok {
		return u.Name
	}
	return id
}

// OwnHolder is whose somebody's own standard replies are.
func OwnHolder(who Access) Holder {
	return Holder{Holder: store.Holder{Level: store.LevelPerson, ID: who.User}, Value: Own, Name: WordOwn}
}

// CaseHolders are whose things serve a case: the unit that has it, its care provider and its region as the catalogue
// has them now, the nearest first.
func (s *Site) CaseHolders(c store.Case) []store.Holder {
	h := c.Handler
	if u, ok := s.Table().Unit(h.Unit); ok {
		return store.UnitHolders(u.HSAID, u.Provider, u.Region, u.Kind)
	}
	return store.UnitHolders(h.Unit, h.Provider, h.Region, h.Kind)
}
