package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

func deskDrafts(w *world) {
	f := w.file(inboxUnit)
	save := func(by store.Person, version int64, body string) (store.Draft, error) {
		return w.s.SaveDraft(w.ctx, store.Draft{
			CaseID: f.id, Unit: inboxUnit, By: by, Form: "reply", Body: json.RawMessage(body), Version: version,
		})
	}
	first, err := save(anna, 0, `{"text":"He"}`)
	w.must(err)
	w.clock.move(time.Second)
	second, err := save(anna, first.Version, `{"text":"Hej"}`)
	w.must(err)
	equal(w, "id", second.ID, first.ID)
	_, err = save(anna, first.Version, `{"text":"from another window"}`)
	w.is("an older version", err, store.ErrConflict)
	_, err = save(anna, 0, `{"text":"anew"}`)
	w.is("a second one", err, store.ErrConflict)
	_, err = save(bertil, 0, `{"text":"Jag också"}`)
	w.must(err)
	read, err := w.s.Unlogged().Draft(w.ctx, first.ID)
	w.must(err)
	equal(w, "what was typed", string(read.Body), `{"text":"Hej"}`)
	equal(w, "when", read.At, w.clock.Now())
	all, err := w.s.Unlogged().Drafts(w.ctx, f.id, inboxUnit)
	w.must(err)
	equal(w, "everybody's", len(all), 2)
	writing := func(want string) {
		w.t.Helper()
		others, err := w.s.Unlogged().Writing(w.ctx, f.id, inboxUnit, "anna")
		w.must(err)
		names := ""
		for _, d := range others {
			names += d.By.Name
		}
		equal(w, "who is writing", names, want)
	}
	writing(bertil.Name)
	w.clock.move(store.Presence)
	writing("")
	w.must(w.s.DropDraft(w.ctx, first.ID))
	w.must(w.s.DropDraft(w.ctx, first.ID))
	_, err = w.s.Unlogged().Draft(w.ctx, first.ID)
	w.is("a dropped draft", err, store.ErrNotFound)
	_, err = w.s.SaveDraft(w.ctx, store.Draft{CaseID: "nobody", Unit: inboxUnit})
	w.is("a draft of nothing", err, store.ErrNotFound)
}

func deskFiles(w *world) {
	f := w.file(inboxUnit)
	d, err := w.s.SaveDraft(w.ctx, store.Draft{
		CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Body: json.RawMessage(`{}`),
	})
	w.must(err)
	for n := range 10 {
		file, err := w.s.AddDraftFile(w.ctx, d.ID, store.File{
			Name: fmt.Sprint(n), MediaType: "text/plain", SHA256: "x", Value: []byte{byte(n)},
		})
		w.must(err)
		equal(w, "number", file.Number, int64(n+1))
	}
	_, err = w.s.AddDraftFile(w.ctx, d.ID, store.File{Value: []byte("x")})
	w.is("an eleventh file", err, store.ErrTooLarge)
	w.must(w.s.DropDraftFile(w.ctx, d.ID, 3))
	_, err = w.s.AddDraftFile(w.ctx, d.ID, store.File{Value: bytes.Repeat([]byte("x"), 20<<20+1)})
	w.is("a file too large", err, store.ErrTooLarge)
	last, err := w.s.AddDraftFile(w.ctx, d.ID, store.File{Name: "empty"})
	w.must(err)
	equal(w, "the next number", last.Number, 11)
	read, err := w.s.Unlogged().Draft(w.ctx, d.ID)
	w.must(err)
	equal(w, "files", len(read.Files), 10)
	equal(w, "the third", read.Files[2].Name, "3")
	whole, err := w.s.Unlogged().FileBytes(w.ctx, d.ID)
	w.must(err)
	equal(w, "bytes", whole[2].Value[0], byte(3))
	_, err = w.s.AddDraftFile(w.ctx, "nobody", store.File{})
	w.is("a file of nothing", err, store.ErrNotFound)
}

