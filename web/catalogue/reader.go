package catalogue

import (
	"fmt"
	"sync"
	"unicode"
	"unicode/utf8"

	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

// fileWord is what is wrong with a file, and what to do.
type fileWord struct{ text, remedy string }

// fileWords are the words for the codes of catalogue.FileProblemWords.
var fileWords = sync.OnceValue(func() map[string]fileWord {
	const (
		again  = "Spara eller hämta filen på nytt."
		fetch  = "Rätta posten, eller hämta kopian på nytt."
		right  = "Se efter att det är rätt fil."
		one    = "Ta bort den ena."
		around = "Jämför med raderna omkring."
		keys   = "Skriv dem som nyckel: värde. De som finns är {1}."
		to     = `Skriv ett HSA-id i to, eller "*" för alla.`
		single = "Skriv ett värde, ingen lista och inga klamrar."
	)
	return map[string]fileWord{
		"too-large":      {"Filen är större än någon katalog.", right},
		"empty":          {"Filen är tom.", "Välj en fil med innehåll."},
		"ends-early":     {"Filen slutar för tidigt.", again},
		"charset":        {"Teckenkodningen är varken UTF-8 eller ISO-8859-1.", "Spara filen som UTF-8."},
		"orders-nothing": {"Beställningen ändrar ingenting.", "Skriv något under inkludera eller exkludera."},

		"no-yaml": {"Det här är inte YAML.", "Se över indrag, citattecken och klamrar."},
		"second-yaml": {
			"Efter det första dokumentet kommer ett till, eller något annat.", "Ta bort det som står efter det första.",
		},
		"no-catalogue":     {"En katalog består av units, routes och permissions.", "Lägg raderna under de tre nycklarna."},
		"no-list":          {"{1} ska vara en lista.", "Börja varje rad i listan med ett bindestreck."},
		"key-unknown":      {"Nyckeln {1} är okänd.", "Skriv någon av {2}."},
		"key-twice":        {"{1} står två gånger.", one},
		"entry-no-keys":    {"Raden har inga nycklar med värden.", keys},
		"entry-unclear":    {"Raden går inte att förstå.", around},
		"not-single":       {"{1} ska vara ett enda värde.", single},
		"no-date":          {"{1} är inget datum: {2}.", "Skriv dagen som 2026-01-31."},
		"no-bool":          {"{1} är varken ja eller nej.", "Skriv true eller false."},
		"filters-no-list":  {"filters ska vara en lista.", "Skriv det som [{service_domain: …, categorizations: […]}]."},
		"filter-no-keys":   {"Filtret har inga nycklar med värden.", keys},
		"filter-no-domain": {"Filtret saknar tjänstedomän.", "Skriv tjänstedomänens namnrymd i service_domain."},
		"not-singles":      {"{1} ska vara en lista av enkla värden.", "Skriv den som [ett, två]."},
		"unit-no-id":       {"Enheten saknar HSA-id.", "Skriv det i hsa_id."},
		"unit-twice":       {"Enheten {1} finns redan, på rad {2}.", one},
		"unit-kind": {
			"Enheten {1} har det okända slaget {2}.",
			"Skriv care_unit (mottagning), patient_board (patientnämnd) eller other (övrig funktion, ingen vård).",
		},
		"route-no-receiver": {"Vägvalet saknar mottagare.", to},
		"no-receiver":       {"Anropsbehörigheten saknar mottagare.", to},
		"no-sender":         {"Anropsbehörigheten saknar avsändare.", "Skriv det anropande systemets HSA-id i from_system."},
		"no-contract":       {"Raden saknar tjänstekontrakt.", "Skriv kontraktets kortnamn eller namnrymd i contract."},
		"contract-unknown": {
			"Tjänstekontraktet {1} är varken en namnrymd eller ett känt kortnamn.",
			"Skriv namnrymden, den som slutar på Responder och en siffra.",
		},

		"no-json":           {"Det här är inte JSON.", "Se över kommatecken, citattecken och klamrar."},
		"json-key-twice":    {"Nyckeln {1} står två gånger.", one},
		"json-key-unknown":  {"Nyckeln {1} är okänd.", "Rätta stavningen, eller ta bort den."},
		"after-order":       {"Efter beställningen kommer något mer.", "Ta bort det som står efter den."},
		"no-day":            {"genomforandeTidpunkt saknas.", "Skriv när beställningen börjar gälla."},
		"day-no-time":       {"genomforandeTidpunkt är ingen tid.", "Skriv den som 2026-01-31T00:00:00+0100."},
		"wrong-type":        {"{1} har ett värde av fel slag.", "Se efter om det ska vara text, tal, lista eller grupp."},
		"wrong-form":        {"Ett värde har fel form.", around},
		"version-no-number": {"majorVersion eller minorVersion är inget heltal.", "Skriv versionen som ett heltal."},
		"order-missing":     {"{4} saknas i {1}/{2}, post {3}.", "Skriv {4}."},

		"no-xml":           {"Det här är inte välformad XML, eller filen slutar för tidigt.", again},
		"xml-none":         {"Det finns ingen XML i filen.", right},
		"doctype":          {"Filen har en dokumenttyp (DOCTYPE). Sådana tas inte emot.", "Ta bort raden."},
		"depth":            {"Elementen ligger i varandra i mer än {1} nivåer.", right},
		"text-outside":     {"Det står text utanför dokumentet.", "Ta bort den."},
		"second-xml":       {"Efter det första dokumentet kommer ett till.", "Ta bort det som står efter det första."},
		"too-long":         {"Ett värde är längre än {1} byte.", "Korta det."},
		"element-in-value": {"Det står ett element där ett värde ska stå.", around},
		"other-root":       {"Det är ingen sparad kopia från en TAK: rotelementet är inte persistentCache.", right},
		"damaged": {
			"Kopian är skadad: kontrollsumman stämmer inte.",
			"Hämta den på nytt. Är den ändrad för hand, ta bort raden med kontrollsumman.",
		},
		"no-routes":          {"Kopian har inga vägval.", "Hämta en hel kopia."},
		"no-permissions":     {"Kopian har inga anropsbehörigheter.", "Hämta en hel kopia."},
		"filter-missing":     {"filterInfo saknar serviceDomain.", fetch},
		"route-missing":      {"virtualiseringsInfo saknar tjansteKontrakt eller receiverId.", fetch},
		"permission-missing": {"anropsBehorighetsInfo saknar tjansteKontrakt, senderId eller receiverId.", fetch},
		"no-time":            {"{1} är ingen tid.", "Skriv den som 2026-01-31T00:00:00+01:00."},

		"units-only":        {"Filen har vägval eller behörigheter, men bara enheter tas ur den.", "Ta bort dem."},
		"catalogue-nothing": {"Katalogen har inga vägval: då nås ingen.", again},
		"no-tree":           {"Filen har inga HSA-enheter.", right},
		"dn-twice":          {"Enheten {1} har ett DN som står två gånger.", one},
		"answer-other":      {"Svaret är ett fel, eller hör till en annan fråga.", "Fråga den som förvaltar TAK:en."},
		"answer-no-soap":    {"Svaret är inte ett SOAP 1.1-meddelande.", "Fråga den som förvaltar TAK:en."},
		"answer-empty":      {"Svaret har inget innehåll.", "Fråga den som förvaltar TAK:en."},
	}
})

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

// fileProblems are what a reader found wrong with a file: in Swedish by the file's line, with the English words as
// detail.
func fileProblems(err error) []rowProblem {
	const most = 100
	problems, others := catalogue.FileProblems(err)
	var out []rowProblem
	for _, p := range problems[:min(len(problems), most)] {
		one := rowProblem{Row: "Filen", Detail: shell.Cut(p.Error())}
		if p.Line > 0 {
			one.Row = fmt.Sprintf("Filens rad %d", p.Line)
		}
		words := fileWords()[p.Code]
		one.Text = shell.Cut(p.Words(map[string]string{p.Code: words.text}))
		one.Remedy = shell.Cut(p.Words(map[string]string{p.Code: words.remedy}))
		out = append(out, one)
	}
	for _, other := range others {
		out = append(out, rowProblem{
			Row: "Filen", Detail: shell.Cut(other.Error()),
			Text: "Det som står här går inte att läsa.", Remedy: "Rätta det läsaren säger och välj filen igen.",
		})
	}
	if more := len(problems) - most; more > 0 {
		remedy := "Rätta de första och försök igen."
		out = append(out, rowProblem{Row: "…", Text: fmt.Sprintf("%d problem till visas inte.", more), Remedy: remedy})
	}
	return out
}

// reportLines are what a person should know of a file.
func reportLines(report []catalogue.Note) (out []string) {
	for _, note := range report {
		first, size := utf8.DecodeRuneInString(factWords(note.Fact, note.Rows, reportWords))
		out = append(out, string(unicode.ToUpper(first))+factWords(note.Fact, note.Rows, reportWords)[size:])
	}
	return out
}
