package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/identity"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// What a patient board does with a case beside messages is kept as lines of its desk, of a kind of their own
// (store.DeskBoard) and of a fixed form: a heading, a line for each fact, and after an empty line the text. A service
// note that somebody writes freely in that form is a note, and nothing else. The contracts have no message for it, and
// people read it on the time line and in the archive as it is.

// boardKind is the heading of such a line.
type boardKind string

// The kinds. The headings are kept in cases: they are never changed.
const (
	BoardConsent   boardKind = "Samtycke till att ärendet lämnas till en vårdgivare"
	BoardWithdrawn boardKind = "Samtycke återtaget"
	BoardRequest   boardKind = "Begäran om yttrande"
	BoardOpinion   boardKind = "Yttrande"
	BoardChild     boardKind = "Patienten är ett barn"
	BoardNoChild   boardKind = "Märkningen som barn är borttagen"
)

// What a consent covers, as the note has it. These words are kept in cases: they are never changed.
const (
	ScopeNames   = "namn"
	ScopeNumbers = "personnummer"
	ScopeText    = "vad anmälaren skriver"
	ScopeNothing = "ingenting av ärendet"
)

// BoardEntry is one of these notes.
type BoardEntry struct {
	Kind  boardKind
	By    store.Person
	At    time.Time
	Unit  string // "name (HSA-id)" of whom it is about
	Day   string // YYYY-MM-DD: of the consent or the opinion
	Due   string // YYYY-MM-DD: until when an opinion is asked for; "" none
	Who   string // gave or withdrew the consent
	How   string // it was given, or known
	Scope string // what a consent covers, in words; "" of before this was asked
	Files string // what else came with an opinion, and where it is kept
	Text  string

	Attached []FileLink // what came with it and is kept here
}

// Given is who gave a consent, when and how, for the unit that it is about. Who it was is said where the consent covers
// names and they are shown, and nowhere else.
func (e *BoardEntry) Given(named bool) string {
	given := e.Day + ": " + e.How
	if named && e.Covers(ScopeNames) {
		given = e.Who + ", " + given
	}
	return given
}

// HSAID is the id of the unit that it is about.
func (e BoardEntry) HSAID() string { return shell.HSAOf(e.Unit) }

// line is one fact of a note: what it is called, and where it stands.
type boardLine struct {
	name  string
	value *string
}

func (e *BoardEntry) lines() []boardLine {
	return []boardLine{
		{"Enhet", &e.Unit},
		{"Dag", &e.Day},
		{"Svar önskas senast", &e.Due},
		{"Vem", &e.Who},
		{"Hur", &e.How},
		{"Omfattar", &e.Scope},
		{"Bilagor", &e.Files},
	}
}

// Note writes an entry as it is kept. Facts are one line each.
func (e BoardEntry) Note() string {
	var b strings.Builder
	b.WriteString(string(e.Kind))
	for _, l := range e.lines() {
		if value := strings.Join(strings.Fields(*l.value), " "); value != "" {
			b.WriteString("\n" + l.name + ": " + value)
		}
	}
	if e.Text != "" {
		b.WriteString("\n\n" + e.Text)
	}
	return b.String()
}

// readBoardEntry reads a line of a board; false for one that this program does not know.
func readBoardEntry(text string) (e BoardEntry, ok bool) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	e.Kind, e.Text = boardKind(lines[0]), body
	kinds := []boardKind{BoardConsent, BoardWithdrawn, BoardRequest, BoardOpinion, BoardChild, BoardNoChild}
	if !slices.Contains(kinds, e.Kind) {
		return e, false
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		i := slices.IndexFunc(e.lines(), func(l boardLine) bool { return l.name == name })
		if i < 0 || value == "" {
			return e, false
		}
		*e.lines()[i].value = value
	}
	about := e.Kind == BoardChild || e.Kind == BoardNoChild
	return e, about || e.HSAID() != ""
}

// BoardEntries are what a board did with a case beside messages, oldest first.
func (s *Base) BoardEntries(ctx context.Context, c store.Case) ([]BoardEntry, error) {
	events, err := s.Relay.Store.DeskEvents(ctx, c, []string{c.Handler.Unit})
	return boardEntriesIn(c, events), err
}

// BoardJudged is BoardEntries of a case that is not opened: to judge what may be done with it, and to show nothing.
func (s *Base) BoardJudged(ctx context.Context, c store.Case) ([]BoardEntry, error) {
	events, err := s.Relay.Store.Unlogged().DeskEvents(ctx, c.ID, []string{c.Handler.Unit})
	return boardEntriesIn(c, events), err
}

func boardEntriesIn(c store.Case, events []store.DeskEvent) []BoardEntry {
	var out []BoardEntry
	for _, event := range events {
		if event.Kind != store.DeskBoard {
			continue
		}
		if e, ok := readBoardEntry(event.Text); ok {
			e.By, e.At, e.Attached = event.By, event.At, NoteFiles(c, event)
			out = append(out, e)
		}
	}
	return out
}

