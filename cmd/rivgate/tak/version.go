package tak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts/identity"
	"rivgate/relay/duties"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/catalogues"
)

// PublishCommand makes a version of the draft.
type PublishCommand struct {
	At       string   `help:"When it comes into force: 2026-04-01 (Swedish midnight), 2026-04-01 08:00, or RFC 3339. Default: at once." placeholder:"TIME"`
	TurnsOff int      `help:"Confirm that this turns off so many units for citizens, as tak diff lists them. Needed where a region loses its patient board." placeholder:"N"`
	TakeOver []string `sep:"none" help:"A patient board that gets another HSA-id: its cases and statistics become the new one's. May be repeated." placeholder:"OLD=NEW"`
	who
}

// Run publishes.
func (t *PublishCommand) Run(s *cli.Session) error {
	if err := t.reasoned(); err != nil {
		return err
	}
	var at time.Time
	if t.At != "" {
		var err error
		if at, err = cli.ParseMoment("--at", t.At); err != nil {
			return err
		}
		if !at.After(s.Now()) {
			return cli.Usage("--at %s is past: leave it out to publish at once", cli.Cell(t.At))
		}
	}
	return keep(s, func(ctx context.Context, k keeping) error {
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		tree, err := k.tree()
		if err != nil {
			return err
		}
		desk := duties.Desk{Store: k.db, Second: k.config.Duties.SecondPerson, Rules: k.rules}
		row := accesslog.Row{Who: cli.Operator(""), Name: cli.Operator(t.By)}
		v, err := desk.Publish(ctx, catalogues.Order{
			Revision: t.revision(d), At: at, By: cli.Operator(t.By), Reason: t.Reason, TurnsOff: t.TurnsOff, Tree: tree,
			TakeOver: t.takeovers(),
		}, k.rules, row)
		if err != nil {
			return cli.Asked(err)
		}
		return s.Show(v, func(w io.Writer) error {
			for _, x := range v.TakenOver {
				fmt.Fprintf(w, "%s takes over %s of %s, %d of them open, and the roles of %s\n", x.To, cli.NounOf(x.Cases, "case"),
					x.From, x.Open, cli.NounOf(x.Accounts, "account"))
			}
			_, err := fmt.Fprintf(w, "version %d, %s, %s\n", v.Number, content(v), state(v, 0, s.Now()))
			return err
		})
	})
}

// takeovers are the pairs of --take-over.
func (t *PublishCommand) takeovers() (all []catalogues.Takeover) {
	for _, pair := range t.TakeOver {
		from, to, _ := strings.Cut(pair, "=")
		all = append(all, catalogues.Takeover{From: from, To: to})
	}
	return all
}

func content(v catalogues.Version) string {
	return cli.NounOf(v.Units, "unit") + ", " + cli.NounOf(v.Routes, "route") + ", " +
		cli.NounOf(v.Permissions, "permission")
}

// state is how a version stands to the one in force.
func state(v catalogues.Version, inForce int64, now time.Time) string {
	switch {
	case v.Cancelled != nil:
		return "cancelled"
	case v.Due.After(now):
		return "in force from " + v.Due.In(routing.Stockholm()).Format("2006-01-02 15:04")
	case inForce == 0 || v.Number == inForce:
		return "in force"
	}
	return "former"
}

// RollbackCommand brings a version back.
type RollbackCommand struct {
	Version  int64 `arg:"" help:"Number of the version whose content is to be in force again."`
	TurnsOff int   `help:"Confirm that this turns off so many units for citizens. Needed where a region loses its patient board." placeholder:"N"`
	who
}

// Run rolls back: the old content becomes a new version, in force at once.
func (t *RollbackCommand) Run(s *cli.Session) error {
	if err := t.reasoned(); err != nil {
		return err
	}
	return keep(s, func(ctx context.Context, k keeping) error {
		tree, err := k.tree()
		if err != nil {
			return err
		}
		v, err := k.db.RollBackCatalogue(ctx, t.Version, catalogues.Order{
			By: cli.Operator(t.By), Reason: t.Reason, TurnsOff: t.TurnsOff, Tree: tree,
		}, k.rules)
		if err != nil {
			return err
		}
		return s.Show(v, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "version %d, in force: the content of version %d, %s\n", v.Number, v.Restores, content(v))
			return err
		})
	})
}

