package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store"
	"rivgate/store/storetest"
)

// The units of the demo's catalogue that the scripted life is about.
const (
	lifeUnit   = "SE2010123456-VC01"
	lifeOther  = "SE2010123456-VC02"
	lifePortal = "SE0000000001-1177"
)

// keeper is a gateway of the built binary that takes its catalogue from the store, and a person who keeps it by
// commands and API.
type keeper struct {
	t       *testing.T
	binary  string
	dir     string
	environ []string
	web     string
}

// newKept starts a gateway in environment test on a database, before there is any catalogue.
func newKept(t *testing.T, binary, database string, environ ...string) *keeper {
	t.Helper()
	k := &keeper{t: t, binary: binary, dir: t.TempDir()}
	k.environ = append([]string{"RIVGATE_ENVIRONMENT=test", "RIVGATE_TAK_SOURCE=store", "RIVGATE_STORE_URL=" + database},
		environ...)
	s := serve(t, binary, k.dir, k.environ...)
	k.web = strings.TrimSuffix(s.lines["Pages and API"], "/")
	t.Cleanup(func() { s.stop(t) })
	_, catalogue, problem := command(t, "tak", "export", "demo")
	if problem != "" {
		t.Fatal(problem)
	}
	k.file("demo.yaml", catalogue)
	return k
}

func (k *keeper) file(name, content string) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), []byte(content), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// tak runs a command of the built binary and wants an exit code and words.
func (k *keeper) tak(code int, says string, args ...string) string {
	k.t.Helper()
	command := exec.CommandContext(k.t.Context(), k.binary, append([]string{"tak"}, args...)...)
	command.Dir, command.Env = k.dir, append(os.Environ(), k.environ...)
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		k.t.Fatal(err)
	}
	if got := command.ProcessState.ExitCode(); got != code || !strings.Contains(string(out), says) {
		k.t.Fatalf("tak %v: exit code %d, not %d with %q\n%s", args, got, code, says, out)
	}
	return string(out)
}

