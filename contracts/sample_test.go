package contracts

import (
	"testing"
	"testing/fstest"

	"rivgate/wsdl"
)

// noCareUnit is a unit that is no care.
const noCareUnit = "SE2010123456-TRI1"

func stamp(raw string) Stamp {
	s, err := ParseStamp(raw)
	if err != nil {
		panic(err)
	}
	return s
}

func sampleComplaint() *Complaint {
	return &Complaint{
		Received:     stamp("20260301101500"),
		Reporter:     Reporter{PersonID: PersonID{ID: "189001019802", Type: OIDPersonnummer}, Role: RolePatient},
		IncidentUnit: &OrgUnit{HSAID: "SE2010123456-1001", Name: "Vårdcentralen"},
		IncidentDate: "20260214",
		Description:  "Jag fick vänta.",
		ReplyWanted:  true,
	}
}

func sampleSend() *Message {
	return &Message{
		ID:        II{Root: "SE0000000001-1177", Extension: "5c1c8a1e-0d5a-4d5e-9a55-0a4c5d3b2f01"},
		SentTime:  stamp("20260301101600"),
		Sequence:  1,
		CaseID:    &II{Root: "SE0000000001-1177", Extension: "case-1"},
		Receiver:  "SE2010123456-1001",
		Recipient: &Recipient{Unit: OrgUnit{HSAID: "SE2010123456-1001"}, Kind: KindCareUnit},
		Complaint: sampleComplaint(),
	}
}

func sampleAnswer() *Message {
	m := sampleSend()
	m.Complaint = nil
	m.Answer = &Answer{
		InReplyTo: II{Root: "SE2010123456-SYS", Extension: "question-1"},
		Text:      "På förmiddagen.",
		Author:    PersonID{ID: "189001019802", Type: OIDPersonnummer},
	}
	return m
}

func sampleSupplement() *Message {
	m := sampleAnswer()
	m.Supplement = &Supplement{Text: m.Answer.Text, Author: m.Answer.Author}
	return m
}

func sampleWithdrawal() *Message {
	m := sampleAnswer()
	m.Answer.Text, m.Withdrawal = WithdrawalText, &Withdrawal{}
	return m
}

func sampleForward() *Message {
	m := sampleSend()
	m.Complaint = nil
	m.Forward = &Forward{
		Original: *sampleComplaint(), From: OrgUnit{HSAID: "SE2010123456-1002"}, Time: stamp("20260302090000"),
	}
	return m
}

func sampleUpdate(kind string) *Message {
	m := &Message{
		ID:       II{Root: "SE2010123456-SYS", Extension: "5c1c8a1e-0d5a-4d5e-9a55-0a4c5d3b2f02"},
		SentTime: stamp("20260303120000"),
		Sequence: 1,
		CaseID:   &II{Root: "SE0000000001-1177", Extension: "case-1"},
		Receiver: "SE0000000001-1177",
		Update:   &Update{Type: kind, HandlingUnit: OrgUnit{HSAID: "SE2010123456-1001"}},
	}
	u := m.Update
	switch kind {
	case PartialReply, Question:
		u.Text = "Tack för ditt meddelande."
	case Close, Correction:
		u.Classification = sampleClassification()
	case Status:
		at := stamp("20260303115900")
		u.Status, u.StatusTime = StatusInProgress, &at
	case Forwarded:
		u.NewRecipient = &OrgUnit{HSAID: "SE2010123456-1003"}
	case NewCase:
		m.CaseID, m.ExternalCaseID = nil, &II{Root: "SE2010123456-SYS", Extension: "2026-17"}
		u.NewCase = sampleComplaint()
	}
	return m
}

func sampleClassification() *Classification {
	return &Classification{
		Problems: []CV{
			{Code: "1", CodeSystem: SystemProblem, DisplayName: "Vård och behandling"},
			{Code: "1.2", CodeSystem: SystemProblem, DisplayName: "Diagnos"},
		},
		AreaOfActivity: CV{Code: "3", CodeSystem: SystemArea, DisplayName: "Primärvård"},
	}
}

func sampleFile(mediaType, value string) Attachment {
	return Attachment{ID: "1", FileName: "fil", MediaType: mediaType, Size: int64(len(value)), Value: []byte(value)}
}

// testRules are the rules with the code sets of the inferred pack.
func testRules(t testing.TB, root string) rules {
	t.Helper()
	pack, err := wsdl.Pack(wsdl.Inferred)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := readCodeSets(pack)
	if err != nil {
		t.Fatal(err)
	}
	noCare := func(unit string) bool { return unit == noCareUnit }
	return rules{root: root, codes: codes, noCare: noCare}
}

func TestCodeSets(t *testing.T) {
	r := testRules(t, "")
	if c, ok := r.codes[SystemProblem].Code("1.2"); !ok || c.Parent != "1" || c.Display != "Diagnos" ||
		c.Status != "confirmed" {
		t.Errorf("1.2 is %+v, %v", c, ok)
	}
	if _, ok := r.codes[SystemProblem].Code(""); ok {
		t.Error("the empty code was found")
	}
	if _, ok := r.codes[SystemArea].Code("6"); !ok {
		t.Error("area 6 was not found")
	}
	_, err := readCodeSets(fstest.MapFS{"codes/x.csv": {Data: []byte("oid,code\n1.2,3\n")}})
	if err == nil {
		t.Error("a file without its columns was read")
	}
}
