package relay_test

import (
	"errors"
	"slices"
	"testing"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
)

func TestPersonHandlesACaseInTheInbox(t *testing.T) {
	w := newWorld(t)
	submitted, err := w.Submit(t.Context(), &contracts.Message{
		Recipient: recipient(inboxUnit), Complaint: opening(inboxUnit),
	})
	if err != nil {
		t.Fatal(err)
	}
	extension := submitted.Case.Extension
	reply := func(u *contracts.Update) store.Accepted {
		t.Helper()
		c := w.begun(extension)
		accepted, err := w.Reply(t.Context(), c.ID, *u, c.Version)
		if err != nil {
			t.Fatal(err)
		}
		return accepted
	}
	reply(partsOf(contracts.PartialReply))
	question := reply(partsOf(contracts.Question))
	if c := w.begun(extension); c.State != store.AwaitingReporter {
		t.Errorf("with an open question the case is %s", c.State)
	}
	asked, err := w.Store.Unlogged().Message(t.Context(), question.MessageID)
	if err != nil {
		t.Fatal(err)
	}
	said := answerTo(contracts.II{Root: gateway, Extension: asked.Key.MessageID[len(gateway)+1:]}, inboxUnit, extension, 0)
	said.ID = contracts.II{}
	said.Answer.Attachments = []contracts.Attachment{textFile("Beskrivning i en fil")}
	answered, err := w.Submit(t.Context(), said)
	if err != nil {
		t.Fatal(err)
	}
	file, err := w.Attachment(t.Context(), answered.MessageID, 0)
	if err != nil || string(file.Value) != "Beskrivning i en fil" {
		t.Errorf("the attachment is %q, %v", file.Value, err)
	}
	if _, err := w.Attachment(t.Context(), answered.MessageID, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an attachment that is not there: %v", err)
	}
	reply(partsOf(contracts.Close))
	reply(partsOf(contracts.Correction))
	if c := w.begun(extension); c.State != store.Closed || c.Classification.Area != "3" {
		t.Errorf("at the end the case is %s, %+v", c.State, c.Classification)
	}
	if got := w.letters(extension); !slices.Equal(got, []string{"receipt", "partial_reply", "question", "close"}) {
		t.Errorf("the citizen got %v", got)
	}
	sound(t, w)
	discreet(t, w)
}

func TestReplyIsRefused(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(inboxUnit, "ours"))
	w.accepted(portal, complaint(plainUnit, "plain"))
	w.accepted(portal, complaint(systemUnit, "theirs"))
	ours, plain, theirs := w.begun("ours"), w.begun("plain"), w.begun("theirs")
	if _, err := w.Reply(t.Context(), ours.ID, *partsOf(contracts.Status), ours.Version); err != nil {
		t.Fatal(err)
	}
	withFile := partsOf(contracts.PartialReply)
	withFile.Attachments = []contracts.Attachment{textFile("hej")}
	withPlace := partsOf(contracts.Close)
	withPlace.Classification.IncidentUnit = &contracts.OrgUnit{HSAID: plainUnit}
	for _, c := range []struct {
		sentence string
		caseID   string
		update   *contracts.Update
		version  int64
		want     error
		subCode  string
	}{
		{
			"the case has changed since it was seen", ours.ID, partsOf(contracts.PartialReply), ours.Version, relay.ErrConflict,
			"",
		},
		{"another system has the case", theirs.ID, partsOf(contracts.PartialReply), theirs.Version, relay.ErrNotOurs, ""},
		{"there is no such case", "nothing", partsOf(contracts.PartialReply), 1, store.ErrNotFound, ""},
		{"a question without text", ours.ID, &contracts.Update{Type: contracts.Question}, 0, nil, contracts.SubTextMissing},
		{
			"a close without classification", ours.ID, &contracts.Update{Type: contracts.Close, Text: "Hej."}, 0, nil,
			contracts.SubClassificationMissing,
		},
		{"a care unit corrects the place", ours.ID, withPlace, 0, nil, contracts.SubIncidentUnitNotAllowed},
		{"the case takes no files", plain.ID, withFile, 0, nil, contracts.SubAttachmentNotAllowed},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			before := w.stored(t)
			_, err := w.Reply(t.Context(), c.caseID, *c.update, c.version)
			var refused *contracts.Error
			switch {
			case c.want != nil && !errors.Is(err, c.want):
				t.Errorf("got %v", err)
			case c.want == nil && (!errors.As(err, &refused) || refused.SubCode != c.subCode):
				t.Errorf("got %v", err)
			}
			if w.stored(t) != before {
				t.Error("something was stored all the same")
			}
		})
	}
}

