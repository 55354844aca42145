package storetest

import (
	"bytes"
	"fmt"
	"time"

	"rivgate/store"
	"rivgate/store/accesslog"
)

// boards is a case that a board handles in its inbox.
func (w *world) boards() *file {
	f := w.blank(board)
	h := handlerOf(inboxUnit)
	f.first.Event.Handler.Via, f.first.Event.Handler.Address, f.first.Event.Handler.Component = h.Via, h.Address, gateway
	f.first.Event.Facts.Attachments = true
	f.handler, f.sender = *f.first.Event.Handler, gateway
	f.first.Route = f.sent(store.EventComplaint).Route
	f.accept(f.first)
	return f
}

func opinions(w *world) {
	w.run("a unit answers a board", opinionAnswered)
	w.run("a request is recalled", opinionRecalled)
	w.run("files of an opinion", opinionFiles)
	w.run("two answer at once", opinionTogether)
}

// ask asks a unit in a board's case.
func (f *file) ask(unit, due string) store.Opinion {
	f.w.t.Helper()
	o, err := f.w.s.AskOpinion(f.w.ctx, f.act(anna), "Begäran", store.Opinion{
		Unit: unit, Due: due,
		Letter: "brev " + unit,
	})
	f.w.must(err)
	return o
}

func opinionAnswered(w *world) {
	f := w.boards()
	unit := w.unitOf()
	soon, late, none := f.ask(unit, "2026-03-10"), f.ask(unit, "2026-04-10"), f.ask(unit, "")
	equal(w, "noted", f.events(board), "board:anna board:anna board:anna ")
	list, err := w.s.Opinions(w.ctx, []string{unit, otherUnit}, 0)
	w.must(err)
	order := ""
	for _, o := range list {
		order += fmt.Sprint(o.Due, o.Letter, o.State, " ")
	}
	equal(w, "in their order, without contents", order, "2026-03-10asked 2026-04-10asked asked ")
	opened, err := w.s.OpenOpinion(w.ctx, soon.ID, accesslog.Row{Who: "vera", What: accesslog.Read, Detail: "opinion"})
	w.must(err)
	equal(w, "letter", fmt.Sprint(opened.Letter, opened.Takes, opened.Board), "brev "+unit+"true"+board)
	row := w.lastAccess()
	for _, protected := range []bool{true, false} {
		_, err = w.s.Protect(w.ctx, f.act(anna), protected)
		w.must(err)
		head, err := w.s.OpinionHead(w.ctx, soon.ID)
		w.must(err)
		equal(w, "as the case is now", head.Protected, protected)
	}
	equal(w, "on record", fmt.Sprint(row.Who, row.Case == f.id, row.Unit, row.Subject == soon.ID), fmt.Sprint("vera",
		true, unit, true))
	head, err := w.s.OpinionHead(w.ctx, soon.ID)
	w.must(err)
	equal(w, "closed", head.Letter+head.Unit, unit)
	_, err = w.s.OpinionHead(w.ctx, "nothing")
	w.is("no request", err, store.ErrNotFound)

	drafted, err := w.s.DraftOpinion(w.ctx, soon.ID, soon.Version, "Vi beklagar", nil)
	w.must(err)
	equal(w, "draft", drafted.Draft, "Vi beklagar")
	_, err = w.s.DraftOpinion(w.ctx, soon.ID, soon.Version, "Nej", nil)
	w.is("an older version", err, store.ErrConflict)
	answer := func(o store.Opinion) error {
		return w.s.AnswerOpinion(w.ctx, o.ID, o.Version, bertil, "Yttrande\n\n"+o.Draft,
			accesslog.Row{Who: "bertil", What: accesslog.Change, Detail: "opinion"})
	}
	w.must(answer(drafted))
	w.is("a second answer", answer(drafted), store.ErrConflict)
	equal(w, "in the board's case", f.events(board),
		"board:anna board:anna board:anna protected:anna unprotected:anna board:bertil ")
	rows := w.accesses(accesslog.Filter{Case: f.id, Direct: true, Who: "bertil"})
	equal(w, "on both records", fmt.Sprint(rows[0].Unit, rows[1].Unit), fmt.Sprint(board, unit))
	w.marks(f, store.OpinionMark{New: 1, Waiting: 2, Due: "2026-04-10"})
	n, err := w.s.NewOpinions(w.ctx, []string{board})
	w.must(err)
	equal(w, "new", n >= 1, true)
	c, err := w.s.Open(w.ctx, f.id, accesslog.Row{Who: "nina", What: accesslog.Read})
	w.must(err)
	w.must(w.s.SeeOpinions(w.ctx, c))
	w.marks(f, store.OpinionMark{Waiting: 2, Due: "2026-04-10"})
	asked, err := w.s.CaseOpinions(w.ctx, c)
	w.must(err)
	equal(w, "asked", fmt.Sprint(len(asked), asked[0].State, asked[0].Answered.By.ID, asked[0].Seen != nil,
		asked[0].Draft),
		"3answeredbertiltrueVi beklagar")
	under, err := w.s.DraftOpinion(w.ctx, late.ID, late.Version, "Inte färdigt", nil)
	w.must(err)
	asked, err = w.s.CaseOpinions(w.ctx, c)
	w.must(err)
	equal(w, "an answer under way is not the board's", asked[1].Draft+asked[2].Draft, "")
	late = under
	_, err = w.s.CaseOpinions(w.ctx, f.now())
	w.is("a case that is not opened", err, store.ErrNotOpened)
	open, err := w.s.OpenOpinions(w.ctx, []string{unit})
	w.must(err)
	equal(w, "open", open, 2)
	f.handOver(inboxUnit)
	_, err = w.s.DraftOpinion(w.ctx, late.ID, late.Version, "Nej", nil)
	w.is("the board has the case no more", err, store.ErrRecalled)
	gone, err := w.s.OpenOpinion(w.ctx, none.ID, accesslog.Row{Who: "vera", What: accesslog.Read})
	w.must(err)
	equal(w, "nothing to read", gone.Letter, "")
	w.marks(f, store.OpinionMark{})
}

