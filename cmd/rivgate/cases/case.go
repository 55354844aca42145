// Package cases is the noun case of the command line: cases, replies to them and their registration numbers.
//
// It does not know how a reply is sent: it enters the line, as one from the pages.
package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/logs"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/contracts/redact"
	"rivgate/relay"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// Command is the noun case. Every verb opens the store itself and is safe beside a running gateway.
type Command struct {
	List  ListCommand  `cmd:"" help:"List cases, the latest received first."`
	Show  ShowCommand  `cmd:"" help:"Show a case and its messages; contents only with --content."`
	Reply ReplyCommand `cmd:"" help:"Answer a case of the inbox; the reply takes the same way as one from the pages."`

	Unregistered UnregisteredCommand `cmd:"" help:"List the cases of the inboxes that lack a registration number."`
	Register     RegisterCommand     `cmd:"" help:"Read a file of registration numbers from the diary: all of them, or, where a line is wrong, none."`
}

// ListCommand lists cases without personal data.
type ListCommand struct {
	Query string `help:"Part of an id or a name, or a whole personal number." placeholder:"TEXT"`
	State string `help:"submitted, delivered, in_progress, awaiting_reporter or closed." enum:",submitted,delivered,in_progress,awaiting_reporter,closed" default:"" placeholder:"STATE"`
	Unit  string `help:"The unit that has the case." placeholder:"HSAID"`
	Since string `help:"Received at or after: a date, a time with zone, or an age like 24h." placeholder:"TIME"`
	After string `help:"Go on after this id, the last of the page before." placeholder:"ID"`
	Limit int    `help:"At most so many." default:"50"`
}

// Run prints the list.
func (c *ListCommand) Run(s *cli.Session) error {
	since, err := cli.ParseSince("--since", c.Since, s.Now())
	if err != nil {
		return err
	}
	f := store.CaseFilter{
		Query: c.Query, State: store.State(c.State), Unit: c.Unit, Since: since, After: c.After, Limit: c.Limit,
	}
	if err := cli.CheckLimit(c.Limit); err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		cases, _, err := pages(s, db).ListCases(ctx, actor(), f, f, f.Limit)
		if err != nil {
			return fmt.Errorf("listing cases: %w", err)
		}
		if len(cases) == f.Limit {
			f.After = cases[len(cases)-1].ID
			rest, err := countMore(ctx, db, f)
			if err != nil {
				return fmt.Errorf("listing cases: %w", err)
			}
			s.More(rest, f.After)
		}
		listed, err := registered(ctx, db, cases)
		if err != nil {
			return err
		}
		return s.Show(listed, func(w io.Writer) error {
			t := &cli.Table{Head: []string{
				"CASE", "STATE", "UNIT", "VIA", "RECEIVED", "DUE", "VERSION", "REGISTRATION", "OUR ID",
			}}
			for _, k := range listed {
				t.Add(k.Ref.Extension, k.State, k.Handler.Unit, k.Handler.Via, k.Received, k.Due, k.Version, k.Registration,
					k.ID)
			}
			return t.Print(w)
		})
	})
}

// actor is the user of the operating system, as the access log names who reads by a command.
func actor() shell.Access {
	by := cli.Operator("")
	return shell.Access{User: by, Name: by}
}

// pages writes the access log as the pages do: what was searched for is kept in the same form.
func pages(s *cli.Session, db *store.Store) *shell.Site {
	return &shell.Site{
		Relay: &relay.Relay{Store: db}, Now: s.Now,
	}
}

// countMore is 1 where cases of the filter follow, else 0. It shows nothing of them.
func countMore(ctx context.Context, db *store.Store, f store.CaseFilter) (int, error) {
	f.Limit = 1
	rest, err := db.Unlogged().Cases(ctx, f)
	return len(rest), err
}

// registeredCase is a case with its registration number at the unit that has it.
type registeredCase struct {
	store.Case
	Registration string `json:"registration,omitempty"`
}

// registered are cases with their registration numbers.
func registered(ctx context.Context, db *store.Store, cases []store.Case) ([]registeredCase, error) {
	ids := make([]string, 0, len(cases))
	for _, c := range cases {
		ids = append(ids, c.ID)
	}
	desks, err := db.Desks(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reading registration numbers: %w", err)
	}
	all := make([]registeredCase, 0, len(cases))
	for _, c := range cases {
		all = append(all, registeredCase{c, desks[c.ID].Diary})
	}
	return all, nil
}

// ShowCommand shows one case.
type ShowCommand struct {
	ID        string `arg:"" help:"1177's id of the case, or ours."`
	Content   bool   `help:"The messages' contents too: health data, names, personal numbers. The access log has it."`
	Protected bool   `help:"With --content: who a protected identity is, too. The access log has that as well."`
}

