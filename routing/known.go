package routing

import (
	"net/url"
	"slices"

	"rivgate/routing/reach"
)

// CallsHost tells whether an address of the catalogue, on whatever day, has this host.
func (t *Table) CallsHost(host string) bool {
	return slices.ContainsFunc(t.rows, func(row Row) bool {
		u, err := url.Parse(row.Address)
		return err == nil && u.Hostname() != "" && reach.SameHost(u.Hostname(), host)
	})
}

// Allows judges the address of a row as far as it can be judged before its name is looked up: nil, reach.ErrNever or
// reach.ErrOutside. What stays in the house, or is no URL, is left to other rules.
func (r Rules) Allows(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	return r.Reach.JudgeHost(u.Hostname())
}
