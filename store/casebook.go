package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"rivgate/contracts/identity"
	"rivgate/store/db"
)

// Case finds a case by our id or by the extension of 1177's. ErrNotFound.
func (s Unlogged) Case(ctx context.Context, id string) (Case, error) {
	return s.found(ctx, caseByID, id)
}

const caseByID = `SELECT doc, protected FROM cases WHERE id = $1 OR ref_extension = $1 AND ref_extension <> '' ` +
	`ORDER BY received DESC, id LIMIT 1`

// CaseByRef finds a case by 1177's id. ErrNotFound.
func (s Unlogged) CaseByRef(ctx context.Context, ref Ref) (Case, error) {
	return s.found(ctx, `SELECT doc, protected FROM cases WHERE `+byRef, fold(ref.Root), ref.Extension)
}

func (s *Store) found(ctx context.Context, query string, args ...any) (Case, error) {
	c, err := oneCase(ctx, s.read, query, args...)
	if err != nil {
		return Case{}, err
	}
	if c == nil {
		return Case{}, ErrNotFound
	}
	return *c, nil
}

// OpenCases counts the cases that are not closed by the unit that handles them, its HSA-id in upper case.
func (s *Store) OpenCases(ctx context.Context) (map[string]int, error) {
	open := map[string]int{}
	_, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (struct{}, error) {
		var unit string
		var n int
		err := rows.Scan(&unit, &n)
		open[unit] = n
		return struct{}{}, err
	},
		// in so many words: an index of the open ones is of use only then
		`SELECT unit, count(*) FROM cases WHERE state <> 'closed' GROUP BY unit`)
	if err != nil {
		return nil, fmt.Errorf("counting open cases: %w", err)
	}
	return open, nil
}

// ForwardsDue lists cases whose message to their next handler is still to be sent.
func (s *Store) ForwardsDue(ctx context.Context, limit int) ([]Case, error) {
	cases, err := db.Collect(ctx, s.read, scanCase,
		`SELECT doc, protected FROM cases WHERE forward_due ORDER BY changed, id LIMIT $1`, db.ListLimit(limit))
	if err != nil {
		return nil, fmt.Errorf("listing forwards due: %w", err)
	}
	return cases, nil
}

// NextSequence is the sequence number that sender's next message in the case should have: one above the highest
// accepted.
func (s *Store) NextSequence(ctx context.Context, caseID, sender string) (int64, error) {
	var highest int64
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(max(sequence), 0) FROM message WHERE case_id = $1 AND sender = $2`,
		caseID, fold(sender)).Scan(&highest)
	if err != nil {
		return 0, fmt.Errorf("finding the next sequence number: %w", err)
	}
	return highest + 1, nil
}

// placeOf is where a message m is, by the rows that it may have: held h, delivery d with its lane l, inbox i, letter e.
// $1 is the present moment: a lease that ended with its attempt leaves an outcome that nobody knows.
const placeOf = `CASE
	WHEN h.message_id IS NOT NULL AND h.dismissed THEN 'closed'
	WHEN h.message_id IS NOT NULL AND h.refused <> '' THEN 'parked'
	WHEN h.message_id IS NOT NULL THEN 'held'
	WHEN d.state = 'delivered' THEN 'delivered'
	WHEN d.state = 'parked' THEN 'parked'
	WHEN d.state = 'closed' THEN 'closed'
	WHEN ` + unknownOutcome + ` THEN 'unknown'
	WHEN d.state = 'due' THEN 'waiting'
	WHEN i.message_id IS NOT NULL THEN 'inbox'
	WHEN e.message_id IS NOT NULL THEN 'mailbox'
	ELSE '' END`

// unknownOutcome: the last attempt of a delivery ended without an answer, or its worker did.
const unknownOutcome = `(d.state = 'due' AND (d.outcome = 'unknown' OR d.outcome = '' AND d.attempts > 0 AND ` +
	`(l.lease_until IS NULL OR l.lease_until <= $1)))`

// TimeLine is every accepted message of a case, oldest first.
func (s Unlogged) TimeLine(ctx context.Context, caseID string) ([]Entry, error) {
	entries, err := db.Collect(ctx, s.read, scanEntry,
		`SELECT m.id, m.sender, m.contract, m.key_id, m.kind, m.receiver, m.via, m.received, m.late,
		COALESCE(h.refused, ''), m.content, `+placeOf+`
		FROM message m LEFT JOIN held h ON h.message_id = m.id
		LEFT JOIN delivery d ON d.message_id = m.id LEFT JOIN lane l ON l.id = d.lane
		LEFT JOIN inbox i ON i.message_id = m.id LEFT JOIN letter e ON e.message_id = m.id AND e.kind = m.kind
		WHERE m.case_id = $2 ORDER BY m.seq`, db.Micros(s.Now()), caseID)
	if err != nil {
		return nil, fmt.Errorf("reading a time line: %w", err)
	}
	return entries, nil
}

func scanEntry(rows *sql.Rows) (e Entry, err error) {
	var received int64
	var text content
	err = rows.Scan(&e.MessageID, &e.Key.Sender, &e.Key.Contract, &e.Key.MessageID, &e.Kind, &e.Receiver, &e.Via,
		&received, &e.Late,
		&e.Refused, &text, &e.Place)
	e.Sender, e.At = e.Key.Sender, db.Moment(received)
	if len(text) > 0 {
		e.Content = json.RawMessage(text)
	}
	return e, err
}

// Mailbox is what the citizen has in the mailbox for a case, oldest first.
func (s Unlogged) Mailbox(ctx context.Context, caseID string) ([]Letter, error) {
	letters, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (l Letter, err error) {
		var at int64
		var text content
		err = rows.Scan(&l.ID, &l.CaseID, &l.MessageID, &l.Kind, &at, &l.From, &text, &l.Answered)
		l.At = db.Moment(at)
		if len(text) > 0 {
			l.Content = json.RawMessage(text)
		}
		return l, err
	},
		`SELECT e.id, e.case_id, e.message_id, e.kind, e.at, e.unit, m.content, e.answered FROM letter e JOIN message m ON m.id = e.message_id
		WHERE e.case_id = $1 AND e.kind IN ('receipt', 'partial_reply', 'question', 'close', 'forwarded') ORDER BY e.seq`,
		caseID)
	if err != nil {
		return nil, fmt.Errorf("reading a mailbox: %w", err)
	}
	return letters, nil
}

// casesOf finds a person's cases. The condition that the identity is not empty must be written: the indexes have only
// those.
const casesOf = `SELECT id FROM cases WHERE reporter_id = $1 AND reporter_id <> ''
	UNION SELECT id FROM cases WHERE patient_id = $1 AND patient_id <> ''`

// CasesOf are our ids of the cases in which somebody with this identity is patient or reporter.
func (s *Store) CasesOf(ctx context.Context, personID string) ([]string, error) {
	ids, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (id string, err error) { return id, rows.Scan(&id) },
		casesOf, identity.Key(personID))
	if err != nil {
		return nil, fmt.Errorf("finding a person's cases: %w", err)
	}
	return ids, nil
}
