//go:build !torture

package db

import "time"

// monotonic is the moment by this process's own clock, for what lies between two of them.
func monotonic() time.Time { return time.Now() }

// databaseTime is the moment that the database answered with.
func databaseTime(us int64) time.Time { return Moment(us) }
