package casework

import (
	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/shell"
)

// What a handover lacks that goes over the wall.
const (
	TextNoOpinionConsent = "Det finns inget samtycke noterat för den vårdgivaren. Notera först vem som samtyckte, när " +
		"och hur."
	TextNoConsent = "Det finns inget samtycke noterat för den enheten, och ingen annan grund är angiven. Notera " +
		"samtycket under Patientnämnden: vem som samtyckte, när och hur. Eller ange grunden."
	TextNoGround = "Ärendet går mellan vården, patientnämnden eller en övrig funktion. Ange grunden: vem som har " +
		"samtyckt eller valt enheten, när och hur, eller en annan grund."
)

// A consent that a board noted as the ground of a handover: who, on which day, and how.
const (
	wordConsentGround = "Samtycke av %s %s: %s"
)

// What a form answers when it is not filled in right. %s is the name of a file, what kind of file it is, a list of
// units or a reason.
const (
	wordMainProblem = "Välj minst ett huvudproblem."
	wordArea        = "Välj verksamhetsområde."
	wordOID         = "Skriv regionens OID med siffror och punkter, till exempel 1.2.752.97.3.1.3."
	wordPersonID    = "Numret känns inte igen. Skriv ett personnummer, ett samordningsnummer eller en nationell " +
		"reservidentitet. Är det ett regionalt nummer: ange också regionens OID."
	wordReporterID      = "Ange anmälarens personnummer."
	wordNumberOrNone    = "Ange numret, eller att anmälaren inget har eller ger. Inte båda."
	wordNoPatientNumber = "Utan anmälarens nummer kan patientens nummer inte anges: ärendet hålls skilt från dem som " +
		"har nummer. Lämna fältet tomt."
	WordIncidentDay  = "Ange vilken dag det hände."
	WordIncident     = "Beskriv vad som hände."
	WordDayToCome    = "Dagen har inte varit än."
	wordOtherPatient = "Här står en annan patient. Välj närstående eller ombud, eller töm uppgifterna om patienten."
	wordWhoReports   = "Välj vem som anmäler."
	wordFewerFiles   = "Högst 5 filer åt gången. Välj om."
	wordFileTooLarge = "%s är större än 20 MB. Välj en mindre fil, eller dela upp den."
	wordFileKind     = "%s är inte en PDF, PNG, JPEG eller GIF. Spara om den i ett av de formaten."
	wordFileLies     = "%s är en annan sorts fil än namnet säger (%s). Byt namn på den, eller välj en annan."
	wordCaseChanged  = "Ärendet har ändrats sedan sidan öppnades. Ingenting skrevs över: se hur det är nu, och gör om " +
		"det som behövs."
	wordAnswerStaged = "Ett annat svar i ärendet är på väg att skickas. Vänta tills det har skickats, eller ångra det."
	wordRefused      = "Det gick inte: %s."
	wordUnitIsBoard  = "Det är en patientnämnd. Välj en enhet i vården."
	wordManyUnits    = "Flera enheter stämmer med det du skrev. Välj en av dem nedan."
	wordLikeUnit     = "Ingen enhet heter precis så. Välj enheten nedan om det är den du menar, eller skriv på annat " +
		"sätt."
	wordUnitNoCare     = "%s finns i katalogen, men ger ingen vård. Välj en enhet där vård ges."
	wordCannotTakeOver = "%s finns i katalogen, men kan inte ta emot ärenden här just nu. Välj en annan enhet."
	wordWhichUnit      = "Välj den enhet som ska ta över ärendet."
	wordNoHSAID        = "Katalogen har ingen enhet med det HSA-id:t. Kontrollera det, eller skriv en del av namnet."
)

// Where a message is: which message it is, where to it came, and when.
const (
	wordReached  = "%s nådde %s %s"
	wordInInbox  = "I inkorgen sedan %s"
	wordPaused   = "Väntar: mottagaren är pausad"
	WordUnread   = "Sparat i ärendet, men anmälaren kan inte läsa det: lämnas på annat sätt"
	WordDue      = "Väntar på leverans"
	wordUnknown  = "Osäkert utfall: skickas igen"
	wordParked   = "Parkerad: leveransen kräver åtgärd"
	wordHeld     = "Väntar på ett tidigare meddelande"
	wordReceiver = "mottagaren"
	wordReporter = "Anmälaren"
)

// What a form with files, or an opinion, answers in several rooms.
const (
	WordTenFiles        = "Högst 10 bilagor, om högst 20 MB var."
	WordRequestRecalled = "Samtycket är återtaget, eller så har patientnämnden inte ärendet längre. Inget är skickat."
)

