package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"rivgate/store/db"
)

// Phrase is a standard reply (standardsvar) of a unit.
type Phrase struct {
	ID       string    `json:"id"`
	Unit     string    `json:"unit"` // HSA-id, in upper case when read
	Kind     string    `json:"kind"` // the form that it is for
	Title    string    `json:"title"`
	Text     string    `json:"text"`
	Position int64     `json:"position"` // its place in the list, lowest first
	Version  int64     `json:"version"`
	By       Person    `json:"by"` // of the last change
	At       time.Time `json:"at"`
}

// Phrases are the standard replies of a unit for a form, or with kind "" for all, in their order.
func (s *Store) Phrases(ctx context.Context, unit, kind string) ([]Phrase, error) {
	phrases, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (p Phrase, err error) {
		var at int64
		err = rows.Scan(&p.ID, &p.Unit, &p.Kind, &p.Title, &p.Text, &p.Position, &p.Version, &p.By.ID, &p.By.Name, &at)
		p.At = db.Moment(at)
		return p, err
	},
		`SELECT id, unit, kind, title, text, position, version, by_id, by_name, at FROM phrase WHERE unit = $1 AND ($2 = '' OR kind = $2)
		ORDER BY kind, position, title, id`, fold(unit), kind)
	if err != nil {
		return nil, fmt.Errorf("listing standard replies: %w", err)
	}
	return phrases, nil
}

// SavePhrase keeps a standard reply: a new one where p.ID is empty, else in place of the version p.Version. By is who
// does it. ErrConflict where it was changed or deleted meanwhile, or is another unit's.
func (s *Store) SavePhrase(ctx context.Context, p Phrase) (Phrase, error) {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		next := p
		next.Unit, next.At, next.Version = fold(p.Unit), t.Now, p.Version+1
		if p.ID == "" {
			next.ID, next.Version = t.newID(), 1
			_, err := t.Exec(ctx,
				`INSERT INTO phrase (id, unit, kind, title, text, position, version, by_id, by_name, at) VALUES ($1, $2, $3, `+
					`$4, $5, $6, 1, $7, $8, $9)`,
				next.ID, next.Unit, p.Kind, p.Title, p.Text, p.Position, p.By.ID, p.By.Name, db.Micros(t.Now))
			if err == nil {
				p = next
			}
			return err
		}
		n, err := t.Exec(ctx,
			`UPDATE phrase SET kind = $3, title = $4, text = $5, position = $6, version = version + 1, by_id = $7, by_name = $8, at = $9
			WHERE id = $1 AND unit = $2 AND version = $10`, p.ID, next.Unit, p.Kind, p.Title, p.Text, p.Position, p.By.ID,
			p.By.Name, db.Micros(t.Now), p.Version)
		if err == nil && n == 0 {
			err = ErrConflict
		}
		if err == nil {
			p = next
		}
		return err
	})
	return p, deskError("saving a standard reply", err)
}

// DropPhrase deletes a version of a unit's standard reply. ErrConflict where it is another by now, or gone.
func (s *Store) DropPhrase(ctx context.Context, unit, id string, version int64) error {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.Exec(ctx, `DELETE FROM phrase WHERE id = $1 AND unit = $2 AND version = $3`, id, fold(unit), version)
		if err == nil && n == 0 {
			err = ErrConflict
		}
		return err
	})
	return deskError("deleting a standard reply", err)
}