// ConsentFor is the consent that stands for a unit now; nil where none was given, or it was withdrawn.
func ConsentFor(entries []BoardEntry, unit string) *BoardEntry {
	var found *BoardEntry
	for i, e := range entries {
		if !routing.SameHSAID(e.HSAID(), unit) {
			continue
		}
		switch e.Kind {
		case BoardConsent:
			found = &entries[i]
		case BoardWithdrawn:
			found = nil
		}
	}
	return found
}

// MarkedChild is who marked the patient as a child; nil for nobody.
func MarkedChild(entries []BoardEntry) *BoardEntry {
	var found *BoardEntry
	for i, e := range entries {
		switch e.Kind {
		case BoardChild:
			found = &entries[i]
		case BoardNoChild:
			found = nil
		}
	}
	return found
}

// Provider is what a board has with one care provider in a case.
type Provider struct {
	Unit     string // "name (HSA-id)"
	Consent  *BoardEntry
	Requests []BoardRequested
	Opinions []BoardEntry
	Waits    bool // an opinion was asked for after the last one came
	Late     bool
}

// BoardRequested is a request with its number in the case, from 1.
type BoardRequested struct {
	BoardEntry
	Number int
}

// ProvidersOf gathers a board's notes by the care provider, in the order in which they were first named.
func ProvidersOf(entries []BoardEntry, today string) []Provider {
	var out []Provider
	number := 0
	for _, e := range entries {
		if e.HSAID() == "" {
			continue
		}
		i := slices.IndexFunc(out, func(p Provider) bool { return routing.SameHSAID(shell.HSAOf(p.Unit), e.HSAID()) })
		if i < 0 {
			i, out = len(out), append(out, Provider{Unit: e.Unit, Consent: ConsentFor(entries, e.HSAID())})
		}
		p := &out[i]
		switch e.Kind {
		case BoardRequest:
			number++
			p.Requests = append(p.Requests, BoardRequested{e, number})
			p.Waits, p.Late = true, e.Due != "" && e.Due < today
		case BoardOpinion:
			p.Opinions = append(p.Opinions, e)
			p.Waits, p.Late = false, false
		}
	}
	return out
}

// consentGround is a consent that a board noted as the ground of a handover.
func consentGround(e *BoardEntry) string {
	return fmt.Sprintf(wordConsentGround, e.Who, e.Day, e.How)
}

// Handover fills in who hands a case over, or writes to a reporter whose right is not checked. Where a board noted the
// citizen's consent for the unit, that is the ground. Whether there must be one is judged by the line.
func (s *Base) Handover(ctx context.Context, who shell.Access, c store.Case,
	u contracts.Update,
) (contracts.Update, error) {
	if u.Unchecked != nil {
		u.Unchecked = &contracts.Unchecked{Reason: u.Unchecked.Reason, ByID: who.User, ByName: who.Name}
	}
	if u.Type != contracts.Forwarded || u.NewRecipient == nil {
		u.Handover = nil
		return u, nil
	}
	h := contracts.Handover{}
	if u.Handover != nil {
		h = *u.Handover
	}
	if identity.Blank(h.Ground) && IsBoard(c.Handler) && s.Relay.Crosses(c.Handler, u.NewRecipient.HSAID) {
		entries, err := s.BoardJudged(ctx, c)
		if err != nil {
			return u, err
		}
		if consent := ConsentFor(entries, u.NewRecipient.HSAID); consent != nil {
			h.Ground = consentGround(consent)
		}
	}
	u.Handover = nil
	if !identity.Blank(h.Ground) || !identity.Blank(h.Note) {
		h.ByID, h.ByName = who.User, who.Name
		u.Handover = &h
	}
	return u, nil
}

// Agreed tells whether a case may be handed over to a unit: on its own side of the walls between care, boards and what
// is no care, by a ground that is stated, or by a consent that a board noted.
func (s *Base) Agreed(ctx context.Context, c store.Case, unit, ground string) (bool, error) {
	if !identity.Blank(ground) || !s.Relay.Crosses(c.Handler, unit) {
		return true, nil
	}
	if !IsBoard(c.Handler) {
		return false, nil
	}
	entries, err := s.BoardJudged(ctx, c)
	return err == nil && ConsentFor(entries, unit) != nil, err
}

// NoteFiles are the files of a note, and where they are fetched.
func NoteFiles(c store.Case, note store.DeskEvent) []FileLink {
	var out []FileLink
	for _, f := range note.Files {
		out = append(out, FileLink{
			Name: f.Name, MediaType: f.MediaType, SHA256: f.SHA256, Size: f.Size,
			Address: shell.Link("/inbox/{}/notes/{}/{}", c.ID, note.FilesID, f.Number),
		})
	}
	return out
}
