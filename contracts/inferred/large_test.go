package inferred_test

import (
	"bytes"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/soap"
)

// A file as large as a message may be is validated and read whole; the validator has no smaller limit of its own.
func TestLargeAttachment(t *testing.T) {
	m := sampleSend()
	value := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 11<<20)...)
	m.Complaint.Attachments = []contracts.Attachment{
		{ID: "1", FileName: "stor.pdf", MediaType: "application/pdf", Size: int64(len(value)), Value: value},
	}
	req, err := soap.ReadRequest(strings.NewReader(write(t, m)), soap.ContentType, soap.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := req.ReadAll(); err != nil {
		t.Fatal(err)
	}
	read, err := openRegistry(t, contracts.Options{}).Send().Read(req)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read.Complaint.Attachments[0].Value, value) {
		t.Error("the file is another one")
	}
}
