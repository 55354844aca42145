package storetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Server is a PostgreSQL of a test's own, which the test may stop and start.
type Server struct {
	URL string // of an empty database

	tb testing.TB
	c  *cluster
}

// NewServer starts a PostgreSQL for one test, which stops when the test ends. It needs Debian's package postgresql.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{tb: tb, c: &cluster{}}
	if err := s.c.start(); err != nil {
		tb.Fatalf("starting PostgreSQL for the test: %v", err)
	}
	tb.Cleanup(func() {
		if s.c.child != nil {
			s.c.stop()
		}
		_ = os.RemoveAll(s.c.folder)
	})
	s.URL = s.c.url
	return s
}

// Down stops the server as a crash does: nothing is finished, nothing is written to its files.
func (s *Server) Down() {
	s.tb.Helper()
	bin, err := binaries()
	if err != nil {
		s.tb.Fatal(err)
	}
	account, err := account()
	if err != nil {
		s.tb.Fatal(err)
	}
	stop := exec.Command(filepath.Join(bin, "pg_ctl"), "-D", filepath.Join(s.c.folder, "data"), "-m", "immediate", "-w",
		"stop")
	stop.Dir = s.c.folder
	account.lend(stop)
	if out, err := stop.CombinedOutput(); err != nil {
		s.tb.Fatalf("stopping PostgreSQL: %v\n%s", err, out)
	}
	<-s.c.ended
	s.c.child = nil
}

// Up starts the server again, on the same data and address, and waits until it answers.
func (s *Server) Up() {
	s.tb.Helper()
	if err := s.c.run(); err != nil {
		s.tb.Fatalf("starting PostgreSQL again: %v", err)
	}
}
