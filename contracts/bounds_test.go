package contracts

import (
	"strings"
	"testing"
	"time"
)

func TestBounds(t *testing.T) {
	now := time.Date(2026, 3, 2, 22, 30, 0, 0, time.UTC) // 23.30 in Sweden, on the 2nd
	night := time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC)
	class := func(m *Message) *Classification { return m.Update.Classification }
	long := strings.Repeat("å", 255)
	many := func(n int) []CV { return make([]CV, n) }
	for _, c := range []struct {
		sentence string
		message  *Message
		change   func(m *Message)
		at       time.Time
		subCode  string
		path     string
	}{
		{"a complaint of yesterday", sampleSend(), func(*Message) {}, now, "", ""},
		{"received in 1900", sampleSend(), func(m *Message) {
			m.Complaint.Received, m.Complaint.IncidentDate = stamp("19000101000000"), "19000101"
		}, now, "", ""},
		{
			"received in 1899", sampleSend(), func(m *Message) { m.Complaint.Received = stamp("18991231235959") }, now,
			SubDateOutOfRange, "complaint/receivedTime",
		},
		{"received in a day", sampleSend(), func(m *Message) { m.Complaint.Received = stamp("20260303233000") }, now, "", ""},
		{
			"received in more than a day", sampleSend(), func(m *Message) { m.Complaint.Received = stamp("20260303233001") },
			now, SubDateOutOfRange, "complaint/receivedTime",
		},
		{
			"received at the end of the calendar", sampleSend(),
			func(m *Message) { m.Complaint.Received = stamp("99991231235959") }, now, SubDateOutOfRange,
			"complaint/receivedTime",
		},
		{
			"sent in more than a day", sampleSend(), func(m *Message) { m.SentTime = stamp("20270101000000") }, now,
			SubDateOutOfRange, "sentTime",
		},
		{
			"sent in 1800", sampleAnswer(), func(m *Message) { m.SentTime = stamp("18000101000000") }, now, SubDateOutOfRange,
			"sentTime",
		},
		{
			"it happened on the day of receipt", sampleSend(), func(m *Message) { m.Complaint.IncidentDate = "20260301" }, now,
			"", "",
		},
		{
			"it happened after the day of receipt", sampleSend(), func(m *Message) { m.Complaint.IncidentDate = "20260302" },
			now, SubDateOutOfRange, "complaint/incidentDate",
		},
		{
			"it happened in 1899", sampleSend(), func(m *Message) { m.Complaint.IncidentDate = "18991231" }, now,
			SubDateOutOfRange, "complaint/incidentDate",
		},
		{
			"a case that was passed on", sampleForward(), func(m *Message) { m.Forward.Original.IncidentDate = "20280101" }, now,
			SubDateOutOfRange, "forward/originalCase/incidentDate",
		},
		{
			"passed on in 1800", sampleForward(), func(m *Message) { m.Forward.Time = stamp("18000101000000") }, now,
			SubDateOutOfRange, "forward/forwardedTime",
		},
		{
			"to be answered today", sampleUpdate(Question), func(m *Message) { m.Update.AnswerDueDate = "20260302" }, now, "",
			"",
		},
		{
			"to be answered yesterday", sampleUpdate(Question), func(m *Message) { m.Update.AnswerDueDate = "20260301" }, now,
			SubDateOutOfRange, "answerDueDate",
		},
		{
			"to be answered yesterday, after midnight", sampleUpdate(Question),
			func(m *Message) { m.Update.AnswerDueDate = "20260302" }, night, SubDateOutOfRange, "answerDueDate",
		},
		{
			"to be answered in a year", sampleUpdate(Question), func(m *Message) { m.Update.AnswerDueDate = "20270302" }, now,
			"", "",
		},
		{
			"to be answered later", sampleUpdate(Question), func(m *Message) { m.Update.AnswerDueDate = "20270303" }, now,
			SubDateOutOfRange, "answerDueDate",
		},
		{"classified for today", sampleUpdate(Close), func(m *Message) { class(m).IncidentDate = "20260302" }, now, "", ""},
		{
			"classified for tomorrow", sampleUpdate(Close), func(m *Message) { class(m).IncidentDate = "20260303" }, now,
			SubDateOutOfRange, "classification/incidentDate",
		},
		{
			"a new case from tomorrow", sampleUpdate(NewCase), func(m *Message) { m.Update.NewCase.IncidentDate = "20260303" },
			now, SubDateOutOfRange, "newCase/incidentDate",
		},
		{"20 problems", sampleSend(), func(m *Message) { m.Complaint.ExperiencedProblem = many(20) }, now, "", ""},
		{
			"21 problems", sampleSend(), func(m *Message) { m.Complaint.ExperiencedProblem = many(21) }, now, SubTooMany,
			"complaint/experiencedProblem",
		},
		{
			"21 problems of a classification", sampleUpdate(Close), func(m *Message) { class(m).Problems = many(21) }, now,
			SubTooMany, "classification/problem",
		},
		{
			"eleven files", sampleAnswer(), func(m *Message) { m.Answer.Attachments = make([]Attachment, 11) }, now, SubTooMany,
			"answer/attachment",
		},
		{"255 characters are no 255 bytes", sampleSend(), func(m *Message) { m.ID.Extension = long }, now, "", ""},
		{
			"an id of 256 characters", sampleSend(), func(m *Message) { m.ID.Extension = long + "x" }, now, SubSchema,
			"messageId/extension",
		},
		{
			"an HSA-id of 256 characters", sampleSend(), func(m *Message) { m.Complaint.IncidentUnit.HSAID = long + "x" }, now,
			SubSchema, "complaint/incidentUnit/orgUnitHSAId",
		},
		{"a code of 256 characters", sampleSend(), func(m *Message) {
			m.Complaint.ExperiencedProblem = []CV{{Code: long + "x"}}
		}, now, SubSchema, "complaint/experiencedProblem[1]/code"},
		{"a file's name of 256 characters", sampleSend(), func(m *Message) {
			m.Complaint.Attachments = []Attachment{{}, {FileName: long + "x"}}
		}, now, SubSchema, "complaint/attachment[2]/fileName"},
	} {
		c.change(c.message)
		err := c.message.CheckBounds(c.at)
		switch {
		case c.subCode == "" && err != nil:
			t.Errorf("%s: refused: %v", c.sentence, err)
		case c.subCode != "" && (err == nil || err.SubCode != c.subCode || err.Path != c.path || err.Code != ValidationError):
			t.Errorf("%s: %v", c.sentence, err)
		}
	}
}
