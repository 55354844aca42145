package catalogues

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// Held is an answer of a catalogue's source that shrank so much that a person must confirm it.
type Held struct {
	Digest            string     `json:"digest"` // of the answer: what is confirmed is this content, no other
	Source            string     `json:"source"`
	RoutesBefore      int        `json:"routesBefore"`
	Routes            int        `json:"routes"`
	PermissionsBefore int        `json:"permissionsBefore"`
	Permissions       int        `json:"permissions"`
	At                time.Time  `json:"at"` // when it was held back first
	Accepted          *time.Time `json:"accepted,omitempty"`
	By                string     `json:"by,omitempty"`
	Reason            string     `json:"reason,omitempty"`
}

// HoldCatalogue notes an answer that is held back, once for each digest.
func (s *Shelf) HoldCatalogue(ctx context.Context, h Held) error {
	err := s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		_, err := t.Exec(ctx,
			`INSERT INTO catalogue_held (digest, source, routes_before, routes, permissions_before, permissions, at, by_whom, reason)
			VALUES ($1, $2, $3, $4, $5, $6, $7, '', '') ON CONFLICT (digest) DO NOTHING`,
			h.Digest, h.Source, h.RoutesBefore, h.Routes, h.PermissionsBefore, h.Permissions, db.Micros(t.Now))
		return err
	})
	if err != nil {
		return fmt.Errorf("noting a catalogue that is held back: %w", err)
	}
	return nil
}

// HeldCatalogues are the answers that were held back, the newest first, with those that were accepted.
func (s *Shelf) HeldCatalogues(ctx context.Context) ([]Held, error) {
	held, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (h Held, err error) {
		var at int64
		var accepted sql.NullInt64
		err = rows.Scan(&h.Digest, &h.Source, &h.RoutesBefore, &h.Routes, &h.PermissionsBefore, &h.Permissions, &at,
			&accepted, &h.By, &h.Reason)
		h.At, h.Accepted = db.Moment(at), db.Moments(accepted)
		return h, err
	}, `SELECT digest, source, routes_before, routes, permissions_before, permissions, at, accepted, by_whom, reason
		FROM catalogue_held ORDER BY at DESC, digest LIMIT $1`, db.ListMax)
	if err != nil {
		return nil, fmt.Errorf("listing catalogues that are held back: %w", err)
	}
	return held, nil
}

// CatalogueAccepted tells whether a person has confirmed an answer.
func (s *Shelf) CatalogueAccepted(ctx context.Context, digest string) (bool, error) {
	var n int
	err := s.read.QueryRowContext(ctx, `SELECT count(*) FROM catalogue_held WHERE digest = $1 AND accepted IS NOT NULL`,
		digest).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("asking whether a catalogue was accepted: %w", err)
	}
	return n > 0, nil
}

// AcceptCatalogue confirms an answer that is held back; gateways take it within seconds. ErrNotFound if there is none
// of this digest.
func (s *Shelf) AcceptCatalogue(ctx context.Context, digest, by, reason string) error {
	if identity.Blank(by) || identity.Blank(reason) {
		return Refuse("accept-no-reason")
	}
	err := s.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		n, err := t.Exec(ctx, `UPDATE catalogue_held SET accepted = $2, by_whom = $3, reason = $4 WHERE digest = $1`, digest,
			db.Micros(t.Now), by, reason)
		if err != nil {
			return err
		}
		if n == 0 {
			return db.ErrNotFound
		}
		return recordEvent(ctx, t, Event{Verb: "accept", By: by, Reason: reason, Answer: digest})
	})
	if err != nil {
		return fmt.Errorf("accepting a catalogue: %w", err)
	}
	return nil
}
