package relay_test

import (
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
)

// ended is the table when the routes of a unit have ended.
func (w *world) ended(unit string) *routing.Table {
	catalogue := w.catalogue
	catalogue.Routes = nil
	for _, row := range w.catalogue.Routes {
		if row.Receiver != unit {
			catalogue.Routes = append(catalogue.Routes, row)
		}
	}
	return w.build(catalogue)
}

func TestAnEndedRouteStrandsNoCaseUnderWay(t *testing.T) {
	w := newWorld(t)
	first := complaint("SE2010123456-SJ01", "underway")
	envelope := written(t, first)
	receipt := w.post(portal, envelope)
	question := returns(contracts.Question, "SE2010123456-SJ01", "underway", 1)
	w.accepted(system, question)

	w.setTable(w.ended("SE2010123456-SJ01"))
	if again := w.post(portal, envelope); string(again.body) != string(receipt.body) {
		t.Errorf("a repeat is answered otherwise:\n%s", again.body)
	}
	w.accepted(portal, answerTo(question.ID, "SE2010123456-SJ01", "underway", 2))
	if kinds := w.kinds("underway"); len(kinds) != 3 || kinds[2] != store.EventAnswer {
		t.Errorf("the case holds %v", kinds)
	}
	if c := w.begun("underway"); c.Handler.Via != routing.Queue || c.State != store.InProgress {
		t.Errorf("the case is %s, via %s", c.State, c.Handler.Via)
	}
	if refused := w.post(portal, written(t, complaint("SE2010123456-SJ01", "new"))); refused.status != 500 {
		t.Errorf("a new case is taken without a route: %d", refused.status)
	}
}

func TestAnAnswerIsForTheUnitThatHasTheCase(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint("SE2010123456-SJ01", "whose"))
	question := returns(contracts.Question, "SE2010123456-SJ01", "whose", 1)
	w.accepted(system, question)
	refusedAs(t, w.say(portal, answerTo(question.ID, "SE2010123456-VC01", "whose", 2)), contracts.SubRecipientMismatch)

	w.accepted(system, passedOn("SE2010123456-SJ01", "SE2010123456-VC01", "whose", 2))
	w.accepted(portal, answerTo(question.ID, "SE2010123456-SJ01", "whose", 2)) // written before the citizen could know
	c := w.begun("whose")
	if c.Handler.Unit != "SE2010123456-VC01" || len(c.OpenQuestions) != 0 {
		t.Errorf("the case is at %s with %d open questions", c.Handler.Unit, len(c.OpenQuestions))
	}
}

func TestIdsHaveALength(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string]func(*contracts.Message, string){
		"a message id": func(m *contracts.Message, long string) { m.ID.Extension = long },
		"a case id":    func(m *contracts.Message, long string) { m.CaseID.Extension = long },
		"its issuer":   func(m *contracts.Message, long string) { m.CaseID.Root = long },
		"an external id": func(m *contracts.Message, long string) {
			m.ExternalCaseID = &contracts.II{Root: system, Extension: long}
		},
		"a code": func(m *contracts.Message, long string) {
			m.Complaint.ExperiencedProblem = []contracts.CV{{Code: long, CodeSystem: "urn:x", DisplayName: "x"}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := complaint("SE2010123456-VC01", "long")
			change(m, strings.Repeat("x", 256))
			refusedAs(t, w.say(portal, m), contracts.SubSchema)
		})
	}
}
