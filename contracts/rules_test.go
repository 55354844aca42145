package contracts

import (
	"strings"
	"testing"

	"rivgate/contracts/identity"
)

type ruleCase struct {
	sentence string
	message  *Message
	change   func(m *Message)
	subCode  string
	path     string // below the request element
}

func runRules(t *testing.T, cases []ruleCase) {
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			root := "SendComplaint"
			if c.message.Update != nil {
				root = "ReturnComplaint"
			}
			r := testRules(t, root)
			if err := r.check(c.message); err != nil {
				t.Fatalf("the sample itself is refused: %v", err)
			}
			c.change(c.message)
			err := r.check(c.message)
			if c.subCode == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			if err == nil {
				t.Fatal("accepted")
			}
			if err.SubCode != c.subCode || err.Path != root+"/"+c.path {
				t.Errorf("got %s at %s, want %s at %s/%s", err.SubCode, err.Path, c.subCode, root, c.path)
			}
			if err.Code != ValidationError || len(strings.Fields(err.Message)) < 5 {
				t.Errorf("code %q, message %q", err.Code, err.Message)
			}
		})
	}
}

func TestSend(t *testing.T) {
	runRules(t, []ruleCase{
		{
			"a message id needs its root", sampleSend(), func(m *Message) { m.ID.Root = " " }, SubFieldMissing, "messageId/root",
		},
		{
			"a message id needs its extension", sampleSend(), func(m *Message) { m.ID.Extension = "" }, SubFieldMissing,
			"messageId/extension",
		},
		{
			"a case id needs its extension", sampleSend(), func(m *Message) { m.CaseID.Extension = "" }, SubFieldMissing,
			"caseId/extension",
		},
		{"a case has its id", sampleSend(), func(m *Message) { m.CaseID = nil }, SubFieldMissing, "caseId"},
		{
			"the sent time is in the calendar", sampleSend(), func(m *Message) { m.SentTime.Raw = "20260230101600" }, SubSchema,
			"sentTime",
		},
		{"the sequence starts at one", sampleSend(), func(m *Message) { m.Sequence = 0 }, SubSchema, "sequenceNumber"},
		{"there is a recipient", sampleSend(), func(m *Message) { m.Recipient = nil }, SubFieldMissing, "recipient"},
		{
			"the recipient has an HSA-id", sampleSend(), func(m *Message) { m.Recipient.Unit.HSAID = " " }, SubFieldMissing,
			"recipient/unit/orgUnitHSAId",
		},
		{
			"the recipient's HSA-id may have any form", sampleSend(), func(m *Message) { m.Recipient.Unit.HSAID = "anything" },
			"", "",
		},
		{
			"an answer refers to its question", sampleAnswer(), func(m *Message) { m.Answer.InReplyTo.Extension = "" },
			SubFieldMissing, "answer/inReplyTo/extension",
		},
		{"an answer has a text", sampleAnswer(), func(m *Message) { m.Answer.Text = " \n" }, SubTextMissing, "answer/text"},
		{
			"an answer's author is a person", sampleAnswer(), func(m *Message) { m.Answer.Author.ID = "189001019803" },
			SubIdentityCheckDigit, "answer/author/id",
		},
		{"an answer's files are looked at", sampleAnswer(), func(m *Message) {
			m.Answer.Attachments = []Attachment{sampleFile("text/plain", "hej"), sampleFile("text/html", "hej")}
		}, SubAttachmentType, "answer/attachment[2]/value"},
		{
			"a forward says where from", sampleForward(), func(m *Message) { m.Forward.From = OrgUnit{} }, SubFieldMissing,
			"forward/forwardedFrom/orgUnitHSAId",
		},
		{
			"a forward's time is in the calendar", sampleForward(), func(m *Message) { m.Forward.Time.Raw = "20261301000000" },
			SubSchema, "forward/forwardedTime",
		},
		{
			"a forward's case is judged", sampleForward(), func(m *Message) { m.Forward.Original.IncidentDate = "20250229" },
			SubSchema, "forward/originalCase/incidentDate",
		},
		{"a forward's case keeps the place that a board was told", sampleForward(), func(m *Message) {
			m.Forward.Original.IncidentUnit, m.Forward.Original.IncidentPlaceText = nil, "vid ån"
		}, "", ""},
	})
}

