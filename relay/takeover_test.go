package relay_test

import (
	"bytes"
	"slices"
	"testing"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/catalogues"
)

const newBoard = "SE2010123456-PN02"

// keeps publishes the board under an HSA-id in the catalogue that the store keeps, by a way; with take, as the one that
// goes on with what the one before had.
func (w *world) keeps(id string, way routing.Row, take ...catalogues.Takeover) {
	w.t.Helper()
	rules := routing.Rules{
		Durable: w.Contracts.Durable, SendContract: w.Contracts.Send().Contract,
		ReturnContract: w.Contracts.Return().Contract, PortalAddress: portal, Own: gateway,
	}
	action := catalogue.EditAdd
	if len(take) > 0 {
		action = catalogue.EditChange
	}
	edits := []catalogue.Edit{
		{Action: action, Row: catalogue.Row{
			ID: "board", Kind: catalogue.KindUnit, HSAID: id, Name: "Nämnden " + id, UnitKind: routing.PatientBoard,
			Region: "01", Supplements: true,
		}},
		{Action: action, Row: catalogue.Row{
			ID: "way", Kind: catalogue.KindRoute, Contract: rules.SendContract, Receiver: id, Address: way.Address,
			Component: way.Component,
		}},
	}
	if len(take) == 0 {
		edits = append(edits, catalogue.Edit{Action: action, Row: catalogue.Row{
			Kind: catalogue.KindPermission, Contract: rules.SendContract, Sender: portal, Receiver: "*",
		}})
	}
	d, err := w.Store.CatalogueDraft(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if d, _, err = w.Store.EditCatalogue(w.t.Context(), d.Revision, edits, rules, "Anna", ""); err != nil {
		w.t.Fatal(err)
	}
	_, err = w.Store.PublishCatalogue(w.t.Context(), catalogues.Order{
		Revision: d.Revision, By: "Anna", Reason: "another id", TakeOver: take, Log: accesslog.Row{Who: "anna"},
	}, rules)
	if err != nil {
		w.t.Fatal(err)
	}
}

// boardAt is the table with the board under an HSA-id, and with routes and permissions of the send contract for others
// that lead the same way.
func (w *world) boardAt(id string, way routing.Row, also ...string) *routing.Table {
	w.t.Helper()
	c, send := w.catalogue, w.Contracts.Send().Contract
	isBoard := func(receiver string) bool { return receiver == board }
	c.Units = slices.DeleteFunc(slices.Clone(c.Units), func(u routing.Unit) bool { return isBoard(u.HSAID) })
	c.Units = append(c.Units, routing.Unit{
		HSAID: id, Name: "Nämnden " + id, Kind: routing.PatientBoard, Region: "01", Supplements: true,
	})
	c.Routes = slices.DeleteFunc(slices.Clone(c.Routes), func(r routing.Row) bool { return isBoard(r.Receiver) })
	c.Permissions = slices.DeleteFunc(slices.Clone(c.Permissions), func(p routing.Permission) bool {
		return isBoard(p.Receiver)
	})
	for _, receiver := range append([]string{id}, also...) {
		way.Contract, way.Receiver = send, receiver
		c.Routes = append(c.Routes, way)
		c.Permissions = append(c.Permissions, routing.Permission{Contract: send, Sender: portal, Receiver: receiver})
	}
	return w.build(c)
}

// unaskedTo is a supplement or a withdrawal of the reporter's, as 1177 sends it.
func unaskedTo(kind store.EventKind, unit, extension string, sequence int64) *contracts.Message {
	m := answerTo(id(portal, "complaint-"+extension), unit, extension, sequence)
	m.Receiver = unit
	if kind == store.EventWithdrawal {
		m.Answer.Text, m.Withdrawal = contracts.WithdrawalText, &contracts.Withdrawal{}
	} else {
		m.Supplement = &contracts.Supplement{Text: m.Answer.Text, Author: m.Answer.Author}
	}
	m.Recipient = recipient(unit)
	m.Recipient.Kind = contracts.KindPatientBoard
	return m
}

// TestWhatGoesToABoardsFormerIDIsTheNewOnes: 1177 writes to the HSA-id that it knows a case's board by. After a
// takeover the answer, the supplement and the withdrawal are the case's, by the way that it took, and come once; the
// board's own system may still sign by the former id. What is of no case of the board is refused.
func TestWhatGoesToABoardsFormerIDIsTheNewOnes(t *testing.T) {
	for name, inbox := range map[string]bool{"inbox": true, "system": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			way := routing.Row{Address: routing.AddressInbox}
			if !inbox {
				way = routing.Row{Address: w.producer.URL + "/ok/SendComplaint/1/rivtabp21", Component: system}
			}
			w.keeps(board, way)
			w.setTable(w.boardAt(board, way))
			w.accepted(portal, complaint(board, "c"))
			question := id(system, "QUESTION-c-1")
			if inbox {
				c := w.begun("c")
				asked, err := w.Reply(t.Context(), c.ID, *partsOf(contracts.Question), c.Version)
				if err != nil {
					t.Fatal(err)
				}
				m, err := w.Store.Unlogged().Message(t.Context(), asked.MessageID)
				if err != nil {
					t.Fatal(err)
				}
				question = contracts.II{Root: gateway, Extension: m.Key.MessageID[len(gateway)+1:]}
			} else {
				w.accepted(system, returns(contracts.Question, board, "c", 1))
			}
			w.work()
			w.keeps(newBoard, way, catalogues.Takeover{From: board, To: newBoard})
			w.setTable(w.boardAt(newBoard, way, board))
			before := len(w.producer.taken())

			answer := answerTo(question, board, "c", 2)
			answer.Recipient.Kind = contracts.KindPatientBoard
			first := w.accepted(portal, answer)
			if again := w.accepted(portal, answer); again.Result != first.Result {
				t.Errorf("the answer again: %+v, first %+v", again, first)
			}
			w.accepted(portal, unaskedTo(store.EventSupplement, board, "c", 3))
			w.accepted(portal, unaskedTo(store.EventWithdrawal, newBoard, "c", 4)) // 1177 may know it by now
			if !inbox {
				w.accepted(system, returns(contracts.PartialReply, board, "c", 2))
			}
			refusedAs(t, w.say(portal, unaskedTo(store.EventSupplement, board, "nobodys", 1)), contracts.SubUnknownCase)
			w.accepted(portal, complaint(inboxUnit, "care"))
			refusedAs(t, w.say(portal, unaskedTo(store.EventSupplement, board, "care", 2)), contracts.SubRecipientMismatch)

			w.work()
			c := w.begun("c")
			if c.Handler.Unit != newBoard || c.State != store.InProgress || c.Withdrawn == nil || len(c.OpenQuestions) > 0 {
				t.Errorf("the case: %+v", c)
			}
			want := []store.EventKind{
				store.EventComplaint, store.EventQuestion, store.EventAnswer, store.EventSupplement, store.EventWithdrawal,
			}
			if !inbox {
				want = append(want, store.EventPartialReply)
			}
			if got := w.kinds("c"); !slices.Equal(got, want) {
				t.Errorf("the case has %v", got)
			}
			if sent := len(w.producer.taken()) - before; sent != map[bool]int{true: 0, false: 3}[inbox] {
				t.Errorf("the system got %d messages", sent)
			}
			listed, err := w.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Units: []string{newBoard}})
			if err != nil || len(listed) != 1 {
				t.Errorf("the new board lists %d cases, %v", len(listed), err)
			}
			listed, err = w.Store.Unlogged().Cases(t.Context(), store.CaseFilter{Units: []string{board}})
			if err != nil || len(listed) != 0 {
				t.Errorf("the former board lists %d cases, %v", len(listed), err)
			}
			sound(t, w)
			discreet(t, w)
		})
	}
}

