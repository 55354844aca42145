package routing

import (
	"net/url"
	"slices"
	"strings"

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

// CallsAddress tells whether a row of the catalogue, on whatever day, leads to this address.
func (t *Table) CallsAddress(address string) bool {
	key := AddressKey(address)
	return slices.ContainsFunc(t.rows, func(row Row) bool { return AddressKey(row.Address) == key })
}

// AddressKey is an address in the one spelling that stands for all of it: scheme and host in lower case, without the
// port that is meant anyway.
func AddressKey(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
