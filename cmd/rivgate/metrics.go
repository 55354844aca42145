package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"rivgate/relay"
	"rivgate/relay/upkeep"
	"rivgate/store"
)

// measure makes the metrics of this process, the line's among them.
func (g *gateway) measure() prometheus.Gatherer {
	registry := prometheus.NewRegistry()
	g.relay.Metrics = relay.NewMetrics(registry)
	g.watch = &upkeep.Watch{
		Relay: g.relay,
		Retention: store.Retention{
			Delivered: g.config.Retention.DeliveredAfter, ClosedCases: g.config.Retention.ClosedCasesAfter,
			RequireRegistration: g.config.Retention.RequireRegistration,
		},
	}
	g.watch.Register(registry)
	g.worker.Register(registry)
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		g.certificates,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rivgate_database_clock_behind_seconds",
			Help: "How far the database's clock is behind where it was before it was set back by more than a minute.",
		}, func() float64 { return g.db.ClockBehind().Seconds() }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "rivgate_log_lines_lost_total", Help: "Lines of the log that could not be written.",
		}, func() float64 {
			if g.lines == nil {
				return 0
			}
			return float64(g.lines.Lost.Load())
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rivgate_catalogue_age_seconds", Help: "Age of the catalogue in use; -1 while there is none.",
		}, func() float64 {
			if s := g.keeper.Status(); !s.Loaded.IsZero() {
				return time.Since(s.Loaded).Seconds()
			}
			return -1
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "rivgate_catalogue_inactive_regions",
			Help: "Regions whose units citizens cannot choose today, for want of a patient board that can be reached.",
		}, func() float64 { return float64(len(g.keeper.Status().Inactive)) }),
	)
	return registry
}
