package main

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/routing"
	"rivgate/store"
)

// queued is a store with messages to one receiver: delivered ones, and a parked one. It is the store of the commands
// from then on.
func queued(t *testing.T) {
	t.Helper()
	url := "sqlite:" + filepath.Join(t.TempDir(), "rivgate.db")
	db, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 3 {
		id := fmt.Sprint("m", i)
		m := &store.Message{
			ID: id, Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn:c", MessageID: id},
			Call:     routing.Call{Receiver: "SE2010123456-SJ01"},
			Route:    routing.Route{Via: routing.Queue, Address: "https://there.example/", Component: "SE2010123456-AVV"},
			Envelope: []byte("<a/>"), Received: time.Now(),
		}
		if _, err := db.Accept(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	claimed, err := db.Claim(t.Context(), "worker", time.Minute, 3, 3, nil)
	if err != nil || len(claimed) != 3 {
		t.Fatal(claimed, err)
	}
	for i, d := range claimed {
		if err := db.Finish(t.Context(), d, store.Attempt{
			Outcome: []store.Outcome{store.OutcomeRefused, store.OutcomeDelivered, store.OutcomeDelivered}[i],
		}); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("RIVGATE_STORE_URL", url)
}

// says runs a command on the store of queued, and compares how it ends and the beginning of what it says.
func says(t *testing.T, code int, out string, args ...string) string {
	t.Helper()
	var o, e strings.Builder
	s := &cli.Session{
		Context: t.Context(), Out: &o, Err: &e, Now: time.Now,
		Environ: []string{"RIVGATE_STORE_URL=" + storeURL(t)},
	}
	if got := run(s, args); got != code || !strings.HasPrefix(o.String(), out) {
		t.Errorf("%v: exit code %d, %q, %q; want %d, %q", args, got, o.String(), e.String(), code, out)
	}
	return o.String()
}

func TestReplayCountsFirst(t *testing.T) {
	queued(t)
	window := []string{"queue", "replay", "--receiver", "SE2010123456-AVV", "--since", "1h"}
	with := func(more ...string) []string { return append(append([]string{}, window...), more...) }
	says(t, cli.ExitUsage, "", "queue", "replay", "--receiver", "SE2010123456-AVV")
	says(t, cli.ExitDone, "1 would be replayed", with("--dry-run")...)
	says(t, cli.ExitDone, "2 would be replayed", with("--delivered", "--dry-run")...)
	says(t, cli.ExitRefused, "2 would be replayed", with("--delivered")...)
	says(t, cli.ExitUsage, "", with("--delivered", "--yes")...)
	says(t, cli.ExitDone, "0 would be replayed", "queue", "replay", "--receiver", "SE2010123456-AVV", "--since", "2h",
		"--until", "1h", "--dry-run")
	says(t, cli.ExitDone, "2 replayed", with("--delivered", "--yes", "--reason", "lost on Tuesday", "--by", "anna")...)
	says(t, cli.ExitDone, "1 released", "queue", "release", "--receiver", "SE2010123456-AVV", "--by", "bo")
	says(t, cli.ExitUsage, "", "queue", "release")
	record := says(t, cli.ExitDone, "AT", "queue", "audit")
	for _, want := range []string{"anna", "replay", "lost on Tuesday", "bo", "retry", `"receiver":"SE2010123456-AVV"`} {
		if !strings.Contains(record, want) {
			t.Errorf("the record does not hold %q:\n%s", want, record)
		}
	}
}

func TestAListSaysThatThereIsMore(t *testing.T) {
	queued(t)
	for limit, want := range map[string]bool{"2": true, "3": false, "50": false} {
		var out, problem strings.Builder
		s := &cli.Session{
			Context: t.Context(), Out: &out, Err: &problem, Now: time.Now, Environ: []string{"RIVGATE_STORE_URL=" + storeURL(t)},
		}
		if code := run(s, []string{"queue", "list", "--limit", limit}); code != cli.ExitDone ||
			strings.Contains(problem.String(), "there are more: go on with --after m") != want {
			t.Errorf("--limit %s: %d %q", limit, code, problem.String())
		}
	}
}

func TestCheckEndsWithOneWhenTheInvariantIsBroken(t *testing.T) {
	queued(t)
	says(t, cli.ExitDone, "0 breaches", "queue", "check")
	breakStore(t, `DELETE FROM message_key WHERE message_id = 'm1'`)
	says(t, cli.ExitRefused, "message has no key: m1\n1 breaches", "queue", "check")
	breakStore(t,
		`INSERT INTO statistic (id, case_id, unit, kind, provider, region, incident_unit, received_month, sex, area,
		main_problem, sub_problem, experienced, weight, mark) VALUES (1, 'c1', '', '', '', '', '', 202611, '', '', '', '',
		'', 1, 1)`)
	says(t, cli.ExitRefused, "message has no key: m1\nstatistics count a case that is gone: c1\n2 breaches",
		"queue", "check")
}

func storeURL(t *testing.T) string {
	t.Helper()
	return os.Getenv("RIVGATE_STORE_URL")
}

// breakStore does to the database what no verb does.
func breakStore(t *testing.T, query string) {
	t.Helper()
	db, err := sql.Open("sqlite", strings.TrimPrefix(storeURL(t), "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}
