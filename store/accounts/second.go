package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"rivgate/store/accesslog"
	"rivgate/store/db"
)

// Why nobody decides a request.
var (
	ErrSamePerson = errors.New("who asks does not confirm: another person must")
	ErrNobody     = errors.New("the caller is nobody that is known by name: sign in to ask or to confirm")
	ErrDecided    = errors.New("somebody has decided it already")
	ErrExpired    = errors.New("nobody confirmed it in time: ask again")
)

// SecondTime is how long a request waits for its second person.
const SecondTime = 72 * time.Hour

// SecondState is what became of a request.
type SecondState string

// The states of a request.
const (
	SecondWaiting   SecondState = "waiting"
	SecondConfirmed SecondState = "confirmed"
	SecondRefused   SecondState = "refused" // by the second person, or taken back by who asked
	SecondFailed    SecondState = "failed"  // it was confirmed, and could not be done any more
	SecondExpired   SecondState = "expired" // never stored: it waits no longer
)

// SecondRequest is something that one person asked for and another must confirm.
type SecondRequest struct {
	ID          string          `json:"id"`
	Duty        string          `json:"duty"` // redirect or new_address
	Work        json.RawMessage `json:"-"`    // what is to be done, for who carries it out
	Address     string          `json:"address"`
	Reason      string          `json:"reason"`
	Asker       string          `json:"asker"`
	AskerName   string          `json:"askerName,omitempty"`
	Asked       time.Time       `json:"asked"`
	Until       time.Time       `json:"until"`
	State       SecondState     `json:"state"`
	Decider     string          `json:"decider,omitempty"`
	DeciderName string          `json:"deciderName,omitempty"`
	Decided     time.Time       `json:"decided,omitzero"`
}

// AskSecond notes a request and logs it as by's. ErrNobody.
func (d *Directory) AskSecond(ctx context.Context, r SecondRequest, by accesslog.Row) (SecondRequest, error) {
	if by.Who == "" {
		return r, ErrNobody
	}
	r.ID, r.State, r.Asker, r.AskerName = strings.ToLower(rand.Text()[:10]), SecondWaiting, by.Who, by.Name
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		r.Asked, r.Until = t.Now, t.Now.Add(SecondTime)
		if _, err := t.Exec(ctx, `INSERT INTO second_person (id, duty, work, address, reason, asker, asker_name, asked, until,
				state, decider, decider_name, decided)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', 0)`,
			r.ID, r.Duty, string(r.Work), db.StorableText(r.Address), db.StorableText(r.Reason), r.Asker,
			db.StorableText(r.AskerName), db.Micros(r.Asked), db.Micros(r.Until), string(SecondWaiting)); err != nil {
			return err
		}
		return logSecond(ctx, t, by, "second asked", r)
	})
	return r, err
}

func logSecond(ctx context.Context, t *db.Tx, by accesslog.Row, step string, r SecondRequest) error {
	by.What, by.Detail = accesslog.Change, accesslog.DetailOf(step, r.Duty)
	by.Subject = accesslog.DetailOf("second request", r.ID, r.Asker) // who asked, beside who decides
	return accesslog.Write(ctx, t, by)
}

// DecideSecond confirms or refuses a request, once, and logs it as by's. Who asked may take it back, and never
// confirms. ErrNotFound, ErrNobody, ErrSamePerson, ErrDecided, ErrExpired.
func (d *Directory) DecideSecond(ctx context.Context, id string, confirm bool, by accesslog.Row) (SecondRequest,
	error,
) {
	var r SecondRequest
	if by.Who == "" {
		return r, ErrNobody
	}
	err := d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		all, err := db.Collect(ctx, t, scanSecond, selectSecond+` WHERE id = $1`+t.Dialect.ForUpdate, id)
		switch {
		case err != nil:
			return err
		case len(all) == 0:
			return db.ErrNotFound
		}
		r = all[0]
		switch {
		case r.State != SecondWaiting:
			return ErrDecided
		case !r.Until.After(t.Now):
			return ErrExpired
		case confirm && r.Asker == by.Who:
			return ErrSamePerson
		}
		r.Decider, r.DeciderName, r.Decided = by.Who, by.Name, t.Now
		step := "second confirmed"
		if r.State = SecondConfirmed; !confirm {
			r.State, step = SecondRefused, "second refused"
		}
		if _, err := t.Exec(ctx, `UPDATE second_person SET state = $2, decider = $3, decider_name = $4, decided = $5 WHERE id = $1`,
			r.ID, string(r.State), r.Decider, db.StorableText(r.DeciderName), db.Micros(r.Decided)); err != nil {
			return err
		}
		return logSecond(ctx, t, by, step, r)
	})
	return r, err
}

// FailSecond notes that a confirmed request could not be carried out.
func (d *Directory) FailSecond(ctx context.Context, id string, by accesslog.Row) error {
	return d.db.Write(ctx, func(ctx context.Context, t *db.Tx) error {
		if _, err := t.Exec(ctx, `UPDATE second_person SET state = $2 WHERE id = $1`, id, string(SecondFailed)); err != nil {
			return err
		}
		return logSecond(ctx, t, by, "second failed", SecondRequest{ID: id, Asker: by.Who})
	})
}

const selectSecond = `SELECT id, duty, work, address, reason, asker, asker_name, asked, until, state, decider, ` +
	`decider_name, decided FROM second_person`

func scanSecond(rows *sql.Rows) (r SecondRequest, err error) {
	var work, state string
	var asked, until, decided int64
	if err := rows.Scan(&r.ID, &r.Duty, &work, &r.Address, &r.Reason, &r.Asker, &r.AskerName, &asked, &until, &state,
		&r.Decider, &r.DeciderName, &decided); err != nil {
		return r, err
	}
	r.Work, r.State, r.Asked, r.Until = json.RawMessage(work), SecondState(state), db.Moment(asked), db.Moment(until)
	if decided > 0 {
		r.Decided = db.Moment(decided)
	}
	return r, nil
}

// SecondRequests are the latest hundred requests, the newest first, as they are now.
func (d *Directory) SecondRequests(ctx context.Context) ([]SecondRequest, error) {
	all, err := db.Collect(ctx, d.read, scanSecond, selectSecond+` ORDER BY asked DESC, id LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("listing what waits for a second person: %w", err)
	}
	now := d.db.Now()
	for i := range all {
		if all[i].State == SecondWaiting && !all[i].Until.After(now) {
			all[i].State = SecondExpired
		}
	}
	return all, nil
}

// SecondRequest is one of them. ErrNotFound.
func (d *Directory) SecondRequest(ctx context.Context, id string) (SecondRequest, error) {
	all, err := db.Collect(ctx, d.read, scanSecond, selectSecond+` WHERE id = $1`, id)
	if err != nil {
		return SecondRequest{}, fmt.Errorf("reading what waits for a second person: %w", err)
	}
	if len(all) == 0 {
		return SecondRequest{}, db.ErrNotFound
	}
	return all[0], nil
}
