package catalogue

import (
	"fmt"
	"slices"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

// rowProblem is a rule that a row breaks, in Swedish.
type rowProblem struct {
	ID     string // of a row that is there
	Row    string
	Text   string
	Remedy string
	Detail string // what a parser says of it, in English, where that is all that is known
	field  string // of the row's form, where the problem is about one
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
		if p.Table.Code != "" {
			one.Row = rowWhole
		}
		if p.Line > 0 {
			one.Row += fmt.Sprintf(rowInFile, p.Line)
		}
		one.Text, one.Remedy, one.field = ruleText(p)
		out = append(out, one)
	}
	if more := len(problems) - len(out); more > 0 {
		out = append(out, rowProblem{
			Row: rowMore, Text: fmt.Sprintf(wordMore, more), Remedy: wordMoreToDo,
		})
	}
	return out
}

// ruleFields are the fields of a row's form that rules are about, for those that are about one.
var ruleFields = map[catalogue.ProblemCode]string{
	"unit-kind-unknown": "unitKind", "name-form": "name", "town-form": "town", "alias-form": "aliases",
	"aliases-many": "aliases", "contract-missing": "contract", "contract-form": "contract", "address-form": "address",
	"address-no-url": "address", "address-never": "address", "address-outside": "address", "profile-unknown": "profile",
	"address-in-house":     "address",
	"inbox-other-contract": "address", "portal-other-contract": "address", "address-in-house-unknown": "address",
	"signature-unknown": "signature", "signature-in-house": "signature",
	"days-exchanged": "until", "twice": "hsaId", "days-shared": "from", "other-outside": "address",
	"unit-without-region": "region", "board-without-region": "region", "board-twice": "region", "move-without-day": "from",
}

// idFields are the fields in which the HSA-ids of a row are typed.
var idFields = map[catalogue.IDRole]string{
	catalogue.RoleOwn: "hsaId", catalogue.RoleProvider: "provider", catalogue.RoleReceiver: "receiver",
	catalogue.RoleSender: "sender", catalogue.RoleComponent: "component",
}

// ruleText is a broken rule in Swedish, what to do, and the field that it is about.
func ruleText(p catalogue.Problem) (text, remedy, field string) {
	word := ruleWords[p.Code]
	fact := routing.Fact{Code: string(p.Code), Values: slices.Clone(p.Values)}
	field = ruleFields[p.Code]
	if role, is := p.Role(); is {
		fact.Values[0], field = idWords[role], idFields[role]
	}
	if p.Table.Code != "" {
		fact.Values = []string{tableText(p.Table)}
	}
	return factWords(fact, p.Rows, map[string]string{fact.Code: word.text}), word.remedy, field
}

// tableText is why rows make no table, in Swedish.
func tableText(f routing.TableFact) string {
	said := routing.Fact{Code: f.Code, Values: slices.Clone(f.Values)}
	for i, place := range f.Rows {
		said.Values[i] = placeWords(place)
	}
	for i, span := range f.Spans {
		said.Values[i] = spanWords(span)
	}
	return said.Words(tableWords)
}

// factWords are the words of a fact about rows.
func factWords(f routing.Fact, rows map[int]catalogue.Row, table map[string]string) string {
	f.Values = slices.Clone(f.Values)
	for i, row := range rows {
		f.Values[i] = rowInWords(row)
	}
	return f.Words(table)
}
