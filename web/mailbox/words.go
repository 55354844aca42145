package mailbox

// Titles of the pages and of the reporter's own messages. %s is the number of the case.
const (
	titleCase     = "Ditt ärende %s"
	titleCases    = "Mina ärenden"
	titleSubmit   = "Skicka ett ärende"
	wordOwn       = "Du"
	wordOwnAnswer = "Ditt svar"
	wordOwnCase   = "Ditt ärende"

	wordOthersCase   = "Ärendet"
	wordOthersAnswer = "Svar"
)

// What a form answers when it is not filled in right.
const (
	wordUnitGone = "Mottagaren tar inte längre emot ärenden här. Spara det du har skrivit någon annanstans, och välj " +
		"en annan mottagare."
	wordWriteAnswer  = "Skriv ditt svar."
	wordChoosePerson = "Välj en person, eller skriv ett personnummer, samordningsnummer eller reservnummer."
)
