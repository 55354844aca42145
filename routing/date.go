package routing

import (
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // Swedish days must be right on machines without a zone database too
)

// Date is a Swedish calendar day as yyyymmdd, 20260131; zero is no date. Days compare as integers.
type Date int

// LastDay stands for "for ever" where two spans are compared.
const LastDay Date = 99991231

// stockholm is the one zone that a catalogue's days are meant in. It is loaded once and never changes.
var stockholm = sync.OnceValue(func() *time.Location {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic("loading Europe/Stockholm, which is linked in: " + err.Error())
	}
	return zone
})

// Stockholm is the zone Europe/Stockholm, in which a catalogue's days and times without a zone are meant.
func Stockholm() *time.Location { return stockholm() }

// DateOf is the Swedish calendar day at a moment, summer and winter time observed.
func DateOf(moment time.Time) Date {
	year, month, day := moment.In(stockholm()).Date()
	return Date(year*10000 + int(month)*100 + day)
}

// ParseDate reads "2026-01-31". The empty string is the zero Date. A day that does not exist is an error.
func ParseDate(text string) (Date, error) {
	if text == "" {
		return 0, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() == 0 {
		return 0, fmt.Errorf("%q is no date: write it as 2026-01-31", text)
	}
	return Date(day.Year()*10000 + int(day.Month())*100 + day.Day()), nil
}

// String is the day as 2026-01-31, and "" for the zero Date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", int(d)/10000, int(d)/100%100, int(d)%100)
}

// Before is the day before d. The zero Date has none and stays zero.
func (d Date) Before() Date {
	if d == 0 {
		return 0
	}
	return d.plus(-1)
}

// Next is the day after d. The zero Date has none and stays zero.
func (d Date) Next() Date {
	if d == 0 {
		return 0
	}
	return d.plus(1)
}

func (d Date) plus(days int) Date {
	year, month, day := time.Date(int(d)/10000, time.Month(int(d)/100%100), int(d)%100+days, 0, 0, 0, 0, time.UTC).Date()
	return Date(year*10000 + int(month)*100 + day)
}

// IsZero tells whether there is no date; encoders leave such a one out.
func (d Date) IsZero() bool { return d == 0 }

// MarshalText writes the day as String does, for JSON and YAML.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads.
func (d *Date) UnmarshalText(text []byte) error {
	day, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// Span is a first and a last day, both inclusive; the zero Date means open.
type Span struct{ From, Until Date }

// Words are the days as an addition to a row's words; "" where neither end is given.
func (s Span) Words() (text string) {
	if s.From != 0 {
		text = ", from " + s.From.String()
	}
	if s.Until != 0 {
		text += ", until " + s.Until.String()
	}
	return text
}

func (s Span) holds(day Date) bool {
	return s.From <= day && (s.Until == 0 || day <= s.Until)
}

// Shared is the first and last day that two spans have in common; none if first is after last.
func (s Span) Shared(other Span) (first, last Date) {
	return max(s.From, other.From), min(s.end(), other.end())
}

func (s Span) end() Date {
	if s.Until == 0 {
		return LastDay
	}
	return s.Until
}
