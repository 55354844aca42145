package main

import (
	"database/sql"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"rivgate/cmd/rivgate/cli"
	"rivgate/store/accesslog"
)

func TestUsersOnTheCommandLine(t *testing.T) {
	elsewhere(t, "")
	withEmptyStore(t)
	if err := os.WriteFile("short", []byte("kort\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("long", []byte("ett långt första lösenord\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args string
		code int
		says string // in either output
	}{
		{"an account without a role", "user add nils --name Nils", cli.ExitDone, "nils: the initial password is "},
		{"the same again", "user add NILS", cli.ExitRefused, "already"},
		{"a name with a blank", "user add|nils nilsson", cli.ExitUsage, "leave out blanks"},
		{"a role that is not known", "user grant nils --role root", cli.ExitUsage, `role "root" is not known`},
		{"a system's role", "user grant nils --role portal", cli.ExitUsage, `role "portal" is not known`},
		{"a role without a kind", "user grant nils --role handler --unit SE2010123456-VC01", cli.ExitUsage, "needs a kind"},
		{"a role without units", "user grant nils --role handler --kind care_unit", cli.ExitUsage, "needs units"},
		{"units for who needs none", "user grant nils --role operator --unit X", cli.ExitUsage, "whole gateway"},
		{"no region", "user grant nils --role handler --kind care_unit --unit region:", cli.ExitUsage, "is no unit"},
		{
			"a role", "user grant nils --role handler --kind care_unit --unit SE2010123456-VC01", cli.ExitDone,
			"handler(care_unit: SE2010123456-VC01)",
		},
		{
			"another unit", "user grant nils --role handler --kind care_unit --unit SE2010123456-VC02", cli.ExitDone,
			"handler(care_unit: SE2010123456-VC01 SE2010123456-VC02)",
		},
		{
			"the other side of the wall", "user grant nils --role handler --kind patient_board --unit SE2010123456-PN01",
			cli.ExitRefused, "nobody has roles for patient boards and for care",
		},
		{
			"a unit less", "user revoke nils --role handler --unit SE2010123456-VC01", cli.ExitDone,
			"handler(care_unit: SE2010123456-VC02)",
		},
		{
			"a unit that is not held", "user revoke nils --role handler --unit SE2010123456-VC01", cli.ExitRefused,
			"not held for that unit",
		},
		{"the last unit", "user revoke nils --role handler --unit SE2010123456-VC02", cli.ExitDone, "nils"},
		{"a role that is not held", "user revoke nils --role handler", cli.ExitRefused, "does not have the role"},
		{"shutting out", "user disable nils", cli.ExitDone, "disabled"},
		{"letting in", "user enable nils", cli.ExitDone, "initial password"},
		{"nobody", "user disable nobody", cli.ExitRefused, "no account nobody"},
		{"a password that is too short", "user passwd nils --password-file short", cli.ExitUsage, "minst 12 tecken"},
		{"a password from a file", "user passwd nils --password-file long", cli.ExitDone, "nils"},
		{"sessions", "user sessions nils", cli.ExitDone, "ENDS"},
		{"signing out", "user signout nils", cli.ExitDone, "nils"},
		{"the list", "user list", cli.ExitDone, "initial password"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := strings.Fields(c.args)
			if before, rest, ok := strings.Cut(c.args, "|"); ok {
				args = append(strings.Fields(before), rest)
			}
			code, out, problem := command(t, args...)
			if code != c.code || !strings.Contains(out+problem, c.says) {
				t.Errorf("%d, want %d and %q\n%s%s", code, c.code, c.says, out, problem)
			}
			if strings.Contains(out+problem, "argon2id") || strings.Contains(out, "första lösenord") {
				t.Error("a password is told")
			}
		})
	}
	code, out, problem := command(t, "audit", "list", "--format", "json", "--limit", "500")
	var rows []accesslog.Row
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != cli.ExitDone {
		t.Fatalf("%d %v %s", code, err, problem)
	}
	if len(rows) != 9 || rows[8].Detail != "account added" || rows[0].What != accesslog.SignOut {
		t.Errorf("%d changes are on record: %+v", len(rows), rows)
	}
	for _, row := range rows {
		if row.Subject != "nils" || !strings.HasPrefix(row.Who, "cli") {
			t.Errorf("row %+v", row)
		}
	}
}

