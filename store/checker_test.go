package store

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestChecker: whatever is broken, in a row that is new or in an old one, comes up within one pass, stays until it is
// mended, and goes then.
func TestChecker(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for n := range 10 {
		exercise(ctx, t, s, n)
	}
	c := &Checker{Store: s, Rows: 7}
	look := func() []string {
		t.Helper()
		lines, err := c.Look(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	if lines := look(); len(lines) > 0 {
		t.Fatal(lines)
	}
	change := func(query string) {
		t.Helper()
		err := s.write(ctx, func(ctx context.Context, t *tx) error {
			_, err := t.Exec(ctx, query)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, harm := range []struct{ do, undo, want string }{
		{
			`UPDATE lane SET open = open + 1 WHERE id = 3`, `UPDATE lane SET open = open - 1 WHERE id = 3`,
			"lane counts its deliveries wrong: 3",
		},
		{
			`UPDATE delivery SET attempts = attempts + 1 WHERE seq = 1`,
			`UPDATE delivery SET attempts = attempts - 1 WHERE seq = 1`, "delivery and attempts disagree in number: ",
		},
		{
			`UPDATE message SET via = 'inbox' WHERE seq = 2`, `UPDATE message SET via = 'portal' WHERE seq = 2`,
			"message is in another place than its route says: ",
		},
	} {
		change(harm.do)
		var lines []string
		for pass := 0; len(lines) == 0 && pass < 30; pass++ {
			lines = look()
		}
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, harm.want) }) {
			t.Errorf("%s: found %q", harm.do, lines)
		}
		if again := look(); fmt.Sprint(again) != fmt.Sprint(lines) {
			t.Errorf("%s: then %q, before %q", harm.do, again, lines)
		}
		change(harm.undo)
		if lines := look(); len(lines) > 0 {
			t.Errorf("%s: still %q", harm.undo, lines)
		}
	}
}
