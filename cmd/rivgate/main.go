// Command rivgate is the whole gateway in one binary: `serve` runs it, `demo` plays its story, the other commands look
// at it and work on it. It holds the table of commands and the wiring of the running gateway (serve.go); each noun of
// the command line has a folder of its own.
//
// It does not know how a message is judged, routed, stored or delivered.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"time"

	"github.com/alecthomas/kong"

	"rivgate/cmd/rivgate/cases"
	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/database"
	"rivgate/cmd/rivgate/envelope"
	"rivgate/cmd/rivgate/people"
	"rivgate/cmd/rivgate/queue"
	"rivgate/cmd/rivgate/recordings"
	"rivgate/cmd/rivgate/tak"
)

// CLI is the command line: one noun a field, one folder a noun.
type CLI struct {
	Config string `help:"Configuration file. Without it rivgate.yaml in the working directory; without that the demo's defaults." env:"RIVGATE_CONFIG" placeholder:"FILE"`
	Format string `help:"Form of the output: ${enum}." enum:"text,json" default:"text"`

	Serve    ServeCommand             `cmd:"" help:"Run the gateway until it is told to stop."`
	Demo     DemoCommand              `cmd:"" help:"Play the whole story once, with a 1177 portal and a handling system, and check how it ends."`
	TAK      tak.Command              `cmd:"" name:"tak" help:"The address catalogue: who may call whom, and where it goes."`
	Duties   tak.DutiesCommand        `cmd:"" help:"What one person asked for and another must confirm."`
	Queue    queue.Command            `cmd:"" help:"What waits to be delivered."`
	Case     cases.Command            `cmd:"" help:"Cases and replies to them."`
	Send     envelope.SendCommand     `cmd:"" help:"Post an envelope as it is; print status, fault or result."`
	Validate envelope.ValidateCommand `cmd:"" help:"Judge envelopes: the guard, the schema, the business rules."`
	Diff     recordings.DiffCommand   `cmd:"" help:"Compare recordings, folders of them, or documents, as they are meant."`
	Record   recordings.RecordCommand `cmd:"" help:"A recording proxy: what passes it is kept, without persons."`
	Replay   recordings.ReplayCommand `cmd:"" help:"Send recorded requests, and compare what comes back with what was recorded."`
	Redact   recordings.RedactCommand `cmd:"" help:"Take persons out of recordings, or check that none is left."`
	User     people.UserCommand       `cmd:"" help:"Who can sign in, and what they may."`
	Audit    people.AuditCommand      `cmd:"" help:"The access log: who looked at and changed what."`
	Migrate  database.MigrateCommand  `cmd:"" help:"Bring the database to this version's schema."`
	Backup   database.BackupCommand   `cmd:"" help:"Copy the database to a file while everything goes on."`
	Version  VersionCommand           `cmd:"" help:"Print the version."`
	Help     HelpCommand              `cmd:"" help:"Show this, or the help of a command."`
	Conf     ConfigCommand            `cmd:"" name:"config" help:"The configuration: an example, a check."`
}

// HelpCommand stands in the list of commands; run makes `help COMMAND` the --help of that command.
type HelpCommand struct {
	Command []string `arg:"" optional:"" help:"The command."`
}

func main() {
	// net/http writes there what it found on a producer's connection when it expected nothing: that may be anybody's
	// message.
	log.SetOutput(io.Discard)
	ctx, stop := untilSignal()
	defer stop()
	s := &cli.Session{Context: ctx, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ(), Now: time.Now}
	os.Exit(run(s, os.Args[1:]))
}

// run carries out one command line and returns its exit code.
func run(s *cli.Session, args []string) int {
	read := CLI{Record: recordings.RecordCommand{Version: versionText()}}
	done := -1
	parser, err := kong.New(&read,
		kong.Name("rivgate"),
		kong.Description(
			"Rivgate carries cases of 1177 Synpunkter och klagomål between 1177, a built-in inbox and external handling "+
				"systems, over RIV-TA.",
		),
		kong.Writers(s.Out, s.Err),
		kong.Exit(func(code int) { done = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Help(help),
	)
	if err != nil {
		fmt.Fprintln(s.Err, "rivgate:", err)
		return cli.ExitUsage
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
		fmt.Fprintf(s.Err, "rivgate: %v\nSee rivgate --help.\n", err)
		return cli.ExitUsage
	}
	s.File, s.JSON = read.Config, read.Format == "json"
	return exitCode(s.Err, command.Run(s))
}

// exitCode prints an error and tells its exit code.
func exitCode(w io.Writer, err error) int {
	if err == nil {
		return cli.ExitDone
	}
	var said *cli.Told
	if errors.As(err, &said) {
		return said.Code
	}
	fmt.Fprintln(w, "rivgate:", err)
	var known *cli.Failure
	var wrong *config.Error
	switch {
	case errors.As(err, &known):
		return known.Code
	case errors.As(err, &wrong):
		return cli.ExitUsage
	}
	return cli.ExitRefused
}

// help adds the exit codes to the help of every command.
func help(o kong.HelpOptions, ctx *kong.Context) error {
	if err := kong.DefaultHelpPrinter(o, ctx); err != nil {
		return err
	}
	_, err := fmt.Fprintln(ctx.Stdout,
		"\nExit codes: 0 done, 1 refused or different, 2 usage or configuration, 3 unreachable.")
	return err
}
