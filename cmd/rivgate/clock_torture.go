//go:build torture

package main

import (
	"os"
	"strings"
	"time"
)

// clock is shifted by what stands in the file of RIVGATE_TORTURE_CLOCK, "1h0m0s 0s": this host's clock, and the store's. The file may
// change at any time.
func clock() (now, stored func() time.Time) {
	file := os.Getenv("RIVGATE_TORTURE_CLOCK")
	if file == "" {
		return time.Now, nil
	}
	shifted := func(which int) func() time.Time {
		return func() time.Time {
			content, _ := os.ReadFile(file) // a file that is not there shifts nothing
			if shifts := strings.Fields(string(content)); len(shifts) == 2 {
				if by, err := time.ParseDuration(shifts[which]); err == nil {
					return time.Now().Add(by)
				}
			}
			return time.Now()
		}
	}
	return shifted(0), shifted(1)
}
