package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"rivgate/routing"
	"rivgate/store/db"
)

// NumberMost is how long a registration number may be, in characters.
const NumberMost = 100

// ErrPattern means that a pattern is none, see Pattern.Valid.
var ErrPattern = errors.New("a pattern of numbers needs {n} once, and may have {year} once")

// ErrNoSeries means that a series is not there, or is not in use.
var ErrNoSeries = errors.New("there is no series in use")

// Pattern is how the numbers of a series are written, like "SYN {year}-{n}". {n} is the number, from 1; {nnnn} is the
// same with as many digits at least. With {year}, the Swedish year of registration, it begins anew each year.
type Pattern string

const patternYear = "{year}"

// counter is where the number stands in a pattern; an empty text where it does not stand there just once.
func (p Pattern) counter() string {
	found := ""
	for rest := string(p); ; {
		_, after, more := strings.Cut(rest, "{")
		if !more {
			return found
		}
		name, tail, closed := strings.Cut(after, "}")
		rest = tail
		switch {
		case !closed:
			return ""
		case "{"+name+"}" == patternYear:
			continue
		case found != "" || name == "" || len(name) > 9 || strings.Trim(name, "n") != "":
			return ""
		}
		found = "{" + name + "}"
	}
}

// Yearly tells whether numbers begin anew each year.
func (p Pattern) Yearly() bool { return strings.Contains(string(p), patternYear) }

// Valid is ErrPattern where a pattern makes no numbers of its own, or some that are too long.
func (p Pattern) Valid() error {
	text := string(p)
	bare := strings.NewReplacer(patternYear, "", p.counter(), "").Replace(text)
	if p.counter() == "" || strings.Count(text, patternYear) > 1 || strings.ContainsAny(bare, "{}\n\r\t\x00") ||
		strings.TrimSpace(text) != text || !utf8.ValidString(text) || utf8.RuneCountInString(text) > NumberMost/2 {
		return ErrPattern
	}
	return nil
}

// Number is the number n of a year as it is written.
func (p Pattern) Number(year, n int64) string {
	counter := p.counter()
	digits := fmt.Sprintf("%0*d", len(counter)-len("{}"), n)
	return strings.NewReplacer(patternYear, strconv.FormatInt(year, 10), counter, digits).Replace(string(p))
}

// Series is how the cases of a unit, or of all units of a kind of a care provider or region, get registration numbers.
// The nearest one counts.
type Series struct {
	Of      Holder
	Pattern Pattern
	Active  bool  // gives numbers
	Version int64 // 0: not kept yet
	By      Person
	At      time.Time
	Last    int64 // the number that it gave last, this year where it begins anew each year; 0 none
}

// SaveSeries keeps a series, new where Version is 0. A number that was given once is not given again, whatever becomes
// of its case, of the pattern, or of the series. ErrPattern; ErrConflict where another version is there.
func (s *Store) SaveSeries(ctx context.Context, series Series) (Series, error) {
	if err := series.Pattern.Valid(); err != nil {
		return series, err
	}
	next := series
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		next = series
		next.Of, next.At, next.Version = series.Of.folded(), t.Now, series.Version+1
		query := `UPDATE series SET pattern = $4, active = $5, version = version + 1, by_id = $6, by_name = $7, at = $8
			WHERE level = $1 AND holder = $2 AND side = $3 AND version = $9`
		if series.Version == 0 {
			query = `INSERT INTO series (level, holder, side, pattern, active, version, by_id, by_name, at)
				SELECT $1, $2, $3, $4, CAST($5 AS BOOLEAN), 1, $6, $7, CAST($8 AS BIGINT) WHERE CAST($9 AS BIGINT) = 0
				ON CONFLICT DO NOTHING`
		}
		n, err := t.Exec(ctx, query, string(next.Of.Level), next.Of.ID, string(next.Of.Side), string(next.Pattern),
			next.Active, next.By.ID, next.By.Name, db.Micros(t.Now), series.Version)
		if err == nil && n == 0 {
			err = ErrConflict
		}
		return err
	})
	if err != nil {
		return series, deskError("saving a series", err)
	}
	return next, nil
}

