package opinion

import "rivgate/web/casework"

// Titles of the pages.
const (
	titleList    = "Begäranden om yttrande"
	titleRequest = "Begäran om yttrande från %s"
)

// What a form answers when it is not filled in right, or came too late.
const (
	wordText     = "Skriv yttrandet."
	wordChanged  = "En kollega har ändrat yttrandet, eller skickat det, sedan sidan öppnades. Det du skrev står kvar här."
	wordRecalled = casework.WordRequestRecalled
	wordNoFiles  = "Ärendet tar inte emot bilagor."
	wordFiles    = casework.WordTenFiles
)

func doneWord(done string) string {
	switch done {
	case "saved":
		return "Utkastet är sparat. Det är inte skickat."
	case "sent":
		return "Yttrandet är skickat till patientnämnden."
	}
	return ""
}
