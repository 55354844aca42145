package contracts

import (
	"slices"

	"rivgate/soap"
)

// Attachments are the files that the message carries, wherever in it they stand, in their order.
func (m *Message) Attachments() []Attachment {
	switch {
	case m.Complaint != nil:
		return m.Complaint.Attachments
	case m.Answer != nil:
		return m.Answer.Attachments
	case m.Forward != nil:
		return m.Forward.Original.Attachments
	case m.Update != nil && m.Update.NewCase != nil:
		return slices.Concat(m.Update.NewCase.Attachments, m.Update.Attachments)
	case m.Update != nil:
		return m.Update.Attachments
	}
	return nil
}

// Opening is the complaint that begins a case at its handler: of a complaint, a forward or a NEW_CASE; nil in any other message.
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
	return c.pack.Read(req.UTF8())
}
