package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// checkTimeout bounds every check of a monitor.
const checkTimeout = 5 * time.Second

// healthz says that the process is alive, nothing more.
func (s *Site) healthz(w http.ResponseWriter, _ *http.Request, _ access) error {
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether calls can be taken: the store answers, and there is a catalogue.
func (s *Site) readyz(w http.ResponseWriter, r *http.Request, _ access) error {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	checks := map[string]string{"store": "ok", "catalogue": "ok"}
	status := http.StatusOK
	no := func(check string, err error) {
		checks[check], status = "unavailable", http.StatusServiceUnavailable
		s.log().Warn("not ready", zap.String("check", check), zap.Error(err))
	}
	if err := s.Relay.Store.Ping(ctx); err != nil {
		no("store", err)
	}
	if s.table() == nil {
		no("catalogue", nil)
	}
	if s.Ready != nil {
		checks["gateway"] = "ok"
		if err := s.Ready(ctx); err != nil {
			no("gateway", err)
		}
	}
	word := map[bool]string{true: "ready", false: "not ready"}[status == http.StatusOK]
	return writeJSON(w, status, map[string]any{"status": word, "checks": checks})
}

// catalogue is what is known of the catalogue in use.
func (s *Site) catalogue() CatalogueStatus {
	if s.Catalogue != nil {
		return s.Catalogue()
	}
	var c CatalogueStatus
	c.Routes, c.Permissions = s.table().Size()
	return c
}

// status is VP's status page, by its names, with what we know beside it.
func (s *Site) status(w http.ResponseWriter, _ *http.Request, _ access) error {
	c := s.catalogue()
	state := "stopped"
	if s.table() != nil {
		state = "started"
	}
	reset := "never"
	if !c.Loaded.IsZero() {
		reset = fmt.Sprintf("%s: %d permissions, %d virtualizations", iso(c.Loaded), c.Permissions, c.Routes)
		if c.FromCache {
			reset += ", from the saved copy"
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{
		"Name": "Rivgate " + s.Relay.Instance.Name, "Version": s.Version, "ServiceStatus": state, "Uptime": uptime(s.now().Sub(s.Started)),
		"TakCacheInitialized": s.table() != nil, "TakCacheResetInfo": reset, "HsaCacheInitialized": s.table() != nil,
		"Endpoints": orEmpty(s.Endpoints), "Catalogue": c,
	})
}

// uptime is "3 days 04:05:06".
func uptime(d time.Duration) string {
	d = d.Truncate(time.Second)
	days := int(d / (24 * time.Hour))
	d %= 24 * time.Hour
	return fmt.Sprintf("%d days %02d:%02d:%02d", days, int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// resetCache reads the catalogue again, in the words of VP. The work goes on when the caller hangs up: half a reset is none.
func (s *Site) resetCache(w http.ResponseWriter, r *http.Request, _ access) error {
	if !s.trusted(r) {
		return newProblem(http.StatusForbidden, "not-local", "Bara inifrån", "Katalogen läses om bara från den egna datorn eller en betrodd proxy.")
	}
	routes, permissions, ok := 0, 0, false
	if s.ResetCatalogue != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), writeTimeout-headerTimeout)
		defer cancel()
		var err error
		if routes, permissions, err = s.ResetCatalogue(ctx); err != nil {
			s.log().Error("resetting catalogue", zap.Error(err))
		}
		ok = err == nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(w, "<br>Initialize TAK cache resources...\n<br>Init TAK cache loaded number of permissions: %d\n"+
		"<br>Init TAK cache loaded number of virtualizations: %d\n<br>Init done, was successful: %t\n", permissions, routes, ok)
	return nil
}

// metrics writes what is in the store and the catalogue in Prometheus' text format, and then what others count.
func (s *Site) metrics(w http.ResponseWriter, r *http.Request, _ access) error {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	var b strings.Builder
	if err := s.gauges(ctx, &b); err != nil {
		return err
	}
	if s.Metrics != nil {
		if err := s.Metrics(&b); err != nil {
			return fmt.Errorf("gathering metrics: %w", err)
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_, _ = io.WriteString(w, b.String())
	return nil
}

// gauges are labelled with receivers, which are organisations; nothing of a case or a person is in them.
func (s *Site) gauges(ctx context.Context, b *strings.Builder) error {
	rows, err := s.Relay.Store.Waitings(ctx)
	if err != nil {
		return err
	}
	family := func(name, help string, value func(i int) float64) {
		fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
		for i, row := range rows {
			fmt.Fprintf(b, "%s{receiver=%s,component=%s,address=%s} %s\n", name, label(row.Receiver), label(row.Component), label(row.Address), number(value(i)))
		}
	}
	family("rivgate_waiting_messages", "Messages that wait to be delivered to a receiver.", func(i int) float64 { return float64(rows[i].Due) })
	family("rivgate_parked_messages", "Messages that wait for a person's decision.", func(i int) float64 { return float64(rows[i].Parked) })
	family("rivgate_oldest_waiting_seconds", "Age of the oldest message that is not delivered.", func(i int) float64 {
		return max(0, s.now().Sub(rows[i].Oldest).Seconds())
	})
	family("rivgate_receiver_paused", "1 while a receiver is paused.", func(i int) float64 { return map[bool]float64{true: 1}[rows[i].Paused] })
	c := s.catalogue()
	loaded := 0.0
	if s.table() != nil {
		loaded = 1
	}
	one := func(name, help string, v float64) {
		fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s gauge\n%s %s\n", name, help, name, name, number(v))
	}
	one("rivgate_catalogue_loaded", "1 when there is a catalogue.", loaded)
	one("rivgate_catalogue_routes", "Routes of the catalogue.", float64(c.Routes))
	one("rivgate_catalogue_permissions", "Permissions of the catalogue.", float64(c.Permissions))
	if !c.Loaded.IsZero() {
		one("rivgate_catalogue_loaded_timestamp_seconds", "When the catalogue was read.", float64(c.Loaded.Unix()))
	}
	one("rivgate_start_time_seconds", "When the gateway started.", float64(s.Started.Unix()))
	fmt.Fprintf(b, "# HELP rivgate_build_info The version.\n# TYPE rivgate_build_info gauge\nrivgate_build_info{version=%s} 1\n", label(s.Version))
	return nil
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// label is a label's value as the text format writes it.
func label(v string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(v) + `"`
}
