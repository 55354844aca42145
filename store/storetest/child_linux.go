package storetest

import (
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// lend gives a command the owner's account, and lets it end with the thread that started it.
func (o *owner) lend(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if o != nil {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}
	}
}

// watch starts a child and waits for its end, on a thread of its own: the child's life hangs on it, even when a test
// panics or runs out of time.
func watch(child *exec.Cmd, started chan<- error, ended chan<- *os.ProcessState) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := child.Start()
	started <- err
	if err == nil {
		_ = child.Wait() // how it ended says more
		ended <- child.ProcessState
	}
}