// api calls the JSON API and wants a status; the answer is read into v unless that is nil. It gives the draft's
// revision where the answer has one.
func (k *keeper) api(method, path, revision, body string, status int, v any) string {
	k.t.Helper()
	r, err := http.NewRequestWithContext(k.t.Context(), method, k.web+path, strings.NewReader(body))
	if err != nil {
		k.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if revision != "" {
		r.Header.Set("If-Match", revision)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		k.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != status {
		k.t.Fatalf("%s %s: %d, not %d: %s %v", method, path, answer.StatusCode, status, content, err)
	}
	if v != nil {
		if err := json.Unmarshal(content, v); err != nil {
			k.t.Fatalf("%s %s: %v\n%s", method, path, err, content)
		}
	}
	return answer.Header.Get("ETag")
}

// submit sends a case as 1177 would, and gives who handles it.
func (k *keeper) submit(unit string) (id string, handler store.Handler) {
	k.t.Helper()
	message, err := json.Marshal(contracts.Message{
		Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: contracts.KindCareUnit},
		Complaint: &contracts.Complaint{
			Reporter: contracts.Reporter{
				PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Name: "Test Testsson",
				Role: contracts.RolePatient,
			},
			IncidentDate: "20260220", Description: "Väntan var lång.", ReplyWanted: true,
			IncidentUnit: &contracts.OrgUnit{HSAID: unit},
		},
	})
	if err != nil {
		k.t.Fatal(err)
	}
	var accepted struct {
		CaseID store.Ref `json:"caseId"`
	}
	k.api("POST", "/api/cases", "", string(message), http.StatusCreated, &accepted)
	id = accepted.CaseID.Extension
	return id, k.handler(id)
}

func (k *keeper) handler(id string) store.Handler {
	k.t.Helper()
	var c struct {
		Handler store.Handler `json:"handler"`
	}
	k.api("GET", "/api/cases/"+id, "", "", http.StatusOK, &c)
	return c.Handler
}

// goes waits until the running gateway decides by the catalogue that was published.
func (k *keeper) goes(unit, address string) {
	k.t.Helper()
	soon(k.t, k.web+"/api/resolve?contract=SendComplaint&from="+lifePortal+"&to="+unit, http.StatusOK, address)
}

func TestACatalogueLives(t *testing.T) {
	binary := build(t)
	t.Run("by commands on SQLite", func(t *testing.T) { lifeByCommands(newKept(t, binary, "sqlite:kept.db")) })
	t.Run("by commands on PostgreSQL", func(t *testing.T) { lifeByCommands(newKept(t, binary, storetest.Postgres(t))) })
	t.Run("by API on SQLite", func(t *testing.T) { lifeByAPI(newKept(t, binary, "sqlite:kept.db")) })
	t.Run("by API on PostgreSQL", func(t *testing.T) { lifeByAPI(newKept(t, binary, storetest.Postgres(t))) })
	t.Run("an answer that shrank waits for a word", func(t *testing.T) { lifeOfAShrunkAnswer(t, binary) })
}

// lifeByCommands: import, draft, diff, publish, resolve, roll back, with a unit that moves from the inbox to a system.
func lifeByCommands(k *keeper) {
	soon(k.t, k.web+"/readyz", http.StatusServiceUnavailable, "not ready")
	k.tak(cli.ExitDone, "not saved (dry run)", "import", "demo.yaml", "--dry-run")
	k.tak(cli.ExitDone, "in the draft, revision 1", "import", "demo.yaml")
	k.tak(cli.ExitDone, "0 changes in the draft", "import", "demo.yaml")
	k.tak(cli.ExitRefused, "+ unit ", "diff")
	k.tak(cli.ExitUsage, "a reason is mandatory", "publish")
	k.tak(cli.ExitUsage, "a reason is mandatory", "rollback", "1")
	k.tak(cli.ExitDone, "version 1", "publish", "--reason", "the first one", "--by", "anna")
	k.goes(lifeUnit, `"rivgate:inbox"`)
	soon(k.t, k.web+"/readyz", http.StatusOK, `"catalogueAgeSeconds"`)
	soon(k.t, k.web+"/metrics", http.StatusOK, "rivgate_catalogue_age_seconds")

	before, handler := k.submit(lifeUnit)
	if handler.Via != routing.Inbox {
		k.t.Errorf("the first case is handled by %+v", handler)
	}
	k.tak(cli.ExitRefused, "shares days with", "edit", "add", "route", "--contract", "SendComplaint", "--to", lifeUnit,
		"--address", "http://127.0.0.1:1/x")
	today := routing.DateOf(time.Now())
	k.tak(cli.ExitDone, "until "+today.Before().String(), "edit", "move", "--contract", "SendComplaint", "--to", lifeUnit,
		"--address", "http://127.0.0.1:1/x",
		"--component", "SE2010123456-AVV", "--from", today.String())
	diff := k.tak(cli.ExitRefused, "(1 open case)", "diff")
	if !strings.Contains(diff, routing.CasesStay) ||
		!strings.Contains(diff, lifeUnit+" Vårdcentralen Björken: rivgate:inbox → http://127.0.0.1:1/x") {
		k.t.Errorf("the diff does not say what becomes of cases:\n%s", diff)
	}
	k.tak(cli.ExitRefused, "the draft has changed", "publish", "--reason", "the unit moves", "--revision", "1")
	k.tak(cli.ExitDone, "version 2", "publish", "--reason", "the unit moves", "--by", "bo")
	k.goes(lifeUnit, `"http://127.0.0.1:1/x"`)
	if _, handler = k.submit(lifeUnit); handler.Via != routing.Queue || handler.Component != "SE2010123456-AVV" {
		k.t.Errorf("the new case is handled by %+v", handler)
	}
	if handler = k.handler(before); handler.Via != routing.Inbox {
		k.t.Errorf("the case under way went to %+v", handler)
	}

	k.tak(cli.ExitDone, "ROUTE ROW", "resolve", "--contract", "SendComplaint", "--to", lifeUnit, "--from", lifePortal)
	k.tak(cli.ExitDone, "rivgate:inbox", "resolve", "--contract", "SendComplaint", "--to", lifeUnit, "--version", "1")
	k.tak(cli.ExitDone, "rivgate:inbox", "resolve", "--contract", "SendComplaint", "--to", lifeUnit, "--at", "2026-01-15")
	k.tak(cli.ExitRefused, "add a permission", "resolve", "--contract", "SendComplaint", "--to", lifeUnit, "--from",
		"SE2010123456-X")
	k.tak(cli.ExitUnreachable, "was refused: nobody listens there", "test", "--contract", "SendComplaint", "--to", lifeUnit)

	k.tak(cli.ExitDone, "the content of version 1", "rollback", "1", "--reason", "the system was not ready")
	k.goes(lifeUnit, `"rivgate:inbox"`)
	k.tak(cli.ExitRefused, "no such version", "rollback", "17", "--reason", "x")
	k.tak(cli.ExitDone, "the system was not ready", "versions")
	history := k.tak(cli.ExitDone, "rollback", "history", "--changes")
	for _, word := range []string{"anna", "bo", "the unit moves", "- address"} {
		if !strings.Contains(history, word) {
			k.t.Errorf("the history does not tell %q:\n%s", word, history)
		}
	}
	k.tak(cli.ExitDone, "in the draft", "edit", "move", "--contract", "SendComplaint", "--to", lifeUnit+","+lifeOther,
		"--address", "https://en.example/x",
		"--component", "SE2010123456-AVV", "--from", "2099-01-01")
	diff = k.tak(cli.ExitRefused,
		lifeUnit+" Vårdcentralen Björken: rivgate:inbox → https://en.example/x, from 2099-01-01, 2 open cases stay", "diff")
	if !strings.Contains(diff,
		lifeOther+" Vårdcentralen Eken: rivgate:inbox → https://en.example/x, from 2099-01-01, 0 open cases stay") {
		k.t.Errorf("the second unit is not told of:\n%s", diff)
	}
	k.tak(cli.ExitDone, "discarded", "discard")
	if yaml := k.tak(cli.ExitDone, "units:", "export", "store"); !strings.Contains(yaml, lifeOther) {
		k.t.Errorf("the export lacks a unit:\n%s", yaml)
	}
	k.order()
}

// order takes a beställning into the draft and throws it away.
func (k *keeper) order() {
	k.t.Helper()
	k.file("order.json",
		`{"plattform": "TEST", "formatVersion": "1.0", "version": 1, "genomforandeTidpunkt": "2099-04-01T08:00:00+0200", "inkludera": {"vagval": [
		{"tjanstekomponent": "se2010123456-avv", "adress": "https://ny.example/x", "logiskAdress": "se2010123456-vc02", "rivtaprofil": "RIVTABP21",
		 "tjanstekontrakt": "urn:riv-application:supportprocess:logistics:complaintsandfeedback:SendComplaintResponder:1"}]}}`)
	out := k.tak(cli.ExitDone, "takes effect on 2099-04-01", "import", "order.json")
	if !strings.Contains(out, "ends on 2099-03-31") {
		k.t.Errorf("the report does not tell that the old route ends:\n%s", out)
	}
	k.tak(cli.ExitDone, "in force from 2099-04-01 08:00", "publish", "--at", "2099-04-01 08:00", "--reason", "ordered")
	k.tak(cli.ExitDone, "in the draft again", "cancel", "4", "--reason", "ordered too early")
	k.tak(cli.ExitDone, "discarded", "discard")
	k.tak(cli.ExitDone, "0 changes", "diff")
	k.file("broken.json", `{"plattform": "TEST",`+"\n"+`"inkluderar": {}}`)
	k.tak(cli.ExitRefused, `line 2: unknown key "inkluderar"`, "import", "broken.json")
	k.file("broken.yaml", "routes:\n  - {contract: SendComplaint, to: X, adress: y}\n")
	k.tak(cli.ExitRefused, `line 2: unknown key "adress"`, "import", "broken.yaml")
}

// lifeByAPI is the same way over HTTP.
func lifeByAPI(k *keeper) {
	content, err := os.ReadFile(filepath.Join(k.dir, "demo.yaml"))
	if err != nil {
		k.t.Fatal(err)
	}
	revision := k.api("GET", "/api/catalogue/draft", "", "", http.StatusOK, nil)
	k.api("PUT", "/api/catalogue/draft", "", string(content), http.StatusPreconditionRequired, nil)
	stale := revision
	revision = k.api("PUT", "/api/catalogue/draft", revision, string(content), http.StatusOK, nil)
	k.api("PUT", "/api/catalogue/draft", stale, string(content), http.StatusPreconditionFailed, nil)
	k.api("POST", "/api/catalogue/publish", revision, `{"reason": ""}`, http.StatusBadRequest, nil)
	k.api("POST", "/api/catalogue/publish", revision, `{"reason": "the first one"}`, http.StatusCreated, nil)
	k.goes(lifeOther, `"rivgate:inbox"`)
	before, _ := k.submit(lifeOther)

	revision = k.api("GET", "/api/catalogue/draft", "", "", http.StatusOK, nil)
	edit := func(action, address, from string) string {
		return `{"edits": [{"action": "` + action +
			`", "entry": {"kind": "route", "contract": "SendComplaint", "receiver": "` + lifeOther + `", "address": "` +
			address + `", "component": "SE2010123456-AVV"` + from + `}}]}`
	}
	var broken struct{ Problems []catalogue.Problem }
	k.api("POST", "/api/catalogue/rows", revision, edit("add", "http://127.0.0.1:1/y", ""), http.StatusUnprocessableEntity,
		&broken)
	if len(broken.Problems) != 1 || broken.Problems[0].Remedy == "" ||
		!strings.Contains(broken.Problems[0].Row, lifeOther) {
		k.t.Errorf("the problem does not name its row and the remedy: %+v", broken)
	}
	today := routing.DateOf(time.Now())
	moved := k.api("POST", "/api/catalogue/rows", revision,
		edit("move", "http://127.0.0.1:1/y", `, "from": "`+today.String()+`"`), http.StatusOK, nil)
	k.api("POST", "/api/catalogue/rows", revision, edit("move", "http://127.0.0.1:1/z", `, "from": "2099-01-01"`),
		http.StatusPreconditionFailed, nil)
	var diff struct {
		Changes []struct {
			What      string
			OpenCases *int
		}
		Switches []routing.Switch
		Note     string
	}
	k.api("GET", "/api/catalogue/diff", "", "", http.StatusOK, &diff)
	if len(diff.Switches) != 1 || diff.Switches[0].Open != 1 || diff.Switches[0].Day != today ||
		!strings.Contains(diff.Note, "stannar hos") {
		k.t.Errorf("the diff does not tell of the switch: %+v", diff)
	}
	for _, c := range diff.Changes {
		if c.What == "route" && (c.OpenCases == nil || *c.OpenCases != 1) {
			k.t.Errorf("a changed route does not tell its open cases: %+v", c)
		}
	}
	k.api("POST", "/api/catalogue/publish", moved, `{"reason": "the unit moves"}`, http.StatusCreated, nil)
	k.goes(lifeOther, `"http://127.0.0.1:1/y"`)
	if _, handler := k.submit(lifeOther); handler.Via != routing.Queue {
		k.t.Errorf("the new case is handled by %+v", handler)
	}
	if handler := k.handler(before); handler.Via != routing.Inbox {
		k.t.Errorf("the case under way went to %+v", handler)
	}
	var why struct {
		Code, Cause, Remedy     string
		RouteRow, PermissionRow *routing.Ground
	}
	k.api("GET", "/api/resolve?contract=SendComplaint&version=1&from="+lifePortal+"&to="+lifeOther, "", "", http.StatusOK,
		&why)
	if why.RouteRow == nil || why.RouteRow.ID == "" || why.RouteRow.Address != "rivgate:inbox" ||
		why.PermissionRow == nil || why.PermissionRow.Receiver != "*" {
		k.t.Errorf("version 1 does not tell which rows decided: %+v", why)
	}
	why.Code = ""
	k.api("GET", "/api/resolve?contract=SendComplaint&from=SE2010123456-X&to="+lifeOther, "", "", http.StatusOK, &why)
	if why.Code != "VP007" || why.Cause == "" || why.Remedy == "" {
		k.t.Errorf("a refusal without cause or remedy: %+v", why)
	}
	var tested struct {
		OK    bool
		Steps []struct{ Step, Remedy string }
	}
	k.api("POST", "/api/catalogue/test", "", `{"contract": "SendComplaint", "to": "`+lifeOther+`"}`, http.StatusOK,
		&tested)
	if last := tested.Steps[len(tested.Steps)-1]; tested.OK || last.Step != "tcp" || last.Remedy == "" {
		k.t.Errorf("a closed port was tested as %+v", tested)
	}
	k.api("POST", "/api/catalogue/rollback", "", `{"version": 1, "reason": "back"}`, http.StatusCreated, nil)
	k.goes(lifeOther, `"rivgate:inbox"`)
	var versions struct {
		Items []struct {
			Number, Restores int64
			State, Reason    string
		}
	}
	k.api("GET", "/api/catalogue/versions", "", "", http.StatusOK, &versions)
	if len(versions.Items) != 3 || versions.Items[0].State != "inforce" || versions.Items[0].Restores != 1 ||
		versions.Items[1].State != "former" {
		k.t.Errorf("versions: %+v", versions)
	}
	k.api("POST", "/api/catalogue/rollback", "", `{"version": 99, "reason": "x"}`, http.StatusNotFound, nil)
	k.api("POST", "/api/catalogue/cancel", "", `{"version": 3, "reason": "x"}`, http.StatusConflict, nil)
	revision = k.api("GET", "/api/catalogue/draft", "", "", http.StatusOK, nil)
	k.api("PUT", "/api/catalogue/draft", revision, `{"plattform": 1}`, http.StatusBadRequest, nil)
	k.api("PUT", "/api/catalogue/draft", revision, "<persistentCache>", http.StatusBadRequest, nil)
}

// lifeOfAShrunkAnswer: a catalogue file that lost most of its rows is held back, even over a restart, until it is
// accepted by command.
func lifeOfAShrunkAnswer(t *testing.T, binary string) {
	_, whole, problem := command(t, "tak", "export", "demo")
	if problem != "" {
		t.Fatal(problem)
	}
	k := &keeper{t: t, binary: binary, dir: t.TempDir()}
	k.environ = []string{"RIVGATE_ENVIRONMENT=test", "RIVGATE_TAK_SOURCE=file.yaml", "RIVGATE_TAK_REFRESH=1s"}
	k.file("file.yaml", whole)
	s := serve(t, binary, k.dir, k.environ...)
	k.web = strings.TrimSuffix(s.lines["Pages and API"], "/")
	k.goes(lifeOther, "rivgate:inbox")
	var less []string
	routes := 0
	for line := range strings.Lines(whole) {
		if strings.Contains(line, "to: ") && strings.Contains(line, "address: ") {
			routes++
		}
		if !strings.Contains(line, "to: ") || strings.Contains(line, lifePortal) || strings.Contains(line, lifeUnit) {
			less = append(less, line)
		}
	}
	k.file("file.yaml", strings.Join(less, ""))
	soon(t, k.web+"/status", http.StatusOK, fmt.Sprintf("held back: the answer has 2 routes after %d", routes))
	soon(t, k.web+"/metrics", http.StatusOK, "rivgate_catalogue_held 1")
	k.goes(lifeOther, "rivgate:inbox")
	s.stop(t)
	s = serve(t, binary, k.dir, k.environ...)
	k.web = strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, k.web+"/status", http.StatusOK, "held back")
	k.goes(lifeOther, "rivgate:inbox")

	out := k.tak(cli.ExitDone, fmt.Sprintf("%d → 2", routes), "accept")
	digest := strings.Fields(string(bytes.Split([]byte(out), []byte("\n"))[1]))[0]
	k.tak(cli.ExitUsage, "needs --reason", "accept", digest)
	k.tak(cli.ExitRefused, "no answer", "accept", "nonsense", "--reason", "x")
	k.tak(cli.ExitDone, "accepted", "accept", digest, "--reason", "the units are closed")
	k.goes(lifeOther, "VP004")
	soon(t, k.web+"/metrics", http.StatusOK, "rivgate_catalogue_held 0")
	s.stop(t)
}
