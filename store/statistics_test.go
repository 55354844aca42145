package store_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/storetest"
)

// both runs a test on both databases.
func both(t *testing.T, test func(t *testing.T, s *store.Store, url string)) {
	for name, url := range map[string]func(testing.TB) string{"SQLite": sqlite, "PostgreSQL": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			address := url(t)
			test(t, open(t, address, store.Options{}), address)
		})
	}
}

// change runs statements on a database, beside the store.
func change(t *testing.T, url string, queries ...string) {
	t.Helper()
	driver, address := "pgx", url
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+path+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, query := range queries {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
}

func counts(t *testing.T, s *store.Store, scope store.StatisticsScope) string {
	t.Helper()
	rows, err := s.Tally(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	out := ""
	for _, row := range rows {
		for _, by := range scope.By {
			out += row.Key[by] + " "
		}
		out += fmt.Sprint(row.Count, "; ")
	}
	return out
}

// TestStatisticsFollowTheirCases: every change of a case is in the next count, and what was gathered says what the tables say.
func TestStatisticsFollowTheirCases(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		seedCases(t, url, 600)
		by := func(names ...string) store.StatisticsScope {
			return store.StatisticsScope{StatisticsFilter: store.StatisticsFilter{By: names}}
		}
		want := func(scope store.StatisticsScope, want string) {
			t.Helper()
			if got := counts(t, s, scope); got != want {
				t.Errorf("by %v: %s, want %s", scope.By, got, want)
			}
		}
		want(by(), "600; ")
		want(by("sex"), "0 200; 1 200; 2 200; ")
		board := by("sex")
		board.Kind = routing.PatientBoard
		want(board, "0 50; 1 50; 2 50; ")
		none := by("sex")
		none.Units = []string{}
		want(none, "")
		one := by("unit", "received")
		one.Units = []string{"se2010123456-u7919", "SE2010123456-U0"}
		want(one, "SE2010123456-U0 200001 1; ")

		change(t, url, `UPDATE cases SET sex = '9', version = version + 1 WHERE id = 'case-1'`)
		want(by("sex"), "0 200; 1 199; 2 200; 9 1; ")
		change(t, url, `INSERT INTO case_code (case_id, kind, code) VALUES ('case-1', 'main_problem', '77')`, `UPDATE cases SET version = version + 1 WHERE id = 'case-1'`)
		if got := counts(t, s, by("sex", "main_problem")); !strings.HasSuffix(got, "9 2 1; 9 77 1; ") {
			t.Errorf("a case with two problems: %s", got)
		}
		change(t, url, `DELETE FROM case_code WHERE case_id IN ('case-598', 'case-599')`, `DELETE FROM cases WHERE id IN ('case-598', 'case-599')`)
		want(by(), "598; ")
		lines, err := s.Check(t.Context())
		if err != nil || slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, "statistics") }) {
			t.Errorf("%v %v", lines, err)
		}
	})
}

// TestStatisticsAgreeWithTheDatabase: any count by any two parameters, over any time, is what the database itself counts.
func TestStatisticsAgreeWithTheDatabase(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, url string) {
		seedCases(t, url, 500)
		driver, address := "pgx", url
		if path, ok := strings.CutPrefix(url, "sqlite:"); ok {
			driver, address = "sqlite", "file:"+path
		}
		db, err := sql.Open(driver, address)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		columns := map[string]string{
			"unit": "c.unit", "provider": "c.provider", "region": "c.region", "age": "c.age", "sex": "c.sex", "area": "c.area", "incident": "c.incident_month",
			"received": "c.received_month", "closed": "c.closed_month", "main_problem": "m.code", "experienced": "e.code",
		}
		names := make([]string, 0, len(columns))
		for name := range columns {
			names = append(names, name)
		}
		slices.Sort(names)
		rapid.Check(t, func(r *rapid.T) {
			by := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 2, 2, rapid.ID[string]).Draw(r, "by")
			from := time.Date(2000, 1, 1+rapid.IntRange(0, 9000).Draw(r, "from"), rapid.IntRange(0, 23).Draw(r, "hour"), 0, 0, 0, routing.Stockholm())
			if rapid.Bool().Draw(r, "whole months") {
				from = time.Date(from.Year(), from.Month(), 1, 0, 0, 0, 0, routing.Stockholm())
			}
			until := from.AddDate(0, rapid.IntRange(0, 100).Draw(r, "months"), rapid.SampledFrom([]int{0, 10}).Draw(r, "days"))
			rows, err := db.Query(fmt.Sprintf(`SELECT %s, %s, count(*) FROM cases c JOIN case_code m ON m.case_id = c.id AND m.kind = 'main_problem' JOIN case_code e ON e.case_id = c.id
				AND e.kind = 'experienced' WHERE c.received >= %d AND c.received < %d GROUP BY 1, 2`, columns[by[0]], columns[by[1]], from.UnixMicro(), until.UnixMicro()))
			if err != nil {
				r.Fatal(err)
			}
			defer rows.Close()
			want := map[[2]string]int{}
			for rows.Next() {
				var a, b string
				var n int
				if err := rows.Scan(&a, &b, &n); err != nil {
					r.Fatal(err)
				}
				want[[2]string{a, b}] = n
			}
			got, err := s.Statistics(t.Context(), store.StatisticsFilter{By: by, From: from, Until: until})
			if err != nil || len(got) != len(want) {
				r.Fatalf("%d counts, want %d, %v", len(got), len(want), err)
			}
			for _, row := range got {
				if want[[2]string{row.Key[by[0]], row.Key[by[1]]}] != row.Count {
					r.Errorf("%v, want %d", row, want[[2]string{row.Key[by[0]], row.Key[by[1]]}])
				}
			}
		})
	})
}

