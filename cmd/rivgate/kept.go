package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/store"
)

// storeSource is the catalogue kept in the store: the newest version that is due. The HSA tree stands in its own files.
type storeSource struct {
	db     *store.Store
	beside tak.Beside
}

var (
	_ tak.Source = storeSource{}
	_ tak.Marked = storeSource{}
)

// Read gives the version in force, whole.
func (s storeSource) Read(ctx context.Context) (routing.Catalogue, error) {
	v, err := s.db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return routing.Catalogue{}, errors.New("no version of the catalogue is in force: import or edit, then publish")
	}
	if err != nil {
		return routing.Catalogue{}, err
	}
	rows, err := s.db.CatalogueRows(ctx, v.Number)
	if err != nil {
		return routing.Catalogue{}, err
	}
	c := catalogue.FromRows(rows)
	return c, s.beside.Complete(&c)
}

// Mark is the number of the version in force.
func (s storeSource) Mark(ctx context.Context) (string, error) {
	v, err := s.db.CatalogueInForce(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	return strconv.FormatInt(v.Number, 10), nil
}

// String names the source.
func (storeSource) String() string { return config.SourceStore }

// newStoreSource is the store as the catalogue's source, with the tree of the configuration.
func newStoreSource(c config.Config, db *store.Store) storeSource {
	return storeSource{db, tak.Beside{HSAFiles: c.TAK.HSAFiles}}
}

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
			return nil, usage("%q is no version: write a number like 3", cell(number))
		}
		rows, err := db.CatalogueRows(ctx, n)
		if errors.Is(err, store.ErrNotFound) {
			return nil, refused("there is no version %d: see rivgate tak versions", n)
		}
		return rows, err
	}
	v, err := db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return nil, refused("no version of the catalogue is in force: import or edit, then publish")
	}
	if err != nil {
		return nil, err
	}
	return db.CatalogueRows(ctx, v.Number)
}

// readKept is a catalogue of the store, with the tree of the configuration.
func (s *session) readKept(c config.Config, source string) (found routing.Catalogue, err error) {
	err = s.withStore(func(ctx context.Context, db *store.Store) error {
		rows, err := keptRows(ctx, db, source)
		if err != nil {
			return err
		}
		found = catalogue.FromRows(rows)
		return newStoreSource(c, db).beside.Complete(&found)
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
func (s *session) keep(verb func(ctx context.Context, k keeping) error) error {
	l, err := s.config()
	if err != nil {
		return err
	}
	r, err := newRegistry(l.Config)
	if err != nil {
		return err
	}
	return s.withStore(func(ctx context.Context, db *store.Store) error {
		err := verb(ctx, keeping{l.Config, r, newRules(l.Config, r), db})
		var rules catalogue.Problems
		var off *store.TurnsOffError
		switch {
		case errors.As(err, &off):
			return refused("%s\nnothing is published: if that is meant, say it with --turns-off %d",
				strings.TrimSuffix(offText(off.Units), "\n"), len(off.Units))
		case errors.As(err, &rules):
			return refused("%s, nothing is saved:\n%s", nounOf(len(rules), "problem"), shorter(r, rules.Error()))
		case errors.Is(err, store.ErrNotFound):
			return refused("there is no such version: see rivgate tak versions")
		}
		return err
	})
}

// tree is the HSA tree that stands beside the rows.
func (k keeping) tree() (routing.Tree, error) {
	var c routing.Catalogue
	err := newStoreSource(k.config, k.db).beside.Complete(&c)
	return c.Tree, err
}

// offText lists units that are turned off, a line each.
func offText(off []routing.TurnedOff) string {
	var text strings.Builder
	for _, u := range off {
		fmt.Fprintf(&text, "turns off %s from %s, %s: %s\n", cell(strings.TrimSpace(u.Unit+" "+u.Name)), u.Day,
			nounOf(u.Open, "open case"), cell(u.Why.Words(routing.TurnedOffWords())))
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
	if strings.TrimSpace(w.Reason) == "" {
		return usage("a reason is mandatory: say why with --reason")
	}
	return nil
}

// revision is the one that was named, else the draft's of this moment.
func (w who) revision(d store.CatalogueDraft) int64 {
	if w.Revision >= 0 {
		return w.Revision
	}
	return d.Revision
}

// parseMoment reads a time like 2026-04-01 (Swedish midnight), 2026-04-01 08:00 (Swedish) or RFC 3339.
func parseMoment(flag, text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, routing.Stockholm()); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t,
			usage("%s %q: write a time like 2026-04-01, 2026-04-01 08:00 or 2026-04-01T08:00:00+02:00", flag, cell(text))
	}
	return t, nil
}

// acceptance asks the store whether a person has confirmed an answer that is held back, and notes it there.
func acceptance(db *store.Store, source string) func(context.Context, tak.Held) (bool, error) {
	return func(ctx context.Context, h tak.Held) (bool, error) {
		err := db.HoldCatalogue(ctx, store.HeldCatalogue{
			Digest: h.Digest, Source: source, RoutesBefore: h.RoutesBefore, Routes: h.Routes,
			PermissionsBefore: h.PermissionsBefore, Permissions: h.Permissions,
		})
		if err != nil {
			return false, err
		}
		return db.CatalogueAccepted(ctx, h.Digest)
	}
}

// nounOf is "1 row" or "2 rows".
func nounOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
