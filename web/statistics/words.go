package statistics

import (
	"strconv"

	"rivgate/web/shell"
)

// Headings of the page and of its table. %s are what is counted by.
const (
	titleStatistics = shell.RoomStatistics
	wordSum         = "Summa"
	wordAbout       = "Summa, ungefärlig"
	wordHappenedAt  = "%s, det som hände vid %s"
	wordAnd         = "%s och %s"
	wordChart       = "Antal ärenden efter %s. Samma tal står i tabellen."
)

// Whose cases are counted.
const (
	wordNation   = "Hela landet"
	wordOwnUnits = "Mina enheter"
)

// wordCode heads the column of the codes of what is counted by, in a file.
const wordCode = "%s (kod)"

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
	wordNotYourUnit   = "%s är ingen av dina enheter. Välj en i listan, eller lämna fältet tomt."
	wordCountBy       = "Välj vad ärendena ska räknas efter."
	wordSomethingElse = "Välj något annat än i det första fältet, eller ingenting."
	wordMonth         = "Ange en månad, till exempel 2026-01."
	wordMonthsTurned  = "Den sista månaden måste vara samma som den första, eller senare."
	wordScope         = "Välj bland de urval som finns."
	wordNationOrOwn   = "Välj own eller nation."
	wordScopeAlone    = "Ange antingen scope=nation eller enhet, vårdgivare eller region."
	wordNotByUnit     = "Över en region eller landet räknas ärenden inte för varje enhet. Välj %s som urval."
	wordOrProvider    = "%s eller en vårdgivare"
	wordWholeMonth    = "Ange en hel månad, till exempel 2026-01."
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
	case "incident_unit":
		return "Enhet där det hände"
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
	if c.Small {
		return "<" + strconv.Itoa(t.Threshold)
	}
	return strconv.Itoa(c.N)
}
