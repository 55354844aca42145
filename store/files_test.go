package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/storetest"
)

// firstFile is a database as the first schema left it.
const firstFile = "../testdata/store/v1.db"

// copyOfFirst is a copy of firstFile.
func copyOfFirst(t *testing.T) (url string) {
	t.Helper()
	content, err := os.ReadFile(firstFile)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "old.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// TestFirstFile: what the first schema left behind, today's program opens, and goes on with.
func TestFirstFile(t *testing.T) {
	if os.Getenv("UPDATE_STORE_FILE") != "" {
		writeFile(t)
	}
	s := open(t, copyOfFirst(t), store.Options{})
	goOnWithReview(t, s)
	goOnWithMore(t, s)
	goOn(t, s)
}

// TestSchemaIsFrozen: a step of the schema that was released is never edited. The step that the next release brings is
// open until then: it gets its sum here, and a database file, when it is released.
func TestSchemaIsFrozen(t *testing.T) {
	want := map[string]string{
		"migrations/sqlite/00001_first.sql":   "160becf94142c1f1e311f47adaa679b66306c83a610ba89c1ce8813921f41965",
		"migrations/postgres/00001_first.sql": "37b6a11b52f9a611b3a13811fd76ccdd32dbe41246a2dd71b55034b1a5398751",
	}
	got := map[string]string{}
	err := fs.WalkDir(store.Migrations, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if strings.HasPrefix(entry.Name(), fmt.Sprintf("%05d", storetest.LatestSchema)) {
			return nil // not released yet
		}
		content, err := fs.ReadFile(store.Migrations, path)
		got[path] = fmt.Sprintf("%x", sha256.Sum256(content))
		return err
	})
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("the steps of the schema are %v, want %v: %v", got, want, err)
	}
}

// TestNextStep: a schema one step behind is refused where it may not be changed, and migrated where it may, with a copy
// of a file; the program of the version before then goes on with it.
func TestNextStep(t *testing.T) {
	today := func(t *testing.T, url string) string {
		if err := open(t, url, store.Options{}).Close(); err != nil {
			t.Fatal(err)
		}
		return url
	}
	for name, empty := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			url := today(t, empty(t))
			undo := storetest.NextStep(t)
			schema, err := store.SchemaOf(t.Context(), url, store.Options{})
			if err != nil || schema.Has != storetest.LatestSchema || schema.Knows != storetest.LatestSchema+1 ||
				len(schema.Steps) != 1 ||
				schema.Steps[0] != storetest.NextSteps {
				t.Fatalf("the schema is %+v, %v", schema, err)
			}
			var behind *store.SchemaError
			if _, err := store.Open(t.Context(), url, store.Options{Existing: true}); !errors.As(err, &behind) ||
				behind.Has != storetest.LatestSchema {
				t.Fatalf("a schema that may not be changed: %v", err)
			}
			s := open(t, url, store.Options{})
			if version, err := s.SchemaVersion(t.Context()); err != nil ||
				version != storetest.LatestSchema+1 {
				t.Errorf("migrated to %d, %v", version, err)
			}
			if _, err := os.Stat(s.CopiedTo()); (err == nil) != strings.HasPrefix(url, "sqlite:") {
				t.Errorf("copied to %q: %v", s.CopiedTo(), err)
			}
			if err := s.Exec(t.Context(), `UPDATE heartbeat SET note = 'there'`); err != nil {
				t.Error(err)
			}
			undo() // from here on this is the program before
			for _, o := range []store.Options{{}, {Existing: true}} {
				if err := open(t, url, o).Heartbeat(t.Context()); err != nil {
					t.Errorf("a program on a schema one step newer: %v", err)
				}
			}
		})
	}
}

