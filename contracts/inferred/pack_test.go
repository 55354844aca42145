package inferred_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
)

func openRegistry(t testing.TB, o contracts.Options) *contracts.Registry {
	t.Helper()
	o.Pack = inferred.Pack{}
	r, err := contracts.NewRegistry(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range r.Problems() {
		t.Fatal(problem)
	}
	return r
}

func contractOf(r *contracts.Registry, m *contracts.Message) *contracts.Contract {
	if m.Update != nil {
		return r.Return()
	}
	return r.Send()
}

// Whatever keeps the rules is written, is valid, and is read back as it was, files included.
func TestWrittenMessagesAreReadBack(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	rapid.Check(t, func(t *rapid.T) {
		m := drawMessage(t)
		c := contractOf(r, m)
		envelope, err := c.Write(m)
		if err != nil {
			t.Fatalf("writing: %v", err)
		}
		read, err := c.ReadEnvelope(envelope)
		if err != nil {
			t.Fatalf("reading: %v\n%s", err, envelope)
		}
		if d := cmp.Diff(m, read); d != "" {
			t.Fatalf("written (-) and read (+):\n%s", d)
		}
		again, err := c.Write(read)
		if err != nil || !bytes.Equal(again, envelope) {
			t.Fatalf("the same message gave other bytes, %v", err)
		}
	})
}

func TestWriteRefusesWhatItCannotSay(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	if _, err := r.Send().Write(&contracts.Message{Answer: &contracts.Answer{}}); err == nil {
		t.Error("a send without case and recipient was written")
	}
	if _, err := r.Send().Write(&contracts.Message{Update: &contracts.Update{}}); err == nil {
		t.Error("a return was written as a send")
	}
	if _, err := r.Return().Write(&contracts.Message{}); err == nil {
		t.Error("a send was written as a return")
	}
	m := sampleSend()
	m.Complaint.Description = "\x00"
	if _, err := r.Send().Write(m); err == nil {
		t.Error("a character that XML cannot hold was written")
	}
}

// A contract is shared by all calls.
func TestContractsAreShared(t *testing.T) {
	c := openRegistry(t, contracts.Options{}).Send()
	good := []byte(write(t, sampleSend()))
	bad := bytes.Replace(good, []byte("20260214"), []byte("20260299"), 1)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if _, err := c.ReadEnvelope(good); err != nil {
					t.Error(err)
				}
				if _, err := c.ReadEnvelope(bad); err == nil {
					t.Error("a day that does not exist was taken")
				}
			}
		})
	}
	all.Wait()
}

func sampleSend() *contracts.Message {
	return &contracts.Message{
		ID:        contracts.II{Root: "SE0000000001-1177", Extension: "5c1c8a1e-0d5a-4d5e-9a55-0a4c5d3b2f01"},
		SentTime:  stamp("20260301101600"),
		Sequence:  1,
		CaseID:    &contracts.II{Root: "SE0000000001-1177", Extension: "case-1"},
		Receiver:  "SE2010123456-1001",
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: "SE2010123456-1001"}, Kind: contracts.KindCareUnit},
		Complaint: &contracts.Complaint{
			Received: stamp("20260301101500"),
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
			},
			IncidentUnit: &contracts.OrgUnit{HSAID: "SE2010123456-1001", Name: "Vårdcentralen"},
			IncidentDate: "20260214",
			Description:  "Jag fick vänta.",
			ReplyWanted:  true,
		},
	}
}

func sampleReturn() *contracts.Message {
	return &contracts.Message{
		ID:       contracts.II{Root: "SE2010123456-SYS", Extension: "5c1c8a1e-0d5a-4d5e-9a55-0a4c5d3b2f02"},
		SentTime: stamp("20260303120000"),
		Sequence: 1,
		CaseID:   &contracts.II{Root: "SE0000000001-1177", Extension: "case-1"},
		Receiver: "SE0000000001-1177",
		Update: &contracts.Update{
			Type:         contracts.Close,
			HandlingUnit: contracts.OrgUnit{HSAID: "SE2010123456-1001"},
			Text:         "Tack för ditt meddelande.",
			Classification: &contracts.Classification{
				Problems: []contracts.CV{
					{Code: "1", CodeSystem: contracts.SystemProblem, DisplayName: "Vård och behandling"},
				},
				AreaOfActivity: contracts.CV{Code: "3", CodeSystem: contracts.SystemArea, DisplayName: "Primärvård"},
			},
		},
	}
}

func stamp(raw string) contracts.Stamp {
	s, err := contracts.ParseStamp(raw)
	if err != nil {
		panic(err)
	}
	return s
}

func write(t testing.TB, m *contracts.Message) string {
	t.Helper()
	envelope, err := inferred.Pack{}.Write(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(envelope)
}
