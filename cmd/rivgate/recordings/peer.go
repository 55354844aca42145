package recordings

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/recording"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// peer is how a command reaches somebody.
type peer struct {
	Cert    string        `help:"Our certificate, PEM, shown to https addresses. To an http address it goes into the configured header (x-vp-auth-cert), as a trusted proxy puts it." placeholder:"FILE"`
	Key     string        `help:"Its key, PEM; only for https." placeholder:"FILE"`
	CA      string        `name:"ca" help:"Authorities that the receiver's certificate must come from; else the system's." placeholder:"FILE"`
	As      string        `help:"For the demo, in place of --cert: a certificate made up for this system." placeholder:"HSAID"`
	Timeout time.Duration `help:"For one answer, whole." default:"60s"`
	Largest int64         `help:"Bytes of an answer that are read." default:"67108864"`
}

// client reaches a URL, with the headers that show who we are.
func (p *peer) client(s *cli.Session, url string) (*soap.Client, http.Header, error) {
	if !config.IsURL(url) {
		return nil, nil, cli.Usage("%q is no address: write http:// or https:// and host", url)
	}
	roots, err := parts.ReadPool(p.CA)
	if err != nil {
		return nil, nil, err
	}
	header, plain := http.Header{}, strings.HasPrefix(strings.ToLower(url), "http:")
	t := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	switch {
	case p.As != "" && !plain:
		return nil, nil, cli.Usage("--as is for http addresses: a receiver with https would not believe it")
	case p.As != "", p.Cert != "" && plain:
		if header, err = p.forwarded(s); err != nil {
			return nil, nil, err
		}
	case p.Cert != "":
		pair, err := tls.LoadX509KeyPair(p.Cert, p.Key)
		if err != nil {
			return nil, nil, cli.Usage("reading --cert and --key: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return &soap.Client{
		Client:    wire.Client{TLS: func(string) *tls.Config { return t }, Timeout: p.Timeout, ConnectTimeout: p.Timeout},
		MaxAnswer: p.Largest,
	}, header, nil
}

// forwarded is the certificate in the header of the configuration.
func (p *peer) forwarded(s *cli.Session) (http.Header, error) {
	l, err := s.Config()
	if err != nil {
		return nil, err
	}
	name := l.Config.SOAP.CertificateHeader
	if p.As != "" {
		identity, err := recording.NewIdentity(p.As, s.Now())
		if err != nil {
			return nil, err
		}
		return identity.Header(name), nil
	}
	certificate, err := os.ReadFile(p.Cert)
	if err != nil {
		return nil, cli.Usage("reading --cert: %w", err)
	}
	header := http.Header{}
	header.Set(name, recording.ForwardedForm(certificate))
	return header, nil
}

// listening is how a command is reached.
type listening struct {
	Certificate string `name:"listen-cert" help:"Certificate that callers are shown, PEM; without it, plain HTTP." placeholder:"FILE"`
	Key         string `name:"listen-key" help:"Its key, PEM." placeholder:"FILE"`
	ClientCA    string `name:"client-ca" help:"Authorities that callers' certificates must come from: mutual TLS." placeholder:"FILE"`
}

// tls is nil for plain HTTP.
func (l *listening) tls() (*tls.Config, error) {
	if l.Certificate == "" {
		if l.Key+l.ClientCA != "" {
			return nil, cli.Usage("--listen-key and --client-ca need --listen-cert")
		}
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(l.Certificate, l.Key)
	if err != nil {
		return nil, cli.Usage("reading --listen-cert and --listen-key: %w", err)
	}
	t := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	var clients *x509.CertPool
	if clients, err = parts.ReadPool(l.ClientCA); err != nil {
		return nil, err
	}
	if clients != nil {
		t.ClientCAs, t.ClientAuth = clients, tls.RequireAndVerifyClientCert
	}
	return t, nil
}
