package web

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"rivgate/routing"
)

// rowProblem is a rule that a row breaks, in Swedish.
type rowProblem struct {
	ID     string // of a row that is there
	Row    string
	Text   string
	Remedy string
	field  string // of the row's form, where the problem is about one
}

// ruleWord is one of the catalogue's rules, which are English for the command line, and what the pages say instead. %s takes what the pattern finds.
type ruleWord struct {
	english *regexp.Regexp
	swedish string
	field   string
}

// ruleWords are all rules. A test holds the list to the sources of package routing.
var ruleWords = sync.OnceValue(func() []ruleWord {
	return []ruleWord{
		{regexp.MustCompile(`^its kind of unit `), "Slaget av enhet är okänt.", "unitKind"},
		{regexp.MustCompile(`^its kind is not known`), "Slaget av rad är okänt.", ""},
		{regexp.MustCompile(`^its name is too long`), "Namnet är för långt eller har styrtecken.", "name"},
		{regexp.MustCompile(`^it has no contract`), "Tjänstekontraktet saknas.", "contract"},
		{regexp.MustCompile(`^it has no HSA-id`), "HSA-id saknas.", "hsaId"},
		{regexp.MustCompile(`^it has no care provider`), "Vårdgivarens HSA-id saknas.", "provider"},
		{regexp.MustCompile(`^it has no sender`), "Det anropande systemets HSA-id saknas.", "sender"},
		{regexp.MustCompile(`^it has no component`), "Systemets HSA-id saknas.", "component"},
		{regexp.MustCompile(`^it has no logical address`), "Den logiska adressen saknas.", "receiver"},
		{regexp.MustCompile(`^its HSA-id ".*" is no HSA-id`), "Det är inget giltigt HSA-id.", "hsaId"},
		{regexp.MustCompile(`^its care provider ".*" is no HSA-id`), "Vårdgivaren är inget giltigt HSA-id.", "provider"},
		{regexp.MustCompile(`^its sender ".*" is no HSA-id`), "Det anropande systemet är inget giltigt HSA-id.", "sender"},
		{regexp.MustCompile(`^its component ".*" is no HSA-id`), "Systemet är inget giltigt HSA-id.", "component"},
		{regexp.MustCompile(`^its logical address ".*" is no HSA-id`), "Den logiska adressen är inget giltigt HSA-id.", "receiver"},
		{regexp.MustCompile(`^its contract ".*" is no namespace`), "Tjänstekontraktet är ingen namnrymd.", "contract"},
		{regexp.MustCompile(`^its address ".*" is none that a TAK takes`), "Adressen har tecken eller en längd som en TAK inte tar emot.", "address"},
		{regexp.MustCompile(`^its address ".*" is no URL`), "Adressen är ingen webbadress.", "address"},
		{regexp.MustCompile(`^its profile ".*" is not known`), "RIV-TA-profilen är okänd.", "profile"},
		{regexp.MustCompile(`is no address of a system$`), "Det är ingen adress till ett system.", "address"},
		{regexp.MustCompile(`^this contract brings no cases to an inbox`), "Det här tjänstekontraktet kan inte gå till en inkorg.", "address"},
		{regexp.MustCompile(`takes the return contract only$`), "1177:s brevlåda tar bara emot returkontraktet.", "address"},
		{regexp.MustCompile(`is no address of ours$`), "Det är ingen av gatewayens egna adresser.", "address"},
		{regexp.MustCompile(`^it begins on (\S+), after its last day (\S+)`), "Raden börjar %s, efter sin sista dag %s.", "until"},
		{regexp.MustCompile(`^it is there already as (.+)`), "Den finns redan: %s.", "hsaId"},
		{regexp.MustCompile(`^there is no such row`), "Raden finns inte längre.", ""},
		{regexp.MustCompile(`^there is no (?:contract|component|address|unit|receiver) (.+)`), "Det som raden hänvisar till finns inte: %s.", ""},
		{regexp.MustCompile(`^it shares days with (.+)`), "Den gäller samma dagar som en annan rad: %s.", "from"},
		{regexp.MustCompile(`^the patient board has no region`), "Patientnämnden saknar länskod.", "region"},
		{regexp.MustCompile(`^region (\S+) has a patient board already, (.+)`), "Region %s har redan en patientnämnd: %s.", "region"},
		{regexp.MustCompile(`^a filter has no service domain`), "Ett filter saknar tjänstedomän.", ""},
		{regexp.MustCompile(`^the service domain ".*" of a filter is no namespace`), "Ett filters tjänstedomän är ingen namnrymd.", ""},
		{regexp.MustCompile(`^a category ".*" of a filter`), "En kategori i ett filter är tom, för lång eller har styrtecken.", ""},
		{regexp.MustCompile(`^it does not load`), "Katalogen som helhet går inte att ta i bruk.", ""},
		{regexp.MustCompile(`^a row does not change its kind`), "En rad kan inte byta slag.", ""},
		{regexp.MustCompile(`^a move needs a day`), "Flytten saknar dag.", "from"},
		{regexp.MustCompile(`^(\d+) rows need it today or later, the first is (.+)`), "Rader som gäller i dag eller senare behöver den (%s st). Den första är: %s.", ""},
		{regexp.MustCompile(`^the version published meanwhile has (.+)`), "En version som publicerats under tiden har också ändrat raden: %s.", ""},
		{regexp.MustCompile(`^the draft removes what was changed meanwhile: (.+)`), "Utkastet tar bort en rad som ändrats under tiden: %s.", ""},
	}
})