// VersionsCommand lists versions.
type VersionsCommand struct{}

// Run lists, the newest first.
func (*VersionsCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		versions, err := k.db.CatalogueVersions(ctx)
		if err != nil {
			return err
		}
		present, err := k.db.CatalogueInForce(ctx)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if versions == nil {
			versions = []catalogues.Version{}
		}
		return s.Show(versions, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"VERSION", "STATE", "PUBLISHED", "BY", "ROUTES", "PERMISSIONS", "RESTORES", "REASON"}}
			for _, v := range versions {
				restores := ""
				if v.Restores > 0 {
					restores = fmt.Sprint(v.Restores)
				}
				t.Add(v.Number, state(v, present.Number, s.Now()), v.Published, v.By, v.Routes, v.Permissions, restores, v.Reason)
			}
			return t.Print(w)
		})
	})
}

// CancelCommand takes a scheduled version back.
type CancelCommand struct {
	Version int64 `arg:"" help:"Number of a version that is scheduled and not in force yet."`
	who
}

// Run cancels; the version's changes are in the draft again.
func (t *CancelCommand) Run(s *cli.Session) error {
	if err := t.reasoned(); err != nil {
		return err
	}
	return keep(s, func(ctx context.Context, k keeping) error {
		if err := k.db.CancelCatalogue(ctx, t.Version, cli.Operator(t.By), t.Reason); err != nil {
			return err
		}
		return tell(s, "version %d is cancelled; its changes are in the draft again", t.Version)
	})
}

// tell tells one line of what was done.
func tell(s *cli.Session, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return s.Show(map[string]string{"done": text}, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, text)
		return err
	})
}

// DiscardCommand throws the draft away.
type DiscardCommand struct{ who }

// Run discards.
func (t *DiscardCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		if err := k.db.DiscardCatalogue(ctx, t.revision(d), cli.Operator(t.By), t.Reason); err != nil {
			return err
		}
		return tell(s, "the draft is discarded; what it held stays in rivgate tak history")
	})
}

// RebaseCommand brings the draft up to date.
type RebaseCommand struct{ who }

// Run rebases.
func (t *RebaseCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		after, err := k.db.RebaseCatalogue(ctx, t.revision(d), k.rules, cli.Operator(t.By))
		if err != nil {
			return err
		}
		return tell(s, "the draft builds on version %d now, revision %d", after.Base, after.Revision)
	})
}

// HistoryCommand shows the record.
type HistoryCommand struct {
	Changes bool `help:"With the rows that were changed."`
}

// Run shows who did what, when and why, the newest first.
func (t *HistoryCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		events, err := k.db.CatalogueEvents(ctx)
		if err != nil {
			return err
		}
		if events == nil {
			events = []catalogues.Event{}
		}
		return s.Show(events, func(w io.Writer) error {
			rows := &cli.Table{Head: []string{"AT", "BY", "VERB", "VERSION", "CHANGES", "REASON"}}
			for _, e := range events {
				version := "draft"
				if e.Version > 0 {
					version = fmt.Sprint(e.Version)
				}
				rows.Add(e.At, e.By, e.Verb, version, e.Changes, e.Reason)
			}
			if err := rows.Print(w); err != nil || !t.Changes {
				return err
			}
			for _, e := range events {
				fmt.Fprintf(w, "\n%s %s\n%s", cli.Cell(e.At), e.Verb, shorter(k.registry, e.What))
			}
			return nil
		})
	})
}

// AcceptCommand confirms an answer that shrank.
type AcceptCommand struct {
	Digest string `arg:"" optional:"" help:"Of the answer, as the log, /status and this command without it tell it."`
	By     string `help:"Who does it. Default: the user of this machine." placeholder:"NAME"`
	Reason string `help:"Why it is right that so much is gone." placeholder:"TEXT"`
}

