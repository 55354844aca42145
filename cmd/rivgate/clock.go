//go:build !torture

package main

import "time"

// clock is what the gateway reads the time from. A build with the tag torture can shift it (clock_torture.go); its
// store has its own.
func clock() func() time.Time { return time.Now }
