package relay_test

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"rivgate/store"
)

// Messages with large attachments are taken one at a time, kept in pieces, and arrive whole.
func TestLargeAttachmentsArriveWhole(t *testing.T) {
	w := newWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	content := bytes.Repeat([]byte("En bilaga.\n"), 200_000) // 2.2 MB
	header := http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}}
	const messages = 3
	var callers sync.WaitGroup
	for i := range messages {
		m := complaint(systemUnit, fmt.Sprint(i))
		for n := range 3 {
			m.Complaint.Attachments = append(m.Complaint.Attachments, textFile(string(content)))
			m.Complaint.Attachments[n].ID = fmt.Sprint(n)
		}
		envelope := written(t, m)
		callers.Go(func() {
			if got := w.postWith(header, "127.0.0.1", envelope); got.status != http.StatusOK {
				t.Errorf("status %d: %s", got.status, got.body)
			}
		})
	}
	callers.Wait()
	w.work()
	if n := len(w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})); n != messages {
		t.Fatalf("%d messages are delivered: %+v", n, w.deliveries(store.DeliveryFilter{}))
	}
	for _, m := range w.producer.taken() {
		if len(m.Complaint.Attachments) != 3 || !bytes.Equal(m.Complaint.Attachments[2].Value, content) {
			t.Errorf("%d attachments arrived", len(m.Complaint.Attachments))
		}
	}
	sound(t, w)
	discreet(t, w)
}
