package desk

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/casework"
	"rivgate/web/shell"
)

// deskPart is what people do with a case beside messages, as its page shows it.
type deskPart struct {
	Desk      store.Desk
	HadNumber []store.UnitNumber // other registration numbers that it has or had; Unit is a name
	Mine      bool
	Back      bool // its parking is over
	People    []store.Person
	Writing   []writing       // what colleagues have begun
	Outgoing  []outgoing      // answers that have not left
	Changed   bool            // never on the whole page: see livePage
	Gone      bool            // never on the whole page either
	Sent      []leftNotice    // never on the whole page either
	Looks     []accesslog.Row // of people of the unit that has the case
	Assigns   bool
	Writes    bool
	Exports   bool
	ParkDay   string
	Room      int64 // for the files of an answer, in bytes
	Child     bool
	Hidden    bool // a protected identity is not shown
	Protected bool
	Shown     bool // a protected identity is shown
	Unread    bool // nobody reads what is answered: see store.Unread
}

// ShowsProtected is what an address carries to show there what is shown here.
func (p deskPart) ShowsProtected() string {
	if p.Shown {
		return "show"
	}
	return ""
}

// looksMost is how many rows of the access log a case shows.
const looksMost = 30

// deskPart reads the desk of a case, for who looks at it.
func (s *Cases) deskPart(ctx context.Context, who shell.Access, c store.Case, drafts []store.Draft,
	shown bool,
) (p deskPart, err error) {
	db, owner := s.Relay.Store, shell.OwnerOf(c)
	p = deskPart{
		Assigns: who.May(shell.AssignCase, owner), Writes: who.May(shell.WriteCase, owner),
		Exports: who.May(shell.ExportCase, owner), ParkDay: s.parkDay(), Room: s.Room(), Child: c.Minor(),
		Writing: s.colleaguesDrafts(drafts, who),
	}
	if p.Desk, err = db.Desk(ctx, c.ID); err != nil {
		return p, err
	}
	if p.HadNumber, err = s.formerNumbers(ctx, p.Desk); err != nil {
		return p, err
	}
	p.Mine = p.Desk.Assignee.ID != "" && p.Desk.Assignee.ID == who.User
	p.Back = p.Desk.Parked.Back(s.Clock()) && c.State != store.Closed
	p.Protected, p.Hidden, p.Shown = c.Protected, c.Protected && !shown, c.Protected && shown
	if p.Assigns {
		if p.People, err = s.colleagues(ctx, c); err != nil {
			return p, err
		}
	}
	if p.Unread, err = db.Unread(ctx, c); err != nil {
		return p, err
	}
	waiting, err := db.Outgoings(ctx, c)
	if err != nil {
		return p, err
	}
	p.Outgoing = s.outgoings(waiting)
	// another unit's people are not this one's to see
	p.Looks, err = db.AccessLog(ctx, accesslog.Filter{Case: c.ID, Direct: true, Unit: c.Handler.Unit, Limit: looksMost})
	return p, err
}

// formerNumbers are the registration numbers by which a case is found beside the one that it has: of units that had it
// before, and those that were replaced.
func (s *Cases) formerNumbers(ctx context.Context, d store.Desk) ([]store.UnitNumber, error) {
	all, err := s.Relay.Store.Numbers(ctx, d.CaseID)
	if err != nil {
		return nil, err
	}
	now := store.UnitNumber{Unit: d.Unit, Number: d.Diary}
	all = slices.DeleteFunc(all, func(n store.UnitNumber) bool { return n == now })
	for i := range all {
		all[i].Unit = s.Labels("unit")(all[i].Unit)
	}
	return all, nil
}

