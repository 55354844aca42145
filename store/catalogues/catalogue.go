// Package catalogues keeps the catalogue of addresses: the draft that people work on, the versions that were published,
// what was done to them, and answers of another source that wait for a person.
//
// What rows mean it leaves to routing/catalogue. It does not know cases: what a version does to them is done where they
// are kept (Cases).
package catalogues

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/db"
)

// Draft is what the next version is to be: one for all who work on the catalogue. It holds whole rows, not
// changes.
type Draft struct {
	Revision int64           `json:"revision"` // counts every change; a change must name the one that it was made from
	Open     bool            `json:"open"`     // false: nothing is changed, the rows are those of the base
	Base     int64           `json:"base"`     // the version that it was made from; 0 for none
	Latest   int64           `json:"latest"`   // the newest version, due or not; above Base the draft must be rebased
	By       string          `json:"by,omitempty"`
	Changed  time.Time       `json:"changed,omitzero"`
	Rows     []catalogue.Row `json:"-"`
}

// Version is a whole catalogue that was published. It never changes, but for being cancelled before it is due.
type Version struct {
	Number      int64      `json:"number"`
	Base        int64      `json:"base"`               // the version before it; 0 for none
	Restores    int64      `json:"restores,omitempty"` // the version that it rolled back to
	By          string     `json:"by"`
	Reason      string     `json:"reason"`
	Published   time.Time  `json:"published"`
	Due         time.Time  `json:"due"` // from then on it is in force
	Cancelled   *time.Time `json:"cancelled,omitempty"`
	Units       int        `json:"units"`
	Routes      int        `json:"routes"`
	Permissions int        `json:"permissions"`
	// what PublishCatalogue took over with it; later the event tells
	TakenOver []TakenOver `json:"takenOver,omitempty"`
}

// Event is one thing that was done to the catalogue.
type Event struct {
	Verb     string `json:"verb"`              // edit, rebase, discard, publish, rollback, cancel, accept or turns-off
	Version  int64  `json:"version,omitempty"` // 0: the draft
	Revision int64  `json:"revision"`          // of the draft, after it
	By       string `json:"by"`
	Reason   string `json:"reason,omitempty"`
	Changes  int    `json:"changes"`
	What     string `json:"what,omitempty"` // Rows in English, a line for each, or the digest that was accepted

	Rows   []catalogue.Change `json:"-"` // the first hundred changes
	Answer string             `json:"-"` // digest of the answer that was accepted
	// patient boards that went on under another HSA-id
	TakenOver []TakenOver `json:"takenOver,omitempty"`
	// the first hundred units that a source, which is By, has turned off for citizens
	TurnedOff []routing.TurnedOff `json:"turnedOff,omitempty"`
	At        time.Time           `json:"at"`
}

// RevisionError refuses a change that was made from an older draft: somebody else was quicker, and nothing of theirs is
// lost.
type RevisionError struct{ Given, Present int64 }

func (e *RevisionError) Error() string {
	return fmt.Sprintf(
		"the draft has changed: it has revision %d now, and your change was made from %d. Read it again and make your "+
			"change anew", e.Present, e.Given,
	)
}

// Shelf has the catalogue's draft and its versions. Safe for concurrent use.
type Shelf struct {
	db    *db.DB
	read  db.Pool
	newID func() string // of rows
	cases Cases
	cache cache
}

// Cases is what versions have to do with cases. The catalogue does not know them: this is done where they are kept.
type Cases struct {
	// Open counts the cases that are not closed by the unit that handles them, its HSA-id in upper case.
	Open func(ctx context.Context) (map[string]int, error)
	// TakeOver moves what is a board's to its new HSA-id, in the transaction that publishes.
	TakeOver func(ctx context.Context, t *db.Tx, x catalogue.Succession, unit routing.Unit, o Order) (TakenOver, error)
}

// New is the shelf of a database. newID makes ids of rows.
func New(d *db.DB, newID func() string, cases Cases) *Shelf {
	return &Shelf{db: d, read: db.Readers(d), newID: newID, cases: cases}
}

// CatalogueDraft is the draft with its rows. Where none is open, it is the latest version, which an edit begins from.
func (s *Shelf) CatalogueDraft(ctx context.Context) (Draft, error) {
	d, err := s.readDraft(ctx)
	if err != nil {
		return d, fmt.Errorf("reading the draft of the catalogue: %w", err)
	}
	return d, nil
}

func (s *Shelf) readDraft(ctx context.Context) (Draft, error) {
	d, err := s.CatalogueState(ctx)
	if err != nil {
		return d, err
	}
	rows, known := s.cache.rowsOfVersion(d.Latest)
	if d.Open {
		rows, known = s.cache.rowsOfDraft(d.Revision)
	}
	if known {
		d.Rows = rows
		return d, nil
	}
	if d, err = s.readDraftWhole(ctx); err != nil {
		return d, err
	}
	if d.Open {
		s.cache.put(d.Rows, 0, d.Revision)
	} else {
		s.cache.put(d.Rows, d.Latest, 0)
	}
	return d, nil
}

