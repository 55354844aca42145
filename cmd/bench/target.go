//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The names of the targets.
const (
	targetDirect  = "direct"
	targetNginx   = "nginx"
	targetProxy   = "proxy"
	targetGateway = "rivgate"
)

// instance is the gateway's id. Who sends it from a trusted address is believed to be a node of it.
const instance = "bench"

// target is something that takes the requests: the upstream itself, or what forwards to it.
type target struct {
	name       string
	host, path string
	process    *process
	web        string // of a gateway: its pages
	folder     string
}

func newTarget(name, url string, p *process) *target {
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	return &target{name: name, host: host, path: "/" + path, process: p}
}

// startTargets starts all that are asked for. Those that were started are returned with an error too, to be stopped.
func startTargets(ctx context.Context, o options) (targets []*target, err error) {
	wanted := func(name string) bool { return len(o.targets) == 0 || slices.Contains(o.targets, name) }
	direct, err := startRole(ctx, o, roleUpstream)
	if err != nil {
		return nil, err
	}
	direct.name = targetDirect
	targets = append(targets, direct)
	upstream := "http://" + direct.host + "/"
	add := func(t *target, err error) error {
		if t != nil {
			targets = append(targets, t)
		}
		return err
	}
	if wanted(targetNginx) {
		if err := add(startNginx(ctx, o, direct.host)); err != nil {
			return targets, err
		}
	}
	if wanted(targetProxy) {
		if err := add(startRole(ctx, o, roleProxy, upstream)); err != nil {
			return targets, err
		}
	}
	if wanted(targetGateway) {
		if err := add(startGateway(ctx, o, targetGateway, o.gateway, upstream)); err != nil {
			return targets, err
		}
	}
	for name, binary := range o.beside {
		if err := add(startGateway(ctx, o, name, binary, upstream)); err != nil {
			return targets, err
		}
	}
	return targets, nil
}

func stopTargets(targets []*target) {
	for _, t := range slices.Backward(targets) {
		t.process.stop()
	}
}

// startRole starts this program again.
func startRole(ctx context.Context, o options, name string, arguments ...string) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := start(name, o.folder, nil, self, append([]string{name}, arguments...)...)
	if err != nil {
		return nil, err
	}
	url, err := p.line(ctx, "")
	if err != nil {
		p.stop()
		return nil, err
	}
	return newTarget(name, url+"vp", p), nil
}

// nginxConfig keeps messages of up to 1 MB in memory and connections to the upstream open.
const nginxConfig = `%[4]sdaemon off;
worker_processes %[3]d;
pid nginx.pid;
error_log stderr warn;
events { worker_connections 2048; }
http {
  access_log off;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  client_body_temp_path body; proxy_temp_path proxied; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  keepalive_requests 100000000;
  upstream producer { server %[1]s; keepalive 128; keepalive_requests 100000000; }
  server {
    listen %[2]s;
    location / { proxy_pass http://producer; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}

`

func startNginx(ctx context.Context, o options, upstream string) (*target, error) {
	binary, err := exec.LookPath("nginx")
	if err != nil {
		binary = "/usr/sbin/nginx"
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := free.Addr().String()
	free.Close()
	folder := filepath.Join(o.folder, targetNginx)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	user := ""
	if os.Getuid() == 0 {
		user = "user root;\n" // its folder is ours alone
	}
	config := fmt.Sprintf(nginxConfig, upstream, address, runtime.NumCPU(), user)
	if err := os.WriteFile(filepath.Join(folder, "nginx.conf"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	p, err := start(targetNginx, folder, nil, binary, "-p", folder, "-c", "nginx.conf", "-e", "stderr")
	if err != nil {
		return nil, fmt.Errorf("%w (Debian's package nginx is needed, or leave it out with -targets)", err)
	}
	t := newTarget(targetNginx, "http://"+address+"/vp", p)
	return t, t.await(ctx, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// catalogue is one route, with its permission, and as many others as are asked for.
func catalogue(address string, others int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "routes:\n  - {contract: %q, to: %s, address: %q}\n", contract, receiver, address)
	for n := range others {
		fmt.Fprintf(&b, "  - {contract: %q, to: SE0000000001-%d, address: %q}\n", contract, 10000+n, address)
	}
	fmt.Fprintf(&b, "permissions:\n  - {contract: %q, from_system: %s, to: %s}\n", contract, sender, receiver)
	return b.String()
}

// startGateway starts a built gateway as production has it, but for its environment: the contract pack of our own is
// not for production. Its log goes to a file.
func startGateway(ctx context.Context, o options, name, binary, upstream string) (*target, error) {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(o.folder, name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "catalogue.yaml")
	if err := os.WriteFile(file, []byte(catalogue(upstream, 0)), 0o600); err != nil {
		return nil, err
	}
	p, err := start(name, folder, []string{
		"RIVGATE_ENVIRONMENT=test", "RIVGATE_SOAP_LISTEN=127.0.0.1:0", "RIVGATE_WEB_LISTEN=127.0.0.1:0",
		"RIVGATE_TAK_SOURCE=" + file,
		"RIVGATE_INSTANCE_ID=" + instance, "RIVGATE_SOAP_MAX_MESSAGE=64MiB", "RIVGATE_LOG_LEVEL=info",
		"RIVGATE_LOG_FORMAT=json",
	}, binary, "serve")
	if err != nil {
		return nil, err
	}
	soap, err := p.line(ctx, "SOAP")
	web := ""
	if err == nil {
		web, err = p.line(ctx, "Pages and API")
	}
	if err != nil {
		p.stop()
		return nil, err
	}
	t := newTarget(name, soap, p)
	t.web, t.folder = strings.TrimSuffix(strings.Fields(web)[0], "/"), folder
	return t, t.await(ctx, func() bool { return t.get("/readyz") == nil })
}

// await asks until it is so.
func (t *target) await(ctx context.Context, so func() bool) error {
	for range 1000 {
		if so() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.process.ended:
			return fmt.Errorf("starting %s: it ended: %s", t.name, t.process.said())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return fmt.Errorf("starting %s: it is not ready", t.name)
}

// get asks a gateway's page for a 200.
func (t *target) get(path string) error {
	answer, err := http.Get(t.web + path)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(path + ": " + answer.Status)
	}
	return nil
}
