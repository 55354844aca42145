package people

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store"
	"rivgate/store/accesslog"
)

// AuditCommand is the noun audit.
type AuditCommand struct {
	List   AuditListCommand   `cmd:"" help:"The access log: who read, searched and changed what, newest first."`
	Verify AuditVerifyCommand `cmd:"" help:"Follow the access log's chain: exit code 1 when a row was removed, changed or put in, and which was the first."`
}

// AuditListCommand lists the access log.
type AuditListCommand struct {
	Who    string `help:"Account or token." placeholder:"ID"`
	What   string `help:"read, search, list, change, export, print, sign-in, sign-out, refused, cross-site or check." placeholder:"KIND"`
	By     string `help:"people or systems: callers of the API." enum:",people,systems" default:"" placeholder:"KIND"`
	Case   string `help:"1177's caseId extension, or our id." placeholder:"CASE"`
	Unit   string `help:"HSA-id." placeholder:"UNIT"`
	Since  string `help:"At or after: a date, a time with zone, or an age like 24h." placeholder:"TIME"`
	Before int64  `help:"Rows before this one." placeholder:"ROW"`
	Limit  int    `help:"At most this many, 500 at most." default:"50"`
}

// Run lists.
func (c *AuditListCommand) Run(s *cli.Session) error {
	if err := cli.CheckLimit(c.Limit); err != nil {
		return err
	}
	since, err := cli.ParseSince("--since", c.Since, s.Now())
	if err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		f := accesslog.Filter{
			Who: c.Who, What: accesslog.Kind(c.What), By: accesslog.Actor(c.By), Case: c.Case, Unit: c.Unit, Since: since,
			Before: c.Before,
			Limit:  c.Limit,
		}
		if c.Case != "" {
			found, err := db.Head(ctx, c.Case)
			if err == nil {
				f.Case = found.ID
			} else if !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		rows, err := db.AccessLog(ctx, f)
		if err != nil {
			return err
		}
		if err := db.LogAccess(ctx, accesslog.Row{ // the log says who looked into it, as it does of the pages
			Who: cli.Operator(""), Name: cli.Operator(""), What: accesslog.Read, Subject: "access log",
			Case: accesslog.IDOf(f.Case),
		}); err != nil {
			return err
		}
		return s.Show(rows, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ROW", "AT", "WHO", "ROLES", "WHAT", "CASE", "UNIT", "SUBJECT", "DETAIL"}}
			for _, r := range rows {
				t.Add(r.Seq, r.At, r.Who, r.Roles, r.What, r.Case, r.Unit, accesslog.DetailText(r.Subject),
					accesslog.DetailText(r.Detail))
			}
			return t.Print(w)
		})
	})
}

// AuditVerifyCommand checks the chain.
type AuditVerifyCommand struct {
	Head string `help:"A head that verify printed before and that was kept elsewhere: shows a log that was written anew." placeholder:"ROW:HASH"`
}

// Run checks, and prints the head to keep.
func (c *AuditVerifyCommand) Run(s *cli.Session) error {
	var noted accesslog.Head
	if c.Head != "" {
		row, hash, ok := strings.Cut(c.Head, ":")
		seq, err := strconv.ParseInt(row, 10, 64)
		if !ok || err != nil || seq < 1 || len(hash) != 64 {
			return cli.Usage("--head is none: write ROW:HASH as verify prints it")
		}
		noted = accesslog.Head{Seq: seq, Hash: hash}
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		r, err := db.VerifyAccess(ctx, noted)
		if err != nil {
			return err
		}
		err = s.Show(r, func(w io.Writer) error {
			if r.Broken != 0 {
				_, err := fmt.Fprintf(w, "row %d %s\n", r.Broken, r.Why)
				return err
			}
			_, err := fmt.Fprintf(w, "%d rows, unbroken\nhead %d:%s\n", r.Rows, r.Head.Seq, r.Head.Hash)
			return err
		})
		if err == nil && r.Broken != 0 {
			return &cli.Told{Code: cli.ExitRefused}
		}
		return err
	})
}