// Marks of a case that its handler should look at.
const (
	markUnsent     = "Ett svar kunde inte skickas"
	markTakenBack  = "Anmälaren har tagit tillbaka ärendet"
	markWroteAgain = "Anmälaren har tagit tillbaka ärendet, och skrivit igen sedan dess"
	markReopened   = "Öppnat igen av ett tillägg"
	markNew        = "Nytt från anmälaren"
)

// AddedHeading says when the reporter added something.
func AddedHeading(w Writing) string { return "Anmälaren skrev också " + w.Day + ":" }

// WordLinkUnit is what a reporter reads whose link leads to a unit that cannot be chosen.
const WordLinkUnit = "Länken leder till en mottagare som inte tar emot ärenden här."

// TitleConsentWithdrawn says that there is no consent any more.
const TitleConsentWithdrawn = "Samtycket är återtaget"

// OpinionEnded says why a request for an opinion is not to be read any more; "" while it is.
func OpinionEnded(o store.Opinion) string {
	switch {
	case o.Recalled:
		return TitleConsentWithdrawn
	case o.Left:
		return "Patientnämnden har inte ärendet längre"
	}
	return ""
}

// TitlePlaceless is the list of a board's cases of which no unit is known.
const TitlePlaceless = "Saknar enhet"

// What a reporter reads and writes, in the mailbox and by a code. %s is the number of the case.
const (
	TitleOwnCase    = "Ditt ärende %s"
	WordOwn         = "Du"
	WordWriteAnswer = "Skriv ditt svar."

	WordWriteSupplement = "Skriv det som du vill lägga till."
)

// OwnTitle is what a message is called that the reporter wrote; "" for one that the reporter did not write.
func OwnTitle(kind store.EventKind) string {
	switch kind {
	case store.EventComplaint:
		return "Ditt ärende"
	case store.EventAnswer:
		return "Ditt svar"
	case store.EventSupplement:
		return "Ditt tillägg"
	case store.EventWithdrawal:
		return "Du har tagit tillbaka ärendet"
	}
	return ""
}

// othersTitle is what a message is called that a former reporter wrote, or the patient.
func othersTitle(kind store.EventKind) string {
	switch kind {
	case store.EventComplaint:
		return "Ärendet"
	case store.EventSupplement:
		return "Tillägg"
	case store.EventWithdrawal:
		return "Ärendet togs tillbaka"
	}
	return "Svar"
}

// Headings of the messages that a reporter gets.
const (
	wordReceipt    = "Ärendebekräftelse"
	wordQuestion   = "Fråga till dig"
	wordHandedOver = "Ditt ärende har lämnats över"
	wordRegistered = "Ditt ärende är registrerat"
)

// EventWord is what a kind of message is called.
func EventWord(kind store.EventKind) string {
	switch kind {
	case store.EventComplaint:
		return "Nytt ärende"
	case store.EventAnswer:
		return "Svar från anmälaren"
	case store.EventSupplement:
		return "Tillägg från anmälaren"
	case store.EventWithdrawal:
		return "Anmälaren har tagit tillbaka ärendet"
	case store.EventForward:
		return "Överlämnat hit"
	case store.EventPartialReply:
		return "Delsvar"
	case store.EventQuestion:
		return "Fråga till anmälaren"
	case store.EventClose:
		return "Slutsvar"
	case store.EventStatus:
		return "Status"
	case store.EventForwarded:
		return "Överlämnat vidare"
	case store.EventNewCase:
		return "Ärende som började utanför 1177"
	case store.EventCorrection:
		return "Rättad klassificering"
	}
	return string(kind)
}

// nounOf is the message as the subject of a sentence.
func nounOf(kind store.EventKind) string {
	switch kind {
	case store.EventPartialReply, store.EventClose, store.EventAnswer:
		return "Svaret"
	case store.EventQuestion:
		return "Frågan"
	case store.EventSupplement:
		return "Tillägget"
	case store.EventWithdrawal:
		return "Återtagandet"
	case store.EventCorrection:
		return "Rättelsen"
	case store.EventComplaint, store.EventNewCase, store.EventForward:
		return "Ärendet"
	case store.EventForwarded:
		return "Beskedet"
	}
	return "Meddelandet"
}

// wishWord is how the reporter wants to be answered.
func wishWord(wanted bool, channel string) string {
	switch {
	case !wanted:
		return "Nej"
	case channel == "":
		return "Ja"
	}
	return "Ja (" + channel + ")"
}

func statusWord(status string) string {
	switch status {
	case contracts.StatusReceived:
		return "Mottaget"
	case contracts.StatusInProgress:
		return "Handläggning pågår"
	case contracts.StatusAwaitingReporter:
		return shell.StateWord(store.AwaitingReporter)
	}
	return status
}
