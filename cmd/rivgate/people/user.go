// Package people is the nouns user and audit of the command line: who can sign in, what they may, and what was looked
// at.
//
// It does not know how somebody signs in (web/signin) or what a right opens (web/shell).
package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/routing"
	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
)

// UserCommand is the noun user.
type UserCommand struct {
	Add      UserAddCommand      `cmd:"" help:"Add an account and print its initial password, which is changed at the first sign-in."`
	List     UserListCommand     `cmd:"" help:"Accounts with their roles."`
	Passwd   UserPasswdCommand   `cmd:"" help:"Give an account a new initial password and end its sessions."`
	Disable  UserDisableCommand  `cmd:"" help:"Shut an account out at once."`
	Enable   UserEnableCommand   `cmd:"" help:"Let an account in again."`
	Grant    UserGrantCommand    `cmd:"" help:"Give an account a role."`
	Revoke   UserRevokeCommand   `cmd:"" help:"Take a role, or some of its units, from an account."`
	Sessions UserSessionsCommand `cmd:"" help:"Sessions that have not ended."`
	Signout  UserSignoutCommand  `cmd:"" help:"End all sessions of an account."`
}

// userGrant is a role on the command line.
type userGrant struct {
	Role string   `help:"receiver, handler, administrator, integrator, operator or reviewer." placeholder:"ROLE"`
	Kind string   `help:"care_unit, patient_board or other; nobody has roles for two." placeholder:"KIND"`
	Unit []string `help:"HSA-id, * for all of the kind, or region:CODE. May be given more than once." placeholder:"UNIT"`
}

func (g userGrant) grant() accounts.Grant {
	return accounts.Grant{Role: g.Role, Kind: routing.UnitKind(g.Kind), Units: g.Unit}
}

// userBy is who does it.
type userBy struct {
	By string `help:"Who does it. Default: the user of this machine." placeholder:"NAME"`
}

func (b userBy) row(detail string) accesslog.Row {
	return accesslog.Row{Who: cli.Operator(b.By), Detail: detail}
}

// secretPassword is what an account begins with: from a file, or made here.
func secretPassword(file, account string) (password string, made bool, err error) {
	if file == "" {
		return rand.Text(), true, nil // 130 bits
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false, cli.Usage("--password-file: the file cannot be read")
	}
	password = strings.TrimRight(string(content), "\r\n")
	if text := shell.CheckPassword(account, password); text != "" {
		return "", false, cli.Usage("--password-file: %s", text)
	}
	return password, false, nil
}

// UserAddCommand adds an account.
type UserAddCommand struct {
	ID   string `arg:"" help:"What is typed at sign-in."`
	Name string `help:"Name as it is shown." placeholder:"NAME"`
	userGrant
	PasswordFile string `help:"File with the initial password. Without it one is made and printed." placeholder:"FILE"`
	userBy
}

// Run adds the account.
func (c *UserAddCommand) Run(s *cli.Session) error {
	if strings.ContainsAny(c.ID, " \t:/") {
		return cli.Usage("%q is no name for an account: leave out blanks, colons and slashes", c.ID)
	}
	a := accounts.Account{ID: c.ID, Name: c.Name, Source: accounts.Local, Changes: true}
	if a.Name == "" {
		a.Name = c.ID
	}
	if c.Role != "" {
		if err := config.CheckGrant(c.grant(), false); err != nil {
			return cli.Usage("%w", err)
		}
		a.Grants = []accounts.Grant{c.grant()}
	}
	password, made, err := secretPassword(c.PasswordFile, c.ID)
	if err != nil {
		return err
	}
	if a.Password, err = shell.HashPassword(password); err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		if err := db.AddAccount(ctx, a, c.row("account added")); err != nil {
			return cli.Refused("adding %s: %w", cli.Cell(c.ID), err)
		}
		return showPassword(s, accounts.ID(c.ID), password, made)
	})
}

// showPassword prints an initial password, once: it is kept nowhere.
func showPassword(s *cli.Session, id, password string, made bool) error {
	out := map[string]string{"account": id}
	if made {
		out["password"] = password
	}
	return s.Show(out, func(w io.Writer) error {
		line := id
		if made {
			line += ": the initial password is " + password
		}
		_, err := fmt.Fprintln(w, line)
		return err
	})
}

// UserListCommand lists accounts.
type UserListCommand struct{}

// Run lists them.
func (*UserListCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		all, err := db.Accounts(ctx)
		if err != nil {
			return err
		}
		return s.Show(all, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ACCOUNT", "NAME", "STATE", "ROLES", "SIGNED IN"}}
			for _, a := range all {
				t.Add(a.ID, a.Name, accountState(a), grantWords(a.Grants), a.SignedIn)
			}
			return t.Print(w)
		})
	})
}

