package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
)

// A connection on which ROLLBACK fails, as after a full disk has rolled back already, is replaced: the store goes on.
func TestAConnectionThatCannotRollBackIsReplaced(t *testing.T) {
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rivgate.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	full := errors.New("the disk is full")
	err = s.write(t.Context(), func(ctx context.Context, t *tx) error {
		if _, err := t.Exec(ctx, "UPDATE lane SET worker = ''"); err != nil { // a statement that is kept
			return err
		}
		if _, err := t.Exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
		return full
	})
	if err == nil { // full, or, in a group with another job, that its part could not be undone
		t.Fatal("the change was made")
	}
	if _, err := s.VoidLeases(t.Context()); err != nil {
		t.Error("after that:", err)
	}
}
