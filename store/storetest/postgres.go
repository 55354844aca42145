package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Postgres gives a test a fresh database, as a URL, and drops it when the test ends. It is on the server of
// TEST_POSTGRES_URL, where that is set, else on a throw-away cluster of this process's own, which needs Debian's
// package postgresql. The cluster stops with its last user: a TestMain that runs its tests by Main keeps it until all
// have ended.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv("TEST_POSTGRES_URL")
	if server == "" {
		var err error
		if server, err = shared.use(); err != nil {
			tb.Fatalf("starting PostgreSQL for the test: %v", err)
		}
		tb.Cleanup(shared.leave)
	}
	name := "rivgate_" + uuid.NewString()[:13]
	if err := query(server, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize()); err != nil {
		tb.Fatalf("creating a database for the test: %v", err)
	}
	tb.Cleanup(func() {
		if err := query(server, "DROP DATABASE "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
			tb.Errorf("dropping the test's database: %v", err)
		}
	})
	address, err := url.Parse(server)
	if err != nil {
		tb.Fatal("TEST_POSTGRES_URL is no URL")
	}
	address.Path = "/" + name
	return address.String()
}

// Main runs the tests of a package with one cluster for all of them, and returns the exit code:
// os.Exit(storetest.Main(m)).
func Main(m *testing.M) int {
	shared.keep()
	defer shared.leave()
	return m.Run()
}

// shared is the process's cluster: starting one takes seconds, so tests share it.
var shared cluster

// cluster is a throw-away PostgreSQL on a socket in a folder of its own.
type cluster struct {
	mu     sync.Mutex
	users  int
	folder string
	child  *exec.Cmd
	ended  chan *os.ProcessState
	url    string
}

func (c *cluster) keep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users++
}

func (c *cluster) use() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.child == nil {
		if err := c.start(); err != nil {
			return "", err
		}
	}
	c.users++
	return c.url, nil
}

func (c *cluster) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.users--
	if c.users == 0 && c.child != nil {
		c.stop()
	}
}

func (c *cluster) start() error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	account, err := account()
	if err != nil {
		return err
	}
	if c.folder, err = os.MkdirTemp("", "rivgate-postgres-"); err != nil {
		return err
	}
	if account != nil {
		if err := os.Chown(c.folder, account.uid, account.gid); err != nil {
			return err
		}
	}
	data := filepath.Join(c.folder, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "rivgate", "-A", "trust", "-E", "UTF8",
		"--locale=C", "--no-sync")
	initdb.Dir = c.folder
	account.lend(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return c.run()
}

// run starts the server on the data of the folder.
func (c *cluster) run() error {
	bin, err := binaries()
	if err != nil {
		return err
	}
	account, err := account()
	if err != nil {
		return err
	}
	c.child = exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(c.folder, "data"), "-k", c.folder, "-c",
		"listen_addresses=", "-c", "max_connections=320")
	c.child.Dir = c.folder
	account.lend(c.child)
	c.ended = make(chan *os.ProcessState, 1)
	started := make(chan error, 1)
	go watch(c.child, started, c.ended)
	if err := <-started; err != nil {
		c.child = nil
		return err
	}
	c.url = "postgres://rivgate@/postgres?" + url.Values{"host": {c.folder}}.Encode()
	return c.ready()
}

// ready waits for the server to take connections.
func (c *cluster) ready() error {
	deadline := time.After(time.Minute)
	for {
		err := query(c.url, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-deadline:
			c.stop()
			return fmt.Errorf("waiting for it: %w", err)
		case end := <-c.ended:
			c.child = nil
			return errors.Join(fmt.Errorf("it ended at once: %v", end), os.RemoveAll(c.folder))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *cluster) stop() {
	_ = c.child.Process.Signal(os.Interrupt) // fast shutdown
	select {
	case <-c.ended:
	case <-time.After(20 * time.Second):
		_ = c.child.Process.Kill()
		<-c.ended
	}
	c.child = nil
	_ = os.RemoveAll(c.folder)
}

// binaries is the folder of the newest PostgreSQL that is installed.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		version := func(path string) int {
			n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
			return n
		}
		newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(newest), nil
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	return "",
		errors.New("there is no initdb: install PostgreSQL (Debian: apt-get install postgresql), or set TEST_POSTGRES_URL")
}

// owner is the account that a cluster runs as; nil for the process's own.
type owner struct{ uid, gid int }

// account: PostgreSQL does not run as root.
func account() (*owner, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &owner{uid: uid, gid: gid}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

func query(address, text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, text)
	return errors.Join(err, conn.Close(ctx))
}
