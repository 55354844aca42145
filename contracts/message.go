package contracts

import (
	"errors"
	"slices"

	"rivgate/soap"
)

// Attachments are the files of the message in their order, from every place in it that can hold files.
func (m *Message) Attachments() []Attachment { return slices.Concat(m.files()...) }

// files are the lists of files in the message.
func (m *Message) files() [][]Attachment {
	switch {
	case m.Complaint != nil:
		return [][]Attachment{m.Complaint.Attachments}
	case m.Answer != nil && m.Supplement != nil:
		return [][]Attachment{m.Answer.Attachments, m.Supplement.Attachments}
	case m.Answer != nil:
		return [][]Attachment{m.Answer.Attachments}
	case m.Forward != nil:
		return [][]Attachment{m.Forward.Original.Attachments}
	case m.Update != nil && m.Update.NewCase != nil:
		return [][]Attachment{m.Update.NewCase.Attachments, m.Update.Attachments}
	case m.Update != nil:
		return [][]Attachment{m.Update.Attachments}
	}
	return nil
}

// Opening is the complaint with which a case begins at its handler: that of a complaint, a forward or a NEW_CASE; nil
// for any other message.
func (m *Message) Opening() *Complaint {
	switch {
	case m.Complaint != nil:
		return m.Complaint
	case m.Forward != nil:
		return &m.Forward.Original
	case m.Update != nil:
		return m.Update.NewCase
	}
	return nil
}

// Map reads a complaints message that was accepted before, without judging it again.
func (c *Contract) Map(req *soap.Request) (*Message, error) {
	if !c.Complaints {
		return nil, errNoModel
	}
	m, err := c.pack.Read(req.Text())
	if err == nil {
		m.fill(req.Condensed())
	}
	return m, err
}

// fill puts Content into the attachments of m whose content was taken out and replaced by a stand-in. condensed may be
// nil.
func (m *Message) fill(condensed *soap.Condensed) {
	if condensed == nil {
		return
	}
	for _, files := range m.files() {
		for i := range files {
			if content, ok := condensed.File(files[i].Value); ok {
				files[i].Value, files[i].Content = nil, content
			}
		}
	}
}

// withPosition tells where in the whole message an error is.
func withPosition(err error, condensed *soap.Condensed) error {
	var e *Error
	if errors.As(err, &e) && e.Line > 0 {
		e.Line, e.Column = condensed.Position(e.Line, e.Column)
	}
	return err
}
