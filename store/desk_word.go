package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode"

	"go.uber.org/zap"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// Words of cases are written after the commit that made the cases, a few at a time: a list looks through those that are still to be written.
const (
	wordsAtOnce = 64
	wordsIdle   = time.Second
	wordsPause  = 5 * time.Millisecond // for who waits for the one writer
)

// KeepWords writes the words by which cases are found, until ctx ends. Any number of replicas may do so.
func (s *Store) KeepWords(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := s.WriteWords(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Error("writing the words of cases", zap.Error(err))
		}
		if n < wordsAtOnce {
			db.Idle(ctx, wordsIdle)
		} else {
			db.Idle(ctx, wordsPause)
		}
	}
	return nil
}

// WriteWords writes the words of some cases that are new, or were renamed, and tells of how many.
func (s *Store) WriteWords(ctx context.Context) (int, error) {
	n := 0
	if stale, err := s.anyStale(ctx, true); err != nil || !stale {
		return 0, err
	}
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		stale, err := db.Collect(ctx, t, scanStale, fmt.Sprintf(`SELECT id, search, reporter_id, patient_id FROM cases WHERE stale ORDER BY id LIMIT %d%s%s`,
			wordsAtOnce, t.Dialect.ForUpdate, t.Dialect.SkipLocked))
		if err != nil {
			return err
		}
		n = len(stale)
		for _, f := range stale {
			if err := t.writeWords(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("writing the words of cases: %w", err)
	}
	return n, nil
}

// anyStale tells whether the words of some cases are still to be written, if that is asked.
func (s *Store) anyStale(ctx context.Context, asked bool) (bool, error) {
	if !asked {
		return false, nil
	}
	ids, err := db.Collect(ctx, s.read, texts, `SELECT id FROM cases WHERE stale LIMIT 1`)
	if err != nil {
		return false, fmt.Errorf("looking for cases without words: %w", err)
	}
	return len(ids) > 0, nil
}

// staleCase is what a case is found by, as its row has it.
type staleCase struct{ id, search, reporter, patient string }

func scanStale(rows *sql.Rows) (c staleCase, err error) {
	return c, rows.Scan(&c.id, &c.search, &c.reporter, &c.patient)
}

// writeWords writes the words of a case. What an earlier version wrote into its row is brought to the form that texts and identities are compared in.
func (t *tx) writeWords(ctx context.Context, c staleCase) error {
	if _, err := t.Exec(ctx, `DELETE FROM case_word WHERE case_id = $1`, c.id); err != nil {
		return err
	}
	search := identity.Fold(c.search)
	for _, word := range wordsOf(search) {
		if _, err := t.Exec(ctx, `INSERT INTO case_word (word, case_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, word, c.id); err != nil {
			return err
		}
	}
	_, err := t.Exec(ctx, `UPDATE cases SET stale = FALSE, search = $2, reporter_id = $3, patient_id = $4 WHERE id = $1`,
		c.id, search, identity.Key(c.reporter), identity.Key(c.patient))
	return err
}

// wordMost is how much of a word is kept, in bytes: an index takes no more than some thousand.
const wordMost = 256

// wordsOf are the words of a case's search text (see Case.search), of which the beginnings find it: its ids whole, names whole and, where they are hyphenated
// or in brackets, their parts.
func wordsOf(search string) []string {
	var words []string
	for n, line := range strings.Split(search, "\n") {
		for _, word := range strings.Fields(line) {
			words = append(words, shorten(word))
			if n < 3 { // ids
				continue
			}
			parts := strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
			if len(parts) > 1 || len(parts) == 1 && parts[0] != word {
				for _, part := range parts {
					words = append(words, shorten(part))
				}
			}
		}
	}
	return words
}

// shorten cuts a word at the end of a character.
func shorten(word string) string {
	if len(word) > wordMost {
		word = strings.ToValidUTF8(word[:wordMost], "")
	}
	return word
}
