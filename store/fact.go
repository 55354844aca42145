package store

import (
	"encoding/json"
	"fmt"

	"rivgate/routing"
)

// factColumn is a fact as a column holds it: JSON, and "" for none.
func factColumn(f routing.Fact) (string, error) {
	if f.IsZero() {
		return "", nil
	}
	text, err := json.Marshal(f)
	return string(text), err
}

// readFactColumn reads what factColumn wrote.
func readFactColumn(text string) (f routing.Fact, err error) {
	if text == "" {
		return f, nil
	}
	if err = json.Unmarshal([]byte(text), &f); err != nil {
		return f, fmt.Errorf("reading a fact: %w", err)
	}
	return f, nil
}
