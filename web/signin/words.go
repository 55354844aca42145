package signin

import (
	"rivgate/routing"
	"rivgate/web/shell"
)

// Titles of the pages.
const (
	titleAccount = "Ditt konto"
	titleCode    = "Välj lösenord"
)

// What a form answers when it is not filled in right.
const (
	wordSamePassword    = "Skriv samma lösenord en gång till."
	wordOtherPassword   = "Välj ett annat lösenord än det du har."
	wordNotYourPassword = "Det är inte ditt lösenord, eller så har det provats för många gånger."
	wordUserName        = "Skriv ditt användarnamn."
	wordCode            = "Koden gäller inte: den är fel, för gammal eller redan använd. Be din administratör om en ny."
	wordPassword        = "Skriv ditt lösenord."
	wordWrong           = "Användarnamnet eller lösenordet är fel, eller så har det provats för många gånger. Försök " +
		"igen om en stund."
)

// What a sign-in at a provider is refused with: a title, and a sentence below it.
const (
	titleProviderAway = "Inloggningstjänsten svarar inte"
	wordProviderAway  = "Det gick inte att nå inloggningstjänsten. Försök igen om en stund."
	titleNotLetIn     = "Inloggningen godtogs inte"
	wordNotLetIn      = "Börja om från inloggningssidan. Hjälper inte det behöver din administratör se i åtkomstloggen."
	titleLevel        = "Inloggningen räcker inte"
	// %s are the levels as the provider calls them
	wordLevel = "Här krävs en säkrare inloggning än den du gjorde, på nivån %s. Logga in igen på ett sätt som ger " +
		"den, till exempel med tjänstekort. Har du inget sådant, be din administratör om hjälp."
	wordLevelOr   = " eller "
	titleNotAgain = "Du loggade inte in igen"
	wordNotAgain  = "Inloggningstjänsten släppte in dig utan att fråga vem du är. Logga ut där, och försök igen."
	titleNoRole   = "Du har ingen roll här"
	wordNoRole    = "Inloggningstjänsten känner dig, men ger dig ingen roll i Rivgate. Be din administratör om en."
)

func sideWord(kind routing.UnitKind) string {
	switch kind {
	case routing.CareUnit:
		return "vården"
	case routing.PatientBoard:
		return "patientnämnd"
	case routing.Other:
		return "övriga funktioner"
	}
	return ""
}

// wayWord is how somebody signed in.
func wayWord(way string) string {
	switch way {
	case shell.PasswordWay:
		return "lösenord"
	case shell.ProviderWay:
		return "inloggningstjänsten"
	}
	return "okänt"
}
