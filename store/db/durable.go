package db

import (
	"context"
	"fmt"
	"slices"
)

// setting is one that a promise depends on: SHOW name, or PRAGMA name.
type setting struct {
	name, query string
	want        []string
}

// Durability tells in words for an operator which settings of the database let it forget what it has confirmed. Nil:
// none do.
func (d *DB) Durability(ctx context.Context) ([]string, error) {
	var problems []string
	for _, one := range d.Dialect.durable {
		var value string
		// readers and writers have the same settings
		if err := d.read.QueryRowContext(ctx, one.query).Scan(&value); err != nil {
			return nil, fmt.Errorf("reading the database's setting %s: %w", one.name, err)
		}
		if !slices.Contains(one.want, value) {
			problems = append(problems,
				fmt.Sprintf("%s is %s: what was accepted may be lost when the machine stops", one.name, value))
		}
	}
	return problems, nil
}
