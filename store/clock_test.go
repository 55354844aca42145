package store

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"rivgate/routing"
)

// A host whose clock is an hour off changes nothing about who has which lane: the process that owns the file moves
// leases and retries with the step.
func TestClockSteps(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(step.String(), func(t *testing.T) {
			s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "rivgate.db"), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if err := s.Own(); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"leased", "waits"} {
				m := &Message{
					ID: id, Key: Key{Sender: "SE2010123456-AVV", Contract: "urn", MessageID: id},
					Route: routing.Route{Via: routing.Queue, Address: "https://there.example/"}, Received: s.Now(),
				}
				if _, err := s.Accept(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			both, err := s.Claim(t.Context(), "worker", time.Minute, 2, 2, nil)
			if err != nil || len(both) != 2 {
				t.Fatal(both, err)
			}
			if err := s.Finish(t.Context(), both[1], Attempt{
				Outcome: OutcomeTechnical, Again: s.Now().Add(time.Minute),
			}); err != nil {
				t.Fatal(err)
			}
			s.Dialect.Clock += fmt.Sprintf(" + %d", step.Microseconds())
			s.DB.FollowClock(t.Context())
			if off := time.Until(s.Now().Add(-step)).Abs(); off > time.Second {
				t.Errorf("after the step the clock is off by %s", off)
			}
			if again, err := s.Claim(t.Context(), "another", time.Minute, 2, 2, nil); err != nil || len(again) != 0 {
				t.Errorf("%d lanes were taken over, %v", len(again), err)
			}
			if behind := s.ClockBehind(); (behind > 0) != (step < 0) {
				t.Errorf("the clock is behind by %s", behind)
			}
			next, err := s.NextDue(t.Context())
			if wait := next.Sub(s.Now()); err != nil || wait < 50*time.Second || wait > 70*time.Second {
				t.Errorf("the next is due in %s, %v", wait, err)
			}
		})
	}
}
