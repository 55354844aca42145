package config

import (
	"net"
	"net/url"

	"rivgate/web/shell"
)

// Clamd is the virus scanner at the configured address; nil where there is none, or where it is no address.
func (c Files) Clamd() *shell.Clamd {
	at, err := url.Parse(c.Scanner)
	if err != nil {
		return nil
	}
	s := &shell.Clamd{Network: at.Scheme, Timeout: c.ScanTimeout}
	switch at.Scheme {
	case "tcp":
		if _, _, err := net.SplitHostPort(at.Host); err != nil || at.Path != "" {
			return nil
		}
		s.Address = at.Host
	case "unix":
		if at.Host != "" || at.Path == "" {
			return nil
		}
		s.Address = at.Path
	default:
		return nil
	}
	return s
}
