package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/store"
)

// submitted are two cases in the inbox of a clinic and one in that of a patient board, in the store of a folder of its
// own; the ids are 1177's.
func submitted(t *testing.T) (first, second, board string) {
	t.Helper()
	elsewhere(t, "")
	withEmptyStore(t)
	s := &cli.Session{Context: t.Context(), Now: time.Now}
	l, err := s.Config()
	if err != nil {
		t.Fatal(err)
	}
	db, err := cli.OpenStore(t.Context(), l.Config, store.Options{Now: s.Now, Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	registry, err := parts.NewRegistry(l.Config)
	if err != nil {
		t.Fatal(err)
	}
	keeper, err := parts.NewKeeper(l.Config, registry, db, s.Now, zap.NewNop())
	if err == nil {
		_, err = keeper.Refresh(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := parts.NewRelay(l.Config, registry, db, keeper.Table, s.Now, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	submit := func(unit, kind string) string {
		t.Helper()
		complaint := &contracts.Complaint{
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Name: "Tolvan Test",
				Role: contracts.RolePatient,
			},
			IncidentDate: "20260220", Description: "Ingen ringde upp.", ReplyWanted: true,
		}
		if kind == contracts.KindCareUnit {
			complaint.IncidentUnit = &contracts.OrgUnit{HSAID: unit}
		} else {
			complaint.IncidentPlaceText = "Akuten"
		}
		a, err := line.Submit(t.Context(), &contracts.Message{
			Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: kind}, Complaint: complaint,
		})
		if err != nil {
			t.Fatal(err)
		}
		return a.Case.Extension
	}
	first, second = submit("SE2010123456-VC01", contracts.KindCareUnit),
		submit("SE2010123456-VC01", contracts.KindCareUnit)
	return first, second, submit("SE2010123456-PN01", contracts.KindPatientBoard)
}

// TestADiarysFileByCommand: the list of what lacks a number goes out as a table or JSON, comes back filled in, and is
// stored whole or not at all; what is wrong is named by line.
func TestADiarysFileByCommand(t *testing.T) {
	first, second, board := submitted(t)
	write := func(name, content string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	numbers := func() (n int) {
		t.Helper()
		for _, line := range strings.Split(tells(t, cli.ExitDone, "REGISTRATION", "case", "list"), "\n") {
			if strings.Contains(line, "SYN ") {
				n++
			}
		}
		return n
	}
	list := tells(t, cli.ExitDone, first, "case", "unregistered")
	if strings.Contains(list, "Tolvan") || !strings.Contains(list, board) {
		t.Errorf("the list:\n%s", list)
	}
	tells(t, cli.ExitUsage, "--limit", "case", "unregistered", "--limit", "5001")
	_, table, _ := command(t, "case", "unregistered", "--csv", "--unit", "se2010123456-vc01", "--open")
	if strings.Contains(table, board) || !strings.Contains(table, second) {
		t.Fatalf("the table of a unit:\n%s", table)
	}

	write("empty.csv", table)
	tells(t, cli.ExitRefused, "no line of the file has a number", "case", "register", "empty.csv")
	write("wrong.csv", "case;number\n"+first+";SYN 1\nx;SYN 2\n"+second+";SYN 1\n"+first+";SYN 3\n")
	wrong := tells(t, cli.ExitRefused, "nothing is registered", "case", "register", "wrong.csv")
	for _, want := range []string{
		"wrong.csv:3: case x: there is no such case in an inbox", "line 2 gives this number to another case of the unit",
		"stands on line 2 too",
	} {
		if !strings.Contains(wrong, want) {
			t.Errorf("%q is not in\n%s", want, wrong)
		}
	}
	write("broken.csv", "case;number\n"+first+";SYN 1\n"+second+";\"SYN\n")
	tells(t, cli.ExitRefused, "broken.csv: line 3: this line is not a row of the table", "case", "register", "broken.csv")
	tells(t, cli.ExitUsage, "no such file", "case", "register", "none.csv")
	if n := numbers(); n != 0 {
		t.Fatalf("%d cases have a number after files that are wrong", n)
	}

	filled := strings.ReplaceAll(strings.TrimRight(table, "\r\n"), ";\r\n", ";SYN 1\r\n") + "SYN 2\r\n"
	write("filled.csv", filled)
	tells(t, cli.ExitDone, "2 would be registered, 0 had their number", "case", "register", "filled.csv", "--dry-run")
	if n := numbers(); n != 0 {
		t.Fatalf("%d cases have a number after a dry run", n)
	}
	tells(t, cli.ExitDone, "2 registered, 0 had their number", "case", "register", "filled.csv")
	tells(t, cli.ExitDone, "0 registered, 2 had their number", "case", "register", "filled.csv")
	write("other.csv", "case;number\n"+board+";PN 1\n"+first+";SYN 9\n")
	tells(t, cli.ExitRefused, "other.csv:3: case "+first+": has the number SYN", "case", "register", "other.csv")

	_, out, _ := command(t, "case", "unregistered", "--format", "json")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows) != 1 || rows[0]["case"] != board {
		t.Fatalf("%v\n%s", err, out)
	}
	rows[0]["number"] = "PN 1"
	b, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	write("numbers.json", string(b))
	tells(t, cli.ExitDone, "1 registered", "case", "register", "numbers.json")
	tells(t, cli.ExitDone, "REGISTRATION    PN 1", "case", "show", board)
	tells(t, cli.ExitDone, board, "case", "list", "--query", "PN 1")
	_, out, _ = command(t, "case", "show", board, "--format", "json")
	if !strings.Contains(out, `"registration": "PN 1"`) {
		t.Errorf("as JSON:\n%s", out)
	}
	_, out, _ = command(t, "case", "unregistered", "--format", "json")
	if strings.TrimSpace(out) != "[]" {
		t.Errorf("none is left:\n%s", out)
	}
	log := tells(t, cli.ExitDone, "", "audit", "list")
	if !strings.Contains(log, "desk: register") {
		t.Errorf("the access log:\n%s", log)
	}
}
