package recording

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"rivgate/contracts/identity"
)

// Path is a place in an XML document: the local names of elements, and @name for an attribute, parted by /. One that
// begins with / is meant from the root; any other is the end of a place, so that "result/logId" is every logId in a
// result. * is any one name, @* any attribute.
type Path struct {
	rooted bool
	steps  []string
}

// ParsePath reads a path. The error says what is wrong with it.
func ParsePath(text string) (Path, error) {
	steps := strings.Split(strings.TrimPrefix(text, "/"), "/")
	if i := slices.IndexFunc(steps, func(s string) bool { return s == "" || s == "@" }); i >= 0 {
		return Path{}, fmt.Errorf("path %q has an empty step: write it as result/logId or /Envelope/Body", text)
	}
	if i := slices.IndexFunc(steps, func(s string) bool { return s[0] == '@' }); i >= 0 && i < len(steps)-1 {
		return Path{}, fmt.Errorf("path %q goes on behind an attribute", text)
	}
	return Path{rooted: strings.HasPrefix(text, "/"), steps: steps}, nil
}

// means tells whether a place is what the path means.
func (p Path) means(place []string) bool {
	if len(place) < len(p.steps) || p.rooted && len(place) > len(p.steps) {
		return false
	}
	for i, name := range place[len(place)-len(p.steps):] {
		attribute := strings.HasPrefix(name, "@")
		if step := p.steps[i]; step != name && (step != "*" || attribute) && (step != "@*" || !attribute) {
			return false
		}
	}
	return true
}

// Placeholder is a kind of value that stands for every value of its kind.
type Placeholder string

// The kinds of value.
const (
	AnyValue Placeholder = "any"    // anything that is not blank
	UUID     Placeholder = "uuid"   //
	Stamp    Placeholder = "time"   // YYYYMMDDhhmmss, or xs:dateTime
	Date     Placeholder = "date"   // YYYYMMDD, or xs:date
	Number   Placeholder = "number" // digits
	HSAID    Placeholder = "hsaid"  // of a system or a unit
)

var placeholderForms = map[Placeholder]*regexp.Regexp{
	UUID:   regexp.MustCompile(`^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$`),
	Stamp:  regexp.MustCompile(`^\d{14}$|^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$`),
	Date:   regexp.MustCompile(`^\d{8}$|^\d{4}-\d\d-\d\d$`),
	Number: regexp.MustCompile(`^\d+$`),
	HSAID:  regexp.MustCompile(`(?i)^(SE|TSTNMT)\d{10,12}-[0-9A-Z]{1,24}$`),
}

func (p Placeholder) known() bool { return p == AnyValue || placeholderForms[p] != nil }

func placeholderNames() string {
	return strings.Join([]string{
		string(AnyValue), string(UUID), string(Stamp), string(Date), string(Number), string(HSAID),
	}, ", ")
}

// stands tells whether a value is one of the kind.
func (p Placeholder) stands(value string) bool {
	if form := placeholderForms[p]; form != nil {
		return form.MatchString(strings.TrimSpace(value))
	}
	return !identity.Blank(value)
}
