package operate

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"rivgate/web/shell"
)

// MetricsHandler shows what the store and the catalogue say at the moment of asking, and what others counted.
func (s *Health) MetricsHandler() http.Handler {
	own := prometheus.NewRegistry()
	own.MustRegister(newGauges(s)) // cannot collide: the registry is empty
	all := prometheus.Gatherers{own}
	if s.Registry != nil {
		all = append(all, s.Registry)
	}
	return promhttp.HandlerFor(all, promhttp.HandlerOpts{ErrorLog: zap.NewStdLog(s.Logger())})
}

// gauges collects what is in the store and the catalogue. Labels are receivers, which are organisations; nothing of a
// case or a person is in them.
type gauges struct {
	site                                                                 *Health
	waiting, unknown, parked, oldest, paused                             *prometheus.Desc // by receiver
	up                                                                   *prometheus.Desc
	loaded, loadedAt, held, fromCache, routes, permissions, start, build *prometheus.Desc
}

var _ prometheus.Collector = (*gauges)(nil)

func newGauges(s *Health) *gauges {
	by := []string{"receiver", "component", "address"}
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("rivgate_"+name, help, labels, nil)
	}
	return &gauges{
		site:    s,
		waiting: desc("waiting_messages", "Messages that wait to be delivered to a receiver.", by...),
		unknown: desc("unknown_messages",
			"Of those, the ones whose last attempt ended without anybody knowing whether they arrived.", by...),
		parked: desc("parked_messages", "Messages that wait for a person's decision.", by...),
		oldest: desc("oldest_waiting_seconds", "Age of the oldest message that is not delivered.", by...),
		paused: desc("receiver_paused", "1 while a receiver is paused.", by...),
		up: desc("store_up",
			"1 when the store can be written to. While it is 0 the metrics of what is in the store are left out."),
		loaded:      desc("catalogue_loaded", "1 when there is a catalogue."),
		loadedAt:    desc("catalogue_loaded_timestamp_seconds", "When the catalogue was read; 0 when there is none."),
		held:        desc("catalogue_held", "1 while an answer of the source is held back because it shrank."),
		fromCache:   desc("catalogue_from_cache", "1 while the catalogue is the saved copy."),
		routes:      desc("catalogue_routes", "Routes of the catalogue."),
		permissions: desc("catalogue_permissions", "Permissions of the catalogue."),
		start:       desc("start_time_seconds", "When the gateway started."),
		build:       desc("build_info", "1, labelled with the version.", "version"),
	}
}

// Describe tells prometheus which metrics there are.
func (g *gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.waiting, g.unknown, g.parked, g.oldest, g.paused, g.up, g.loaded, g.loadedAt, g.held, g.fromCache, g.routes,
		g.permissions, g.start, g.build,
	} {
		out <- d
	}
}

// Collect asks the store and the catalogue.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	put := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	put(g.up, flag(g.collectWaiting(put)))
	c := g.site.catalogue()
	put(g.loaded, flag(g.site.Table() != nil))
	at := 0.0
	if !c.Loaded.IsZero() {
		at = float64(c.Loaded.Unix())
	}
	put(g.loadedAt, at)
	put(g.held, flag(c.Held != ""))
	put(g.fromCache, flag(c.FromCache))
	put(g.routes, float64(c.Routes))
	put(g.permissions, float64(c.Permissions))
	put(g.start, float64(g.site.Started.Unix()))
	put(g.build, 1, g.site.Version)
}

// collectWaiting tells whether the store is well. One that is known not to answer is not asked: the other metrics must
// not wait for it.
func (g *gauges) collectWaiting(put func(d *prometheus.Desc, v float64, labels ...string)) bool {
	ctx, cancel := context.WithTimeout(context.Background(), shell.CheckTimeout)
	defer cancel()
	if g.site.heartbeat.state(ctx, g.site.beat) != nil {
		return false
	}
	rows, err := g.site.Relay.Store.Waitings(ctx)
	if err != nil {
		g.site.Logger().Error("gathering metrics", zap.Error(err))
		return false
	}
	for _, row := range rows {
		by := []string{row.Receiver, row.Component, row.Address}
		put(g.waiting, float64(row.Due), by...)
		put(g.unknown, float64(row.Unknown), by...)
		put(g.parked, float64(row.Parked), by...)
		put(g.oldest, max(0, g.site.Clock().Sub(row.Oldest).Seconds()), by...)
		put(g.paused, flag(row.Paused), by...)
	}
	return true
}

func flag(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
