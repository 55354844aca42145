package casefile

import "fmt"

// Headings. %s is the number of the case.
const (
	headCase     = "Ärende %s"
	headReporter = "Anmälare"
	headPatient  = "Patient"
	headEntries  = "Händelser"
)

// Labels of what a case is about.
const (
	labelRegistration = "Diarienummer"
	labelUnit         = "Mottagare"
	labelState        = "Läge"
	labelReceived     = "Mottaget"
	labelDue          = "Besvaras senast"
	labelClosed       = "Avslutat"
	labelExternal     = "Id i mottagarens system"
	labelDate         = "Händelsedatum"
	labelIncident     = "Där det hände"
	labelPlace        = "Plats enligt anmälaren"
	labelExperienced  = "Upplevt problem"
	labelReplyWish    = "Vill ha svar"
	labelMainProblems = "Huvud- och delproblem"
	labelArea         = "Verksamhetsområde"
)

// Labels of a person.
const (
	labelName      = "Namn"
	labelID        = "Identitet"
	labelBirth     = "Födelsedatum"
	labelRole      = "Roll"
	labelTelecom   = "Telefon"
	labelEmail     = "E-post"
	labelAddress   = "Adress"
	labelAuthority = "Rätt att företräda patienten"
)

// Labels of a line of the time line.
const (
	labelFrom     = "från"
	labelTo       = "till"
	labelProblems = "Problem"
	labelFile     = "Bilaga"
	labelDelivery = "Leverans"
)

// nameNone is the name of a file that came without one that can be used.
const nameNone = "bilaga"

// footer stands below each page, and the number of pages after it.
func footer(c Case, page int) string {
	return fmt.Sprintf("Ärende %s · utskrivet %s av %s · sida %d av ", c.name(), stamp(c.Exported), c.ExportedBy, page)
}

// fileWords tell of a file of the case.
func fileWords(f File) string {
	at := f.Path
	if at == "" {
		at = "finns inte här"
	}
	return fmt.Sprintf("%s (%s, %d byte; %s)", f.Name, f.MediaType, f.Size, at)
}
