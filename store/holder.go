package store

import "rivgate/routing"

// Level is how far something reaches that is kept for a unit's work: a standard reply, or a series of numbers.
type Level string

// The levels, the nearest first.
const (
	LevelPerson   Level = "person"
	LevelUnit     Level = "unit"
	LevelProvider Level = "provider" // all units of a kind of a care provider
	LevelRegion   Level = "region"   // all units of a kind in a region
)

// Holder is whose such a thing is.
type Holder struct {
	Level Level
	ID    string // of a unit or provider the HSA-id, of a region its code, of a person the account's id
	// Side is the kind of the units of a provider or region: care and patient boards share nothing.
	Side routing.UnitKind
}

// folded is a holder as it is kept.
func (h Holder) folded() Holder {
	switch h.Level {
	case LevelUnit:
		h.ID, h.Side = fold(h.ID), ""
	case LevelProvider:
		h.ID = fold(h.ID)
	case LevelPerson:
		h.Side = ""
	}
	return h
}

// Same tells whether two holders are one.
func (h Holder) Same(other Holder) bool { return h.folded() == other.folded() }

// UnitHolders are a unit, its care provider and its region, the nearest first.
func UnitHolders(unit, provider, region string, kind routing.UnitKind) []Holder {
	all := []Holder{{Level: LevelUnit, ID: unit}}
	if provider != "" {
		all = append(all, Holder{Level: LevelProvider, ID: provider, Side: kind})
	}
	if region != "" {
		all = append(all, Holder{Level: LevelRegion, ID: region, Side: kind})
	}
	return all
}
