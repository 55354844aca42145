package tak

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/catalogues"
)

// Names of sources in the store, beside sourceStore.
const (
	sourceDraft   = "draft"
	sourceVersion = "version:"
)

// versionSource names a version as a source.
func versionSource(number int64) string { return sourceVersion + strconv.FormatInt(number, 10) }

// isKept tells whether a source is in the store.
func isKept(source string) bool {
	return source == config.SourceStore || source == sourceDraft || strings.HasPrefix(source, sourceVersion)
}

// keptRows reads rows that are in the store: of the draft, of a version, or of the version in force.
func keptRows(ctx context.Context, db *store.Store, source string) ([]catalogue.Row, error) {
	switch number, isVersion := strings.CutPrefix(source, sourceVersion); {
	case source == sourceDraft:
		d, err := db.CatalogueDraft(ctx)
		return d.Rows, err
	case isVersion:
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n < 1 {
			return nil, cli.Usage("%q is no version: write a number like 3", cli.Cell(number))
		}
		rows, err := db.CatalogueRows(ctx, n)
		if errors.Is(err, store.ErrNotFound) {
			return nil, cli.Refused("there is no version %d: see rivgate tak versions", n)
		}
		return rows, err
	}
	v, err := db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, cli.Refused("no version of the catalogue is in force: import or edit, then publish")
	}
	if err != nil {
		return nil, err
	}
	return db.CatalogueRows(ctx, v.Number)
}

// readKept is a catalogue of the store, with the tree of the configuration.
func readKept(s *cli.Session, c config.Config, source string) (found routing.Catalogue, err error) {
	err = s.WithStore(func(ctx context.Context, db *store.Store) error {
		rows, err := keptRows(ctx, db, source)
		if err != nil {
			return err
		}
		found = catalogue.FromRows(rows)
		return parts.HSATree(c).Complete(&found)
	})
	return found, err
}

// startedCatalogue is what the demo's gateway decides by, for a command beside it. A store that is not there yet is not
// made.
func startedCatalogue(s *cli.Session, c config.Config, r *contracts.Registry) (found routing.Catalogue, err error) {
	first := parts.NewDemoSource(c, r)
	if file, ok := strings.CutPrefix(c.Store.URL, "sqlite:"); ok {
		if _, err := os.Stat(file); err != nil {
			return first.Read(s.Context)
		}
	}
	err = s.WithStore(func(ctx context.Context, db *store.Store) error {
		found, err = parts.NewStartedSource(c, r, db).Read(ctx)
		return err
	})
	return found, err
}

// keeping is what the verbs on the catalogue in the store have in common.
type keeping struct {
	config   config.Config
	registry *contracts.Registry
	rules    routing.Rules
	db       *store.Store
}

// keep opens the store for a verb on the catalogue. What the store refuses is told so that a person can act on it.
func keep(s *cli.Session, verb func(ctx context.Context, k keeping) error) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	r, err := parts.NewRegistry(l.Config)
	if err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		err := verb(ctx, keeping{l.Config, r, parts.NewRules(l.Config, r), db})
		var rules catalogue.Problems
		var off *catalogues.TurnsOffError
		switch {
		case errors.As(err, &off):
			return cli.Refused("%s\nnothing is published: if that is meant, say it with --turns-off %d",
				strings.TrimSuffix(offText(off.Units), "\n"), len(off.Units))
		case errors.As(err, &rules):
			return cli.Refused("%s, nothing is saved:\n%s", cli.NounOf(len(rules), "problem"), shorter(r, rules.Error()))
		case errors.Is(err, store.ErrNotFound):
			return cli.Refused("there is no such version: see rivgate tak versions")
		}
		return err
	})
}

// tree is the HSA tree that stands beside the rows.
func (k keeping) tree() (routing.Tree, error) {
	var c routing.Catalogue
	err := parts.HSATree(k.config).Complete(&c)
	return c.Tree, err
}

// offText lists units that are turned off, a line each.
func offText(off []routing.TurnedOff) string {
	var text strings.Builder
	for _, u := range off {
		fmt.Fprintf(&text, "turns off %s from %s, %s: %s\n", cli.Cell(strings.TrimSpace(u.Unit+" "+u.Name)), u.Day,
			cli.NounOf(u.Open, "open case"), cli.Cell(u.Why.Words(routing.TurnedOffWords())))
	}
	return text.String()
}

// short is the short name of a contract, or its namespace.
func (k keeping) short(ns string) string {
	if known := k.registry.Contract(ns); known != nil {
		return known.Name
	}
	return ns
}

// shorter writes the contracts that have short names by these: whole namespaces make lines that nobody reads.
func shorter(r *contracts.Registry, text string) string {
	for name, namespace := range r.Names() {
		text = strings.ReplaceAll(text, namespace, name)
	}
	return text
}

// who is what every change of the catalogue in the store is told.
type who struct {
	By       string `help:"Who does it; kept with the change. Default: the user of this machine." placeholder:"NAME"`
	Reason   string `help:"Why; kept with the change." placeholder:"TEXT"`
	Revision int64  `help:"Only if the draft still has this revision, as tak rows and tak diff tell it." placeholder:"N" default:"-1"`
}

// reasoned asks for a reason where one is mandatory.
func (w who) reasoned() error {
	if identity.Blank(w.Reason) {
		return cli.Usage("a reason is mandatory: say why with --reason")
	}
	return nil
}

// revision is the one that was named, else the draft's of this moment.
func (w who) revision(d catalogues.Draft) int64 {
	if w.Revision >= 0 {
		return w.Revision
	}
	return d.Revision
}
