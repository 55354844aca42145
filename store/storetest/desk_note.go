package storetest

import (
	"bytes"
	"errors"
	"fmt"

	"rivgate/store"
)

// deskNotes: what comes with a note is kept as it came, for the unit that wrote it alone.
func deskNotes(w *world) {
	f := w.file(inboxUnit)
	given := []store.File{
		{Name: "yttrande.pdf", MediaType: "application/pdf", SHA256: "a1", Value: []byte("%PDF-\x00\xff")},
		{Name: "tom.png", MediaType: "image/png", SHA256: "b2"},
	}
	w.must(w.s.Note(w.ctx, f.act(anna), "Med filer", given...))
	w.must(w.s.Note(w.ctx, f.act(anna), "Utan"))
	events, err := w.s.Unlogged().DeskEvents(w.ctx, f.id, []string{inboxUnit})
	w.must(err)
	equal(w, "events", len(events), 2)
	note := events[0]
	equal(w, "files", fmt.Sprint(note.Files), fmt.Sprint([]store.File{
		{Number: 1, Name: "yttrande.pdf", MediaType: "application/pdf", Size: 7, SHA256: "a1"},
		{Number: 2, Name: "tom.png", MediaType: "image/png", SHA256: "b2"},
	}))
	equal(w, "files of the other", fmt.Sprint(events[1].Files)+events[1].FilesID, "[]")
	read, err := w.s.Unlogged().NoteFile(w.ctx, f.id, "se2010123456-vc01", note.FilesID, 1)
	w.must(err)
	equal(w, "bytes", string(read.Value), "%PDF-\x00\xff")
	equal(w, "name", read.Name, "yttrande.pdf")

	d, err := w.s.SaveDraft(w.ctx, store.Draft{CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Body: []byte(`{}`)})
	w.must(err)
	_, err = w.s.AddDraftFile(w.ctx, d.ID, store.File{Name: "draft", Value: []byte("x")})
	w.must(err)
	other := w.file(inboxUnit)
	for name, ask := range map[string]struct {
		id, unit, files string
		number          int64
	}{
		"another unit's": {f.id, otherUnit, note.FilesID, 1}, "another case's": {other.id, inboxUnit, note.FilesID, 1},
		"a third":   {f.id, inboxUnit, note.FilesID, 3},
		"a draft's": {f.id, inboxUnit, d.ID, 1}, "of a note without files": {f.id, inboxUnit, "", 1},
	} {
		_, err := w.s.Unlogged().NoteFile(w.ctx, ask.id, ask.unit, ask.files, ask.number)
		w.is(name, err, store.ErrNotFound)
	}
	w.must(w.s.DropDraftFile(w.ctx, note.FilesID, 1))
	_, err = w.s.Unlogged().NoteFile(w.ctx, f.id, inboxUnit, note.FilesID, 1)
	w.must(err)

	w.must(w.s.BoardNote(w.ctx, f.act(anna), "Samtycke", given...))
	equal(w, "what a board did is no note", f.events(inboxUnit), "note:anna note:anna board:anna ")
	w.is("eleven files", w.s.Note(w.ctx, f.act(anna), "x", make([]store.File, 11)...), store.ErrTooLarge)
	w.is("a file too large", w.s.Note(w.ctx, f.act(anna), "x", store.File{Value: bytes.Repeat([]byte("x"), 20<<20+1)}),
		store.ErrTooLarge)
	before := f.act(anna)
	f.handOver(otherUnit)
	w.is("the old unit", w.s.Note(w.ctx, before, "x", given...), store.ErrConflict)
	equal(w, "what the new unit sees", f.events(otherUnit), "")
}

// handovers: what is said to the next unit is noted once for a message, and by who has the case.
func handovers(w *world) {
	f := w.file(inboxUnit)
	h := store.Handover{
		ToUnit: otherUnit, ToName: "Eken", Ground: "Samtycke per telefon", Note: "Ring först", MessageID: "root|1",
	}
	w.must(w.s.NoteHandover(w.ctx, f.act(anna), h))
	w.must(w.s.NoteHandover(w.ctx, f.act(anna), h)) // a second try
	h.MessageID = "root|2"
	w.must(w.s.NoteHandover(w.ctx, f.act(anna), h))
	events, err := w.s.Unlogged().DeskEvents(w.ctx, f.id, nil)
	w.must(err)
	equal(w, "events", len(events), 2)
	e := events[0]
	equal(w, "what is kept", fmt.Sprint(e.Kind, e.Unit, e.By, e.ToUnit, e.ToName, e.Ground, e.Text),
		fmt.Sprint(store.DeskHandover, inboxUnit, anna, otherUnit, "Eken", "Samtycke per telefon", "Ring först"))
	stranger := f.act(anna)
	stranger.Unit = otherUnit
	w.is("by a unit that has not the case", w.s.NoteHandover(w.ctx, stranger, h), store.ErrConflict)
}

// placesAtOnce: a board sets the unit where it happened before anybody classified, and care never does.
func placesAtOnce(w *world) {
	f := w.file(board)
	c, err := w.s.Unlogged().Case(w.ctx, f.id)
	w.must(err)
	w.is("an old version", w.s.SetIncidentUnit(w.ctx, f.act(anna), c.Version+1, otherUnit, "Eken"), store.ErrConflict)
	w.must(w.s.SetIncidentUnit(w.ctx, f.act(anna), c.Version, otherUnit, "Eken"))
	now, err := w.s.Unlogged().Case(w.ctx, f.id)
	w.must(err)
	equal(w, "the case", fmt.Sprint(now.Classification.IncidentUnit, now.Version, len(now.Classification.MainProblems)),
		fmt.Sprint(otherUnit, c.Version+1, 0))
	care := w.file(inboxUnit)
	k, err := w.s.Unlogged().Case(w.ctx, care.id)
	w.must(err)
	var refusal *store.Refusal
	equal(w, "care is refused",
		errors.As(w.s.SetIncidentUnit(w.ctx, care.act(anna), k.Version, otherUnit, "Eken"), &refusal), true)
	breaches, err := w.s.Check(w.ctx)
	w.must(err)
	equal(w, "breaches", fmt.Sprint(breaches), "[]")
}
