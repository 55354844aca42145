package catalogue

import (
	"fmt"
	"maps"
	"slices"

	"rivgate/routing"
)

// ProblemCode tells which rule a row breaks. Codes are stable: pages and scripts may rely on them. Together with
// Problem.Values it is all that is needed to say the rule in another language.
type ProblemCode string

// ProblemCodes are all codes, sorted.
func ProblemCodes() []ProblemCode { return slices.Sorted(maps.Keys(rules)) }

// Text is the rule in English, in which {1} stands for the first of Problem.Values.
func (c ProblemCode) Text() string { return rules[c].text }

// rules are the words for each code: what is wrong, and what to do.
var rules = map[ProblemCode]struct{ text, remedy string }{
	"kind-unknown": {
		"its kind is not known", "write unit, receiver, contract, component, address, route or permission",
	},
	"unit-kind-unknown": {
		"its kind of unit \"{1}\" is not known", "write " + routing.KindsInWords,
	},
	"other-outside": {
		"cases for {1} are handled in the inbox alone, since its kind is other", "write " + routing.AddressInbox,
	},
	"name-form": {
		"its name is too long or holds control characters", "shorten it to 255 characters on one line",
	},
	"town-form": {
		"its town is too long or holds control characters", "shorten it to 255 characters on one line",
	},
	"alias-form": {
		"its alias \"{1}\" is too long, or holds a comma or control characters", "write 1 to 255 characters without a comma",
	},
	"aliases-many":     {"it has more than {1} aliases", "keep those that people use most"},
	"id-missing":       {"it has no {1}", "write the HSA-id"},
	"id-form":          {"its {1} \"{2}\" is no HSA-id", "write 1 to 255 letters, digits, - and _"},
	"contract-missing": {"it has no contract", "write the responder namespace"},
	"contract-form":    {"its contract \"{1}\" is no namespace", "write letters, digits, . : - and _ only"},
	"address-form": {
		"its address \"{1}\" is none that a TAK takes", "write 5 to 255 letters, digits and _ . : / - ? &",
	},
	"address-no-url": {"its address \"{1}\" is no URL", "write http:// or https:// and a host"},
	"address-never": {
		"its address \"{1}\" is link-local, multicast, unspecified or a metadata service's, and never called",
		"write the address of the system",
	},
	"address-outside": {
		"its address \"{1}\" is outside what this gateway may call",
		"correct it, or have the gateway's administrator put its host or network into producer.allowed",
	},
	"profile-unknown":       {"its profile \"{1}\" is not known", "write RIVTABP20 or RIVTABP21"},
	"address-in-house":      {"{1} is no address of a system", "remove the row: routes lead there without it"},
	"inbox-other-contract":  {"this contract brings no cases to an inbox", "give the route a URL"},
	"portal-other-contract": {"{1} takes the return contract only", "give the route a URL"},
	"address-in-house-unknown": {
		"\"{1}\" is no address of ours", "write " + routing.AddressInbox + ", " + routing.AddressPortal + " or a URL",
	},
	"signature-unknown": {"its signature \"{1}\" is not known", "write " + routing.SignaturesInWords},
	"signature-in-house": {
		"nothing is sent on from {1} that could be signed", "write require or none",
	},
	"days-exchanged": {
		"it begins on {1}, after its last day {2}", "exchange the two, or write a later last day",
	},
	"twice":                {"it is there already as {1}", "remove one of them"},
	"reference-missing":    {"there is no {1} {2}", "add it, or let the row refer to one that is there"},
	"days-shared":          {"it shares days with {1}", "end one of them before the other begins"},
	"unit-without-region":  {"the unit has no region", "write its county code"},
	"board-without-region": {"the patient board has no region", "write its county code"},
	"board-twice": {
		"region {1} has a patient board already, {2}", "make one of them a care unit, or remove it",
	},
	"filter-domain-missing": {"a filter has no service domain", "write the namespace of the service domain"},
	"filter-domain-form": {
		"the service domain \"{1}\" of a filter is no namespace", "write a namespace of up to 255 characters",
	},
	"filter-category-form": {
		"a category \"{1}\" of a filter is empty, too long or holds control characters",
		"write 1 to 255 characters on one line",
	},
	"row-gone":         {"there is no such row", "read the draft again, the row may have been removed"},
	"kind-changed":     {"a row does not change its kind", "remove it and add another"},
	"move-without-day": {"a move needs a day", "write the first day of the new address in from"},
	"needed": {
		"{1} rows need it today or later, the first is {2}", "end or remove those first, or leave this row",
	},
	"changed-meanwhile": {
		"the version published meanwhile has {1}", "take your change of this row back, or discard the draft",
	},
	"removed-and-changed": {"the draft removes what was changed meanwhile: {1}", "discard the draft and begin anew"},
	"does-not-load":       {"it does not load: {1}", "end or correct the rows that are named"},
}

// factOf is a fact about rows: each value in words, and the rows among them by their places.
func factOf(code string, values ...any) (fact routing.Fact, rows map[int]Row) {
	fact.Code = code
	for i, v := range values {
		fact.Values = append(fact.Values, fmt.Sprint(v))
		row, is := v.(Row)
		switch v := v.(type) {
		case named:
			row, is = Row(v), true
		case Change:
			row, is = v.row(), true
		}
		if is {
			if rows == nil {
				rows = map[int]Row{}
			}
			rows[i] = row
		}
	}
	return fact, rows
}

// named is a row as a value that is told without its kind and id.
type named Row

func (n named) String() string { return Row(n).Words() }
