package storetest

import (
	"encoding/json"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// deskPurge: with a case goes all that was done with it, but not while an answer of it is to leave.
func deskPurge(w *world) {
	f := w.blank(board)
	f.first.Event.Handler.Via, f.first.Event.Handler.Address, f.first.Event.Handler.Component = handlerOf(inboxUnit).Via,
		handlerOf(inboxUnit).Address, gateway
	f.handler, f.sender = *f.first.Event.Handler, gateway
	f.first.Route = f.sent(store.EventComplaint).Route
	f.accept(f.first)
	_, err := w.s.Register(w.ctx, f.act(anna), "PN 1")
	w.must(err)
	w.must(w.s.Note(w.ctx, f.act(anna), "Ett yttrande", store.File{Name: "yttrande.pdf", Value: []byte("%PDF-")}))
	events, err := w.s.Unlogged().DeskEvents(w.ctx, f.id, nil)
	w.must(err)
	note := events[len(events)-1].FilesID
	d, err := w.s.SaveDraft(w.ctx, store.Draft{
		CaseID: f.id, Unit: board, By: anna, Form: "note", Body: json.RawMessage(`{}`),
	})
	w.must(err)
	_, err = w.s.AddDraftFile(w.ctx, d.ID, store.File{Name: "a", Value: []byte("a")})
	w.must(err)
	f.accept(f.closing())
	waiting, err := f.stage("correct")
	w.must(err)
	w.clock.move(48 * time.Hour)
	purge := func(want int) {
		w.t.Helper()
		n, err := w.s.Purge(w.ctx, store.Retention{ClosedCases: 24 * time.Hour}, "test")
		w.must(err)
		equal(w, "purged messages", n, want)
	}
	purge(0)
	w.must(w.s.Refused(w.ctx, waiting, routing.NewFact("case-gone")))
	kept, err := w.s.Unlogged().FileBytes(w.ctx, note)
	w.must(err)
	equal(w, "files before", len(kept), 1)
	purge(2)
	_, err = w.s.Desk(w.ctx, f.id)
	w.is("the desk", err, store.ErrNotFound)
	equal(w, "events", f.events(board), "")
	_, err = w.s.Unlogged().Draft(w.ctx, d.ID)
	w.is("the draft", err, store.ErrNotFound)
	for _, owner := range []string{d.ID, waiting.ID, note} {
		files, err := w.s.Unlogged().FileBytes(w.ctx, owner)
		w.must(err)
		equal(w, "files", len(files), 0)
	}
	equal(w, "found by its name", listed(w, nil, store.CaseFilter{Query: "åsa"}), "")
}
