//go:build torture

package db

import (
	"os"
	"strings"
	"time"
)

// shift reads one of the times in the file of RIVGATE_TORTURE_CLOCK, "60h0m0s 1h0m0s -1h0m0s": how much more time has
// passed in the world than in truth, and how wrong this host's clock and the database's are set. The file may change at
// any time.
func shift(which int) time.Duration {
	content, _ := os.ReadFile(os.Getenv("RIVGATE_TORTURE_CLOCK")) // a file that is not there shifts nothing
	if shifts := strings.Fields(string(content)); which < len(shifts) {
		by, _ := time.ParseDuration(shifts[which])
		return by
	}
	return 0
}

// monotonic: time that passes, passes by every clock.
func monotonic() time.Time { return time.Now().Add(shift(0)) }

// databaseTime is what a database whose clock is set wrong would have answered.
func databaseTime(us int64) time.Time { return Moment(us).Add(shift(0) + shift(2)) }
