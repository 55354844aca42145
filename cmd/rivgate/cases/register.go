package cases

import (
	"context"
	"errors"
	"fmt"
	"io"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/register"
)

// UnregisteredCommand lists the cases that the diary has still to give a number.
type UnregisteredCommand struct {
	Unit  []string `help:"Only cases of this unit; may be repeated." placeholder:"HSAID"`
	Open  bool     `help:"Only cases that are not closed."`
	CSV   bool     `name:"csv" help:"Print a table to fill in, as case register reads it."`
	Limit int      `help:"At most so many, 5000 at most." default:"5000"`
}

// Run prints the list: ids, units, days and states. The access log has it.
func (c *UnregisteredCommand) Run(s *cli.Session) error {
	if c.Limit < 1 || c.Limit > store.UnnumberedMost {
		return cli.Usage("--limit: write 1 to %d", store.UnnumberedMost)
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		cases, err := db.Unnumbered(ctx, c.Unit, c.Open, c.Limit)
		if err != nil {
			return err
		}
		row := register.ExportRow(cases, "")
		row.Who, row.Name = cli.Operator(""), cli.Operator("")
		if err := db.LogAccess(ctx, row); err != nil {
			return err
		}
		if c.CSV {
			return register.Write(s.Out, "csv", cases)
		}
		if cases == nil {
			cases = []store.Unnumbered{}
		}
		return s.Show(cases, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"CASE", "UNIT", "STATE", "RECEIVED", "OUR ID"}}
			for _, k := range cases {
				t.Add(k.Ref, k.Unit, k.State, k.Received, k.CaseID)
			}
			return t.Print(w)
		})
	})
}

// RegisterCommand gives cases the numbers that the diary has given them.
type RegisterCommand struct {
	File   string `arg:"" help:"A table with the columns case (or id) and number, or JSON of the same, as case unregistered prints them; - is standard input."`
	DryRun bool   `help:"Only say what would be done."`
}

// Run reads the file: all numbers are stored, or none.
func (c *RegisterCommand) Run(s *cli.Session) error {
	content, err := cli.ReadInput(c.File, register.FileMost)
	if err != nil {
		return cli.Usage("reading the numbers: %w", err)
	}
	rows, err := register.Read(content)
	var wrong *register.FileError
	if errors.As(err, &wrong) {
		return cli.Refused("%s: %w", c.File, wrong)
	}
	if err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		by := store.Person{ID: cli.Operator(""), Name: cli.Operator("")}
		all := func(store.Case) bool { return true }
		report, err := db.RegisterAll(ctx, rows, all, by, accesslog.Row{
			Who: by.ID, Name: by.Name, What: accesslog.Change, Detail: accesslog.DetailOf("desk", "register"),
		}, c.DryRun)
		if err != nil {
			return fmt.Errorf("registering: %w", err)
		}
		if report.Problems == nil {
			report.Problems = []store.NumberProblem{}
		}
		if err := s.Show(report, func(w io.Writer) error { return c.print(w, report) }); err != nil {
			return err
		}
		if len(report.Problems) > 0 {
			return cli.Refused("nothing is registered: mend the lines above")
		}
		return nil
	})
}

func (c *RegisterCommand) print(w io.Writer, r store.NumberReport) error {
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(w, "%s:%d: case %s: %s\n", c.File, p.Line, cli.Cell(p.Case), numberFault(p)); err != nil {
			return err
		}
	}
	if len(r.Problems) > 0 {
		return nil
	}
	done := "registered"
	if c.DryRun {
		done = "would be registered"
	}
	_, err := fmt.Fprintf(w, "%d %s, %d had their number\n", r.Registered, done, r.Unchanged)
	return err
}

// numberFault is what is wrong with a line, in words.
func numberFault(p store.NumberProblem) string {
	switch p.Fault {
	case store.NumberNoCase:
		return "there is no such case in an inbox"
	case store.NumberMissing:
		return "no number"
	case store.NumberLong:
		return fmt.Sprintf("the number is longer than %d characters, or more than one line", store.NumberMost)
	case store.NumberPerson:
		return "the number can be read as a personal number: write it in another way, with a slash, for example"
	case store.NumberOther:
		return fmt.Sprintf("has the number %s", cli.Cell(p.Has))
	case store.NumberTaken:
		return "another case of the unit has this number"
	case store.NumberTwice:
		return fmt.Sprintf("stands on line %d too", p.Other)
	case store.NumberDouble:
		return fmt.Sprintf("line %d gives this number to another case of the unit", p.Other)
	}
	return string(p.Fault)
}
