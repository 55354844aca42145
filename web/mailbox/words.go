package mailbox

import "rivgate/store"

// Titles of the pages and of the reporter's own messages. %s is the number of the case.
const (
	titleCase     = "Ditt ärende %s"
	titleCases    = "Mina ärenden"
	titleSubmit   = "Skicka ett ärende"
	wordOwn       = "Du"
	wordOwnAnswer = "Ditt svar"
	wordOwnCase   = "Ditt ärende"
	titleWithdraw = "Ta tillbaka ärende %s"
)

// What a form answers when it is not filled in right.
const (
	wordUnitGone = "Mottagaren tar inte längre emot ärenden här. Spara det du har skrivit någon annanstans, och välj " +
		"en annan mottagare."
	wordWriteAnswer     = "Skriv ditt svar."
	wordWriteSupplement = "Skriv det som du vill lägga till."
	wordChoosePerson    = "Välj en person, eller skriv ett personnummer, samordningsnummer eller reservnummer."
)

// ownTitle is what a message is called that the reporter wrote; "" for one that the reporter did not write.
func ownTitle(kind store.EventKind) string {
	switch kind {
	case store.EventComplaint:
		return wordOwnCase
	case store.EventAnswer:
		return wordOwnAnswer
	case store.EventSupplement:
		return "Ditt tillägg"
	case store.EventWithdrawal:
		return "Du har tagit tillbaka ärendet"
	}
	return ""
}

// othersTitle is the same where it was somebody else: a former reporter, or the patient.
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

// doneWord says what was sent, by the end of the page's address.
func doneWord(done string) string {
	switch done {
	case "":
		return ""
	case formSupplement:
		return "Tack, ditt tillägg är skickat."
	case formWithdraw:
		return "Du har tagit tillbaka ärendet. Mottagaren får veta det och avslutar ärendet."
	}
	return "Tack, det är skickat."
}
