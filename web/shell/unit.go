package shell

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"rivgate/routing"
	"rivgate/routing/finding"
)

// hsaForm is how an HSA-id is written.
var hsaForm = regexp.MustCompile(`^(?i:SE(16)?[0-9]{10}|TSTNMT[0-9]{10})-[A-Za-z0-9]+$`)

// IsHSAForm tells whether a text has the form of an HSA-id of a unit.
func IsHSAForm(text string) bool { return hsaForm.MatchString(text) && len(text) <= 31 }

// unitsMost bounds the units that somebody is asked to choose from.
const unitsMost = 20

// UnitsTyped finds the units that somebody means who types an HSA-id, "name (HSA-id)", a name, or words of a name, the
// most likely first. It is sure where that is one unit, and nothing of it was misspelt: a case must not go elsewhere
// for a slip of the finger. An HSA-id means one unit, of whatever kind; one that the catalogue does not know is a unit
// without a name. Names are looked for among the units that fit.
func (s *Site) UnitsTyped(typed string, fits func(routing.Unit) bool) (units []routing.Unit, sure bool) {
	id := HSAOf(typed)
	if u, ok := s.Table().Unit(id); ok {
		return []routing.Unit{u}, true
	}
	if IsHSAForm(id) {
		return []routing.Unit{{HSAID: id}}, true
	}
	named, like := 0, 0
	for found := range s.Relay.FindUnits(typed) {
		if found.Fit == finding.AnyUnit || len(units) == unitsMost {
			break
		}
		if !fits(found.Unit) {
			continue
		}
		units = append(units, found.Unit)
		switch found.Fit {
		case finding.WholeName, finding.ExactID:
			named++
		case finding.Misspelt:
			like++
		}
	}
	if named == 1 { // it came first
		return units[:1], true
	}
	return units, len(units) == 1 && like == 0
}

// UnitWanted says which units somebody can mean in a field.
type UnitWanted struct {
	Fits func(routing.Unit) bool
	// Unfit is the answer to the name of a unit that does not fit; %s is its name.
	Unfit string
}

// UnitMeant is the one unit that somebody means by what is typed, as UnitsTyped finds it; or in words why it is not
// sure which that is.
func (s *Site) UnitMeant(typed string, want UnitWanted) (unit routing.Unit, wrong string) {
	found, sure := s.UnitsTyped(typed, want.Fits)
	switch {
	case len(found) == 0:
		return unit, s.NoUnitWord(typed, want)
	case sure:
		return found[0], ""
	case len(found) == 1:
		return unit, fmt.Sprintf(wordUnitMeant, UnitText(found[0]))
	}
	return unit, fmt.Sprintf(wordUnitsNamed, unitNames(found))
}

// NoUnitWord says why nothing was found by what is typed: no unit is called so, or one is that does not fit.
func (s *Site) NoUnitWord(typed string, want UnitWanted) string {
	if found, sure := s.UnitsTyped(typed, func(routing.Unit) bool { return true }); sure {
		return fmt.Sprintf(want.Unfit, cmp.Or(found[0].Name, found[0].HSAID))
	}
	return wordNoUnit
}

// UnitText is a unit as lists of units write it.
func UnitText(u routing.Unit) string {
	if u.Name == "" {
		return u.HSAID
	}
	return u.Name + " (" + u.HSAID + ")"
}

// unitNames are the first of some units.
func unitNames(units []routing.Unit) string {
	const most = 5
	var names []string
	for _, u := range units[:min(most, len(units))] {
		names = append(names, UnitText(u))
	}
	if len(units) > most {
		names = append(names, wordAndMore)
	}
	return strings.Join(names, ", ")
}
