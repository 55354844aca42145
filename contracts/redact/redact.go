// Package redact takes persons out of a message: Content out of its canonical form, for pages and the API; a Masker out
// of its envelope, for recordings, where Check finds what is left. It is pure.
//
// It does not know who may see a person, nor where messages are kept.
package redact

import (
	"encoding/json"
	"fmt"

	"rivgate/contracts"
)

// Name stands where the name of a protected identity (skyddad identitet) would.
const Name = "Skyddad identitet"

// Content is the JSON of a message without what says who a protected identity is: names, numbers, day of birth, contact
// data. Roles, texts and codes stay. Empty content stays empty; content that is no message is an error.
func Content(content json.RawMessage) (json.RawMessage, error) {
	if len(content) == 0 {
		return content, nil
	}
	var m contracts.Message
	if err := json.Unmarshal(content, &m); err != nil {
		return nil, fmt.Errorf("reading the content of a message: %w", err)
	}
	if opening := m.Opening(); opening != nil {
		complaint(opening)
	}
	if m.Answer != nil {
		m.Answer.Author.ID = ""
	}
	if m.Supplement != nil {
		m.Supplement.Author.ID = ""
	}
	return json.Marshal(m)
}

func complaint(c *contracts.Complaint) {
	r := &c.Reporter
	r.PersonID.ID, r.Name, r.Telecom, r.Email, r.Address = "", Name, "", "", ""
	if c.Patient == nil {
		return
	}
	if c.Patient.PersonID != nil {
		c.Patient.PersonID.ID = ""
	}
	c.Patient.Name, c.Patient.DateOfBirth = Name, ""
}
