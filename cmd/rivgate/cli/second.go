package cli

import (
	"context"
	"errors"

	"rivgate/cmd/rivgate/config"
	"rivgate/relay/duties"
	"rivgate/routing"
	"rivgate/store"
)

// SecondPerson carries out what may need a second person, for a command. It knows the addresses of the version in force
// in the store alone: of a catalogue that is kept elsewhere none, so that a second person is needed.
func SecondPerson(ctx context.Context, c config.Config, db *store.Store) (*duties.Desk, error) {
	d := &duties.Desk{Store: db, Second: c.Duties.SecondPerson}
	if len(d.Second) == 0 || c.TAK.Source != config.SourceStore && c.TAK.Source != config.SourceDemo {
		return d, nil
	}
	v, err := db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := db.CatalogueRows(ctx, v.Number)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(rows))
	for _, e := range rows {
		known[routing.AddressKey(e.Address)] = true
	}
	d.Known = func(address string) bool { return known[routing.AddressKey(address)] }
	return d, nil
}

// Asked tells who asked that nothing is done yet, and how another person confirms; any other error is as it is.
func Asked(err error) error {
	var asked *duties.Asked
	if !errors.As(err, &asked) {
		return err
	}
	return Refused("the catalogue does not know the address: nothing is done, and request %s waits until %s for another "+
		"person: rivgate duties confirm %s, or the page /duties", asked.Request.ID,
		asked.Request.Until.In(routing.Stockholm()).Format("2006-01-02 15:04"), asked.Request.ID)
}