func TestUnasked(t *testing.T) {
	text := func(m *Message, text string) { m.Supplement.Text, m.Answer.Text = text, text }
	runRules(t, []ruleCase{
		{
			"a supplement travels with an answer", sampleSupplement(), func(m *Message) { m.Answer = nil }, SubFieldMissing,
			"answer",
		},
		{
			"a supplement does not begin a case", sampleSupplement(),
			func(m *Message) { m.Answer, m.Complaint = nil, sampleComplaint() }, SubFieldMissing, "answer",
		},
		{
			"a withdrawal travels with an answer", sampleWithdrawal(), func(m *Message) { m.Answer = nil }, SubFieldMissing,
			"answer",
		},
		{
			"a supplement has a text", sampleSupplement(), func(m *Message) { m.Supplement.Text = "\u200b" }, SubTextMissing,
			"supplement/text",
		},
		{
			"its answer has the same text", sampleSupplement(), func(m *Message) { m.Answer.Text = "Något annat." },
			SubSchema, "answer/text",
		},
		{
			"in whatever normal form", sampleSupplement(), func(m *Message) {
				text(m, "På måndag.")
				m.Answer.Text = "Pa\u030a måndag."
			}, "", "",
		},
		{
			"its answer has the same author", sampleSupplement(),
			func(m *Message) { m.Supplement.Author.ID = "190001019801" }, SubSchema, "supplement/author",
		},
		{"its author is a person", sampleSupplement(), func(m *Message) {
			m.Answer.Author.ID, m.Supplement.Author.ID = "189001019803", "189001019803"
		}, SubIdentityCheckDigit, "answer/author/id"},
		{"its answer has no files", sampleSupplement(), func(m *Message) {
			m.Answer.Attachments = []Attachment{sampleFile("text/plain", "hej")}
		}, SubSchema, "answer/attachment"},
		{"its files are looked at", sampleSupplement(), func(m *Message) {
			m.Supplement.Attachments = []Attachment{sampleFile("text/plain", "hej"), sampleFile("text/html", "hej")}
		}, SubAttachmentType, "supplement/attachment[2]/value"},
		{
			"a supplement or a withdrawal", sampleSupplement(), func(m *Message) { m.Withdrawal = &Withdrawal{} }, SubSchema,
			"withdrawal",
		},
		{
			"a withdrawal may have a reason", sampleWithdrawal(), func(m *Message) { m.Withdrawal.Reason = "Det löste sig." },
			"", "",
		},
		{
			"a withdrawal's answer may say it in other words", sampleWithdrawal(),
			func(m *Message) { m.Answer.Text = "Ärendet är återtaget." }, "", "",
		},
	})
}

