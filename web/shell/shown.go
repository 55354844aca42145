package shell

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
)

// How times, numbers and ids are shown: Swedish days, kl. 10:42, 2 ärenden, 1,5 MB.

// Today is the Swedish day, YYYY-MM-DD.
func (s *Site) Today() string { return Swedish(s.Clock()).Format(time.DateOnly) }

// Swedish is a moment in Swedish time.
func Swedish(t time.Time) time.Time { return t.In(routing.Stockholm()) }

// Moment is when something happened, as a Swede reads it: "kl. 10:42" today, else "3 mars kl. 10:42", with the year
// when it is another.
func Moment(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(routing.Stockholm())
	if routing.DateOf(t) == routing.DateOf(now) {
		return local.Format("kl. 15:04")
	}
	return day(t, now) + local.Format(" kl. 15:04")
}

// Day is day, for other rooms.
func Day(t, now time.Time) string { return day(t, now) }

// day is "3 mars", with the year when it is another than now's.
func day(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	local := t.In(routing.Stockholm())
	text := fmt.Sprintf("%d %s", local.Day(), month(local.Month()))
	if local.Year() != now.In(routing.Stockholm()).Year() {
		text += " " + strconv.Itoa(local.Year())
	}
	return text
}

func month(m time.Month) string { return months[m-1] }

// Date turns YYYYMMDD into YYYY-MM-DD; anything else stands as it is.
func Date(raw string) string {
	if len(raw) != 8 {
		return raw
	}
	return raw[:4] + "-" + raw[4:6] + "-" + raw[6:]
}

func iso(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// mask hides the last part of an identity: YYYYMMDD-****, where it begins with a day.
func mask(id string) string { return contracts.PersonID{ID: id}.Masked() }

// Count is a number with its noun: "1 ärende", "2 ärenden".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Size is a number of bytes in words.
func Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return strconv.FormatInt(bytes, 10) + " byte"
	case bytes < 1000*1000:
		return strconv.FormatInt((bytes+999)/1000, 10) + " kB"
	}
	return strings.Replace(strconv.FormatFloat(float64(bytes)/1e6, 'f', 1, 64), ".", ",", 1) + " MB"
}

func duration(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return strings.Replace(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".", ",", 1) + " s"
}

// ShortContract is the name of an interaction in its responder namespace.
func ShortContract(namespace string) string {
	parts := strings.Split(namespace, ":")
	for i := len(parts) - 1; i >= 0; i-- {
		if name, ok := strings.CutSuffix(parts[i], "Responder"); ok {
			return name
		}
	}
	return namespace
}
