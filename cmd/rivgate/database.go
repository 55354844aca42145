package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"rivgate/cmd/rivgate/config"
	"rivgate/store"
)

// withStore opens the store of the configuration for one command, which neither creates it nor changes its schema.
func (s *session) withStore(do func(ctx context.Context, db *store.Store) error) error {
	l, err := s.config()
	if err != nil {
		return err
	}
	db, err := openStore(s.ctx, l.Config, store.Options{Now: s.now, Existing: true})
	if err != nil {
		return whereLooked(err, l)
	}
	defer db.Close()
	return do(s.ctx, db)
}

// openStore opens the database of a configuration. The error has the exit code that its kind deserves, and never holds
// the URL, which may hold a password.
func openStore(ctx context.Context, c config.Config, o store.Options) (*store.Store, error) {
	o.DueDays, o.DueDaysMinor, o.PasswordFile = c.Desk.DueDays, c.Desk.DueDaysMinor, c.Store.PasswordFile
	db, err := store.Open(ctx, c.Store.URL, o)
	if err != nil {
		return nil, openingFailed(err, c)
	}
	return db, nil
}

// openingFailed gives an error of opening the store its exit code.
func openingFailed(err error, c config.Config) error {
	var schema *store.SchemaError
	switch {
	case errors.Is(err, store.ErrNoStore):
		return usage("%w at %s: rivgate serve or rivgate migrate makes one", err, storePlace(c.Store.URL))
	case errors.Is(err, store.ErrOwned):
		return refused("taking the database: %w", err)
	case errors.As(err, &schema):
		return refused("opening the store: %w", err)
	}
	return unreachable("opening the store: %w", err)
}

// whereLooked adds to the error of a store that is not there where its address was set.
func whereLooked(err error, l *config.Loaded) error {
	if !errors.Is(err, store.ErrNoStore) {
		return err
	}
	where := l.Source("store.url")
	switch {
	case where == "default" && l.File == "":
		where = "the default: there is no " + config.DefaultFile + " here, and no --config"
	case where == "default":
		where = "the default: " + l.File + " does not set it"
	}
	return usage("%w (store.url is %s)", err, where)
}

// storePlace says where a store is, without what is secret in its URL.
func storePlace(address string) string {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		if whole, err := filepath.Abs(path); err == nil {
			return whole
		}
		return path
	}
	u, err := url.Parse(address)
	if err != nil {
		return "the address in store.url"
	}
	host := u.Host
	if host == "" {
		host = u.Query().Get("host")
	}
	return fmt.Sprintf("%s, database %s", host, strings.TrimPrefix(u.Path, "/"))
}
