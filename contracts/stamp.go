package contracts

import (
	"errors"
	"sync"
	"time"
	_ "time/tzdata" // Swedish time must be known in a container without zone files
)

const (
	stampLayout = "20060102150405"
	dateLayout  = "20060102"
)

// ErrNoTime is the error for a time stamp that is not a time in Sweden.
var ErrNoTime = errors.New("reading time stamp: no such Swedish local time")

// stockholm is Swedish local time. It cannot fail: the zone is compiled in.
var stockholm = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return zone
})

// ParseStamp reads YYYYMMDDhhmmss as Swedish local time. A time in the hour that comes twice in October means the first
// one. Anything else is ErrNoTime, also a time in the hour that is skipped in March; the Stamp then has only Raw.
func ParseStamp(raw string) (Stamp, error) {
	s := Stamp{Raw: raw}
	if len(raw) != len(stampLayout) {
		return s, ErrNoTime
	}
	t, err := time.ParseInLocation(stampLayout, raw, stockholm())
	if err != nil || t.Format(stampLayout) != raw {
		return s, ErrNoTime
	}
	// package time does not say which of the two it returns when clocks are set back.
	if earlier := t.Add(-time.Hour); earlier.Format(stampLayout) == raw {
		t = earlier
	}
	s.UTC = t.UTC()
	return s, nil
}

// NewStamp is the time stamp of an instant, cut to whole seconds.
func NewStamp(t time.Time) Stamp {
	t = t.Truncate(time.Second)
	return Stamp{Raw: t.In(stockholm()).Format(stampLayout), UTC: t.UTC()}
}

// IsZero tells whether there is no time stamp at all.
func (s Stamp) IsZero() bool { return s.Raw == "" }

// validDate tells whether raw, YYYYMMDD, is in the calendar.
func validDate(raw string) bool {
	if len(raw) != len(dateLayout) {
		return false
	}
	_, err := time.Parse(dateLayout, raw)
	return err == nil
}

// validPartialDate tells whether raw, YYYY, YYYYMM or YYYYMMDD, is in the calendar.
func validPartialDate(raw string) bool {
	switch len(raw) {
	case 4, 6:
		return validDate((raw + "0101")[:8])
	}
	return validDate(raw)
}
