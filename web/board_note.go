package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"rivgate/routing"
	"rivgate/store"
)

// What a patient board does with a case beside messages is kept as service notes of a fixed form: a heading, a line for each fact, and after an empty line the
// text. The contracts have no message for it, and people read it on the time line and in the archive as it is.

// boardKind is the heading of such a note.
type boardKind string

// The kinds. The headings are kept in cases: they are never changed.
const (
	boardConsent   boardKind = "Samtycke till att ärendet lämnas till en vårdgivare"
	boardWithdrawn boardKind = "Samtycke återtaget"
	boardRequest   boardKind = "Begäran om yttrande"
	boardOpinion   boardKind = "Yttrande"
	boardChild     boardKind = "Patienten är ett barn"
	boardNoChild   boardKind = "Märkningen som barn är borttagen"
)

// boardEntry is one of these notes.
type boardEntry struct {
	Kind  boardKind
	By    store.Person
	At    time.Time
	Unit  string // "name (HSA-id)" of whom it is about
	Day   string // YYYY-MM-DD: of the consent or the opinion
	Due   string // YYYY-MM-DD: until when an opinion is asked for; "" none
	Who   string // gave or withdrew the consent
	How   string // it was given, or known
	Files string // what else came with an opinion, and where it is kept
	Text  string

	Attached []fileLink // what came with it and is kept here
}

// HSAID is the id of the unit that it is about.
func (e boardEntry) HSAID() string { return hsaOf(e.Unit) }

// line is one fact of a note: what it is called, and where it stands.
type boardLine struct {
	name  string
	value *string
}

func (e *boardEntry) lines() []boardLine {
	return []boardLine{{"Enhet", &e.Unit}, {"Dag", &e.Day}, {"Svar önskas senast", &e.Due}, {"Vem", &e.Who}, {"Hur", &e.How}, {"Bilagor", &e.Files}}
}

// note writes an entry as it is kept. Facts are one line each.
func (e boardEntry) note() string {
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

// readBoardEntry reads a note; false for one that somebody wrote freely.
func readBoardEntry(text string) (e boardEntry, ok bool) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	e.Kind, e.Text = boardKind(lines[0]), body
	kinds := []boardKind{boardConsent, boardWithdrawn, boardRequest, boardOpinion, boardChild, boardNoChild}
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
	about := e.Kind == boardChild || e.Kind == boardNoChild
	return e, about || e.HSAID() != ""
}

// boardEntries are the notes of this form that a unit has on a case, oldest first.
func (s *Site) boardEntries(ctx context.Context, c store.Case) ([]boardEntry, error) {
	events, err := s.Relay.Store.DeskEvents(ctx, c.ID, []string{c.Handler.Unit})
	var out []boardEntry
	for _, event := range events {
		if event.Kind != store.DeskNote {
			continue
		}
		if e, ok := readBoardEntry(event.Text); ok {
			e.By, e.At, e.Attached = event.By, event.At, noteFiles(c, event)
			out = append(out, e)
		}
	}
	return out, err
}

// consentFor is the consent that stands for a unit now; nil where none was given, or it was withdrawn.
func consentFor(entries []boardEntry, unit string) *boardEntry {
	var found *boardEntry
	for i, e := range entries {
		if !routing.SameHSAID(e.HSAID(), unit) {
			continue
		}
		switch e.Kind {
		case boardConsent:
			found = &entries[i]
		case boardWithdrawn:
			found = nil
		}
	}
	return found
}

// markedChild is who marked the patient as a child; nil for nobody.
func markedChild(entries []boardEntry) *boardEntry {
	var found *boardEntry
	for i, e := range entries {
		switch e.Kind {
		case boardChild:
			found = &entries[i]
		case boardNoChild:
			found = nil
		}
	}
	return found
}

// provider is what a board has with one care provider in a case.
type provider struct {
	Unit     string // "name (HSA-id)"
	Consent  *boardEntry
	Requests []boardRequested
	Opinions []boardEntry
	Waits    bool // an opinion was asked for after the last one came
	Late     bool
}

// boardRequested is a request with its number in the case, from 1.
type boardRequested struct {
	boardEntry
	Number int
}

// providersOf gathers a board's notes by the care provider, in the order in which they were first named.
func providersOf(entries []boardEntry, today string) []provider {
	var out []provider
	number := 0
	for _, e := range entries {
		if e.HSAID() == "" {
			continue
		}
		i := slices.IndexFunc(out, func(p provider) bool { return routing.SameHSAID(hsaOf(p.Unit), e.HSAID()) })
		if i < 0 {
			i, out = len(out), append(out, provider{Unit: e.Unit, Consent: consentFor(entries, e.HSAID())})
		}
		p := &out[i]
		switch e.Kind {
		case boardRequest:
			number++
			p.Requests = append(p.Requests, boardRequested{e, number})
			p.Waits, p.Late = true, e.Due != "" && e.Due < today
		case boardOpinion:
			p.Opinions = append(p.Opinions, e)
			p.Waits, p.Late = false, false
		}
	}
	return out
}
