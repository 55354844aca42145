package board

import (
	"rivgate/store"
	"rivgate/web/casework"
)

// Titles of the pages. %s is the number of the case.
const (
	titleList      = casework.TitlePlaceless
	titleCase      = "Patientnämnd: ärende %s"
	titleRequest   = string(casework.BoardRequest)
	titleWithdrawn = casework.TitleConsentWithdrawn
)

// What stands for what was masked in a text.
const (
	maskedName   = "[namn]"
	maskedNumber = "[nummer]"
	maskedMail   = "[e-post]"
)

// What a form answers when it is not filled in right, or when what it says may not be done.
const (
	wordYear         = "Ange ett år, till exempel 2026."
	wordBothDays     = "Ange både första och sista dagen, eller bara ett år."
	wordDaysTurned   = "Den sista dagen måste vara samma som den första, eller senare."
	wordWithdrawn    = "Ärendet får inte längre lämnas till vårdgivaren. Notera ett nytt samtycke först."
	wordWhere        = "Skriv namnet eller HSA-id på enheten där det hände."
	wordConsentFor   = "Skriv vilken vårdgivare samtycket gäller."
	wordConsentBy    = "Skriv vem som samtyckte."
	wordConsentDay   = "Ange vilken dag samtycket gavs."
	wordConsentHow   = "Skriv hur samtycket gavs."
	wordWithdrawFor  = "Skriv vilken vårdgivare det gäller."
	wordWithdrawBy   = "Skriv vem som tog tillbaka samtycket."
	wordOpinionOn    = "Skriv vad vårdgivaren ska yttra sig om."
	wordRequestTo    = "Skriv vilken vårdgivare begäran går till."
	wordOpinionText  = "Skriv in yttrandet."
	wordOpinionFrom  = "Skriv vilken enhet yttrandet kommer från."
	wordOpinionDay   = "Ange vilken dag yttrandet är daterat."
	wordChildHow     = "Skriv hur det är känt att patienten är ett barn."
	wordOpinionFiles = casework.WordTenFiles + " Yttrandet är inte sparat: välj färre filer, och " +
		"skriv in resten som ett yttrande till."
	wordNothingToWithdraw = "Det finns inget samtycke att ta tillbaka för den vårdgivaren."
	wordNoChild           = "Patienten är inte märkt som barn."
	wordDayGone           = "Ange en dag från i dag och framåt, eller lämna fältet tomt."
)

// Who wrote a text of the masked export.
const (
	exportFromBoard    = "patientnämnden"
	exportFromReporter = "anmälaren"
)

// The request for an opinion as a text file: its headings and the names of its lines.
const (
	requestHeading   = "BEGÄRAN OM YTTRANDE\r\n\r\n"
	requestTo        = "Till"
	requestFrom      = "Från"
	requestDay       = "Dag"
	requestDiary     = "Diarienummer"
	requestCase      = "Ärende"
	requestDue       = "Svar önskas senast"
	requestConsent   = "Samtycke"
	requestCovers    = "Samtycket omfattar"
	requestReporter  = "Anmälare"
	requestPatient   = "Patient"
	requestComplaint = "\r\nVAD ANMÄLAREN SKRIVER\r\n\r\n"
	requestIncident  = "Hände"
	requestUnit      = "Enhet"
	requestPlace     = "Plats"
)

func exportHead() []string {
	return []string{
		"enhet", "enhetens namn", "vårdgivare", "region", "ålder", "kön", "huvudproblem", "delproblem", "upplevt problem",
		"verksamhetsområde",
		"händelsedatum", "mottaget", "avslutat", "enhet där det hände", "namn på enheten där det hände", "anmälarens roll",
		"läge",
	}
}

// askedWord is where a request to a unit's inbox stands.
func askedWord(o store.Opinion, inInbox, answers bool) string {
	switch {
	case o.State == store.OpinionAnswered && o.Recalled:
		return "besvarad; samtycket är återtaget, och enheten läser bara sitt eget yttrande"
	case o.State == store.OpinionAnswered:
		return "besvarad"
	case o.Recalled:
		return "inte besvarad; samtycket är återtaget, och enheten läser den inte längre"
	case !inInbox:
		return "ligger i enhetens inkorg, men enheten tar inte längre emot nya ärenden där: skicka den på papper också"
	case !answers:
		return "ligger i enhetens inkorg, men inget känt konto kan besvara den där"
	}
	return "ligger i enhetens inkorg"
}

func boardDone(done string) string {
	switch done {
	case "place":
		return "Enheten är sparad."
	case "consent":
		return "Samtycket är noterat."
	case "withdraw":
		return "Det är noterat att samtycket är återtaget."
	case "request":
		return "Begäran är noterad. Skriv ut den och skicka den till vårdgivaren."
	case "asked":
		return "Begäran är skickad till enhetens inkorg. Yttrandet kommer hit när enheten har svarat."
	case "opinion":
		return "Yttrandet är noterat i ärendet."
	case "child":
		return "Patienten är märkt som barn."
	case "nochild":
		return "Märkningen är borttagen."
	}
	return ""
}

// textsHead are the columns of the export of masked texts.
func textsHead() []string { return []string{"nr", "tid", "slag", "från", "text"} }
