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
	"syscall"
	"time"
)

// gateway is one process of the built binary, at addresses that stay the same over all its lives.
type gateway struct {
	binary, folder string
	name           string
	soap, web      string
	environ        []string

	told  bool // to stop, by SIGTERM, in this life
	child *exec.Cmd
	ended <-chan struct{} // closed when child has
	lives int
}

// start starts it and waits for nothing.
func (g *gateway) start(extra ...string) error {
	log, err := os.OpenFile(filepath.Join(g.folder, g.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	c := exec.Command(g.binary, "serve")
	c.Dir, c.Stdout, c.Stderr = g.folder, log, log
	c.Env = append(append(os.Environ(), g.environ...), extra...)
	g.child, g.lives, g.told = c, g.lives+1, false
	if g.ended, err = launch(c, nil); err != nil {
		return fmt.Errorf("starting a gateway: %w", err)
	}
	return nil
}

// launch starts a child whose life hangs on ours, whatever becomes of us; the channel is closed when it has ended.
func launch(c *exec.Cmd, as *syscall.Credential) (<-chan struct{}, error) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: as}
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // a child ends with the thread that started it
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait() // how it ended is asked of ProcessState
		}
	}()
	return ended, <-started
}

// ready waits until it says that it is. False: it has ended, or the time is up.
func (g *gateway) ready(ctx context.Context) bool {
	client := http.Client{Timeout: time.Second}
	for ctx.Err() == nil && g.alive() {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+g.web+"/readyz", nil)
		if err != nil {
			return false
		}
		if answer, err := client.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return true
			}
		}
		select {
		case <-ctx.Done():
		case <-g.ended:
		case <-time.After(20 * time.Millisecond):
		}
	}
	return false
}

func (g *gateway) alive() bool {
	if g.child == nil {
		return false
	}
	select {
	case <-g.ended:
		return false
	default:
		return true
	}
}

// ending is how it ended, unless it was killed, did what it was told, or is alive.
func (g *gateway) ending() string {
	if g.alive() {
		return ""
	}
	state := g.child.ProcessState
	if w, ok := state.Sys().(syscall.WaitStatus); ok && w.Signaled() && w.Signal() == syscall.SIGKILL {
		return ""
	}
	if w, ok := state.Sys().(syscall.WaitStatus); g.told &&
		(state.Success() || ok && w.Signaled() && w.Signal() == syscall.SIGTERM) {
		return ""
	}
	return state.String()
}

func (g *gateway) signal(s syscall.Signal) error { return g.child.Process.Signal(s) }

// kill is kill -9; it returns when the process is no more.
func (g *gateway) kill() {
	if g.alive() {
		_ = g.child.Process.Kill()
		<-g.ended
	}
}

// stop lets it finish what is under way.
func (g *gateway) stop() error {
	if !g.alive() {
		return nil
	}
	if err := g.signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-g.ended:
		return nil
	case <-time.After(40 * time.Second):
		g.kill()
		return errors.New("the gateway did not stop when it was told to")
	}
}

// address is one on loopback that is free now, below the ports that systems give out by themselves.
func address(next func(int) int) (string, error) {
	for range 100 {
		a := fmt.Sprintf("127.0.0.1:%d", 18000+next(14000))
		l, err := net.Listen("tcp", a)
		if err == nil {
			return a, l.Close()
		}
	}
	return "", errors.New("finding a free port: none in a hundred")
}
