package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrExists means that there is something where a back-up should go. It is left as it is.
var ErrExists = errors.New("there is a file already")

// Copy writes a consistent copy of the whole database to a new file, while everything goes on, and checks what it
// wrote. With SQLite the copy is a database file that a gateway opens as it is; with PostgreSQL it is an archive for
// pg_restore, made by pg_dump, which must be installed. The file appears when it is complete and on disk, not before.
// ErrExists.
func (d *DB) Copy(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backing up to %s: %w", path, ErrExists)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("backing up: %w", err)
	}
	copying := d.dump
	if d.path != "" {
		copying = d.vacuum
	}
	err := copying(ctx, part)
	if err == nil {
		err = settleFile(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("backing up: %w", err)
	}
	return nil
}

// settleFile puts a whole file on disk, readable for its owner alone, and gives it its name.
func settleFile(part, path string) error {
	if err := os.Chmod(part, 0o600); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return syncFile(part) },
		func() error { return os.Rename(part, path) },
		func() error { return syncFile(filepath.Dir(path)) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// vacuum copies an SQLite file as it is at one moment, and reads the copy through. Who writes does not wait for it.
func (d *DB) vacuum(ctx context.Context, part string) error {
	source, err := openReader(d.path)
	if err != nil {
		return err
	}
	defer source.Close()
	if _, err := source.ExecContext(ctx, `VACUUM INTO $1`, part); err != nil {
		return fmt.Errorf("copying the database: %w", err)
	}
	written, err := openReader(part)
	if err != nil {
		return err
	}
	defer written.Close()
	var verdict string
	if err := written.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("checking the copy: %w", err)
	}
	if verdict != "ok" {
		return errors.New("checking the copy: it is damaged, and with it perhaps the database")
	}
	return nil
}

// openReader opens an SQLite file on a connection apart from the store's own.
func openReader(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite",
		(&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("opening a database file: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// dump lets pg_dump copy the database as it is at one moment, and pg_restore read the list of what is in the copy. The
// password goes by the environment: command lines are for all to see.
func (d *DB) dump(ctx context.Context, part string) error {
	address, password, err := dumpAddress(d.address)
	if err == nil && d.options.PasswordFile != "" {
		password, err = readPassword(d.options.PasswordFile)
	}
	if err != nil {
		return err
	}
	for _, args := range [][]string{
		{"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file=" + part, "--dbname=" + address},
		{"pg_restore", "--list", part},
	} {
		command := exec.CommandContext(ctx, args[0], args[1:]...)
		var said bytes.Buffer
		command.Stderr = &said
		if password != "" {
			command.Env = append(os.Environ(), "PGPASSWORD="+password)
		}
		if err := command.Run(); err != nil {
			return fmt.Errorf("running %s: %w: %s", args[0], err, strings.TrimSpace(said.String()))
		}
	}
	return nil
}

// dumpAddress is a database's URL without its password, and without what only our own driver knows.
func dumpAddress(address string) (bare, password string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", errors.New("reading the database's URL") // the cause would quote the password
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	query := u.Query()
	for name := range query {
		switch {
		case name == "password":
			password = query.Get(name)
			query.Del(name)
		case strings.HasPrefix(name, "pool_"), name == "default_query_exec_mode", name == "statement_cache_capacity":
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String(), password, nil
}
