package db

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite" // the driver "sqlite"
)

// Dialect is all that differs between the two databases. Queries name a difference by its field; none asks which
// database it is.
type Dialect struct {
	goose       goose.Dialect
	fts5        bool   // full text is searched as FTS5 does; else as PostgreSQL does
	migrations  string // folder of Options.Migrations
	ForUpdate   string // after a SELECT: its rows are locked until the transaction ends
	SkipLocked  string // after ForUpdate: rows that others have locked are left out
	durable     []setting
	hasSchema   string // tells whether there is a schema at all
	Clock       string // the database's time, in microseconds since 1970
	notify      string // tells the other replicas, $1 is who tells
	writers     int    // groups of accepts that are committed side by side
	reconnects  int    // how often a transaction that cannot begin is begun on another connection
	merges      bool   // a statement takes the values of many rows at once, as arrays
	setup       string // run on a connection before it is used for changes
	OneWriter   bool   // every transaction goes through the one writer
	connections int    // readers
	// before the name of the index that a list goes through; "" where the database counts its rows and knows better
	indexedBy string
	// Run before a large value is stored, and after it: it passes through the cache once, and would only drive out what is
	// wanted again.
	Passing, Passed string
}

func sqliteDialect() Dialect {
	return Dialect{
		goose: goose.DialectSQLite3, fts5: true, migrations: "sqlite",
		durable: []setting{
			{"synchronous", "PRAGMA synchronous", []string{"2", "3"}},
			{"journal_mode", "PRAGMA journal_mode", []string{"wal", "delete", "truncate", "persist"}},
		},
		hasSchema: "SELECT count(*) > 0 FROM sqlite_master WHERE name = 'goose_db_version'",

		Clock:   "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000",
		writers: 1, OneWriter: true, connections: 8, indexedBy: " INDEXED BY ",
		Passing: "PRAGMA cache_size(-4000)", Passed: "PRAGMA cache_size(-32000)",
	}
}

func postgresDialect() Dialect {
	return Dialect{
		goose: goose.DialectPostgres, migrations: "postgres",
		ForUpdate: " FOR NO KEY UPDATE", SkipLocked: " SKIP LOCKED",
		durable: []setting{
			{"fsync", "SHOW fsync", []string{"on"}},
			{"full_page_writes", "SHOW full_page_writes", []string{"on"}},
			{"synchronous_commit", "SHOW synchronous_commit", []string{"on", "local", "remote_write", "remote_apply"}},
		},
		hasSchema: "SELECT to_regclass('goose_db_version') IS NOT NULL",

		Clock:  "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
		notify: "SELECT pg_notify('rivgate_wake', $1)",
		// Changes find their rows by index, however few rows a table had when the plan was made, and plans are not made anew.
		setup: `SELECT set_config('enable_seqscan', 'off', FALSE), set_config('enable_hashjoin', 'off', FALSE), set_config('enable_mergejoin', 'off', FALSE),
			set_config('enable_bitmapscan', 'off', FALSE), set_config('enable_material', 'off', FALSE), set_config('jit', 'off', FALSE),
			set_config('plan_cache_mode', 'force_generic_plan', FALSE)`,
		merges: true, writers: 2, connections: 16, reconnects: 16,
	}
}

const idleInTransaction = "idle_in_transaction_session_timeout"

// connect opens the database of a URL, without looking into it.
func (d *DB) connect(ctx context.Context, address string, o Options) error {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return d.connectSQLite(path, o.Existing)
	}
	if strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://") {
		return d.connectPostgres(ctx, address)
	}
	return errors.New("opening the database: its URL starts neither with sqlite: nor with postgres://")
}

func (d *DB) connectSQLite(path string, existing bool) error {
	if path == "" {
		return errors.New("opening the database: sqlite: needs a path")
	}
	if existing {
		if info, err := os.Stat(path); errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
			return ErrNoStore
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fmt.Errorf("making the database's folder: %w", err)
	}
	// health data: for its owner alone; SQLite's other files get the same mode
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	dsn := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
		"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous() +
		")&_pragma=foreign_keys(1)"
	// What a savepoint may have to undo is kept in memory, not in a file.
	change, err := sql.Open("sqlite", dsn+"&_txlock=immediate&_pragma=cache_size(-32000)&_pragma=temp_store(memory)")
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	change.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", dsn+"&_pragma=query_only(1)&_pragma=cache_size(-8000)")
	if err != nil {
		return errors.Join(fmt.Errorf("opening the database: %w", err), change.Close())
	}
	d.Dialect = sqliteDialect()
	read.SetMaxOpenConns(d.Dialect.connections)
	read.SetMaxIdleConns(d.Dialect.connections)
	d.path, d.read, d.change, d.release = path, read, change, func() { _, _ = read.Close(), change.Close() }
	return nil
}

