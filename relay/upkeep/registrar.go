package upkeep

import (
	"context"
	"time"

	"go.uber.org/zap"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
)

// Registrar gives the open cases of the inboxes their registration numbers, by the nearest series of their units. It
// comes after the line, so that no accept ever waits for a number; any number of replicas may run one.
type Registrar struct{ Relay *relay.Relay }

// Waits between two rounds of a Registrar: at least, and as a multiple of how long the round before took.
const (
	registerEvery = 2 * time.Second
	registerShare = 20
	registerMost  = 500 // cases of a series in one round
)

// Run goes on until ctx ends.
func (r *Registrar) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		began := time.Now()
		if _, err := r.Round(ctx); err != nil && ctx.Err() == nil {
			r.Relay.Log.Error("giving registration numbers", zap.Error(err))
		}
		timer := time.NewTimer(max(registerEvery, registerShare*time.Since(began)))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// Round numbers the cases that have no number now, those received first, first; and tells how many.
func (r *Registrar) Round(ctx context.Context) (int, error) {
	all, err := r.Relay.Store.AllSeries(ctx)
	if err != nil {
		return 0, err
	}
	given := 0
	for of, units := range unitsOfSeries(all, r.Relay.Table()) {
		waiting, err := r.Relay.Store.Unnumbered(ctx, units, true, registerMost)
		if err != nil {
			return given, err
		}
		for _, c := range waiting {
			d, err := r.Relay.Store.Number(ctx, c.CaseID, c.Unit, of)
			if err != nil {
				return given, err
			}
			if d.Diary != "" {
				given++
			}
		}
	}
	return given, nil
}

// unitsOfSeries are the units that get their numbers from each series in use. A unit that has left the catalogue still
// has its own.
func unitsOfSeries(all []store.Series, table *routing.Table) map[store.Holder][]string {
	out := map[store.Holder][]string{}
	for _, s := range all {
		if _, known := table.Unit(s.Of.ID); s.Active && s.Of.Level == store.LevelUnit && !known {
			out[s.Of] = append(out[s.Of], s.Of.ID)
		}
	}
	if !anyActive(all) {
		return out
	}
	for _, u := range table.Units() {
		if s := store.NearestSeries(all, store.UnitHolders(u.HSAID, u.Provider, u.Region, u.Kind)); s != nil {
			out[s.Of] = append(out[s.Of], u.HSAID)
		}
	}
	return out
}

func anyActive(all []store.Series) bool {
	for _, s := range all {
		if s.Active {
			return true
		}
	}
	return false
}
