package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/store/db"
)

// Phrase is a standard reply (standardsvar) of a person, a unit, a care provider or a region.
type Phrase struct {
	ID       string
	Of       Holder // as it is kept when read
	Kind     string // the form that it is for
	Title    string
	Text     string
	Position int64 // its place in the list of its holder, lowest first
	Version  int64
	By       Person // of the last change
	At       time.Time
}

// Phrases are the standard replies of some holders for a form, or with kind "" for all: those of the first holder first,
// each holder's in their order.
func (s *Store) Phrases(ctx context.Context, kind string, holders ...Holder) ([]Phrase, error) {
	var c db.Conditions
	var either []string
	holders = slices.Clone(holders)
	for i, h := range holders {
		h = h.folded()
		holders[i] = h
		either = append(either, c.Bind("level = $? AND unit = $? AND side = $?", string(h.Level), h.ID, string(h.Side)))
	}
	if len(either) == 0 {
		return nil, nil
	}
	c.Parts = append(c.Parts, "("+strings.Join(either, " OR ")+")")
	if kind != "" {
		c.Add("kind = $?", kind)
	}
	phrases, err := db.Collect(ctx, s.read, scanPhrase,
		`SELECT id, level, unit, side, kind, title, text, position, version, by_id, by_name, at FROM phrase`+c.Where()+
			` ORDER BY kind, position, title, id`, c.Args...)
	if err != nil {
		return nil, fmt.Errorf("listing standard replies: %w", err)
	}
	slices.SortStableFunc(phrases, func(a, b Phrase) int {
		return slices.Index(holders, a.Of) - slices.Index(holders, b.Of)
	})
	return phrases, nil
}

func scanPhrase(rows *sql.Rows) (p Phrase, err error) {
	var at int64
	err = rows.Scan(&p.ID, &p.Of.Level, &p.Of.ID, &p.Of.Side, &p.Kind, &p.Title, &p.Text, &p.Position, &p.Version,
		&p.By.ID, &p.By.Name, &at)
	p.At = db.Moment(at)
	return p, err
}

// SavePhrase keeps a standard reply: a new one where p.ID is empty, else in place of the version p.Version. By is who
// does it. ErrConflict where it was changed or deleted meanwhile, or is another holder's.
func (s *Store) SavePhrase(ctx context.Context, p Phrase) (Phrase, error) {
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		next := p
		next.Of, next.At, next.Version = p.Of.folded(), t.Now, p.Version+1
		if p.ID == "" {
			next.ID, next.Version = t.newID(), 1
			_, err := t.Exec(ctx,
				`INSERT INTO phrase (id, level, unit, side, kind, title, text, position, version, by_id, by_name, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10, $11)`,
				next.ID, string(next.Of.Level), next.Of.ID, string(next.Of.Side), p.Kind, p.Title, p.Text, p.Position, p.By.ID,
				p.By.Name, db.Micros(t.Now))
			if err == nil {
				p = next
			}
			return err
		}
		n, err := t.Exec(ctx,
			`UPDATE phrase SET kind = $5, title = $6, text = $7, position = $8, version = version + 1, by_id = $9, by_name = $10,
				at = $11
			WHERE id = $1 AND level = $2 AND unit = $3 AND side = $4 AND version = $12`, p.ID, string(next.Of.Level), next.Of.ID,
			string(next.Of.Side), p.Kind, p.Title, p.Text, p.Position, p.By.ID, p.By.Name, db.Micros(t.Now), p.Version)
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

// DropPhrase deletes a version of a holder's standard reply. ErrConflict where it is another by now, or gone.
func (s *Store) DropPhrase(ctx context.Context, of Holder, id string, version int64) error {
	of = of.folded()
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		n, err := t.Exec(ctx, `DELETE FROM phrase WHERE id = $1 AND level = $2 AND unit = $3 AND side = $4 AND version = $5`,
			id, string(of.Level), of.ID, string(of.Side), version)
		if err == nil && n == 0 {
			err = ErrConflict
		}
		return err
	})
	return deskError("deleting a standard reply", err)
}
