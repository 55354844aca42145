package accesslog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// Sample is a sample (stickprov) of the access log: rows that chance chose once, which a reviewer notes one after
// the other. It is never deleted.
type Sample struct {
	Number     int64
	Kind       routing.UnitKind  // side of the wall
	Units      []string          // what its maker might see, in upper case; nil: the whole side
	Asked      map[string]string // what it was chosen from, by field of the form; no personal number belongs in it
	Maker      Reviewer
	Made       time.Time
	Ended      time.Time // zero: not yet
	Ender      Reviewer
	Conclusion string
	Rows       int
	Noted      int
	Deviations int // noted rows with something to follow up
}

// Reviewer is who makes or ends a sample, as it was then.
type Reviewer struct {
	ID   string // of the account
	Name string
}

// SampleRow is a row of a sample. What was noted on it is the check in the access log.
type SampleRow struct {
	Position  int   // from 1
	Seq       int64 // of the row in the access log
	Checked   int64 // of the check; 0: not noted yet
	Deviation bool
}

// MakeSample lets chance choose f.Limit rows of the access log and keeps them under the next number. Kind, Units, Asked
// and Maker of the sample are the caller's. ErrNotFound where no row answers to f. look is the row of the access log
// that says so.
func (l *Log) MakeSample(ctx context.Context, f Filter, sample Sample,
	look Row,
) (Sample, error) {
	rows, err := l.AccessSample(ctx, f)
	if err != nil {
		return Sample{}, err
	}
	if len(rows) == 0 {
		return Sample{}, db.ErrNotFound
	}
	asked, err := json.Marshal(sample.Asked)
	if err != nil {
		return Sample{}, fmt.Errorf("keeping a sample: %w", err)
	}
	err = l.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		var head int64 // locked, so that no two samples get one number
		if _, err := t.Row(ctx, []any{&head}, `SELECT seq FROM access_head WHERE id = 1`+t.Dialect.ForUpdate); err != nil {
			return err
		}
		var number int64
		if _, err := t.Row(ctx, []any{&number}, `SELECT COALESCE(MAX(number), 0) + 1 FROM review_sample`); err != nil {
			return err
		}
		if _, err := t.Exec(ctx,
			`INSERT INTO review_sample (number, kind, units, asked, maker_id, maker_name, made) VALUES ($1, $2, $3, $4, $5, `+
				`$6, $7)`,
			number, string(sample.Kind), unitsText(sample.Units), db.StorableText(string(asked)), sample.Maker.ID,
			db.StorableText(sample.Maker.Name), db.Micros(t.Now)); err != nil {
			return err
		}
		for i, row := range rows {
			if _, err := t.Exec(ctx, `INSERT INTO review_sample_row (sample, position, seq) VALUES ($1, $2, $3)`, number, i+1,
				row.Seq); err != nil {
				return err
			}
		}
		sample.Number, sample.Made, sample.Rows = number, db.Moment(db.Micros(t.Now)), len(rows)
		look.Subject = DetailOf("sample", strconv.FormatInt(number, 10))
		return Write(ctx, t, look)
	})
	if err != nil {
		return Sample{}, fmt.Errorf("keeping a sample: %w", err)
	}
	return sample, nil
}

// unitsText is units as the table keeps them; "" for all.
func unitsText(units []string) string {
	if units == nil {
		return ""
	}
	folded := make([]string, 0, len(units))
	for _, unit := range units {
		folded = append(folded, routing.FoldTrimmed(unit))
	}
	b, err := json.Marshal(folded)
	if err != nil { // strings
		return "[]"
	}
	return string(b)
}

const sampleQuery = `SELECT s.number, s.kind, s.units, s.asked, s.maker_id, s.maker_name, s.made, s.ended, s.ender_id, s.ender_name, s.conclusion,
	(SELECT COUNT(*) FROM review_sample_row r WHERE r.sample = s.number),
	(SELECT COUNT(*) FROM review_sample_row r WHERE r.sample = s.number AND r.checked > 0),
	(SELECT COUNT(*) FROM review_sample_row r WHERE r.sample = s.number AND r.deviation > 0) FROM review_sample s`

