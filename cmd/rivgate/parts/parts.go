// Package parts makes the parts of a gateway, each from its section of the configuration: contracts, catalogue and its
// sources, the line, TLS, sign-in. serve puts them together; a command makes the few that it needs.
//
// It does not know which of them run, or in which order.
package parts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/soap/wire"
	"rivgate/store"
)

// What stands here makes one part of the gateway each, from its section of the configuration; serve.go puts them
// together.

// NewRegistry opens the contracts.
func NewRegistry(c config.Config) (*contracts.Registry, error) {
	r, err := config.OpenContracts(c)
	if err != nil {
		return nil, cli.Usage("%w", err)
	}
	return r, nil
}

// Namespace is the responder namespace of a contract that is named by it or by its short name.
func Namespace(r *contracts.Registry, name string) string {
	if ns, ok := r.Names()[name]; ok {
		return ns
	}
	return name
}

// producerTimeouts are the times for a producer's answer that are not the default.
func producerTimeouts(c config.Config, r *contracts.Registry) map[string]time.Duration {
	t := make(map[string]time.Duration)
	for name, d := range c.Producer.Timeouts {
		t[Namespace(r, name)] = d
	}
	for name, p := range c.Contracts.PerContract {
		if p.Timeout > 0 {
			t[Namespace(r, name)] = p.Timeout
		}
	}
	return t
}

// NewRules says how the table climbs and splits.
func NewRules(c config.Config, r *contracts.Registry) routing.Rules {
	return routing.Rules{
		Delimiter: c.TAK.Delimiter, DelimiterContracts: c.TAK.DelimiterContracts, DelimiterSenders: c.TAK.DelimiterSenders,
		ClimbRoutes: c.TAK.Tree.Routes, ClimbPermissions: c.TAK.Tree.Permissions,
		ExceptedContracts: c.TAK.Tree.ExceptedContracts,
		Reach:             c.Reach(), Durable: r.Durable, SendContract: r.Send().Contract,
		ReturnContract: r.Return().Contract,
		PortalAddress:  c.Contracts.PortalAddress, Own: c.Instance.HSAID,
	}
}

// NewSource is where a catalogue is read: the configured one, or the file or URL that a command names.
func NewSource(c config.Config, r *contracts.Registry, source string) (tak.Source, error) {
	beside := tak.Beside{UnitsFile: c.TAK.UnitsFile, HSAFiles: c.TAK.HSAFiles, Names: r.Names()}
	switch {
	case source == config.SourceDemo:
		return NewDemoSource(c, r), nil
	case config.IsURL(source):
		t, err := producerTLS(c.Producer.TLS)
		if err != nil {
			return nil, err
		}
		return tak.TAK{URL: source, TLS: t, Beside: beside}, nil
	}
	return tak.File{Path: source, Beside: beside}, nil
}

// NewKeeper keeps the configured catalogue fresh. The folder of its saved copy is made. What is published in the store
// was looked at by a person, so it is never held back.
func NewKeeper(c config.Config, r *contracts.Registry, db *store.Store, now func() time.Time,
	log *zap.Logger,
) (*tak.Keeper, error) {
	var source tak.Source = newStoreSource(c, db)
	shrink := 0
	switch c.TAK.Source {
	case config.SourceStore:
	case config.SourceDemo:
		source = NewStartedSource(c, r, db)
	default:
		var err error
		if source, err = NewSource(c, r, c.TAK.Source); err != nil {
			return nil, err
		}
		shrink = c.TAK.MaxShrink
	}
	if err := os.MkdirAll(filepath.Dir(c.TAK.Cache), 0o750); err != nil {
		return nil, fmt.Errorf("making the folder of tak.cache: %w", err)
	}
	k := &tak.Keeper{
		Source: source, Rules: NewRules(c, r), CacheFile: c.TAK.Cache, Every: c.TAK.Refresh, MaxShrink: shrink, Now: now,
		Log: log,
	}
	if len(c.TAK.HSAFiles) > 0 {
		k.Tree = tak.Beside{HSAFiles: c.TAK.HSAFiles}.Tree
	}
	from := k.Status().Source
	k.Accepted = acceptance(db, from)
	if c.TAK.Source != config.SourceStore && c.TAK.Source != config.SourceDemo { // there a person confirmed it
		k.TurnedOff = func(ctx context.Context, off []routing.TurnedOff) error { return db.NoteTurnedOff(ctx, from, off) }
	}
	return k, nil
}

