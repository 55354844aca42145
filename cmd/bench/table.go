//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// sample is one target measured once in one case.
type sample struct {
	*result
	cpu time.Duration // that the target's process used meanwhile
}

// cell is all samples of one target in one case, by round.
type cell []sample

func measureTable(ctx context.Context, o options) (sound bool, err error) {
	targets, err := startTargets(ctx, o)
	defer stopTargets(targets)
	if err != nil {
		return false, err
	}
	fmt.Fprintf(o.out,
		"%d rounds of %s each, targets taking turns; ratios are medians of the ratios within each round\n\n", o.rounds,
		o.each)
	w := tabwriter.NewWriter(o.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "size\tcallers\ttarget\treq/s\t÷ nginx\t÷ proxy\tp50 ms\tp99 ms\tadded p50\tCPU µs\terrors\t\n")
	sound = true
	for _, size := range o.sizes {
		for _, callers := range o.callers {
			cells, err := measureCase(ctx, o, targets, size, callers)
			if err != nil {
				return false, err
			}
			for _, t := range targets {
				sound = writeRow(w, size, callers, t.name, cells) && sound
			}
		}
	}
	return sound, w.Flush()
}

// measureCase measures every target once a round, and lets another one be the first in the next.
func measureCase(ctx context.Context, o options, targets []*target, size, callers int) (map[string]cell, error) {
	cells := map[string]cell{}
	body := message(size)
	order := slices.Clone(targets)
	for round := range o.rounds + 1 {
		lasting := o.each
		if round == 0 {
			lasting = min(o.each, 100*time.Millisecond) // to warm up
		}
		for _, t := range order {
			before, err := t.process.cpu()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			r := load{host: t.host, request: request(t, body), callers: callers, lasting: lasting}.run(ctx)
			after, err := t.process.cpu()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", t.name, err)
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if round > 0 {
				cells[t.name] = append(cells[t.name], sample{r, after - before})
			}
		}
		order = append(order[1:], order[0])
	}
	return cells, nil
}

// writeRow writes one target in one case. False: a request failed.
func writeRow(w io.Writer, size, callers int, name string, cells map[string]cell) bool {
	c := cells[name]
	failed, texts := 0, map[string]int{}
	requests, cpu := 0, time.Duration(0)
	for _, s := range c {
		failed += s.failures()
		for text, n := range s.errors {
			texts[text] += n
		}
		requests += len(s.latencies) + s.failures()
		cpu += s.cpu
	}
	p50 := func(s sample) float64 { return s.at(.5) }
	fmt.Fprintf(w, "%s\t%d\t%s\t%.0f\t%s\t%s\t%.3f\t%.3f\t%+.3f\t%.0f\t%d\t\n", sizeText(size), callers, name,
		c.median(func(s sample) float64 { return s.rate() }), c.ratio(cells[targetNginx]), c.ratio(cells[targetProxy]),
		c.median(p50), c.median(func(s sample) float64 { return s.at(.99) }), c.median(p50)-cells[targetDirect].median(p50),
		float64(cpu.Microseconds())/float64(max(1, requests)), failed)
	for text, n := range texts {
		fmt.Fprintf(os.Stderr, "bench: %s, %s × %d: %d × %s\n", name, sizeText(size), callers, n, text)
	}
	return failed == 0 && requests > 0
}

func (c cell) median(of func(sample) float64) float64 {
	values := make([]float64, 0, len(c))
	for _, s := range c {
		values = append(values, of(s))
	}
	return median(values)
}

// ratio is the median of the rates compared round by round.
func (c cell) ratio(base cell) string {
	var ratios []float64
	for i := range min(len(c), len(base)) {
		if r := base[i].rate(); r > 0 {
			ratios = append(ratios, c[i].rate()/r)
		}
	}
	if len(ratios) == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f", median(ratios))
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	if n := len(values); n%2 == 0 {
		return (values[n/2-1] + values[n/2]) / 2
	}
	return values[len(values)/2]
}

func sizeText(size int) string {
	switch {
	case size >= 1<<20 && size%(1<<20) == 0:
		return fmt.Sprintf("%d MB", size>>20)
	case size >= 1<<10 && size%(1<<10) == 0:
		return fmt.Sprintf("%d KB", size>>10)
	}
	return fmt.Sprintf("%d B", size)
}

// machine says when and on what is measured.
func machine(ctx context.Context) string {
	memory := "unknown memory"
	if content, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kilobytes int64
		if _, err := fmt.Sscanf(string(content), "MemTotal: %d", &kilobytes); err == nil {
			memory = fmt.Sprintf("%d GB", kilobytes>>20)
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	said, err := exec.CommandContext(ctx, "/usr/sbin/nginx", "-v").CombinedOutput()
	if err != nil {
		said = []byte("no nginx")
	}
	return fmt.Sprintf("%s; %d cores, %s; %s; %s; load average before: %s", time.Now().Format("2006-01-02 15:04"),
		runtime.NumCPU(), memory,
		runtime.Version(), strings.TrimPrefix(strings.TrimSpace(string(said)), "nginx version: "),
		strings.Join(strings.Fields(string(load))[:3], " "))
}
