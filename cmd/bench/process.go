//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a child, which ends with us whatever becomes of us.
type process struct {
	name  string
	child *exec.Cmd
	log   string // the file with what it said on standard error
	lines <-chan string
	ended <-chan struct{}
}

// start runs a command in a folder. What it prints is had from lines, what it says on standard error goes to a file.
func start(name, folder string, environ []string, command string, arguments ...string) (*process, error) {
	p := &process{name: name, child: exec.Command(command, arguments...), log: filepath.Join(folder, name+".log")}
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.child.Dir, p.child.Stderr, p.child.Env = folder, log, append(os.Environ(), environ...)
	p.child.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	said, err := p.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	started, lines, ended := make(chan error), make(chan string, 64), make(chan struct{})
	p.lines, p.ended = lines, ended
	go func() {
		runtime.LockOSThread() // a child ends with the thread that started it
		defer runtime.UnlockOSThread()
		defer close(ended)
		err := p.child.Start()
		started <- err
		if err != nil {
			return
		}
		for s := bufio.NewScanner(said); s.Scan(); {
			select {
			case lines <- s.Text():
			default: // nobody reads so many
			}
		}
		close(lines)
		_ = p.child.Wait() // how it ended is told by whoever misses it
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return p, nil
}

// line waits for a line that begins with a word, and gives what follows.
func (p *process) line(ctx context.Context, word string) (string, error) {
	for {
		select {
		case text, ok := <-p.lines:
			if !ok {
				return "", fmt.Errorf("starting %s: it ended: %s", p.name, p.said())
			}
			if after, ok := strings.CutPrefix(text, word); ok {
				return strings.TrimSpace(after), nil
			}
		case <-ctx.Done():
			return "", ctx.Err()
		case <-time.After(20 * time.Second):
			return "", fmt.Errorf("starting %s: it does not say where it is", p.name)
		}
	}
}

// said is the end of what it said on standard error.
func (p *process) said() string {
	content, _ := os.ReadFile(p.log)
	return strings.TrimSpace(string(content[max(0, len(content)-1000):]))
}

// stop lets it finish, and waits.
func (p *process) stop() {
	_ = p.child.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		_ = p.child.Process.Kill()
		<-p.ended
	}
}

// pids are the process and its children.
func (p *process) pids() []int {
	own := p.child.Process.Pid
	all := []int{own}
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", own))
	for _, name := range lists {
		content, _ := os.ReadFile(name)
		for text := range strings.FieldsSeq(string(content)) {
			if pid, err := strconv.Atoi(text); err == nil {
				all = append(all, pid)
			}
		}
	}
	return all
}

// ticks is how many of /proc's units of processor time are a second: USER_HZ, which is 100 wherever Go runs on Linux.
const ticks = 100

// cpu is the processor time that the process and its children have used: by the scheduler's own count where the kernel
// keeps one, else by utime and stime of proc(5), which are rounded to 10 ms.
func (p *process) cpu() (time.Duration, error) {
	var all time.Duration
	for _, pid := range p.pids() {
		if n, ok := scheduled(pid); ok {
			all += n
			continue
		}
		content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, err
		}
		fields := strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:]))
		if len(fields) < 13 {
			return 0, errors.New("reading /proc: stat is short")
		}
		for _, text := range fields[11:13] {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("reading /proc: %w", err)
			}
			all += time.Duration(n) * time.Second / ticks
		}
	}
	return all, nil
}

// scheduled is the time on a processor of all threads of a process; threads that have ended are not in it, and those of
// the targets do not end.
func scheduled(pid int) (all time.Duration, ok bool) {
	names, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(content), " ")
		n, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			return 0, false
		}
		all += time.Duration(n)
	}
	return all, all > 0
}

// memory is a value of /proc/PID/status in bytes: VmRSS is what is resident, VmHWM the most that ever was.
func (p *process) memory(field string) (int64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.child.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(content), field+":")
	words := strings.Fields(after)
	if len(words) == 0 {
		return 0, fmt.Errorf("reading /proc: there is no %s", field)
	}
	kilobytes, err := strconv.ParseInt(words[0], 10, 64)
	return kilobytes << 10, err
}
