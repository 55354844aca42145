package main

import (
	"errors"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/config"
	"rivgate/routing/catalogue"
)

// ConfigCommand is the noun config.
type ConfigCommand struct {
	Example ConfigExampleCommand `cmd:"" help:"Print a file with every key, its default and what it means."`
	Check   ConfigCheckCommand   `cmd:"" help:"List everything that is wrong with the configuration, with line and remedy."`
}

// ConfigExampleCommand prints the commented defaults.
type ConfigExampleCommand struct{}

// Run prints the example.
func (*ConfigExampleCommand) Run(s *session) error {
	_, err := io.WriteString(s.out, config.Example)
	return err
}

// ConfigCheckCommand judges the configuration without starting anything.
type ConfigCheckCommand struct{}

// Run lists the problems.
func (*ConfigCheckCommand) Run(s *session) error {
	l, err := s.config()
	var wrong *config.Error
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	if err == nil {
		if found := s.catalogueProblems(l); len(found) > 0 {
			wrong = &config.Error{Problems: found}
		}
	}
	problems := []config.Problem{}
	if wrong != nil {
		problems = wrong.Problems
	}
	err = s.show(problems, func(w io.Writer) error {
		if wrong != nil {
			_, err := fmt.Fprintln(w, wrong)
			return err
		}
		from := "the defaults"
		if l.File != "" {
			from = l.File
		}
		_, err := fmt.Fprintf(w, "%s: environment %s, nothing wrong\n", from, l.Config.Environment)
		return err
	})
	if err == nil && wrong != nil {
		return &told{exitUsage}
	}
	return err
}

// catalogueProblems is what makes serve answer VP008, or refuse the calls to a unit, with this configuration: a
// catalogue that cannot be read, does not load or is empty, and units without a way. The demo's is made by serve
// itself.
func (s *session) catalogueProblems(l *config.Loaded) (problems []config.Problem) {
	if l.Config.TAK.Source == config.SourceDemo {
		return nil
	}
	wrong := func(format string, args ...any) {
		problems = append(problems, l.Problem("tak.source", format, args...))
	}
	const vp008 = "; until then serve answers VP008, or goes by the saved copy in tak.cache"
	c, err := s.catalogue("")
	if err != nil {
		wrong("the catalogue cannot be read: %v. Correct the name or the source%s", err, vp008)
		return problems
	}
	if len(c.Routes) == 0 {
		wrong("the catalogue has no routes: give it some, or name another source%s", vp008)
		return problems
	}
	if _, err := c.table(); err != nil {
		wrong("%v. Correct the rows%s", err, vp008)
		return problems
	}
	for _, note := range catalogue.Lint(c.Catalogue, newRules(c.config, c.registry), c.config.Instance.HSAID, s.now()) {
		if note.AboutUnit() {
			wrong("%s", note)
		}
	}
	return problems
}
