//go:build linux

package main

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
	"strings"
	"syscall"
	"time"
)

// What a trial can run on.
const (
	onSQLite   = "sqlite"
	onPostgres = "postgres"
	onSmall    = "sqlite-small-disk" // a tmpfs that is filled up now and then
	onSmallPG  = "postgres-small-disk"
	onPower    = "sqlite-power-cut" // a disk that loses what was not synced
	onPowerPG  = "postgres-power-cut"
	onRolling  = "postgres-rolling"  // two gateways behind haproxy, restarted one after the other: no request may fail
	control    = "control-power-cut" // the same with synchronous=NORMAL, which must be seen to lose receipts
)

// shares are the stores and how much of the time each gets.
func shares() map[string]int {
	return map[string]int{
		onSQLite: 8, onPostgres: 8, onRolling: 3, onSmall: 2, onSmallPG: 2, onPower: 2, onPowerPG: 2, control: 1,
	}
}

func allStores() []string {
	return []string{onSQLite, onPostgres, onRolling, onSmall, onSmallPG, onPower, onPowerPG, control}
}

// postgres is a throw-away cluster on a socket in its own folder. Its settings are the server's defaults: everything is
// synchronous.
type postgres struct {
	folder   string
	bin      string
	as       *syscall.Credential
	settings []string // NAME=VALUE, beside those
	child    *exec.Cmd
	ended    <-chan struct{}
}

func newPostgres(folder string) (*postgres, error) {
	p := &postgres{folder: folder}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errors.New("there is no PostgreSQL (Debian: apt-get install postgresql)")
	}
	p.bin = slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 { // it does not run as root
		if p.as, err = credential("postgres", "nobody"); err != nil {
			return nil, err
		}
		if err := os.Chown(folder, int(p.as.Uid), int(p.as.Gid)); err != nil {
			return nil, err
		}
	}
	initdb := exec.Command(filepath.Join(p.bin, "initdb"), "-D", p.data(), "-U", "rivgate", "-A", "trust", "-E", "UTF8",
		"--locale=C")
	initdb.Dir = folder
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	if said, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, said)
	}
	return p, nil
}

func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}

func credential(names ...string) (*syscall.Credential, error) {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no other user for it")
}

func (p *postgres) data() string { return filepath.Join(p.folder, "data") }

func (p *postgres) url() string {
	return "postgres://rivgate@/postgres?" + url.Values{"host": {p.folder}}.Encode()
}

// start returns when its socket takes connections.
func (p *postgres) start(ctx context.Context) error {
	log, err := os.OpenFile(filepath.Join(p.folder, "postgres.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.child = exec.Command(filepath.Join(p.bin, "postgres"), "-D", p.data(), "-k", p.folder, "-c", "listen_addresses=",
		"-c", "max_connections=200")
	for _, setting := range p.settings {
		p.child.Args = append(p.child.Args, "-c", setting)
	}
	p.child.Dir, p.child.Stdout, p.child.Stderr = p.folder, log, log
	if p.ended, err = launch(p.child, p.as); err != nil {
		return err
	}
	for {
		if p.answers(ctx) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ended:
			return errors.New("starting PostgreSQL: it ended at once; see postgres.log")
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// answers tells whether it takes connections.
func (p *postgres) answers(ctx context.Context) bool {
	return exec.CommandContext(ctx, filepath.Join(p.bin, "pg_isready"), "-q", "-h", p.folder).Run() == nil
}

// immediate is a shutdown without goodbye: the next start recovers from the log.
func (p *postgres) immediate() {
	if p.child == nil {
		return
	}
	_ = p.child.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.child.Process.Kill()
		<-p.ended
	}
}

// kill is what a power cut does to it.
func (p *postgres) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// signal reaches its first process, and then all others: nothing new begins in between.
func (p *postgres) signal(s syscall.Signal) {
	pid := p.child.Process.Pid
	children := func() []string {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // they are in sessions of their own
		return strings.Fields(string(text))
	}
	before := children() // of one that is killed, nobody knows them any more
	_ = p.child.Process.Signal(s)
	for _, text := range append(before, children()...) {
		if child, err := strconv.Atoi(text); err == nil {
			_ = syscall.Kill(child, s)
		}
	}
}

// gone tells whether it has ended by itself.
func (p *postgres) gone() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// smallDisk is a tmpfs.
type smallDisk struct{ folder string }

const smallDiskSize = 512 << 20

func newSmallDisk(folder string) (*smallDisk, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_NODEV|syscall.MS_NOSUID,
		fmt.Sprintf("size=%d,mode=0755", smallDiskSize)); err != nil {
		return nil, fmt.Errorf("mounting a small tmpfs, which only root may: %w", err)
	}
	return &smallDisk{folder}, nil
}

// fill leaves no more than so many bytes; free makes room again.
func (d *smallDisk) fill(leave int64) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.folder, &s); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(d.folder, "filler"))
	if err != nil {
		return err
	}
	defer f.Close()
	block := make([]byte, 64<<10)
	for left := int64(s.Bavail)*s.Bsize - leave; left > 0; left -= int64(len(block)) {
		if _, err := f.Write(block[:min(left, int64(len(block)))]); err != nil {
			return nil // fuller than asked is full
		}
	}
	return nil
}

func (d *smallDisk) free() error { return os.Remove(filepath.Join(d.folder, "filler")) }

func (d *smallDisk) unmount() error { return syscall.Unmount(d.folder, 0) }
