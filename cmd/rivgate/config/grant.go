package config

import (
	"fmt"
	"strings"

	"rivgate/routing"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// CheckGrant tells what is wrong with a role and what it is held for; nil when nothing is.
func CheckGrant(g accounts.Grant, unitsLater bool) error {
	var names []string
	known := false
	for _, role := range shell.People() {
		names = append(names, string(role))
		known = known || string(role) == g.Role
	}
	switch {
	case !known:
		return fmt.Errorf("role %q is not known: write %s", g.Role, strings.Join(names, ", "))
	case !shell.Role(g.Role).ForUnits() && (g.Kind != "" || len(g.Units) > 0):
		return fmt.Errorf("role %s is held for the whole gateway: leave out kind and units", g.Role)
	case !shell.Role(g.Role).ForUnits():
		return nil
	case !g.Kind.Known():
		return fmt.Errorf("role %s needs a kind: write %s", g.Role, routing.KindsInWords)
	case len(g.Units) == 0 && !unitsLater:
		return fmt.Errorf("role %s needs units: write HSA-ids, %q for all of the kind, or %s and a region's code", g.Role,
			shell.AllUnits, shell.RegionUnits)
	}
	for _, unit := range g.Units {
		if unit == "" || strings.ContainsAny(unit, " \t,") || strings.TrimPrefix(unit, shell.RegionUnits) == "" {
			return fmt.Errorf("%q is no unit", unit)
		}
	}
	return nil
}