// remedyWords are what to do, by what the rules say in English.
var remedyWords = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"write care_unit or patient_board":                                        "Välj mottagning eller patientnämnd.",
		"write unit, receiver, contract, component, address, route or permission": "Välj ett slag av rad.",
		"shorten it to 255 characters on one line":                                "Skriv högst 255 tecken på en rad.",
		"write the HSA-id":                                        "Skriv HSA-id.",
		"write 1 to 255 letters, digits, - and _":                 "Skriv 1–255 bokstäver (a–z), siffror, bindestreck och understreck.",
		"write the responder namespace":                           "Skriv kontraktets kortnamn eller namnrymd.",
		"write letters, digits, . : - and _ only":                 "Skriv bara bokstäver, siffror, punkt, kolon, bindestreck och understreck.",
		"write 5 to 255 letters, digits and _ . : / - ? &":        "Skriv 5–255 bokstäver, siffror och tecknen _ . : / - ? &.",
		"write http:// or https:// and a host":                    "Börja adressen med https:// eller http:// och ett värdnamn.",
		"write the namespace of the service domain":               "Skriv tjänstedomänens namnrymd.",
		"write a namespace of up to 255 characters":               "Skriv en namnrymd på högst 255 tecken.",
		"write 1 to 255 characters on one line":                   "Skriv 1–255 tecken på en rad.",
		"write RIVTABP20 or RIVTABP21":                            "Välj RIVTABP20 eller RIVTABP21.",
		"remove the row: routes lead there without it":            "Ta bort raden: vägval leder dit utan den.",
		"give the route a URL":                                    "Ge vägvalet en webbadress.",
		"write rivgate:inbox, rivgate:portal or a URL":            "Skriv rivgate:inbox, rivgate:portal eller en webbadress.",
		"exchange the two, or write a later last day":             "Byt plats på dagarna, eller skriv en senare sista dag.",
		"remove one of them":                                      "Ta bort den ena.",
		"add it, or let the row refer to one that is there":       "Lägg till det, eller hänvisa till något som finns.",
		"end one of them before the other begins":                 "Avsluta den ena dagen innan den andra börjar.",
		"write its county code":                                   "Skriv länskoden, två siffror.",
		"make one of them a care unit, or remove it":              "Gör den ena till mottagning, eller ta bort den.",
		"read the draft again, the row may have been removed":     "Läs utkastet igen. Någon kan ha tagit bort raden.",
		"remove it and add another":                               "Ta bort raden och lägg till en ny.",
		"write the first day of the new address in from":          "Skriv den första dagen på den nya vägen.",
		"end or remove those first, or leave this row":            "Avsluta eller ta bort dem först, eller låt raden vara.",
		"take your change of this row back, or discard the draft": "Ångra din ändring av raden, eller kasta utkastet.",
		"discard the draft and begin anew":                        "Kasta utkastet och börja om.",
	}
})

// problemsOf are broken rules in Swedish. Rows are named by what they say: those with an id are looked up among rows.
func problemsOf(problems routing.EntryProblems, rows []routing.Entry) []rowProblem {
	const most = 100
	out := make([]rowProblem, 0, min(len(problems), most))
	for _, p := range problems[:min(len(problems), most)] {
		one := rowProblem{ID: p.ID, Row: recorded(p.Row)}
		if i := slices.IndexFunc(rows, func(e routing.Entry) bool { return p.ID != "" && e.ID == p.ID }); i >= 0 {
			one.Row = kindWord(rows[i].Kind) + ": " + rowWords(rows[i])
		}
		if p.Row == "the catalogue" {
			one.Row = "Hela katalogen"
		}
		if p.Line > 0 {
			one.Row += fmt.Sprintf(" (filens rad %d)", p.Line)
		}
		one.Text, one.field = ruleText(p.Text)
		one.Remedy = remedyText(p)
		out = append(out, one)
	}
	if more := len(problems) - len(out); more > 0 {
		out = append(out, rowProblem{Row: "…", Text: fmt.Sprintf("%d problem till visas inte.", more), Remedy: "Rätta de första och försök igen."})
	}
	return out
}

// ruleText is a broken rule in Swedish, and the field that it is about.
func ruleText(english string) (text, field string) {
	for _, known := range ruleWords() {
		found := known.english.FindStringSubmatch(english)
		if found == nil {
			continue
		}
		var args []any
		for _, a := range found[1:] {
			args = append(args, recorded(a))
		}
		return fmt.Sprintf(known.swedish, args...), known.field
	}
	return "Raden bryter mot en av katalogens regler.", ""
}

// remedyText is what to do about a broken rule.
func remedyText(p routing.EntryProblem) string {
	if known, ok := remedyWords()[p.Remedy]; ok {
		return known
	}
	if strings.HasPrefix(p.Text, "it does not load") {
		return "Se över raderna för samma adress och dagar. Kommandot rivgate tak diff visar mer."
	}
	return "Rätta raden."
}
