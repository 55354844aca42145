package wire

import (
	"crypto/tls"
	"net"
	"sync"
)

// tlsConfig is what a new connection to address is made with.
func (c *Client) tlsConfig(address string) *tls.Config {
	var own *tls.Config
	if c.TLS != nil {
		own = c.TLS(address)
	}
	config := own.Clone() // nil of nil
	if config == nil {
		config = &tls.Config{}
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address)
	}
	config.NextProtos = []string{"http/1.1"}
	if config.ClientSessionCache == nil {
		config.ClientSessionCache = c.sessions.of(address, own)
	}
	return config
}

// tlsSessions are the TLS sessions with producers. A session stands for the certificates that both sides showed, so it
// is resumed only with the same key and the same authorities. The zero value is ready for use.
type tlsSessions struct {
	mu  sync.Mutex
	all map[string]tlsSession // by address
}

type tlsSession struct {
	config *tls.Config // as Client.TLS gave it
	cache  tls.ClientSessionCache
}

const (
	maxSessions        = 4096 // producers whose sessions are remembered
	sessionsPerAddress = 4    // one name, and so one session; some more for a cache that other code may share
)

// of is the cache for connections to address that are made with config.
func (s *tlsSessions) of(address string, config *tls.Config) tls.ClientSessionCache {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.all[address]; ok && known.config == config {
		return known.cache
	}
	if s.all == nil || len(s.all) >= maxSessions { // those in use are back at once
		s.all = map[string]tlsSession{}
	}
	fresh := tlsSession{config, tls.NewLRUClientSessionCache(sessionsPerAddress)}
	s.all[address] = fresh
	return fresh.cache
}
