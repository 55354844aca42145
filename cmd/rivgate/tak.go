package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/tak"
)

// TAKCommand is the noun tak: the catalogue. A source is a file (our YAML, or the saved copy of a TAK) or the URL of a SokVagvalsInfo service;
// where a verb names none, it is the configured one.
type TAKCommand struct {
	Import  TAKImportCommand  `cmd:"" help:"Read a catalogue, check it, and put it where tak.source reads."`
	Show    TAKShowCommand    `cmd:"" help:"List units, routes and permissions."`
	Resolve TAKResolveCommand `cmd:"" help:"Say where a call would go and why, or why it is refused."`
	Diff    TAKDiffCommand    `cmd:"" help:"List what differs between two catalogues."`
	Export  TAKExportCommand  `cmd:"" help:"Write the catalogue as YAML or as a TAK's saved copy."`
}

// catalogue is one that was read for a command, and what is needed to judge it.
type catalogue struct {
	config   Config
	registry *contracts.Registry
	routing.Catalogue
}

// catalogue reads a source; "" is the configured one.
func (s *session) catalogue(source string) (*catalogue, error) {
	l, err := s.config()
	if err != nil {
		return nil, err
	}
	r, err := newRegistry(l.Config)
	if err != nil {
		return nil, err
	}
	if source == "" {
		source = l.Config.TAK.Source
	}
	from, err := newSource(l.Config, r, source)
	if err != nil {
		return nil, err
	}
	s.progress("reading the catalogue …")
	c, err := from.Read(s.ctx)
	s.progress("")
	if err != nil && isURL(source) {
		return nil, unreachable("%w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, err)
	}
	return &catalogue{l.Config, r, c}, nil
}

// table makes the catalogue ready for deciding, or says line by line why it does not load.
func (c *catalogue) table() (*routing.Table, error) {
	t, err := routing.NewTable(c.Catalogue, newRules(c.config, c.registry))
	if err != nil {
		return nil, refused("the catalogue does not load:\n%w", err)
	}
	return t, nil
}

// short is the short name of a contract, or its namespace where it has none.
func (c *catalogue) short(namespace string) string {
	if known := c.registry.Contract(namespace); known != nil {
		return known.Name
	}
	return namespace
}

// write writes the catalogue in a form, yaml or cache.
func (c *catalogue) write(w io.Writer, form string) error {
	if form == "cache" {
		return tak.WriteCache(w, c.Catalogue)
	}
	return tak.WriteYAML(w, c.Catalogue, c.registry.Names())
}

// TAKImportCommand takes a catalogue into use.
type TAKImportCommand struct {
	Source string `arg:"" help:"File or URL."`
	To     string `help:"Write to this file (.xml: as a TAK's saved copy, else YAML) instead of tak.source." placeholder:"FILE"`
	DryRun bool   `help:"Only check and show what would change."`
}

// imported is what an import did.
type imported struct {
	To          string      `json:"to,omitempty"`
	DryRun      bool        `json:"dryRun"`
	Units       int         `json:"units"`
	Routes      int         `json:"routes"`
	Permissions int         `json:"permissions"`
	Changes     tak.Changes `json:"changes"`
	Notes       []string    `json:"notes"`
}

// Run imports. A catalogue that does not load is refused; a running gateway takes the new one at its next refresh.
func (t *TAKImportCommand) Run(s *session) error {
	l, err := s.config()
	if err != nil {
		return err
	}
	to := t.To
	if to == "" {
		to = l.Config.TAK.Source
	}
	if to == sourceDemo || isURL(to) {
		return usage("tak.source is %s, which cannot be written: name a file with --to, or set tak.source to one", to)
	}
	c, err := s.catalogue(t.Source)
	if err != nil {
		return err
	}
	if _, err := c.table(); err != nil {
		return err
	}
	done := imported{To: to, DryRun: t.DryRun, Units: len(c.Units), Routes: len(c.Routes), Permissions: len(c.Permissions)}
	done.Notes = tak.Lint(c.Catalogue, newRules(c.config, c.registry), c.config.Instance.HSAID, s.now())
	before := routing.Catalogue{}
	if _, err := os.Stat(to); err == nil {
		present, err := s.catalogue(to)
		if err != nil {
			return fmt.Errorf("reading what is there now: %w", err)
		}
		before = present.Catalogue
	}
	done.Changes = tak.Diff(before, c.Catalogue)
	if !t.DryRun {
		if err := c.save(to); err != nil {
			return err
		}
	}
	return s.show(done, done.print)
}

func (i imported) print(w io.Writer) error {
	verb := "written to " + i.To
	if i.DryRun {
		verb = "not written (dry run)"
	}
	text := i.Changes.String()
	for _, note := range i.Notes {
		text += "note: " + note + "\n"
	}
	_, err := fmt.Fprintf(w, "%s%d units, %d routes, %d permissions, %d changes: %s\n", text, i.Units, i.Routes, i.Permissions, len(i.Changes), verb)
	return err
}

// save writes the catalogue so that a reader finds the old file or the whole new one.
func (c *catalogue) save(file string) error {
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

// TAKShowCommand lists a catalogue.
type TAKShowCommand struct {
	Source   string `arg:"" optional:"" help:"File or URL; else the configured one."`
	Contract string `help:"Only this contract: short name or namespace." placeholder:"NAME"`
	To       string `help:"Only this receiver." placeholder:"HSAID"`
	From     string `help:"Only this sender's permissions." placeholder:"HSAID"`
}

// Run lists.
func (t *TAKShowCommand) Run(s *session) error {
	c, err := s.catalogue(t.Source)
	if err != nil {
		return err
	}
	contract := namespace(c.registry, t.Contract)
	wanted := func(ns, to string) bool {
		return (contract == "" || ns == contract) && (t.To == "" || strings.EqualFold(to, t.To))
	}
	shown := routing.Catalogue{}
	for _, u := range c.Units {
		if t.To == "" || strings.EqualFold(u.HSAID, t.To) {
			shown.Units = append(shown.Units, u)
		}
	}
	for _, r := range c.Routes {
		if wanted(r.Contract, r.Receiver) {
			shown.Routes = append(shown.Routes, r)
		}
	}
	for _, p := range c.Permissions {
		if wanted(p.Contract, p.Receiver) && (t.From == "" || strings.EqualFold(p.Sender, t.From)) {
			shown.Permissions = append(shown.Permissions, p)
		}
	}
	return s.show(shown, func(w io.Writer) error { return printCatalogue(w, c, shown) })
}

func printCatalogue(w io.Writer, c *catalogue, shown routing.Catalogue) error {
	units := &table{head: []string{"UNIT", "NAME", "KIND", "REGION", "PROVIDER", "ATTACHMENTS"}}
	for _, u := range shown.Units {
		units.add(u.HSAID, u.Name, u.Kind, u.Region, u.Provider, u.Attachments)
	}
	routes := &table{head: []string{"ROUTE", "TO", "ADDRESS", "PROFILE", "COMPONENT", "FROM", "UNTIL"}}
	for _, r := range shown.Routes {
		routes.add(c.short(r.Contract), r.Receiver, r.Address, r.Profile, r.Component, r.From, r.Until)
	}
	permissions := &table{head: []string{"PERMISSION", "FROM SYSTEM", "TO", "FROM", "UNTIL"}}
	for _, p := range shown.Permissions {
		permissions.add(c.short(p.Contract), p.Sender, p.Receiver, p.From, p.Until)
	}
	for i, t := range []*table{units, routes, permissions} {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := t.print(w); err != nil {
			return err
		}
	}
	return nil
}

// TAKResolveCommand asks the catalogue for one decision.
type TAKResolveCommand struct {
	Contract string `required:"" help:"Short name or responder namespace." placeholder:"NS"`
	To       string `required:"" help:"Logical address." placeholder:"ADDR"`
	From     string `help:"The sending system; without it only the route is looked up." placeholder:"SENDER"`
	Profile  string `help:"The caller's profile." enum:"RIVTABP20,RIVTABP21" default:"RIVTABP21"`
	Date     string `help:"Decide as on this day, like 2026-01-31." placeholder:"DATE"`
	Source   string `help:"File or URL; else the configured one."`
}

// resolved is a decision or a refusal.
type resolved struct {
	Route  *routing.Route `json:"route,omitempty"`
	Code   string         `json:"code,omitempty"`
	Text   string         `json:"text,omitempty"`
	Detail string         `json:"detail,omitempty"`
	Trace  routing.Trace  `json:"trace"`
}

// Run decides. A refusal is printed and makes the exit code 1.
func (t *TAKResolveCommand) Run(s *session) error {
	at := s.now()
	if t.Date != "" {
		day, err := time.ParseInLocation("2006-01-02", t.Date, routing.Stockholm())
		if err != nil {
			return usage("--date %q: write a day like 2026-01-31", t.Date)
		}
		at = day.Add(12 * time.Hour)
	}
	c, err := s.catalogue(t.Source)
	if err != nil {
		return err
	}
	rows, err := c.table()
	if err != nil {
		return err
	}
	call := routing.Call{Sender: t.From, Receiver: t.To, Contract: namespace(c.registry, t.Contract), Profile: t.Profile}
	decide := rows.Decide
	if t.From == "" {
		decide = rows.Route
	}
	route, err := decide(call, at)
	answer := resolved{Route: &route, Trace: route.Trace}
	var no *routing.Error
	if err != nil {
		if !errors.As(err, &no) {
			return err
		}
		answer = resolved{Code: string(no.Code), Text: no.Code.Text(), Detail: no.Detail, Trace: no.Trace}
	}
	if err := s.show(answer, answer.print); err != nil {
		return err
	}
	if no != nil {
		return &told{exitRefused}
	}
	return nil
}

func (r resolved) print(w io.Writer) error {
	t := &table{head: []string{"REFUSED", r.Code}}
	if r.Route != nil {
		t.head = []string{"VIA", string(r.Route.Via)}
		t.add("ADDRESS", r.Route.Address)
		t.add("PROFILE", r.Route.Profile)
		t.add("COMPONENT", r.Route.Component)
		t.add("ROW", r.Route.Receiver)
	} else {
		t.add("TEXT", r.Text)
		t.add("DETAIL", r.Detail)
	}
	t.add("ROUTE TRACE", r.Trace.Route)
	t.add("PERMISSION TRACE", r.Trace.Permission)
	return t.print(w)
}

// TAKDiffCommand compares catalogues.
type TAKDiffCommand struct {
	Source string `arg:"" help:"File or URL, compared with the configured catalogue, or with WITH."`
	With   string `arg:"" optional:"" help:"File or URL: what differs from SOURCE to here."`
}

// Run lists the differences; any makes the exit code 1.
func (t *TAKDiffCommand) Run(s *session) error {
	from, to := t.Source, t.With
	if to == "" {
		from, to = "", t.Source
	}
	before, err := s.catalogue(from)
	if err != nil {
		return err
	}
	after, err := s.catalogue(to)
	if err != nil {
		return err
	}
	changes := tak.Diff(before.Catalogue, after.Catalogue)
	if changes == nil {
		changes = tak.Changes{}
	}
	err = s.show(changes, func(w io.Writer) error {
		_, err := io.WriteString(w, changes.String())
		return err
	})
	if err == nil && len(changes) > 0 {
		return &told{exitRefused}
	}
	return err
}

// TAKExportCommand writes a catalogue.
type TAKExportCommand struct {
	Source string `arg:"" optional:"" help:"File or URL; else the configured one."`
	As     string `help:"yaml: ours; cache: the saved copy that SKLTP's switch reads." enum:"yaml,cache" default:"yaml"`
}

// Run writes to the standard output, whatever --format says: the form is the file's.
func (t *TAKExportCommand) Run(s *session) error {
	c, err := s.catalogue(t.Source)
	if err != nil {
		return err
	}
	return c.write(s.out, t.As)
}
