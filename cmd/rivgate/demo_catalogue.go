package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"strings"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/store"
)

// demoCatalogue is a small world of two regions. Its addresses and ids are filled in from the configuration.
//
//go:embed demo.yaml
var demoCatalogue string

// demoSource is the catalogue that the demo begins with.
type demoSource struct {
	config config.Config
	names  map[string]string
}

var _ tak.Source = demoSource{}

// Read gives the catalogue, its routes leading to the simulator.
func (d demoSource) Read(context.Context) (routing.Catalogue, error) {
	text := strings.NewReplacer("HANDLING_SYSTEM", "http://"+d.config.Demo.HandlingSystem, "PORTAL",
		d.config.Contracts.PortalAddress,
		"GATEWAY", d.config.Instance.HSAID).Replace(demoCatalogue)
	return tak.ReadYAML(strings.NewReader(text), d.names)
}

// String names the source.
func (demoSource) String() string { return config.SourceDemo }

// startedSource is the catalogue kept in the store, or the one that the demo begins with as long as nothing is
// published there. So what an integrator publishes in the demo counts.
type startedSource struct {
	storeSource
	first demoSource
}

var (
	_ tak.Source = startedSource{}
	_ tak.Marked = startedSource{}
)

// Read gives the version in force, or the first catalogue.
func (s startedSource) Read(ctx context.Context) (routing.Catalogue, error) {
	_, err := s.db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		return s.first.Read(ctx)
	}
	return s.storeSource.Read(ctx)
}

// startedCatalogue is what the demo's gateway decides by, for a command beside it. A store that is not there yet is not
// made.
func (s *session) startedCatalogue(c config.Config, r *contracts.Registry) (found routing.Catalogue, err error) {
	first := demoSource{c, r.Names()}
	if file, ok := strings.CutPrefix(c.Store.URL, "sqlite:"); ok {
		if _, err := os.Stat(file); err != nil {
			return first.Read(s.ctx)
		}
	}
	err = s.withStore(func(ctx context.Context, db *store.Store) error {
		found, err = startedSource{newStoreSource(c, db), first}.Read(ctx)
		return err
	})
	return found, err
}

// publishDemo makes the demo's catalogue version 1 where nothing is published yet. Where the simulated handling system
// has got another address since, its rows follow it in a version of their own; an open draft is somebody's, and holds
// that back.
func (g *gateway) publishDemo(ctx context.Context, c config.Config) error {
	const by = "demo"
	rules := newRules(c, g.registry)
	edits, reason, err := g.demoEdits(ctx, c)
	if err != nil || len(edits) == 0 {
		return err
	}
	d, err := g.db.CatalogueDraft(ctx)
	if err != nil {
		return err
	}
	if d.Open {
		g.log.Warn("the demo's catalogue is not brought up to date: a draft is open")
		return nil
	}
	if d, _, err = g.db.EditCatalogue(ctx, d.Revision, edits, rules, by, reason); err == nil {
		_, err = g.db.PublishCatalogue(ctx, store.CatalogueOrder{Revision: d.Revision, By: by, Reason: reason}, rules)
	}
	if err != nil {
		return fmt.Errorf("publishing the demo's catalogue: %w", err)
	}
	g.log.Info("the demo's catalogue is published in the store", zap.String("reason", reason))
	return nil
}

// demoEdits are what makes the catalogue in the store the demo's, and why.
func (g *gateway) demoEdits(ctx context.Context, c config.Config) (edits []catalogue.Edit, reason string, err error) {
	v, err := g.db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		first, err := demoSource{c, g.registry.Names()}.Read(ctx)
		if err != nil {
			return nil, "", err
		}
		for _, e := range catalogue.RowsOf(first) {
			edits = append(edits, catalogue.Edit{Action: catalogue.EditAdd, Row: e})
		}
		return edits, "Demokatalogen, som demon börjar med", nil
	}
	if err != nil {
		return nil, "", err
	}
	rows, err := g.db.CatalogueRows(ctx, v.Number)
	if err != nil {
		return nil, "", err
	}
	const path = "/SendComplaint/1/rivtabp21"
	address := "http://" + c.Demo.HandlingSystem + path
	for _, e := range rows {
		if e.Kind == catalogue.KindRoute && e.Component == handlingSystemID &&
			strings.HasPrefix(e.Address, "http://127.0.0.1:") && e.Address != address {
			e.Address = address
			edits = append(edits, catalogue.Edit{Action: catalogue.EditChange, Row: e})
		}
	}
	return edits, "Det simulerade systemet har fått en ny adress", nil
}
