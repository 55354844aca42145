//go:build !torture

package db

// CrashPoint names a moment right before or after something is on disk. Only a build with the tag torture can die there
// (crash_torture.go).
func CrashPoint(string) {}

// synchronous is how SQLite commits: full, so that a receipt outlives a power cut.
func synchronous() string { return "full" }
