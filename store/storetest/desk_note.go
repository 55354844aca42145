package storetest

import (
	"bytes"
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
	events, err := w.s.DeskEvents(w.ctx, f.id, []string{inboxUnit})
	w.must(err)
	equal(w, "events", len(events), 2)
	note := events[0]
	equal(w, "files", fmt.Sprint(note.Files), fmt.Sprint([]store.File{
		{Number: 1, Name: "yttrande.pdf", MediaType: "application/pdf", Size: 7, SHA256: "a1"}, {Number: 2, Name: "tom.png", MediaType: "image/png", SHA256: "b2"},
	}))
	equal(w, "files of the other", fmt.Sprint(events[1].Files)+events[1].FilesID, "[]")
	read, err := w.s.NoteFile(w.ctx, f.id, "se2010123456-vc01", note.FilesID, 1)
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
		"another unit's": {f.id, otherUnit, note.FilesID, 1}, "another case's": {other.id, inboxUnit, note.FilesID, 1}, "a third": {f.id, inboxUnit, note.FilesID, 3},
		"a draft's": {f.id, inboxUnit, d.ID, 1}, "of a note without files": {f.id, inboxUnit, "", 1},
	} {
		_, err := w.s.NoteFile(w.ctx, ask.id, ask.unit, ask.files, ask.number)
		w.is(name, err, store.ErrNotFound)
	}
	w.must(w.s.DropDraftFile(w.ctx, note.FilesID, 1))
	_, err = w.s.NoteFile(w.ctx, f.id, inboxUnit, note.FilesID, 1)
	w.must(err)

	w.is("eleven files", w.s.Note(w.ctx, f.act(anna), "x", make([]store.File, 11)...), store.ErrTooLarge)
	w.is("a file too large", w.s.Note(w.ctx, f.act(anna), "x", store.File{Value: bytes.Repeat([]byte("x"), 20<<20+1)}), store.ErrTooLarge)
	before := f.act(anna)
	f.handOver(otherUnit)
	w.is("the old unit", w.s.Note(w.ctx, before, "x", given...), store.ErrConflict)
	equal(w, "what the new unit sees", f.events(otherUnit), "")
}
