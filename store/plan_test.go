package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/store/db"
)

// exercise takes one case through every verb that changes something.
func exercise(ctx context.Context, t *testing.T, s *Store, n int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	handler := Handler{Unit: "SE2010123456-SJ01", Via: routing.Queue}
	message := func(kind EventKind, sequence int, via routing.Via) *Message {
		sender := map[bool]string{true: "SE0000000001-1177", false: "SE2010123456-AVV"}[via == routing.Queue]
		id := fmt.Sprintf("%s|%d-%s-%d", sender, n, kind, sequence)
		return &Message{
			ID: "m" + id, Key: Key{Sender: sender, Contract: "urn", MessageID: id},
			Call:     routing.Call{Receiver: "SE2010123456-SJ01"},
			Route:    routing.Route{Via: via, Address: "https://there.example/", Component: "SE2010123456-AVV"},
			Envelope: []byte("<a/>"), Received: s.Now(),
			Event: &Event{
				Kind: kind, MessageID: id, Case: Ref{"SE0000000001-1177", fmt.Sprint(n)}, Sequence: int64(sequence),
				Unit: handler.Unit, Handler: &handler,
				Facts: &Facts{ReporterID: "189001019802", Experienced: []string{"1"}}, AtPortal: true, HasText: true,
				External:       Ref{"SE2010123456-AVV", fmt.Sprint(n)},
				Classification: &Classification{MainProblems: []string{"1"}, Area: "1"},
			},
		}
	}
	accept := func(m *Message) *Message {
		t.Helper()
		_, err := s.Accept(ctx, m)
		must(err)
		return m
	}
	accept(message(EventComplaint, 1, routing.Queue))
	accept(message(EventPartialReply, 3, routing.Portal))
	accept(message(EventStatus, 2, routing.Portal))
	question := accept(message(EventQuestion, 1, routing.Portal))
	accept(question)
	answer := message(EventAnswer, 2, routing.Queue)
	answer.Event.InReplyTo = question.Event.MessageID
	accept(answer)
	accept(message(EventCorrection, 6, routing.Portal))
	_, err := s.ApplyHeld(ctx, -time.Hour)
	must(err)
	accept(message(EventClose, 5, routing.Portal))
	claim := func() Delivery {
		t.Helper()
		d, err := s.Claim(ctx, "worker", time.Minute, 1, 10, nil)
		must(err)
		if len(d) != 1 {
			t.Fatalf("claimed %d", len(d))
		}
		return d[0]
	}
	d := claim()
	must(s.Renew(ctx, d, time.Minute))
	_, err = s.VoidLeases(ctx)
	must(err)
	must(s.Finish(ctx, claim(), Attempt{Outcome: OutcomeRefused}))
	_, err = s.Retry(ctx, DeliveryFilter{Receiver: handler.Unit}, "", "")
	must(err)
	_, err = s.Redirect(ctx, DeliveryFilter{Case: fmt.Sprint(n)}, "https://new.example/", "", "")
	must(err)
	must(s.Finish(ctx, claim(), Attempt{Outcome: OutcomeRefused}))
	_, err = s.CloseDeliveries(ctx, DeliveryFilter{ID: "m" + fmt.Sprintf("SE0000000001-1177|%d-complaint-1", n)}, "", "")
	must(err)
	must(s.Pause(ctx, "other", "", ""))
	must(s.Resume(ctx, "other", "", ""))
	must(s.Finish(ctx, claim(), Attempt{Outcome: OutcomeDelivered, External: Ref{"SE2010123456-AVV", fmt.Sprint("x", n)}}))
}

// TestChangesReadByIndex: no change reads a whole table, however old the database; so says SQLite of every statement
// that it has made ready.
func TestChangesReadByIndex(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		exercise(ctx, t, s, n)
	}
	if lines, err := s.Check(ctx); err != nil || len(lines) > 0 {
		t.Fatal(lines, err)
	}
	var queries []string
	if err := s.write(ctx, func(_ context.Context, t *tx) error {
		queries = t.Statements()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(queries) < 30 {
		t.Fatalf("only %d statements were made ready", len(queries))
	}
	for _, query := range queries {
		if verb, _, _ := strings.Cut(query, " "); slices.Contains(
			[]string{"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}, verb,
		) {
			continue
		}
		for _, step := range plan(ctx, t, s, query) {
			if reads(step) {
				t.Errorf("%s: %s", step, query)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// reads tells whether a step of a plan goes through a table from end to end. An index that holds only what is open may
// be gone through.
func reads(step string) bool {
	for _, open := range []string{
		"delivery_open", "lane_leased", "lane_ready", "lane_next", "SCAN step", "SCAN waiting", "CONSTANT ROW", "SCAN pause",
		"SCAN p",
	} {
		if strings.Contains(step, open) {
			return false
		}
	}
	// r is the row that a statement was given, n a number, due a count that is bounded.
	return strings.HasPrefix(step, "SCAN ") && !slices.Contains([]string{"SCAN r", "SCAN n", "SCAN due"}, step)
}

func plan(ctx context.Context, t *testing.T, s *Store, query string) []string {
	t.Helper()
	args := make([]any, 0, 30)
	for strings.Contains(query, fmt.Sprintf("$%d", len(args)+1)) {
		args = append(args, 1)
	}
	steps, err := db.Collect(ctx, s.read, func(rows *sql.Rows) (step string, err error) {
		var id, parent, unused int
		return step, rows.Scan(&id, &parent, &unused, &step)
	}, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return steps
}
