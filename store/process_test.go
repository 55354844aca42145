package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/storetest"
)

// onBoth runs a test on a new database of each kind.
func onBoth(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("SQLite", func(t *testing.T) { test(t, sqlite(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, storetest.Postgres(t)) })
}

func TestOpeningWhatExists(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		if _, err := store.Open(t.Context(), url, store.Options{Existing: true}); !errors.Is(err, store.ErrNoStore) {
			t.Fatalf("where there is no store: %v", err)
		}
		schema, err := store.SchemaOf(t.Context(), url, store.Options{})
		if err != nil || schema.Has != 0 || schema.Knows == 0 || len(schema.Steps) == 0 {
			t.Fatalf("the schema of no store: %+v, %v", schema, err)
		}
		open(t, url, store.Options{})
		open(t, url, store.Options{Existing: true})
		if schema, err = store.SchemaOf(t.Context(), url, store.Options{}); err != nil || schema.Has != schema.Knows ||
			len(schema.Steps) != 0 {
			t.Errorf("the schema of a new store: %+v, %v", schema, err)
		}
	})
}

// A program meets a schema of the version after its own while replicas are replaced one after the other.
func TestASchemaThatIsNewer(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url, store.Options{})
		version, err := s.SchemaVersion(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		const step = `INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, TRUE)`
		if err := s.Exec(t.Context(), step, version+1); err != nil {
			t.Fatal(err)
		}
		refuses := func(what string, url string, o store.Options) {
			t.Helper()
			var schema *store.SchemaError
			if other, err := store.Open(t.Context(), url, o); !errors.As(err, &schema) ||
				schema.Has != schema.Knows+1 && schema.Has != schema.Knows+2 {
				t.Errorf("%s: %v", what, err)
				if err == nil {
					_ = other.Close()
				}
			}
		}
		refuses("one step newer, and nothing says that it may be", url, store.Options{})
		if err := s.Exec(t.Context(), `INSERT INTO schema_step (version) VALUES ($1)`, version+1); err != nil {
			t.Fatal(err)
		}
		for _, o := range []store.Options{{}, {Existing: true}} {
			if err := open(t, url, o).Heartbeat(t.Context()); err != nil {
				t.Error(err)
			}
		}
		for _, query := range []string{step, `INSERT INTO schema_step (version) VALUES ($1)`} {
			if err := s.Exec(t.Context(), query, version+2); err != nil {
				t.Fatal(err)
			}
		}
		refuses("two steps newer", url, store.Options{})
	})
}

func TestAHeartbeatIsAWrite(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url, store.Options{})
		if err := s.Heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(t.Context(), `DROP TABLE heartbeat`); err != nil {
			t.Fatal(err)
		}
		if err := s.Heartbeat(t.Context()); err == nil {
			t.Error("nothing was written, and nobody says so")
		}
	})
}

