package catalogue

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// rowProblem is a rule that a row breaks, in Swedish.
type rowProblem struct {
	ID     string // of a row that is there
	Row    string
	Text   string
	Remedy string
	Detail string // what a parser or the table says of it, in English
	field  string // of the row's form, where the problem is about one
}

// ruleWord is what one of the catalogue's rules is called here, where it is English for the command line. {1} and {2}
// take its values.
type ruleWord struct{ text, remedy, field string }

// ruleWords are all rules. A test holds the list to package routing's.
var ruleWords = sync.OnceValue(func() map[catalogue.ProblemCode]ruleWord {
	const line, house = "Skriv högst 255 tecken på en rad.", "Ge vägvalet en webbadress."
	return map[catalogue.ProblemCode]ruleWord{
		"kind-unknown": {"Slaget av rad är okänt.", "Välj ett slag av rad.", ""},
		"unit-kind-unknown": {
			"Slaget av enhet är okänt.", "Välj mottagning, patientnämnd eller övrig funktion.", "unitKind",
		},
		"name-form": {"Namnet är för långt eller har styrtecken.", line, "name"},
		"town-form": {"Orten är för lång eller har styrtecken.", line, "town"},
		"alias-form": {
			"Namnet {1} är för långt, eller har kommatecken eller styrtecken.", "Skriv högst 255 tecken utan kommatecken.",
			"aliases",
		},
		"aliases-many": {"Enheten har fler än {1} andra namn.", "Behåll de som används mest.", "aliases"},
		"id-missing":   {"{1} saknas.", "Skriv HSA-id.", ""},
		"id-form": {
			"{1} är inget giltigt HSA-id.", "Skriv 1–255 bokstäver (a–z), siffror, bindestreck och understreck.", "",
		},
		"contract-missing": {"Tjänstekontraktet saknas.", "Skriv kontraktets kortnamn eller namnrymd.", "contract"},
		"contract-form": {
			"Tjänstekontraktet är ingen namnrymd.", "Skriv bara bokstäver, siffror, punkt, kolon, bindestreck och understreck.",
			"contract",
		},
		"address-form": {
			"Adressen har tecken eller en längd som en TAK inte tar emot.",
			"Skriv 5–255 bokstäver, siffror och tecknen _ . : / - ? &.", "address",
		},
		"address-no-url": {
			"Adressen är ingen webbadress.", "Börja adressen med https:// eller http:// och ett värdnamn.", "address",
		},
		"profile-unknown": {"RIV-TA-profilen är okänd.", "Välj RIVTABP20 eller RIVTABP21.", "profile"},
		"address-in-house": {
			"{1} är ingen adress till ett system.", "Ta bort raden: vägval leder dit utan den.", "address",
		},
		"inbox-other-contract":  {"Det här tjänstekontraktet kan inte gå till en inkorg.", house, "address"},
		"portal-other-contract": {"1177:s brevlåda tar bara emot returkontraktet.", house, "address"},
		"address-in-house-unknown": {
			"Det är ingen av gatewayens egna adresser.", "Skriv rivgate:inbox, rivgate:portal eller en webbadress.", "address",
		},
		"days-exchanged": {
			"Raden börjar {1}, efter sin sista dag {2}.", "Byt plats på dagarna, eller skriv en senare sista dag.", "until",
		},
		"twice": {"Den finns redan: {1}.", "Ta bort den ena.", "hsaId"},
		"reference-missing": {
			"Det som raden hänvisar till finns inte: {2}.", "Lägg till det, eller hänvisa till något som finns.", "",
		},
		"days-shared": {
			"Den gäller samma dagar som en annan rad: {1}.", "Avsluta den ena dagen innan den andra börjar.", "from",
		},
		"other-outside": {
			"Ärenden till {1} hanteras bara i inkorgen: det är en övrig funktion.", "Skriv rivgate:inbox.", "address",
		},
		"unit-without-region":  {"Enheten saknar länskod.", "Skriv länskoden, två siffror.", "region"},
		"board-without-region": {"Patientnämnden saknar länskod.", "Skriv länskoden, två siffror.", "region"},
		"board-twice": {
			"Region {1} har redan en patientnämnd: {2}.", "Gör den ena till mottagning, eller ta bort den.", "region",
		},
		"filter-domain-missing": {"Ett filter saknar tjänstedomän.", "Skriv tjänstedomänens namnrymd.", ""},
		"filter-domain-form": {
			"Ett filters tjänstedomän är ingen namnrymd.", "Skriv en namnrymd på högst 255 tecken.", "",
		},
		"filter-category-form": {"En kategori i ett filter är tom, för lång eller har styrtecken.", line, ""},
		"row-gone":             {"Raden finns inte längre.", "Läs utkastet igen. Någon kan ha tagit bort raden.", ""},
		"kind-changed":         {"En rad kan inte byta slag.", "Ta bort raden och lägg till en ny.", ""},
		"move-without-day":     {"Flytten saknar dag.", "Skriv den första dagen på den nya vägen.", "from"},
		"needed": {
			"Rader som gäller i dag eller senare behöver den ({1} st). Den första är: {2}.",
			"Avsluta eller ta bort dem först, eller låt raden vara.", "",
		},
		"changed-meanwhile": {
			"En version som publicerats under tiden har också ändrat raden: {1}.",
			"Ångra din ändring av raden, eller kasta utkastet.", "",
		},
		"removed-and-changed": {
			"Utkastet tar bort en rad som ändrats under tiden: {1}.", "Kasta utkastet och börja om.", "",
		},
		"does-not-load": {
			"Katalogen som helhet går inte att ta i bruk.",
			"Se över raderna för samma adress och dagar. Kommandot rivgate tak diff visar mer.", "",
		},
	}
})

