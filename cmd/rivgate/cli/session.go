// Package cli is what every command of rivgate stands on: the session (configuration, output, time), exit codes, tables
// and JSON, the store that is opened for one command, and what is read from flags and files.
//
// It does not know any command.
package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"rivgate/cmd/rivgate/config"
)

// Exit codes of every command.
const (
	ExitDone        = 0
	ExitRefused     = 1 // refused, or different from what was asked
	ExitUsage       = 2 // usage or configuration
	ExitUnreachable = 3
)

// Session is what a command may use of the world.
type Session struct {
	Context context.Context
	Out     io.Writer
	Err     io.Writer
	Environ []string
	File    string // --config
	JSON    bool   // --format json
	Now     func() time.Time
}

// Config reads the configuration. Its error ends the command with ExitUsage.
func (s *Session) Config() (*config.Loaded, error) { return config.Read(s.File, s.Environ) }

// Failure is an error with the exit code that it deserves.
type Failure struct {
	Code int
	err  error
}

func (f *Failure) Error() string { return f.err.Error() }
func (f *Failure) Unwrap() error { return f.err }

// Refused is an error for ExitRefused.
func Refused(format string, args ...any) error {
	return &Failure{ExitRefused, fmt.Errorf(format, args...)}
}

// Unreachable is an error for ExitUnreachable.
func Unreachable(format string, args ...any) error {
	return &Failure{ExitUnreachable, fmt.Errorf(format, args...)}
}

// Usage is an error for ExitUsage.
func Usage(format string, args ...any) error {
	return &Failure{ExitUsage, fmt.Errorf(format, args...)}
}

// Told ends a command with a code when its output has already said why.
type Told struct{ Code int }

func (*Told) Error() string { return "see the output" }