func TestComplaint(t *testing.T) {
	board := func(m *Message) { m.Recipient.Kind = KindPatientBoard }
	relative := func(m *Message) { m.Complaint.Reporter.Role = RoleRelative }
	runRules(t, []ruleCase{
		{
			"the received time is in the calendar", sampleSend(),
			func(m *Message) { m.Complaint.Received.Raw = "20260301246000" }, SubSchema, "complaint/receivedTime",
		},
		{"a relative names the patient", sampleSend(), relative, SubFieldMissing, "complaint/patient"},
		{
			"a proxy names the patient", sampleSend(), func(m *Message) { m.Complaint.Reporter.Role = RoleProxy },
			SubFieldMissing, "complaint/patient",
		},
		{
			"a patient without anything is no patient", sampleSend(),
			func(m *Message) { relative(m); m.Complaint.Patient = &Patient{} }, SubFieldMissing, "complaint/patient/personId",
		},
		{
			"a patient may be told by name", sampleSend(),
			func(m *Message) { relative(m); m.Complaint.Patient = &Patient{Name: "Tolvan"} }, "", "",
		},
		{"the patient's id is judged", sampleSend(), func(m *Message) {
			relative(m)
			m.Complaint.Patient = &Patient{PersonID: &PersonID{ID: "19900101-9801", Type: OIDPersonnummer}}
		}, SubIdentityOIDMismatch, "complaint/patient/personId/id"},
		{"a patient under the identity of a reporter without a number", sampleSend(), func(m *Message) {
			relative(m)
			p := identity.Unnumbered("x")
			m.Complaint.Patient = &Patient{PersonID: &p}
		}, SubIdentityOIDMismatch, "complaint/patient/personId"},
		{
			"the patient's day of birth is in the calendar", sampleSend(),
			func(m *Message) { m.Complaint.Patient = &Patient{DateOfBirth: "20230229"} }, SubSchema,
			"complaint/patient/dateOfBirth",
		},
		{
			"the patient's month of birth may be all that is known", sampleSend(),
			func(m *Message) { m.Complaint.Patient = &Patient{DateOfBirth: "202302"} }, "", "",
		},
		{
			"the patient's month of birth is in the calendar", sampleSend(),
			func(m *Message) { m.Complaint.Patient = &Patient{DateOfBirth: "202313"} }, SubSchema,
			"complaint/patient/dateOfBirth",
		},
		{"gender is of its code set", sampleSend(), func(m *Message) {
			m.Complaint.Patient = &Patient{Gender: &CV{Code: "7", CodeSystem: SystemGender, DisplayName: "x"}}
		}, SubUnknownCode, "complaint/patient/gender/code"},
		{"gender is of no other code set", sampleSend(), func(m *Message) {
			m.Complaint.Patient = &Patient{Gender: &CV{Code: "1", CodeSystem: SystemArea, DisplayName: "x"}}
		}, SubUnknownCode, "complaint/patient/gender/codeSystem"},
		{"gender is taken", sampleSend(), func(m *Message) {
			m.Complaint.Patient = &Patient{Gender: &CV{Code: "2", CodeSystem: SystemGender, DisplayName: "kvinna"}}
		}, "", ""},
		{
			"a care unit needs the unit", sampleSend(), func(m *Message) { m.Complaint.IncidentUnit = nil }, SubFieldMissing,
			"complaint/incidentUnit/orgUnitHSAId",
		},
		{
			"a care unit needs the unit's HSA-id", sampleSend(), func(m *Message) { m.Complaint.IncidentUnit.HSAID = "" },
			SubFieldMissing, "complaint/incidentUnit/orgUnitHSAId",
		},
		{
			"a care unit takes no free text for the place", sampleSend(),
			func(m *Message) { m.Complaint.IncidentPlaceText = "vid ån" }, SubPlaceTextNotAllowed, "complaint/incidentPlaceText",
		},
		{
			"what is no care does without the unit", sampleSend(), func(m *Message) {
				m.Recipient.Unit.HSAID, m.Complaint.IncidentUnit = noCareUnit, nil
			}, "", "",
		},
		{
			"what is no care takes no free text for the place", sampleSend(), func(m *Message) {
				m.Recipient.Unit.HSAID, m.Complaint.IncidentPlaceText = noCareUnit, "vid ån"
			}, SubPlaceTextNotAllowed, "complaint/incidentPlaceText",
		},
		{"a board takes free text for the place", sampleSend(), func(m *Message) {
			board(m)
			m.Complaint.IncidentUnit, m.Complaint.IncidentPlaceText = nil, "vid ån"
		}, "", ""},
		{
			"the incident's date is in the calendar", sampleSend(), func(m *Message) { m.Complaint.IncidentDate = "20260431" },
			SubSchema, "complaint/incidentDate",
		},
		{
			"the description says something", sampleSend(), func(m *Message) { m.Complaint.Description = "\t " }, SubTextMissing,
			"complaint/description",
		},
		{
			"what nobody sees is no text", sampleSend(),
			func(m *Message) { m.Complaint.Description = "\u200b\u00a0\u202e\ufeff" }, SubTextMissing, "complaint/description",
		},
		{
			"a code needs its code system", sampleSend(),
			func(m *Message) { m.Complaint.ExperiencedProblem = []CV{{Code: "1"}} }, SubFieldMissing,
			"complaint/experiencedProblem[1]/codeSystem",
		},
		{"a code needs its name", sampleSend(), func(m *Message) {
			m.Complaint.ExperiencedProblem = []CV{{OriginalText: "annat"}, {Code: "1", CodeSystem: SystemProblem}}
		}, SubFieldMissing, "complaint/experiencedProblem[2]/displayName"},
		{
			"a coded value says something", sampleSend(), func(m *Message) { m.Complaint.ExperiencedProblem = []CV{{}} },
			SubFieldMissing, "complaint/experiencedProblem[1]/code",
		},
		{"a code of a known set is in the set", sampleSend(), func(m *Message) {
			m.Complaint.ExperiencedProblem = []CV{{Code: "99", CodeSystem: SystemProblem, DisplayName: "x"}}
		}, SubUnknownCode, "complaint/experiencedProblem[1]/code"},
		{"a code of an unknown set is believed", sampleSend(), func(m *Message) {
			m.Complaint.ExperiencedProblem = []CV{{Code: "99", CodeSystem: "1.2.3", DisplayName: "x"}}
			m.Complaint.ReplyChannel = &CV{Code: "99", CodeSystem: "1.2.3", DisplayName: "x"}
		}, "", ""},
		{
			"a reply channel is judged", sampleSend(), func(m *Message) { m.Complaint.ReplyChannel = &CV{Code: "1"} },
			SubFieldMissing, "complaint/replyChannel/codeSystem",
		},
	})
}