// marks expects what a board's list says of a case.
func (w *world) marks(f *file, want store.OpinionMark) {
	w.t.Helper()
	all, err := w.s.OpinionMarks(w.ctx, []string{f.id, "another"})
	w.must(err)
	equal(w, "marks", all[f.id], want)
}

func opinionRecalled(w *world) {
	f := w.boards()
	unit := w.unitOf()
	o, kept, done := f.ask(unit, ""), f.ask(otherUnit, ""), f.ask(unit, "")
	done, err := w.s.DraftOpinion(w.ctx, done.ID, done.Version, "Svar", nil,
		store.File{Name: "b.pdf", Value: []byte("%PDF")})
	w.must(err)
	w.must(w.s.AnswerOpinion(w.ctx, done.ID, done.Version, bertil, "Svar", accesslog.Row{What: accesslog.Change}))
	o, err = w.s.DraftOpinion(w.ctx, o.ID, o.Version, "Utkast", nil, store.File{Name: "a.pdf", Value: []byte("%PDF-")})
	w.must(err)
	w.must(w.s.RecallOpinions(w.ctx, f.act(anna), unit, "Samtycke återtaget"))
	opened, err := w.s.OpenOpinion(w.ctx, o.ID, accesslog.Row{Who: "vera", What: accesslog.Read})
	w.must(err)
	equal(w, "nothing to read", fmt.Sprint(opened.State, opened.Letter, opened.Draft, len(opened.Files)), "recalled0")
	answered, err := w.s.OpenOpinion(w.ctx, done.ID, accesslog.Row{Who: "vera", What: accesslog.Read})
	w.must(err)
	equal(w, "of an answered one the answer alone", fmt.Sprint(answered.State, answered.Letter, answered.Draft,
		len(answered.Files), answered.Recalled), "answeredSvar1 true")
	again, err := w.s.OpenOpinion(w.ctx, f.ask(unit, "").ID, accesslog.Row{Who: "vera", What: accesslog.Read})
	w.must(err)
	equal(w, "asked anew", again.Letter, "brev "+unit)
	files, err := w.s.Unlogged().FileBytes(w.ctx, o.ID)
	w.must(err)
	equal(w, "files", len(files), 0)
	w.is("answering", w.s.AnswerOpinion(w.ctx, o.ID, o.Version+1, bertil, "x", accesslog.Row{What: accesslog.Change}),
		store.ErrRecalled)
	other, err := w.s.OpinionHead(w.ctx, kept.ID)
	w.must(err)
	equal(w, "another unit's", other.State, store.OpinionAsked)
	stranger := f.act(anna)
	stranger.Unit = inboxUnit
	_, err = w.s.AskOpinion(w.ctx, stranger, "x", store.Opinion{Unit: unit})
	w.is("not the board's case", err, store.ErrConflict)
	w.is("nor to recall", w.s.RecallOpinions(w.ctx, stranger, unit, "x"), store.ErrConflict)
}

