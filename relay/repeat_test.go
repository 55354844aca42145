package relay_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/recording"
	"rivgate/routing"
	"rivgate/soap"
)

// The first answer comes again unchanged: these recordings are equal to the byte.
func TestRepeatsAreAnsweredWithTheFirstAnswer(t *testing.T) {
	for _, pair := range [][2]string{
		{"story-sent-twice/01-complaint", "story-sent-twice/02-the-very-same-bytes"},
		{"story-sent-twice/01-complaint", "story-sent-twice/03-other-bytes-of-equal-content"},
		{"story-sent-twice/04-partial-reply", "story-sent-twice/05-partial-reply-again"},
		{
			"story-case-begun-by-telephone/01-new-case", "story-case-begun-by-telephone/02-new-case-again-gets-the-same-case-id",
		},
		{
			"subcodes-OUT_OF_ORDER/02-return-number-3-before-2",
			"subcodes-OUT_OF_ORDER/05-return-number-3-again-gets-its-first-answer",
		},
	} {
		first := recordedExchange(t, pair[0]).Part(recording.Response)
		if again := recordedExchange(t, pair[1]).Part(recording.Response); !bytes.Equal(first, again) {
			t.Errorf("%s differs from %s", pair[1], pair[0])
		}
	}
}

// At any later time too. Base64 of other line lengths is other content: canonical XML knows no base64.
func TestSameKeyAfterDeliveryGetsTheFirstAnswer(t *testing.T) {
	w := newWorld(t)
	m := complaint(systemUnit, "a")
	m.Complaint.Attachments = []contracts.Attachment{textFile(strings.Repeat("b", 100))}
	envelope := written(t, m)
	first := w.post(portal, envelope)
	w.work()
	w.pass(48 * time.Hour)
	if again := w.post(portal, envelope); !bytes.Equal(again.body, first.body) {
		t.Errorf("got %s", again.body)
	}
	value := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("b", 100)))
	other := bytes.Replace(envelope, []byte(value), []byte(value[:76]+"\n"+value[76:]), 1)
	if bytes.Equal(other, envelope) {
		t.Fatal("the attachment was not found")
	}
	got := w.post(portal, other)
	receipt, err := w.Contracts.Send().ReadReceipt(got.body)
	if err != nil {
		t.Fatal(err)
	}
	refusedAs(t, receipt, contracts.SubDuplicateContentMismatch)
	w.work()
	if taken := w.producer.taken(); len(taken) != 1 {
		t.Errorf("delivered %d times", len(taken))
	}
}

// Many at once, as a client that loses patience sends them: one is the first, and all get its answer.
func TestSameMessageManyTimesAtOnce(t *testing.T) {
	w := newWorld(t)
	envelope := written(t, complaint(systemUnit, "a"))
	answers := atOnce(16, func(int) []byte { return w.post(portal, envelope).body })
	for _, got := range answers {
		if !bytes.Equal(got, answers[0]) {
			t.Errorf("one got\n%s\nanother\n%s", answers[0], got)
		}
	}
	if n := w.stored(t); n != 1 {
		t.Errorf("%d messages are stored", n)
	}
	w.work()
	if taken := w.producer.taken(); len(taken) != 1 {
		t.Errorf("delivered %d times", len(taken))
	}
	sound(t, w)
}

// One case, one complaint: of many with ids of their own, one begins it.
func TestSameCaseManyTimesAtOnce(t *testing.T) {
	w := newWorld(t)
	answers := atOnce(16, func(i int) []byte {
		m := complaint(systemUnit, "a")
		m.ID.Extension = fmt.Sprint("message ", i)
		return w.post(portal, written(t, m)).body
	})
	taken := 0
	for _, got := range answers {
		receipt, err := w.Contracts.Send().ReadReceipt(got)
		if err != nil {
			t.Fatal(err)
		}
		if receipt.Result.Code == contracts.OK {
			taken++
			continue
		}
		refusedAs(t, receipt, contracts.SubDuplicateContentMismatch)
	}
	if n := w.stored(t); n != 1 || taken != 1 {
		t.Errorf("%d were accepted, %d are stored", taken, n)
	}
	sound(t, w)
}

// Whatever order replies arrive in over many connections, they are applied in the order of their numbers.
func TestRepliesManyAtOnceAreAppliedInOrder(t *testing.T) {
	w := newWorld(t)
	w.accepted(portal, complaint(systemUnit, "a"))
	const replies = 12
	atOnce(replies, func(i int) []byte {
		m := returns(contracts.PartialReply, systemUnit, "a", int64(i+1))
		m.Update.Text = fmt.Sprint("Beskrivning ", i+1)
		return w.post(system, written(t, m)).body
	})
	letters, err := w.Store.Unlogged().Mailbox(t.Context(), w.begun("a").ID)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, l := range letters {
		for n := replies; n > 0; n-- {
			if strings.Contains(string(l.Content), fmt.Sprintf("%q", fmt.Sprint("Beskrivning ", n))) {
				texts = append(texts, fmt.Sprint(n))
			}
		}
	}
	if got := strings.Join(texts, " "); got != "1 2 3 4 5 6 7 8 9 10 11 12" {
		t.Errorf("the citizen reads %s", got)
	}
	sound(t, w)
}

// atOnce does n things at once and returns what came of each.
func atOnce(n int, do func(i int) []byte) [][]byte {
	out := make([][]byte, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { out[i] = do(i) })
	}
	all.Wait()
	return out
}

// Where the catalogue has no way any more, only the store knows whether a message is a repeat. While it is away, that
// is our own failure and nobody's wrong address.
func TestADatabaseThatIsAwayIsNoMissingRoute(t *testing.T) {
	w := newWorld(t)
	m := complaint(systemUnit, "1")
	w.accepted(portal, m)
	w.catalogue.Routes = slices.DeleteFunc(w.catalogue.Routes, func(r routing.Row) bool {
		return r.Receiver == systemUnit
	})
	w.setTable(w.build(w.catalogue))
	w.accepted(portal, m)
	if err := w.Store.Close(); err != nil {
		t.Fatal(err)
	}
	got := w.post(portal, written(t, m))
	if f, ok := soap.ReadFault(got.body); !ok || !strings.HasPrefix(f.String, "VP012 ") {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}
