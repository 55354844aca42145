package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"rivgate/store/db"
)

// Repeat looks for a message of a key that was accepted before, and is its first answer, as Accept would give it. found
// is false where there is none.
func (s *Store) Repeat(ctx context.Context, k Key) (first Accepted, found bool, err error) {
	return repeat(ctx, s.read, k)
}

func repeat(ctx context.Context, q db.Querier, k Key) (Accepted, bool, error) {
	found, err := db.Collect(ctx, q, func(rows *sql.Rows) (Accepted, error) {
		a := Accepted{Repeat: true}
		var receipt []byte
		if err := rows.Scan(&receipt, (*content)(&a.Envelope)); err != nil {
			return a, err
		}
		return a, json.Unmarshal(receipt, &a.Receipt)
	}, `SELECT m.receipt, b.envelope FROM message_key k JOIN message m ON m.id = k.message_id
		JOIN message_body b ON b.message_id = m.id WHERE k.sender = $1 AND k.contract = $2 AND k.key_id = $3`, fold(k.Sender),
		k.Contract, k.MessageID)
	if err != nil {
		return Accepted{}, false, fmt.Errorf("reading the first answer: %w", err)
	}
	if len(found) == 0 {
		return Accepted{}, false, nil
	}
	return found[0], true, nil
}
