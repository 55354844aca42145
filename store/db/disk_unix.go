//go:build linux || darwin || freebsd

package db

import "syscall"

// roomAt asks the file system of a path.
func roomAt(path string) (Space, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(path, &fs); err != nil {
		return Space{}, err
	}
	block := int64(fs.Bsize) //nolint:unconvert // of another type on other systems
	return Space{Free: int64(fs.Bavail) * block, Total: int64(fs.Blocks) * block}, nil
}
