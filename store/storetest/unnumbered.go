package storetest

import (
	"errors"
	"strings"
	"time"

	"rivgate/store"
	"rivgate/store/accesslog"
)

// unnumbered is an inbox unit's case whose reporter gave no number, still to be complained about.
func (w *world) unnumbered(digest string) *file {
	f := w.blank(inboxUnit)
	const kind = "urn:rivgate:identity:unnumbered"
	who := "U" + strings.ToUpper(f.ref.Extension[len(f.ref.Extension)-11:])
	facts := f.first.Event.Facts
	facts.ReporterID, facts.ReporterType, facts.ReporterName = who, kind, ""
	facts.PatientID, facts.PatientType, facts.PatientName = who, kind, ""
	facts.BirthDate, facts.Sex, facts.Attachments = "", "", false
	f.first.Event.FollowCode = digest
	return f
}

// deskUnnumbered: cases without a number are listed apart, found by their code alone, counted without age and sex, and
// leave nothing behind.
func deskUnnumbered(w *world) {
	open, telephone, known := w.unnumbered("digest"), w.unnumbered(""), w.blank(inboxUnit)
	all := []*file{open, telephone, known}
	for _, f := range all {
		f.accept(f.first)
		w.clock.move(time.Minute)
	}
	equal(w, "all", listed(w, all, store.CaseFilter{}), "2 1 0 ")
	equal(w, "without a number", listed(w, all, store.CaseFilter{Unnumbered: true}), "1 0 ")
	equal(w, "at the unit", listed(w, all, store.CaseFilter{Unnumbered: true, Unit: inboxUnit}), "1 0 ")
	equal(w, "elsewhere", listed(w, all, store.CaseFilter{Unnumbered: true, Units: []string{board}}), "")
	equal(w, "of a word too", listed(w, all, store.CaseFilter{Unnumbered: true, Query: open.ref.Extension}), "0 ")

	id, err := w.s.CaseByFollowCode(w.ctx, "digest")
	w.must(err)
	equal(w, "the code's case", id, open.id)
	for _, none := range []string{"", "other"} {
		_, err = w.s.CaseByFollowCode(w.ctx, none)
		w.is("no such code", err, store.ErrNotFound)
	}
	second := w.unnumbered("digest")
	if _, err := w.s.Accept(w.ctx, second.first); err == nil {
		w.t.Error("two cases have one code")
	}

	again := w.unnumbered("")
	again.first.Event.Facts.ReporterID = telephone.first.Event.Facts.ReporterID
	_, err = w.s.Accept(w.ctx, again.first)
	var refusal *store.Refusal
	equal(w, "one identity, one case", errors.As(err, &refusal) && refusal.Reason == store.UnnumberedTaken, true)
	_, _, err = w.s.OpenMailbox(w.ctx, telephone.id, telephone.first.Event.Facts.ReporterID, accesslog.Row{Who: "citizen"})
	w.is("the mailbox of a reporter without a number", err, store.ErrNotFound)
	reported, err := w.s.OpenReported(w.ctx, telephone.first.Event.Facts.ReporterID, 9, accesslog.Row{Who: "citizen"})
	w.must(err)
	equal(w, "their list", len(reported), 0)

	counted, err := w.s.Statistics(w.ctx, store.StatisticsFilter{By: []string{"age", "sex"}, Unit: inboxUnit})
	w.must(err)
	unknown := 0
	for _, row := range counted.Rows {
		if row.Key["age"] == "" && row.Key["sex"] == "" {
			unknown = row.Count
		}
	}
	equal(w, "counted with age and sex unknown", unknown, 2)

	open.accept(open.closing())
	w.clock.move(48 * time.Hour)
	_, err = w.s.Purge(w.ctx, store.Retention{ClosedCases: 24 * time.Hour}, "test")
	w.must(err)
	_, err = w.s.CaseByFollowCode(w.ctx, "digest")
	w.is("the code of a case that went", err, store.ErrNotFound)
	equal(w, "the others", listed(w, all, store.CaseFilter{Unnumbered: true}), "1 ")
}
