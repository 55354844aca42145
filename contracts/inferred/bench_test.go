package inferred_test

import (
	"bytes"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/soap"
)

// sample5KB is a complaint of about 5 000 bytes.
func sample5KB(b *testing.B) []byte {
	m := sampleSend()
	m.Complaint.Description = strings.Repeat("Det tog lång tid innan någon svarade. ", 85)
	envelope := []byte(write(b, m))
	if len(envelope) < 4500 || len(envelope) > 5500 {
		b.Fatalf("%d bytes", len(envelope))
	}
	return envelope
}

func BenchmarkGuardAndValidate5KB(b *testing.B) {
	envelope := sample5KB(b)
	c := openRegistry(b, contracts.Options{}).Send()
	b.SetBytes(int64(len(envelope)))
	b.ReportAllocs()
	for b.Loop() {
		req, err := soap.ReadRequest(bytes.NewReader(envelope), soap.ContentType, soap.Limits{})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Validate(req.UTF8()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead5KB(b *testing.B) {
	envelope := sample5KB(b)
	c := openRegistry(b, contracts.Options{}).Send()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.ReadEnvelope(envelope); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSameContent5KB(b *testing.B) {
	envelope := sample5KB(b)
	other := bytes.Replace(envelope, []byte("<soap:Body>"), []byte("<soap:Body >"), 1)
	b.ReportAllocs()
	for b.Loop() {
		if same, err := contracts.SameContent(envelope, other); err != nil || !same {
			b.Fatal(same, err)
		}
	}
}

// What a file in a message costs: the validator gathers the text of an element before it judges it.
func BenchmarkValidate10MB(b *testing.B) {
	m := sampleSend()
	value := append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte("x"), 7<<20)...)
	m.Complaint.Attachments = []contracts.Attachment{
		{ID: "1", FileName: "stor.pdf", MediaType: "application/pdf", Size: int64(len(value)), Value: value},
	}
	envelope := []byte(write(b, m))
	c := openRegistry(b, contracts.Options{}).Send()
	b.SetBytes(int64(len(envelope)))
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Validate(envelope); err != nil {
			b.Fatal(err)
		}
	}
}