func (s *Shelf) readDraftWhole(ctx context.Context) (Draft, error) {
	var d Draft
	var doc []byte
	var changed int64
	// One statement, so that draft and version belong together.
	err := s.read.QueryRowContext(ctx,
		`SELECT d.revision, d.open, d.base, d.by_whom, d.changed, COALESCE(v.number, 0), CASE WHEN d.open THEN d.doc ELSE c.doc END
		FROM catalogue_draft d
		LEFT JOIN catalogue_version v ON v.number = (SELECT max(number) FROM catalogue_version WHERE cancelled IS NULL)
		LEFT JOIN catalogue_content c ON c.number = v.number WHERE d.id = 1`).
		Scan(&d.Revision, &d.Open, &d.Base, &d.By, &changed, &d.Latest, &doc)
	if err != nil {
		return d, err
	}
	if d.Open {
		d.Changed = db.Moment(changed)
	} else {
		d.Base, d.By = d.Latest, ""
	}
	d.Rows, err = decodeRows(doc)
	return d, err
}

// CatalogueRows are the rows of a version; of version 0, which is before all others, there are none. ErrNotFound for
// one that is not there.
func (s *Shelf) CatalogueRows(ctx context.Context, number int64) ([]catalogue.Row, error) {
	if number == 0 {
		return nil, nil
	}
	if rows, known := s.cache.rowsOfVersion(number); known {
		return rows, nil
	}
	var doc []byte
	err := s.read.QueryRowContext(ctx, `SELECT doc FROM catalogue_content WHERE number = $1`, number).Scan(&doc)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, db.ErrNotFound
	}
	var rows []catalogue.Row
	if err == nil {
		rows, err = decodeRows(doc)
	}
	if err != nil {
		return nil, fmt.Errorf("reading version %d of the catalogue: %w", number, err)
	}
	s.cache.put(rows, number, 0)
	return rows, nil
}

const versionColumns = `number, base, restores, by_whom, reason, published, due, cancelled, units, routes, permissions`

func scanVersion(rows *sql.Rows) (v Version, err error) {
	var published, due int64
	var cancelled sql.NullInt64
	err = rows.Scan(&v.Number, &v.Base, &v.Restores, &v.By, &v.Reason, &published, &due, &cancelled, &v.Units, &v.Routes,
		&v.Permissions)
	v.Published, v.Due, v.Cancelled = db.Moment(published), db.Moment(due), db.Moments(cancelled)
	return v, err
}

// CatalogueVersions are all versions, the newest first.
func (s *Shelf) CatalogueVersions(ctx context.Context) ([]Version, error) {
	versions, err := db.Collect(ctx, s.read, scanVersion,
		`SELECT `+versionColumns+` FROM catalogue_version ORDER BY number DESC`)
	if err != nil {
		return nil, fmt.Errorf("listing versions of the catalogue: %w", err)
	}
	return versions, nil
}

// CatalogueInForce is the newest version that is due; ErrNotFound if there is none.
func (s *Shelf) CatalogueInForce(ctx context.Context) (Version, error) {
	versions, err := db.Collect(ctx, s.read, scanVersion, `SELECT `+versionColumns+` FROM catalogue_version
		WHERE cancelled IS NULL AND due <= $1 ORDER BY number DESC LIMIT 1`, db.Micros(s.db.Now()))
	switch {
	case err != nil:
		return Version{}, fmt.Errorf("looking for the version in force: %w", err)
	case len(versions) == 0:
		return Version{}, db.ErrNotFound
	}
	return versions[0], nil
}

// CatalogueEvents is what was done to the catalogue, the newest first, 500 at most.
func (s *Shelf) CatalogueEvents(ctx context.Context) ([]Event, error) {
	events, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (e Event, err error) {
		var at int64
		var doc string
		err = rows.Scan(&e.Verb, &e.Version, &e.Revision, &e.By, &e.Reason, &e.Changes, &doc, &at)
		if err == nil {
			err = e.readWhat(doc)
		}
		e.At = db.Moment(at)
		return e, err
	},
		`SELECT verb, version, revision, by_whom, reason, changes, what, at FROM catalogue_event ORDER BY seq DESC LIMIT $1`,
		db.ListMax)
	if err != nil {
		return nil, fmt.Errorf("listing what was done to the catalogue: %w", err)
	}
	return events, nil
}

// encodeRows makes of rows what the database holds: their number, then JSON row by row, packed. A hundred thousand rows
// are some four megabytes.
func encodeRows(rows []catalogue.Row) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	to := json.NewEncoder(w)
	err = to.Encode(len(rows))
	for i := range rows {
		if err == nil {
			err = to.Encode(&rows[i])
		}
	}
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, fmt.Errorf("packing rows of the catalogue: %w", err)
	}
	return out.Bytes(), nil
}

// decodeRows reads what encodeRows wrote. Values that come back in thousands of rows are kept once.
func decodeRows(doc []byte) ([]catalogue.Row, error) {
	if len(doc) == 0 {
		return nil, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(doc))
	if err != nil {
		return nil, fmt.Errorf("unpacking rows of the catalogue: %w", err)
	}
	from := json.NewDecoder(r)
	var n int
	if err := from.Decode(&n); err != nil {
		return nil, fmt.Errorf("unpacking rows of the catalogue: %w", err)
	}
	rows := make([]catalogue.Row, max(n, 0))
	once := map[string]string{}
	for i := range rows {
		e := &rows[i]
		if err := from.Decode(e); err != nil {
			return nil, fmt.Errorf("unpacking rows of the catalogue: %w", err)
		}
		for _, field := range []*string{&e.Contract, &e.Address, &e.Profile, &e.Component, &e.Sender} {
			if known, ok := once[*field]; ok {
				*field = known
			} else {
				once[*field] = *field
			}
		}
	}
	return rows, nil
}
