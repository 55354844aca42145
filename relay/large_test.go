package relay_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/routing"
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

// largeWorld takes messages of 64 MB.
func largeWorld(t *testing.T) (*world, *contracts.Message, []byte) {
	t.Helper()
	w := newWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	content := bytes.Repeat([]byte("En bilaga.\n"), 200_000) // 2.2 MB
	m := complaint(systemUnit, "1")
	m.Complaint.Attachments = []contracts.Attachment{textFile("small"), textFile(string(content))}
	m.Complaint.Attachments[1].ID = "2"
	return w, m, content
}

// A message that came before gets its first answer if its content is the same, however it is written, and is refused
// if not; neither is in memory.
func TestLargeRepeatsAreCompared(t *testing.T) {
	w, m, content := largeWorld(t)
	envelope := string(written(t, m))
	first := w.post(portal, []byte(envelope))
	if first.status != http.StatusOK {
		t.Fatalf("status %d: %s", first.status, first.body)
	}
	text := base64.StdEncoding.EncodeToString(content)
	other := bytes.Clone(content)
	other[len(other)-2]++
	for sentence, c := range map[string]struct {
		envelope string
		same     bool
	}{
		"the same bytes":         {envelope, true},
		"with a comment":         {strings.Replace(envelope, text[:100], text[:50]+"<!-- c -->"+text[50:100], 1), true},
		"as CDATA":               {strings.Replace(envelope, text, "<![CDATA["+text+"]]>", 1), true},
		"with a blank in a file": {strings.Replace(envelope, text[:100], text[:50]+" "+text[50:100], 1), false},
		"another file":           {strings.Replace(envelope, text, base64.StdEncoding.EncodeToString(other), 1), false},
		"another small file": {
			strings.Replace(envelope, base64.StdEncoding.EncodeToString([]byte("small")),
				base64.StdEncoding.EncodeToString([]byte("Small")), 1), false,
		},
		"with a comment after it": {strings.Replace(envelope, text+"</", text+"<!-- c --></", 1), true},
	} {
		got := w.post(portal, []byte(c.envelope))
		if c.same != bytes.Equal(got.body, first.body) ||
			!c.same && !bytes.Contains(got.body, []byte("DUPLICATE_CONTENT_MISMATCH")) {
			t.Errorf("%s: status %d: %s", sentence, got.status, got.body)
		}
	}
	sound(t, w)
	discreet(t, w)
}

// A large message in parts is kept as it came, delivered as one envelope, and its files can be had one by one.
func TestLargeMessagesInParts(t *testing.T) {
	w, m, content := largeWorld(t)
	m.Complaint.Attachments = append(m.Complaint.Attachments,
		contracts.Attachment{
			ID: "3", FileName: "c.txt", MediaType: "text/plain", Size: 3, Reference: "https://there.example/c",
		}, m.Complaint.Attachments[1])
	m.Complaint.Attachments[3].ID = "4"
	m.Complaint.Attachments[3].Value = bytes.ToUpper(content)
	envelope := string(written(t, m))
	root := strings.Replace(envelope, base64.StdEncoding.EncodeToString(content),
		`<i:Include xmlns:i="http://www.w3.org/2004/08/xop/include" href="cid:file"/>`, 1)
	header := http.Header{
		"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"},
		"Content-Type": {`multipart/related; boundary=b; type="application/xop+xml"`},
	}
	message := "--b\r\nContent-Type: application/xop+xml; charset=UTF-8\r\n\r\n" + root +
		"\r\n--b\r\nContent-ID: <file>\r\n\r\n" + string(content) + "\r\n--b--\r\n"
	if got := w.postWith(header, "127.0.0.1", []byte(message)); got.status != http.StatusOK ||
		!bytes.Contains(got.body, []byte("OK<")) {
		t.Fatalf("status %d: %s", got.status, got.body)
	}
	w.work()
	all := w.deliveries(store.DeliveryFilter{State: store.DeliveryDelivered})
	if len(all) != 1 || string(w.producer.bodies[0]) != envelope {
		t.Fatalf("what has arrived is another: %+v", all)
	}
	kept, err := w.Store.Unlogged().Message(t.Context(), all[0].ID)
	if err != nil || string(kept.Envelope) != message {
		t.Errorf("it is not kept as it came, %v", err)
	}
	for n, want := range [][]byte{[]byte("small"), content, nil, bytes.ToUpper(content)} {
		file, err := w.Attachment(t.Context(), all[0].ID, n)
		if err != nil || !bytes.Equal(file.Value, want) {
			t.Errorf("file %d has %d bytes, %v", n, len(file.Value), err)
		}
	}
	if _, err := w.Attachment(t.Context(), all[0].ID, 4); err == nil {
		t.Error("there is a file more")
	}
	sound(t, w)
	discreet(t, w)
}

// A large message of a contract that is forwarded is validated before it is sent on, and then sent on as it came.
func TestLargeForwardedMessagesAreValidated(t *testing.T) {
	w, m, _ := largeWorld(t)
	registry, err := contracts.NewRegistry(contracts.Options{
		Pack:        inferred.Pack{},
		PerContract: map[string]contracts.PerOptions{"SendComplaint": {Delivery: contracts.DeliverForward}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Contracts = registry
	w.catalogue.Routes = slices.DeleteFunc(w.catalogue.Routes, func(r routing.Row) bool {
		return strings.HasPrefix(r.Address, "rivgate:inbox")
	})
	system := slices.IndexFunc(w.catalogue.Routes, func(r routing.Row) bool { return r.Receiver == systemUnit })
	boards := w.catalogue.Routes[system] // without a way to its board no region is active
	boards.Receiver = board
	w.catalogue.Routes = append(w.catalogue.Routes, boards)
	w.setTable(w.build(w.catalogue))
	envelope := written(t, m)
	if got := w.post(portal,
		bytes.Replace(envelope, []byte("RW4g"), []byte("R-4g"), 1)); !bytes.Contains(got.body, []byte("SCHEMA")) ||
		w.producer.calls() != 0 {
		t.Errorf("status %d: %s", got.status, got.body)
	}
	if got := w.post(portal, envelope); got.status != http.StatusOK || !bytes.Contains(got.body, []byte("OK<")) ||
		w.producer.calls() != 1 || !bytes.Equal(w.producer.bodies[0], envelope) {
		t.Errorf("status %d, %d calls: %s", got.status, w.producer.calls(), got.body)
	}
}

func TestAMessageThatIsTooLargeIsToldHowLargeItMayBe(t *testing.T) {
	w, m, _ := largeWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 1<<20, 1<<20
	if got := w.post(portal, written(t, m)); got.status != http.StatusRequestEntityTooLarge ||
		!bytes.Contains(got.body, []byte("larger than the 1048576 bytes")) {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}
