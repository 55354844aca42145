package shell

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"rivgate/store/accesslog"
)

// A flood of one thing keeps no row of another out, and itself has a few rows a minute.
func TestStrangersPushNothingOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var s strangers
		var told []int
		flood := accesslog.Row{What: accesslog.Refused, Detail: "GET /inbox"}
		rows := 0
		for range 100_000 {
			if s.first(flood, time.Now(), func(times int) { told = append(told, times) }) {
				rows++
			}
		}
		for n := range 100 {
			a := accesslog.Row{What: accesslog.Refused, Subject: fmt.Sprint("account", n), Detail: "sign-in"}
			if !s.first(a, time.Now(), func(int) { t.Error("it came once") }) {
				t.Errorf("the row of %s was pushed out", a.Subject)
			}
		}
		time.Sleep(strangersTime)
		synctest.Wait()
		if rows != strangersRows || len(told) != 1 || told[0] != 100_000-strangersRows {
			t.Errorf("%d rows and then %v", rows, told)
		}
		if !s.first(flood, time.Now(), func(int) {}) {
			t.Error("it has no row of its own in the next minute")
		}
		time.Sleep(strangersTime)
		synctest.Wait()
		if len(s.seen) != 0 {
			t.Errorf("%d are remembered for ever", len(s.seen))
		}
	})
}
