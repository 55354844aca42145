package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
)

// exampleConfig loads to DefaultConfig; a test holds it to that.
//
//go:embed config.example.yaml
var exampleConfig string

// ConfigCommand is the noun config.
type ConfigCommand struct {
	Example ConfigExampleCommand `cmd:"" help:"Print a file with every key, its default and what it means."`
	Check   ConfigCheckCommand   `cmd:"" help:"List everything that is wrong with the configuration, with line and remedy."`
}

// ConfigExampleCommand prints the commented defaults.
type ConfigExampleCommand struct{}

// Run prints the example.
func (*ConfigExampleCommand) Run(s *session) error {
	_, err := io.WriteString(s.out, exampleConfig)
	return err
}

// ConfigCheckCommand judges the configuration without starting anything.
type ConfigCheckCommand struct{}

// Run lists the problems.
func (*ConfigCheckCommand) Run(s *session) error {
	l, err := s.config()
	var wrong *configError
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	problems := []Problem{}
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
