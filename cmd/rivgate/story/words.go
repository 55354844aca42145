package story

import (
	"context"
	"net/url"

	"rivgate/contracts"
)

// The units of the demo's catalogue that the story happens at.
const (
	clinic     = "SE2010123456-VC01" // inbox
	neighbour  = "SE2010123456-VC02" // inbox
	emergency  = "SE2010123456-AKUT" // the handling system
	surgery    = "SE2010123456-KIR"  // the handling system
	medicine   = "SE2010123456-MED"  // the handling system
	orthopedic = "SE2010123456-ORT"  // the handling system
	board      = "SE2010123456-PN01" // patient board, inbox
	nobody     = "SE2010123456-FINNSINTE"
)

// reporter is one of Skatteverket's published test persons.
const reporter = "189001019802"

func citizen() contracts.PersonID {
	return contracts.PersonID{ID: reporter, Type: contracts.OIDPersonnummer}
}

func careUnit(id string) contracts.Recipient {
	return contracts.Recipient{Unit: contracts.OrgUnit{HSAID: id}, Kind: contracts.KindCareUnit}
}

// complaint is what a citizen writes about a unit.
func complaint(unit, text string) contracts.Complaint {
	return contracts.Complaint{
		Reporter: contracts.Reporter{
			PersonID: contracts.PersonID{ID: reporter, Type: contracts.OIDPersonnummer}, Name: "Test Testsson",
			Role: contracts.RolePatient,
		},
		IncidentUnit: &contracts.OrgUnit{HSAID: unit}, IncidentDate: "20260112", Description: text, ReplyWanted: true,
	}
}

// complain is the step in which a citizen sends a case; the id goes into *id.
func (t *teller) complain(ctx context.Context, id *string, to contracts.Recipient, c contracts.Complaint) func() error {
	return func() error {
		made, r, err := t.Portal.Submit(ctx, to, c)
		if err := okay(r, err); err != nil {
			return err
		}
		*id = made
		t.cases = append(t.cases, made)
		return nil
	}
}

// returns is the step in which the handling system sends an update.
func (t *teller) returns(ctx context.Context, id *string, u contracts.Update) func() error {
	return func() error { return okay(t.System.Return(ctx, *id, u)) }
}

// refuses is the step in which an update of the handling system is refused.
func (t *teller) refuses(ctx context.Context, id *string, u contracts.Update, subCode string) func() error {
	return func() error {
		r, err := t.System.Return(ctx, *id, u)
		return result(r, err, contracts.ERROR, subCode)
	}
}

// replies is the step in which a person answers a case of the inbox through the API.
func (t *teller) replies(ctx context.Context, id *string, u contracts.Update) func() error {
	return func() error {
		c, err := t.look(ctx, *id)
		if err != nil {
			return err
		}
		var receipt struct{ MessageID string }
		return t.post(ctx, "/api/cases/"+url.PathEscape(*id)+"/messages", map[string]any{"update": u, "version": c.Version},
			&receipt)
	}
}

// answers is the step in which the citizen answers question number n.
func (t *teller) answers(ctx context.Context, id *string, n int, text string) func() error {
	return func() error {
		q, err := t.question(ctx, *id, n)
		if err != nil {
			return err
		}
		return okay(t.Portal.Answer(ctx, *id, contracts.Answer{
			InReplyTo: q.Content.ID, Text: text, Author: contracts.PersonID{ID: reporter, Type: contracts.OIDPersonnummer},
		}))
	}
}

func partialReply(text string) contracts.Update {
	return contracts.Update{Type: contracts.PartialReply, Text: text}
}

func question(text string) contracts.Update {
	return contracts.Update{Type: contracts.Question, Text: text}
}

// closing ends a case: main problem communication, sub problem information, primary care.
func closing(text string) contracts.Update {
	return contracts.Update{Type: contracts.Close, Text: text, Classification: &contracts.Classification{
		Problems: []contracts.CV{
			{Code: "3", CodeSystem: contracts.SystemProblem, DisplayName: "Kommunikation"},
			{Code: "3.1", CodeSystem: contracts.SystemProblem, DisplayName: "Information"},
		},
		AreaOfActivity: contracts.CV{Code: "1", CodeSystem: contracts.SystemArea, DisplayName: "Somatisk specialistvård"},
	}}
}
