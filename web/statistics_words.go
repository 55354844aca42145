package web

import (
	"strconv"

	"rivgate/contracts"
)

// parameterWord is a parameter as people call it.
func parameterWord(by string) string {
	switch by {
	case "unit":
		return "Enhet"
	case "provider":
		return "Vårdgivare"
	case "region":
		return "Region"
	case "age":
		return "Ålder"
	case "sex":
		return "Kön"
	case "main_problem":
		return "Huvudproblem"
	case "sub_problem":
		return "Delproblem"
	case "experienced":
		return "Problemet som anmälaren upplevde det"
	case "area":
		return "Verksamhetsområde"
	case "incident":
		return "När det hände"
	case "received":
		return "När ärendet kom in"
	case "closed":
		return "När ärendet avslutades"
	}
	return by
}

// labels tells what the values of a parameter are called.
func (s *Site) labels(by string) func(string) string {
	named := map[string]string{}
	switch by {
	case "unit", "provider":
		return func(id string) string {
			if u, ok := s.table().Unit(id); ok && id != "" {
				return u.Name
			}
			return orUnknown(id, "okänd")
		}
	case "region":
		named = regionNames()
	case "sex":
		named = s.displays(contracts.SystemGender)
	case "area":
		named = s.displays(contracts.SystemArea)
	case "main_problem", "sub_problem", "experienced":
		for code, display := range s.displays(contracts.SystemProblem) {
			named[code] = code + " " + display
		}
	}
	unknown := "inte angivet"
	if by == "closed" {
		unknown = "inte avslutat"
	}
	return func(key string) string {
		if name, ok := named[key]; ok && key != "" {
			return name
		}
		if by == "age" && key != "" {
			return key + " år"
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
	for _, c := range s.codes(system) {
		out[c.Code] = c.Display
	}
	return out
}

// regionNames are the regions by their county codes.
func regionNames() map[string]string {
	return map[string]string{
		"01": "Region Stockholm", "03": "Region Uppsala", "04": "Region Sörmland", "05": "Region Östergötland", "06": "Region Jönköpings län", "07": "Region Kronoberg",
		"08": "Region Kalmar län", "09": "Region Gotland", "10": "Region Blekinge", "12": "Region Skåne", "13": "Region Halland", "14": "Västra Götalandsregionen",
		"17": "Region Värmland", "18": "Region Örebro län", "19": "Region Västmanland", "20": "Region Dalarna", "21": "Region Gävleborg", "22": "Region Västernorrland",
		"23": "Region Jämtland Härjedalen", "24": "Region Västerbotten", "25": "Region Norrbotten",
	}
}

// Text is a count as it is shown.
func (t *table) Text(c cell) string {
	switch c.Show {
	case small:
		return "<" + strconv.Itoa(t.Threshold)
	case withheld:
		return "dold"
	}
	return strconv.Itoa(c.N)
}

// Hides tells whether anything is hidden.
func (t *table) Hides() bool {
	if t.Total.Show != visible {
		return true
	}
	for i := range t.Rows {
		if t.RowSums[i].Show != visible {
			return true
		}
		for _, c := range t.Cells[i] {
			if c.Show != visible {
				return true
			}
		}
	}
	return false
}
