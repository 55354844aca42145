package store

import (
	"context"
	"fmt"

	"rivgate/store/db"
)

// Chosen lists the first deliveries that a verb would touch, if it were ordered now: what Would counts, the latest
// accepted first. Of messages that wait for the one before them, or were refused when their turn came, which are no
// deliveries, it tells id, case and receiver.
func (s *Store) Chosen(ctx context.Context, verb Verb, f DeliveryFilter, limit int) ([]DeliveryRow, error) {
	var o order
	switch verb {
	case VerbRetry:
		o = retrying("", "")
	case VerbReplay:
		o = replaying("", "")
	case VerbRedirect:
		o = redirecting("", "", "")
	case VerbClose:
		o = closing("", "")
	case VerbRelease:
		return s.chosenHeld(ctx, f, "h.refused = ''", limit)
	case VerbDismiss:
		return s.chosenHeld(ctx, f, stranded, limit)
	default:
		return nil, fmt.Errorf("listing deliveries: %q is no verb", verb)
	}
	c := f.conditions(s.Now())
	o.narrow(c)
	rows, err := s.deliveryRows(ctx, c, limit)
	if err != nil {
		return nil, fmt.Errorf("listing deliveries (%s): %w", verb, err)
	}
	return rows, nil
}

// chosenHeld is Chosen for held messages h of which a condition holds.
func (s *Store) chosenHeld(ctx context.Context, f DeliveryFilter, which string, limit int) ([]DeliveryRow, error) {
	held, err := s.heldWhich(ctx, f, which)
	var rows []DeliveryRow
	for _, h := range held[:min(len(held), limit)] {
		rows = append(rows, DeliveryRow{ID: h.id, CaseID: h.caseID, Receiver: h.receiver})
	}
	return rows, err
}

// DeliveriesOfClass is Deliveries, of those alone whose last attempt ended in a class.
func (s *Store) DeliveriesOfClass(ctx context.Context, f DeliveryFilter, class string) ([]DeliveryRow, error) {
	c := f.conditions(s.Now())
	c.Add("d.class = $?", class)
	rows, err := s.deliveryRows(ctx, c, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("listing deliveries of a class: %w", err)
	}
	return rows, nil
}

// deliveryRows reads deliveries d of lanes l, the latest accepted first; $1 is the present moment.
func (s *Store) deliveryRows(ctx context.Context, c *db.Conditions, limit int) ([]DeliveryRow, error) {
	c.Args = append(c.Args, db.ListLimit(limit))
	const correlation = `COALESCE((SELECT m.correlation FROM message m WHERE m.id = d.message_id), '')`
	rows, err := db.Collect(ctx, s.read, scanDelivery, fmt.Sprintf(`SELECT d.message_id, COALESCE(d.case_id, ''),
		COALESCE(c.ref_root, ''), COALESCE(c.ref_extension, ''), d.contract, d.receiver, d.component, d.address, %s, %s,
		d.attempts, d.class, d.code, d.accepted, d.next_at, d.done_at, %s, %s, %s
		FROM delivery d JOIN lane l ON l.id = d.lane LEFT JOIN cases c ON c.id = d.case_id
		%s ORDER BY d.seq DESC LIMIT $%d`,
		stateOf, unknownOutcome, paused, lastWhy, correlation, c.Where(), len(c.Args)), c.Args...)
	if err != nil {
		return nil, err
	}
	return rows, s.markDown(ctx, rows)
}
