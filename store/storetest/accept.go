package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"rivgate/routing"
	"rivgate/store"
)

func acceptOnce(w *world) {
	w.run("a receipt names the message, the case and the log", func(w *world) {
		f := w.blank(unit)
		a := f.accept(f.first)
		equal(w, "message", a.MessageID, f.first.ID)
		equal(w, "log", a.LogID, f.first.Correlation)
		equal(w, "case", a.Case, f.ref)
		equal(w, "received", a.Received, f.first.Received)
		equal(w, "repeat", a.Repeat, false)
		c, err := w.s.Unlogged().Case(w.ctx, a.CaseID)
		w.must(err)
		equal(w, "case", c.Ref, f.ref)
	})
	w.run("a repeat gets the first answer and envelope, and changes nothing", func(w *world) {
		f := w.file(unit)
		first := f.returned(store.EventPartialReply)
		answer := f.accept(first)
		version := f.now().Version
		again := *first
		again.ID, again.Envelope, again.Correlation = uuid.NewString(), []byte("<other/>"), "other"
		a, err := w.s.Accept(w.ctx, &again)
		w.must(err)
		equal(w, "repeat", a.Repeat, true)
		equal(w, "receipt", a.Receipt, answer.Receipt)
		equal(w, "envelope", string(a.Envelope), string(first.Envelope))
		equal(w, "version", f.now().Version, version)
	})
	w.run("a repeat is answered even where the case would now refuse it", func(w *world) {
		f := w.file(unit)
		last := f.closing()
		f.accept(last)
		a, err := w.s.Accept(w.ctx, last)
		w.must(err)
		equal(w, "repeat", a.Repeat, true)
	})
	w.run("the key's sender is compared without regard to case", func(w *world) {
		f := w.file(unit)
		again := *f.first
		again.ID, again.Key.Sender = uuid.NewString(), "se0000000001-1177"
		a, err := w.s.Accept(w.ctx, &again)
		w.must(err)
		equal(w, "repeat", a.Repeat, true)
	})
	w.run("a refused message may come again", func(w *world) {
		f := w.blank(unit)
		reply := f.returned(store.EventPartialReply)
		f.refuse(reply, store.UnknownCase)
		f.accept(f.first)
		f.accept(reply)
	})
	w.run("a message comes back as it was", wholeMessage)
	w.run("a message without a case is accepted all the same", func(w *world) {
		m := w.blank(unit).first
		m.Event = nil
		a, err := w.s.Accept(w.ctx, m)
		w.must(err)
		equal(w, "case", a.CaseID, "")
		got, err := w.s.Unlogged().Message(w.ctx, m.ID)
		w.must(err)
		equal(w, "event", got.Event == nil, true)
	})
	w.run("a message whose route is no place is refused by an error, and not stored", func(w *world) {
		f := w.blank(unit)
		f.first.Route.Via = routing.Forward
		if _, err := w.s.Accept(w.ctx, f.first); err == nil {
			w.t.Error("accepted")
		}
		_, err := w.s.Unlogged().CaseByRef(w.ctx, f.ref)
		equal(w, "stored", errors.Is(err, store.ErrNotFound), true)
	})
	w.run("a context that has ended accepts nothing", func(w *world) {
		f := w.blank(unit)
		ended, end := context.WithCancel(w.ctx)
		end()
		_, err := w.s.Accept(ended, f.first)
		equal(w, "ended", errors.Is(err, context.Canceled), true)
	})
}

func wholeMessage(w *world) {
	f := w.file(unit)
	m := f.returned(store.EventPartialReply)
	m.Envelope = bytes.Repeat([]byte{0, 0xff, '<', 0xc3, 0xa5}, 200_000)
	m.Headers = map[string][]string{"X-Rivta-One": {"å", "second"}, "X-Rivta-Two": {`"{}`}}
	f.accept(m)
	got, err := w.s.Unlogged().Message(w.ctx, m.ID)
	w.must(err)
	equal(w, "envelope", bytes.Equal(got.Envelope, m.Envelope), true)
	equal(w, "key", got.Key, m.Key)
	equal(w, "call", got.Call, m.Call)
	equal(w, "route", got.Route, m.Route)
	equal(w, "content type", got.ContentType, m.ContentType)
	equal(w, "action", got.SOAPAction, m.SOAPAction)
	equal(w, "correlation", got.Correlation, m.Correlation)
	equal(w, "headers", fmt.Sprint(got.Headers), fmt.Sprint(m.Headers))
	equal(w, "received", got.Received, m.Received)
	equal(w, "kind", got.Event.Kind, m.Event.Kind)
	equal(w, "content", string(got.Event.Content), string(m.Event.Content))
	_, err = w.s.Unlogged().Message(w.ctx, "nothing")
	equal(w, "not found", errors.Is(err, store.ErrNotFound), true)
}

