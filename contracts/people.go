package contracts

import (
	"regexp"
	"strings"
)

// SchemaClass is the kind of schema error; "" for an Error that the business rules found.
type SchemaClass string

// The classes of offences against the schema.
const (
	ClassElement   SchemaClass = "element"   // unknown, misplaced, or one too many
	ClassContent   SchemaClass = "content"   // something mandatory is missing
	ClassText      SchemaClass = "text"      // text between elements
	ClassAttribute SchemaClass = "attribute" // not allowed, or missing
	ClassNil       SchemaClass = "nil"       // xsi:nil where it may not stand
	ClassValue     SchemaClass = "value"     // form, length or type
	ClassRoot      SchemaClass = "root"      // another request
	ClassOther     SchemaClass = "other"
)

// SchemaClasses are all classes.
func SchemaClasses() []SchemaClass {
	return []SchemaClass{
		ClassElement, ClassContent, ClassText, ClassAttribute, ClassNil, ClassValue, ClassRoot, ClassOther,
	}
}

// ForPeople says what is wrong and what to do, for somebody who filled in a form. It never speaks of elements, codes or
// schemas, as Message does, which is for integrators.
func (e *Error) ForPeople() string {
	at := "/" + index.ReplaceAllString(e.Path, "")
	for _, w := range fieldWords {
		if w.subCode == e.SubCode && strings.HasSuffix(at, "/"+w.path) && (w.class == "" || w.class == e.Class) {
			return w.words
		}
	}
	if words := classWords[e.Class]; words != "" {
		return words
	}
	if words := subCodeWords[e.SubCode]; words != "" {
		return words
	}
	return "Det gick inte att skicka just nu. Försök igen om en stund."
}

// index is which of several a path means.
var index = regexp.MustCompile(`\[[0-9]+\]`)

const (
	wordsDay     = "Dagen finns inte. Välj en dag ur kalendern."
	wordsUnit    = "Enheten känns inte igen. Välj enheten i listan."
	wordsText    = "Texten är tom eller för lång, eller har tecken som inte går att skicka. Ändra den och försök igen."
	wordsNumber  = "Numret har inte rätt form. Skriv ett personnummer, ett samordningsnummer eller en reservidentitet."
	wordsFile    = "Filen går inte att skicka som den är. Välj en annan fil, eller spara den under ett kortare namn."
	wordsProblem = "Välj minst ett huvudproblem. Ett delproblem räcker inte."
	wordsOurs    = "Det gick inte att skicka som det är ifyllt. Kontrollera uppgifterna, och be den som sköter " +
		"systemet om hjälp om felet är kvar."
)

// fieldWords are the words for refusals of single fields, by the end of the path without its numbers. The first row
// that fits is used.
var fieldWords = []struct {
	subCode, path string
	class         SchemaClass
	words         string
}{
	{
		SubSchema, "update/updateType", "",
		"Anmälaren har varken brevlåda i 1177 eller kod, och kan inte svara på en fråga. Fråga på annat sätt.",
	},
	{SubSchema, "incidentDate", "", wordsDay},
	{SubSchema, "answerDueDate", "", wordsDay},
	{SubSchema, "receivedTime", "", wordsDay},
	{
		SubSchema, "dateOfBirth", "",
		"Födelsedagen finns inte. Skriv år, månad och dag, eller bara året om mer inte är känt.",
	},
	{SubSchema, "text", "", wordsText},
	{SubSchema, "description", "", wordsText},
	{SubSchema, "incidentPlaceText", "", wordsText},
	{SubSchema, "orgUnitHSAId", "", wordsUnit},
	{SubSchema, "incidentUnit", "", wordsUnit},
	{SubSchema, "newRecipient", "", wordsUnit},
	{SubSchema, "personId/id", "", wordsNumber},
	{SubSchema, "personId", "", wordsNumber},
	{SubSchema, "fileName", "", wordsFile},
	{SubSchema, "attachment", "", wordsFile},
	{SubSchema, "problem", "", "Valet av problem går inte att skicka. Välj om."},
	{SubSchema, "areaOfActivity", "", "Valet av verksamhetsområde går inte att skicka. Välj om."},
	{
		SubRecipientMismatch, "newRecipient/orgUnitHSAId", "",
		"Ärendet kan inte lämnas till den enheten: den är inte ansluten, eller har ärendet redan. Välj en annan.",
	},
	{SubClassificationMissing, "areaOfActivity", "", "Välj verksamhetsområde."},
	{SubClassificationMissing, "problem", "", wordsProblem},
	{SubUnknownCode, "areaOfActivity/code", "", "Verksamhetsområdet finns inte i listan. Välj ett ur listan."},
	{SubUnknownCode, "problem/code", "", "Problemet finns inte i listan. Välj ett ur listan."},
	{SubFieldMissing, "patient", "", "Skriv vem patienten är när någon annan anmäler."},
	{SubFieldMissing, "patient/personId", "", "Skriv patientens nummer, namn eller födelsedag när någon annan anmäler."},
	{SubFieldMissing, "personId/id", "", "Skriv personens nummer."},
	{SubFieldMissing, "incidentUnit/orgUnitHSAId", "", "Välj den enhet där det hände."},
	{SubFieldMissing, "newRecipient/orgUnitHSAId", "", "Välj den enhet som ska ta över ärendet."},
	{SubFieldMissing, "attachment/value", "", "Filen är tom. Välj en annan."},
	{SubFieldMissing, "attachment/fileName", "", "Filen har inget namn. Ge den ett och välj den på nytt."},
	{
		SubFieldMissing, "handover/ground", "",
		"Ärendet går mellan vården och patientnämnden. Skriv vem som har samtyckt, när och hur, eller en annan grund.",
	},
	{
		SubFieldMissing, "unchecked/reason", "",
		"Anmälarens rätt att företräda patienten är inte kontrollerad. Kontrollera den först, eller skriv varför det " +
			"skickas ändå.",
	},
	{SubTextMissing, "supplement/text", "", "Skriv det som du vill lägga till."},
	{SubTextMissing, "answer/text", "", "Skriv ditt svar."},
	{
		SubCaseClosed, "supplement", "",
		"Ärendet är avslutat sedan en tid, så det går inte att lägga till något. Skicka ett nytt ärende.",
	},
	{
		SubNoOpenQuestion, "answer", "",
		"Enheten tar inte emot tillägg på det här sättet. Kontakta enheten i stället.",
	},
	{SubTextMissing, "text", "", "Skriv en text till anmälaren, som väntar på svar."},
	{SubTextMissing, "description", "", "Beskriv vad som har hänt."},
	{SubDateOutOfRange, "answerDueDate", "", "Välj en dag från i dag till och med ett år framåt."},
	{
		SubDateOutOfRange, "incidentDate", "",
		"Välj en dag som inte är efter den dag då ärendet kom in, och inte före år 1900.",
	},
	{SubTooMany, "attachment", "", "Filerna är för många. Skicka högst 10 åt gången."},
	{SubTooMany, "problem", "", "Högst 20 problem kan väljas. Välj bort några."},
	{SubTooMany, "experiencedProblem", "", "Högst 20 problem kan väljas. Välj bort några."},
}

