//go:build !linux && !darwin && !freebsd

package store

// roomAt knows nothing of this system's disks.
func roomAt(string) (Space, error) { return Space{}, nil }
