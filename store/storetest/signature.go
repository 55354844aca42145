package storetest

import (
	"sync"
	"sync/atomic"
	"time"
)

func signatures(w *world) {
	note := func(w *world, id string) bool {
		first, err := w.s.NoteSignature(w.ctx, id, w.clock.Now().Add(5*time.Minute))
		if err != nil {
			w.t.Fatal(err)
		}
		return first
	}
	w.run("a signature is new once, until its time is over", func(w *world) {
		equal(w, "at first", note(w, "one"), true)
		equal(w, "again", note(w, "one"), false)
		equal(w, "another", note(w, "two"), true)
		w.clock.move(5 * time.Minute)
		equal(w, "when its time is over", note(w, "one"), true)
	})
	w.run("a signature that led to nothing is forgotten", func(w *world) {
		note(w, "three")
		if err := w.s.ForgetSignature(w.ctx, "three"); err != nil {
			w.t.Fatal(err)
		}
		equal(w, "again", note(w, "three"), true)
	})
	w.run("of many at once one is the first", func(w *world) {
		var all sync.WaitGroup
		var firsts atomic.Int32
		for range 16 {
			all.Go(func() {
				first, err := w.s.NoteSignature(w.ctx, "four", w.clock.Now().Add(time.Minute))
				if err != nil {
					w.t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		all.Wait()
		equal(w, "firsts", int(firsts.Load()), 1)
	})
}
