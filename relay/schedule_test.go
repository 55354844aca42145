package relay

import (
	"testing"
	"time"

	"rivgate/store"
)

func TestWhenToTryAgain(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	w := &Worker{Schedule: []time.Duration{4 * time.Second, 20 * time.Second, time.Hour}, GiveUp: 168 * time.Hour}
	for _, c := range []struct {
		sentence   string
		attempt    int
		first      time.Duration // ago
		retryAfter time.Duration
		random     float64
		want       time.Duration // -1: never
	}{
		{"the first wait", 1, 0, 0, 0, 4 * time.Second},
		{"the second wait", 2, 0, 0, 0, 20 * time.Second},
		{"the last wait repeats", 50, time.Hour, 0, 0, time.Hour},
		{"a wait is drawn out by at most a fifth", 3, time.Hour, 0, 1, 72 * time.Minute},
		{"a receiver that asks for more gets it", 1, 0, 2 * time.Minute, 0, 2 * time.Minute},
		{"a receiver that asks for less does not", 2, 0, time.Second, 0, 20 * time.Second},
		{"before seven days are over it goes on", 160, 168*time.Hour - time.Second, 0, 0, time.Hour},
		{"after seven days it is parked", 160, 168 * time.Hour, 0, 0, -1},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			w.Random = func() float64 { return c.random }
			got := w.again(store.Delivery{Attempt: c.attempt, FirstTry: now.Add(-c.first)}, attempt{RetryAfter: c.retryAfter},
				now)
			if c.want < 0 && !got.IsZero() || c.want >= 0 && !got.Equal(now.Add(c.want)) {
				t.Errorf("again at %v", got)
			}
		})
	}
}
