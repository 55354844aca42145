//go:build linux

// Command torture does to the running gateway what a bad year does, in minutes, and counts afterwards: a sender with a
// ledger of what it has receipts for, a receiver with a ledger of what it took, and faults between them, drawn by a
// random that can be repeated.
//
// It drives the built binary from outside. It does not know how the gateway keeps its promise; only the names of the
// points at which a build with the tag torture can die, and that build's clock.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	length  time.Duration // of all trials together
	seed    uint64
	stores  []string
	folder  string
	binary  string // a gateway built with the tag torture
	faults  []string
	out     io.Writer
	senders int
	strict  bool // a store that cannot be run on is an error, not left out
}

func main() {
	o := options{out: os.Stdout}
	var stores, faults string
	flag.DurationVar(&o.length, "for", 4*time.Minute, "how long, all stores together")
	flag.Uint64Var(&o.seed, "seed", 0, "draws the faults; 0: a new one, printed")
	flag.StringVar(&stores, "stores", strings.Join(allStores(), ","), "what to run on")
	flag.StringVar(&faults, "faults", "", "only these, by name; default all: "+strings.Join(hazardNames(), ","))
	flag.StringVar(&o.folder, "folder", "",
		"where databases, ledgers and logs are kept; default a temporary one, removed when all is well")
	flag.StringVar(&o.binary, "gateway", "", "the gateway, built with the tag torture; default: built now")
	flag.IntVar(&o.senders, "senders", 8, "senders at once")
	flag.Parse()
	o.stores = split(stores)
	o.faults = split(faults)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	sound, err := run(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(2)
	}
	if !sound {
		os.Exit(1)
	}
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// run runs a trial on each store and prints the table. False: something was lost, out of order, or not as it should be.
func run(ctx context.Context, o options) (bool, error) {
	if o.seed == 0 {
		o.seed = rand.Uint64()
	}
	folder, temporary := o.folder, o.folder == ""
	if temporary {
		var err error
		if folder, err = os.MkdirTemp("", "rivgate-torture-"); err != nil {
			return false, err
		}
		if err := os.Chmod(folder, 0o755); err != nil { // PostgreSQL runs as another user
			return false, err
		}
	}
	fmt.Fprintf(o.out, "seed %d, %v on %s; ledgers and logs in %s\n", o.seed, o.length, strings.Join(o.stores, ", "),
		folder)
	if o.binary == "" {
		o.binary = filepath.Join(folder, "rivgate")
		if err := build(ctx, o.binary); err != nil {
			return false, err
		}
	}
	all := 0
	for _, store := range o.stores {
		all += shares()[store]
	}
	var err error
	if o.binary, err = filepath.Abs(o.binary); err != nil { // it runs in a folder of its own
		return false, err
	}
	var results []*result
	for i, store := range o.stores {
		t, err := newTrial(o, store, filepath.Join(folder, store), rand.New(rand.NewPCG(o.seed, uint64(i))))
		if err != nil && o.strict {
			return false, fmt.Errorf("%s: %w", store, err)
		}
		if err != nil {
			fmt.Fprintf(o.out, "%s: SKIPPED: %v\n", store, err)
			continue
		}
		r, err := t.run(ctx, o.length*time.Duration(shares()[store])/time.Duration(all))
		if err != nil {
			return false, fmt.Errorf("%s: %w", store, err)
		}
		results = append(results, r)
		if ctx.Err() != nil {
			break
		}
	}
	printResults(o.out, o.seed, results)
	sound := len(results) > 0
	for _, r := range results {
		sound = sound && r.sound()
	}
	if sound && temporary {
		return true, os.RemoveAll(folder)
	}
	fmt.Fprintln(o.out, "everything is kept in", folder)
	return sound, nil
}

// build makes the gateway that can die at named points and whose clock can be shifted.
func build(ctx context.Context, binary string) error {
	c := exec.CommandContext(ctx, "go", "build", "-tags", "torture", "-o", binary, "rivgate/cmd/rivgate")
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("building the gateway: %w\n%s", err, said)
	}
	return nil
}