// Run accepts; a running gateway takes the answer within seconds. Without a digest it lists what is held back.
func (t *AcceptCommand) Run(s *cli.Session) error {
	return keep(s, func(ctx context.Context, k keeping) error {
		if t.Digest != "" {
			if identity.Blank(t.Reason) {
				return cli.Usage("accepting needs --reason: why it is right that so much is gone")
			}
			if err := t.complete(ctx, k.db); err != nil {
				return err
			}
			err := k.db.AcceptCatalogue(ctx, t.Digest, cli.Operator(t.By), t.Reason)
			if errors.Is(err, store.ErrNotFound) {
				return cli.Refused("no answer %s is held back", cli.Cell(t.Digest))
			}
			if err != nil {
				return err
			}
			return tell(s, "accepted: gateways take the answer %s into use within seconds", t.Digest)
		}
		held, err := k.db.HeldCatalogues(ctx)
		if err != nil {
			return err
		}
		if held == nil {
			held = []catalogues.Held{}
		}
		return s.Show(held, func(w io.Writer) error {
			rows := &cli.Table{Head: []string{"DIGEST", "SOURCE", "SINCE", "ROUTES", "PERMISSIONS", "ACCEPTED", "BY", "REASON"}}
			for _, h := range held {
				rows.Add(h.Digest, h.Source, h.At, fmt.Sprintf("%d → %d", h.RoutesBefore, h.Routes),
					fmt.Sprintf("%d → %d", h.PermissionsBefore, h.Permissions), h.Accepted, h.By, h.Reason)
			}
			return rows.Print(w)
		})
	})
}

// complete makes the digest whole: the beginning of one, at least four characters of it, does.
func (t *AcceptCommand) complete(ctx context.Context, db *store.Store) error {
	held, err := db.HeldCatalogues(ctx)
	if err != nil {
		return err
	}
	begin := strings.TrimRight(t.Digest, "….")
	var found []string
	for _, h := range held {
		if h.Digest == t.Digest {
			return nil
		}
		if len(begin) >= 4 && strings.HasPrefix(h.Digest, begin) {
			found = append(found, h.Digest)
		}
	}
	switch {
	case len(found) == 1:
		t.Digest = found[0]
	case len(found) > 1:
		return cli.Refused("%s is the beginning of %d digests: write more of it", cli.Cell(t.Digest), len(found))
	}
	return nil
}

// RowsCommand lists the rows of the catalogue in the store with their ids.
type RowsCommand struct {
	Of   string `arg:"" optional:"" default:"draft" help:"draft, store (the version in force) or version:N."`
	Kind string `help:"Only rows of this kind." placeholder:"KIND"`
	To   string `help:"Only rows about this HSA-id." placeholder:"HSAID"`
}

// Run lists.
func (t *RowsCommand) Run(s *cli.Session) error {
	if !isKept(t.Of) {
		return cli.Usage("%q is not in the store: write draft, store or version:N", cli.Cell(t.Of))
	}
	return keep(s, func(ctx context.Context, k keeping) error {
		rows, err := keptRows(ctx, k.db, t.Of)
		if err != nil {
			return err
		}
		d, err := k.db.CatalogueDraft(ctx)
		if err != nil {
			return err
		}
		shown := []catalogue.Row{}
		for _, e := range rows {
			about := t.To == "" || routing.SameHSAID(t.To, e.Receiver) || routing.SameHSAID(t.To, e.HSAID)
			if about && (t.Kind == "" || string(e.Kind) == t.Kind) {
				shown = append(shown, e)
			}
		}
		out := map[string]any{"revision": d.Revision, "base": d.Base, "rows": shown}
		return s.Show(out, func(w io.Writer) error {
			list := &cli.Table{Head: []string{"ID", "KIND", "ROW"}}
			for _, e := range shown {
				e.Contract = k.short(e.Contract)
				list.Add(e.ID, e.Kind, e.Words())
			}
			if err := list.Print(w); err != nil {
				return err
			}
			_, err := fmt.Fprintf(w, "%s; the draft has revision %d\n", cli.NounOf(len(shown), "row"), d.Revision)
			return err
		})
	})
}