// Run prints the case.
func (c *ShowCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		k, err := c.open(ctx, db)
		if errors.Is(err, store.ErrNotFound) {
			return cli.Refused("there is no case %s", cli.Cell(c.ID))
		}
		if err != nil {
			return fmt.Errorf("reading case: %w", err)
		}
		entries, err := db.TimeLine(ctx, k)
		if err != nil {
			return fmt.Errorf("reading messages: %w", err)
		}
		if err := c.leaveOut(k, entries); err != nil {
			return err
		}
		one, err := registered(ctx, db, []store.Case{k})
		if err != nil {
			return err
		}
		both := struct {
			registeredCase
			Messages []store.Entry `json:"messages"`
		}{one[0], entries}
		return s.Show(both, func(w io.Writer) error { return printCase(w, one[0], entries) })
	})
}

// open opens the case: the row of the access log says how much of it is shown. store.ErrNotFound.
func (c *ShowCommand) open(ctx context.Context, db *store.Store) (store.Case, error) {
	head, err := db.Head(ctx, c.ID)
	if err != nil {
		return head, err
	}
	row := accesslog.Row{What: accesslog.Read, Detail: "case"}
	if c.Content {
		row.Detail = "messages"
		if head.Protected && c.Protected {
			row.Detail = accesslog.AddDetail(row.Detail, "protected identity")
		}
	}
	return db.Open(ctx, head.ID, actor().Row(row))
}

// leaveOut takes from the messages what was not asked for.
func (c *ShowCommand) leaveOut(k store.Case, all []store.Entry) (err error) {
	for i := range all {
		switch {
		case !c.Content:
			all[i].Content = nil
		case k.Protected && !c.Protected:
			if all[i].Content, err = redact.Content(all[i].Content); err != nil {
				return err
			}
		}
	}
	return nil
}

func printCase(w io.Writer, k registeredCase, entries []store.Entry) error {
	t := &cli.Table{Head: []string{"CASE", cli.Cell(k.Ref.Extension)}}
	t.Add("OUR ID", k.ID)
	t.Add("REGISTRATION", k.Registration)
	t.Add("EXTERNAL ID", k.External.Extension)
	t.Add("STATE", k.State)
	t.Add("VERSION", k.Version)
	t.Add("UNIT", k.Handler.Unit+" "+k.Handler.Name)
	t.Add("VIA", string(k.Handler.Via)+" "+k.Handler.Address)
	t.Add("RECEIVED", k.Received)
	t.Add("DUE", k.Due)
	t.Add("CLOSED", k.Closed)
	t.Add("OPEN QUESTIONS", strings.Join(k.OpenQuestions, ", "))
	if err := t.Print(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	t = &cli.Table{Head: []string{"AT", "KIND", "FROM", "TO", "PLACE", "ID"}}
	for _, e := range entries {
		t.Add(e.At, e.Kind, e.Sender, e.Receiver, e.Place, e.MessageID)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	for _, e := range entries {
		if len(e.Content) > 0 {
			fmt.Fprintf(w, "\n%s %s\n%s\n", e.Kind, e.MessageID, cli.Cell(string(e.Content)))
		}
	}
	return nil
}

// ReplyCommand writes a reply as the unit that has the case.
type ReplyCommand struct {
	ID        string   `arg:"" help:"1177's id of the case, or ours."`
	Type      string   `help:"${enum}." enum:"PARTIAL_REPLY,QUESTION,CLOSE,STATUS,FORWARDED,CORRECTION" default:"PARTIAL_REPLY"`
	Text      string   `help:"What the citizen reads; - reads it from standard input."`
	Due       string   `help:"QUESTION: answer wanted by this day, YYYYMMDD." placeholder:"DATE"`
	Status    string   `help:"STATUS: RECEIVED, IN_PROGRESS or AWAITING_REPORTER." placeholder:"STATUS"`
	Problem   []string `help:"CLOSE, CORRECTION: code of a main or sub problem, like 3 and 3.4; may be repeated." placeholder:"CODE"`
	Area      string   `help:"CLOSE, CORRECTION: code of the area of activity." placeholder:"CODE"`
	To        string   `help:"FORWARDED: the unit that takes over." placeholder:"HSAID"`
	Note      string   `help:"FORWARDED: internal note to the unit that takes over; the citizen never sees it." placeholder:"TEXT"`
	Ground    string   `help:"FORWARDED: the consent (whose, when, how) or other ground, mandatory between care and patient board." placeholder:"TEXT"`
	Unchecked string   `help:"Why it is sent although the reporter's right to speak for the patient was not checked; mandatory then." placeholder:"TEXT"`
	Attach    []string `help:"File to go with the reply; may be repeated." placeholder:"FILE" type:"existingfile"`
	Update    string   `help:"Take the whole update from a JSON file in the API's form instead; - is standard input." placeholder:"FILE"`
	Version   int64    `help:"Refuse if the case has another version by now." placeholder:"N"`
}

// Run sends the reply down the line.
func (c *ReplyCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	registry, err := parts.NewRegistry(l.Config)
	if err != nil {
		return err
	}
	update, err := c.update(s, registry)
	if err != nil {
		return err
	}
	log := logs.New(config.Log{Level: "error", Format: "text"}, s.Err)
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		keeper, err := parts.NewKeeper(l.Config, registry, db, s.Now, log)
		if err != nil {
			return err
		}
		if _, err := keeper.Refresh(ctx); err != nil && keeper.Table() == nil {
			return cli.Unreachable("reading the catalogue: %w", err)
		}
		r, err := parts.NewRelay(l.Config, registry, db, keeper.Table, s.Now, log)
		if err != nil {
			return err
		}
		accepted, err := r.Reply(ctx, c.ID, update, c.Version)
		if err != nil {
			return replyError(err)
		}
		return s.Show(accepted.Receipt, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "accepted %s in case %s\n", accepted.MessageID, accepted.Case.Extension)
			return err
		})
	})
}

