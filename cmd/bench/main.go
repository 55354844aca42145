//go:build linux

// Command bench measures forwarding: the built gateway beside nginx, a bare httputil.ReverseProxy of the same Go, and
// no forwarder at all, taking turns in one run on loopback, so that what else the machine does meets all of them alike.
//
// It drives the built binary from outside. It knows no package of the gateway, only its configuration and its wire.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	rounds  int
	each    time.Duration // one target, one size, one number of callers, one round
	sizes   []int         // bytes of a request
	callers []int
	targets []string
	gateway string            // the built binary
	beside  map[string]string // other builds of it, by the name that they get in the table
	table   bool
	checks  bool
	folder  string
	out     io.Writer
}

func main() {
	// The upstream and the bare proxy are this program again, each in a process of its own.
	if len(os.Args) > 1 && (os.Args[1] == roleUpstream || os.Args[1] == roleProxy) {
		fail(role(os.Args[1], os.Args[2:]))
		return
	}
	o := options{out: os.Stdout, beside: map[string]string{}}
	sizes, callers, targets := "1k,10k,100k,1m", "1,16,64", ""
	flag.IntVar(&o.rounds, "rounds", 3, "rounds, in each of which every target is measured once in every case")
	flag.DurationVar(&o.each, "each", 400*time.Millisecond, "how long one measurement takes")
	flag.StringVar(&sizes, "sizes", sizes, "sizes of the request")
	flag.StringVar(&callers, "callers", callers, "callers at once")
	flag.StringVar(&targets, "targets", targets, "only these targets, by name; default all")
	flag.StringVar(&o.gateway, "gateway", "", "the gateway; default: built now")
	flag.Func("beside", "another build of it as one more target, as `NAME=FILE`; repeat for more", func(s string) error {
		name, file, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("want NAME=FILE")
		}
		o.beside[name] = file
		return nil
	})
	flag.BoolVar(&o.table, "table", true, "measure the table")
	flag.BoolVar(&o.checks, "checks", true,
		"measure what has a limit: memory, 500 callers, a change of catalogue under load")
	flag.Parse()
	var err error
	if o.sizes, err = numbers(sizes); err == nil {
		o.callers, err = numbers(callers)
	}
	fail(err)
	o.targets = strings.FieldsFunc(targets, func(r rune) bool { return r == ',' })
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	sound, err := run(ctx, o)
	fail(err)
	if !sound {
		os.Exit(1)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
}

// numbers reads a list like 1k,10k,1m, in which k and m are 1024 and its square.
func numbers(list string) ([]int, error) {
	var all []int
	for text := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		digits := strings.TrimRight(strings.ToLower(text), "km")
		n, err := strconv.Atoi(digits)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no list of numbers like 1k,10k,1m", list)
		}
		all = append(all, n*map[string]int{"": 1, "k": 1 << 10, "m": 1 << 20}[strings.ToLower(text[len(digits):])])
	}
	return all, nil
}

// run measures all that is asked for. False: a limit was not kept.
func run(ctx context.Context, o options) (bool, error) {
	folder, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o711); err != nil { // nginx may work as another user
		return false, err
	}
	o.folder = folder
	if o.gateway == "" {
		o.gateway = filepath.Join(folder, "rivgate")
		if said, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", o.gateway, "./cmd/rivgate").
			CombinedOutput(); err != nil {
			return false, fmt.Errorf("building the gateway: %w\n%s", err, said)
		}
	}
	fmt.Fprintln(o.out, machine(ctx))
	sound := true
	if o.table {
		if sound, err = measureTable(ctx, o); err != nil {
			return false, err
		}
	}
	if !o.checks {
		return sound, nil
	}
	kept, err := measureLimits(ctx, o)
	return sound && kept, err
}
