package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/catalogues"
)

// PublishCatalogue makes the demo's catalogue version 1 where nothing is published yet. Where the simulated handling
// system has got another address since, its rows follow it in a version of their own; an open draft is somebody's, and
// holds that back.
func PublishCatalogue(ctx context.Context, c config.Config, r *contracts.Registry, db *store.Store,
	log *zap.Logger,
) error {
	const by = "demo"
	rules := parts.NewRules(c, r)
	edits, reason, err := demoEdits(ctx, c, r, db)
	if err != nil || len(edits) == 0 {
		return err
	}
	d, err := db.CatalogueDraft(ctx)
	if err != nil {
		return err
	}
	if d.Open {
		log.Warn("the demo's catalogue is not brought up to date: a draft is open")
		return nil
	}
	if d, _, err = db.EditCatalogue(ctx, d.Revision, edits, rules, by, reason); err == nil {
		_, err = db.PublishCatalogue(ctx, catalogues.Order{Revision: d.Revision, By: by, Reason: reason}, rules)
	}
	if err != nil {
		return fmt.Errorf("publishing the demo's catalogue: %w", err)
	}
	log.Info("the demo's catalogue is published in the store", zap.String("reason", reason))
	return nil
}

// demoEdits are what makes the catalogue in the store the demo's, and why.
func demoEdits(ctx context.Context, c config.Config, r *contracts.Registry, db *store.Store,
) (edits []catalogue.Edit, reason string, err error) {
	v, err := db.CatalogueInForce(ctx)
	if errors.Is(err, store.ErrNotFound) {
		first, err := parts.NewDemoSource(c, r).Read(ctx)
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
	rows, err := db.CatalogueRows(ctx, v.Number)
	if err != nil {
		return nil, "", err
	}
	const path = "/SendComplaint/1/rivtabp21"
	address := "http://" + c.Demo.HandlingSystem + path
	for _, e := range rows {
		if e.Kind == catalogue.KindRoute && e.Component == HandlingSystemID &&
			strings.HasPrefix(e.Address, "http://127.0.0.1:") && e.Address != address {
			e.Address = address
			edits = append(edits, catalogue.Edit{Action: catalogue.EditChange, Row: e})
		}
	}
	return edits, "Det simulerade systemet har fått en ny adress", nil
}
