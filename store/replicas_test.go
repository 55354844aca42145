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
