//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// result is what a trial comes to.
type result struct {
	store      string
	cycles     int
	kinds      map[string]int // cycles of each fault
	accepted   int
	delivered  int
	duplicates int
	stale      int           // of these, after a later one of its lane had come
	lost       []string      // lines that say what
	reordered  []string      //
	altered    []string      // that arrived otherwise than they were sent
	stall      time.Duration // the longest time without a delivery while one was due and nothing was broken
	stalledBy  string
	oldest     time.Duration // the longest from receipt to delivery, broken times included
	breaches   []string
	failed     []string // requests without a receipt, where none may be
	refused    []string // messages that were refused for good, though right
	control    bool     // it must lose
	took       time.Duration
}

func (r *result) sound() bool {
	if r.control {
		return len(r.lost) > 0
	}
	return len(r.lost) == 0 && len(r.reordered) == 0 && len(r.altered) == 0 && len(r.breaches) == 0 &&
		len(r.refused) == 0 && len(r.failed) == 0 && r.accepted > 0
}

// failures is how many requests failed; of no interest where they may.
func (r *result) failures() string {
	if r.store == onRolling {
		return fmt.Sprint(len(r.failed))
	}
	return "-"
}

// compare holds the receiver's ledger against the sender's.
func compare(r *result, accepted, taken []entry) {
	type place struct {
		lane string
		n    int64
	}
	ok, seen, first := map[place]bool{}, map[string]bool{}, map[string]time.Time{}
	furthest := map[string]int64{}
	for _, e := range taken {
		switch {
		case seen[e.id]:
			r.duplicates++
			if e.n < furthest[e.lane] {
				r.stale++
			}
		case e.n > 1 && !ok[place{e.lane, e.n - 1}]:
			r.reordered = append(r.reordered,
				fmt.Sprintf("%s: %d (%s) came before %d was answered OK", e.lane, e.n, e.id, e.n-1))
		}
		if !seen[e.id] {
			first[e.id] = e.at
		}
		seen[e.id] = true
		furthest[e.lane] = max(furthest[e.lane], e.n)
		if e.how == answeredOK {
			ok[place{e.lane, e.n}] = true
		}
	}
	r.altered = altered(accepted, taken)
	r.accepted, r.delivered = len(accepted), 0
	for _, e := range accepted {
		if !ok[place{e.lane, e.n}] {
			r.lost = append(r.lost, fmt.Sprintf("%s: %d (%s), accepted %s", e.lane, e.n, e.id, e.at.Format(time.RFC3339Nano)))
			continue
		}
		r.delivered++
		r.oldest = max(r.oldest, first[e.id].Sub(e.at))
	}
}

// altered are the messages that arrived otherwise than they were sent, byte for byte.
func altered(accepted, taken []entry) (lines []string) {
	sent := map[string]string{}
	for _, e := range accepted {
		sent[e.id] = e.body
	}
	for _, e := range taken {
		if body, known := sent[e.id]; known && body != e.body {
			lines = append(lines,
				fmt.Sprintf("%s: %d (%s) arrived with the sum %s, and was sent with %s", e.lane, e.n, e.id, e.body, body))
		}
	}
	return lines
}

// printResults prints what is promised, and below it whatever broke the promise.
func printResults(w io.Writer, seed uint64, results []*result) {
	t := tabwriter.NewWriter(w, 2, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\nseed %d\n", seed)
	fmt.Fprintln(t,
		"store\ttime\tcycles\taccepted\tdelivered\tduplicates seen\tof these late\tlost\treordered\tlongest "+
			"stall\tlongest way\tfailed requests\tcheck\t")
	for _, r := range results {
		check := "sound"
		if len(r.breaches) > 0 {
			check = fmt.Sprint(len(r.breaches), " breaches")
		}
		fmt.Fprintf(t, "%s\t%v\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%v\t%v\t%s\t%s\t\n", r.store, r.took.Round(time.Second), r.cycles,
			r.accepted, r.delivered, r.duplicates, r.stale,
			len(r.lost), len(r.reordered), r.stall.Round(10*time.Millisecond), r.oldest.Round(10*time.Millisecond), r.failures(),
			check)
	}
	_ = t.Flush()
	for _, r := range results {
		var kinds []string
		for _, name := range hazardNames() {
			if r.kinds[name] > 0 {
				kinds = append(kinds, fmt.Sprintf("%s %d", name, r.kinds[name]))
			}
		}
		fmt.Fprintf(w, "%s: %s; the longest stall was after: %s\n", r.store, strings.Join(kinds, ", "), r.stalledBy)
		if r.control {
			fmt.Fprintf(w,
				"  the negative control: with synchronous=NORMAL %d receipts were lost in %d power cuts, as it must be able to\n",
				len(r.lost), r.cycles)
			continue
		}
		list(w, "lost", r.lost)
		list(w, "reordered", r.reordered)
		list(w, "altered", r.altered)
		list(w, "refused, though right", r.refused)
		list(w, "failed", r.failed)
		list(w, "breach", r.breaches)
	}
}

func list(w io.Writer, what string, lines []string) {
	for i, line := range lines {
		if i == 20 {
			fmt.Fprintf(w, "  %s: and %d more\n", what, len(lines)-i)
			return
		}
		fmt.Fprintf(w, "  %s: %s\n", what, line)
	}
}
