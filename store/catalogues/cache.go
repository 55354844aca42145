package catalogues

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"rivgate/routing/catalogue"
	"rivgate/store/db"
)

// cache has the rows of the catalogue that were read last: of one version, which never changes, and of one
// revision of the open draft. A catalogue may have a hundred thousand rows, and pages ask for them again and again.
type cache struct {
	mu          sync.Mutex
	version     int64
	versionRows []catalogue.Row
	revision    int64
	draftRows   []catalogue.Row
}

// rowsOfVersion returns a copy of the rows of a version, if it has them.
func (k *cache) rowsOfVersion(version int64) ([]catalogue.Row, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if version == 0 || k.version != version {
		return nil, false
	}
	return slices.Clone(k.versionRows), true
}

// rowsOfDraft returns a copy of the rows of a revision of the open draft, if it has them.
func (k *cache) rowsOfDraft(revision int64) ([]catalogue.Row, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision == 0 || k.revision != revision {
		return nil, false
	}
	return slices.Clone(k.draftRows), true
}

// put stores a copy of rows that were read: of a revision of the open draft, or else of a version.
func (k *cache) put(rows []catalogue.Row, version, revision int64) {
	rows = slices.Clone(rows)
	k.mu.Lock()
	defer k.mu.Unlock()
	if revision > 0 {
		k.revision, k.draftRows = revision, rows
		return
	}
	k.version, k.versionRows = version, rows
}

// CatalogueState is the draft as CatalogueDraft gives it, without its rows.
func (s *Shelf) CatalogueState(ctx context.Context) (Draft, error) {
	var d Draft
	var changed int64
	err := s.read.QueryRowContext(ctx,
		`SELECT d.revision, d.open, d.base, d.by_whom, d.changed,
			COALESCE((SELECT max(number) FROM catalogue_version WHERE cancelled IS NULL), 0)
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
