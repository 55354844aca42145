package main

import (
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"go.uber.org/zap"
)

// memoryShare is how much of a container's memory the heap may take before it is collected harder. The rest is for what
// the limit does not count.
const memoryShare = 0.9

// collectLess lets the heap grow to three times what is kept before it is collected, unless GOGC says otherwise. What a
// gateway keeps is small beside what passes through it, so half as many collections cost a few megabytes.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

// limitMemory has the heap stay below the limit of the container (its cgroup), unless GOMEMLIMIT says otherwise. Where
// there is no limit, none is set.
func limitMemory(log *zap.Logger) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	limit, err := memlimit.SetGoMemLimitWithOpts(memlimit.WithRatio(memoryShare),
		memlimit.WithProvider(memlimit.FromCgroup))
	if err == nil && limit > 0 {
		log.Info("the heap is kept below the container's memory", zap.Int64("bytes", limit))
	}
}