// NewWire is the one client of producers, which dials nothing but what producer.allowed lets be called.
func NewWire(c config.Config, own func(address string) *tls.Config) wire.Client {
	return wire.Client{
		TLS: own, ConnectTimeout: c.Producer.ConnectTimeout, Timeout: c.Producer.Timeout, Reach: c.Reach(),
	}
}

// published is outgoing.Sender.Published: in production, where nothing is listed, a connection is tested only to hosts
// of the catalogue in use, so that no draft of one person is a way to look around in a network.
func published(c config.Config, table func() *routing.Table) func(host string) bool {
	if c.Environment != config.EnvironmentProduction || len(c.Producer.Allowed) > 0 {
		return nil
	}
	return func(host string) bool {
		t := table()
		return t != nil && t.CallsHost(host)
	}
}

// NewRelay is the line over an open store and a table.
func NewRelay(c config.Config, r *contracts.Registry, db *store.Store, table func() *routing.Table,
	now func() time.Time, log *zap.Logger,
) (*relay.Relay, error) {
	t, err := ProducersTLS(c.Producer)
	if err != nil {
		return nil, err
	}
	clients, err := clientAuthorities(c.SOAP.TLS.ClientCA)
	if err != nil {
		return nil, err
	}
	signatures, err := newSignatures(c.Signature)
	if err != nil {
		return nil, err
	}
	instance := outgoing.Instance{ID: c.Instance.ID, Name: c.Instance.Name, HSAID: c.Instance.HSAID}
	return &relay.Relay{
		Instance: instance, Portal: c.Contracts.PortalAddress, Table: table, Contracts: r, Store: db, Signatures: signatures,
		Sender: &outgoing.Sender{
			Client: &soap.Client{
				Client:    NewWire(c, t),
				MaxAnswer: int64(c.Producer.MaxAnswer), Folder: spoolFolder(c),
			},
			Instance:    instance,
			Timeouts:    producerTimeouts(c, r),
			Correlation: c.Producer.Correlation, Published: published(c, table),
		},
		Trust: relay.Trust{
			Proxies: config.Prefixes(c.SOAP.TrustedProxies), Internal: config.Prefixes(c.SOAP.InternalFrom),
			CertificateHeader: c.SOAP.CertificateHeader, ClientCA: clients,
			OriginalConsumer: relay.OriginalConsumer{
				AllowedSenders: c.SOAP.OriginalConsumer.AllowedSenders, Enforce: c.SOAP.OriginalConsumer.Enforce,
			},
		},
		Limits: soap.Limits{Message: int64(c.SOAP.MaxMessage), Folder: spoolFolder(c)}, Large: c.SOAP.MaxLarge, Now: now,
		NewID: NewID, Log: log,
		Refusals: &relay.Refusals{Log: log}, SupplementAfterClose: c.Citizen.SupplementAfterClose,
	}, nil
}

// spoolFolder is where large messages are while they are read: what is kept beside the database is on a disk that has
// room for them, and never in memory.
func spoolFolder(c config.Config) string {
	path, ok := strings.CutPrefix(c.Store.URL, "sqlite:")
	if c.SOAP.Spool != "" || !ok {
		return c.SOAP.Spool
	}
	return filepath.Dir(path)
}

// NewID is a UUID of version 7, so that ids sort by time.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil { // the system has no randomness: nothing here could be trusted
		panic(err)
	}
	return id.String()
}

// ReadPool reads the authorities in a PEM file; nil for no file.
func ReadPool(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, cli.Usage("reading authorities: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, cli.Usage("reading authorities: there is no PEM certificate in %s", file)
	}
	return pool, nil
}