// caseLine is the time line of a case with what people of its unit did at their desks.
func (s *Cases) caseLine(ctx context.Context, c store.Case) ([]casework.Event, error) {
	line, err := s.TimeLine(ctx, c, "/inbox/{}/files/{}/{}")
	if err != nil {
		return nil, err
	}
	acts, err := s.Relay.Store.DeskEvents(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	left := leftOf(line)
	for _, act := range acts {
		own := routing.SameHSAID(act.Unit, c.Handler.Unit)
		if !own && !told(c, act, left) {
			continue // another unit's desk
		}
		if act.Kind == store.DeskHandover {
			act.Text = handoverText(act)
		}
		if act.Kind == store.DeskRefused {
			act.Text = unsentWord(act.Why)
		}
		if act.Kind == store.DeskSent {
			if i := slices.IndexFunc(line, func(e casework.Event) bool { return e.Key == act.MessageID }); i >= 0 {
				line[i].By = act.By.Name
				continue
			}
		}
		e := casework.Event{
			Desk: true, SeenBy: seenBy(act.Kind), Title: left.title(act), From: act.By.Name, At: act.At, Text: act.Text,
			Worry: act.Kind == store.DeskRefused || act.Kind == store.DeskUnchecked, Files: casework.NoteFiles(c, act),
		}
		if !own && act.Kind == store.DeskUnchecked {
			e.From = s.Named(contracts.OrgUnit{HSAID: act.Unit}) // of another unit's steps the unit, and not the person
		}
		e.Note = e.SeenBy != ""
		line = append(line, e)
	}
	slices.SortStableFunc(line, func(a, b casework.Event) int { return a.At.Compare(b.At) })
	return line, nil
}

// leftMessages are the sender's ids of the messages of a case.
type leftMessages map[string]bool

func leftOf(line []casework.Event) leftMessages {
	ids := leftMessages{}
	for _, e := range line {
		if e.Key != "" && e.Refused == "" {
			ids[e.Key] = true
		}
	}
	return ids
}

// has tells whether the message of an act left. What is said with a message is noted before it leaves: whether it did
// only the messages of the case tell.
func (l leftMessages) has(act store.DeskEvent) bool {
	before := act.Kind == store.DeskUnchecked || act.Kind == store.DeskHandover
	return !before || act.MessageID == "" || l[act.MessageID]
}

// title is what an act did, in words.
func (l leftMessages) title(act store.DeskEvent) string {
	if l.has(act) {
		return deskWord(act)
	}
	return notLeftWord(act)
}

// told tells whether an act of another unit is for the unit that has the case now: what was said to it when the case
// was handed over, and why that was done though the reporter's right was not checked.
func told(c store.Case, act store.DeskEvent, left leftMessages) bool {
	switch act.Kind {
	case store.DeskHandover:
		return c.HandledBy(act.ToUnit) && left.has(act)
	case store.DeskUnchecked:
		return strings.EqualFold(act.Form, contracts.Forwarded) && routing.SameHSAID(act.Unit, c.ForwardedFrom) &&
			left.has(act)
	}
	return false
}

// answerForms are the forms of a case, with the reader's drafts in them.
func (s *Cases) answerForms(c store.Case, who shell.Access,
	drafts []store.Draft,
) (forms map[string]*shell.Form, kept map[string]store.Draft) {
	forms, kept = map[string]*shell.Form{}, map[string]store.Draft{}
	for _, name := range []string{"reply", "question", "forward", "close", "correct"} {
		forms[name] = &shell.Form{Name: name, Values: url.Values{}}
		if name == "close" || name == "correct" {
			forms[name].Values = casework.ClassificationOf(c)
		}
	}
	for _, d := range drafts {
		if d.By.ID == who.User && forms[d.Form] != nil {
			kept[d.Form] = d
			forms[d.Form].Values = draftValues(d)
		}
	}
	for _, name := range []string{
		"assign", "park", "note", "given", "register", "authority", "takeover", "files",
		"protect",
	} {
		forms[name] = &shell.Form{Name: name, Values: url.Values{}}
	}
	return forms, kept
}

// phraseGroup is the standard replies of one level for a form.
type phraseGroup struct {
	Level   string // in words
	Phrases []store.Phrase
}

// phraseHolders are whose standard replies serve who answers a case: their own, then those of the unit, its care
// provider and its region.
func (s *Cases) phraseHolders(who shell.Access, c store.Case) []store.Holder {
	return append([]store.Holder{shell.OwnHolder(who).Holder}, s.CaseHolders(c)...)
}

// phrasesOf are the standard replies for a case by form, those of the nearest level first.
func (s *Cases) phrasesOf(ctx context.Context, who shell.Access, c store.Case) (map[string][]phraseGroup, error) {
	all, err := s.Relay.Store.Phrases(ctx, "", s.phraseHolders(who, c)...)
	out := map[string][]phraseGroup{}
	for _, p := range all {
		groups, level := out[p.Kind], levelWord(p.Of.Level)
		if len(groups) == 0 || groups[len(groups)-1].Level != level {
			groups = append(groups, phraseGroup{Level: level})
		}
		last := &groups[len(groups)-1]
		last.Phrases = append(last.Phrases, p)
		out[p.Kind] = groups
	}
	return out, err
}

// answerPart is one form for the pieces of template that all answers have.
type answerPart struct {
	Form    *shell.Form
	Draft   store.Draft
	Saved   string
	Case    store.Case
	Phrases []phraseGroup
	Files   bool  // may be attached
	Room    int64 // for files, in bytes
	// the reporter's right to speak for the patient is not checked
	Unchecked bool
}

// Answer is the form of that name.
func (p casePage) Answer(name string) answerPart {
	d := p.Drafts[name]
	return answerPart{
		Form: p.Forms[name], Draft: d, Saved: saved(d, p.Now), Case: p.Case, Phrases: p.Phrases[name],
		Files: p.Case.Facts.Attachments && name != "forward", Room: p.Room, Unchecked: p.Standing.Unchecked,
	}
}

// copied puts a colleague's draft of the same unit into the reader's own form.
func copied(forms map[string]*shell.Form, drafts []store.Draft, id string) (form string) {
	for _, d := range drafts {
		if name := draftForm(d); d.ID == id && forms[name] != nil {
			forms[name].Values = draftValues(d)
			return name
		}
	}
	return ""
}

// ProblemOptions are main and sub problems by what they are called, for finding one by typing.
func (p casePage) ProblemOptions() []contracts.Code {
	var out []contracts.Code
	for _, m := range p.Problems {
		out = append(append(out, m.Code), m.Subs...)
	}
	return out
}

// deskForm is the head of a form that changes the desk.
type deskForm struct {
	Case    store.Case
	Verb    string
	Version int64
}

// Verb is the head of the form for a verb of deskVerbs.
func (p casePage) Verb(name string) deskForm {
	return deskForm{Case: p.Case, Verb: name, Version: p.Desk.Version}
}

// personPart is a person with whether contact data are hidden.
type personPart struct {
	Person any
	Hidden bool
}

func newPersonPart(p any, hidden bool) personPart { return personPart{Person: p, Hidden: hidden} }
