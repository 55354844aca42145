package mailbox

// Titles of the pages. %s is the number of the case.
const (
	titleCases    = "Mina ärenden"
	titleSubmit   = "Skicka ett ärende"
	titleWithdraw = "Ta tillbaka ärende %s"
)

// What a link leads to that cannot be chosen.
const (
	wordLinkRegion = "Länken leder till en region som inte tar emot ärenden här."
)

// What a form answers when it is not filled in right.
const (
	wordUnitGone = "Mottagaren tar inte längre emot ärenden här. Spara det du har skrivit någon annanstans, och välj " +
		"en annan mottagare."
	wordChoosePerson = "Välj en person, eller skriv ett personnummer, samordningsnummer eller reservnummer."
)

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