func (d *DB) connectPostgres(ctx context.Context, address string) error {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return errors.New("opening the database: its URL cannot be read") // the cause would quote the password
	}
	d.Dialect = postgresDialect()
	// A process that was stopped, or cut off, in the middle of a transaction must not keep the others from what it has
	// locked.
	if _, set := config.ConnConfig.RuntimeParams[idleInTransaction]; !set {
		config.ConnConfig.RuntimeParams[idleInTransaction] = "3s"
	}
	// Lists are short and found by index: no time for a compiler, and a page read at random costs what the next one does.
	for name, value := range map[string]string{"jit": "off", "random_page_cost": "1.1"} {
		if _, set := config.ConnConfig.RuntimeParams[name]; !set {
			config.ConnConfig.RuntimeParams[name] = value
		}
	}
	if !strings.Contains(address, "pool_max_conns") {
		config.MaxConns = int32(d.Dialect.connections)
	}
	if config.ConnConfig.ConnectTimeout == 0 || config.ConnConfig.ConnectTimeout > connectTime {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	config.AfterConnect = registerColumnCodec
	if d.options.PasswordFile != "" {
		config.BeforeConnect = func(_ context.Context, c *pgx.ConnConfig) (err error) {
			c.Password, err = readPassword(d.options.PasswordFile)
			return err
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	db := stdlib.OpenDBFromPool(pool)
	d.read, d.change, d.release, d.address = db, db, pool.Close, address
	d.listen = func(ctx context.Context, self string, heard func()) error { return listen(ctx, pool, self, heard) }
	return nil
}

// UnverifiedHosts are the hosts of a PostgreSQL URL that are reached across a network without TLS that verifies who
// they are. A socket and loopback need none. The error is that of a URL that cannot be read, without the URL.
func UnverifiedHosts(address string) ([]string, error) {
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		// the cause would quote the password
		return nil, errors.New("reading the database's URL: its form, or a file that it names")
	}
	var hosts []string
	judge := func(host string, t *tls.Config) {
		verified := t != nil && !t.InsecureSkipVerify && t.ServerName != ""
		if !verified && !onThisMachine(host) && !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	judge(config.Host, config.TLSConfig)
	for _, f := range config.Fallbacks {
		judge(f.Host, f.TLSConfig)
	}
	return hosts, nil
}

func onThisMachine(host string) bool {
	if strings.HasPrefix(host, "/") || strings.HasPrefix(host, "@") || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// readPassword is what a password file says, without its line end.
func readPassword(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading the database's password: %w", err)
	}
	return strings.TrimRight(string(content), "\r\n"), nil
}

// connectTime bounds how long a server that does not answer at all keeps callers waiting.
const connectTime = 5 * time.Second

// isClash tells whether an error means that a row was there already that a group did not expect: another replica has
// accepted the same message meanwhile.
func isClash(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return strings.HasPrefix(pg.Code, "23")
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code()&0xff == sqliteConstraint
	}
	return errors.Is(err, errChanged)
}

// sqliteConstraint is SQLITE_CONSTRAINT.
const sqliteConstraint = 19

// isConflict tells whether an error means a deadlock or a failure to serialize: another try may succeed.
func isConflict(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// Violates tells whether PostgreSQL found that two transactions entered the same into a unique index. With SQLite there
// is only one at a time.
func Violates(err error, index string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == index
}

// Through names the index that a list is to use, where the database does not choose it well.
func (d Dialect) Through(index string) string {
	if d.indexedBy == "" {
		return ""
	}
	return d.indexedBy + index
}

// ForUpdateOf is ForUpdate for the rows of one of the tables that a SELECT joins.
func (d Dialect) ForUpdateOf(table string) string {
	if d.ForUpdate == "" {
		return ""
	}
	return d.ForUpdate + " OF " + table
}
