package contracts

import "testing"

func TestAttachmentsAndOpening(t *testing.T) {
	file := func(id string) []Attachment { return []Attachment{{ID: id}} }
	begun := sampleUpdate(NewCase)
	begun.Update.NewCase.Attachments, begun.Update.Attachments = file("a"), file("b")
	complaint, answer, forward, reply := sampleSend(), sampleAnswer(), sampleForward(), sampleUpdate(Question)
	complaint.Complaint.Attachments = file("a")
	answer.Answer.Attachments = file("a")
	forward.Forward.Original.Attachments = file("a")
	reply.Update.Attachments = file("a")
	for sentence, c := range map[string]struct {
		message *Message
		files   int
		opening bool
	}{
		"a complaint": {complaint, 1, true},
		"an answer":   {answer, 1, false},
		"a forward":   {forward, 1, true},
		"a question":  {reply, 1, false},
		"a new case":  {begun, 2, true},
		"nothing":     {&Message{}, 0, false},
	} {
		files := c.message.Attachments()
		if len(files) != c.files || c.files > 0 && files[0].ID != "a" || (c.message.Opening() != nil) != c.opening {
			t.Errorf("%s: %v, %v", sentence, files, c.message.Opening())
		}
	}
}
