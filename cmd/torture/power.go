//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"
)

// powerDisk is an ext4 in a file whose power can be cut: what was not synced is gone. A process that is killed loses
// nothing that it wrote, for the system still has it; only this tells durable from written.
type powerDisk struct{ image, folder string }

func newPowerDisk(folder string) (*powerDisk, error) {
	d := &powerDisk{image: folder + ".img", folder: folder}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	image, err := os.Create(d.image)
	if err != nil {
		return nil, err
	}
	defer image.Close()
	if err := image.Truncate(1 << 30); err != nil {
		return nil, err
	}
	if said, err := exec.Command("mkfs.ext4", "-q", "-F", d.image).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mkfs.ext4: %w %s", err, said)
	}
	return d, d.mount()
}

func (d *powerDisk) mount() error {
	if said, err := exec.Command("mount", "-o", "loop", d.image, d.folder).CombinedOutput(); err != nil {
		return fmt.Errorf("mounting an ext4 of its own, which only root may: %w %s", err, said)
	}
	return nil
}

// cut is the power cut: the file system stops at once, and writes neither data nor its journal any more.
func (d *powerDisk) cut() error {
	const (
		shutdown   = 0x8004587d // EXT4_IOC_SHUTDOWN
		noLogFlush = 2
	)
	f, err := os.Open(d.folder)
	if err != nil {
		return err
	}
	defer f.Close()
	how := uint32(noLogFlush)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&how))); errno != 0 {
		return fmt.Errorf("cutting the power: %w", errno)
	}
	return nil
}

func (d *powerDisk) unmount() error {
	for range 50 { // what was killed may take a moment to let go
		if err := syscall.Unmount(d.folder, 0); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("unmounting %s: it stays busy", filepath.Base(d.folder))
}

// powerCut: the host is dead from one moment to the next, and comes back with what its disk has.
func (t *trial) powerCut(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	sleep(ctx, t.between(0, 2*time.Second))
	if err := t.power.cut(); err != nil {
		return err
	}
	for _, g := range t.gateways {
		g.kill()
	}
	if t.postgres != nil {
		t.postgres.kill()
	}
	if err := t.power.unmount(); err != nil {
		return err
	}
	if err := t.power.mount(); err != nil {
		return err
	}
	if t.postgres != nil {
		return t.postgres.start(ctx)
	}
	return nil
}
