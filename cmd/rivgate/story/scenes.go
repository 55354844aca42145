package story

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"rivgate/contracts"
	"rivgate/soap"
)

func integratedUnit(ctx context.Context, t *teller) error {
	var id string
	correction := closing("")
	correction.Type = contracts.Correction
	correction.Classification.Problems[0] = contracts.CV{
		Code: "6", CodeSystem: contracts.SystemProblem, DisplayName: "Tillgänglighet",
	}
	correction.Classification.Problems = correction.Classification.Problems[:1]
	return t.steps(
		part{
			"the citizen complains, and has a receipt at once",
			t.complain(ctx, &id, careUnit(emergency), complaint(emergency, "Jag väntade i sju timmar utan besked.")),
		},
		part{"the case reaches the hospital's system", t.reached(ctx, &id, "complaint")},
		part{"the case is delivered", t.state(ctx, &id, "delivered")},
		part{"the citizen has a confirmation in the mailbox", t.letters(ctx, &id, "receipt")},
		part{"the system says that it works on it", func() error {
			now := contracts.NewStamp(t.Portal.Now())
			return t.returns(ctx, &id, contracts.Update{
				Type: contracts.Status, Status: contracts.StatusInProgress, StatusTime: &now,
			})()
		}},
		part{"the case is in progress", t.state(ctx, &id, "in_progress")},
		part{"a partial reply", t.returns(ctx, &id, partialReply("Vi har tagit emot ditt ärende och läser journalen."))},
		part{"a question", t.returns(ctx, &id, question("Vilken tid på dygnet kom du till oss?"))},
		part{"the case awaits the reporter", t.state(ctx, &id, "awaiting_reporter")},
		part{"the citizen answers", t.answers(ctx, &id, 1, "Strax efter midnatt.")},
		part{"the answer reaches the system", t.reached(ctx, &id, "complaint", "answer")},
		part{"the case is in progress again", t.state(ctx, &id, "in_progress")},
		part{
			"the system closes the case with a classification",
			t.returns(ctx, &id, closing("Vi beklagar väntan och har ändrat bemanningen.")),
		},
		part{"the case is closed", t.state(ctx, &id, "closed")},
		part{
			"a further reply is refused: CASE_CLOSED",
			t.refuses(ctx, &id, partialReply("En sak till."), contracts.SubCaseClosed),
		},
		part{"a correction of the classification is taken", t.returns(ctx, &id, correction)},
		part{"the correction counts", func() error { return t.classified(ctx, id, "6", "") }},
		part{"the mailbox tells the whole story", t.letters(ctx, &id, "receipt", "partial_reply", "question", "close")},
	)
}

// classified checks main problem and, where it is given, the unit where it happened.
func (t *teller) classified(ctx context.Context, id, problem, unit string) error {
	c, err := t.look(ctx, id)
	if err != nil {
		return err
	}
	if k := c.Classification; len(k.MainProblems) != 1 || k.MainProblems[0] != problem ||
		unit != "" && k.IncidentUnit != unit {
		return fmt.Errorf("the classification is %v %q", k.MainProblems, k.IncidentUnit)
	}
	return nil
}

func inboxUnit(ctx context.Context, t *teller) error {
	var id string
	return t.steps(
		part{
			"the citizen complains",
			t.complain(ctx, &id, careUnit(clinic), complaint(clinic, "Ingen ringde upp mig som utlovat.")),
		},
		part{"the case is in the clinic's inbox", t.handled(ctx, &id, clinic, "inbox")},
		part{"it is delivered at once", t.state(ctx, &id, "delivered")},
		part{"it does not show in the handling system", t.absent(&id)},
		part{"the clinic gives a partial reply", t.replies(ctx, &id, partialReply("Tack, vi tittar på det."))},
		part{"the clinic asks", t.replies(ctx, &id, question("Vilken dag väntade du på samtalet?"))},
		part{"the case awaits the reporter", t.state(ctx, &id, "awaiting_reporter")},
		part{"the citizen answers", t.answers(ctx, &id, 1, "Måndagen den 12 januari.")},
		part{"the case is in progress", t.state(ctx, &id, "in_progress")},
		part{
			"the clinic closes the case",
			t.replies(ctx, &id, closing("Vi beklagar. Vi har ändrat våra rutiner för återuppringning.")),
		},
		part{"the case is closed", t.state(ctx, &id, "closed")},
		part{"the flow was the same to the citizen", t.letters(ctx, &id, "receipt", "partial_reply", "question", "close")},
	)
}

