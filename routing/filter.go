package routing

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Filter restricts a permission to parts of a service domain. It binds who asks the registry contracts, which tell
// it, and not the switch: that never looks at what a call is about.
type Filter struct {
	// namespace of the service domain (tjänstedomän)
	Domain     string   `json:"serviceDomain" yaml:"service_domain"`
	Categories []string `json:"categorizations,omitempty" yaml:"categorizations,omitempty,flow"` // none: the whole domain
}

// Filters are those of one permission as one value that can be compared. "" is none: the permission is not
// restricted. Equal filters are equal values, in whatever order they were written. As JSON and YAML it is a list of
// Filter.
type Filters string

// NewFilters makes one value of a list: sorted, blanks around values dropped, filters of one domain made one. A
// domain without categories is the whole of it, whatever another filter says of it.
func NewFilters(list []Filter) Filters {
	var domains []Filter
	for _, f := range list {
		f = f.tidy()
		i := slices.IndexFunc(domains, func(known Filter) bool { return known.Domain == f.Domain })
		switch {
		case i < 0:
			domains = append(domains, f)
		case len(f.Categories) == 0 || len(domains[i].Categories) == 0:
			domains[i].Categories = nil
		default:
			domains[i] = Filter{Domain: f.Domain, Categories: append(domains[i].Categories, f.Categories...)}.tidy()
		}
	}
	if len(domains) == 0 {
		return ""
	}
	slices.SortFunc(domains, func(a, b Filter) int { return strings.Compare(a.Domain, b.Domain) })
	text, err := json.Marshal(domains)
	if err != nil { // text and lists of text: there is nothing that could fail
		return ""
	}
	return Filters(text)
}

func (f Filter) tidy() Filter {
	out := Filter{Domain: strings.TrimSpace(f.Domain)}
	for _, c := range f.Categories {
		out.Categories = append(out.Categories, strings.TrimSpace(c))
	}
	slices.Sort(out.Categories)
	out.Categories = slices.Compact(out.Categories)
	return out
}

// Suffix is the addition to a permission's words; "" for none.
func (f Filters) Suffix() string {
	if f == "" {
		return ""
	}
	return ", for " + f.Words()
}

// List are the filters one by one, sorted; nil for none.
func (f Filters) List() []Filter {
	if f == "" {
		return nil
	}
	var list []Filter
	if json.Unmarshal([]byte(f), &list) != nil {
		return nil
	}
	return list
}

// Or are the filters of two permissions for the same call: what one of them lets through is let through. One without
// filters lets all through.
func (f Filters) Or(other Filters) Filters {
	switch {
	case f == other:
		return f
	case f == "" || other == "":
		return ""
	}
	return NewFilters(append(f.List(), other.List()...))
}

// Words are the filters for people: "urn:domain (a, b); urn:other".
func (f Filters) Words() string {
	var words []string
	for _, one := range f.List() {
		text := one.Domain
		if len(one.Categories) > 0 {
			text += " (" + strings.Join(one.Categories, ", ") + ")"
		}
		words = append(words, text)
	}
	return strings.Join(words, "; ")
}

// MarshalJSON writes the list.
func (f Filters) MarshalJSON() ([]byte, error) {
	if f == "" {
		return []byte("[]"), nil
	}
	return []byte(f), nil
}

// UnmarshalJSON reads a list.
func (f *Filters) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var list []Filter
	if err := d.Decode(&list); err != nil {
		return fmt.Errorf("reading filters: %w", err)
	}
	*f = NewFilters(list)
	return nil
}

// MarshalYAML writes the list.
func (f Filters) MarshalYAML() (any, error) { return f.List(), nil }

// UnmarshalYAML reads a list.
func (f *Filters) UnmarshalYAML(decode func(any) error) error {
	var list []Filter
	if err := decode(&list); err != nil {
		return fmt.Errorf("reading filters: %w", err)
	}
	*f = NewFilters(list)
	return nil
}
