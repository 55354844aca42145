package main

import (
	"os"
	"runtime/debug"
)

// collectLess lets the heap grow to three times what is kept before it is collected, unless GOGC says otherwise. What a
// gateway keeps is small beside what passes through it, so half as many collections cost a few megabytes.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}
