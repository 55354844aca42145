package api

import (
	"rivgate/web/casework"
	cataloguepages "rivgate/web/catalogue"
)

// What a request is answered with that cannot be understood. Programs get this too: people read it in their logs.
const (
	wordCaseState = "Välj submitted, delivered, in_progress, awaiting_reporter eller closed."
	wordIfMatch   = "Skicka If-Match med utkastets revision, som GET /api/catalogue/draft ger i ETag: " +
		"If-Match: \"3\"."
	wordRowKind           = "Välj unit, receiver, contract, component, address, route eller permission."
	wordEditAction        = "Välj add, change, remove eller move."
	wordTimePassed        = "Tiden har passerat. Utelämna at för att publicera genast."
	wordWhy               = "Ange varför."
	wordDeliveryState     = "Välj due, leased, delivered, parked eller closed."
	wordFilter            = "Ange ett filter, eller all: true för alla leveranser."
	wordFiles             = "Skicka bilagor i fältet files, med innehållet i base64."
	wordOurField          = "Fältet fylls i av Rivgate. Utelämna det."
	wordComplaintOrUpdate = "Ange antingen complaint eller update."
	wordNewCase           = "Ett ärende som börjat utanför 1177 är en update av typen NEW_CASE, utan recipient."
	wordNewCaseUnit       = "Ange handlingUnit och newCase."
	wordRecipient         = "Ange mottagaren."
	wordUpdateOrAnswer    = "Ange en av update, answer, supplement och withdrawal."
	wordCaseVersion       = "Ange den version av ärendet som meddelandet bygger på."
	wordUpdateType        = "Ange en av kontraktets typer, till exempel PARTIAL_REPLY."
	wordNotHere           = "Ett nytt ärende skickas till /api/cases."
	wordRegion            = "Ange länskoden: två siffror."
	wordNumbers           = "Ange items: från 1 till 5000 ärenden med nummer."
	wordAuthorityStep     = "Välj authority_stated, authority, no_authority eller authority_withdrawn."
	wordRight             = "Välj power_of_attorney, guardian, appointed eller other."
	wordNoRight           = "Utelämna right: steget gäller den rätt som är noterad."
	wordAuthorityNote     = "Ange hur: högst 1000 tecken."
	wordDeskVersion       = "Ange authority.version, som ärendet har den."
	wordOpinionText       = "Skriv yttrandet: högst 19000 tecken."
	wordOpinionVersion    = "Ange begärans version."
	wordNoFiles           = "Nämndens ärende tar inte emot bilagor."
	wordTooManyFiles      = casework.WordTenFiles
	wordQuestion          = "Skriv vad enheten ska yttra sig om: högst 19000 tecken."
	wordDueDay            = "Ange en dag från i dag och framåt (ÅÅÅÅ-MM-DD), eller utelämna fältet."
	wordAskedUnit         = "Ange HSA-id på en enhet inom vården som har en inkorg här. Andra får begäran på papper."
	wordResolve           = "Ange contract (namnrymd eller kortnamn) och to (logisk adress)."
)

// Refusals: a title, and a sentence below it. %s is what the reader or the scanner says.
const (
	titleNoRevision   = "Utkastets revision saknas"
	titleFile         = "Filen gick inte att läsa"
	wordFile          = "Rätta filen och skicka den igen. Läsaren säger: %s"
	wordFileCharacter = cataloguepages.WordFileCharacter + " Rätta filen och skicka den igen."
	wordInfected      = "Virusskannern fann något skadligt i filen (%s). Den togs inte emot."
	titleRecalled     = "Begäran gäller inte längre"
	wordRecalled      = casework.WordRequestRecalled
	titleNoConsent    = "Samtycke saknas"
	titleNoReceiver   = "Mottagaren är okänd"
	wordNoReceiver    = "Ingen väg i katalogen och ingen leverans har den mottagaren eller det systemet. Rätta " +
		"receiver, eller skicka force: true för att pausa ändå."
)

// What a difference between two versions says of the cases that are open.
const (
	wordOpenCases = "Ärenden som pågår stannar hos den som tog emot dem. Nya går den nya vägen."
)
