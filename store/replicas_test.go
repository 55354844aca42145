package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"rivgate/store"
	"rivgate/store/storetest"
)

// A message that reaches two replicas at the same moment is accepted once.
func TestTheSameMessageAtTwoReplicas(t *testing.T) {
	url := storetest.Postgres(t)
	replicas := []*store.Store{open(t, url, store.Options{}), open(t, url, store.Options{})}
	const messages, callers = 400, 8
	accepted := make([]store.Accepted, 2*messages)
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := caller; n < messages; n += callers {
				var both sync.WaitGroup
				for i, s := range replicas {
					both.Go(func() {
						m := complaint(int64(n), []byte("<envelope/>"))
						if m.ID = uuid.NewString(); n%2 == 0 {
							m.Event = nil
						}
						a, err := s.Accept(t.Context(), m)
						if err != nil {
							t.Error(err)
						}
						accepted[2*n+i] = a
					})
				}
				both.Wait()
			}
		})
	}
	all.Wait()
	for n := range messages {
		one, other := accepted[2*n], accepted[2*n+1]
		if one.Repeat == other.Repeat || fmt.Sprint(one.Receipt) != fmt.Sprint(other.Receipt) {
			t.Errorf("message %d: %+v and %+v", n, one, other)
		}
	}
	sound(t, replicas[0])
}

// An answer that reaches two replicas at the same moment is accepted once, and the second is not judged by the case as
// the first left it: its question is answered by then.
func TestTheSameAnswerAtTwoReplicas(t *testing.T) {
	url := storetest.Postgres(t)
	replicas := []*store.Store{open(t, url, store.Options{}), open(t, url, store.Options{})}
	const cases, callers = 200, 8
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := caller; n < cases; n += callers {
				c := complaint(int64(n), []byte("<complaint/>"))
				question := ofCase(c, "SE2010123456-AVV", 1, store.EventQuestion)
				question.Event.HasText = true
				for _, m := range []*store.Message{c, question} {
					if _, err := replicas[0].Accept(t.Context(), m); err != nil {
						t.Error(err)
					}
				}
				answer := ofCase(c, "SE0000000001-1177", 2, store.EventAnswer)
				answer.Event.InReplyTo = question.Event.MessageID
				var both sync.WaitGroup
				for _, s := range replicas {
					m := *answer
					m.ID = uuid.NewString()
					both.Go(func() {
						if _, err := s.Accept(t.Context(), &m); err != nil {
							t.Errorf("answer %d: %v", n, err)
						}
					})
				}
				both.Wait()
			}
		})
	}
	all.Wait()
	sound(t, replicas[0])
}

// ofCase is a message of the case that a complaint began.
func ofCase(c *store.Message, sender string, sequence int64, kind store.EventKind) *store.Message {
	m := *c
	m.ID = uuid.NewString()
	m.Key.Sender, m.Call.Sender = sender, sender
	m.Key.MessageID = sender + "|" + m.ID
	m.Event = &store.Event{
		Kind: kind, MessageID: m.Key.MessageID, Case: c.Event.Case, Sequence: sequence, Unit: c.Event.Unit,
		Content: []byte(`{}`),
	}
	return &m
}