const seriesQuery = `SELECT s.level, s.holder, s.side, s.pattern, s.active, s.version, s.by_id, s.by_name, s.at,
	COALESCE((SELECT l.last FROM series_last l WHERE l.level = s.level AND l.holder = s.holder AND l.side = s.side
		AND l.year = CASE WHEN s.pattern LIKE '%{year}%' THEN $1 ELSE 0 END), 0)
	FROM series s`

func scanSeries(rows *sql.Rows) (s Series, err error) {
	var at int64
	err = rows.Scan(&s.Of.Level, &s.Of.ID, &s.Of.Side, &s.Pattern, &s.Active, &s.Version, &s.By.ID, &s.By.Name, &at,
		&s.Last)
	s.At = db.Moment(at)
	return s, err
}

// AllSeries are all series, also those that are not in use.
func (s *Store) AllSeries(ctx context.Context) ([]Series, error) {
	all, err := db.Collect(ctx, s.read, scanSeries, seriesQuery+` ORDER BY s.level, s.holder, s.side`,
		swedishYear(s.Now()))
	if err != nil {
		return nil, fmt.Errorf("listing series: %w", err)
	}
	return all, nil
}

func swedishYear(at time.Time) int64 { return int64(at.In(routing.Stockholm()).Year()) }

// NearestSeries is the series in use that gives a unit its numbers; nil for none. The holders are the unit's, see
// UnitHolders.
func NearestSeries(all []Series, holders []Holder) *Series {
	for _, h := range holders {
		for i := range all {
			if all[i].Active && all[i].Of.Same(h) {
				return &all[i]
			}
		}
	}
	return nil
}

// Number gives a case the next registration number of a series, if the unit has the case still and it has none: else
// the Desk is as it is. ErrNotFound, ErrNoSeries.
func (s *Store) Number(ctx context.Context, caseID, unit string, of Holder) (Desk, error) {
	var d Desk
	err := s.write(ctx, func(ctx context.Context, t *tx) error {
		c, err := t.lockCaseID(ctx, caseID)
		if err != nil {
			return err
		}
		if c == nil {
			return ErrNotFound
		}
		if d, err = oneDesk(ctx, t, c.ID); err != nil || d.Diary != "" || d.Unit != fold(unit) {
			return err
		}
		if d.Diary, err = t.nextNumber(ctx, of.folded(), d.Unit); err != nil {
			return err
		}
		d.Version++
		if err := t.saveDesk(ctx, &d); err != nil {
			return err
		}
		if err := t.putNumbers(ctx, c); err != nil {
			return err
		}
		return t.noteEvent(ctx, c.ID, d.Unit, DeskEvent{Kind: DeskRegistered, Text: d.Diary})
	})
	return d, deskError("giving a registration number", err)
}

// numbersTried is how many numbers of a series may be in use already, by hand, before it gives up for this time.
const numbersTried = 1000

// nextNumber is the next number of a series that no case has: of a unit's series, no case of the unit; of others, no
// case at all.
func (t *tx) nextNumber(ctx context.Context, of Holder, unit string) (string, error) {
	var pattern Pattern
	found, err := t.Row(ctx, []any{&pattern}, `SELECT pattern FROM series
		WHERE level = $1 AND holder = $2 AND side = $3 AND active`+t.Dialect.ForUpdate, string(of.Level), of.ID,
		string(of.Side))
	if err == nil && !found {
		err = ErrNoSeries
	}
	if err != nil {
		return "", err
	}
	year, counted := swedishYear(t.Now), int64(0)
	if pattern.Yearly() {
		counted = year
	}
	for range numbersTried {
		var n int64
		if _, err := t.Row(ctx, []any{&n}, `INSERT INTO series_last (level, holder, side, year, last)
			VALUES ($1, $2, $3, $4, 1)
			ON CONFLICT (level, holder, side, year) DO UPDATE SET last = series_last.last + 1 RETURNING last`,
			string(of.Level), of.ID, string(of.Side), counted); err != nil {
			return "", err
		}
		number := pattern.Number(year, n)
		var used int64
		if _, err := t.Row(ctx, []any{&used}, `SELECT count(*) FROM desk WHERE diary = $1 AND diary <> ''
			AND (unit = $2 OR CAST($3 AS TEXT) <> 'unit')`, number, unit, string(of.Level)); err != nil {
			return "", err
		}
		if used == 0 && FaultOf(number) == "" {
			return number, nil
		}
	}
	return "", ErrDiaryTaken
}
