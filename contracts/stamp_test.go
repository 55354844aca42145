package contracts

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseStamp(t *testing.T) {
	cases := []struct{ sentence, raw, utc string }{
		{"winter time", "20260115120000", "2026-01-15T11:00:00Z"},
		{"summer time", "20260715120000", "2026-07-15T10:00:00Z"},
		{"before clocks are put forward", "20260329015959", "2026-03-29T00:59:59Z"},
		{"after clocks are put forward", "20260329030000", "2026-03-29T01:00:00Z"},
		{"the hour that is skipped", "20260329023000", ""},
		{"the first of the repeated hour", "20261025023000", "2026-10-25T00:30:00Z"},
		{"after the repeated hour", "20261025030000", "2026-10-25T02:00:00Z"},
		{"a leap day", "20240229000000", "2024-02-28T23:00:00Z"},
		{"no leap day", "20260229000000", ""},
		{"hour 24", "20260115240000", ""},
		{"second 60", "20260115115960", ""},
		{"a day alone", "20260115", ""},
		{"with a zone", "20260115120000Z", ""},
		{"nothing", "", ""},
		{"blanks", " 2026011512000", ""},
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			s, err := ParseStamp(c.raw)
			if s.Raw != c.raw || (err == nil) != (c.utc != "") {
				t.Fatalf("got %+v, %v", s, err)
			}
			if err == nil && s.UTC.Format(time.RFC3339) != c.utc {
				t.Errorf("got %s, want %s", s.UTC.Format(time.RFC3339), c.utc)
			}
		})
	}
}

// What is written is read back, but for the second of the repeated hour, which is read as the first.
func TestStampsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, "seconds"), 0)
		written := NewStamp(at)
		read, err := ParseStamp(written.Raw)
		if err != nil {
			t.Fatalf("%s: %v", written.Raw, err)
		}
		if d := written.UTC.Sub(read.UTC); d != 0 && d != time.Hour {
			t.Fatalf("%s is read %v off", written.Raw, d)
		}
	})
}