func acceptSideBySide(w *world) {
	w.run("of 32 callers with one key exactly one is first, and all get its answer", func(w *world) {
		f := w.blank(unit)
		var first atomic.Int32
		ids := make([]string, 32)
		together(32, func(i int) {
			m := *f.first
			m.ID = uuid.NewString()
			a, err := w.s.Accept(w.ctx, &m)
			if err != nil {
				w.t.Error(err)
			}
			if !a.Repeat {
				first.Add(1)
			}
			ids[i] = a.MessageID
		})
		equal(w, "first", first.Load(), 1)
		for _, id := range ids {
			equal(w, "answer", id, ids[0])
		}
	})
	w.run("of 32 complaints for one case exactly one makes it", func(w *world) {
		f := w.blank(unit)
		var made, refused atomic.Int32
		together(32, func(int) {
			m := f.sent(store.EventComplaint)
			m.Event.Handler, m.Event.Facts = f.first.Event.Handler, f.first.Event.Facts
			_, err := w.s.Accept(w.ctx, m)
			var refusal *store.Refusal
			switch {
			case err == nil:
				made.Add(1)
			case errors.As(err, &refusal) && refusal.Reason == store.CaseExists:
				refused.Add(1)
			default:
				w.t.Error(err)
			}
		})
		equal(w, "made", made.Load(), 1)
		equal(w, "refused", refused.Load(), 31)
	})
	w.run("of 32 closes of one case exactly one closes it", func(w *world) {
		f := w.file(unit)
		closes := make([]*store.Message, 32)
		for i := range closes {
			closes[i] = f.closing()
		}
		var closed atomic.Int32
		together(32, func(i int) {
			if _, err := w.s.Accept(w.ctx, closes[i]); err == nil {
				closed.Add(1)
			}
		})
		equal(w, "closed", closed.Load(), 1)
		equal(w, "version", f.now().Version, 2)
	})
	w.run("a bad message leaves those beside it alone", func(w *world) {
		good := make([]*file, 60)
		for i := range good {
			good[i] = w.blank(unit)
			if i%3 == 0 {
				good[i].first.Route.Via = "nowhere"
			}
		}
		var failed atomic.Int32
		together(len(good), func(i int) {
			if _, err := w.s.Accept(w.ctx, good[i].first); err != nil {
				failed.Add(1)
			}
		})
		equal(w, "failed", failed.Load(), 20)
		for i, f := range good {
			_, err := w.s.Unlogged().CaseByRef(w.ctx, f.ref)
			equal(w, fmt.Sprintf("case %d is there", i), err == nil, i%3 != 0)
		}
	})
}

// together runs n callers at once and waits for them.
func together(n int, call func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			call(i)
		})
	}
	close(start)
	all.Wait()
}

func closing(w *world) {
	f := w.file(unit)
	w.must(w.s.Ping(w.ctx))
	var accepted []string
	var mu sync.Mutex
	files := make([]*file, 40)
	for i := range files {
		files[i] = w.blank(unit)
	}
	together(41, func(i int) {
		if i == 40 {
			if err := w.s.Close(); err != nil {
				w.t.Error(err)
			}
			return
		}
		_, err := w.s.Accept(w.ctx, files[i].first)
		if err != nil && !errors.Is(err, store.ErrClosed) {
			w.t.Error(err)
		}
		if err == nil {
			mu.Lock()
			accepted = append(accepted, files[i].first.ID)
			mu.Unlock()
		}
	})
	_, err := w.s.Accept(w.ctx, f.returned(store.EventPartialReply))
	equal(w, "closed", errors.Is(err, store.ErrClosed), true)
	w.must(w.s.Close())
	w.t.Logf("%d of 40 were accepted before the end", len(accepted))
}
