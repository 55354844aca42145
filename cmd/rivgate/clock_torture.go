//go:build torture

package main

import (
	"os"
	"strings"
	"time"
)

// clock is shifted by the first two times in the file of RIVGATE_TORTURE_CLOCK: what has passed in the world, and how
// wrong this host's clock is set. The third is the database's.
func clock() func() time.Time {
	return func() time.Time {
		now := time.Now()
		content, _ := os.ReadFile(os.Getenv("RIVGATE_TORTURE_CLOCK")) // a file that is not there shifts nothing
		shifts := strings.Fields(string(content))
		for _, text := range shifts[:min(len(shifts), 2)] {
			by, _ := time.ParseDuration(text)
			now = now.Add(by)
		}
		return now
	}
}
