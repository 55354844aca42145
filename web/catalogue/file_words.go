package catalogue

import "rivgate/web/shell"

// fileWord is what is wrong with a file, and what to do.
type fileWord struct{ text, remedy string }

// What to do about several problems of a file.
const (
	doAgain     = "Spara eller hämta filen på nytt."
	doFetch     = "Rätta posten, eller hämta kopian på nytt."
	doCheckFile = "Se efter att det är rätt fil."
	doRemoveOne = "Ta bort den ena."
	doCompare   = "Jämför med raderna omkring."
	doKeys      = "Skriv dem som nyckel: värde. De som finns är {1}."
	doReceiver  = `Skriv ett HSA-id i to, eller "*" för alla.`
	doSingle    = "Skriv ett värde, ingen lista och inga klamrar."
)

// fileWords are the words for the codes of catalogue.FileProblemWords.
var fileWords = map[string]fileWord{
	"too-large":      {"Filen är större än någon katalog.", doCheckFile},
	"empty":          {"Filen är tom.", "Välj en fil med innehåll."},
	"ends-early":     {"Filen slutar för tidigt.", doAgain},
	"charset":        {"Teckenkodningen är varken UTF-8 eller ISO-8859-1.", "Spara filen som UTF-8."},
	"orders-nothing": {"Beställningen ändrar ingenting.", "Skriv något under inkludera eller exkludera."},

	"no-yaml": {"Det här är inte YAML.", "Se över indrag, citattecken och klamrar."},
	"second-yaml": {
		"Efter det första dokumentet kommer ett till, eller något annat.", "Ta bort det som står efter det första.",
	},
	"no-catalogue":     {"En katalog består av units, routes och permissions.", "Lägg raderna under de tre nycklarna."},
	"no-list":          {"{1} ska vara en lista.", "Börja varje rad i listan med ett bindestreck."},
	"key-unknown":      {"Nyckeln {1} är okänd.", "Skriv någon av {2}."},
	"key-twice":        {"{1} står två gånger.", doRemoveOne},
	"entry-no-keys":    {"Raden har inga nycklar med värden.", doKeys},
	"entry-unclear":    {"Raden går inte att förstå.", doCompare},
	"not-single":       {"{1} ska vara ett enda värde.", doSingle},
	"no-date":          {"{1} är inget datum: {2}.", shell.WordDay},
	"no-bool":          {"{1} är varken ja eller nej.", "Skriv true eller false."},
	"filters-no-list":  {"filters ska vara en lista.", "Skriv det som [{service_domain: …, categorizations: […]}]."},
	"filter-no-keys":   {"Filtret har inga nycklar med värden.", doKeys},
	"filter-no-domain": {"Filtret saknar tjänstedomän.", "Skriv tjänstedomänens namnrymd i service_domain."},
	"not-singles":      {"{1} ska vara en lista av enkla värden.", "Skriv den som [ett, två]."},
	"route-signature": {
		"Vägvalet har signaturen {1}, som är okänd.", "Skriv none, sign, require eller both i signature.",
	},
	"unit-no-id": {"Enheten saknar HSA-id.", "Skriv det i hsa_id."},
	"unit-twice": {"Enheten {1} finns redan, på rad {2}.", doRemoveOne},
	"unit-kind": {
		"Enheten {1} har det okända slaget {2}.",
		"Skriv care_unit (mottagning), patient_board (patientnämnd) eller other (övrig funktion, ingen vård).",
	},
	"route-no-receiver": {"Vägvalet saknar logisk adress.", doReceiver},
	"no-receiver":       {"Anropsbehörigheten saknar logisk adress.", doReceiver},
	"no-sender":         {"Anropsbehörigheten saknar avsändare.", "Skriv avsändarens HSA-id i from_system."},
	"no-contract":       {"Raden saknar tjänstekontrakt.", "Skriv kontraktets kortnamn eller namnrymd i contract."},
	"contract-unknown": {
		"Tjänstekontraktet {1} är varken en namnrymd eller ett känt kortnamn.",
		"Skriv namnrymden, den som slutar på Responder och en siffra.",
	},

	"no-json":           {"Det här är inte JSON.", "Se över kommatecken, citattecken och klamrar."},
	"json-key-twice":    {"Nyckeln {1} står två gånger.", doRemoveOne},
	"json-key-unknown":  {"Nyckeln {1} är okänd.", "Rätta stavningen, eller ta bort den."},
	"after-order":       {"Efter beställningen kommer något mer.", "Ta bort det som står efter den."},
	"no-day":            {"genomforandeTidpunkt saknas.", "Skriv när beställningen börjar gälla."},
	"day-no-time":       {"genomforandeTidpunkt är ingen tid.", "Skriv den som 2026-01-31T00:00:00+0100."},
	"wrong-type":        {"{1} har ett värde av fel slag.", "Se efter om det ska vara text, tal, lista eller grupp."},
	"wrong-form":        {shell.WordBadValue, doCompare},
	"version-no-number": {"majorVersion eller minorVersion är inget heltal.", "Skriv versionen som ett heltal."},
	"order-missing":     {"{4} saknas i {1}/{2}, post {3}.", "Skriv {4}."},

	"no-xml":           {"Det här är inte välformad XML, eller filen slutar för tidigt.", doAgain},
	"xml-none":         {"Det finns ingen XML i filen.", doCheckFile},
	"doctype":          {"Filen har en dokumenttyp (DOCTYPE). Sådana tas inte emot.", "Ta bort raden."},
	"depth":            {"Elementen ligger i varandra i mer än {1} nivåer.", doCheckFile},
	"text-outside":     {"Det står text utanför dokumentet.", "Ta bort den."},
	"second-xml":       {"Efter det första dokumentet kommer ett till.", "Ta bort det som står efter det första."},
	"too-long":         {"Ett värde är längre än {1} byte.", "Korta det."},
	"element-in-value": {"Det står ett element där ett värde ska stå.", doCompare},
	"other-root":       {"Det är ingen sparad kopia från en TAK: rotelementet är inte persistentCache.", doCheckFile},
	"damaged": {
		"Kopian är skadad: kontrollsumman stämmer inte.",
		"Hämta den på nytt. Är den ändrad för hand, ta bort raden med kontrollsumman.",
	},
	"no-routes":          {"Kopian har inga vägval.", "Hämta en hel kopia."},
	"no-permissions":     {"Kopian har inga anropsbehörigheter.", "Hämta en hel kopia."},
	"filter-missing":     {"filterInfo saknar serviceDomain.", doFetch},
	"route-missing":      {"virtualiseringsInfo saknar tjansteKontrakt eller receiverId.", doFetch},
	"permission-missing": {"anropsBehorighetsInfo saknar tjansteKontrakt, senderId eller receiverId.", doFetch},
	"no-time":            {"{1} är ingen tid.", "Skriv den som 2026-01-31T00:00:00+01:00."},

	"units-only":        {"Filen har vägval eller anropsbehörigheter, men bara enheter tas ur den.", "Ta bort dem."},
	"catalogue-nothing": {"Katalogen har inga vägval: då nås ingen.", doAgain},
	"no-tree":           {"Filen har inga HSA-enheter.", doCheckFile},
	"dn-twice":          {"Enheten {1} har ett DN som står två gånger.", doRemoveOne},
	"answer-other":      {"Svaret är ett fel, eller hör till en annan fråga.", "Fråga den som förvaltar TAK:en."},
	"answer-no-soap":    {"Svaret är inte ett SOAP 1.1-meddelande.", "Fråga den som förvaltar TAK:en."},
	"answer-empty":      {"Svaret har inget innehåll.", "Fråga den som förvaltar TAK:en."},
}

