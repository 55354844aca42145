package casework

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/web/shell"
)

// Event is one message of a case as people see it.
type Event struct {
	ID        string
	Key       string // the sender's id of the message
	Desk      bool   // no message: what people did at their desk
	Note      bool   // words for colleagues: a service note, or those of a handover
	SeenBy    string // who sees a note
	By        string // who of the unit sent it
	Author    string // identity of who wrote it on the citizen's side, for comparing
	Kind      store.EventKind
	Title     string
	From      string // who wrote it
	At        time.Time
	Incoming  bool // from the citizen's side
	Text      string
	Complaint *contracts.Complaint
	Wish      string   // how the reporter wants to be answered, of a complaint
	Problems  []string // what was concluded, or experienced
	Area      string
	Unit      string // where it happened
	Place     string // where it happened, when a board set it
	To        string // who has the case next
	Due       string // until when a question should be answered
	Answers   string // beginning of the question that this answers
	Open      bool   // a question that waits for its answer
	Files     []FileLink
	State     string // of the delivery, in words
	Worry     bool   // a person should look at it
	Late      bool
	Refused   store.Reason
	Applied   bool // the case took it in
	Stranger  bool // who wrote it has no part in the case
}

// FileLink is an attachment that can be fetched.
type FileLink struct {
	Name, Address     string
	MediaType, SHA256 string
	Kind              string // what it is by its content, in an export: see judgeFiles
	Size              int64
	Elsewhere         bool   // only a reference came with the message
	Held              string // what the virus scanner found in it: it is not given out
	Scanning          bool   // the virus scanner has not judged it yet
}

// fileLinkAt is where a file of a message is fetched; "" where files is.
func fileLinkAt(files string, c store.Case, message string, n int) string {
	if files == "" {
		return ""
	}
	return shell.Link(files, c.ID, message, n)
}

// TimeLine turns the messages of an opened case into events. files is the pattern of a link to where attachments are
// fetched: case, message, number. "" nowhere.
func (s *Base) TimeLine(ctx context.Context, c store.Case, files string) ([]Event, error) {
	entries, err := s.Relay.Store.TimeLine(ctx, c)
	if err != nil {
		return nil, err
	}
	rows, err := s.Relay.Store.Deliveries(ctx, store.DeliveryFilter{Case: c.ID, Limit: 500})
	if err != nil {
		return nil, err
	}
	unread, err := s.Relay.Store.Unread(ctx, c)
	if err != nil {
		return nil, err
	}
	deliveries := make(map[string]store.DeliveryRow, len(rows))
	for _, row := range rows {
		deliveries[row.ID] = row
	}
	citizens, err := s.writers(ctx, c)
	if err != nil {
		return nil, err
	}
	questions := map[string]string{}
	out := make([]Event, 0, len(entries))
	for _, entry := range entries {
		var m contracts.Message
		if err := json.Unmarshal(entry.Content, &m); err != nil {
			return nil, fmt.Errorf("reading content of message %s: %w", entry.MessageID, err)
		}
		e := s.event(c, entry, &m, files)
		switch {
		case m.Complaint != nil:
			citizens.wrote(&e, m.Complaint.Reporter.PersonID)
		case m.Answer != nil:
			citizens.wrote(&e, m.Answer.Author)
		}
		if m.Update != nil && m.Update.Type == contracts.Question {
			questions[m.ID.Root+"|"+m.ID.Extension] = m.Update.Text
		}
		if e.Kind == store.EventAnswer && m.Answer != nil {
			e.Answers = beginning(questions[m.Answer.InReplyTo.Root+"|"+m.Answer.InReplyTo.Extension])
		}
		row, has := deliveries[entry.MessageID]
		worry := e.Worry
		e.State, e.Worry = s.Whereabouts(entry, row, has, unread)
		e.Worry = e.Worry || worry
		out = append(out, e)
	}
	return out, nil
}

func (s *Base) event(c store.Case, entry store.Entry, m *contracts.Message, files string) Event {
	e := Event{
		ID: entry.MessageID, Key: entry.Key.MessageID, Kind: entry.Kind, Title: EventWord(entry.Kind), At: entry.At,
		Late: entry.Late, Refused: entry.Refused, Applied: entry.Applied(),
	}
	e.Complaint = m.Opening()
	switch {
	case m.Complaint != nil:
		e.Incoming, e.From = true, reporterName(c)
	case m.Forward != nil:
		e.Incoming, e.From, e.Text = true, s.Named(m.Forward.From), m.Forward.Reason
	case m.Answer != nil:
		e.Incoming, e.From, e.Text = true, reporterName(c), m.Answer.Text
		if w := m.Withdrawal; w != nil {
			e.Text = withdrawalText(m.Answer.Text, w.Reason)
		}
	case m.Update != nil:
		s.update(&e, c, m)
	}
	if e.Complaint != nil {
		e.Wish = wishOf(e.Complaint)
		if u := e.Complaint.IncidentUnit; u != nil {
			e.Unit = s.Named(*u)
		}
		for _, v := range e.Complaint.ExperiencedProblem {
			e.Problems = append(e.Problems, codeWord(v))
		}
	}
	for n, a := range m.Attachments() {
		e.Files = append(e.Files, FileLink{
			Name: a.FileName, MediaType: a.MediaType, SHA256: a.SHA256, Size: a.Size, Elsewhere: a.Reference != "",
			Address: fileLinkAt(files, c, entry.MessageID, n),
		})
	}
	return e
}

