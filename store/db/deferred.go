package db

import (
	"context"
	"errors"
	"slices"
)

const commitText = "COMMIT"

// pending is a change that a group makes later, together with the others of its kind.
type pending struct {
	statement *Statement
	values    []any
	one       bool // it changes exactly one row, or something is wrong
	scan      func(Scanner) error
}

// deferred are the changes that a group makes at its end, in the order in which they came.
type deferred struct{ changes []pending }

// Put makes a change whose result nobody waits for: at once, or, in a group, at its end together with those of the
// others.
func (t *Tx) Put(ctx context.Context, s *Statement, values ...any) error {
	return t.put(ctx, pending{statement: s, values: values})
}

// PutOne is Put for a change of exactly one row: with any other number the transaction fails.
func (t *Tx) PutOne(ctx context.Context, s *Statement, values ...any) error {
	return t.put(ctx, pending{statement: s, values: values, one: true})
}

// PutReturning is PutOne for a change that returns a row.
func (t *Tx) PutReturning(ctx context.Context, scan func(Scanner) error, s *Statement, values ...any) error {
	return t.put(ctx, pending{statement: s, values: values, one: true, scan: scan})
}

func (t *Tx) put(ctx context.Context, p pending) error {
	if t.deferred != nil {
		t.deferred.changes = append(t.deferred.changes, p)
		return nil
	}
	return t.Run(ctx, p.step())
}

// Defers tells whether what is put is done later, together with what others put.
func (t *Tx) Defers() bool { return t.deferred != nil }

// flush makes the changes that were deferred, and then the steps of after.
func (t *Tx) flush(ctx context.Context, after ...*Step) error {
	changes := t.deferred.changes
	t.deferred = nil
	var steps []*Step
	if t.Dialect.merges {
		var err error
		if steps, err = merge(changes, t.order); err != nil {
			return err
		}
	} else {
		for _, p := range changes {
			steps = append(steps, p.step())
		}
	}
	return t.Run(ctx, append(steps, after...)...)
}

// merge makes one step of all changes by the same statement, and sorts the steps by the order of their statements.
func merge(changes []pending, order []*Statement) ([]*Step, error) {
	merged := make([]*Step, len(order))
	for _, p := range changes {
		at := slices.Index(order, p.statement)
		if at < 0 {
			return nil, errors.New("merging changes: a statement is missing in the order: " + p.statement.SQLite)
		}
		if merged[at] == nil {
			merged[at] = &Step{Statement: p.statement, Scan: p.scan}
		}
		merged[at].Rows = append(merged[at].Rows, p.values)
		if p.one {
			merged[at].Want++
		}
	}
	return slices.DeleteFunc(merged, func(s *Step) bool { return s == nil }), nil
}

// step is the change as a step of its own.
func (p pending) step() *Step {
	s := &Step{Statement: p.statement, Rows: [][]any{p.values}, Scan: p.scan}
	if p.one {
		s.Want = 1
	}
	return s
}
