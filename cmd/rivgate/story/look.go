package story

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/recording"
)

// seen is a case as the API shows it.
type seen struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Version int64  `json:"version"`
	Handler struct {
		Unit string `json:"unit"`
		Via  string `json:"via"`
	} `json:"handler"`
	PlaceText      string `json:"incidentPlaceText"`
	BegunOutside   bool   `json:"begunOutside"`
	Withdrawn      string `json:"withdrawn"`
	Classification struct {
		MainProblems []string
		IncidentUnit string
	} `json:"classification"`
}

func (t *teller) look(ctx context.Context, id string) (seen, error) {
	var c seen
	err := t.get(ctx, "/api/cases/"+url.PathEscape(id), &c)
	return c, err
}

// ending sums up a case for the table.
func (t *teller) ending(ctx context.Context, id string) Ending {
	e := Ending{Case: id, State: "no case"}
	c, err := t.look(ctx, id)
	if id == "" || err != nil {
		return e
	}
	e.State, e.Handler, e.Via = c.State, c.Handler.Unit, c.Handler.Via
	if entries, err := t.timeLine(ctx, id); err == nil {
		e.Messages = len(entries)
	}
	if letters, err := t.Portal.Mailbox(ctx, id); err == nil {
		e.Letters = len(letters)
	}
	if rows, err := t.deliveries(ctx, id); err == nil {
		for _, r := range rows {
			if r.State == "delivered" {
				e.Delivered++
			}
		}
	}
	return e
}

// found checks which units a citizen finds by what was typed, of a region, and which board is offered beside them.
func (t *teller) found(ctx context.Context, typed, region, wantBoard string, want ...string) func() error {
	return func() error {
		var answer struct {
			Items []struct {
				HSAID string `json:"hsaId"`
			}
			Board struct {
				HSAID string `json:"hsaId"`
			}
		}
		if err := t.get(ctx, "/api/receivers?"+url.Values{"q": {typed}, "region": {region}}.Encode(), &answer); err != nil {
			return err
		}
		var ids []string
		for _, unit := range answer.Items {
			ids = append(ids, unit.HSAID)
		}
		if !slices.Equal(ids, want) || answer.Board.HSAID != wantBoard {
			return fmt.Errorf("it finds [%s] and the board %s", strings.Join(ids, " "), answer.Board.HSAID)
		}
		return nil
	}
}

// written waits until a case has messages of these kinds, in this order.
func (t *teller) written(ctx context.Context, id *string, want ...string) func() error {
	return func() error {
		return t.soon(ctx, func() error {
			line, err := t.timeLine(ctx, *id)
			if err != nil {
				return err
			}
			kinds := make([]string, len(line))
			for i, e := range line {
				kinds[i] = e.Kind
			}
			if !slices.Equal(kinds, want) {
				return fmt.Errorf("the case has [%s], not [%s]", strings.Join(kinds, " "), strings.Join(want, " "))
			}
			return nil
		})
	}
}

// entry is one message of a time line.
type entry struct {
	Kind  string `json:"kind"`
	Place string `json:"place"`
}

func (t *teller) timeLine(ctx context.Context, id string) ([]entry, error) {
	var entries struct{ Items []entry }
	err := t.get(ctx, "/api/cases/"+url.PathEscape(id)+"/messages", &entries)
	return entries.Items, err
}

// delivery is one row of the outbox.
type delivery struct {
	ID       string `json:"id"`
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
}

func (t *teller) deliveries(ctx context.Context, id string) ([]delivery, error) {
	var rows struct{ Items []delivery }
	err := t.get(ctx, "/api/deliveries?limit=500&case="+url.QueryEscape(id), &rows)
	return rows.Items, err
}

// state waits until a case has a state.
func (t *teller) state(ctx context.Context, id *string, want string) func() error {
	return func() error {
		return t.soon(ctx, func() error {
			c, err := t.look(ctx, *id)
			if err == nil && c.State != want {
				err = fmt.Errorf("the case is %s, not %s", c.State, want)
			}
			return err
		})
	}
}

// handled waits until a case is with a unit, by a way.
func (t *teller) handled(ctx context.Context, id *string, unit, via string) func() error {
	return func() error {
		return t.soon(ctx, func() error {
			c, err := t.look(ctx, *id)
			if err == nil && (c.Handler.Unit != unit || c.Handler.Via != via) {
				err = fmt.Errorf("the case is with %s by %s, not with %s by %s", c.Handler.Unit, c.Handler.Via, unit, via)
			}
			return err
		})
	}
}

// letters waits until the citizen has letters of these kinds, in this order.
func (t *teller) letters(ctx context.Context, id *string, want ...string) func() error {
	return func() error {
		return t.soon(ctx, func() error {
			all, err := t.Portal.Mailbox(ctx, *id)
			if err != nil {
				return err
			}
			kinds := make([]string, len(all))
			for i, l := range all {
				kinds[i] = l.Kind
			}
			if !slices.Equal(kinds, want) {
				return fmt.Errorf("the mailbox holds [%s], not [%s]", strings.Join(kinds, " "), strings.Join(want, " "))
			}
			return nil
		})
	}
}

// question finds question number n in the mailbox.
func (t *teller) question(ctx context.Context, id string, n int) (recording.Letter, error) {
	all, err := t.Portal.Mailbox(ctx, id)
	if err != nil {
		return recording.Letter{}, err
	}
	for _, l := range all {
		if l.Kind != "question" {
			continue
		}
		if n--; n == 0 {
			return l, nil
		}
	}
	return recording.Letter{}, errors.New("there is no such question in the mailbox")
}

// reached waits until the handling system has messages of these kinds in a case, in this order.
func (t *teller) reached(ctx context.Context, id *string, want ...string) func() error {
	return func() error {
		return t.soon(ctx, func() error {
			c, ok := t.System.Case(*id)
			if !ok {
				return errors.New("the handling system does not have the case")
			}
			var kinds []string
			for _, m := range c.Messages {
				if m.Kind == "complaint" || m.Kind == "answer" || m.Kind == "forward" {
					kinds = append(kinds, m.Kind)
				}
			}
			if !slices.Equal(kinds, want) {
				return fmt.Errorf("the handling system got [%s], not [%s]", strings.Join(kinds, " "), strings.Join(want, " "))
			}
			return nil
		})
	}
}

// absent makes sure that the handling system has never heard of a case.
func (t *teller) absent(id *string) func() error {
	return func() error {
		if _, ok := t.System.Case(*id); ok {
			return errors.New("the handling system has a case that is not its own")
		}
		return nil
	}
}

// okay is nil for a receipt that says OK.
func okay(r contracts.Receipt, err error) error { return result(r, err, contracts.OK, "") }

// result is nil for a receipt with a result code and a sub code.
func result(r contracts.Receipt, err error, code, subCode string) error {
	if err == nil && (r.Result.Code != code || r.Result.SubCode != subCode) {
		err = fmt.Errorf("the result is %s %s, not %s %s", r.Result.Code, r.Result.SubCode, code, subCode)
	}
	return err
}