func TestAuditVerifyNamesTheFirstBrokenRow(t *testing.T) {
	elsewhere(t, "")
	withEmptyStore(t)
	for _, name := range []string{"a", "b", "c"} {
		if code, _, problem := command(t, "user", "add", name); code != cli.ExitDone {
			t.Fatal(problem)
		}
	}
	code, out, problem := command(t, "audit", "verify")
	if code != cli.ExitDone || !strings.HasPrefix(out, "3 rows, unbroken\nhead 3:") {
		t.Fatalf("%d %s%s", code, out, problem)
	}
	head := strings.TrimSpace(strings.TrimPrefix(out, "3 rows, unbroken\nhead "))
	if code, out, problem := command(t, "audit", "verify", "--head", head); code != cli.ExitDone {
		t.Errorf("the head that was just printed: %d %s%s", code, out, problem)
	}
	if code, _, problem := command(t, "audit", "verify", "--head", "3"); code != cli.ExitUsage ||
		!strings.Contains(problem, "ROW:HASH") {
		t.Errorf("no head: %d %s", code, problem)
	}
	db, err := sql.Open("sqlite", "data/rivgate.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{`DROP TRIGGER access_log_kept`, `DELETE FROM access_log WHERE seq = 2`} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	if code, out, _ := command(t, "audit", "verify"); code != cli.ExitRefused || out != "row 2 is removed\n" {
		t.Errorf("after a row was removed: %d %q", code, out)
	}
	if code, out, _ := command(t, "audit", "verify", "--format", "json"); code != cli.ExitRefused ||
		!strings.Contains(out, `"broken": 2`) {
		t.Errorf("as JSON: %d %s", code, out)
	}
}

func TestSignInInTheConfiguration(t *testing.T) {
	const provider = "web:\n  public_url: https://rivgate.example\n  oidc:\n    issuer: https://id.example\n    " +
		"client_id: rivgate\n"
	for _, c := range []struct{ name, yaml, says string }{
		{
			"a provider",
			provider + "    roles:\n      h: {role: handler, kind: care_unit, units: [\"*\"]}\n      d: {role: operator}\n",
			"nothing wrong",
		},
		{
			"units from a claim", provider + "    units_claim: hsa\n    roles: {h: {role: handler, kind: care_unit}}\n",
			"nothing wrong",
		},
		{
			"no units", provider + "    roles: {h: {role: handler, kind: care_unit}}\n",
			"rivgate.yaml:6: web.oidc.roles.h: role handler needs units",
		},
		{"no roles", provider, "web.oidc.roles: is empty"},
		{"a role that is not known", provider + "    roles: {h: {role: root}}\n", `role "root" is not known`},
		{"a system's role", provider + "    roles: {h: {role: portal}}\n", `role "portal" is not known`},
		{"a key that is not known", provider + "    roles: {h: {rolle: handler}}\n", `unknown key "rolle"`},
		{
			"no address", "web:\n  oidc: {issuer: \"https://id.example\", client_id: x, roles: {d: {role: operator}}}\n",
			"web.public_url: is empty",
		},
		{
			"no client",
			"web:\n  public_url: https://rivgate.example\n  oidc: {issuer: \"https://id.example\", roles: {d: {role: " +
				"operator}}}\n", "web.oidc.client_id: is empty",
		},
		{
			"an issuer that is no address",
			"web:\n  public_url: https://rivgate.example\n  oidc: {issuer: id, client_id: x, roles: {d: {role: operator}}}\n",
			"web.oidc.issuer: is no address",
		},
		{"nobody can sign in", "web: {local_accounts: false}\n", "nobody can sign in"},
		{
			"plain HTTP in production", "environment: production\nweb:\n  public_url: http://rivgate.example\n",
			"web.public_url: is not encrypted",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			elsewhere(t, c.yaml)
			if _, out, problem := command(t, "config", "check"); !strings.Contains(out+problem, c.says) {
				t.Errorf("%q is not in\n%s%s", c.says, out, problem)
			}
		})
	}
}
