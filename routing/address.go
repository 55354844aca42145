package routing

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"

	"rivgate/routing/reach"
)

// What is wrong with the address of a producer.
var (
	ErrNoURL  = errors.New("it is no URL with http:// or https://, a host and nobody's name")
	ErrNoPort = errors.New("its port is none: write 1 to 65535")
	// ErrNever: see reach.IsNever.
	ErrNever = errors.New("it is link-local, multicast, unspecified or a metadata service's: no producer has such an " +
		"address")
)

// ProducerAddress reads an address that messages are to be sent to. ErrNoURL, ErrNoPort, ErrNever.
func ProducerAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, ErrNoURL
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, ErrNoPort
		}
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && reach.IsNever(ip) {
		return nil, ErrNever
	}
	return u, nil
}
