package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"rivgate/routing"
	"rivgate/store/db"
)

// Message returns an accepted message by our id. ErrNotFound.
func (s Unlogged) Message(ctx context.Context, id string) (*Message, error) {
	return loadMessage(ctx, s.read, id, true)
}

// Outline returns an accepted message. It has no Envelope where that is large and so kept in pieces: OpenEnvelope reads
// every one. ErrNotFound.
func (s Unlogged) Outline(ctx context.Context, id string) (*Message, error) {
	return outline(ctx, s.read, id)
}

const selectMessage = `SELECT m.id, m.sender, m.contract, m.key_id, m.call_sender, m.receiver, m.profile, m.route,
		m.correlation, m.soap_action, m.content_type, m.received, m.event, m.content, m.headers`

// loadMessage reads a message, with its envelope or without.
func loadMessage(ctx context.Context, q db.Querier, id string, envelope bool) (*Message, error) {
	body := "NULL"
	if envelope {
		body = "(SELECT b.envelope FROM message_body b WHERE b.message_id = m.id)"
	}
	found, err := db.Collect(ctx, q, scanMessage, selectMessage+`, `+body+` FROM message m WHERE m.id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	if m := found[0]; envelope && len(m.Envelope) == 0 {
		if m.Envelope, err = readChunks(ctx, q, id); err != nil {
			return nil, err
		}
	}
	return found[0], nil
}

// outline reads a message: a large one without its envelope.
func outline(ctx context.Context, q db.Querier, id string) (*Message, error) {
	found, err := db.Collect(ctx, q, scanMessage,
		selectMessage+`, (SELECT b.envelope FROM message_body b WHERE b.message_id = m.id) FROM message m WHERE m.id = $1`,
		id)
	if err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	return found[0], nil
}

func scanMessage(rows *sql.Rows) (*Message, error) { return readMessage(rows) }

// readMessage reads the row of a message, and what stands after it into more.
func readMessage(row db.Scanner, more ...any) (*Message, error) {
	var m Message
	var route, headers []byte
	var event, text content
	var received int64
	err := row.Scan(append([]any{
		&m.ID, &m.Key.Sender, &m.Key.Contract, &m.Key.MessageID, &m.Call.Sender, &m.Call.Receiver, &m.Call.Profile, &route,
		&m.Correlation, &m.SOAPAction, &m.ContentType, &received, &event, &text, &headers, (*content)(&m.Envelope),
	}, more...)...)
	if err != nil {
		return nil, err
	}
	m.Call.Contract = m.Key.Contract
	m.Received = db.Moment(received)
	if m.Route, err = readRoute(route); err != nil {
		return nil, err
	}
	if m.Headers, err = readHeaders(headers); err != nil {
		return nil, err
	}
	m.Event, err = readEvent(event, text)
	return &m, err
}

// writeHeaders are headers as the database holds them. "" for none.
func writeHeaders(headers map[string][]string) (string, error) {
	if len(headers) == 0 {
		return "", nil
	}
	text, err := json.Marshal(headers)
	if err != nil {
		return "", fmt.Errorf("writing headers: %w", err)
	}
	return string(text), nil
}

func readHeaders(text []byte) (headers map[string][]string, err error) {
	if len(text) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(text, &headers); err != nil {
		return nil, fmt.Errorf("reading headers: %w", err)
	}
	return headers, nil
}

func readRoute(text []byte) (r routing.Route, err error) {
	if err := json.Unmarshal(text, &r); err != nil {
		return r, fmt.Errorf("reading a route: %w", err)
	}
	return r, nil
}

// writeEvent is an event as the database holds it, its content apart. "" for none.
func writeEvent(e *Event) (event, content string, err error) {
	if e == nil {
		return "", "", nil
	}
	bare := *e
	bare.Content = nil
	text, err := json.Marshal(bare)
	if err != nil {
		return "", "", fmt.Errorf("writing an event: %w", err)
	}
	return contentText(text), contentText(e.Content), nil
}

func readEvent(event, content []byte) (*Event, error) {
	if len(event) == 0 {
		return nil, nil
	}
	var e Event
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, fmt.Errorf("reading an event: %w", err)
	}
	if len(content) > 0 {
		e.Content = json.RawMessage(content)
	}
	return &e, nil
}