// writeFile makes firstFile.
func writeFile(t *testing.T) {
	url := sqlite(t)
	s, err := store.Open(t.Context(), url, store.Options{
		Now: func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(4) {
		if _, err := s.Accept(t.Context(), complaint(n+1, []byte("<envelope/>"))); err != nil {
			t.Fatal(err)
		}
	}
	claimed, err := s.Claim(t.Context(), "worker", time.Minute, 2, 2, nil)
	if err != nil || len(claimed) != 2 {
		t.Fatal(len(claimed), err)
	}
	for i, outcome := range []store.Outcome{store.OutcomeDelivered, store.OutcomeRefused} {
		if err := s.Finish(t.Context(), claimed[i], store.Attempt{Outcome: outcome}); err != nil {
			t.Fatal(err)
		}
	}
	writeMore(t, s)
	writeReview(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(firstFile, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// chunked is a message without a case whose envelope is kept in pieces.
func chunked() *store.Message {
	m := complaint(100, nil)
	m.Event, m.Body = nil, strings.NewReader("<envelope>in pieces</envelope>")
	return m
}

// early is a message whose turn has not come: the handling system's third.
func early() *store.Message {
	m := complaint(101, []byte("<envelope/>"))
	m.Key.Sender, m.Key.Contract, m.Call.Sender = "SE2010123456-AVV", "urn:return", "SE2010123456-AVV"
	m.Route = routing.Route{Via: routing.Portal, Address: "rivgate:portal"}
	m.Event = &store.Event{
		Kind: store.EventPartialReply, MessageID: m.Key.MessageID, Case: store.Ref{Root: "SE0000000001-1177", Extension: "2"},
		Sequence: 3,
		Unit:     "SE2010123456-SJ01", HasText: true, AtPortal: true, Content: []byte(`{}`),
	}
	return m
}

// writeMore adds a message in pieces, one that is held, a pause, and orders on record.
func writeMore(t *testing.T, s *store.Store) {
	t.Helper()
	for _, m := range []*store.Message{chunked(), early()} {
		if _, err := s.Accept(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Pause(t.Context(), "SE2010123456-SJ09", "anna", "moving house"); err != nil {
		t.Fatal(err)
	}
}

// goOnWithMore reads what writeMore wrote and goes on with it.
func goOnWithMore(t *testing.T, s *store.Store) {
	t.Helper()
	again, err := s.Accept(t.Context(), chunked())
	if err != nil || !again.Repeat {
		t.Fatalf("a repeat of what is in pieces: %+v, %v", again, err)
	}
	envelope, _, err := s.Unlogged().OpenEnvelope(t.Context(), &store.Message{ID: again.MessageID})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(envelope)
	if err != nil || string(whole) != "<envelope>in pieces</envelope>" {
		t.Errorf("in pieces there is %q, %v", whole, err)
	}
	if n, err := s.CloseDeliveries(t.Context(), store.DeliveryFilter{ID: again.MessageID}, "anna", "not wanted"); n != 0 ||
		err != nil {
		t.Errorf("%d were closed though they wait, %v", n, err)
	}
	if n, err := s.Release(t.Context(), store.DeliveryFilter{}, "anna", "the first will never come"); n != 1 ||
		err != nil {
		t.Errorf("%d were released, %v", n, err)
	}
	audits, err := s.Audits(t.Context(), time.Time{}, 10)
	if err != nil || len(audits) != 3 || audits[2].Verb != "pause" {
		t.Errorf("on record: %+v, %v", audits, err)
	}
	d, ok, err := s.ClaimOf(t.Context(), "worker", time.Minute, "https://0.example/")
	if err != nil || !ok || !d.Large {
		t.Fatalf("what is in pieces is not claimed: %+v, %v", d, err)
	}
	if err := s.Finish(t.Context(), d, store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
		t.Error(err)
	}
}

var reviewer = store.Person{ID: "greta", Name: "Greta Test"}

// onCase is a person who acts on a case of an inbox in a file.
func onCase(c store.Case) store.Act {
	return store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: reviewer}
}

// inInbox is a message without a case in the inbox's hands: the file's fifth complaint.
func inInbox() *store.Message {
	m := complaint(102, []byte("<envelope/>"))
	m.Route = routing.Route{Via: routing.Inbox, Address: "rivgate:inbox"}
	m.Event.Unit, m.Event.Handler = "SE2010123456-VC01",
		&store.Handler{Unit: "SE2010123456-VC01", Kind: routing.CareUnit, Via: routing.Inbox}
	m.Event.Facts.ReporterName = "Bo Test"
	return m
}

// refused is a call that was refused, as the file keeps it.
func refused(at time.Time) []store.RefusedCall {
	return []store.RefusedCall{
		{
			Contract: "urn:send", Code: "VP007", Sender: "SE0000000001-1177", Count: 1, First: at, Last: at,
			Correlations: []string{"a"},
		},
	}
}

// writeReview adds a handover's note, a sample of the access log with one row noted, a refused call, a heartbeat, an
// attempt with its reason.
func writeReview(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	a, err := s.Accept(ctx, inInbox())
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Unlogged().Case(ctx, a.CaseID)
	if err != nil {
		t.Fatal(err)
	}
	look := accesslog.Row{Who: reviewer.ID, What: accesslog.Search, Kind: routing.CareUnit}
	failed := store.Attempt{
		Outcome: store.OutcomeTechnical, Class: "tls", Again: s.Now().Add(time.Minute),
		Why: store.Diagnosis{Code: "certificate-expired", Values: map[string]string{"name": "avvikelse.example"}},
	}
	for _, err := range []error{
		s.NoteHandover(ctx, onCase(c), store.Handover{
			ToUnit: "SE2010123456-PN01", ToName: "Patientnämnden", Ground: "Samtycke", Note: "Ring först", MessageID: "x|1",
		}),
		s.LogAccess(ctx, accesslog.Row{Who: "anna", What: accesslog.Read, Kind: routing.CareUnit}),
		s.NoteRefused(ctx, refused(s.Now())),
		s.Heartbeat(ctx),
		failOne(ctx, s, failed),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	sample := accesslog.Sample{Kind: routing.CareUnit, Maker: accesslog.Reviewer(reviewer)}
	made, err := s.MakeSample(ctx, accesslog.Filter{Who: "anna", Limit: 5}, sample, look)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.NoteSample(ctx, made.Number, 1, true, accesslog.Row{
		Who: reviewer.ID, What: accesslog.Check, Kind: routing.CareUnit,
	}); err != nil {
		t.Fatal(err)
	}
}

// failOne claims one delivery, and it fails.
func failOne(ctx context.Context, s *store.Store, failed store.Attempt) error {
	claimed, err := s.Claim(ctx, "worker", time.Minute, 1, 1, nil)
	if err != nil || len(claimed) != 1 {
		return fmt.Errorf("%d claimed: %w", len(claimed), err)
	}
	return s.Finish(ctx, claimed[0], failed)
}

// goOnWithReview reads what writeReview wrote and goes on with it.
func goOnWithReview(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	cases, err := s.Unlogged().Cases(ctx, store.CaseFilter{Query: "bo test"})
	if err != nil || len(cases) != 1 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	events, err := s.Unlogged().DeskEvents(ctx, cases[0].ID, nil)
	if err != nil || len(events) != 1 || events[0].Kind != store.DeskHandover || events[0].Ground != "Samtycke" ||
		events[0].Text != "Ring först" {
		t.Errorf("the handover: %+v, %v", events, err)
	}
	open, err := s.Samples(ctx, routing.CareUnit, 10)
	if err != nil || len(open) != 1 || open[0].Noted != 1 || open[0].Deviations != 1 {
		t.Fatalf("the sample: %+v, %v", open, err)
	}
	if err := s.EndSample(ctx, open[0].Number, accesslog.Reviewer(reviewer), "Klart", accesslog.Row{
		Who: reviewer.ID, What: accesslog.Search,
	}); err != nil {
		t.Error(err)
	}
	if err := s.NoteRefused(ctx, refused(s.Now())); err != nil {
		t.Error(err)
	}
	calls, err := s.RefusedCalls(ctx, 10)
	if err != nil || len(calls) != 1 || calls[0].Count != 2 {
		t.Errorf("refused calls: %+v, %v", calls, err)
	}
	reasons := 0
	rows, err := s.Deliveries(ctx, store.DeliveryFilter{})
	for _, row := range rows {
		attempts, err := s.Attempts(ctx, row.ID)
		for _, a := range attempts {
			if a.Why.Code == "certificate-expired" && a.Why.Values["name"] == "avvikelse.example" {
				reasons++
			}
		}
		if err != nil {
			t.Error(err)
		}
	}
	if err != nil || reasons != 1 {
		t.Errorf("%d attempts know why they failed, %v", reasons, err)
	}
	if err := s.Heartbeat(ctx); err != nil {
		t.Error(err)
	}
}

// goOn reads what is in an old file and goes on with it.
func goOn(t *testing.T, s *store.Store) {
	ctx := t.Context()
	sound(t, s)
	cases, err := s.Unlogged().Cases(ctx, store.CaseFilter{Query: "åsa"})
	if err != nil || len(cases) != 4 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	again, err := s.Accept(ctx, complaint(1, []byte("<envelope/>")))
	if err != nil || !again.Repeat || string(again.Envelope) != "<envelope/>" {
		t.Errorf("a repeat of what is in the file: %+v, %v", again, err)
	}
	parked, err := s.Deliveries(ctx, store.DeliveryFilter{State: store.DeliveryParked})
	if err != nil || len(parked) != 1 {
		t.Fatalf("%d parked, %v", len(parked), err)
	}
	if n, err := s.Retry(ctx, store.DeliveryFilter{}, "anna", ""); n != 3 || err != nil {
		t.Errorf("%d retried, %v", n, err)
	}
	claimed, err := s.Claim(ctx, "worker", time.Minute, 10, 10, nil)
	if err != nil || len(claimed) != 3 {
		t.Fatalf("%d claimed, %v", len(claimed), err)
	}
	for _, d := range claimed {
		if err := s.Finish(ctx, d, store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
			t.Error(err)
		}
	}
	sound(t, s)
}

func sound(t *testing.T, s *store.Store) {
	t.Helper()
	lines, err := s.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		t.Error(line)
	}
}

func TestOpen(t *testing.T) {
	ctx := t.Context()
	t.Run("a URL of neither database is refused", func(t *testing.T) {
		for _, url := range []string{"", "sqlite:", "mysql://x", "data.db", "postgres://%zz"} {
			if _, err := store.Open(ctx, url, store.Options{}); err == nil {
				t.Errorf("%q was opened", url)
			}
		}
	})
	t.Run("a password is not in the error", func(t *testing.T) {
		_, err := store.Open(ctx, "postgres://u:secret@127.0.0.1:1/x?sslmode=wrong", store.Options{})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the folder is made, and any path will do", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a ?&#%41b", "å.db")
		open(t, "sqlite:"+path, store.Options{})
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	})
	t.Run("several processes may open a new file at once", func(t *testing.T) {
		url := sqlite(t)
		done := make(chan error, 8)
		for range cap(done) {
			go func() {
				s, err := store.Open(ctx, url, store.Options{})
				if err == nil {
					err = s.Close()
				}
				done <- err
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	url := sqlite(t)
	if err := open(t, url, store.Options{}).Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, TRUE)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), url, store.Options{})
	if err == nil || !strings.Contains(err.Error(), "version 9999") || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("got %v", err)
	}
}

func TestOwn(t *testing.T) {
	url := sqlite(t)
	first, second := open(t, url, store.Options{}), open(t, url, store.Options{})
	for range 2 {
		if err := first.Own(); err != nil {
			t.Fatal(err)
		}
	}
	if err := second.Own(); !errors.Is(err, store.ErrOwned) {
		t.Errorf("owned twice: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(strings.TrimPrefix(url, "sqlite:"), link); err != nil {
		t.Fatal(err)
	}
	if err := open(t, "sqlite:"+link, store.Options{}).Own(); !errors.Is(err, store.ErrOwned) {
		t.Errorf("owned twice, by another name: %v", err)
	}
	if _, err := second.Accept(t.Context(), complaint(1, nil)); err != nil {
		t.Errorf("beside the owner: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := second.Own(); err != nil {
		t.Errorf("after the owner: %v", err)
	}
}

// TestTwoProcessesOneFile: a command line beside a running gateway changes the same file.
func TestTwoProcessesOneFile(t *testing.T) {
	url := sqlite(t)
	shareWork(t, open(t, url, store.Options{}), open(t, url, store.Options{}))
}

// TestReplicas: several gateways on one PostgreSQL.
func TestReplicas(t *testing.T) {
	url := storetest.Postgres(t)
	one, two := open(t, url, store.Options{}), open(t, url, store.Options{})
	t.Run("share the work", func(t *testing.T) { shareWork(t, one, two) })
	t.Run("wake each other", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for n := int64(1000); ; n++ { // the other may only just have begun to listen
			for len(two.Wake()) > 0 {
				<-two.Wake()
			}
			if _, err := one.Accept(ctx, complaint(n, nil)); err != nil {
				t.Fatal(err)
			}
			select {
			case <-two.Wake():
				return
			case <-time.After(time.Second):
			case <-ctx.Done():
				t.Fatal("nobody woke")
			}
		}
	})
}

// TestServerRestarts: connections that the server cut between transactions are replaced, and nobody notices.
func TestServerRestarts(t *testing.T) {
	url := storetest.Postgres(t)
	s := open(t, url, store.Options{})
	for n := range int64(40) { // every writer has its connection
		if _, err := s.Accept(t.Context(), complaint(n, nil)); err != nil {
			t.Fatal(err)
		}
	}
	server, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(context.Background()) }()
	cut, err := server.Exec(t.Context(),
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "+
			"pg_backend_pid()")
	if err != nil || cut.RowsAffected() < 4 {
		t.Fatal(cut.RowsAffected(), err)
	}
	for n := range int64(80) {
		if _, err := s.Accept(t.Context(), complaint(n, nil)); err != nil {
			t.Fatal(err)
		}
	}
	sound(t, s)
}

// shareWork has two stores accept the same 40 messages, each from four callers, and deliver them.
func shareWork(t *testing.T, one, two *store.Store) {
	ctx := t.Context()
	const messages = 40
	done := make(chan error, 8)
	first := make(chan bool, messages*cap(done))
	for i := range cap(done) {
		go func() {
			s := []*store.Store{one, two}[i%2]
			for n := range int64(messages) {
				a, err := s.Accept(ctx, complaint(n*7%messages+1, bytes.Repeat([]byte("x"), 100)))
				if err != nil {
					done <- err
					return
				}
				first <- !a.Repeat
			}
			done <- nil
		}()
	}
	wait(t, done)
	close(first)
	made := 0
	for one := range first {
		if one {
			made++
		}
	}
	if made != messages {
		t.Errorf("%d of %d were first", made, messages)
	}
	delivered := make(chan string, messages*2)
	for i := range cap(done) {
		go func() { done <- deliver(ctx, []*store.Store{one, two}[i%2], delivered) }()
	}
	wait(t, done)
	close(delivered)
	seen := map[string]bool{}
	for id := range delivered {
		if seen[id] {
			t.Errorf("%s was delivered twice", id)
		}
		seen[id] = true
	}
	if len(seen) != messages {
		t.Errorf("%d of %d were delivered", len(seen), messages)
	}
	sound(t, one)
}

func wait(t *testing.T, done chan error) {
	t.Helper()
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// deliver delivers until nothing is left to claim.
func deliver(ctx context.Context, s *store.Store, delivered chan<- string) error {
	for {
		claimed, err := s.Claim(ctx, "worker", time.Minute, 3, 3, nil)
		if err != nil {
			return err
		}
		if len(claimed) == 0 {
			due, err := s.NextDue(ctx)
			if err != nil || due.IsZero() {
				return err
			}
			continue
		}
		for _, d := range claimed {
			if err := s.Finish(ctx, d, store.Attempt{Outcome: store.OutcomeDelivered}); err != nil {
				return err
			}
			delivered <- d.Message.ID
		}
	}
}
