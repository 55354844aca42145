package catalogue

import (
	"fmt"
	"maps"
	"slices"
)

// ProblemCode tells which rule a row breaks, whatever words it is said in. Codes are stable: pages and scripts may rely on them. Together with
// Problem.Values it is all that is needed to say the rule in another language.
type ProblemCode string

// ProblemCodes are all codes, sorted.
func ProblemCodes() []ProblemCode { return slices.Sorted(maps.Values(problemCodes())) }

// problemCodes are the codes by the words of the rule, before its values are put in. A test holds the list to the sources.
func problemCodes() map[string]ProblemCode {
	return map[string]ProblemCode{
		"its kind is not known":                                                    "kind-unknown",
		"its kind of unit %q is not known":                                         "unit-kind-unknown", // kind
		"its name is too long or holds control characters":                         "name-form",
		"it has no %s":                                                             "id-missing", // what: HSA-id, care provider, sender, component, logical address
		"its %s %q is no HSA-id":                                                   "id-form",    // what, the id
		"it has no contract":                                                       "contract-missing",
		"its contract %q is no namespace":                                          "contract-form",    // the contract
		"its address %q is none that a TAK takes":                                  "address-form",     // the address
		"its address %q is no URL":                                                 "address-no-url",   // the address
		"its profile %q is not known":                                              "profile-unknown",  // the profile
		"%s is no address of a system":                                             "address-in-house", // the address
		"this contract brings no cases to an inbox":                                "inbox-other-contract",
		"%s takes the return contract only":                                        "portal-other-contract",    // the address
		"%q is no address of ours":                                                 "address-in-house-unknown", // the address
		"it begins on %s, after its last day %s":                                   "days-exchanged",           // first day, last day
		"it is there already as %s":                                                "twice",                    // the other row
		"there is no %s %s":                                                        "reference-missing",        // kind, what the missing row would say
		"it shares days with %s":                                                   "days-shared",              // the other row
		"the patient board has no region":                                          "board-without-region",
		"region %s has a patient board already, %s":                                "board-twice", // region, the other row
		"a filter has no service domain":                                           "filter-domain-missing",
		"the service domain %q of a filter is no namespace":                        "filter-domain-form",   // the domain
		"a category %q of a filter is empty, too long or holds control characters": "filter-category-form", // the category
		"there is no such row":                                                     "row-gone",
		"a row does not change its kind":                                           "kind-changed",
		"a move needs a day":                                                       "move-without-day",
		"%d rows need it today or later, the first is %s":                          "needed",              // how many, the first of them
		"the version published meanwhile has %s":                                   "changed-meanwhile",   // the other change
		"the draft removes what was changed meanwhile: %s":                         "removed-and-changed", // the other change
		"it does not load":                                                         "does-not-load",
	}
}

// coded fills in the code of a problem's rule and the values that it is said with.
func (p Problem) coded(rule string, values ...any) Problem {
	p.Code, p.Values = problemCodes()[rule], nil
	for _, v := range values {
		p.Values = append(p.Values, fmt.Sprint(v))
	}
	return p
}
