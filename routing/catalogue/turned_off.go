package catalogue

import "rivgate/routing"

// TurnsOff are the units that citizens can choose by the rows of one catalogue and not by those of another, from a day
// on; tree stands beside both, open are the units with open cases. The error is that of routing.NewTable, of the rows
// after; rows before that make no table turn nothing off.
func TurnsOff(before, after []Row, r routing.Rules, tree routing.Tree, from routing.Date,
	open map[string]int,
) ([]routing.TurnedOff, error) {
	a, b, err := tables(before, after, r, tree)
	if a == nil || b == nil {
		return nil, err
	}
	return routing.TurnsOff(a, b, routing.ChangeDays(FromRows(before), FromRows(after), from), open), nil
}

// SuccessionsOf is Successions of rows, as TurnsOff asks them.
func SuccessionsOf(before, after []Row, r routing.Rules, tree routing.Tree, day routing.Date,
	open map[string]int,
) ([]Succession, error) {
	a, b, err := tables(before, after, r, tree)
	if a == nil || b == nil {
		return nil, err
	}
	return Successions(a, b, r, day, open), nil
}

// tables are those of rows before and after; nil for rows before that make none by the rules of today, which were never
// in use.
func tables(before, after []Row, r routing.Rules, tree routing.Tree) (a, b *routing.Table, err error) {
	was, will := FromRows(before), FromRows(after)
	was.Tree, will.Tree = tree, tree
	if b, err = routing.NewTable(will, r); err != nil {
		return nil, nil, err
	}
	a, err = routing.NewTable(was, r)
	if err != nil {
		return nil, b, nil //nolint:nilerror // see above
	}
	return a, b, nil
}