func accountState(a accounts.Account) string {
	var words []string
	for word, is := range map[string]bool{
		"disabled": a.Disabled, "demo": a.Demo, "initial password": a.Changes, "provider": a.Source != accounts.Local,
	} {
		if is {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func grantWords(grants []accounts.Grant) string {
	words := make([]string, 0, len(grants))
	for _, g := range grants {
		word := g.Role
		if g.Kind != "" {
			word += "(" + string(g.Kind) + ": " + strings.Join(g.Units, " ") + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// changeAccount changes an account and prints how it is then.
func changeAccount(s *cli.Session, id string, by accesslog.Row, change func(*accounts.Account) error) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		a, err := db.ChangeAccount(ctx, id, by, change)
		if errors.Is(err, store.ErrNotFound) {
			return cli.Refused("there is no account %s", cli.Cell(id))
		}
		if err != nil {
			return cli.Refused("changing %s: %w", cli.Cell(id), err)
		}
		return s.Show(a, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ACCOUNT", "NAME", "STATE", "ROLES"}}
			t.Add(a.ID, a.Name, accountState(a), grantWords(a.Grants))
			return t.Print(w)
		})
	})
}

// UserPasswdCommand gives an account another initial password.
type UserPasswdCommand struct {
	ID           string `arg:"" help:"Account."`
	PasswordFile string `help:"File with the password. Without it one is made and printed." placeholder:"FILE"`
	userBy
}

// Run sets it. Sessions of the account end.
func (c *UserPasswdCommand) Run(s *cli.Session) error {
	password, made, err := secretPassword(c.PasswordFile, c.ID)
	if err != nil {
		return err
	}
	hash, err := shell.HashPassword(password)
	if err != nil {
		return err
	}
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		_, err := db.ChangeAccount(ctx, c.ID, c.row("initial password"), func(a *accounts.Account) error {
			if a.Source != accounts.Local {
				return errors.New("its password is the identity provider's")
			}
			a.Password, a.Changes, a.Demo = hash, true, false
			return nil
		})
		if errors.Is(err, store.ErrNotFound) {
			return cli.Refused("there is no account %s", cli.Cell(c.ID))
		}
		if err != nil {
			return cli.Refused("changing %s: %w", cli.Cell(c.ID), err)
		}
		return showPassword(s, accounts.ID(c.ID), password, made)
	})
}

// UserDisableCommand shuts an account out.
type UserDisableCommand struct {
	ID string `arg:"" help:"Account."`
	userBy
}

// Run disables it. Its sessions end.
func (c *UserDisableCommand) Run(s *cli.Session) error {
	return changeAccount(s, c.ID, c.row("disabled"), func(a *accounts.Account) error { a.Disabled = true; return nil })
}

// UserEnableCommand lets an account in again.
type UserEnableCommand struct {
	ID string `arg:"" help:"Account."`
	userBy
}

// Run enables it.
func (c *UserEnableCommand) Run(s *cli.Session) error {
	return changeAccount(s, c.ID, c.row("enabled"), func(a *accounts.Account) error { a.Disabled = false; return nil })
}

// UserGrantCommand gives an account a role.
type UserGrantCommand struct {
	ID string `arg:"" help:"Account."`
	userGrant
	userBy
}

// Run grants. A role that is held for some units is held for the new ones too then.
func (c *UserGrantCommand) Run(s *cli.Session) error {
	g := c.grant()
	if err := config.CheckGrant(g, false); err != nil {
		return cli.Usage("%w", err)
	}
	return changeAccount(s, c.ID, c.row("grant "+grantWords([]accounts.Grant{g})), func(a *accounts.Account) error {
		for i, held := range a.Grants {
			if held.Role == g.Role && held.Kind == g.Kind {
				a.Grants = slices.Clone(a.Grants)
				for _, unit := range g.Units {
					if !slices.Contains(held.Units, unit) {
						a.Grants[i].Units = append(slices.Clone(a.Grants[i].Units), unit)
					}
				}
				return nil
			}
		}
		a.Grants = append(slices.Clone(a.Grants), g)
		return nil
	})
}

// UserRevokeCommand takes a role from an account.
type UserRevokeCommand struct {
	ID   string   `arg:"" help:"Account."`
	Role string   `required:"" help:"Role." placeholder:"ROLE"`
	Unit []string `help:"Only for this unit. May be given more than once." placeholder:"UNIT"`
	userBy
}

// Run revokes, from the next request on. A role that is left without units goes.
func (c *UserRevokeCommand) Run(s *cli.Session) error {
	return changeAccount(s, c.ID, c.row("revoke "+c.Role+" "+strings.Join(c.Unit, " ")), func(a *accounts.Account) error {
		var left []accounts.Grant
		found := false
		for _, g := range a.Grants {
			if g.Role != c.Role {
				left = append(left, g)
				continue
			}
			found = true
			units := slices.DeleteFunc(slices.Clone(g.Units), func(unit string) bool { return slices.Contains(c.Unit, unit) })
			if len(c.Unit) > 0 && len(units) == len(g.Units) {
				return errors.New("the role is not held for that unit")
			}
			if len(c.Unit) > 0 && len(units) > 0 {
				left = append(left, accounts.Grant{Role: g.Role, Kind: g.Kind, Units: units})
			}
		}
		if !found {
			return errors.New("it does not have the role")
		}
		a.Grants = left
		return nil
	})
}

// UserSessionsCommand lists sessions.
type UserSessionsCommand struct {
	ID string `arg:"" optional:"" help:"Account; all without."`
}

// Run lists them, the newest first.
func (c *UserSessionsCommand) Run(s *cli.Session) error {
	return s.WithStore(func(ctx context.Context, db *store.Store) error {
		all, err := db.WebSessions(ctx, c.ID)
		if err != nil {
			return err
		}
		return s.Show(all, func(w io.Writer) error {
			t := &cli.Table{Head: []string{"ACCOUNT", "SIGNED IN", "LAST USED", "ENDS", "WAY", "FROM", "BROWSER"}}
			for _, one := range all {
				t.Add(one.Account, one.Created, one.Used, one.Expires, one.Way, one.Origin, one.Browser)
			}
			return t.Print(w)
		})
	})
}

// UserSignoutCommand ends sessions.
type UserSignoutCommand struct {
	ID string `arg:"" help:"Account."`
	userBy
}

// Run ends them all, from the next request on.
func (c *UserSignoutCommand) Run(s *cli.Session) error {
	row := c.row("sessions ended")
	row.What = accesslog.SignOut
	return changeAccount(s, c.ID, row, func(a *accounts.Account) error { a.Epoch++; return nil })
}
