package desk

import (
	"cmp"
	"strings"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// Titles of the pages. %s is the number of the case.
const (
	titleInbox      = "Inkorg"
	titleCase       = "Ärende %s"
	titleBegin      = "Nytt ärende utanför 1177"
	titlePreview    = "Förhandsgranska"
	titleHandedOver = "Ärendet är överlämnat"
)

// What a form answers when it is not filled in right. %s and %d are limits.
const (
	wordAttachmentsTooLarge = "Bilagorna är för stora tillsammans: högst %s får plats i ett meddelande. Ta bort någon, " +
		"eller skicka dem i flera delsvar."
	wordChoosePhrase    = "Välj ett standardsvar."
	wordWhenReceived    = "Ange vilken dag ärendet kom in, senast i dag."
	wordChooseColleague = "Välj en kollega som har en roll vid enheten."
	wordWhyParked       = "Skriv varför ärendet parkeras."
	wordWriteNote       = "Skriv anteckningen."
	wordDiaryTooLong    = "Diarienumret är för långt."
	wordDiaryPerson     = "Diarienumret kan läsas som ett personnummer. Skriv det på ett annat sätt, till exempel med " +
		"snedstreck."
	wordDiaryTaken   = "Ett annat ärende på enheten har redan det diarienumret."
	wordHowAuthority = "Skriv hur rätten att företräda patienten kontrollerades."
	wordHowStated    = "Skriv vem som uppgav rätten att företräda patienten, och när."
	wordHowEnded     = "Skriv vem som återtog rätten att företräda patienten, och hur det är känt."
	wordWhichRight   = "Välj med vilken rätt patienten företräds."
	wordNewReporter  = "Skriv numret på den som tar över ärendet."
	wordNewName      = "Skriv namnet på den som tar över ärendet."
	wordUnnumbered   = "Ärendet har kommit utan nummer och kopplas aldrig till en person. Be den som vill företräda " +
		"att lämna ett eget ärende."
	wordSameReporter  = "Det är den som redan anmäler i ärendet."
	wordNotPatient    = "Det är inte patientens nummer."
	wordIsPatient     = "Numret är patientens. Välj att det är patienten själv."
	wordFormerView    = "Välj vad den som anmäler nu ska se."
	wordWhenResumed   = "Välj vilken dag ärendet ska tas upp igen."
	wordResumeRange   = "Välj en dag efter i dag, högst två år fram."
	wordDraftFiles    = casework.WordTenFiles + " De som inte fick plats är inte sparade."
	wordHowGiven      = "Skriv hur svaret lämnades, och när."
	wordReads         = "Anmälaren läser svaren i ärendet. Skriv ett delsvar eller en anteckning."
	wordChooseQueue   = "Välj en av köerna."
	wordWriteReply    = "Skriv delsvaret."
	wordWriteQuestion = "Skriv frågan."
)

// What happened to a case or a draft. %s is a unit or a moment.
const (
	wordHandedOverTo   = "Ärendet är överlämnat till %s, som svarar anmälaren."
	wordDraftElsewhere = "Utkastet har sparats i ett annat fönster. Ingenting skrevs över: det du skrev står kvar här, " +
		"och sparar du igen är det som gäller."
	wordDraftSaved  = "Utkastet sparat %s"
	wordLeftOutFile = ".utelämnad.txt"
)

// The start page: headings of its parts, and a sentence below each.
const (
	startQueues              = "Inkorgen"
	startQueuesHandler       = "Ärenden som väntar på dig och dina kollegor."
	startQueuesReceiver      = "Fördela de nya ärendena på dem som handlägger, och bevaka att inget blir liggande."
	startQueuesAdministrator = "Se hur ärendena är fördelade. Innehållet i dem visas inte för dig."
	startBoard               = "Patientnämnden"
	startBoardLead           = "Ärenden där platsen är beskriven med anmälarens egna ord behöver rätt enhet."
	startUnit                = "Enheten"
	startDeliveries          = "Leveranser"
	startDeliveriesLead      = "Kommer allt fram? Parkerade meddelanden väntar på att en människa gör något."
	startCatalogue           = "Adresskatalogen"
	startCatalogueLead       = "Vart ärenden och svar går."
	startReview              = shell.RoomReview
	startReviewLead          = "Vem har läst, sökt och ändrat, och om vem."
)

// The start page: numbers and links, and a few words after each link.
const (
	startTitle          = "Start"
	startLate           = "Dina försenade"
	startBegin          = "Registrera ett ärende som började utanför 1177"
	startBeginHint      = "någon har ringt, skrivit eller kommit på besök"
	startPlaceless      = casework.TitlePlaceless
	startYearly         = "Årlig export"
	startYearlyHint     = "ärenden efter statistikens uppgifter, eller maskade texter"
	startPhrases        = shell.RoomPhrases
	startPhrasesHint    = "texter som enheten använder ofta"
	startOpinions       = string(casework.BoardRequest)
	startUnsent         = "Svar som inte kunde skickas"
	startUnregistered   = "Öppna utan diarienummer"
	startRegister       = shell.RoomRegister
	startRegisterHint   = "nummer av en serie, eller från ert diarium"
	startUsers          = shell.RoomUsers
	startUsersHint      = "vilka som har roller på enheten, nya konton och lösenord"
	startStatistics     = shell.RoomStatistics
	startStatisticsHint = "vad ärendena handlar om, och hur de fördelar sig"
	startDue            = casework.WordDue
	startParked         = "Parkerade"
	startMonitor        = "Läget just nu"
	startMonitorHint    = "mottagare, köer, certifikat och kontroller"
	startFaults         = shell.RoomFaults
	startFaultsHint     = "vad som har gått fel, varför, och vad man gör"
	startLost           = "Enheter utan vägval"
	startDraft          = "Fortsätt på utkastet"
	startDraftHint      = "ändringar som inte är publicerade"
	startWhy            = shell.TitleWhy
	startWhyHint        = "vart ett anrop går, och vilken regel som bestämde"
	startMove           = "Flytta en enhet"
	startMoveHint       = "mellan inkorgen och ett externt system"
	startReviewLog      = "Granska loggen"
	startReviewLogHint  = "sök, ta ett stickprov och dokumentera kontrollen"
)

// deskWord is what somebody did at a desk, in words.
func deskWord(e store.DeskEvent) string {
	switch e.Kind {
	case store.DeskTaken:
		return "Tog ärendet"
	case store.DeskAssigned:
		return "Tilldelat " + e.To.Name
	case store.DeskReleased:
		return "Lämnade tillbaka ärendet"
	case store.DeskParked:
		return "Parkerat" + untilWord(e)
	case store.DeskResumed:
		if e.By.ID == "" {
			return "Dagen då ärendet skulle återupptas har kommit"
		}
		return "Återupptaget"
	case store.DeskNote, store.DeskBoard:
		return "Tjänsteanteckning"
	case store.DeskGiven:
		return "Svaret lämnat på annat sätt"
	case store.DeskRegistered:
		if e.Text == "" {
			return "Diarienumret borttaget"
		}
		return "Diariefört"
	case store.DeskProtected:
		return "Skyddad identitet"
	case store.DeskUnprotected:
		return "Inte längre skyddad identitet"
	case store.DeskAuthority:
		return "Rätt att företräda patienten kontrollerad" + rightWord(e)
	case store.DeskStated:
		return "Rätt att företräda patienten uppgiven" + rightWord(e)
	case store.DeskNoAuthority:
		return "Kontrollen av rätten återtagen"
	case store.DeskWithdrawn:
		return "Rätt att företräda patienten återtagen"
	case store.DeskUnchecked:
		return "Skickat utan att anmälarens rätt var kontrollerad"
	case store.DeskTakenOver:
		if e.Stays {
			return "Ärendet övertaget av ett ombud" + rightWord(e) + ". Den tidigare anmälaren ser det som kom före"
		}
		return "Ärendet övertaget av ett ombud" + rightWord(e) + ". Den tidigare anmälaren ser det inte längre"
	case store.DeskFiles:
		return "Bilagor påslagna"
	case store.DeskNoFiles:
		return "Bilagor avstängda"
	case store.DeskSent:
		return formWord(e.Form) + " skickat"
	case store.DeskHandover:
		return "Till " + cmp.Or(e.ToName, e.ToUnit) + ", som tar över ärendet"
	case store.DeskPlace:
		return "Enheten där det hände: " + cmp.Or(e.ToName, e.ToUnit)
	case store.DeskRenamed:
		return "Nämnden har fått ett annat HSA-id: " + e.ToUnit + ", förut " + e.Text
	case store.DeskUndone:
		if !e.Why.IsZero() {
			return formWord(e.Form) + " gjort till utkast igen"
		}
		return formWord(e.Form) + " ångrat innan det skickades"
	case store.DeskRefused:
		return formWord(e.Form) + " kunde inte skickas"
	}
	return string(e.Kind)
}

// seenBy says who sees what is written for colleagues alone; "" for what is no such note.
func seenBy(kind store.DeskEventKind) string {
	switch kind {
	case store.DeskNote, store.DeskBoard, store.DeskGiven:
		return "syns bara för enheten"
	case store.DeskHandover:
		return "syns bara för den enhet som lämnade över och den som tog emot"
	}
	return ""
}

// notLeftWord is what was to be done with a message that never left.
func notLeftWord(e store.DeskEvent) string {
	if e.Kind == store.DeskHandover {
		return "Överlämnandet till " + cmp.Or(e.ToName, e.ToUnit) + " blev inte av"
	}
	return "Skäl att skicka utan att anmälarens rätt var kontrollerad. Det skickades inte"
}

// handoverText is what was said to the unit that took a case over.
func handoverText(e store.DeskEvent) string {
	if e.Ground == "" {
		return e.Text
	}
	return strings.TrimPrefix(e.Text+"\n\nGrund: "+e.Ground, "\n\n")
}

// rightWord is the right that a line of the time line is about.
func rightWord(e store.DeskEvent) string {
	if e.Right == "" {
		return ""
	}
	return ": " + casework.RightWord(e.Right)
}

func untilWord(e store.DeskEvent) string {
	if e.Until == nil {
		return ""
	}
	return " till " + e.Until.In(routing.Stockholm()).Format("2006-01-02")
}

// formWord is a form of the case page as a noun that is neuter: "skickat", "ångrat" follow it.
func formWord(form string) string {
	switch form {
	case "reply":
		return "Delsvaret"
	case "question":
		return "Meddelandet med frågan"
	case "close":
		return "Slutsvaret"
	case "forward":
		return "Överlämnandet"
	case "correct":
		return "Meddelandet med rättelsen"
	}
	return "Meddelandet"
}

// codeNamed is a code in words; a code that is not known stands as it is.
func (s *Export) codeNamed(system, code string) string {
	for _, c := range s.Codes(system) {
		if c.Code == code {
			return c.Display
		}
	}
	return code
}

// doneUnread says it of an answer in a case that nobody reads.
const doneUnread = "Svaret är sparat i ärendet. Anmälaren kan inte läsa det: lämna svaret på annat sätt, och notera " +
	"det."

// doneWord says what was just done. What waits to be sent is said by the part of the page that is alive: see livePage.
func doneWord(done string) string {
	switch done {
	case "reply":
		return "Delsvaret är sparat och på väg till anmälaren i 1177."
	case "question":
		return "Frågan är sparad och på väg till anmälaren i 1177."
	case "forward":
		return "Ärendet är överlämnat."
	case "close":
		return "Ärendet är avslutat."
	case "correct":
		return "Klassificeringen är rättad."
	case "status":
		return "Ärendet är påbörjat."
	case "given":
		return "Noterat att svaret är lämnat på annat sätt."
	case "saved":
		return "Utkastet är sparat."
	case "undone":
		return "Ångrat: det du skrev ligger kvar som utkast. Inget har skickats."
	case "left":
		return "Det gick inte att ångra: det har redan skickats."
	case "dropped":
		return "Det som inte kunde skickas är borttaget."
	case "take":
		return "Du har tagit ärendet."
	case "assign":
		return "Ärendet är tilldelat."
	case "release":
		return "Ärendet är lämnat tillbaka."
	case "park":
		return "Ärendet är parkerat."
	case "resume":
		return "Ärendet är återupptaget."
	case "note":
		return "Anteckningen är sparad."
	case "register":
		return "Diarienumret är sparat."
	case "authority":
		return "Uppgiften om rätten att företräda patienten är sparad."
	case "takeover":
		return "Ärendet är övertaget. Det som skickas från och med nu går till den nya anmälaren."
	case "files":
		return "Valet av bilagor är sparat."
	case "protect":
		return "Märkningen om skyddad identitet är sparad."
	}
	return ""
}

// draftWord is what a form makes, with an article.
func draftWord(form string) string {
	switch form {
	case "reply":
		return "ett delsvar"
	case "question":
		return "en fråga"
	case "close":
		return "ett slutsvar"
	case "forward":
		return "ett överlämnande"
	}
	return "ett meddelande"
}

// queueName is a queue in Swedish.
func queueName(q store.Queue) string {
	switch q {
	case store.QueueNew:
		return "Nya"
	case store.QueueMine:
		return "Mina"
	case store.QueueOngoing:
		return shell.StateWord(store.InProgress)
	case store.QueueParked:
		return startParked
	case store.QueueFinished:
		return "Avslutade"
	}
	return "Alla"
}

// levelWord is whose standard replies are, as a heading in the list of them.
func levelWord(level store.Level) string {
	switch level {
	case store.LevelPerson:
		return shell.WordOwn
	case store.LevelUnit:
		return "Enhetens"
	case store.LevelProvider:
		return "Vårdgivarens"
	case store.LevelRegion:
		return "Regionens"
	}
	return string(level)
}
