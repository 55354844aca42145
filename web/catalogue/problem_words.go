package catalogue

import (
	"strings"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/web/shell"
)

// Words of a row that is not one row: the whole catalogue, those that are not shown, and where in a file a row stands.
// %d is a number of problems, or of the file's line.
const (
	rowWhole     = "Hela katalogen"
	rowMore      = "…"
	rowFile      = "Filen"
	rowFileLine  = "Filens rad %d"
	rowInFile    = " (filens rad %d)"
	wordMore     = "%d problem till visas inte."
	wordMoreToDo = "Rätta de första och försök igen."
	wordUnread   = "Det som står här går inte att läsa."
	wordUnreadDo = "Rätta det läsaren säger och välj filen igen."
	wordOneLine  = "Skriv högst 255 tecken på en rad."
	wordGiveURL  = "Ge vägvalet en webbadress."
)

// WordRowGone is said of a row that somebody has removed meanwhile.
const WordRowGone = "Raden finns inte längre."

// ruleWord is what is wrong with a row, and what to do.
type ruleWord struct{ text, remedy string }

// ruleWords are the words for the codes of catalogue.ProblemCodes.
var ruleWords = map[catalogue.ProblemCode]ruleWord{
	"kind-unknown":      {"Slaget av rad är okänt.", "Välj ett slag av rad."},
	"unit-kind-unknown": {"Slaget av enhet är okänt.", "Välj mottagning, patientnämnd eller övrig funktion."},
	"name-form":         {"Namnet är för långt eller har styrtecken.", wordOneLine},
	"town-form":         {"Orten är för lång eller har styrtecken.", wordOneLine},
	"alias-form": {
		"Namnet {1} är för långt, eller har kommatecken eller styrtecken.",
		"Skriv högst 255 tecken utan kommatecken.",
	},
	"aliases-many": {"Enheten har fler än {1} andra namn.", "Behåll de som används mest."},
	"id-missing":   {"{1} saknas.", "Skriv HSA-id."},
	"id-form": {
		"{1} är inget giltigt HSA-id.",
		"Skriv 1–255 bokstäver (a–z), siffror, bindestreck och understreck.",
	},
	"contract-missing": {"Tjänstekontraktet saknas.", "Skriv kontraktets kortnamn eller namnrymd."},
	"contract-form": {
		"Tjänstekontraktet är ingen namnrymd.",
		"Skriv bara bokstäver, siffror, punkt, kolon, bindestreck och understreck.",
	},
	"address-form": {
		"Adressen har tecken eller en längd som en TAK inte tar emot.",
		"Skriv 5–255 bokstäver, siffror och tecknen _ . : / - ? &.",
	},
	"address-no-url": {
		"Adressen är ingen webbadress.",
		"Börja adressen med https:// eller http:// och ett värdnamn.",
	},
	"address-never": {
		"Adressen är länklokal, multicast, ospecificerad eller en metadatatjänsts, och anropas aldrig.",
		"Skriv det mottagande systemets adress.",
	},
	"address-outside": {
		"Gatewayen får inte anropa adressen: den är utanför listan producer.allowed.",
		"Rätta adressen, eller be den som sköter gatewayen lägga till värden eller dess nät i listan.",
	},
	"profile-unknown":       {"RIV-TA-profilen är okänd.", "Välj RIVTABP20 eller RIVTABP21."},
	"signature-unknown":     {"Kravet på signatur är okänt.", "Välj ett av dem som finns."},
	"signature-in-house":    {"Till {1} skickas inget vidare som kan signeras.", "Välj att kräva signatur, eller ingen."},
	"address-in-house":      {"{1} är ingen adress till ett system.", "Ta bort raden: vägval leder dit utan den."},
	"inbox-other-contract":  {"Det här tjänstekontraktet kan inte gå till en inkorg.", wordGiveURL},
	"portal-other-contract": {"1177:s brevlåda tar bara emot returkontraktet.", wordGiveURL},
	"address-in-house-unknown": {
		"Det är ingen av gatewayens egna adresser.",
		"Skriv rivgate:inbox, rivgate:portal eller en webbadress.",
	},
	"days-exchanged": {
		"Raden börjar {1}, efter sin sista dag {2}.",
		"Byt plats på dagarna, eller skriv en senare sista dag.",
	},
	"twice": {"Den finns redan: {1}.", "Ta bort den ena."},
	"reference-missing": {
		"Det som raden hänvisar till finns inte: {2}.",
		"Lägg till det, eller hänvisa till något som finns.",
	},
	"days-shared": {
		"Den gäller samma dagar som en annan rad: {1}.",
		"Avsluta den ena dagen innan den andra börjar.",
	},
	"other-outside": {
		"Ärenden till {1} hanteras bara i inkorgen: det är en övrig funktion.",
		"Skriv rivgate:inbox.",
	},
	"unit-without-region":  {"Enheten saknar länskod.", "Skriv länskoden, två siffror."},
	"board-without-region": {"Patientnämnden saknar länskod.", "Skriv länskoden, två siffror."},
	"board-twice": {
		"Region {1} har redan en patientnämnd: {2}.",
		"Gör den ena till mottagning, eller ta bort den.",
	},
	"filter-domain-missing": {"Ett filter saknar tjänstedomän.", "Skriv tjänstedomänens namnrymd."},
	"filter-domain-form": {
		"Ett filters tjänstedomän är ingen namnrymd.",
		"Skriv en namnrymd på högst 255 tecken.",
	},
	"filter-category-form": {"En kategori i ett filter är tom, för lång eller har styrtecken.", wordOneLine},
	"row-gone":             {WordRowGone, "Läs utkastet igen. Någon kan ha tagit bort raden."},
	"kind-changed":         {"En rad kan inte byta slag.", "Ta bort raden och lägg till en ny."},
	"move-without-day":     {"Flytten saknar dag.", "Skriv den första dagen på den nya vägen."},
	"needed": {
		"Rader som gäller i dag eller senare behöver den ({1} st). Den första är: {2}.",
		"Avsluta eller ta bort dem först, eller låt raden vara.",
	},
	"changed-meanwhile": {
		"En version som publicerats under tiden har också ändrat raden: {1}.",
		"Ångra din ändring av raden, eller kasta utkastet.",
	},
	"removed-and-changed": {
		"Utkastet tar bort en rad som ändrats under tiden: {1}.",
		"Kasta utkastet och börja om.",
	},
	"does-not-load": {
		"Katalogen som helhet går inte att ta i bruk: {1}.", "Rätta eller avsluta de rader som nämns.",
	},
}

