package statistics

import (
	"strconv"
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
