package demo

import (
	"context"
	"fmt"
	"time"

	"rivgate/cmd/rivgate/cases"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/casework"
)

// lived is one thing that somebody did with a case of the demo before anybody looks at it. It goes the way that it goes
// from the pages.
type lived struct {
	take     bool   // a handler of the unit took it
	park     string // it was parked for a month, for this reason
	say      contracts.Update
	problems []string // codes, with a say that closes
	area     string   // code of the area of activity, with a say that closes

	ask *casework.OpinionLetter // the board asks a unit for an opinion, with the consent to tell what was written
}

// The unit that a board of the demo asks for an opinion.
const askedUnit, askedName = "SE2010123456-VC01", "Vårdcentralen Björken"

// demoHandler is who handles the cases of a unit in the demo.
func demoHandler(kind routing.UnitKind) store.Person {
	switch kind {
	case routing.PatientBoard:
		return store.Person{ID: "nina", Name: "Nina Demo"}
	case routing.Other:
		return store.Person{ID: "tea", Name: "Tea Demo"}
	}
	return store.Person{ID: "hanna", Name: "Hanna Demo"}
}

// live does with a case what was done.
func (g *Gateway) live(ctx context.Context, id string, did []lived) error {
	for _, l := range did {
		c, err := g.DB.Head(ctx, id)
		if err != nil {
			return err
		}
		desk, err := g.DB.Desk(ctx, c.ID)
		if err != nil {
			return err
		}
		by := demoHandler(c.Handler.Kind)
		act := store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: by, Version: desk.Version}
		switch {
		case l.take:
			_, err = g.DB.Assign(ctx, act, by)
		case l.park != "":
			_, err = g.DB.Park(ctx, act, time.Now().AddDate(0, 1, 0), l.park)
		case l.ask != nil:
			err = g.ask(ctx, c, by, *l.ask)
		default:
			err = g.say(ctx, c, by, l)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ask asks a unit for an opinion, as the board's page does.
func (g *Gateway) ask(ctx context.Context, c store.Case, by store.Person, l casework.OpinionLetter) error {
	act := store.Act{CaseID: c.ID, Unit: c.Handler.Unit, By: by}
	consent := casework.BoardEntry{
		Kind: casework.BoardConsent, Unit: askedName + " (" + askedUnit + ")", Day: time.Now().Format(time.DateOnly),
		Who: "Tora Test", How: "per telefon", Scope: casework.ScopeText,
	}
	if err := g.DB.BoardNote(ctx, act, consent.Note()); err != nil {
		return err
	}
	l.Board, l.Unit, l.Reference = casework.HandlerName(c.Handler), askedName, casework.Reference(c)
	l.Consent, l.Covers, l.Due = consent.Given(false), consent.Scope, time.Now().AddDate(0, 0, 21).Format(time.DateOnly)
	request := casework.BoardEntry{Kind: casework.BoardRequest, Unit: consent.Unit, Due: l.Due, Text: l.Question}
	_, err := g.DB.AskOpinion(ctx, act, request.Note(), store.Opinion{Unit: askedUnit, Due: l.Due, Letter: l.Text()})
	return err
}

func (g *Gateway) say(ctx context.Context, c store.Case, by store.Person, l lived) error {
	u := l.say
	u.Author = &contracts.Professional{AuthorTime: contracts.NewStamp(time.Now()), Name: by.Name}
	if l.area != "" {
		var err error
		if u.Classification, err = cases.Classification(g.Registry, l.problems, l.area); err != nil {
			return err
		}
	}
	_, err := g.Relay.Reply(ctx, c.ID, u, c.Version)
	return err
}

// addPhrases writes a few standard replies for the demo's units.
func (g *Gateway) addPhrases(ctx context.Context) error {
	ofUnit := func(id string) store.Holder { return store.Holder{Level: store.LevelUnit, ID: id} }
	for i, p := range []store.Phrase{
		{
			Of: ofUnit("SE2010123456-VC01"), Kind: "reply", Title: "Mottaget, vi återkommer",
			Text: "Tack för att du hör av dig. Vi har läst det du skrev, tar reda på vad som hände och återkommer.",
		},
		{
			Of: ofUnit("SE2010123456-VC01"), Kind: "question", Title: "När hände det?",
			Text: "För att kunna ta reda på vad som hände behöver vi veta vilken dag och ungefär vilken tid det var.",
		},
		{
			Of: ofUnit("SE2010123456-VC01"), Kind: "close", Title: "Beklagar, och tack",
			Text: "Vi beklagar det du har varit med om. Vi har gått igenom det som hände och pratat om det i arbetsgruppen. " +
				"Tack för att du berättade.",
		},
		{
			Of: ofUnit("SE2010123456-PN01"), Kind: "reply", Title: "Patientnämnden har tagit emot",
			Text: "Patientnämnden har tagit emot ditt ärende. En handläggare kontaktar vården för att få ett yttrande.",
		},
		{
			Of:   store.Holder{Level: store.LevelRegion, ID: "01", Side: routing.CareUnit},
			Kind: "reply", Title: "Om patientnämnden",
			Text: "Är du inte nöjd med svaret kan du vända dig till patientnämnden i regionen.",
		},
	} {
		kind := routing.CareUnit
		if p.Of.ID == "SE2010123456-PN01" {
			kind = routing.PatientBoard
		}
		p.Position, p.By = int64(i+1), demoHandler(kind)
		if _, err := g.DB.SavePhrase(ctx, p); err != nil {
			return fmt.Errorf("adding a standard reply of the demo: %w", err)
		}
	}
	return nil
}
