package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const commitText = "COMMIT"

// put is one change whose result nobody waits for.
type put struct {
	query string
	args  []any
	must  bool // it changes one row, or something is wrong
	scan  func(scanner) error
}

// gathered is what a group of changes puts, in its order.
type gathered struct{ puts []put }

// put makes a change whose result nobody waits for: at once, or, where a group shares its statements, together with those of the others.
func (t *tx) put(ctx context.Context, query string, args ...any) error {
	if t.gathered != nil {
		t.gathered.puts = append(t.gathered.puts, put{query: query, args: args})
		return nil
	}
	_, err := t.exec(ctx, query, args...)
	return err
}

// putOne is put for a change of exactly one row: else the transaction fails.
func (t *tx) putOne(ctx context.Context, query string, args ...any) error {
	if t.gathered != nil {
		t.gathered.puts = append(t.gathered.puts, put{query: query, args: args, must: true})
		return nil
	}
	return t.run(ctx, put{query: query, args: args, must: true}.alone())
}

// flush makes the changes that were gathered, and the steps after them.
func (t *tx) flush(ctx context.Context, after ...*step) error {
	puts := t.gathered.puts
	t.gathered = nil
	steps := make([]*step, 0, len(puts)+len(after))
	if !t.dialect.merges {
		for _, p := range puts {
			steps = append(steps, p.alone())
		}
		return t.run(ctx, append(steps, after...)...)
	}
	rank := map[string]int{}
	merged := map[string]*step{}
	for _, p := range puts {
		one, found := merged[p.query]
		if !found {
			n, err := rankOf(p.query)
			if err != nil {
				return err
			}
			one = &step{query: p.query, scan: p.scan}
			merged[p.query], rank[p.query] = one, n
			steps = append(steps, one)
		}
		one.rows = append(one.rows, p.args)
		if p.must {
			one.want++
		}
	}
	slices.SortStableFunc(steps, func(a, b *step) int { return rank[a.query] - rank[b.query] })
	return t.run(ctx, append(steps, after...)...)
}

func (p put) alone() *step {
	s := &step{query: p.query, rows: [][]any{p.args}, scan: p.scan}
	if p.must {
		s.want = 1
	}
	return s
}

// ranks is the order in which a group's changes are made where those of one kind go together: what refers to a row comes after it, and
// what was tried and done before the lanes that it moves on. Keys come first, so that groups with the same messages wait for each other there.
func ranks() []string {
	return []string{
		"INSERT INTO message_key ", "INSERT INTO cases ", "UPDATE cases ", "INSERT INTO case_external ", "DELETE FROM case_code ", "INSERT INTO case_code ",
		"INSERT INTO case_sender ", "INSERT INTO message ", "INSERT INTO message_body ", "INSERT INTO lane ", "INSERT INTO delivery ", "INSERT INTO inbox ",
		"INSERT INTO letter ", "UPDATE letter ", "UPDATE attempt ", "UPDATE delivery ", "UPDATE lane ",
	}
}

func rankOf(query string) (int, error) {
	rank := slices.IndexFunc(ranks(), func(begins string) bool { return strings.HasPrefix(query, begins) })
	if rank < 0 {
		return 0, fmt.Errorf("ordering changes: %.40s has no place", query)
	}
	return rank, nil
}
