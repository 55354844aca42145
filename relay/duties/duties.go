// Package duties keeps one person from sending messages where nobody else has agreed: what redirects deliveries, or
// publishes routes, to an address that the catalogue does not know waits for a second person. Pages, API and command
// line go through it.
//
// It does not know who may redirect or publish at all: its callers ask that, of both persons.
package duties

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/store/catalogues"
)

// Duties that a second person may be needed for, as duties.second_person of the configuration names them.
const (
	Redirect   = "redirect"    // deliveries to an address that the catalogue does not know
	NewAddress = "new_address" // routes to an address that the version before did not have
)

// All are the duties.
func All() []string { return []string{Redirect, NewAddress} }

// Asked is returned for what waits for a second person now. Nothing of it is done.
type Asked struct{ Request accounts.SecondRequest }

func (a *Asked) Error() string {
	return fmt.Sprintf("it waits for a second person, as request %s", a.Request.ID)
}

// Desk carries out what needs a second person, or asks for one.
type Desk struct {
	Store  *store.Store
	Second []string // the duties that need a second person; empty: none does
	// Known tells whether the catalogue in use has an address. Nil: it has none.
	Known func(address string) bool
	Rules routing.Rules // that a version is published by
}

func (d *Desk) needs(duty string) bool { return slices.Contains(d.Second, duty) }

// redirecting is the work of a Redirect.
type redirecting struct {
	Filter  store.DeliveryFilter
	Address string
}

// Redirect is store.Redirect, at once where the address is known. *Asked where another person must confirm; then the
// deliveries that come later are not touched. ErrNobody.
func (d *Desk) Redirect(ctx context.Context, f store.DeliveryFilter, address, reason string,
	by accesslog.Row, now time.Time,
) (int, error) {
	if !d.needs(Redirect) || d.Known != nil && d.Known(address) {
		return d.Store.Redirect(ctx, f, address, named(by), reason)
	}
	if f.Until.IsZero() {
		f.Until = now
	}
	return 0, d.ask(ctx, Redirect, redirecting{f, address}, address, reason, by)
}

// Publish is store.PublishCatalogue, at once where every address was in the version before. Whatever refuses the order
// refuses it before anybody is asked. *Asked, ErrNobody.
func (d *Desk) Publish(ctx context.Context, o catalogues.Order, rules routing.Rules,
	by accesslog.Row,
) (catalogues.Version, error) {
	fresh, err := d.newAddresses(ctx)
	if err != nil || len(fresh) == 0 || !d.needs(NewAddress) {
		if err != nil {
			return catalogues.Version{}, err
		}
		return d.Store.PublishCatalogue(ctx, o, rules)
	}
	trial := o
	trial.Trial = true
	if v, err := d.Store.PublishCatalogue(ctx, trial, rules); err != nil {
		return v, err
	}
	return catalogues.Version{}, d.ask(ctx, NewAddress, o, strings.Join(fresh, " "), o.Reason, by)
}

func (d *Desk) ask(ctx context.Context, duty string, work any, address, reason string, by accesslog.Row) error {
	text, err := json.Marshal(work)
	if err != nil {
		return err
	}
	r, err := d.Store.AskSecond(ctx, accounts.SecondRequest{Duty: duty, Work: text, Address: address, Reason: reason}, by)
	if err != nil {
		return err
	}
	return &Asked{r}
}

// newAddresses are the addresses of the draft that the version it was begun from does not have, sorted.
func (d *Desk) newAddresses(ctx context.Context) ([]string, error) {
	draft, err := d.Store.CatalogueDraft(ctx)
	if err != nil {
		return nil, err
	}
	base, err := d.Store.CatalogueRows(ctx, draft.Base)
	if err != nil {
		return nil, err
	}
	return New(base, draft.Rows), nil
}

// New are the addresses of systems that rows have and those before had not, sorted.
func New(before, after []catalogue.Row) (fresh []string) {
	had := map[string]bool{}
	for _, e := range before {
		had[routing.AddressKey(e.Address)] = true
	}
	for _, e := range after {
		if e.Address != "" && !strings.HasPrefix(e.Address, "rivgate:") && !had[routing.AddressKey(e.Address)] {
			had[routing.AddressKey(e.Address)] = true
			fresh = append(fresh, e.Address)
		}
	}
	slices.Sort(fresh)
	return fresh
}

func named(by accesslog.Row) string {
	if by.Name != "" {
		return by.Name
	}
	return by.Who
}

// Done is what came of a confirmed request.
type Done struct {
	Request accounts.SecondRequest `json:"request"`
	Count   int                    `json:"count,omitempty"`   // deliveries that were redirected
	Version int64                  `json:"version,omitempty"` // that was published
}

// Confirm carries out what another person asked for, in the name of both. A request that cannot be carried out any
// more, because the draft was changed since, is failed and over. ErrSamePerson and the others of DecideSecond; what
// store.PublishCatalogue refuses with.
func (d *Desk) Confirm(ctx context.Context, id string, by accesslog.Row) (Done, error) {
	r, err := d.Store.DecideSecond(ctx, id, true, by)
	if err != nil {
		return Done{}, err
	}
	done := Done{Request: r}
	if err = d.carryOut(ctx, &done, by); err != nil {
		return done, errors.Join(err, d.Store.FailSecond(ctx, id, by))
	}
	return done, nil
}

func (d *Desk) carryOut(ctx context.Context, done *Done, by accesslog.Row) (err error) {
	r := done.Request
	both := named(accesslog.Row{Who: r.Asker, Name: r.AskerName}) + " + " + named(by)
	switch r.Duty {
	case Redirect:
		var work redirecting
		if err := json.Unmarshal(r.Work, &work); err != nil {
			return err
		}
		done.Count, err = d.Store.Redirect(ctx, work.Filter, work.Address, both, r.Reason)
	case NewAddress:
		var work catalogues.Order
		if err := json.Unmarshal(r.Work, &work); err != nil {
			return err
		}
		work.By = both
		var v catalogues.Version
		v, err = d.Store.PublishCatalogue(ctx, work, d.Rules)
		done.Version = v.Number
	default:
		err = fmt.Errorf("carrying out request %s: nobody knows the duty %q", r.ID, r.Duty)
	}
	return err
}

// Refuse ends a request; who asked takes it back so.
func (d *Desk) Refuse(ctx context.Context, id string, by accesslog.Row) (accounts.SecondRequest, error) {
	return d.Store.DecideSecond(ctx, id, false, by)
}
