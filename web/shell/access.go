package shell

import (
	"slices"
	"strings"

	"rivgate/store"
)

// Access is who asks, and what they may. Its zero value may nothing.
type Access struct {
	User   string // id of the account or token, kept in the access log
	Name   string // as it is shown; kept with what they do
	Grants []Grant

	Person     bool // signed in, not a system
	MustChange bool // the password, before anything else
	Kept       *KeptForm
}

// May tells whether any of the actions is allowed with what an owner has; the zero Owner for what is the gateway's.
func (a Access) May(action Action, owner Owner) bool { return May(a.Grants, action, owner) }

// Somewhere tells whether any of the actions is allowed with anything at all: whether a page or a menu entry is theirs.
// The page then asks may. Whoever is signed in may see their own account, without any role too.
func (a Access) Somewhere(action Action) bool {
	if a.Person && action&SignedIn != 0 {
		return true
	}
	if !Walled(a.Grants) {
		action &^= owned
	}
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return Rights(g.Role)&action != 0 && (!g.Role.ForUnits() || len(g.Units) > 0)
	})
}

// EveryUnit tells whether an action is allowed with every unit's, of any kind.
func (a Access) EveryUnit(action Action) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return Rights(g.Role)&action != 0 && g.Kind == "" && !slices.Contains(People(), g.Role) &&
			slices.Contains(g.Units, AllUnits)
	})
}

// roles are the roles that are held, for the access log.
func (a Access) roles() string {
	var all []string
	for _, g := range a.Grants {
		if !slices.Contains(all, string(g.Role)) {
			all = append(all, string(g.Role))
		}
	}
	return strings.Join(all, ", ")
}

// Narrow keeps a list of cases to those with which an action is allowed.
func (s *Site) Narrow(f *store.CaseFilter, who Access, action Action) {
	if who.EveryUnit(action) {
		return
	}
	if who.WholeSide(f, action) {
		return
	}
	f.Units = s.UnitsOf(who, action)
}

// WholeSide keeps a list to one side of the wall where somebody's rights reach all of it: a catalogue may have more
// units there than a query can name. It tells whether it did.
func (a Access) WholeSide(f *store.CaseFilter, action Action) bool {
	if !Walled(a.Grants) {
		return false
	}
	for _, g := range a.Grants {
		if Rights(g.Role)&action == 0 || g.Kind == "" || f.Kind != "" && f.Kind != g.Kind {
			continue
		}
		if slices.Contains(g.Units, AllUnits) {
			f.Kind = g.Kind
			return true
		}
	}
	return false
}

// UnitsOf are the units with whose cases an action is allowed, as the filter of a list; empty and not nil for none.
// Units that have left the catalogue are there when they are granted by name, or when an old case of theirs is in the
// store.
func (s *Site) UnitsOf(who Access, action Action) []string {
	units := []string{}
	for _, u := range s.Table().Units() {
		if who.May(action, Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}) {
			units = append(units, u.HSAID)
		}
	}
	return append(units, s.Unlisted(who, action)...)
}

// Unlisted are the units of somebody that have left the catalogue, as granted by name.
func (s *Site) Unlisted(who Access, action Action) (units []string) {
	if !Walled(who.Grants) {
		return nil
	}
	for _, g := range who.Grants {
		if Rights(g.Role)&action == 0 || g.Kind == "" && slices.Contains(People(), g.Role) {
			continue
		}
		for _, unit := range g.Units {
			if _, known := s.Table().Unit(unit); !known && unit != AllUnits && !strings.HasPrefix(unit, RegionUnits) {
				units = append(units, unit)
			}
		}
	}
	return units
}

// Owner is whose a unit's things are, by the catalogue. A unit that is not there has no kind, so no person's role
// reaches it.
func (s *Site) Owner(unit string) Owner {
	if u, ok := s.Table().Unit(unit); ok {
		return Owner{Unit: u.HSAID, Kind: u.Kind, Region: u.Region}
	}
	return Owner{Unit: unit}
}

// Self is who acts, as the case keeps it.
func (a Access) Self() store.Person { return store.Person{ID: a.User, Name: a.Name} }
