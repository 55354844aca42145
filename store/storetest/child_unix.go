//go:build unix && !linux

package storetest

import (
	"os"
	"os/exec"
	"syscall"
)

// lend gives a command the owner's account.
func (o *owner) lend(command *exec.Cmd) {
	if o != nil {
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)}}
	}
}

// watch starts a child and waits for its end.
func watch(child *exec.Cmd, started chan<- error, ended chan<- *os.ProcessState) {
	err := child.Start()
	started <- err
	if err == nil {
		_ = child.Wait() // how it ended says more
		ended <- child.ProcessState
	}
}
