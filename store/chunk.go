package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"rivgate/store/db"
)

// chunkSize is the size of the largest envelope that is stored, claimed and delivered in one piece. Larger ones are
// stored in pieces of this size.
const chunkSize = 1 << 20

// insertBody stores an envelope: whole, or in pieces.
func (t *tx) insertBody(ctx context.Context, m *Message) error {
	whole := m.Envelope
	if m.size() > chunkSize || m.Body != nil || whole == nil {
		whole = []byte{} // nil would be NULL
	}
	if err := t.Put(ctx, insertBody, m.ID, contentBytes(whole)); err != nil {
		return err
	}
	switch {
	case m.Body != nil:
		return t.insertChunks(ctx, m.ID, m.Body)
	case len(m.Envelope) > chunkSize:
		return t.insertChunks(ctx, m.ID, bytes.NewReader(m.Envelope))
	}
	return nil
}

// insertChunks stores body in pieces, of which only one is in memory.
func (t *tx) insertChunks(ctx context.Context, id string, body Body) (err error) {
	if t.Dialect.Passing != "" {
		if _, err := t.Exec(ctx, t.Dialect.Passing); err != nil {
			return err
		}
		defer func() {
			_, failed := t.Exec(context.WithoutCancel(ctx), t.Dialect.Passed)
			err = errors.Join(err, failed)
		}()
	}
	piece := make([]byte, min(chunkSize, body.Size()))
	for n, at := 0, int64(0); at < body.Size(); n++ {
		part := piece[:min(chunkSize, body.Size()-at)]
		if read, err := body.ReadAt(part, at); read < len(part) {
			return fmt.Errorf("reading an envelope: %w", err)
		}
		if _, err := t.Exec(ctx, `INSERT INTO message_chunk (message_id, n, part) VALUES ($1, $2, $3)`, id, n,
			contentBytes(part)); err != nil {
			return err
		}
		at += int64(len(part))
	}
	return nil
}

func scanContent(rows *sql.Rows) (part content, err error) { return part, rows.Scan(&part) }

// readChunks reads a whole envelope that is stored in pieces; nil where there are none.
func readChunks(ctx context.Context, q db.Querier, id string) ([]byte, error) {
	var whole []byte
	for n := 0; ; n++ {
		parts, err := db.Collect(ctx, q, scanContent, `SELECT part FROM message_chunk WHERE message_id = $1 AND n = $2`, id,
			n)
		if err != nil {
			return nil, fmt.Errorf("reading an envelope: %w", err)
		}
		if len(parts) == 0 {
			return whole, nil
		}
		whole = append(whole, parts[0]...)
	}
}

// OpenEnvelope reads the envelope of an accepted message that Outline or a claim returned, and says how many bytes it
// has. No transaction is open between two readings.
func (s Unlogged) OpenEnvelope(ctx context.Context, m *Message) (envelope io.Reader, size int64, err error) {
	if len(m.Envelope) > 0 {
		return bytes.NewReader(m.Envelope), int64(len(m.Envelope)), nil
	}
	size, err = s.chunksSize(ctx, m.ID)
	return &chunks{ctx: ctx, store: s.Store, id: m.ID}, size, err
}

// chunksSize is how many bytes an envelope has that is kept in pieces.
func (s *Store) chunksSize(ctx context.Context, id string) (int64, error) {
	sizes, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (size int64, err error) {
		var n, last int64
		err = rows.Scan(&n, &last)
		return n*chunkSize + last, err
	}, `SELECT n, length(part) FROM message_chunk WHERE message_id = $1 ORDER BY n DESC LIMIT 1`, id)
	if err != nil {
		return 0, fmt.Errorf("measuring an envelope: %w", err)
	}
	if len(sizes) == 0 {
		return 0, nil
	}
	return sizes[0], nil
}

// chunks reads one piece after the other.
type chunks struct {
	ctx    context.Context
	store  *Store
	id     string
	next   int
	part   []byte // what is left of
	buffer content
}

func (c *chunks) Read(p []byte) (int, error) {
	for len(c.part) == 0 {
		if err := c.load(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.part)
	c.part = c.part[n:]
	return n, nil
}

// load reads the next piece into the buffer of the one before it. After the last piece the error is io.EOF.
func (c *chunks) load() error {
	rows, err := c.store.read.QueryContext(c.ctx, `SELECT part FROM message_chunk WHERE message_id = $1 AND n = $2`, c.id,
		c.next)
	if err != nil {
		return fmt.Errorf("reading an envelope: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return fmt.Errorf("reading an envelope: %w", err)
		}
		return io.EOF
	}
	if err := rows.Scan(&c.buffer); err != nil {
		return fmt.Errorf("reading an envelope: %w", err)
	}
	c.part, c.next = c.buffer, c.next+1
	return nil
}