// A password that was changed takes effect at the next connection, without a restart.
func TestThePasswordFileIsReadAtEachConnect(t *testing.T) {
	url := storetest.Postgres(t)
	admin, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	run := func(query string) {
		t.Helper()
		if _, err := admin.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "password")
	write := func(password string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	demandPassword(t, admin, "with_password")
	run(`CREATE ROLE with_password LOGIN SUPERUSER PASSWORD 'first'`)
	defer run(`DROP ROLE with_password`)
	defer run(`REASSIGN OWNED BY with_password TO CURRENT_USER`)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	url = "postgres://with_password@/" + config.Database + "?host=" + config.Host
	write("wrong")
	if s, err := store.Open(t.Context(), url, store.Options{PasswordFile: file}); err == nil {
		_ = s.Close()
		t.Fatal("the server takes a wrong password")
	}
	write("first")
	s := open(t, url, store.Options{PasswordFile: file})
	write("second")
	run(`ALTER ROLE with_password PASSWORD 'second'`)
	run(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'with_password'`)
	if err := s.Heartbeat(t.Context()); err != nil {
		t.Errorf("after the password was changed: %v", err)
	}
}

// demandPassword has the server ask a role for its password on the socket.
func demandPassword(t *testing.T, admin *pgx.Conn, role string) {
	t.Helper()
	var file string
	if err := admin.QueryRow(t.Context(), `SHOW hba_file`).Scan(&file); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the rules of this server are not on this machine: a test of passwords needs a cluster of its own")
	}
	reload := func(rules string) {
		if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.Exec(context.WithoutCancel(t.Context()), `SELECT pg_reload_conf()`); err != nil {
			t.Fatal(err)
		}
	}
	reload("local all " + role + " scram-sha-256\n" + string(rules))
	t.Cleanup(func() {
		if err := os.WriteFile(file, rules, 0o600); err != nil {
			t.Error(err)
		}
	})
}

const postgresClock = "SELECT (extract(epoch FROM clock_timestamp() %s) * 1000000)::bigint FROM (SELECT " +
	"pg_sleep(%d)) slept"

// A database that answers slowly has no other time.
func TestASlowReadingOfTheClockIsNoStep(t *testing.T) {
	said, logged := observer.New(zap.WarnLevel)
	s := open(t, storetest.Postgres(t), store.Options{Log: zap.New(said)})
	s.FollowClock(t.Context(), fmt.Sprintf(postgresClock, "", 3))
	for _, line := range logged.All() {
		t.Errorf("the log: %s %v", line.Message, line.ContextMap())
	}
	if off := time.Until(s.Now()).Abs(); off > time.Second/2 {
		t.Errorf("the clock is off by %s", off)
	}
}

func TestAClockThatWentBackIsAnAlarmWithItsRemedy(t *testing.T) {
	said, logged := observer.New(zap.WarnLevel)
	s := open(t, storetest.Postgres(t), store.Options{Log: zap.New(said)})
	s.FollowClock(t.Context(), fmt.Sprintf(postgresClock, "- interval '1 hour'", 0))
	lines := logged.FilterMessage("the clock of the database went back").All()
	if len(lines) != 1 || lines[0].Level != zap.ErrorLevel ||
		!strings.Contains(fmt.Sprint(lines[0].ContextMap()), "rivgate queue retry --state due --all") {
		t.Errorf("the log: %v", logged.All())
	}
	if behind := s.ClockBehind(); behind < 50*time.Minute || behind > time.Hour+time.Second {
		t.Errorf("the clock is behind by %s", behind)
	}
	s.FollowClock(t.Context(), fmt.Sprintf(postgresClock, "", 0))
	if behind := s.ClockBehind(); behind > time.Second {
		t.Errorf("after it was set right the clock is behind by %s", behind)
	}
}

// The clock may also go back while no gateway runs: then the newest time that is stored tells.
func TestAClockThatWentBackWhileNobodyRanIsFoundAtStart(t *testing.T) {
	onBoth(t, func(t *testing.T, url string) {
		s := open(t, url, store.Options{})
		start := func() (time.Duration, []observer.LoggedEntry) {
			said, logged := observer.New(zap.WarnLevel)
			return open(t, url, store.Options{Log: zap.New(said)}).ClockBehind(),
				logged.FilterMessage("the clock of the database went back").All()
		}
		if err := s.Heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if behind, lines := start(); behind != 0 || len(lines) != 0 {
			t.Errorf("after an ordinary end the clock is behind by %s: %v", behind, lines)
		}
		found := func(what string) {
			t.Helper()
			behind, lines := start()
			if behind < 110*time.Minute || behind > 2*time.Hour+time.Second {
				t.Errorf("%s: the clock is behind by %s", what, behind)
			}
			if len(lines) != 1 || lines[0].Level != zap.ErrorLevel ||
				!strings.Contains(fmt.Sprint(lines[0].ContextMap()), "rivgate queue retry --state due --all") {
				t.Errorf("%s: the log: %v", what, lines)
			}
		}
		ahead := open(t, url, store.Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
		if err := ahead.Heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		found("a heartbeat two hours ahead")
		if err := s.Heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := ahead.LogAccess(t.Context(), accesslog.Row{Who: "anna", What: accesslog.Read}); err != nil {
			t.Fatal(err)
		}
		found("a row of the access log two hours ahead")
	})
}