// TestTraffic: what waits, is parked, passed by and got no answer, receiver by receiver.
func TestTraffic(t *testing.T) {
	both(t, func(t *testing.T, s *store.Store, _ string) {
		accept := func(id, receiver string) {
			t.Helper()
			_, err := s.Accept(t.Context(), &store.Message{
				ID: id, Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn", MessageID: id}, Call: routing.Call{Sender: "SE0000000001-1177", Receiver: receiver, Contract: "urn"},
				Route: routing.Route{Via: routing.Queue, Address: "https://" + receiver + ".example/", Component: "SE2010123456-AVV"}, Envelope: []byte("<a/>"), Received: s.Now(),
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
			finish(map[string]store.Attempt{"a1": {Outcome: store.OutcomeDelivered, Class: "ok"}, "a2": {Outcome: store.OutcomeRefused, Class: "fault-client"}, "b1": down, "b2": {Outcome: store.OutcomeUnknown, Class: "timeout", Again: s.Now()}})
		}
		all, err := s.Traffic(t.Context())
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		a, b := all[0], all[1]
		if a.Receiver != "SE2010123456-A" || a.Due != 0 || a.Parked != 1 || a.In.Hour != 2 || a.Out.Minute != 1 || !a.Silent.IsZero() || a.Trouble != "fault-client" || a.Oldest.IsZero() {
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
		if b.Due != 2 || b.Unknown != 1 || b.Parked != 0 || b.In.Minute != 2 || b.Out.Hour != 0 || b.Silent.IsZero() || b.In.Least {
			t.Errorf("b: %+v", b)
		}
		rows, err := s.DeliveriesOfClass(t.Context(), store.DeliveryFilter{State: store.DeliveryDue}, "timeout")
		if err != nil || len(rows) != 1 || rows[0].ID != "b2" {
			t.Errorf("of a class: %v %v", rows, err)
		}
		for verb, f := range map[store.Verb]store.DeliveryFilter{store.VerbRetry: {Receiver: "SE2010123456-B"}, store.VerbReplay: {}, store.VerbClose: {}, store.VerbRedirect: {}, store.VerbRelease: {}} {
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
				ID: id, Key: store.Key{Sender: "SE0000000001-1177", Contract: "urn", MessageID: id}, Received: s.Now(), Envelope: []byte("<a/>"),
				Call:  routing.Call{Sender: "SE0000000001-1177", Receiver: "SE2010123456-A", Contract: "urn"},
				Route: routing.Route{Via: routing.Queue, Address: "https://a.example/"},
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
			if err := s.Finish(t.Context(), got[0], store.Attempt{Outcome: store.OutcomeTechnical, Class: class, Why: why, Again: again}); err != nil {
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
		n, err := s.PauseAll(t.Context(), []string{"SE2010123456-A", "se2010123456-b", "SE2010123456-B", "SE2010123456-C"}, "olle", "underhåll")
		if err != nil || n != 2 {
			t.Errorf("paused %d: %v", n, err)
		}
		pauses, err := s.Pauses(t.Context())
		if err != nil || len(pauses) != 3 || pauses[0].Reason != "eget" || !pauses[1].Holds("x", "SE2010123456-b") || pauses[1].Holds("x", "") {
			t.Errorf("%+v %v", pauses, err)
		}
		if n, err = s.ResumeAll(t.Context(), []string{"SE2010123456-B", "SE2010123456-C", "SE2010123456-D"}, "olle", "klart"); err != nil || n != 2 {
			t.Errorf("resumed %d: %v", n, err)
		}
		orders, err := s.Audits(t.Context(), time.Time{}, 0)
		if err != nil || len(orders) != 4 || orders[0].Verb != "resume" || orders[0].Count != 2 || orders[0].Reason != "klart" {
			t.Errorf("%+v %v", orders, err)
		}
	})
}