func opinionFiles(w *world) {
	f := w.boards()
	o := f.ask(w.unitOf(), "")
	draft := func(drop []int64, files ...store.File) error {
		next, err := w.s.DraftOpinion(w.ctx, o.ID, o.Version, "Text", drop, files...)
		if err == nil {
			o = next
		}
		return err
	}
	w.must(draft(nil, store.File{Name: "a.pdf", Value: []byte("%PDF-")}, store.File{Name: "b.png", Value: []byte("png")}))
	w.must(draft([]int64{1}, store.File{Name: "c.png", Value: []byte("c")}))
	equal(w, "files", fmt.Sprint(o.Files[0].Name, o.Files[0].Number, o.Files[1].Name, o.Files[1].Number), "b.png2c.png3")
	w.is("eleven", draft(nil, make([]store.File, 9)...), store.ErrTooLarge)
	w.is("too large", draft(nil, store.File{Value: bytes.Repeat([]byte("x"), 20<<20+1)}), store.ErrTooLarge)
	w.must(w.s.AnswerOpinion(w.ctx, o.ID, o.Version, bertil, "Yttrande", accesslog.Row{Who: "b", What: accesslog.Change}))
	got, err := w.s.Unlogged().NoteFile(w.ctx, f.id, board, o.ID, 2)
	w.must(err)
	equal(w, "a file of the board's case", got.Name+string(got.Value), "b.pngpng")

	closed := w.blank(board)
	closed.first.Event.Handler.Via, closed.first.Event.Handler.Component = handlerOf(inboxUnit).Via, gateway
	closed.first.Event.Handler.Address = handlerOf(inboxUnit).Address
	closed.first.Event.Facts.Attachments = false
	closed.handler, closed.sender = *closed.first.Event.Handler, gateway
	closed.first.Route = closed.sent(store.EventComplaint).Route
	closed.accept(closed.first)
	o = closed.ask(w.unitOf(), "")
	w.is("a case that takes none", draft(nil, store.File{Name: "a.pdf"}), store.ErrNoFiles)

	f.accept(f.closing())
	w.clock.move(48 * time.Hour)
	_, err = w.s.Purge(w.ctx, store.Retention{ClosedCases: 24 * time.Hour}, "test")
	w.must(err)
	_, err = w.s.OpinionHead(w.ctx, o.ID)
	w.must(err)
	files, err := w.s.Unlogged().FileBytes(w.ctx, got.SHA256)
	w.must(err)
	equal(w, "files", len(files), 0)
	list, err := w.s.Opinions(w.ctx, []string{f.handler.Unit}, 0)
	w.must(err)
	equal(w, "gone with its case", len(list), 0)
}

func opinionTogether(w *world) {
	f := w.boards()
	o := f.ask(w.unitOf(), "")
	done := make(chan error, 4)
	for range 4 {
		go func() {
			done <- w.s.AnswerOpinion(w.ctx, o.ID, o.Version, bertil, "Yttrande", accesslog.Row{
				Who:  "b",
				What: accesslog.Change,
			})
		}()
	}
	lost := 0
	for range 4 {
		if err := <-done; err != nil {
			w.is("the others", err, store.ErrConflict)
			lost++
		}
	}
	equal(w, "who came too late", lost, 3)
	equal(w, "one answer", f.events(board), "board:anna board:bertil ")
}
