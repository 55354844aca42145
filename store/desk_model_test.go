package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rivgate/routing"
	"rivgate/store"
)

// stagedModel is what is to be known of the answers of one case: every answer that was sent off is at all times
// waiting, on its way, failed, a draft again, or gone by somebody's order; never two of these, never none.
type stagedModel struct {
	t       *rapid.T
	s       *store.Store
	now     *clock
	id      string // of the case
	answers map[string]*stagedAnswer
	made    int
}

type stagedAnswer struct {
	staged  store.Outgoing
	where   string // waiting, leased, failed, draft or gone
	text    string
	claimed store.Outgoing
}

const modelUnit = "SE2010123456-VC01"

func (m *stagedModel) in(where string) *stagedAnswer {
	for _, a := range m.answers {
		if a.where == where {
			return a
		}
	}
	m.t.Skip("there is none")
	return nil
}

func (m *stagedModel) want(err, want error) {
	if !errors.Is(err, want) {
		m.t.Fatalf("got %v, want %v", err, want)
	}
}

func (m *stagedModel) stage(t *rapid.T) {
	m.made++
	text := fmt.Sprintf(`{"text":"%d"}`, m.made)
	c, err := m.s.Unlogged().Case(m.t.Context(), m.id)
	m.want(err, nil)
	o, err := m.s.Stage(m.t.Context(), store.Outgoing{
		CaseID: m.id, Unit: modelUnit, By: store.Person{ID: "anna"}, Form: "reply", Draft: json.RawMessage(text),
		MessageID: fmt.Sprint(m.id, "|", m.made), Answer: json.RawMessage(`{}`),
		CaseVersion: c.Version, Due: m.now.Now().Add(10 * time.Second), Files: []store.File{{Name: "a", Value: []byte("a")}},
	}, 0)
	for _, a := range m.answers {
		if a.where == "waiting" || a.where == "leased" {
			m.want(err, store.ErrStaged)
			return
		}
	}
	m.want(err, nil)
	for _, a := range m.answers { // its writer's draft of the form is taken for the one that was sent off
		if a.where == "draft" && a.claimed.Form == "reply" {
			a.where = "gone"
		}
	}
	m.answers[o.ID] = &stagedAnswer{staged: o, where: "waiting", text: text}
}

func (m *stagedModel) pass(t *rapid.T) {
	m.now.pass(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
}

func (m *stagedModel) claim(*rapid.T) {
	o, err := m.s.ClaimOutgoing(m.t.Context(), 30*time.Second)
	for _, a := range m.answers {
		due := a.where == "waiting" && !a.staged.Due.After(m.now.Now())
		over := a.where == "leased" && !a.claimed.Due.After(m.now.Now())
		if due || over {
			m.want(err, nil)
			if string(o.Draft) != a.text || len(o.Files) != 1 {
				m.t.Fatalf("claimed %+v", o)
			}
			a.where, a.claimed = "leased", o
			a.claimed.Due = m.now.Now().Add(30 * time.Second) // when the lease ends
			return
		}
	}
	m.want(err, store.ErrNotFound)
}

func (m *stagedModel) sent(*rapid.T) {
	a := m.in("leased")
	m.want(m.s.Sent(m.t.Context(), a.staged), nil)
	a.where = "gone"
}

func (m *stagedModel) refused(*rapid.T) {
	a := m.in("leased")
	m.want(m.s.Refused(m.t.Context(), a.staged, routing.NewFact("case-gone")), nil)
	a.where = "failed"
}

func (m *stagedModel) undo(t *rapid.T) {
	a := m.in(rapid.SampledFrom([]string{"waiting", "leased", "failed", "gone"}).Draw(t, "where"))
	d, err := m.s.Undo(m.t.Context(), a.staged.ID, modelUnit, store.Person{ID: "bertil"})
	if a.where == "leased" || a.where == "gone" {
		m.want(err, store.ErrLeft)
		return
	}
	m.want(err, nil)
	if string(d.Body) != a.text || len(d.Files) != 1 {
		m.t.Fatalf("the draft is %+v", d)
	}
	a.where, a.claimed.Form = "draft", d.Form
}

func (m *stagedModel) drop(t *rapid.T) {
	a := m.in(rapid.SampledFrom([]string{"waiting", "leased", "failed"}).Draw(t, "where"))
	err := m.s.DropOutgoing(m.t.Context(), a.staged.ID, modelUnit)
	if a.where != "failed" {
		m.want(err, store.ErrLeft)
		return
	}
	m.want(err, nil)
	a.where = "gone"
}

// check: what the store shows is what the model knows.
func (m *stagedModel) check(*rapid.T) {
	shown := map[string]string{}
	all, err := m.s.Unlogged().Outgoings(m.t.Context(), m.id, modelUnit)
	m.want(err, nil)
	for _, o := range all {
		where := "failed"
		if o.State == store.OutgoingWaiting {
			if where = "waiting"; o.Attempts > 0 {
				where = "leased"
			}
		}
		shown[string(o.Draft)] = where
	}
	drafts, err := m.s.Unlogged().Drafts(m.t.Context(), m.id, modelUnit)
	m.want(err, nil)
	for _, d := range drafts {
		if shown[string(d.Body)] != "" {
			m.t.Fatalf("%s is in two places", d.Body)
		}
		shown[string(d.Body)] = "draft"
	}
	known := 0
	for _, a := range m.answers {
		if a.where != "gone" {
			if known++; shown[a.text] != a.where {
				m.t.Fatalf("%s is %s, not %s", a.text, shown[a.text], a.where)
			}
		}
	}
	if known != len(shown) {
		m.t.Fatalf("the store shows %v", shown)
	}
}

// TestStagedAnswersModel: whatever people and runners do, no answer is lost, and none is in two places.
func TestStagedAnswersModel(t *testing.T) {
	now := newClock()
	s := open(t, sqlite(t), store.Options{Now: now.Now})
	n := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		n++
		first := complaint(n, []byte("<envelope/>"))
		first.Event.Handler = &store.Handler{Unit: modelUnit, Kind: routing.CareUnit, Via: routing.Inbox}
		accepted, err := s.Accept(t.Context(), first)
		if err != nil {
			rt.Fatal(err)
		}
		m := &stagedModel{t: rt, s: s, now: now, id: accepted.CaseID, answers: map[string]*stagedAnswer{}}
		rt.Repeat(map[string]func(*rapid.T){
			"": m.check, "stage": m.stage, "pass": m.pass, "claim": m.claim, "sent": m.sent, "refused": m.refused,
			"undo": m.undo, "drop": m.drop,
		})
		for _, a := range m.answers { // the next case has the runner to itself
			if a.where == "waiting" || a.where == "leased" {
				if err := s.Sent(t.Context(), a.staged); err != nil {
					rt.Fatal(err)
				}
			}
		}
	})
}