func patientBoard(ctx context.Context, t *teller) error {
	var id string
	const place = "En mottagning på andra våningen i det gula huset"
	to := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: board}, Kind: contracts.KindPatientBoard}
	c := complaint("", "Jag fick inte veta vad provsvaren betydde.")
	c.IncidentUnit, c.IncidentPlaceText = nil, place
	end := closing("Vi har hämtat in ett yttrande och bifogar vår bedömning.")
	end.Classification.IncidentUnit = &contracts.OrgUnit{HSAID: neighbour}
	return t.steps(
		part{"the citizen writes to the patient board and describes the place", t.complain(ctx, &id, to, c)},
		part{"the case is in the board's inbox", t.handled(ctx, &id, board, "inbox")},
		part{"the place is there in the citizen's words", func() error {
			seen, err := t.look(ctx, id)
			if err == nil && seen.PlaceText != place {
				err = errors.New("the place is another")
			}
			return err
		}},
		part{"the board closes and sets the unit where it happened", t.replies(ctx, &id, end)},
		part{"the case is closed", t.state(ctx, &id, "closed")},
		part{"the unit counts", func() error { return t.classified(ctx, id, "3", neighbour) }},
	)
}

func manyToOne(ctx context.Context, t *teller) error {
	ids := make([]string, 3)
	for i, unit := range []string{surgery, medicine, orthopedic} {
		id := &ids[i]
		err := t.steps(
			part{
				"a case to " + unit, t.complain(ctx, id, careUnit(unit), complaint(unit, "Jag fick vänta för länge på min tid.")),
			},
			part{"it reaches the one system", t.reached(ctx, id, "complaint")},
			part{"it is delivered", t.state(ctx, id, "delivered")},
			part{"the system knows which clinic it is for", func() error {
				if c, _ := t.System.Case(*id); c.Unit.HSAID != unit {
					return fmt.Errorf("it says %s", c.Unit.HSAID)
				}
				return nil
			}},
			part{"the clinic closes the case", t.returns(ctx, id, closing("Vi beklagar väntan."))},
			part{"the case is closed", t.state(ctx, id, "closed")},
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func downAndUp(ctx context.Context, t *teller) error {
	var id string
	err := t.steps(
		part{
			"the citizen complains",
			t.complain(ctx, &id, careUnit(emergency), complaint(emergency, "Ingen förklarade varför operationen ställdes in.")),
		},
		part{"the case reaches the system", t.reached(ctx, &id, "complaint")},
		part{"the system asks", t.returns(ctx, &id, question("Vilken operation gällde det?"))},
		part{"and asks again", t.returns(ctx, &id, question("Har du fått en ny tid?"))},
	)
	if err != nil {
		return err
	}
	t.System.Door.Down()
	err = t.steps(
		part{"the system goes down; the citizen answers, and has a receipt at once", t.answers(ctx, &id, 1, "Den av knäet.")},
		part{"and answers the second question", t.answers(ctx, &id, 2, "Nej, ingen tid.")},
		part{
			"the delivery is tried, and waits", func() error { return t.soon(ctx, func() error { return t.waits(ctx, id) }) },
		},
		part{"the system has got nothing", t.reached(ctx, &id, "complaint")},
	)
	if up := t.System.Door.Up(); err == nil {
		err = up
	}
	if err != nil {
		return err
	}
	return t.steps(
		part{"the system comes back, and gets both answers", t.reached(ctx, &id, "complaint", "answer", "answer")},
		part{"in order", func() error { return t.inOrder(id) }},
		part{
			"nothing waits any more", func() error { return t.soon(ctx, func() error { return t.allDelivered(ctx, id, 3) }) },
		},
		part{"the system closes the case", t.returns(ctx, &id, closing("Du har fått en ny tid."))},
		part{"the case is closed", t.state(ctx, &id, "closed")},
	)
}

// waits holds when two deliveries wait and one of them was tried.
func (t *teller) waits(ctx context.Context, id string) error {
	rows, err := t.deliveries(ctx, id)
	if err != nil {
		return err
	}
	waiting, tried := 0, 0
	for _, r := range rows {
		if r.State == "due" || r.State == "leased" {
			waiting++
			tried += r.Attempts
		}
	}
	if waiting != 2 || tried == 0 {
		return fmt.Errorf("%d wait, tried %d times", waiting, tried)
	}
	return nil
}

func (t *teller) inOrder(id string) error {
	c, _ := t.System.Case(id)
	last := int64(0)
	for _, m := range c.Messages {
		if m.Kind != "complaint" && m.Kind != "answer" {
			continue
		}
		if m.Sequence <= last {
			return fmt.Errorf("number %d came after %d", m.Sequence, last)
		}
		last = m.Sequence
	}
	return nil
}

func (t *teller) allDelivered(ctx context.Context, id string, want int) error {
	rows, err := t.deliveries(ctx, id)
	if err != nil {
		return err
	}
	n := 0
	for _, r := range rows {
		if r.State == "delivered" {
			n++
		}
	}
	if n != want || len(rows) != want {
		return fmt.Errorf("%d of %d deliveries are delivered, not %d", n, len(rows), want)
	}
	return nil
}

func sentTwice(ctx context.Context, t *teller) error {
	m := t.Portal.Complain(careUnit(medicine), complaint(medicine, "Jag fick fel recept."))
	id := m.CaseID.Extension
	t.cases = append(t.cases, id)
	before := t.System.Repeats()
	var first contracts.Receipt
	return t.steps(
		part{"the citizen complains", func() (err error) {
			first, err = t.Portal.Send(ctx, m)
			return okay(first, err)
		}},
		part{"1177 sends the same message again, and has the same receipt", func() error {
			again, err := t.Portal.Send(ctx, m)
			if err == nil && again.Result.LogID != first.Result.LogID {
				err = errors.New("the receipts differ")
			}
			return okay(again, err)
		}},
		part{"the same id with other content is refused: DUPLICATE_CONTENT_MISMATCH", func() error {
			other := *m
			changed := *m.Complaint
			changed.Description = "Något helt annat."
			other.Complaint = &changed
			r, err := t.Portal.Send(ctx, &other)
			return result(r, err, contracts.ERROR, contracts.SubDuplicateContentMismatch)
		}},
		part{"the system has one message", t.reached(ctx, &id, "complaint")},
		part{"there was one delivery", func() error {
			if n := t.System.Repeats() - before; n != 0 {
				return fmt.Errorf("the system was sent %d repeats", n)
			}
			return t.soon(ctx, func() error { return t.allDelivered(ctx, id, 1) })
		}},
		part{"the case is delivered", t.state(ctx, &id, "delivered")},
	)
}

func refusals(ctx context.Context, t *teller) error {
	refused := func(c contracts.Complaint, subCode string) func() error {
		return func() error {
			id, r, err := t.Portal.Submit(ctx, careUnit(clinic), c)
			if err := result(r, err, contracts.ERROR, subCode); err != nil {
				return err
			}
			if _, err := t.look(ctx, id); !errors.Is(err, errNone) {
				return errors.Join(errors.New("a refused message left a case"), err)
			}
			return nil
		}
	}
	place, digit, relative := complaint(clinic, "Texten."), complaint(clinic, "Texten."), complaint(clinic, "Texten.")
	place.IncidentPlaceText = "Någonstans"
	digit.Reporter.PersonID.ID = "189001019803"
	relative.Reporter.Role = contracts.RoleRelative
	return t.steps(
		part{"a place in free text to a care unit: PLACE_TEXT_NOT_ALLOWED", refused(place, contracts.SubPlaceTextNotAllowed)},
		part{"a personal number that cannot be: IDENTITY_CHECK_DIGIT", refused(digit, contracts.SubIdentityCheckDigit)},
		part{"a relative who names no patient: FIELD_MISSING", refused(relative, contracts.SubFieldMissing)},
		part{"a receiver that nobody knows: VP004", func() error {
			_, _, err := t.Portal.Submit(ctx, careUnit(nobody), complaint(nobody, "Texten."))
			var fault *soap.Fault
			if !errors.As(err, &fault) || !strings.Contains(fault.String, "VP004") {
				return errors.Join(errors.New("it was answered otherwise"), err)
			}
			return nil
		}},
	)
}

func passedOn(ctx context.Context, t *teller) error {
	var id string
	return t.steps(
		part{
			"the citizen complains",
			t.complain(ctx, &id, careUnit(emergency), complaint(emergency, "Min vårdcentral skrev ingen remiss.")),
		},
		part{"the case reaches the hospital's system", t.reached(ctx, &id, "complaint")},
		part{"the hospital passes it on to a health centre", t.returns(ctx, &id, contracts.Update{
			Type: contracts.Forwarded, Text: "Det gäller vårdcentralen.", NewRecipient: &contracts.OrgUnit{HSAID: neighbour},
		})},
		part{"the case is in the health centre's inbox", t.handled(ctx, &id, neighbour, "inbox")},
		part{"it is delivered there", t.state(ctx, &id, "delivered")},
		part{
			"the hospital has no more say: NOT_CURRENT_HANDLER",
			t.refuses(ctx, &id, partialReply("En sak till."), contracts.SubNotCurrentHandler),
		},
		part{"the health centre replies", t.replies(ctx, &id, partialReply("Vi tar över ditt ärende."))},
		part{"and closes the case", t.replies(ctx, &id, closing("Remissen är skickad."))},
		part{"the case is closed", t.state(ctx, &id, "closed")},
		part{"the citizen was told of each step", t.letters(ctx, &id, "receipt", "forwarded", "partial_reply", "close")},
	)
}

func byTelephone(ctx context.Context, t *teller) error {
	var id string
	return t.steps(
		part{"a citizen calls the hospital, which enters the case", func() error {
			c := complaint(surgery, "Såret blev infekterat efter operationen.")
			c.Received = contracts.NewStamp(t.Portal.Now())
			r, err := t.System.Begin(ctx, contracts.OrgUnit{HSAID: surgery}, c)
			if err := okay(r, err); err != nil {
				return err
			}
			if r.CaseID == nil {
				return errors.New("the receipt does not name the case")
			}
			id = r.CaseID.Extension
			t.cases = append(t.cases, id)
			return nil
		}},
		part{"the case is in progress, begun outside 1177", func() error {
			c, err := t.look(ctx, id)
			if err == nil && (!c.BegunOutside || c.State != "in_progress") {
				err = fmt.Errorf("it is %s", c.State)
			}
			return err
		}},
		part{"the citizen has a confirmation in the mailbox", func() error {
			all, err := t.Portal.Mailbox(ctx, id)
			if err == nil && (len(all) == 0 || all[0].Kind != "receipt") {
				err = errors.New("there is none")
			}
			return err
		}},
		part{"the hospital asks", t.returns(ctx, &id, question("När tog du bort stygnen?"))},
		part{"the citizen answers in 1177", t.answers(ctx, &id, 1, "Efter tio dagar.")},
		part{"the answer reaches the system", t.reached(ctx, &id, "answer")},
		part{"the system closes the case", t.returns(ctx, &id, closing("Vi beklagar och har anmält en vårdskada."))},
		part{"the case is closed", t.state(ctx, &id, "closed")},
	)
}

func citizensSide(ctx context.Context, t *teller) error {
	var id string
	const typed = "tandläkaren på torget"
	to := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: board}, Kind: contracts.KindPatientBoard}
	c := complaint("", "De drog fel tand.")
	c.IncidentUnit, c.IncidentPlaceText = nil, typed
	return t.steps(
		part{"the citizen finds a unit by misspelt words", t.found(ctx, "vrdcentral bjökren", "01", board, clinic)},
		part{"and another by what people call it", t.found(ctx, "husläkarna kista", "", "", neighbour)},
		part{"looks for one that is not there, and is shown the region's board", t.found(ctx, typed, "01", board)},
		part{"and writes to the board, with what was typed as the place", t.complain(ctx, &id, to, c)},
		part{"the case is in the board's inbox", t.handled(ctx, &id, board, "inbox")},
		part{"the citizen adds to it, without having been asked", func() error {
			return okay(t.Portal.Supplement(ctx, id, contracts.Supplement{Text: "Det var den 19 februari.", Author: citizen()}))
		}},
		part{"the board has it", t.written(ctx, &id, "complaint", "supplement")},
		part{"the citizen takes the case back", func() error {
			return okay(t.Portal.Withdraw(ctx, id, citizen(), "Tandläkaren har ringt."))
		}},
		part{"the board is told", t.written(ctx, &id, "complaint", "supplement", "withdrawal")},
		part{"and the case says so", func() error {
			c, err := t.look(ctx, id)
			if err == nil && c.Withdrawn == "" {
				err = errors.New("it does not")
			}
			return err
		}},
		part{"the board closes the case", t.replies(ctx, &id, closing("Vi avslutar ärendet, som du har tagit tillbaka."))},
		part{"the case is closed", t.state(ctx, &id, "closed")},
		part{"the citizen thinks better of it within two weeks", func() error {
			return okay(t.Portal.Supplement(ctx, id, contracts.Supplement{Text: "Det gör ont igen.", Author: citizen()}))
		}},
		part{"the case is open again", t.state(ctx, &id, "in_progress")},
		part{"the board closes it once more", t.replies(ctx, &id, closing("Vi har fått ett yttrande från tandläkaren."))},
		part{"the case is closed at last", t.state(ctx, &id, "closed")},
		part{"the mailbox tells of both ends", t.letters(ctx, &id, "receipt", "close", "close")},
	)
}
