package catalogue

import "rivgate/routing"

// TurnsOff are the units that citizens can choose by the rows of one catalogue and not by those of another, from a day
// on; tree stands beside both, open are the units with open cases. The error is that of routing.NewTable, of the rows
// after; rows before that make no table turn nothing off.
func TurnsOff(before, after []Row, r routing.Rules, tree routing.Tree, from routing.Date,
	open map[string]int,
) ([]routing.TurnedOff, error) {
	was, will := FromRows(before), FromRows(after)
	was.Tree, will.Tree = tree, tree
	b, err := routing.NewTable(will, r)
	if err != nil {
		return nil, err
	}
	a, err := routing.NewTable(was, r)
	if err != nil { // by rules of today: what was never in use turns nobody off
		return nil, nil //nolint:nilerror // see above
	}
	return routing.TurnsOff(a, b, routing.ChangeDays(was, will, from), open), nil
}
