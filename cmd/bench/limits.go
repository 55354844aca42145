//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// The limits that the gateway is to keep, in bytes.
const (
	mostIdle   = 64 << 20 // resident when nothing happens
	mostGrowth = 64 << 20 // of the peak, by one large message
)

// limits are measured on a gateway of their own, for the peak of its memory must not be that of a load before.
type limits struct {
	options
	gateway, upstream *target
	out               io.Writer
	kept              bool
}

// measureLimits prints what has a limit. False: one was not kept.
func measureLimits(ctx context.Context, o options) (bool, error) {
	upstream, err := startRole(ctx, o, roleUpstream)
	if err != nil {
		return false, err
	}
	defer upstream.process.stop()
	gateway, err := startGateway(ctx, o, "limits", o.gateway, "http://"+upstream.host+"/")
	if gateway != nil {
		defer gateway.process.stop()
	}
	if err != nil {
		return false, err
	}
	table := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nlimit\tmeasured\tkept\t\n")
	l := &limits{options: o, gateway: gateway, upstream: upstream, out: table, kept: true}
	for _, measure := range []func(context.Context) error{l.idle, l.large, l.many, l.swap} {
		if err := measure(ctx); err != nil {
			return false, err
		}
	}
	return l.kept, table.Flush()
}

func (l *limits) say(limit string, kept bool, format string, arguments ...any) {
	word := "yes"
	if !kept {
		word, l.kept = "NO", false
	}
	fmt.Fprintf(l.out, "%s\t%s\t%s\t\n", limit, fmt.Sprintf(format, arguments...), word)
}

// idle is the memory of a gateway that is ready and has had nothing to do yet.
func (l *limits) idle(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * time.Second):
	}
	rss, err := l.gateway.process.memory("VmRSS")
	l.say("idle memory ≤ 64 MB", rss <= mostIdle, "%.1f MB", megabytes(rss))
	return err
}

// large sends a message of 50 MB.
func (l *limits) large(ctx context.Context) error {
	// The peak of the start is forgotten, where the kernel lets us: what counts is the growth from what is resident now.
	_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", l.gateway.process.child.Process.Pid), []byte("5"), 0)
	before, err := l.gateway.process.memory("VmRSS")
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+l.gateway.host+l.gateway.path,
		bytes.NewReader(message(50_000_000)))
	if err != nil {
		return err
	}
	r.Header = http.Header{
		"Content-Type": {"text/xml; charset=UTF-8"}, "X-Vp-Sender-Id": {sender}, "X-Vp-Instance-Id": {instance},
	}
	started := time.Now()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("sending a large message: %w", err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || !strings.Contains(string(text), "GetActivitiesResponse") {
		return errors.New("sending a large message: " + answer.Status)
	}
	took := time.Since(started)
	after, err := l.gateway.process.memory("VmHWM")
	l.say("50 MB message: peak memory grows ≤ 64 MB", after-before <= mostGrowth, "%.1f MB, in %d ms",
		megabytes(after-before), took.Milliseconds())
	return err
}

// many is 500 callers at once with 100 KB each.
func (l *limits) many(ctx context.Context) error {
	r := load{
		host: l.gateway.host, request: request(l.gateway, message(100<<10)), callers: 500, lasting: 5 * time.Second,
	}.run(ctx)
	rss, err := l.gateway.process.memory("VmHWM")
	l.say("500 callers × 100 KB: no error", r.failures() == 0 && len(r.latencies) > 500,
		"%d requests, %d errors, %.0f req/s, p50 %.0f ms, p99 %.0f ms, peak memory %.0f MB",
		len(r.latencies), r.failures(), r.rate(), r.at(.5), r.at(.99), megabytes(rss))
	return err
}

// swap changes the catalogue again and again while callers call: the address of the route between two, and each time
// more rows beside it.
func (l *limits) swap(ctx context.Context) error {
	const changes = 8
	run := func() *result {
		return load{
			host: l.gateway.host, request: request(l.gateway, message(10<<10)), callers: 16, lasting: 3 * time.Second,
		}.run(ctx)
	}
	quiet := run()
	done := make(chan *result)
	go func() { done <- run() }()
	file := filepath.Join(l.gateway.folder, "catalogue.yaml")
	var failed error
	for n := range changes {
		address := fmt.Sprintf("http://%s/%d", l.upstream.host, n%2)
		if failed = os.WriteFile(file+".new", []byte(catalogue(address, 1000*(n+1))), 0o600); failed == nil {
			failed = os.Rename(file+".new", file)
		}
		if failed == nil {
			failed = l.gateway.get("/resetcache")
		}
		if failed != nil {
			break
		}
	}
	r := <-done
	l.say("catalogue changed under load: no failed request", r.failures() == 0 && len(r.latencies) > 0,
		"%d changes of up to %d rows in %d requests, %d errors, p99 %.1f ms (%.1f without), longest %.0f ms (%.0f)",
		changes, 1000*changes, len(r.latencies), r.failures(), r.at(.99), quiet.at(.99), r.at(1), quiet.at(1))
	return failed
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }
