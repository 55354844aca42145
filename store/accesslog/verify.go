package accesslog

import (
	"context"
	"fmt"

	"rivgate/store/db"
)

// Head is where the access log's chain ends. Noted down elsewhere, it shows later that nothing before it was made
// anew.
type Head struct {
	Seq  int64  `json:"seq"`
	Hash string `json:"hash"`
}

// Report is what a check of the chain found.
type Report struct {
	Head   Head   `json:"head"`
	Rows   int64  `json:"rows"`
	Broken int64  `json:"broken,omitempty"` // the first row that is not as it was written, or not there; 0: none
	Why    string `json:"why,omitempty"`    // removed, changed or added; or not what was noted
}

// VerifyAccess follows the whole chain, in the order in which it was written. noted is a head from before, its zero
// value where none was kept. It reads everything, in pages, while others go on writing: what they add meanwhile is not
// part of it.
func (l *Log) VerifyAccess(ctx context.Context, noted Head) (Report, error) {
	var r Report
	if err := l.read.QueryRowContext(ctx, `SELECT seq, hash FROM access_head WHERE id = 1`).Scan(&r.Head.Seq,
		&r.Head.Hash); err != nil {
		return r, fmt.Errorf("reading the head of the access log: %w", err)
	}
	const page = 1000
	last := Head{}
	for {
		rows, err := db.Collect(ctx, l.read, scanRow,
			`SELECT `+columns+` FROM access_log WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3`, last.Seq, r.Head.Seq,
			page)
		if err != nil {
			return r, fmt.Errorf("reading the access log: %w", err)
		}
		for i := range rows {
			if r.Broken, r.Why = brokenAt(last, &rows[i]); r.Broken != 0 {
				return r, nil
			}
			whole, err := l.shownAt(ctx, &rows[i])
			if err != nil {
				return r, err
			}
			if !whole {
				r.Broken, r.Why = rows[i].Seq, "names cases by which it is not found"
				return r, nil
			}
			last = Head{Seq: rows[i].Seq, Hash: rows[i].Hash}
			r.Rows++
			if noted.Seq == last.Seq && noted.Hash != last.Hash {
				r.Broken, r.Why = last.Seq, "is not what was noted: the log was written anew"
				return r, nil
			}
		}
		if len(rows) < page {
			break
		}
	}
	return l.verifyEnd(ctx, r, last, noted)
}

// verifyEnd checks that the chain ends where the head says, and not before what was noted.
func (l *Log) verifyEnd(ctx context.Context, r Report, last, noted Head) (Report, error) {
	var beyond int64
	if err := l.read.QueryRowContext(ctx,
		`SELECT count(*) FROM access_log WHERE seq <= 0 OR seq > (SELECT seq FROM access_head WHERE id = 1)`).Scan(
		&beyond,
	); err != nil {
		return r, fmt.Errorf("reading the access log: %w", err)
	}
	switch {
	case beyond > 0:
		r.Broken, r.Why = max(last.Seq, 1), "has rows before the first or after the last that were put in"
	case last.Seq < r.Head.Seq:
		r.Broken, r.Why = last.Seq+1, "is removed"
	case last.Hash != r.Head.Hash:
		r.Broken, r.Why = last.Seq, "is not where the chain ended"
	case noted.Seq > last.Seq:
		r.Broken, r.Why = last.Seq+1, "is removed"
	}
	return r, nil
}

// brokenAt tells whether a row continues the chain after last, and if not, which row does not and why.
func brokenAt(last Head, row *Row) (int64, string) {
	if row.Seq != last.Seq+1 {
		return last.Seq + 1, "is removed"
	}
	if row.digest(last.Hash) != row.Hash {
		return row.Seq, "is changed, or was put in"
	}
	return 0, ""
}