// classWords are the words for schema errors in a field that has no row in fieldWords. The gateway itself wrote the
// message from the form, so any error but a wrong value is its own fault.
var classWords = map[SchemaClass]string{
	ClassElement: wordsOurs, ClassText: wordsOurs, ClassAttribute: wordsOurs, ClassNil: wordsOurs, ClassRoot: wordsOurs,
	ClassOther: wordsOurs,
	ClassContent: "En uppgift som behövs är inte ifylld. Kontrollera uppgifterna, och be den som sköter systemet om " +
		"hjälp om felet är kvar.",
	ClassValue: "En uppgift är för lång eller har inte rätt form. Kontrollera det som är ifyllt.",
}

// subCodeWords are the words for other refusals without a row in fieldWords.
var subCodeWords = map[string]string{
	SubSchema: "En uppgift går inte att skicka som den är ifylld. Kontrollera att den är rätt " +
		"skriven och inte för lång.",
	SubDuplicateContentMismatch: "Det här har redan skickats en gång, men med ett annat innehåll. Öppna sidan på nytt " +
		"och se vad som kom fram.",
	SubRecipientMismatch:      "Det går inte att skicka till den mottagaren. Välj mottagare på nytt.",
	SubPlaceTextNotAllowed:    "Platsen kan beskrivas med egna ord bara till en patientnämnd. Välj enheten i stället.",
	SubClassificationMissing:  "Välj minst ett huvudproblem och ett verksamhetsområde.",
	SubTextMissing:            "Skriv en text.",
	SubFieldMissing:           "En uppgift som behövs är inte ifylld. Fyll i den och försök igen.",
	SubUnknownCode:            "Valet finns inte i listan. Välj på nytt.",
	SubIdentityOIDMismatch:    wordsNumber,
	SubIdentityCheckDigit:     "Numret finns inte: dagen eller den sista siffran är fel. Kontrollera numret.",
	SubAttachmentTooLarge:     "Filen är större än 20 MB. Välj en mindre fil, eller dela upp den.",
	SubAttachmentType:         "Filen är av ett slag som inte tas emot. Välj en fil i PDF, PNG, JPEG eller GIF.",
	SubDateOutOfRange:         "Dagen är för långt bak eller framåt i tiden. Välj en annan dag.",
	SubTooMany:                "Det är för många. Ta bort några.",
	SubIncidentUnitNotAllowed: "Bara en patientnämnd kan ändra enheten där det hände. Lämna fältet tomt.",
	SubUnknownCase:            "Ärendet finns inte här. Öppna det på nytt från listan.",
	SubCaseClosed:             "Ärendet är avslutat. Det enda som kan ändras är klassificeringen.",
	SubNotCurrentHandler:      "En annan enhet har ärendet nu, så det går inte att svara här.",
	SubAuthorNotAllowed:       "Du är inte den som anmäler i ärendet nu, så du kan inte svara i det.",
	SubNoOpenQuestion:         "Frågan är redan besvarad, eller så finns den inte längre. Öppna ärendet på nytt.",
	SubAttachmentNotAllowed:   "Ärendet tar inte emot filer. Skicka utan filer.",
	SubRegionNotActive:        "Enhetens region är inte ansluten än, så det går inte att skicka dit.",
	SubOutOfOrder:             "Det togs emot, men något som skickades tidigare i ärendet har inte kommit fram än.",
}
