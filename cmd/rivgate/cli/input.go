package cli

import (
	"io"
	"os"
	"os/user"
	"time"

	"rivgate/routing"
)

// ReadInput reads a file or standard input, one byte above the limit at most, so that the reader refuses what is too
// large.
func ReadInput(name string, limit int64) ([]byte, error) {
	f := os.Stdin
	if name != "-" {
		opened, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer opened.Close()
		f = opened
	}
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// ParseSince reads a date, an RFC 3339 time or an age.
func ParseSince(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02", text, time.Local); err == nil {
		return t, nil
	}
	return time.Time{},
		Usage("%s %q: write a date like 2026-01-31, a time like 2026-01-31T10:00:00+01:00 or an age like 24h", flag, text)
}

// Operator is who works on the queue.
func Operator(by string) string {
	if by != "" {
		return by
	}
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}

// ParseMoment reads a time like 2026-04-01 (Swedish midnight), 2026-04-01 08:00 (Swedish) or RFC 3339.
func ParseMoment(flag, text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, text, routing.Stockholm()); err == nil {
			return t, nil
		}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t,
			Usage("%s %q: write a time like 2026-04-01, 2026-04-01 08:00 or 2026-04-01T08:00:00+02:00", flag, Cell(text))
	}
	return t, nil
}
