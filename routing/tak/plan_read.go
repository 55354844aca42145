package tak

import (
	"bufio"
	"bytes"
	"io"
	"slices"

	"rivgate/routing/catalogue"
)

// ReadPlan reads a file and plans what it changes in a kept catalogue with these rows. A whole catalogue (our YAML or a
// saved copy) replaces all units, routes and permissions; a beställning changes only what it names. The content of the
// file shows which one it is.
func ReadPlan(r io.Reader, names map[string]string, rows []catalogue.Row) (catalogue.Plan, error) {
	content := bufio.NewReaderSize(r, 4096)
	head, _ := content.Peek(4096) // a short file is no error here
	if IsOrder(head) {
		order, err := ReadOrder(content)
		if err != nil {
			return catalogue.Plan{}, err
		}
		return order.Plan(rows), nil
	}
	c, err := ReadAny(content, names)
	if err != nil {
		return catalogue.Plan{}, err
	}
	return catalogue.PlanFrom(rows, c), nil
}

// IsOrder tells from the beginning of a file whether it is a beställning: JSON with keys that no catalogue has.
func IsOrder(head []byte) bool {
	head = bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")))
	if !bytes.HasPrefix(head, []byte("{")) {
		return false
	}
	return slices.ContainsFunc([]string{
		`"plattform"`, `"formatVersion"`, `"bestallningsTidpunkt"`, `"genomforandeTidpunkt"`, `"inkludera"`, `"exkludera"`,
	},
		func(key string) bool { return bytes.Contains(head, []byte(key)) })
}
