package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"rivgate/store"
)

// MigrateCommand brings the database to today's schema. serve does so too; this is for those who want it done before.
type MigrateCommand struct{}

// Run migrates.
func (*MigrateCommand) Run(s *session) error {
	return s.withStore(func(ctx context.Context, db *store.Store) error {
		if err := db.Ping(ctx); err != nil {
			return unreachable("asking the store: %w", err)
		}
		l, err := s.config()
		if err != nil {
			return err
		}
		kind, _, _ := strings.Cut(l.Config.Store.URL, ":")
		return s.show(map[string]string{"store": kind, "schema": "current"}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "%s: the schema is this version's\n", kind)
			return err
		})
	})
}
