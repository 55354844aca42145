package tak

import (
	"bufio"
	"bytes"
	"io"
	"slices"

	"rivgate/routing/catalogue"
)

// ReadPlan reads a file for a kept catalogue that has these rows: a whole catalogue (our YAML, a saved copy) takes
// the place of units, routes and permissions; a beställning changes what it names. Which it is, its content says.
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

// IsOrder tells a beställning by the beginning of a file: it is JSON, and names what no catalogue does.
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