// idWords are what the HSA-ids of a row are called at the beginning of a sentence.
var idWords = map[catalogue.IDRole]string{
	catalogue.RoleOwn: "HSA-id", catalogue.RoleProvider: "Vårdgivaren", catalogue.RoleReceiver: "Den logiska adressen",
	catalogue.RoleSender: "Avsändaren", catalogue.RoleComponent: "Det mottagande systemet",
}

// tableWords are the words for the codes of routing.TableProblemWords.
var tableWords = map[string]string{
	"no-contract":              "{1} saknar tjänstekontrakt",
	"no-sender":                "{1} saknar avsändare",
	"no-receiver":              "{1} saknar logisk adress",
	"days-exchanged":           "{1} börjar {2}, efter sin sista dag {3}",
	"inbox-other-contract":     "{1} går till {2}, men kontraktet kan inte gå till en inkorg",
	"portal-other-contract":    "{1} går till {2}, som bara tar emot returkontraktet",
	"address-in-house-unknown": "{1} går till {2}, som inte är någon av gatewayens egna adresser",
	"signature-unknown":        "{1} har signaturen {2}, som är okänd",
	"signature-in-house":       "{1} går till {2}, dit inget skickas som kan signeras",
	"in-and-out":               "{1} och {2} leder både in i gatewayen och ut till ett system, {3}",
	"above-itself":             "enheten {1} står ovanför sig själv i HSA-trädet",
	"unit-no-id":               "enhet nummer {1} ({2}) saknar HSA-id",
	"unit-twice":               "enheten {1} finns två gånger",
	"unit-kind-unknown":        "enheten {1} har det okända slaget {2}",
	"other-outside":            "{1} leder ärenden för {2} till {3}: en övrig funktion har sina ärenden i inkorgen",
	"board-without-region":     "patientnämnden {1} saknar länskod",
	"board-twice":              "region {1} har två patientnämnder, {2} och {3}",
}

// placeWords are a route or a permission that a table is made of.
func placeWords(p routing.RowPlace) string {
	if p.Permission {
		return "anropsbehörigheten för " + p.Sender + " till " + shell.ShortContract(p.Contract) + " hos " +
			anyWord(p.Receiver)
	}
	return "vägvalet " + shell.ShortContract(p.Contract) + " till " + anyWord(p.Receiver)
}

// spanWords are the days that two rows have in common.
func spanWords(s routing.Span) string {
	if s.From == s.Until {
		return s.From.String()
	}
	var words []string
	if s.From != 0 {
		words = append(words, "från "+s.From.String())
	}
	if s.Until != routing.LastDay {
		words = append(words, "till och med "+s.Until.String())
	}
	if len(words) == 0 {
		return "alltid"
	}
	return strings.Join(words, " ")
}
