package relay_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/store"
)

// otherSystem is the route to another handling system.
const otherSystem = `  - {contract: SendComplaint, to: SE2010123456-TAND, address: "http://producer/ok/other", ` +
	`component: SE2010123456-DIA}` + "\n"

// severalFiles is a complaint with small and large files and one that is elsewhere, and what is in them.
func severalFiles() (*contracts.Message, [][]byte) {
	content := bytes.Repeat([]byte("En bilaga.\n"), 200_000) // 2.2 MB
	values := [][]byte{
		[]byte("small"), content, nil, content, bytes.ToUpper(content[:len(content)-1]), []byte("small too"),
	}
	m := complaint(systemUnit, "a")
	for i, value := range values {
		file := textFile(string(value))
		file.ID = string(rune('1' + i))
		if value == nil {
			file.Size, file.Reference = 3, "https://there.example/c"
		}
		m.Complaint.Attachments = append(m.Complaint.Attachments, file)
	}
	return m, values
}

// A case with large files that is passed on comes to its next handler with all of them, whatever today's limit is.
func TestACaseWithLargeFilesIsPassedOn(t *testing.T) {
	w := newWorldOn(t, otherSystem)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	m, values := severalFiles()
	w.accepted(portal, m)
	w.work()
	w.soap.MaxMessage, w.Limits.Message = 1<<20, 1<<20
	w.accepted(system, passedOn(systemUnit, "SE2010123456-TAND", "a", 1))
	if !w.begun("a").ForwardDue {
		t.Error("the update waited for the files to go")
	}
	w.sweep()
	w.work()
	got := w.producer.taken()
	if len(got) != 2 || got[1].Forward == nil {
		t.Fatalf("the systems took %d messages", len(got))
	}
	files := got[1].Forward.Original.Attachments
	if len(files) != len(values) {
		t.Fatalf("%d files have arrived", len(files))
	}
	for i, file := range files {
		before := m.Complaint.Attachments[i]
		if !bytes.Equal(file.Value, values[i]) || file.ID != before.ID || file.Size != before.Size ||
			file.Reference != before.Reference {
			t.Errorf("file %d has arrived as %d bytes: %s %q", i, len(file.Value), file.ID, file.Reference)
		}
	}
	if c := w.begun("a"); c.State != store.Delivered || c.Handler.Component != stranger {
		t.Errorf("the case is %s at %+v", c.State, c.Handler)
	}
	sound(t, w)
	discreet(t, w)
}

// What cannot be sent on is tried again later, and keeps no other delivery waiting.
func TestALargeCaseThatCannotBePassedOnKeepsNothingWaiting(t *testing.T) {
	w := newWorldOn(t, otherSystem)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	m, _ := severalFiles()
	w.accepted(portal, m)
	w.work()
	full := w.currentTable()
	w.setTable(w.without(gateway))
	w.accepted(system, passedOn(systemUnit, "SE2010123456-TAND", "a", 1))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.worker().Run(ctx) }()
	failures := func() int { return w.logs.FilterMessage("forwarding a case to its next handler").Len() }
	w.eventually("the case cannot be sent on", func() bool { return failures() > 0 })
	for _, extension := range []string{"b", "c", "d"} {
		w.accepted(portal, complaint(systemUnit, extension))
		w.eventually("the next one arrives", func() bool { return w.begun(extension).State == store.Delivered })
	}
	if n := failures(); n != 1 {
		t.Errorf("it was tried %d times in a moment", n)
	}
	w.setTable(full)
	w.pass(relay.MinForwardWait)
	w.accepted(portal, complaint(systemUnit, "e")) // wakes the worker
	w.eventually("the case is sent on", func() bool { return !w.begun("a").ForwardDue })
	stop()
	<-ended
	sound(t, w)
}

// The files of an accepted message are described, and a large one is read without the others.
func TestALargeFileIsReadAlone(t *testing.T) {
	w := newWorld(t)
	w.soap.MaxMessage, w.Limits.Message = 64<<20, 64<<20
	m, values := severalFiles()
	w.accepted(portal, m)
	id := w.deliveries(store.DeliveryFilter{})[0].ID
	files, err := w.Attachments(t.Context(), id)
	if err != nil || len(files) != len(values) || files[1].Value != nil || files[1].Content.Size != int64(len(values[1])) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for n, want := range values {
		file, err := w.Attachment(t.Context(), id, n)
		if err != nil || !bytes.Equal(file.Value, want) {
			t.Errorf("file %d is %d bytes, %v", n, len(file.Value), err)
		}
	}
	if _, err := w.Attachment(t.Context(), strings.Repeat("0", 36), 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of a message that is not there: %v", err)
	}
}
