package statistics

import (
	"strconv"
)

// Headings of the page and of its table. %s are what is counted by.
const (
	titleStatistics = "Statistik"
	wordSum         = "Summa"
	wordAnd         = "%s och %s"
	wordChart       = "Antal ärenden efter %s. Samma tal står i tabellen."
)

// The chosen time. %s are months.
const (
	wordUntil     = "till och med %s"
	wordFrom      = "från och med %s"
	wordFromUntil = "%s till och med %s"
	wordAlways    = "hela tiden"
)

// What the form, or the API, answers when it is not filled in right. %s is a list.
const (
	wordOneOrTwo = "Välj en eller två bland %s, med komma emellan."
	wordStep     = "Välj month, quarter eller year."
	wordTooMany  = "Det blir för många rutor i tabellen. Välj ett grövre tidssteg, en kortare tid eller något " +
		"annat att räkna efter."
	wordNoUnit        = "Ingen av dina enheter heter så. Välj en i listan, eller lämna fältet tomt."
	wordCountBy       = "Välj vad ärendena ska räknas efter."
	wordSomethingElse = "Välj något annat än i det första fältet, eller ingenting."
	wordMonth         = "Ange en månad, till exempel 2026-01."
	wordMonthsTurned  = "Den sista månaden måste vara samma som den första, eller senare."
	wordScope         = "Välj bland de urval som finns."
	wordNotByUnit     = "Över de egna enheterna räknas ärenden inte för varje enhet. Välj vårdgivare eller region."
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
