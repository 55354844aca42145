// Command rivgate is the whole gateway in one binary: `serve` runs it, `demo` plays its story, the other commands look
// at it and work on it. It holds configuration, wiring (serve.go) and the commands; what they do is done by the
// packages beneath.
//
// It does not know how a message is judged, routed, stored or delivered.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"rivgate/cmd/rivgate/config"
)

// Exit codes of every command.
const (
	exitDone        = 0
	exitRefused     = 1 // refused, or different from what was asked
	exitUsage       = 2 // usage or configuration
	exitUnreachable = 3
)

// CLI is the command line: one noun a field, one file a noun.
type CLI struct {
	Config string `help:"Configuration file. Without it rivgate.yaml in the working directory; without that the demo's defaults." env:"RIVGATE_CONFIG" placeholder:"FILE"`
	Format string `help:"Form of the output: ${enum}." enum:"text,json" default:"text"`

	Serve    ServeCommand    `cmd:"" help:"Run the gateway until it is told to stop."`
	Demo     DemoCommand     `cmd:"" help:"Play the whole story once, with a 1177 portal and a handling system, and check how it ends."`
	TAK      TAKCommand      `cmd:"" name:"tak" help:"The address catalogue: who may call whom, and where it goes."`
	Queue    QueueCommand    `cmd:"" help:"What waits to be delivered."`
	Case     CaseCommand     `cmd:"" help:"Cases and replies to them."`
	Send     SendCommand     `cmd:"" help:"Post an envelope as it is; print status, fault or result."`
	Validate ValidateCommand `cmd:"" help:"Judge envelopes: the guard, the schema, the business rules."`
	User     UserCommand     `cmd:"" help:"Who can sign in, and what they may."`
	Audit    AuditCommand    `cmd:"" help:"The access log: who looked at and changed what."`
	Migrate  MigrateCommand  `cmd:"" help:"Bring the database to this version's schema."`
	Backup   BackupCommand   `cmd:"" help:"Copy the database to a file while everything goes on."`
	Version  VersionCommand  `cmd:"" help:"Print the version."`
	Help     HelpCommand     `cmd:"" help:"Show this, or the help of a command."`
	Conf     ConfigCommand   `cmd:"" name:"config" help:"The configuration: an example, a check."`
}

// HelpCommand stands in the list of commands; run makes `help COMMAND` the --help of that command.
type HelpCommand struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

// session is what a command may use of the world.
type session struct {
	ctx     context.Context
	out     io.Writer
	err     io.Writer
	environ []string
	file    string // --config
	json    bool   // --format json
	now     func() time.Time
}

// config reads the configuration. Its error ends the command with exitUsage.
func (s *session) config() (*config.Loaded, error) { return config.Read(s.file, s.environ) }

// failure is an error with the exit code that it deserves.
type failure struct {
	code int
	err  error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// refused is an error for exitRefused.
func refused(format string, args ...any) error {
	return &failure{exitRefused, fmt.Errorf(format, args...)}
}

// unreachable is an error for exitUnreachable.
func unreachable(format string, args ...any) error {
	return &failure{exitUnreachable, fmt.Errorf(format, args...)}
}

// usage is an error for exitUsage.
func usage(format string, args ...any) error {
	return &failure{exitUsage, fmt.Errorf(format, args...)}
}

func main() {
	// net/http writes there what it found on a producer's connection when it expected nothing: that may be anybody's
	// message.
	log.SetOutput(io.Discard)
	ctx, stop := untilSignal()
	defer stop()
	s := &session{ctx: ctx, out: os.Stdout, err: os.Stderr, environ: os.Environ(), now: time.Now}
	os.Exit(run(s, os.Args[1:]))
}

// run carries out one command line and returns its exit code.
func run(s *session, args []string) int {
	var cli CLI
	done := -1
	parser, err := kong.New(&cli,
		kong.Name("rivgate"),
		kong.Description(
			"Rivgate carries cases of 1177 Synpunkter och klagomål between 1177, a built-in inbox and external handling "+
				"systems, over RIV-TA.",
		),
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { done = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Help(help),
	)
	if err != nil {
		fmt.Fprintln(s.err, "rivgate:", err)
		return exitUsage
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help" && !slices.Contains(args, "--help"):
		args = append(args[1:], "--help")
	}
	command, err := parser.Parse(args)
	if done >= 0 { // --help was printed
		return done
	}
	if err != nil {
		fmt.Fprintf(s.err, "rivgate: %v\nSee rivgate --help.\n", err)
		return exitUsage
	}
	s.file, s.json = cli.Config, cli.Format == "json"
	return exitCode(s.err, command.Run(s))
}

// exitCode prints an error and tells its exit code.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	var said *told
	if errors.As(err, &said) {
		return said.code
	}
	fmt.Fprintln(w, "rivgate:", err)
	var known *failure
	var wrong *config.Error
	switch {
	case errors.As(err, &known):
		return known.code
	case errors.As(err, &wrong):
		return exitUsage
	}
	return exitRefused
}

// told ends a command with a code when its output has already said why.
type told struct{ code int }

func (*told) Error() string { return "see the output" }

// help adds the exit codes to the help of every command.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout,
		"\nExit codes: 0 done, 1 refused or different, 2 usage or configuration, 3 unreachable.")
	return err
}
