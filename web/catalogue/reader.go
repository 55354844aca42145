package catalogue

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

// readerWord is something that the readers of catalogue files say, which is English for the command line. %[1]s and so on take what the expression finds.
type readerWord struct {
	english      *regexp.Regexp
	text, remedy string
}

func says(english, text, remedy string) readerWord {
	return readerWord{regexp.MustCompile(`(?s)^` + english + `$`), text, remedy}
}

// found is the word's text and remedy with what was found; false where it is another.
func (w readerWord) found(english string) (text, remedy string, ok bool) {
	parts := w.english.FindStringSubmatch(english)
	if parts == nil {
		return "", "", false
	}
	fill := func(s string) string {
		for i, part := range parts[1:] {
			s = strings.ReplaceAll(s, fmt.Sprintf("%%[%d]s", i+1), part)
		}
		return s
	}
	return fill(w.text), fill(w.remedy), true
}

// fileWords is what can be wrong with a file, the more particular before the more general. A test holds the list to package tak.
var fileWords = sync.OnceValue(func() []readerWord {
	const again, one, keys = "Spara eller hämta filen på nytt.", "Ta bort den ena.", "Skriv dem som nyckel: värde. De som finns är %[1]s."
	return []readerWord{
		says(`the file is empty`, "Filen är tom.", "Välj en fil med innehåll."),
		says(`the file ends too early`, "Filen slutar för tidigt.", again),
		says(`the file is larger than any catalogue`, "Filen är större än någon katalog.", "Se efter att det är rätt fil."),
		says(`the file orders nothing`, "Beställningen ändrar ingenting.", "Skriv något under inkludera eller exkludera."),
		says(`there is a second document(?:, or something that is not YAML, after the first one)?`, "Efter det första dokumentet kommer ett till, eller något annat.", "Ta bort det som står efter det första."),
		says(`the catalogue must consist of units, routes and permissions`, "En katalog består av units, routes och permissions.", "Lägg raderna under de tre nycklarna."),
		says(`this is not YAML; look at indentation, quotes and brackets`, "Det här är inte YAML.", "Se över indrag, citattecken och klamrar."),
		says(`(\S+) must be a list, each entry beginning with a dash`, "%[1]s ska vara en lista.", "Börja varje rad i listan med ett bindestreck."),
		says(`unknown key (.+); known are (.+)`, "Nyckeln %[1]s är okänd.", "Skriv någon av %[2]s."),
		says(`unknown key (.+)`, "Nyckeln %[1]s är okänd.", "Rätta stavningen, eller ta bort den."),
		says(`the key (.+) is there twice`, "Nyckeln %[1]s står två gånger.", one),
		says(`(\S+) is there twice`, "%[1]s står två gånger.", one),
		says(`an entry must have keys and values: (.+)`, "Raden har inga nycklar med värden.", keys),
		says(`a filter must have keys and values: (.+)`, "Filtret har inga nycklar med värden.", keys),
		says(`filters must be a list: (.+)`, "filters ska vara en lista.", "Skriv det som %[1]s."),
		says(`the filter has no service_domain`, "Filtret saknar tjänstedomän.", "Skriv tjänstedomänens namnrymd i service_domain."),
		says(`(\S+) must be a list of single values`, "%[1]s ska vara en lista av enkla värden.", "Skriv den som [ett, två]."),
		says(`(\S+) must be a single value`, "%[1]s ska vara ett enda värde.", "Skriv ett värde, ingen lista och inga klamrar."),
		says(`attachments must be true or false`, "attachments är varken ja eller nej.", "Skriv true eller false."),
		says(`(from|until|sender): ("[^"]*") is no date: .+`, "%[1]s är inget datum: %[2]s.", "Skriv dagen som 2026-01-31."),
		says(`(\S+): .+`, "Värdet för %[1]s går inte att läsa.", "Rätta värdet."),
		says(`the entry cannot be understood`, "Raden går inte att förstå.", "Jämför den med raderna omkring."),
		says(`the unit has no hsa_id`, "Enheten saknar HSA-id.", "Skriv det i hsa_id."),
		says(`unit (.+) is there already, on line (\d+)`, "Enheten %[1]s finns redan, på rad %[2]s.", one),
		says(`unit (.+) has the kind (".*"); write (\S+) or (\S+)`, "Enheten %[1]s har det okända slaget %[2]s.", "Skriv care_unit (mottagning) eller patient_board (patientnämnd)."),
		says(`the route has no receiver: .+`, "Vägvalet saknar mottagare.", `Skriv ett HSA-id i to, eller "*" för alla.`),
		says(`the permission has no receiver: .+`, "Anropsbehörigheten saknar mottagare.", `Skriv ett HSA-id i to, eller "*" för alla.`),
		says(`the permission has no sender: .+`, "Anropsbehörigheten saknar avsändare.", "Skriv det anropande systemets HSA-id i from_system."),
		says(`the entry has no contract`, "Raden saknar tjänstekontrakt.", "Skriv kontraktets kortnamn eller namnrymd i contract."),
		says(`contract (".*") is neither a responder namespace nor a short name that the active pack knows`, "Tjänstekontraktet %[1]s är varken en namnrymd eller ett känt kortnamn.", "Skriv namnrymden, den som slutar på Responder och en siffra."),
		says(`this is not JSON; look at commas, quotes and brackets`, "Det här är inte JSON.", "Se över kommatecken, citattecken och klamrar."),
		says(`there is something after the order`, "Efter beställningen kommer något mer.", "Ta bort det som står efter den."),
		says(`genomforandeTidpunkt is missing: .+`, "genomforandeTidpunkt saknas.", "Skriv när beställningen börjar gälla."),
		says(`genomforandeTidpunkt is no time: .+`, "genomforandeTidpunkt är ingen tid.", "Skriv den som 2026-01-31T00:00:00+0100."),
		says(`(.*) has the wrong type of value`, "%[1]s har ett värde av fel slag.", "Se efter om det ska vara text, tal, lista eller grupp."),
		says(`majorVersion or minorVersion is no whole number|a version is no number`, "majorVersion eller minorVersion är inget heltal.", "Skriv versionen som ett heltal."),
		says(`a value has the wrong form`, "Ett värde har fel form.", "Jämför det med raderna omkring."),
		says(`(\S+)/(\S+), entry (\d+): (\S+) is missing`, "%[4]s saknas i %[1]s/%[2]s, post %[3]s.", "Skriv %[4]s."),
		says(`the encoding is neither UTF-8 nor ISO-8859-1`, "Teckenkodningen är varken UTF-8 eller ISO-8859-1.", "Spara filen som UTF-8."),
		says(`this is not well-formed XML, or the file ends too early`, "Det här är inte välformad XML, eller filen slutar för tidigt.", again),
		says(`there is no XML in it`, "Det finns ingen XML i filen.", "Se efter att det är rätt fil."),
		says(`a document type is not taken`, "Filen har en dokumenttyp (DOCTYPE). Sådana tas inte emot.", "Ta bort raden."),
		says(`elements are nested more than (\d+) deep`, "Elementen ligger i varandra i mer än %[1]s nivåer.", "Se efter att det är rätt fil."),
		says(`there is text outside the document`, "Det står text utanför dokumentet.", "Ta bort den."),
		says(`a value is longer than (\d+) bytes`, "Ett värde är längre än %[1]s byte.", "Korta det."),
		says(`there is an element where a value should be`, "Det står ett element där ett värde ska stå.", "Jämför det med raderna omkring."),
		says(`this is no saved copy of a TAK: its root is not persistentCache`, "Det är ingen sparad kopia från en TAK: rotelementet är inte persistentCache.", "Se efter att det är rätt fil."),
		says(`the copy is damaged: .+`, "Kopian är skadad: kontrollsumman stämmer inte.", "Hämta den på nytt. Är den ändrad för hand, ta bort raden med kontrollsumman."),
		says(`there are no routes in it`, "Kopian har inga vägval.", "Hämta en hel kopia."),
		says(`there are no permissions in it`, "Kopian har inga anropsbehörigheter.", "Hämta en hel kopia."),
		says(`an? (\S+) has no (.+)`, "%[1]s saknar något av %[2]s.", "Rätta posten, eller hämta kopian på nytt."),
		says(`(\S+) is no time`, "%[1]s är ingen tid.", "Skriv den som 2026-01-31T00:00:00+01:00."),
	}
})

