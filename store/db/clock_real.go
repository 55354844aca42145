//go:build !torture

package db

import "time"

// monotonic is the moment by this process's own clock, for what lies between two of them.
func monotonic() time.Time { return time.Now() }

// told is the moment that the database said.
func told(us int64) time.Time { return Moment(us) }
