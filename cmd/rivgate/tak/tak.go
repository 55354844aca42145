// Package tak is the noun tak of the command line: the address catalogue, in a file, at a TAK and in the store.
//
// It does not know how a catalogue is read (routing/tak), kept (store) or decided by (routing).
package tak

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
)

// Command is the noun tak: the catalogue. A source is a file (our YAML, or the saved copy of a TAK) or the URL of a
// SokVagvalsInfo service; where a verb names none, it is the configured one.
type Command struct {
	Import  ImportCommand  `cmd:"" help:"Read a catalogue or a beställning, check it, and put it where tak.source reads, or into the draft."`
	Show    ShowCommand    `cmd:"" help:"List units, routes and permissions."`
	Resolve ResolveCommand `cmd:"" help:"Say where a call would go and why, or why it is refused."`
	Test    TestCommand    `cmd:"" help:"Test the connection of a route: name, TCP, TLS on both sides, host name, ping."`
	Diff    DiffCommand    `cmd:"" help:"List what the draft changes, or what differs between two catalogues, and the open cases that it touches."`
	Export  ExportCommand  `cmd:"" help:"Write the catalogue as YAML or as a TAK's saved copy."`

	Rows     RowsCommand     `cmd:"" help:"List the rows of the catalogue kept in the store, with their ids."`
	Edit     EditCommand     `cmd:"" help:"Change rows of the draft."`
	Publish  PublishCommand  `cmd:"" help:"Make a version of the draft, at once or at a set time."`
	Versions VersionsCommand `cmd:"" help:"List the published versions."`
	Rollback RollbackCommand `cmd:"" help:"Bring the content of any version back, as a new one."`
	Cancel   CancelCommand   `cmd:"" help:"Take a scheduled version back; its changes are in the draft again."`
	Rebase   RebaseCommand   `cmd:"" help:"Take into the draft what was published since it was begun."`
	Discard  DiscardCommand  `cmd:"" help:"Throw the draft away."`
	History  HistoryCommand  `cmd:"" help:"Who did what to the catalogue, when and why."`
	Accept   AcceptCommand   `cmd:"" help:"Confirm an answer of the source that is held back because it shrank."`
}

// OpenedCatalogue is one that was read for a command, and what is needed to judge it.
type OpenedCatalogue struct {
	config   config.Config
	registry *contracts.Registry
	routing.Catalogue
}