// replyError says in words for a terminal what the line refused.
func replyError(err error) error {
	var platform *routing.Error
	switch {
	case errors.Is(err, store.ErrNotFound):
		return cli.Refused("there is no such case")
	case errors.Is(err, relay.ErrNotOurs), errors.Is(err, relay.ErrConflict):
		return cli.Refused("%w", err)
	case errors.As(err, &platform):
		return cli.Refused("%s %s", platform.Code, platform.Detail)
	}
	return err
}

func (c *ReplyCommand) update(s *cli.Session, r *contracts.Registry) (contracts.Update, error) {
	u := contracts.Update{Type: c.Type, Text: c.Text, AnswerDueDate: c.Due, Status: c.Status}
	if c.Update != "" {
		content, err := cli.ReadInput(c.Update, 1<<20)
		if err != nil {
			return u, cli.Usage("reading the update: %w", err)
		}
		d := json.NewDecoder(strings.NewReader(string(content)))
		d.DisallowUnknownFields()
		u = contracts.Update{}
		if err := d.Decode(&u); err != nil {
			return u, cli.Usage("reading the update: %w", err)
		}
	}
	if c.Text == "-" {
		content, err := cli.ReadInput("-", 1<<20)
		if err != nil {
			return u, cli.Usage("reading the text: %w", err)
		}
		u.Text = strings.TrimSpace(string(content))
	}
	if c.Status != "" {
		stamp := contracts.NewStamp(s.Now())
		u.StatusTime = &stamp
	}
	if c.To != "" {
		u.NewRecipient = &contracts.OrgUnit{HSAID: c.To}
	}
	if c.Note != "" || c.Ground != "" {
		u.Handover = &contracts.Handover{Ground: c.Ground, Note: c.Note}
	}
	if u.Handover != nil {
		u.Handover.ByID, u.Handover.ByName = cli.Operator(""), cli.Operator("")
	}
	if c.Unchecked != "" {
		u.Unchecked = &contracts.Unchecked{Reason: c.Unchecked}
	}
	if u.Unchecked != nil {
		u.Unchecked.ByID, u.Unchecked.ByName = cli.Operator(""), cli.Operator("")
	}
	if len(c.Problem) > 0 || c.Area != "" {
		sorted, err := Classification(r, c.Problem, c.Area)
		if err != nil {
			return u, err
		}
		u.Classification = sorted
	}
	for _, name := range c.Attach {
		a, err := attachment(name)
		if err != nil {
			return u, err
		}
		u.Attachments = append(u.Attachments, a)
	}
	return u, nil
}

// Classification makes a classification of the codes of main and sub problems and of the area of activity; an empty
// area is none. A code that the pack does not know is a fault of usage.
func Classification(r *contracts.Registry, problems []string, area string) (*contracts.Classification, error) {
	k := &contracts.Classification{}
	for _, code := range problems {
		cv, err := coded(r, contracts.SystemProblem, code)
		if err != nil {
			return nil, err
		}
		k.Problems = append(k.Problems, cv)
	}
	if area != "" {
		cv, err := coded(r, contracts.SystemArea, area)
		if err != nil {
			return nil, err
		}
		k.AreaOfActivity = cv
	}
	return k, nil
}

// coded is a code with its name.
func coded(r *contracts.Registry, system, code string) (contracts.CV, error) {
	set, ok := r.CodeSet(system)
	if !ok {
		return contracts.CV{}, fmt.Errorf("the contract pack has no code set %s", system)
	}
	value, ok := set.Code(code)
	if !ok {
		return contracts.CV{}, cli.Usage("the code %q is not in the code set %s", code, system)
	}
	return contracts.CV{Code: value.Code, CodeSystem: system, DisplayName: value.Display}, nil
}

// attachment reads a file that goes with a reply; the line judges its size and kind.
func attachment(name string) (contracts.Attachment, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return contracts.Attachment{}, cli.Usage("reading attachment: %w", err)
	}
	media, _, _ := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(name)))
	return contracts.Attachment{
		ID: uuid.NewString(), FileName: filepath.Base(name), MediaType: media, Size: int64(len(content)), Value: content,
	}, nil
}
