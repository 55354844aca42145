package storetest

import (
	"fmt"
	"time"

	"rivgate/store"
)

// refusedCalls are counted by sender and code, with the latest ten correlation ids, and bounded.
func refusedCalls(w *world) {
	at := w.clock.Now()
	call := func(sender string, n int, when time.Time) store.RefusedCall {
		return store.RefusedCall{
			Contract: "urn:x", Code: "VP007", Sender: sender, Count: 1, First: when, Last: when,
			Correlations: []string{fmt.Sprint("id", n)},
		}
	}
	for n := range 12 {
		w.must(
			w.s.NoteRefused(w.ctx, []store.RefusedCall{
				call("SE2010123456-A", n, at.Add(time.Duration(n)*time.Minute)), call("\x00\xff", n, at),
			}),
		)
	}
	rows, err := w.s.RefusedCalls(w.ctx, 10)
	w.must(err)
	equal(w, "rows", len(rows), 2)
	got := rows[0]
	equal(w, "the latest",
		fmt.Sprint(got.Sender, got.Count, got.First.Equal(at), got.Last.Equal(at.Add(11*time.Minute)), got.Correlations),
		fmt.Sprint("SE2010123456-A", 12, true, true, []string{
			"id11", "id10", "id9", "id8", "id7", "id6", "id5", "id4", "id3", "id2",
		}))

	var many []store.RefusedCall
	for n := range store.RefusedMost + 50 {
		many = append(many, call(fmt.Sprintf("SE2010123456-%04d", n), n, at.Add(time.Hour+time.Duration(n)*time.Second)))
	}
	w.must(w.s.NoteRefused(w.ctx, many))
	rows, err = w.s.RefusedCalls(w.ctx, 500)
	w.must(err)
	equal(w, "the latest of many", rows[0].Sender, fmt.Sprintf("SE2010123456-%04d", store.RefusedMost+49))
	w.must(w.s.NoteRefused(w.ctx, []store.RefusedCall{call("SE2010123456-A", 99, at.Add(48*time.Hour))}))
	rows, err = w.s.RefusedCalls(w.ctx, 1)
	w.must(err)
	equal(w, "what was refused longest ago went", rows[0].Count, int64(1))
}
