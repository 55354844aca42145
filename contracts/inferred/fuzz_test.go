package inferred_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/soap"
)

// FuzzContractRead: whatever passes the guard is read or refused without a panic, by both contracts. A refusal says
// nothing of what the message says; and what was read is written and read back the same.
func FuzzContractRead(f *testing.F) {
	for _, m := range []*contracts.Message{sampleSend(), sampleReturn()} {
		text := write(f, m)
		f.Add([]byte(text))
		f.Add([]byte(strings.Replace(text, "20260", "20269", 1)))
		f.Add([]byte(strings.Replace(text, ">1<", ">99999999999999999999<", 1)))
		f.Add([]byte(strings.Replace(text, "</soap:Body>", "<x/></soap:Body>", 1)))
	}
	strict, lax := openRegistry(f, contracts.Options{}), openRegistry(f, contracts.Options{Validation: contracts.Off})
	f.Fuzz(func(t *testing.T, message []byte) {
		req, err := soap.ReadRequest(bytes.NewReader(message), soap.ContentType, soap.Limits{})
		if err != nil || !req.Complete {
			return
		}
		for _, c := range []*contracts.Contract{strict.Send(), strict.Return(), lax.Send(), lax.Return()} {
			m, err := c.Read(req)
			if err != nil {
				checkRefusal(t, err, req.UTF8())
				continue
			}
			if c.Validation == contracts.Enforce {
				checkReadBack(t, c, m)
			}
		}
		if same, err := contracts.SameContent(req.UTF8(), req.UTF8()); !same || err != nil {
			t.Errorf("a message is not the same as itself: %v", err)
		}
		if same, err := contracts.SameContent(req.UTF8(), []byte(string(req.UTF8())+" ")); !same || err != nil {
			t.Errorf("a message is not the same with a blank after it: %v", err)
		}
	})
}

// checkRefusal looks for words of the message in the refusal. Words that stand in the schemas may be in both.
func checkRefusal(t *testing.T, err error, message []byte) {
	t.Helper()
	var e *contracts.Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no refusal: %v", err, err)
	}
	text := e.Message + " " + e.Path
	for _, value := range strings.FieldsFunc(string(message), func(r rune) bool {
		return strings.ContainsRune("<>/= \t\r\n\"'", r)
	}) {
		if len(value) >= 8 && strings.ContainsAny(value, "0123456789") && strings.Contains(text, value) {
			t.Fatalf("%q of the message is in the refusal: %s", value, text)
		}
	}
}

func checkReadBack(t *testing.T, c *contracts.Contract, m *contracts.Message) {
	t.Helper()
	envelope, err := c.Write(m)
	if err != nil {
		t.Fatalf("what was read is not written: %v", err)
	}
	again, err := c.ReadEnvelope(envelope)
	if err != nil {
		t.Fatalf("what was written is not read: %v\n%s", err, envelope)
	}
	twice, err := c.Write(again)
	if err != nil || !bytes.Equal(envelope, twice) {
		t.Fatalf("other bytes the second time, %v\n%s\n%s", err, envelope, twice)
	}
}