// reportWords are the words for the codes of catalogue.NoteWords.
var reportWords = map[string]string{
	"order-for":         "Beställningen är för plattformen {1} och gäller från {2}.",
	"twice":             "{1}: står två gånger i filen och tas med en gång.",
	"other-filters":     "{1}: står också med andra filter och tas med som en rad.",
	"shared-day":        "{1}: slutar samma dag som en annan börjar, och avslutas dagen före.",
	"not-changed":       "{1}: finns redan och ändras inte.",
	"ordered-twice":     "{1}: är beställd bredvid {2}. Båda tas med, och nekas eftersom de gäller samma dagar.",
	"not-prolonged":     "Den förlängs inte. Ändra den för hand om den ska gälla efter {1}.",
	"replaced-before":   "{1}: skulle ha börjat senare och tas bort. {2} kommer i stället.",
	"replaced":          "{1}: slutar {2}. {3} kommer i stället.",
	"there-until":       "{1}: finns redan till och med {2}. Den nya börjar efter den.",
	"begins-later":      "{1}: börjar senare. Den nya slutar innan.",
	"plain-left":        "{1} objekt som skulle tas bort är kvar. Ta bort dem för hand när inget behöver dem.",
	"not-there":         "{1}: finns inte, så det finns inget att avsluta.",
	"there":             "{1}: finns redan.",
	"contract-spelling": "Tjänstekontraktet {2} skrivs på ett annat ställe {3}, med andra stora och små bokstäver. De räknas som samma. Skriv det lika.",
	"profile-spelling":  "Profilen {2} skrivs på ett annat ställe {3}, med andra stora och små bokstäver. De räknas som samma. Skriv den lika.",
}

