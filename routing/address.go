package routing

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
)

// What is wrong with the address of a producer.
var (
	ErrNoURL     = errors.New("it is no URL with http:// or https://, a host and nobody's name")
	ErrNoPort    = errors.New("its port is none: write 1 to 65535")
	ErrLinkLocal = errors.New("it is a link-local address, which no producer has")
)

// ProducerAddress reads an address that messages are to be sent to. A link-local address is no producer's: there the
// machine itself, or who runs it, answers (metadata services). ErrNoURL, ErrNoPort, ErrLinkLocal.
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
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.Unmap().IsLinkLocalUnicast() {
		return nil, ErrLinkLocal
	}
	return u, nil
}
