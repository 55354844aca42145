package relay_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/store"
)

// submitted is a complaint that leaves to the gateway what it fills in.
func submitted(name string) *contracts.Message {
	m := &contracts.Message{ID: id(portal, name), Recipient: recipient(systemUnit), Complaint: opening(systemUnit)}
	m.Complaint.Received = contracts.Stamp{}
	return m
}

// What is submitted again under its id gets its first answer, whatever the gateway would fill in by now; other
// content is refused.
func TestWhatIsSubmittedAgainGetsItsFirstAnswer(t *testing.T) {
	w := newWorld(t)
	submit := func(m *contracts.Message) store.Accepted {
		t.Helper()
		accepted, err := w.Submit(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		return accepted
	}
	first := submit(submitted("a"))
	w.work()
	w.pass(48 * time.Hour)
	again := submit(submitted("a"))
	if first.Repeat || !again.Repeat || again.Receipt != first.Receipt {
		t.Errorf("first %+v, then %+v", first.Receipt, again.Receipt)
	}
	other := submitted("a")
	other.Complaint.Description = "Beskrivning: jag fick vänta längre."
	refusedWith(t, w, other, contracts.SubDuplicateContentMismatch)
	other = submitted("a")
	other.Complaint.Received = stamp("20260301101500")
	refusedWith(t, w, other, contracts.SubDuplicateContentMismatch)

	asked := returns(contracts.Question, systemUnit, first.Case.Extension, 1)
	w.accepted(system, asked)
	answer := func() *contracts.Message {
		m := answerTo(asked.ID, systemUnit, first.Case.Extension, 0)
		m.Recipient = nil
		return m
	}
	told := submit(answer())
	// the citizen's answer went to the unit before
	w.accepted(system, passedOn(systemUnit, otherUnit, first.Case.Extension, 2))
	w.pass(time.Hour)
	if again := submit(answer()); !again.Repeat || again.Receipt != told.Receipt {
		t.Errorf("first %+v, then %+v", told.Receipt, again.Receipt)
	}
	wrong := answer()
	wrong.Answer.Text = "Beskrivning: på kvällen."
	refusedWith(t, w, wrong, contracts.SubDuplicateContentMismatch)
	w.work()
	if n := len(w.producer.taken()); n != 2 {
		t.Errorf("the system took %d messages", n)
	}
	sound(t, w)
	discreet(t, w)
}

func refusedWith(t *testing.T, w *world, m *contracts.Message, subCode string) {
	t.Helper()
	var refused *contracts.Error
	if _, err := w.Submit(t.Context(), m); !errors.As(err, &refused) || refused.SubCode != subCode {
		t.Errorf("it is answered with %v, not %s", err, subCode)
	}
}

// Also at the same moment, and with large files.
func TestWhatIsSubmittedTwiceAtOnceIsOneCase(t *testing.T) {
	w := newWorld(t)
	w.Limits.Message = 64 << 20
	content := bytes.Repeat([]byte("En bilaga.\n"), 200_000)
	var all sync.WaitGroup
	var mu sync.Mutex
	seen := map[store.Receipt]int{}
	for range 8 {
		all.Go(func() {
			m := submitted("a")
			m.Complaint.Attachments = []contracts.Attachment{textFile(string(content))}
			accepted, err := w.Submit(t.Context(), m)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			seen[accepted.Receipt]++
		})
	}
	all.Wait()
	if len(seen) != 1 || w.stored(t) != 1 {
		t.Errorf("%d messages are stored, %d answers were given: %+v", w.stored(t), len(seen), seen)
	}
	sound(t, w)
}