func deskPhrases(w *world) {
	save := func(p store.Phrase) store.Phrase {
		w.t.Helper()
		p, err := w.s.SavePhrase(w.ctx, p)
		w.must(err)
		return p
	}
	ofUnit := func(id string) store.Holder { return store.Holder{Level: store.LevelUnit, ID: id} }
	late := save(store.Phrase{
		Of: ofUnit(inboxUnit), Kind: "reply", Title: "Tack", Text: "Tack för …", Position: 2,
		By: anna,
	})
	early := save(store.Phrase{
		Of: ofUnit("se2010123456-vc01"), Kind: "reply", Title: "Hej", Text: "Hej …", Position: 1, By: anna,
	})
	save(store.Phrase{Of: ofUnit(inboxUnit), Kind: "question", Title: "När", Text: "När …", By: anna})
	save(store.Phrase{Of: ofUnit(board), Kind: "reply", Title: "Annan", By: anna})
	list := func(kind, want string) {
		w.t.Helper()
		all, err := w.s.Phrases(w.ctx, kind, ofUnit(inboxUnit))
		w.must(err)
		titles := ""
		for _, p := range all {
			titles += p.Title + " "
		}
		equal(w, "phrases", titles, want)
	}
	list("reply", "Hej Tack ")
	list("", "När Hej Tack ")
	late.Position, late.By = 0, bertil
	changed := save(late)
	equal(w, "version", changed.Version, 2)
	list("reply", "Tack Hej ")
	_, err := w.s.SavePhrase(w.ctx, late)
	w.is("an older version", err, store.ErrConflict)
	early.Of = ofUnit(board)
	_, err = w.s.SavePhrase(w.ctx, early)
	w.is("another unit's", err, store.ErrConflict)
	w.is("deleting an older version", w.s.DropPhrase(w.ctx, ofUnit(inboxUnit), late.ID, 1), store.ErrConflict)
	w.is("deleting another unit's", w.s.DropPhrase(w.ctx, ofUnit(board), late.ID, 2), store.ErrConflict)
	w.must(w.s.DropPhrase(w.ctx, ofUnit(inboxUnit), late.ID, 2))
	list("reply", "Hej ")

	holders := append([]store.Holder{{Level: store.LevelPerson, ID: "anna"}},
		store.UnitHolders(inboxUnit, "SE2010123456-REG", "01", routing.CareUnit)...)
	for _, h := range slices.Backward(holders) {
		save(store.Phrase{Of: h, Kind: "reply", Title: string(h.Level), By: anna})
	}
	save(store.Phrase{Of: store.Holder{Level: store.LevelPerson, ID: "ANNA"}, Kind: "reply", Title: "Nej", By: bertil})
	save(store.Phrase{
		Of: store.Holder{Level: store.LevelRegion, ID: "01", Side: routing.PatientBoard}, Kind: "reply", Title: "Nej",
		By: anna,
	})
	near, err := w.s.Phrases(w.ctx, "reply", holders...)
	w.must(err)
	titles := ""
	for _, p := range near {
		titles += p.Title + " "
	}
	equal(w, "the nearer one first", titles, "person unit Hej provider region ")
	none, err := w.s.Phrases(w.ctx, "")
	w.must(err)
	equal(w, "nobody's", len(none), 0)
}

// stage stages an answer of anna's that is due in ten seconds.
func (f *file) stage(form string) (store.Outgoing, error) {
	return f.w.s.Stage(f.w.ctx, store.Outgoing{
		CaseID: f.id, Unit: f.handler.Unit, By: anna, Form: form, Draft: json.RawMessage(`{"text":"Hej"}`),
		MessageID: fmt.Sprintf("m|%d", time.Now().UnixNano()),
		Answer:    json.RawMessage(`{}`), Files: []store.File{{Name: "a.txt", Value: []byte("a")}},
		CaseVersion: f.now().Version,
		Due:         f.w.clock.Now().Add(10 * time.Second),
	}, 0)
}

func deskOutgoing(w *world) {
	w.run("an answer waits, and is undone", outgoingUndone)
	w.run("an answer leaves before its time", outgoingHurried)
	w.run("an answer is sent", outgoingSent)
	w.run("an answer is refused", outgoingRefused)
}

func outgoingUndone(w *world) {
	f := w.file(inboxUnit)
	_, err := w.s.SaveDraft(w.ctx, store.Draft{
		CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Body: json.RawMessage(`{}`),
	})
	w.must(err)
	o, err := f.stage("reply")
	w.must(err)
	drafts, err := w.s.Unlogged().Drafts(w.ctx, f.id, inboxUnit)
	w.must(err)
	equal(w, "drafts while it waits", len(drafts), 0)
	_, err = f.stage("close")
	w.is("a second answer", err, store.ErrStaged)
	_, err = w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.is("claiming before it is due", err, store.ErrNotFound)
	next, err := w.s.NextOutgoing(w.ctx)
	w.must(err)
	equal(w, "next", next, o.Due)
	waiting, err := w.s.Unlogged().Outgoings(w.ctx, f.id, inboxUnit)
	w.must(err)
	equal(w, "what the case shows", fmt.Sprint(len(waiting), " ", waiting[0].State, " ", len(waiting[0].Files)),
		"1 waiting 1")
	elsewhere, err := w.s.Unlogged().Outgoings(w.ctx, f.id, board)
	w.must(err)
	equal(w, "what others see", len(elsewhere), 0)
	_, err = w.s.SaveDraft(w.ctx, store.Draft{
		CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Body: json.RawMessage(`{"text":"Ny"}`),
	})
	w.must(err)
	_, err = w.s.Undo(w.ctx, o.ID, board, bertil)
	w.is("undone by another unit", err, store.ErrConflict)
	d, err := w.s.Undo(w.ctx, o.ID, inboxUnit, bertil)
	w.must(err)
	equal(w, "the draft", fmt.Sprint(d.By.ID, " ", d.Form, " ", string(d.Body), " ", len(d.Files)),
		`anna reply 2 {"text":"Hej"} 1`)
	_, err = w.s.Undo(w.ctx, o.ID, inboxUnit, bertil)
	w.is("undone twice", err, store.ErrLeft)
	equal(w, "time line", f.events(inboxUnit), "undone:bertil ")
	c := f.now()
	_, err = w.s.Stage(w.ctx, store.Outgoing{CaseID: f.id, Unit: inboxUnit, CaseVersion: c.Version + 1}, 0)
	w.is("another version of the case", err, store.ErrConflict)
}

