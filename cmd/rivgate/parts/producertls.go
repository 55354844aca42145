package parts

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
)

// ProducersTLS is how we show ourselves to the producer at an address, host:port, and whom we believe there: an entry
// of its own for host and port, else one for the host, else what is for all.
func ProducersTLS(c config.Producer) (func(address string) *tls.Config, error) {
	return ProducersTLSLooking(c, lookAgain)
}

// ProducersTLSLooking is ProducersTLS with another time between two looks at the files.
func ProducersTLSLooking(c config.Producer, every time.Duration) (func(address string) *tls.Config, error) {
	common, err := ClientTLS("producer.tls", c.TLS, tls.VersionTLS12, every)
	if err != nil {
		return nil, err
	}
	own := map[string]func() *tls.Config{}
	for i, one := range c.TLSFor {
		version := uint16(tls.VersionTLS12)
		if one.MinVersion == "1.3" {
			version = tls.VersionTLS13
		}
		if own[one.Address()], err = ClientTLS(fmt.Sprintf("producer.tls_for[%d]", i), one.Over(c.TLS), version,
			every); err != nil {
			return nil, err
		}
	}
	return func(address string) *tls.Config {
		host, port, _ := net.SplitHostPort(strings.ToLower(address))
		for _, name := range []string{net.JoinHostPort(host, port), host} {
			if config, ok := own[name]; ok {
				return config()
			}
		}
		return common()
	}, nil
}

// producerTLS is how we show ourselves, and whom we believe, where a producer has no entry of its own.
func producerTLS(c config.ClientTLS) (func() *tls.Config, error) {
	return ClientTLS("producer.tls", c, tls.VersionTLS12, lookAgain)
}

// ClientTLS are the files of one key of the configuration. They are read again when they change: then the result is
// another one.
func ClientTLS(key string, c config.ClientTLS, version uint16, every time.Duration) (func() *tls.Config, error) {
	files := &reread[*tls.Config]{every: every, load: func() (*tls.Config, error) {
		roots, err := ReadPool(c.CA)
		if err != nil {
			return nil, err
		}
		t := &tls.Config{RootCAs: roots, MinVersion: version}
		if c.Certificate != "" {
			pair, err := tls.LoadX509KeyPair(c.Certificate, c.Key)
			if err != nil {
				return nil, err
			}
			t.Certificates = []tls.Certificate{pair}
		}
		return t, nil
	}}
	for _, name := range []string{c.Certificate, c.Key, c.CA} {
		if name != "" {
			files.files = append(files.files, name)
		}
	}
	if _, err := files.get(); err != nil {
		return nil, cli.Usage("reading %s: %w", key, err)
	}
	return func() *tls.Config {
		t, _ := files.get() // the first reading went well, so there always is one
		return t
	}, nil
}