// idWord is what an HSA-id of a row is called, and its field.
func idWord(what string) (word, field string) {
	switch what {
	case "care provider":
		return "Vårdgivaren", "provider"
	case "sender":
		return "Det anropande systemet", "sender"
	case "component":
		return "Det mottagande systemet", "component"
	case "logical address":
		return "Den logiska adressen", "receiver"
	}
	return "HSA-id", "hsaId"
}

// problemsOf are broken rules in Swedish. Rows are named by what they say: those with an id are looked up among rows.
func problemsOf(problems catalogue.Problems, rows []catalogue.Row) []rowProblem {
	const most = 100
	out := make([]rowProblem, 0, min(len(problems), most))
	for _, p := range problems[:min(len(problems), most)] {
		one := rowProblem{ID: p.ID, Row: p.Row}
		if p.Of.Kind != "" {
			one.Row = rowInWords(p.Of)
		}
		if i := slices.IndexFunc(rows, func(e catalogue.Row) bool { return p.ID != "" && e.ID == p.ID }); i >= 0 {
			one.Row = kindWord(rows[i].Kind) + ": " + rowWords(rows[i])
		}
		if p.Code == "does-not-load" {
			one.Row, one.Detail = "Hela katalogen", p.Remedy
		}
		if p.Line > 0 {
			one.Row += fmt.Sprintf(" (filens rad %d)", p.Line)
		}
		one.Text, one.Remedy, one.field = ruleText(p)
		out = append(out, one)
	}
	if more := len(problems) - len(out); more > 0 {
		out = append(out, rowProblem{
			Row: "…", Text: fmt.Sprintf("%d problem till visas inte.", more), Remedy: "Rätta de första och försök igen.",
		})
	}
	return out
}

// ruleText is a broken rule in Swedish, what to do, and the field that it is about.
func ruleText(p catalogue.Problem) (text, remedy, field string) {
	word, known := ruleWords()[p.Code]
	if !known {
		return "Raden bryter mot en av katalogens regler.", "Rätta raden.", ""
	}
	if strings.HasPrefix(string(p.Code), "id-") && len(p.Values) > 0 {
		what, field := idWord(p.Values[0])
		return strings.ReplaceAll(word.text, "{1}", what), word.remedy, field
	}
	return factWords(routing.Fact{Code: string(p.Code), Values: p.Values}, p.Rows, map[string]string{
		string(p.Code): word.text,
	}), word.remedy, word.field
}

// factWords are the words of a fact about rows.
func factWords(f routing.Fact, rows map[int]catalogue.Row, table map[string]string) string {
	f.Values = slices.Clone(f.Values)
	for i, row := range rows {
		f.Values[i] = rowInWords(row)
	}
	return f.Words(table)
}