// TestWithoutARouteTheFormerIDIsRefused: where no route leads to a board's former id any more, 1177 is told so (VP004),
// keeps what the citizen wrote and can send it to the new id; nothing of it is half taken.
func TestWithoutARouteTheFormerIDIsRefused(t *testing.T) {
	w := newWorld(t)
	way := routing.Row{Address: routing.AddressInbox}
	w.keeps(board, way)
	w.setTable(w.boardAt(board, way))
	w.accepted(portal, complaint(board, "c"))
	w.keeps(newBoard, way, catalogues.Takeover{From: board, To: newBoard})
	w.setTable(w.boardAt(newBoard, way))
	stored := w.stored(t)
	got := w.post(portal, written(t, unaskedTo(store.EventSupplement, board, "c", 2)))
	if got.status != 500 || !bytes.Contains(got.body, []byte(routing.VP004)) || w.stored(t) != stored {
		t.Errorf("%d %s", got.status, got.body)
	}
	w.accepted(portal, unaskedTo(store.EventSupplement, newBoard, "c", 2))
	if got := w.kinds("c"); !slices.Equal(got, []store.EventKind{store.EventComplaint, store.EventSupplement}) {
		t.Errorf("the case has %v", got)
	}
	sound(t, w)
	discreet(t, w)
}
