//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// balancerConfig is what docs/operations.md shows: haproxy before two gateways, without retries.
const balancerConfig = `
global
    maxconn 2000
    stats socket %[1]s mode 600

defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout check 1s
    retries 0

frontend soap
    bind %[2]s
    default_backend gateways

backend gateways
    balance roundrobin
    option httpchk GET /readyz
    http-check expect status 200
    default-server inter 1s fall 1 rise 2
%[3]s`

// balancer is a haproxy before the gateways of a trial.
type balancer struct {
	folder, address string
	child           *exec.Cmd
	ended           <-chan struct{}
}

// start writes the configuration and starts it; it returns when it takes connections.
func (b *balancer) start(ctx context.Context, gateways []*gateway) error {
	binary := "/usr/sbin/haproxy"
	if _, err := os.Stat(binary); err != nil {
		return errors.New("there is no haproxy (Debian: apt-get install haproxy)")
	}
	servers := ""
	for _, g := range gateways {
		_, port, err := net.SplitHostPort(g.web)
		if err != nil {
			return err
		}
		servers += fmt.Sprintf("    server %s %s check port %s\n", g.name, g.soap, port)
	}
	file := filepath.Join(b.folder, "haproxy.cfg")
	if err := os.WriteFile(file, fmt.Appendf(nil, balancerConfig, b.socket(), b.address, servers), 0o600); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(b.folder, "haproxy.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	b.child = exec.Command(binary, "-db", "-f", file)
	b.child.Stdout, b.child.Stderr = log, log
	if b.ended, err = launch(b.child, nil); err != nil {
		return fmt.Errorf("starting haproxy: %w", err)
	}
	for sleep(ctx, 20*time.Millisecond) {
		select {
		case <-b.ended:
			return errors.New("haproxy ended at once; see haproxy.log")
		default:
		}
		if c, err := net.Dial("tcp", b.address); err == nil {
			return c.Close()
		}
	}
	return ctx.Err()
}

func (b *balancer) socket() string { return filepath.Join(b.folder, "haproxy.sock") }

// waitFor returns when the balancer sends calls to a gateway.
func (b *balancer) waitFor(ctx context.Context, name string) error {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); sleep(ctx, 50*time.Millisecond) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if b.up(name) {
			return nil
		}
	}
	return errors.New("haproxy does not take back " + name)
}

// up asks the balancer's own statistics.
func (b *balancer) up(name string) bool {
	c, err := net.Dial("unix", b.socket())
	if err != nil {
		return false
	}
	defer c.Close()
	if _, err := io.WriteString(c, "show stat\n"); err != nil {
		return false
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(answer)) {
		if strings.HasPrefix(line, "gateways,"+name+",") {
			return strings.Contains(line, ",UP,")
		}
	}
	return false
}

func (b *balancer) stop() {
	if b.child != nil {
		_ = b.child.Process.Signal(syscall.SIGTERM)
		<-b.ended
	}
}
