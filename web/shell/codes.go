package shell

import (
	"fmt"

	"rivgate/contracts"
	"rivgate/routing"
)

// Codes is a code set in its own order; empty where it is not known.
func (s *Site) Codes(system string) []contracts.Code {
	set, ok := s.Relay.Contracts.CodeSet(system)
	if !ok {
		return nil
	}
	return set.Codes
}

// CodeMeaning is what a code of the platform means to who keeps the catalogue.
type CodeMeaning struct{ Cause, Remedy string }

// Labels tells what the values of a parameter are called.
func (s *Site) Labels(by string) func(string) string {
	named := map[string]string{}
	switch by {
	case "unit", "provider", "incident_unit":
		unknown := map[bool]string{true: textNotGiven, false: textUnknown}[by == "incident_unit"]
		return func(id string) string {
			if u, ok := s.Table().Unit(id); ok && id != "" {
				return u.Name
			}
			return orUnknown(id, unknown)
		}
	case "region":
		named = routing.RegionNames()
	case "sex":
		named = s.displays(contracts.SystemGender)
	case "area":
		named = s.displays(contracts.SystemArea)
	case "main_problem", "sub_problem", "experienced":
		for code, display := range s.displays(contracts.SystemProblem) {
			named[code] = code + " " + display
		}
	}
	unknown := textNotGiven
	if by == "closed" {
		unknown = textNotClosed
	}
	return func(key string) string {
		if name, ok := named[key]; ok && key != "" {
			return name
		}
		if by == "age" && key != "" {
			return fmt.Sprintf(textYears, key)
		}
		return orUnknown(key, unknown)
	}
}

func orUnknown(key, unknown string) string {
	if key == "" {
		return unknown
	}
	return key
}

func (s *Site) displays(system string) map[string]string {
	out := map[string]string{}
	for _, c := range s.Codes(system) {
		out[c.Code] = c.Display
	}
	return out
}
