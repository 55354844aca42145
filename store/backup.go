package store

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
	"time"
)

// ErrExists means that there is something where a back-up should go. It is left as it is.
var ErrExists = errors.New("there is a file already")

// Backup writes a consistent copy of the whole database to a new file, while everything goes on, and checks what it wrote. With SQLite the copy is a database
// file that a gateway opens as it is; with PostgreSQL it is an archive for pg_restore, made by pg_dump, which must be installed. The file appears
// when it is complete and on disk, not before. That it was made is an Audit, which LastBackup tells. ErrExists.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("backing up to %s: %w", path, ErrExists)
	}
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("backing up: %w", err)
	}
	copying := s.dump
	if s.path != "" {
		copying = s.vacuum
	}
	err := copying(ctx, part)
	if err == nil {
		err = settleFile(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return fmt.Errorf("backing up: %w", err)
	}
	if err := s.write(ctx, func(ctx context.Context, t *tx) error {
		return t.audit(ctx, order{verb: auditBackup, by: "rivgate"}, "{}", 1)
	}); err != nil {
		return fmt.Errorf("noting a back-up, which is whole and in its place: %w", err)
	}
	return nil
}

// auditBackup is the verb of an Audit that a back-up leaves.
const auditBackup = "backup"

// LastBackup is when the last back-up of this database was made by Backup; zero for never, or by other means.
func (s *Store) LastBackup(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	if err := s.read.QueryRowContext(ctx, `SELECT max(at) FROM audit WHERE verb = $1`, auditBackup).Scan(&at); err != nil {
		return time.Time{}, fmt.Errorf("looking for the last back-up: %w", err)
	}
	if !at.Valid {
		return time.Time{}, nil
	}
	return moment(at.Int64), nil
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
func (s *Store) vacuum(ctx context.Context, part string) error {
	source, err := openReader(s.path)
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

// openReader opens an SQLite file beside the store's own connections.
func openReader(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()+"?_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, fmt.Errorf("opening a database file: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// dump lets pg_dump copy the database as it is at one moment, and pg_restore read the list of what is in the copy. The password goes by the environment: command lines are for all
// to see.
func (s *Store) dump(ctx context.Context, part string) error {
	address, password, err := dumpAddress(s.address)
	if err == nil && s.passwordFile != "" {
		password, err = readPassword(s.passwordFile)
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
