package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const commitText = "COMMIT"

// put is one change whose result nobody waits for.
type put struct {
	Query string
	Args  []any
	must  bool // it changes one row, or something is wrong
	Scan  func(Scanner) error
}

// gathered is what a group of changes puts, in its order.
type gathered struct{ puts []put }

// Put makes a change whose result nobody waits for: at once, or, where a group shares its statements, together with those of the others.
func (t *Tx) Put(ctx context.Context, query string, args ...any) error {
	if t.gathered != nil {
		t.gathered.puts = append(t.gathered.puts, put{Query: query, Args: args})
		return nil
	}
	_, err := t.Exec(ctx, query, args...)
	return err
}

// PutOne is Put for a change of exactly one row: else the transaction fails.
func (t *Tx) PutOne(ctx context.Context, query string, args ...any) error {
	if t.gathered != nil {
		t.gathered.puts = append(t.gathered.puts, put{Query: query, Args: args, must: true})
		return nil
	}
	return t.Run(ctx, put{Query: query, Args: args, must: true}.alone())
}

// PutReturning is PutOne for a change that returns a row.
func (t *Tx) PutReturning(ctx context.Context, scan func(Scanner) error, query string, args ...any) error {
	one := put{Query: query, Args: args, must: true, Scan: scan}
	if t.gathered != nil {
		t.gathered.puts = append(t.gathered.puts, one)
		return nil
	}
	return t.Run(ctx, one.alone())
}

// Shares tells whether what is put is done together with what others put, later.
func (t *Tx) Shares() bool { return t.gathered != nil }

// flush makes the changes that were gathered, and the steps after them.
func (t *Tx) flush(ctx context.Context, after ...*Step) error {
	puts := t.gathered.puts
	t.gathered = nil
	steps := make([]*Step, 0, len(puts)+len(after))
	if !t.Dialect.merges {
		for _, p := range puts {
			steps = append(steps, p.alone())
		}
		return t.Run(ctx, append(steps, after...)...)
	}
	rank := map[string]int{}
	merged := map[string]*Step{}
	for _, p := range puts {
		one, found := merged[p.Query]
		if !found {
			n, err := rankOf(t.order, p.Query)
			if err != nil {
				return err
			}
			one = &Step{Query: p.Query, Scan: p.Scan}
			merged[p.Query], rank[p.Query] = one, n
			steps = append(steps, one)
		}
		one.Rows = append(one.Rows, p.Args)
		if p.must {
			one.Want++
		}
	}
	slices.SortStableFunc(steps, func(a, b *Step) int { return rank[a.Query] - rank[b.Query] })
	return t.Run(ctx, append(steps, after...)...)
}

func (p put) alone() *Step {
	s := &Step{Query: p.Query, Rows: [][]any{p.Args}, Scan: p.Scan}
	if p.must {
		s.Want = 1
	}
	return s
}

// rankOf is where changes of a kind are made among those of a group.
func rankOf(order []string, query string) (int, error) {
	rank := slices.IndexFunc(order, func(begins string) bool { return strings.HasPrefix(query, begins) })
	if rank < 0 {
		return 0, fmt.Errorf("ordering changes: %.40s has no place", query)
	}
	return rank, nil
}