// reportWords are the words for the codes of catalogue.NoteWords.
var reportWords = map[string]string{
	"order-for":       "Beställningen är för plattformen {1} och gäller från {2}.",
	"twice":           "{1}: står två gånger i filen och tas med en gång.",
	"other-filters":   "{1}: står också med andra filter och tas med som en rad.",
	"shared-day":      "{1}: slutar samma dag som en annan börjar, och avslutas dagen före.",
	"not-changed":     "{1}: finns redan och ändras inte.",
	"ordered-twice":   "{1}: är beställd bredvid {2}. Båda tas med, och nekas eftersom de gäller samma dagar.",
	"not-prolonged":   "Den förlängs inte. Ändra den för hand om den ska gälla efter {1}.",
	"replaced-before": "{1}: skulle ha börjat senare och tas bort. {2} kommer i stället.",
	"replaced":        "{1}: slutar {2}. {3} kommer i stället.",
	"there-until":     "{1}: finns redan till och med {2}. Den nya börjar efter den.",
	"begins-later":    "{1}: börjar senare. Den nya slutar innan.",
	"plain-left":      "{1} objekt som skulle tas bort är kvar. Ta bort dem för hand när inget behöver dem.",
	"not-there":       "{1}: finns inte, så det finns inget att avsluta.",
	"there":           "{1}: finns redan.",
	"contract-spelling": "Tjänstekontraktet {2} skrivs på ett annat ställe {3}, med andra stora och små bokstäver. De " +
		"räknas som samma. Skriv det lika.",
	"profile-spelling": "Profilen {2} skrivs på ett annat ställe {3}, med andra stora och små bokstäver. De räknas " +
		"som samma. Skriv den lika.",
}