func scanSample(rows *sql.Rows) (p Sample, err error) {
	var units, asked string
	var made, ended int64
	err = rows.Scan(&p.Number, &p.Kind, &units, &asked, &p.Maker.ID, &p.Maker.Name, &made, &ended, &p.Ender.ID,
		&p.Ender.Name, &p.Conclusion, &p.Rows, &p.Noted, &p.Deviations)
	if err != nil {
		return p, err
	}
	p.Made = db.Moment(made)
	if ended > 0 {
		p.Ended = db.Moment(ended)
	}
	if units != "" {
		if err := json.Unmarshal([]byte(units), &p.Units); err != nil {
			return p, fmt.Errorf("the units of sample %d: %w", p.Number, err)
		}
	}
	if err := json.Unmarshal([]byte(asked), &p.Asked); err != nil {
		return p, fmt.Errorf("what sample %d was chosen from: %w", p.Number, err)
	}
	return p, nil
}

// Samples lists samples of a side of the wall, those that are not ended first, then the latest.
func (l *Log) Samples(ctx context.Context, kind routing.UnitKind, limit int) ([]Sample, error) {
	samples, err := db.Collect(ctx, l.read, scanSample,
		sampleQuery+` WHERE s.kind = $1 ORDER BY CASE WHEN s.ended = 0 THEN 0 ELSE 1 END, s.number DESC LIMIT $2`,
		string(kind), db.ListLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing samples: %w", err)
	}
	return samples, nil
}

// Sample is a sample with its rows in their order; ErrNotFound.
func (l *Log) Sample(ctx context.Context, number int64) (Sample, []SampleRow, error) {
	samples, err := db.Collect(ctx, l.read, scanSample, sampleQuery+` WHERE s.number = $1`, number)
	if err != nil {
		return Sample{}, nil, fmt.Errorf("reading a sample: %w", err)
	}
	if len(samples) == 0 {
		return Sample{}, nil, db.ErrNotFound
	}
	rows, err := db.Collect(ctx, l.read, func(rows *sql.Rows) (r SampleRow, err error) {
		var deviation int
		err = rows.Scan(&r.Position, &r.Seq, &r.Checked, &deviation)
		r.Deviation = deviation > 0
		return r, err
	}, `SELECT position, seq, checked, deviation FROM review_sample_row WHERE sample = $1 ORDER BY position`, number)
	if err != nil {
		return Sample{}, nil, fmt.Errorf("reading a sample: %w", err)
	}
	return samples[0], rows, nil
}

// NoteSample writes a check into the access log and beside the row of the sample that it is about. ErrConflict where
// the row was noted already or the sample is ended.
func (l *Log) NoteSample(ctx context.Context, number int64, position int, deviation bool, check Row) error {
	odd := 0
	if deviation {
		odd = 1
	}
	err := l.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if err := Write(ctx, t, check); err != nil {
			return err
		}
		n, err := t.Exec(ctx,
			`UPDATE review_sample_row SET checked = (SELECT seq FROM access_head WHERE id = 1), deviation = $3
			WHERE sample = $1 AND position = $2 AND checked = 0 AND EXISTS (SELECT 1 FROM review_sample s WHERE s.number = $1 AND s.ended = 0)`, number, position, odd)
		if err == nil && n == 0 {
			err = db.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("noting a row of a sample: %w", err)
	}
	return nil
}

// EndSample ends a sample with what the reviewer concludes. ErrConflict where it is ended.
func (l *Log) EndSample(ctx context.Context, number int64, by Reviewer, conclusion string, look Row) error {
	err := l.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if err := Write(ctx, t, look); err != nil {
			return err
		}
		n, err := t.Exec(ctx,
			`UPDATE review_sample SET ended = $2, ender_id = $3, ender_name = $4, conclusion = $5 WHERE number = $1 AND `+
				`ended = 0`,
			number, db.Micros(t.Now), by.ID, db.StorableText(by.Name), db.StorableText(strings.TrimSpace(conclusion)))
		if err == nil && n == 0 {
			err = db.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a sample: %w", err)
	}
	return nil
}
