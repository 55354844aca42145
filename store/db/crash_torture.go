//go:build torture

package db

import (
	"cmp"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
)

// CrashPoint ends this process as kill -9 does, when RIVGATE_TORTURE_CRASH=NAME:N is set and it is the Nth time that
// NAME is reached.
func CrashPoint(name string) {
	at := chosenCrash()
	if name != at.name || passes.Add(1) != at.pass {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing that comes after the point may still happen
}

// crash is the point that a process is to die at.
type crash struct {
	name string
	pass int64
}

var (
	passes      atomic.Int64
	chosenCrash = sync.OnceValue(func() crash {
		name, pass, _ := strings.Cut(os.Getenv("RIVGATE_TORTURE_CRASH"), ":")
		n, err := strconv.ParseInt(pass, 10, 64)
		if err != nil {
			return crash{}
		}
		return crash{name, n}
	})
)

// synchronous lets the negative control commit as a gateway must not: RIVGATE_TORTURE_SYNCHRONOUS=normal.
func synchronous() string { return cmp.Or(os.Getenv("RIVGATE_TORTURE_SYNCHRONOUS"), "full") }
