package open

// Titles of the pages.
const (
	titleSend    = "Lämna synpunkter utan att logga in"
	titleSent    = "Din kod"
	titleCode    = "Följ ditt ärende"
	titleCrowded = "För många försök"
)

// What a form answers when it is not filled in right.
const (
	wordWho       = "Välj om det gäller dig själv eller någon annan."
	wordDayToCome = "Dagen har inte varit än. Välj en dag som har varit."
	wordCode      = "Koden stämmer inte. Kontrollera att du har skrivit alla tjugo tecken."
	wordCrowded   = "Det har kommit för många försök härifrån. Försök igen om tio minuter."
	wordNotNow    = "Det går inte att skicka just nu. Försök igen om en stund."
)

// wordSomebody stands for a patient of whom nothing was said.
const wordSomebody = "Inte angiven"

// wordReader is who opens a case by its code, in the access log.
const wordReader = "den som har koden"