func TestReplyNeedsPermissionAsEverybodys(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(inboxUnit, "a"))
	c := w.begun("a")
	w.setTable(w.without(gateway))
	_, err := w.Reply(t.Context(), c.ID, *partsOf(contracts.PartialReply), c.Version)
	var refused *routing.Error
	if !errors.As(err, &refused) || refused.Code != routing.VP007 {
		t.Errorf("got %v", err)
	}
}

func TestCaseBegunByTelephoneInTheInbox(t *testing.T) {
	w := newWorld(t)
	accepted, err := w.Begin(t.Context(), contracts.Update{
		HandlingUnit: contracts.OrgUnit{HSAID: inboxUnit}, NewCase: opening(inboxUnit),
	})
	if err != nil {
		t.Fatal(err)
	}
	c := w.begun(accepted.Case.Extension)
	if c.State != store.InProgress || !c.BegunOutside || c.Ref.Root != portal {
		t.Errorf("the case is %+v", c)
	}
	if got := w.letters(c.Ref.Extension); !slices.Equal(got, []string{"receipt"}) {
		t.Errorf("the citizen got %v", got)
	}
	if _, err := w.Reply(t.Context(), c.ID, *partsOf(contracts.PartialReply), c.Version); err != nil {
		t.Errorf("a reply on it: %v", err)
	}
	_, err = w.Begin(t.Context(), contracts.Update{
		HandlingUnit: contracts.OrgUnit{HSAID: systemUnit}, NewCase: opening(systemUnit),
	})
	var refused *contracts.Error
	if !errors.As(err, &refused) || refused.SubCode != contracts.SubNotCurrentHandler {
		t.Errorf("at a unit with a system of its own: %v", err)
	}
}

func TestSubmitIsRefused(t *testing.T) {
	w := newWorld(t)
	var refused *contracts.Error
	if _, err := w.Submit(t.Context(), &contracts.Message{}); !errors.As(err, &refused) {
		t.Errorf("nothing to submit: %v", err)
	}
	place := opening(inboxUnit)
	place.IncidentPlaceText = "Beskrivning av en plats"
	_, err := w.Submit(t.Context(), &contracts.Message{Recipient: recipient(inboxUnit), Complaint: place})
	if !errors.As(err, &refused) || refused.SubCode != contracts.SubPlaceTextNotAllowed {
		t.Errorf("free text place to a care unit: %v", err)
	}
	_, err = w.Submit(t.Context(), answerTo(id(gateway, "none"), inboxUnit, "nothing", 0))
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an answer in a case that is not there: %v", err)
	}
	elsewhere := newWorldOn(t, region)
	_, err = elsewhere.Submit(t.Context(), &contracts.Message{
		Recipient: recipient(inboxUnit), Complaint: opening(inboxUnit),
	})
	if !errors.Is(err, relay.ErrNotPortal) {
		t.Errorf("where 1177 is elsewhere: %v", err)
	}
}

func TestReceiversThatACitizenCanChoose(t *testing.T) {
	w := newWorld(t)
	names := func(q string, limit int) (ids []string) {
		for _, r := range w.Receivers(q, "", limit) {
			ids = append(ids, r.HSAID)
		}
		return ids
	}
	all := []string{inboxUnit, plainUnit, systemUnit, otherUnit, board, triage}
	if got := names("", 50); !slices.Equal(got, all) {
		t.Errorf("all: %v", got)
	}
	if got := names("vårdCENTRALEN", 50); !slices.Equal(got, []string{inboxUnit, plainUnit}) {
		t.Errorf("by name: %v; the one in a region without a patient board is not to be there", got)
	}
	if got := names("sj02", 50); !slices.Equal(got, []string{otherUnit}) {
		t.Errorf("by HSA-id: %v", got)
	}
	if got := names("", 2); len(got) != 2 {
		t.Errorf("at most two: %v", got)
	}
	w.setTable(nil)
	if got := names("", 50); got != nil {
		t.Errorf("without a catalogue: %v", got)
	}
}
