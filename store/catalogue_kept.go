package store

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rivgate/routing/catalogue"
	"rivgate/store/db"
)

// keptRows are rows of the catalogue as they were read last: of one version, which never changes, and of the open draft of one revision. A catalogue may have a
// hundred thousand of them, and pages ask for them again and again.
type keptRows struct {
	mu       sync.Mutex
	version  int64
	ofThat   []catalogue.Row
	revision int64
	ofDraft  []catalogue.Row
}

// of gives a copy of the rows of a version, if they are kept.
func (k *keptRows) of(version int64) ([]catalogue.Row, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if version == 0 || k.version != version {
		return nil, false
	}
	return slices.Clone(k.ofThat), true
}

// draft gives a copy of the rows of the open draft of a revision, if they are kept.
func (k *keptRows) draft(revision int64) ([]catalogue.Row, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision == 0 || k.revision != revision {
		return nil, false
	}
	return slices.Clone(k.ofDraft), true
}

// keep keeps a copy of rows that were read: of the open draft, or of a version.
func (k *keptRows) keep(rows []catalogue.Row, version, revision int64) {
	rows = slices.Clone(rows)
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision > 0 {
		k.revision, k.ofDraft = revision, rows
		return
	}
	k.version, k.ofThat = version, rows
}

// CatalogueState is the draft as CatalogueDraft gives it, without its rows.
func (s *Store) CatalogueState(ctx context.Context) (CatalogueDraft, error) {
	var d CatalogueDraft
	var changed int64
	err := s.read.QueryRowContext(ctx, `SELECT d.revision, d.open, d.base, d.by_whom, d.changed, COALESCE((SELECT max(number) FROM catalogue_version WHERE cancelled IS NULL), 0)
		FROM catalogue_draft d WHERE d.id = 1`).Scan(&d.Revision, &d.Open, &d.Base, &d.By, &changed, &d.Latest)
	if err != nil {
		return d, fmt.Errorf("reading the state of the catalogue: %w", err)
	}
	if d.Open {
		d.Changed = db.Moment(changed)
	} else {
		d.Base, d.By = d.Latest, ""
	}
	return d, nil
}
