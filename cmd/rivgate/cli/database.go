package cli

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

// WithStore opens the store of the configuration for one command, which neither creates it nor changes its schema.
func (s *Session) WithStore(do func(ctx context.Context, db *store.Store) error) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	db, err := OpenStore(s.Context, l.Config, store.Options{Now: s.Now, Existing: true})
	if err != nil {
		return whereLooked(err, l)
	}
	defer db.Close()
	return do(s.Context, db)
}

// OpenStore opens the database of a configuration. The error has the exit code that its kind deserves, and never holds
// the URL, which may hold a password.
func OpenStore(ctx context.Context, c config.Config, o store.Options) (*store.Store, error) {
	o.DueDays, o.DueDaysMinor, o.PasswordFile = c.Desk.DueDays, c.Desk.DueDaysMinor, c.Store.PasswordFile
	db, err := store.Open(ctx, c.Store.URL, o)
	if err != nil {
		return nil, OpeningFailed(err, c)
	}
	return db, nil
}

// OpeningFailed gives an error of opening the store its exit code.
func OpeningFailed(err error, c config.Config) error {
	var schema *store.SchemaError
	switch {
	case errors.Is(err, store.ErrNoStore):
		return Usage("%w at %s: rivgate serve or rivgate migrate makes one", err, StorePlace(c.Store.URL))
	case errors.Is(err, store.ErrOwned):
		return Refused("taking the database: %w", err)
	case errors.As(err, &schema):
		return Refused("opening the store: %w", err)
	}
	return Unreachable("opening the store: %w", err)
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
	return Usage("%w (store.url is %s)", err, where)
}

// StorePlace says where a store is, without what is secret in its URL.
func StorePlace(address string) string {
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