// OpenCatalogue reads a source; "" is the configured one.
func OpenCatalogue(s *cli.Session, source string) (*OpenedCatalogue, error) {
	l, err := s.Config()
	if err != nil {
		return nil, err
	}
	r, err := parts.NewRegistry(l.Config)
	if err != nil {
		return nil, err
	}
	if source == "" && l.Config.TAK.Source == config.SourceDemo {
		c, err := startedCatalogue(s, l.Config, r)
		return &OpenedCatalogue{l.Config, r, c}, err
	}
	if source == "" {
		source = l.Config.TAK.Source
	}
	if isKept(source) {
		c, err := readKept(s, l.Config, source)
		return &OpenedCatalogue{l.Config, r, c}, err
	}
	from, err := parts.NewSource(l.Config, r, source)
	if err != nil {
		return nil, err
	}
	s.Progress("reading the catalogue …")
	c, err := from.Read(s.Context)
	s.Progress("")
	if err != nil && config.IsURL(source) {
		return nil, cli.Unreachable("%w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	return &OpenedCatalogue{l.Config, r, c}, nil
}

// table makes the catalogue ready for deciding, or says line by line why it does not load.
func (c *OpenedCatalogue) table() (*routing.Table, error) {
	t, err := routing.NewTable(c.Catalogue, parts.NewRules(c.config, c.registry))
	if err != nil {
		return nil, cli.Refused("the catalogue does not load:\n%w", err)
	}
	return t, nil
}

// short is the short name of a contract, or its namespace where it has none.
func (c *OpenedCatalogue) short(namespace string) string {
	if known := c.registry.Contract(namespace); known != nil {
		return known.Name
	}
	return namespace
}

// write writes the catalogue in a form, yaml or cache.
func (c *OpenedCatalogue) write(w io.Writer, form string) error {
	if form == "cache" {
		return tak.WriteCache(w, c.Catalogue)
	}
	return tak.WriteYAML(w, c.Catalogue, c.registry.Names())
}

// ImportCommand takes a catalogue into use.
type ImportCommand struct {
	Source string `arg:"" help:"File or URL."`
	To     string `help:"Write to this file (.xml: as a TAK's saved copy, else YAML) instead of tak.source." placeholder:"FILE"`
	Draft  bool   `help:"Into the draft of the catalogue in the store, even if tak.source is another."`
	DryRun bool   `help:"Only check and show what would change."`
	who
}

// imported is what an import did.
type imported struct {
	To          string                `json:"to,omitempty"`
	DryRun      bool                  `json:"dryRun"`
	Units       int                   `json:"units"`
	Routes      int                   `json:"routes"`
	Permissions int                   `json:"permissions"`
	Changes     catalogue.Differences `json:"changes"`
	Notes       []catalogue.Advice    `json:"notes"`
}

// Run imports. A catalogue that does not load is refused; a running gateway takes the new one at its next refresh.
func (t *ImportCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	to := t.To
	if to == "" {
		to = l.Config.TAK.Source
	}
	if t.Draft || to == config.SourceStore {
		return t.intoDraft(s)
	}
	if to == config.SourceDemo || config.IsURL(to) {
		return cli.Usage(
			"tak.source is %s, which cannot be written: name a file with --to, set tak.source to one, or import into the "+
				"store with --draft", to,
		)
	}
	if isOrderFile(t.Source) {
		return cli.Usage("a beställning changes the catalogue in the store: add --draft")
	}
	c, err := OpenCatalogue(s, t.Source)
	if err != nil {
		return err
	}
	if _, err := c.table(); err != nil {
		return err
	}
	done := imported{To: to, DryRun: t.DryRun, Units: len(c.Units), Routes: len(c.Routes), Permissions: len(c.Permissions)}
	done.Notes = catalogue.Lint(c.Catalogue, parts.NewRules(c.config, c.registry), c.config.Instance.HSAID, s.Now())
	before := routing.Catalogue{}
	if _, err := os.Stat(to); err == nil {
		present, err := OpenCatalogue(s, to)
		if err != nil {
			return fmt.Errorf("reading what is there now: %w", err)
		}
		before = present.Catalogue
	}
	done.Changes = catalogue.Diff(before, c.Catalogue)
	if !t.DryRun {
		if err := c.save(to); err != nil {
			return err
		}
	}
	return s.Show(done, done.print)
}

func (i imported) print(w io.Writer) error {
	verb := "written to " + i.To
	if i.DryRun {
		verb = "not written (dry run)"
	}
	text := i.Changes.String()
	for _, note := range i.Notes {
		text += "note: " + note.String() + "\n"
	}
	_, err := fmt.Fprintf(w, "%s%d units, %d routes, %d permissions, %d changes: %s\n", text, i.Units, i.Routes,
		i.Permissions, len(i.Changes), verb)
	return err
}

// save writes the catalogue so that a reader finds the old file or the whole new one.
func (c *OpenedCatalogue) save(file string) error {
	if strings.EqualFold(filepath.Ext(file), ".xml") {
		return tak.SaveCache(file, c.Catalogue)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".catalogue-*")
	if err != nil {
		return fmt.Errorf("saving the catalogue: %w", err)
	}
	defer os.Remove(f.Name()) // after the rename there is nothing left to remove
	err = errors.Join(c.write(f, "yaml"), f.Chmod(0o640), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("saving the catalogue: %w", err)
	}
	return nil
}

// ShowCommand lists a catalogue.
type ShowCommand struct {
	Source   string `arg:"" optional:"" help:"File or URL; else the configured one."`
	Contract string `help:"Only this contract: short name or namespace." placeholder:"NAME"`
	To       string `help:"Only this receiver." placeholder:"HSAID"`
	From     string `help:"Only this sender's permissions." placeholder:"HSAID"`
}

// Run lists.
func (t *ShowCommand) Run(s *cli.Session) error {
	c, err := OpenCatalogue(s, t.Source)
	if err != nil {
		return err
	}
	contract := parts.Namespace(c.registry, t.Contract)
	wanted := func(ns, to string) bool {
		return (contract == "" || ns == contract) && (t.To == "" || routing.SameHSAID(to, t.To))
	}
	shown := routing.Catalogue{}
	for _, u := range c.Units {
		if t.To == "" || routing.SameHSAID(u.HSAID, t.To) {
			shown.Units = append(shown.Units, u)
		}
	}
	for _, r := range c.Routes {
		if wanted(r.Contract, r.Receiver) {
			shown.Routes = append(shown.Routes, r)
		}
	}
	for _, p := range c.Permissions {
		if wanted(p.Contract, p.Receiver) && (t.From == "" || routing.SameHSAID(p.Sender, t.From)) {
			shown.Permissions = append(shown.Permissions, p)
		}
	}
	return s.Show(shown, func(w io.Writer) error { return printCatalogue(w, c, shown) })
}

func printCatalogue(w io.Writer, c *OpenedCatalogue, shown routing.Catalogue) error {
	units := &cli.Table{Head: []string{"UNIT", "NAME", "KIND", "REGION", "PROVIDER", "ATTACHMENTS", "TOWN", "ALIASES"}}
	for _, u := range shown.Units {
		units.Add(u.HSAID, u.Name, u.Kind, u.Region, u.Provider, u.Attachments, u.Town,
			u.Aliases.Words())
	}
	routes := &cli.Table{Head: []string{"ROUTE", "TO", "ADDRESS", "PROFILE", "COMPONENT", "SIGNATURE", "FROM", "UNTIL"}}
	for _, r := range shown.Routes {
		routes.Add(c.short(r.Contract), r.Receiver, r.Address, r.Profile, r.Component, r.Signature, r.From, r.Until)
	}
	permissions := &cli.Table{Head: []string{"PERMISSION", "FROM SYSTEM", "TO", "FROM", "UNTIL"}}
	for _, p := range shown.Permissions {
		permissions.Add(c.short(p.Contract), p.Sender, p.Receiver, p.From, p.Until)
	}
	for i, t := range []*cli.Table{units, routes, permissions} {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := t.Print(w); err != nil {
			return err
		}
	}
	return nil
}

// ExportCommand writes a catalogue.
type ExportCommand struct {
	Source string `arg:"" optional:"" help:"File or URL; else the configured one."`
	As     string `help:"yaml: ours; cache: the saved copy that SKLTP's switch reads." enum:"yaml,cache" default:"yaml"`
}

// Run writes to the standard output, whatever --format says: the form is the file's.
func (t *ExportCommand) Run(s *cli.Session) error {
	c, err := OpenCatalogue(s, t.Source)
	if err != nil {
		return err
	}
	return c.write(s.Out, t.As)
}
