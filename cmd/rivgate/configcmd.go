package main

import (
	"errors"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/tak"
)

// ConfigCommand is the noun config.
type ConfigCommand struct {
	Example ConfigExampleCommand `cmd:"" help:"Print a file with every key, its default and what it means."`
	Check   ConfigCheckCommand   `cmd:"" help:"List everything that is wrong with the configuration, with line and remedy."`
}

// ConfigExampleCommand prints the commented defaults.
type ConfigExampleCommand struct{}

// Run prints the example.
func (*ConfigExampleCommand) Run(s *cli.Session) error {
	_, err := io.WriteString(s.Out, config.Example)
	return err
}

// ConfigCheckCommand judges the configuration without starting anything.
type ConfigCheckCommand struct{}

// Run lists the problems.
func (*ConfigCheckCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	var wrong *config.Error
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	if err == nil {
		if found := tak.Problems(s, l); len(found) > 0 {
			wrong = &config.Error{Problems: found}
		}
	}
	problems := []config.Problem{}
	if wrong != nil {
		problems = wrong.Problems
	}
	err = s.Show(problems, func(w io.Writer) error {
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
		return &cli.Told{Code: cli.ExitUsage}
	}
	return err
}
