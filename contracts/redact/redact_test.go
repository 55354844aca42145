package redact_test

import (
	"encoding/json"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/contracts/redact"
)

// Nothing of a person is left in any kind of message that has one; what is no person's stays.
func TestContentKeepsNoPerson(t *testing.T) {
	t.Parallel()
	complaint := func() *contracts.Complaint {
		return &contracts.Complaint{
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: "1.2.752.129.2.1.3.1"}, Name: "Tolvan Person",
				Role:    contracts.RoleProxy,
				Telecom: "070-1740605", Email: "tolvan@example.se", Address: "Storgatan 17",
			},
			Patient: &contracts.Patient{
				PersonID: &contracts.PersonID{ID: "201701012393"}, Name: "Barnet Person", DateOfBirth: "20170101",
			},
			Description: "Ingen ringde upp.",
		}
	}
	for name, m := range map[string]contracts.Message{
		"a complaint": {Complaint: complaint()},
		"a forward":   {Forward: &contracts.Forward{Original: *complaint()}},
		"a new case":  {Update: &contracts.Update{Type: contracts.NewCase, NewCase: complaint()}},
		"an answer":   {Answer: &contracts.Answer{Text: "Ingen ringde upp.", Author: contracts.PersonID{ID: "189001019802"}}},
	} {
		content, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		got, err := redact.Content(content)
		if err != nil {
			t.Fatal(err)
		}
		for _, person := range []string{
			"189001019802", "201701012393", "Person", "0701", "070-", "tolvan@", "Storgatan", "20170101",
		} {
			if strings.Contains(string(got), person) {
				t.Errorf("%s still has %q: %s", name, person, got)
			}
		}
		if !strings.Contains(string(got), "Ingen ringde upp.") {
			t.Errorf("%s has lost its text: %s", name, got)
		}
	}
	if got, err := redact.Content(nil); err != nil || got != nil {
		t.Errorf("nothing became %s, %v", got, err)
	}
	if _, err := redact.Content(json.RawMessage("{")); err == nil {
		t.Error("half a message was taken")
	}
}