// update fills in what a handler wrote.
func (s *Base) update(e *Event, c store.Case, m *contracts.Message) {
	u := m.Update
	e.From, e.Text, e.Due = s.Named(u.HandlingUnit), u.Text, u.AnswerDueDate
	if u.Author != nil && u.Author.Name != "" {
		e.From = u.Author.Name + ", " + e.From
	}
	if e.Text == "" && u.StandardReply != nil {
		e.Text = codeWord(*u.StandardReply)
	}
	for _, id := range c.OpenQuestions {
		e.Open = e.Open || id == m.ID.Root+"|"+m.ID.Extension
	}
	if u.NewRecipient != nil {
		e.To = s.Named(*u.NewRecipient)
	}
	if u.Type == contracts.Status {
		e.Text = statusWord(u.Status)
	}
	if k := u.Classification; k != nil {
		for _, v := range k.Problems {
			e.Problems = append(e.Problems, codeWord(v))
		}
		e.Area = codeWord(k.AreaOfActivity)
		if k.IncidentUnit != nil {
			e.Place = s.Named(*k.IncidentUnit)
		}
	}
}

// Whereabouts says in words where a message is, and whether a person should look at it. unread: nobody reads the case,
// see store.Unread; what 1177 has taken then reached no person.
func (s *Base) Whereabouts(
	entry store.Entry, row store.DeliveryRow, queued, unread bool,
) (text string, worry bool) {
	arrived := entry.Place == store.PlaceMailbox || entry.Place == store.PlaceDelivered
	if unread && arrived && !toHandler(entry.Kind) {
		return WordUnread, false
	}
	what, target := nounOf(entry.Kind), "1177"
	if toHandler(entry.Kind) {
		target = wordReceiver
	}
	switch entry.Place {
	case store.PlaceMailbox:
		return fmt.Sprintf(wordReached, what, "1177", shell.Moment(entry.At, s.Clock())), false
	case store.PlaceDelivered:
		at := entry.At
		if queued && row.Done != nil {
			at = *row.Done
		}
		return fmt.Sprintf(wordReached, what, target, shell.Moment(at, s.Clock())), false
	case store.PlaceInbox:
		return fmt.Sprintf(wordInInbox, shell.Moment(entry.At, s.Clock())), false
	case store.PlaceWaiting:
		if queued && row.Paused {
			return wordPaused, true
		}
		return WordDue, false
	case store.PlaceUnknown:
		return wordUnknown, true
	case store.PlaceParked:
		return wordParked, true
	case store.PlaceHeld:
		return wordHeld, true
	}
	return string(entry.Place), true
}

func toHandler(kind store.EventKind) bool {
	switch kind {
	case store.EventComplaint, store.EventAnswer, store.EventSupplement, store.EventWithdrawal, store.EventForward:
		return true
	}
	return false
}

// withdrawalText is what a reporter wrote who took the case back. What another system says in place of our sentence is
// shown too.
func withdrawalText(answer, reason string) string {
	if answer = strings.TrimSpace(answer); answer == contracts.WithdrawalText || answer == strings.TrimSpace(reason) {
		return reason
	}
	return strings.TrimSpace(answer + "\n\n" + reason)
}

func codeWord(v contracts.CV) string {
	if v.DisplayName != "" {
		return v.DisplayName
	}
	if v.OriginalText != "" {
		return v.OriginalText
	}
	return v.Code
}

// Named is the name of a unit: the catalogue's, else the message's, else its HSA-id.
func (s *Base) Named(u contracts.OrgUnit) string {
	if known, ok := s.Table().Unit(u.HSAID); ok {
		return known.Name
	}
	if u.Name != "" {
		return u.Name
	}
	return u.HSAID
}

func reporterName(c store.Case) string {
	if c.Facts.ReporterName != "" {
		return c.Facts.ReporterName
	}
	return wordReporter
}

// beginning is as much of a text as reminds of it.
func beginning(text string) string {
	const most = 80
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "…"
}

// HandlerName is the name of a unit that has a case.
func HandlerName(h store.Handler) string {
	if h.Name != "" {
		return h.Name
	}
	return h.Unit
}

// IsBoard tells whether a patient board handles a case.
func IsBoard(h store.Handler) bool { return h.Kind == routing.PatientBoard }

// wishOf is how the reporter of a complaint wants to be answered.
func wishOf(c *contracts.Complaint) string {
	channel := ""
	if c.ReplyChannel != nil {
		channel = cmp.Or(c.ReplyChannel.DisplayName, c.ReplyChannel.OriginalText)
	}
	return wishWord(c.ReplyWanted, channel)
}
