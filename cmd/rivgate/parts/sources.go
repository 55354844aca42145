package parts

import (
	"context"
	_ "embed"
	"errors"
	"strconv"
	"strings"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/store"
	"rivgate/store/catalogues"
)

// StoreSource is the catalogue kept in the store: the newest version that is due. The HSA tree stands in its own files.
type StoreSource struct {
	DB     *store.Store
	beside tak.Beside
}

var (
	_ tak.Source = StoreSource{}
	_ tak.Marked = StoreSource{}
)

// Read gives the version in force, whole.
func (s StoreSource) Read(ctx context.Context) (routing.Catalogue, error) {
	v, err := s.DB.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return routing.Catalogue{}, errors.New("no version of the catalogue is in force: import or edit, then publish")
	}
	if err != nil {
		return routing.Catalogue{}, err
	}
	rows, err := s.DB.CatalogueRows(ctx, v.Number)
	if err != nil {
		return routing.Catalogue{}, err
	}
	c := catalogue.FromRows(rows)
	return c, s.beside.Complete(&c)
}

// Mark is the number of the version in force.
func (s StoreSource) Mark(ctx context.Context) (string, error) {
	v, err := s.DB.CatalogueInForce(ctx)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	return strconv.FormatInt(v.Number, 10), nil
}

// String names the source.
func (StoreSource) String() string { return config.SourceStore }

// newStoreSource is the store as the catalogue's source, with the tree of the configuration.
func newStoreSource(c config.Config, db *store.Store) StoreSource {
	return StoreSource{db, HSATree(c)}
}

// HSATree reads the HSA tree that stands beside the catalogue in the store, from the files of the configuration.
func HSATree(c config.Config) tak.Beside { return tak.Beside{HSAFiles: c.TAK.HSAFiles} }

// acceptance asks the store whether a person has confirmed an answer that is held back, and notes it there.
func acceptance(db *store.Store, source string) func(context.Context, tak.Held) (bool, error) {
	return func(ctx context.Context, h tak.Held) (bool, error) {
		err := db.HoldCatalogue(ctx, catalogues.Held{
			Digest: h.Digest, Source: source, RoutesBefore: h.RoutesBefore, Routes: h.Routes,
			PermissionsBefore: h.PermissionsBefore, Permissions: h.Permissions,
		})
		if err != nil {
			return false, err
		}
		return db.CatalogueAccepted(ctx, h.Digest)
	}
}

// demoCatalogue is a small world of two regions. Its addresses and ids are filled in from the configuration.
//
//go:embed demo.yaml
var demoCatalogue string

// DemoSource is the catalogue that the demo begins with.
type DemoSource struct {
	config config.Config
	names  map[string]string
}

var _ tak.Source = DemoSource{}

// NewDemoSource is the demo's first catalogue with the addresses of the configuration.
func NewDemoSource(c config.Config, r *contracts.Registry) DemoSource {
	return DemoSource{c, r.Names()}
}

// Read gives the catalogue, its routes leading to the simulator.
func (d DemoSource) Read(context.Context) (routing.Catalogue, error) {
	text := strings.NewReplacer("HANDLING_SYSTEM", "http://"+d.config.Demo.HandlingSystem, "PORTAL",
		d.config.Contracts.PortalAddress,
		"GATEWAY", d.config.Instance.HSAID).Replace(demoCatalogue)
	return tak.ReadYAML(strings.NewReader(text), d.names)
}

// String names the source.
func (DemoSource) String() string { return config.SourceDemo }

// StartedSource is the catalogue kept in the store, or the one that the demo begins with as long as nothing is
// published there. So what an integrator publishes in the demo counts.
type StartedSource struct {
	StoreSource
	first DemoSource
}

var (
	_ tak.Source = StartedSource{}
	_ tak.Marked = StartedSource{}
)

// NewStartedSource is the catalogue that the demo's gateway goes by.
func NewStartedSource(c config.Config, r *contracts.Registry, db *store.Store) StartedSource {
	return StartedSource{newStoreSource(c, db), NewDemoSource(c, r)}
}

// Read gives the version in force, or the first catalogue.
func (s StartedSource) Read(ctx context.Context) (routing.Catalogue, error) {
	_, err := s.DB.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return s.first.Read(ctx)
	}
	return s.StoreSource.Read(ctx)
}