func outgoingHurried(w *world) {
	f := w.file(inboxUnit)
	o, err := f.stage("reply")
	w.must(err)
	hurried, err := w.s.HurryOutgoing(w.ctx, f.id, inboxUnit, bertil)
	w.must(err)
	_, claiming := w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.is("by another", claiming, store.ErrNotFound)
	equal(w, "hurried by another", hurried, false)
	hurried, err = w.s.HurryOutgoing(w.ctx, f.id, inboxUnit, anna)
	w.must(err)
	equal(w, "hurried", hurried, true)
	claimed, err := w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.must(err)
	equal(w, "claimed", claimed.ID, o.ID)
	hurried, err = w.s.HurryOutgoing(w.ctx, f.id, inboxUnit, anna)
	w.must(err)
	equal(w, "hurried on its way", hurried, false)
	w.must(w.s.Sent(w.ctx, claimed))
}

func outgoingSent(w *world) {
	f := w.file(inboxUnit)
	o, err := f.stage("reply")
	w.must(err)
	w.clock.move(10 * time.Second)
	claimed, err := w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.must(err)
	equal(w, "claimed", claimed.ID+string(claimed.Files[0].Value), o.ID+"a")
	_, err = w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.is("claimed twice", err, store.ErrNotFound)
	_, err = w.s.Undo(w.ctx, o.ID, inboxUnit, anna)
	w.is("undone on its way", err, store.ErrLeft)
	w.clock.move(time.Minute)
	again, err := w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.must(err)
	equal(w, "again after the lease", again.MessageID, o.MessageID)
	w.must(w.s.Postpone(w.ctx, again, time.Hour))
	next, err := w.s.NextOutgoing(w.ctx)
	w.must(err)
	equal(w, "next", next, w.clock.Now().Add(time.Hour))
	lines, err := w.s.Check(w.ctx)
	w.must(err)
	equal(w, "sound", len(lines), 0)
	w.clock.move(time.Hour)
	lines, err = w.s.Check(w.ctx)
	w.must(err)
	equal(w, "long overdue", fmt.Sprint(lines), "[staged answer is long overdue: "+o.ID+"]")
	w.must(w.s.Sent(w.ctx, again))
	w.must(w.s.Sent(w.ctx, again))
	left, err := w.s.Unlogged().Outgoings(w.ctx, f.id, inboxUnit)
	w.must(err)
	equal(w, "left", len(left), 0)
	files, err := w.s.Unlogged().FileBytes(w.ctx, o.ID)
	w.must(err)
	equal(w, "files", len(files), 0)
	equal(w, "time line", f.events(inboxUnit), "sent:anna ")
}

func outgoingRefused(w *world) {
	f := w.file(inboxUnit)
	o, err := f.stage("close")
	w.must(err)
	w.is("dropping one that waits", w.s.DropOutgoing(w.ctx, o.ID, inboxUnit), store.ErrLeft)
	w.clock.move(10 * time.Second)
	claimed, err := w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.must(err)
	w.must(w.s.Refused(w.ctx, claimed, routing.NewFact("no-route", "VP004")))
	second, err := f.stage("reply")
	w.must(err)
	all, err := w.s.Unlogged().Outgoings(w.ctx, f.id, inboxUnit)
	w.must(err)
	equal(w, "what the case shows", fmt.Sprint(len(all), " ", all[0].State, " ", all[0].Reason),
		"2 failed {no-route [VP004]}")
	d, err := w.s.Undo(w.ctx, o.ID, inboxUnit, bertil)
	w.must(err)
	equal(w, "a draft again", d.Form, "close")
	w.clock.move(10 * time.Second)
	claimed, err = w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.must(err)
	equal(w, "the second", claimed.ID, second.ID)
	w.must(w.s.Refused(w.ctx, claimed, routing.NewFact("case-gone")))
	w.is("dropping another unit's", w.s.DropOutgoing(w.ctx, second.ID, board), store.ErrConflict)
	w.must(w.s.DropOutgoing(w.ctx, second.ID, inboxUnit))
	now, err := w.s.Stage(w.ctx,
		store.Outgoing{
			CaseID: f.id, Unit: inboxUnit, By: anna, Form: "reply", Draft: json.RawMessage(`{}`), MessageID: "m|now" + f.id,
			Answer: json.RawMessage(`{}`), CaseVersion: f.now().Version, Due: w.clock.Now(),
		}, time.Minute)
	w.must(err)
	_, err = w.s.ClaimOutgoing(w.ctx, time.Minute)
	w.is("claiming what its writer sends", err, store.ErrNotFound)
	d, err = w.s.Retract(w.ctx, now)
	w.must(err)
	equal(w, "retracted", d.Form, "reply")
	_, err = w.s.Retract(w.ctx, now)
	w.is("retracted twice", err, store.ErrLeft)
	equal(w, "time line", f.events(inboxUnit), "refused:anna undone:bertil refused:anna ")
}
