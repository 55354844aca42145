// Package database is the nouns migrate and backup of the command line.
//
// It does not know a table.
package database

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/store"
)

// MigrateCommand brings the database to this version's schema, and creates it where there is none. An SQLite file is
// copied first.
type MigrateCommand struct {
	DryRun bool `help:"Say what would be done, and do nothing."`
}

// migration is what the command prints.
type migration struct {
	Store   string   `json:"store"`   // where it is
	Schema  string   `json:"schema"`  // current, older, newer or none: before
	Version int64    `json:"version"` // before
	Knows   int64    `json:"knows"`   // the version that this program makes
	Steps   []string `json:"steps"`   // from one to the other
	Done    bool     `json:"done"`
	Copy    string   `json:"copy,omitempty"` // of an SQLite file as it was
}

// Run migrates.
func (c *MigrateCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	schema, err := store.SchemaOf(s.Context, l.Config.Store.URL, store.Options{PasswordFile: l.Config.Store.PasswordFile})
	if err != nil {
		return cli.OpeningFailed(err, l.Config)
	}
	m := migration{
		Store: cli.StorePlace(l.Config.Store.URL), Schema: schemaWord(schema), Version: schema.Has, Knows: schema.Knows,
		Steps: schema.Steps,
	}
	if m.Steps == nil {
		m.Steps = []string{}
	}
	if !c.DryRun {
		if err := m.carryOut(s.Context, l.Config); err != nil {
			return err
		}
	}
	return s.Show(m, m.print)
}

func schemaWord(s store.Schema) string {
	switch {
	case s.Has == 0:
		return "none"
	case s.Has < s.Knows:
		return "older"
	case s.Has > s.Knows:
		return "newer"
	}
	return "current"
}

// carryOut migrates. A gateway that serves from the SQLite file meanwhile is an error: its file must not change under
// it. A schema that is newer is judged by Open.
func (m *migration) carryOut(ctx context.Context, c config.Config) (err error) {
	db, err := cli.OpenStore(ctx, c, store.Options{Own: len(m.Steps) > 0})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	m.Done, m.Copy = len(m.Steps) > 0, db.CopiedTo()
	return nil
}

func (m *migration) print(w io.Writer) error {
	said := fmt.Sprintf("%s: the schema is this version's (%d), there is nothing to do\n", m.Store, m.Knows)
	switch {
	case m.Schema == "newer":
		said = fmt.Sprintf("%s: the schema has version %d, newer than this program's %d; there is nothing to do\n", m.Store,
			m.Version, m.Knows)
	case m.Done && m.Version == 0:
		said = fmt.Sprintf("%s: created, with schema %d\n", m.Store, m.Knows)
	case m.Done:
		said = fmt.Sprintf("%s: migrated from schema %d to %d\n", m.Store, m.Version, m.Knows)
	case m.Schema == "none":
		said = fmt.Sprintf("%s: there is no store; it would be created, with schema %d\n", m.Store, m.Knows)
	case m.Schema == "older":
		said = fmt.Sprintf("%s: schema %d would be migrated to %d\n", m.Store, m.Version, m.Knows)
	}
	if m.Version > 0 {
		for _, step := range m.Steps {
			said += "  " + step + "\n"
		}
	}
	if m.Copy != "" {
		said += "the file as it was: " + m.Copy + "\n"
	}
	_, err := io.WriteString(w, said)
	return err
}