// wordOf is what a reader says, in Swedish; false where no word for it is known.
func wordOf(words []readerWord, english string) (text, remedy string, ok bool) {
	for _, w := range words {
		if text, remedy, ok = w.found(english); ok {
			return text, remedy, true
		}
	}
	return "", "", false
}

// The beginning of what a reader says: what it was reading, and the line of the file.
var (
	readerBegin = regexp.MustCompile(`^reading (?:the catalogue|the beställning|the saved copy): `)
	readerLine  = regexp.MustCompile(`^line (\d+): `)
)

// fileProblems are what a reader found wrong with a file: in Swedish by the file's line, with its own words as detail.
func fileProblems(err error) []rowProblem {
	const most = 100
	var out []rowProblem
	all := strings.Split(strings.TrimSpace(readerBegin.ReplaceAllString(shell.Cut(err.Error()), "")), "\n")
	for _, line := range all[:min(len(all), most)] {
		one := rowProblem{Row: "Filen", Detail: line}
		if at := readerLine.FindStringSubmatch(line); at != nil {
			one.Row, line = "Filens rad "+at[1], line[len(at[0]):]
		}
		var known bool
		if one.Text, one.Remedy, known = wordOf(fileWords(), line); !known {
			one.Text, one.Remedy = "Det som står här går inte att läsa.", "Rätta det läsaren säger och välj filen igen."
		}
		out = append(out, one)
	}
	if more := len(all) - len(out); more > 0 {
		out = append(out, rowProblem{Row: "…", Text: fmt.Sprintf("%d problem till visas inte.", more), Remedy: "Rätta de första och försök igen."})
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