func TestUpdate(t *testing.T) {
	problem := func(m *Message, v ...CV) { m.Update.Classification.Problems = v }
	runRules(t, []ruleCase{
		{
			"an update has the case's id", sampleUpdate(Question), func(m *Message) { m.CaseID = nil }, SubFieldMissing,
			"caseId",
		},
		{
			"a new case has the own system's id", sampleUpdate(NewCase), func(m *Message) { m.ExternalCaseID = nil },
			SubFieldMissing, "externalCaseId",
		},
		{"a new case may have 1177's id", sampleUpdate(NewCase), func(m *Message) {
			m.CaseID, m.ExternalCaseID = &II{Root: "a", Extension: "b"}, nil
		}, "", ""},
		{
			"an external case id is whole", sampleUpdate(NewCase), func(m *Message) { m.ExternalCaseID.Root = "" },
			SubFieldMissing, "externalCaseId/root",
		},
		{
			"the handling unit has an HSA-id", sampleUpdate(Question), func(m *Message) { m.Update.HandlingUnit.HSAID = "" },
			SubFieldMissing, "handlingUnit/orgUnitHSAId",
		},
		{
			"an author's time is in the calendar", sampleUpdate(Question),
			func(m *Message) { m.Update.Author = &Professional{AuthorTime: Stamp{Raw: "20260329023000"}} }, SubSchema,
			"author/authorTime",
		},
		{"an author's role is a whole code", sampleUpdate(Question), func(m *Message) {
			m.Update.Author = &Professional{AuthorTime: stamp("20260303120000"), RoleCode: &CV{Code: "1"}}
		}, SubFieldMissing, "author/healthcareProfessionalRoleCode/codeSystem"},
		{
			"a partial reply has a text", sampleUpdate(PartialReply), func(m *Message) { m.Update.Text = " " }, SubTextMissing,
			"text",
		},
		{"a partial reply may be a standard reply", sampleUpdate(PartialReply), func(m *Message) {
			m.Update.Text, m.Update.StandardReply = "", &CV{Code: "A", CodeSystem: "1.2.3", DisplayName: "Tack"}
		}, "", ""},
		{
			"a standard reply is a whole code", sampleUpdate(PartialReply),
			func(m *Message) { m.Update.StandardReply = &CV{Code: "A"} }, SubFieldMissing, "standardReply/codeSystem",
		},
		{"a question has a text", sampleUpdate(Question), func(m *Message) {
			m.Update.Text, m.Update.StandardReply = "", &CV{OriginalText: "Tack"}
		}, SubTextMissing, "text"},
		{
			"a question may have a last day", sampleUpdate(Question), func(m *Message) { m.Update.AnswerDueDate = "20260401" },
			"", "",
		},
		{
			"a question's last day is in the calendar", sampleUpdate(Question),
			func(m *Message) { m.Update.AnswerDueDate = "20260631" }, SubSchema, "answerDueDate",
		},
		{
			"only a question has a last day", sampleUpdate(PartialReply),
			func(m *Message) { m.Update.AnswerDueDate = "20260401" }, SubSchema, "answerDueDate",
		},
		{"a status says which", sampleUpdate(Status), func(m *Message) { m.Update.Status = "" }, SubFieldMissing, "status"},
		{
			"a status says when", sampleUpdate(Status), func(m *Message) { m.Update.StatusTime = nil }, SubFieldMissing,
			"statusTime",
		},
		{
			"a status' time is in the calendar", sampleUpdate(Status),
			func(m *Message) { m.Update.StatusTime.Raw = "20260001000000" }, SubSchema, "statusTime",
		},
		{
			"a close is not sent as a status", sampleUpdate(Status), func(m *Message) { m.Update.Status = StatusClosed },
			SubClassificationMissing, "classification",
		},
		{
			"a forward is not sent as a status", sampleUpdate(Status), func(m *Message) { m.Update.Status = StatusForwarded },
			SubFieldMissing, "newRecipient",
		},
		{
			"a close is classified", sampleUpdate(Close), func(m *Message) { m.Update.Classification = nil },
			SubClassificationMissing, "classification",
		},
		{
			"a correction is classified", sampleUpdate(Correction), func(m *Message) { m.Update.Classification = nil },
			SubClassificationMissing, "classification",
		},
		{
			"a classification has a problem", sampleUpdate(Close), func(m *Message) { problem(m) }, SubClassificationMissing,
			"classification/problem",
		},
		{"a sub problem alone is not enough", sampleUpdate(Close), func(m *Message) {
			problem(m, CV{Code: "1.2", CodeSystem: SystemProblem, DisplayName: "Diagnos"})
		}, SubClassificationMissing, "classification/problem"},
		{
			"any text alone is not enough", sampleUpdate(Close), func(m *Message) { problem(m, CV{OriginalText: "Annat"}) },
			SubClassificationMissing, "classification/problem",
		},
		{
			"praise has no code", sampleUpdate(Close), func(m *Message) { problem(m, CV{OriginalText: "Positiv återkoppling"}) },
			"", "",
		},
		{"a problem is of its code set", sampleUpdate(Close), func(m *Message) {
			problem(m, CV{Code: "1", CodeSystem: "1.2.3", DisplayName: "x"})
		}, SubUnknownCode, "classification/problem[1]/codeSystem"},
		{"a problem's code is in the set", sampleUpdate(Close), func(m *Message) {
			problem(m, CV{Code: "1.99", CodeSystem: SystemProblem, DisplayName: "x"})
		}, SubUnknownCode, "classification/problem[1]/code"},
		{
			"an area is given", sampleUpdate(Close), func(m *Message) { m.Update.Classification.AreaOfActivity = CV{} },
			SubClassificationMissing, "classification/areaOfActivity",
		},
		{
			"an area is of its code set", sampleUpdate(Correction),
			func(m *Message) { m.Update.Classification.AreaOfActivity.Code = "77" }, SubUnknownCode,
			"classification/areaOfActivity/code",
		},
		{
			"a corrected unit has an HSA-id", sampleUpdate(Close),
			func(m *Message) { m.Update.Classification.IncidentUnit = &OrgUnit{} }, SubFieldMissing,
			"classification/incidentUnit/orgUnitHSAId",
		},
		{
			"a corrected date is in the calendar", sampleUpdate(Close),
			func(m *Message) { m.Update.Classification.IncidentDate = "20260230" }, SubSchema, "classification/incidentDate",
		},
		{
			"a classification is judged in any update", sampleUpdate(PartialReply),
			func(m *Message) { m.Update.Classification = &Classification{} }, SubClassificationMissing, "classification/problem",
		},
		{
			"a forward has a new recipient", sampleUpdate(Forwarded), func(m *Message) { m.Update.NewRecipient = nil },
			SubFieldMissing, "newRecipient/orgUnitHSAId",
		},
		{
			"a new recipient has an HSA-id", sampleUpdate(Forwarded), func(m *Message) { m.Update.NewRecipient.HSAID = "" },
			SubFieldMissing, "newRecipient/orgUnitHSAId",
		},
		{
			"only a forward has a new recipient", sampleUpdate(Close),
			func(m *Message) { m.Update.NewRecipient = &OrgUnit{HSAID: "x"} }, SubSchema, "newRecipient",
		},
		{
			"a new case is there", sampleUpdate(NewCase), func(m *Message) { m.Update.NewCase = nil }, SubFieldMissing,
			"newCase",
		},
		{
			"a new case is judged", sampleUpdate(NewCase), func(m *Message) { m.Update.NewCase.Reporter.Role = RoleRelative },
			SubFieldMissing, "newCase/patient",
		},
		{
			"only a new case has a case", sampleUpdate(Question), func(m *Message) { m.Update.NewCase = sampleComplaint() },
			SubSchema, "newCase",
		},
		{
			"an update's files are looked at", sampleUpdate(Question),
			func(m *Message) { m.Update.Attachments = []Attachment{{}} }, SubFieldMissing, "attachment[1]/id",
		},
	})
}
