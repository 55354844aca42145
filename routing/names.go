package routing

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Names are what a unit is called beside its name, as one value that can be compared. "" is none. Equal names are
// equal values, in whatever order they were written. As JSON and YAML it is a list of texts.
type Names string

// nameSeparator parts the names in the value. No name holds it: blanks in a name are single spaces.
const nameSeparator = "\n"

// NewNames makes one value of a list: sorted, blanks around names and in them made one space, empty ones and repeats
// dropped.
func NewNames(list []string) Names {
	var names []string
	for _, name := range list {
		if name = strings.Join(strings.Fields(name), " "); name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return Names(strings.Join(slices.Compact(names), nameSeparator))
}

// List are the names one by one, sorted; nil for none.
func (n Names) List() []string {
	if n == "" {
		return nil
	}
	return strings.Split(string(n), nameSeparator)
}

// Words are the names for people: "one, other".
func (n Names) Words() string { return strings.ReplaceAll(string(n), nameSeparator, ", ") }

// MarshalJSON writes the list.
func (n Names) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("[]"), nil
	}
	return json.Marshal(n.List())
}

// UnmarshalJSON reads a list.
func (n *Names) UnmarshalJSON(text []byte) error {
	var list []string
	if err := json.Unmarshal(text, &list); err != nil {
		return fmt.Errorf("reading names: %w", err)
	}
	*n = NewNames(list)
	return nil
}

// MarshalYAML writes the list.
func (n Names) MarshalYAML() (any, error) { return n.List(), nil }

// UnmarshalYAML reads a list.
func (n *Names) UnmarshalYAML(decode func(any) error) error {
	var list []string
	if err := decode(&list); err != nil {
		return fmt.Errorf("reading names: %w", err)
	}
	*n = NewNames(list)
	return nil
}
