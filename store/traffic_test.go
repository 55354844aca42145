package store_test

import (
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// TestTraffic: what waits, is parked, passed by and got no answer, receiver by receiver.
func TestTraffic(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, _ string) {
		accept := func(id, receiver string) {
			t.Helper()
			_, err := s.Accept(t.Context(), &store.Message{
				ID: id, Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn", MessageID: id},
				Call: routing.Call{Sender: "SE0000000001-1177", Receiver: receiver, Contract: "urn"},
				Route: routing.Route{
					Via: routing.Queue, Address: "https://" + receiver + ".example/", Component: "SE2010123456-AVV",
				}, Envelope: []byte("<a/>"), Received: s.Now(),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		finish := func(attempts map[string]store.Attempt) {
			t.Helper()
			got, err := s.Claim(t.Context(), "w", time.Minute, 10, 10, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range got {
				a := attempts[d.Message.ID]
				if a.Outcome == "" {
					a = store.Attempt{Outcome: store.OutcomeTechnical, Class: "http-500", Again: s.Now().Add(time.Hour)}
				}
				if err := s.Finish(t.Context(), d, a); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, id := range []string{"a1", "a2", "b1", "b2"} {
			accept(id, "SE2010123456-"+strings.ToUpper(id[:1]))
		}
		down := store.Attempt{Outcome: store.OutcomeTechnical, Class: "connect", Again: s.Now()}
		for range 2 {
			finish(map[string]store.Attempt{
				"a1": {Outcome: store.OutcomeDelivered, Class: "ok"}, "a2": {Outcome: store.OutcomeRefused, Class: "fault-client"},
				"b1": down, "b2": {Outcome: store.OutcomeUnknown, Class: "timeout", Again: s.Now()},
			})
		}
		all, err := s.Traffic(t.Context())
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		a, b := all[0], all[1]
		if a.Receiver != "SE2010123456-A" || a.Due != 0 || a.Parked != 1 || a.In.Hour != 2 || a.Out.Minute != 1 ||
			!a.Silent.IsZero() || a.Trouble != "fault-client" || a.Oldest.IsZero() {
			t.Errorf("a: %+v", a)
		}
		for receiver, want := range map[string]bool{"SE2010123456-A": false, "SE2010123456-B": true} {
			rows, err := s.Deliveries(t.Context(), store.DeliveryFilter{Receiver: receiver})
			if err != nil || len(rows) == 0 {
				t.Fatal(rows, err)
			}
			for _, row := range rows {
				down := row.Down != nil && !row.Down.Since.IsZero() && !row.Down.Asked.Before(row.Down.Since)
				if down != want {
					t.Errorf("%s to %s: down %v, want %v", row.ID, receiver, row.Down, want)
				}
			}
		}
		if b.Due != 2 || b.Unknown != 1 || b.Parked != 0 || b.In.Minute != 2 || b.Out.Hour != 0 || b.Silent.IsZero() ||
			b.In.Least {
			t.Errorf("b: %+v", b)
		}
		rows, err := s.DeliveriesOfClass(t.Context(), store.DeliveryFilter{State: store.DeliveryDue}, "timeout")
		if err != nil || len(rows) != 1 || rows[0].ID != "b2" {
			t.Errorf("of a class: %v %v", rows, err)
		}
		for verb, f := range map[store.Verb]store.DeliveryFilter{
			store.VerbRetry: {Receiver: "SE2010123456-B"}, store.VerbReplay: {}, store.VerbClose: {}, store.VerbRedirect: {},
			store.VerbRelease: {},
		} {
			n, err := s.Would(t.Context(), verb, f)
			rows, listing := s.Chosen(t.Context(), verb, f, 10)
			if err != nil || listing != nil || n != len(rows) {
				t.Errorf("%s would touch %d, and lists %d: %v %v", verb, n, len(rows), err, listing)
			}
		}
		space, err := s.Space(t.Context())
		if err != nil || space.Database == 0 || space.Total < space.Free {
			t.Errorf("room: %+v %v", space, err)
		}
	})
}

// TestNewestTrouble: the error of a receiver that is shown is the newest one, whatever its name, with its reason.
func TestNewestTrouble(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, _ string) {
		for _, id := range []string{"m1", "m2"} {
			_, err := s.Accept(t.Context(), &store.Message{
				ID: id, Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn", MessageID: id}, Received: s.Now(),
				Envelope: []byte("<a/>"),
				Call:     routing.Call{Sender: "SE0000000001-1177", Receiver: "SE2010123456-A", Contract: "urn"},
				Route:    routing.Route{Via: routing.Queue, Address: "https://a.example/"},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, class := range []string{"timeout", "http-503", "connect"} {
			got, err := s.Claim(t.Context(), "w", time.Minute, 1, 1, nil)
			if err != nil || len(got) != 1 {
				t.Fatal(got, err)
			}
			again := s.Now()
			if class == "http-503" {
				again = again.Add(time.Hour) // the other message is the next one
			}
			why := store.Diagnosis{Code: class}
			if err := s.Finish(t.Context(), got[0], store.Attempt{
				Outcome: store.OutcomeTechnical, Class: class, Why: why, Again: again,
			}); err != nil {
				t.Fatal(err)
			}
			all, err := s.Traffic(t.Context())
			if err != nil || len(all) != 1 || all[0].Trouble != class || all[0].Why.Code != class {
				t.Errorf("after an attempt that ended in %s: %+v %v", class, all, err)
			}
		}
	})
}

// TestPauseAll: all at once, in one order; who was paused before stays so.
func TestPauseAll(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, _ string) {
		if err := s.Pause(t.Context(), "SE2010123456-A", "olle", "eget"); err != nil {
			t.Fatal(err)
		}
		if err := s.Pause(t.Context(), "SE2010123456-A", "lisa", ""); err != nil { // without a reason: it wipes none
			t.Fatal(err)
		}
		n, err := s.PauseAll(t.Context(), []string{"SE2010123456-A", "se2010123456-b", "SE2010123456-B", "SE2010123456-C"},
			"olle", "underhåll")
		if err != nil || n != 2 {
			t.Errorf("paused %d: %v", n, err)
		}
		pauses, err := s.Pauses(t.Context())
		if err != nil || len(pauses) != 3 || pauses[0].Reason != "eget" || !pauses[1].Holds("x", "SE2010123456-b") ||
			pauses[1].Holds("x", "") || pauses[0].Maintenance || !pauses[1].Maintenance {
			t.Errorf("%+v %v", pauses, err)
		}
		if err := s.Pause(t.Context(), "SE2010123456-C", "lisa", "egen orsak"); err != nil { // no longer of the maintenance
			t.Fatal(err)
		}
		if pauses, err = s.Pauses(t.Context()); err != nil || pauses[2].Receiver != "SE2010123456-C" ||
			pauses[2].Maintenance {
			t.Errorf("%+v %v", pauses, err)
		}
		if n, err = s.ResumeAll(t.Context(), []string{"SE2010123456-B", "SE2010123456-C", "SE2010123456-D"}, "olle",
			"klart"); err != nil || n != 2 {
			t.Errorf("resumed %d: %v", n, err)
		}
		orders, err := s.Audits(t.Context(), time.Time{}, 0)
		if err != nil || len(orders) != 5 || orders[0].Verb != "resume" || orders[0].Count != 2 ||
			orders[0].Reason != "klart" {
			t.Errorf("%+v %v", orders, err)
		}
	})
}
