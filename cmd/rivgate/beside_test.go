package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/demo"
	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/store"
)

// beside is a running demo and a configuration file with which commands find its store.
type beside struct {
	*gateway
	file string
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	c := demoConfig(t.TempDir())
	c.Delivery.Schedule = []time.Duration{time.Hour} // what fails once waits for an operator
	g := running(t, c)
	soonSeeded(t, g)
	file := filepath.Join(t.TempDir(), "rivgate.yaml")
	content := "store: {url: '" + c.Store.URL + "'}\ntak: {cache: '" + c.TAK.Cache + "'}\ndemo: {handling_system: '" +
		g.config.Demo.HandlingSystem + "'}\n"
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return &beside{g, file}
}

// command runs a command that must succeed, and reads its JSON into v.
func (b *beside) command(t *testing.T, v any, args ...string) {
	t.Helper()
	code, out, problem := command(t, append(args, "--config", b.file, "--format", "json")...)
	if code != cli.ExitDone {
		t.Fatalf("%v: exit code %d\n%s%s", args, code, out, problem)
	}
	if v != nil {
		if err := json.Unmarshal([]byte(out), v); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
}

// until asks again and again until check holds.
func until(t *testing.T, what string, check func() bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	for !check() {
		select {
		case <-ctx.Done():
			t.Fatal("it did not come true: " + what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (b *beside) count(t *testing.T, args ...string) int {
	t.Helper()
	var rows []json.RawMessage
	b.command(t, &rows, args...)
	return len(rows)
}

func TestAnOperatorWorksBesideTheGateway(t *testing.T) {
	b := newBeside(t)
	until(t, "the seeded case is delivered", func() bool {
		return b.count(t, "queue", "list", "--state", "delivered") == 1
	})
	b.world.System.Door.Down()
	to := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: "SE2010123456-KIR"}, Kind: contracts.KindCareUnit}
	complaint := demo.Seeds(time.Now())[0].Complaint
	id, receipt, err := b.world.Portal.Submit(t.Context(), to, complaint)
	if err != nil || receipt.Result.Code != contracts.OK {
		t.Fatalf("submitting: %v %v", receipt, err)
	}
	type shown struct {
		store.DeliveryRow
		Reason string `json:"reason"`
	}
	var rows []shown
	until(t, "the delivery was tried", func() bool {
		b.command(t, &rows, "queue", "list", "--state", "due", "--receiver", demo.HandlingSystemID, "--case", id)
		return len(rows) == 1 && rows[0].Attempts > 0
	})
	if !strings.HasPrefix(rows[0].Reason, "the connection to ") {
		t.Errorf("the list gives as the reason %q", rows[0].Reason)
	}
	var whole struct {
		shown
		Tried []store.AttemptRow `json:"tried"`
	}
	b.command(t, &whole, "queue", "show", rows[0].ID)
	if len(whole.Tried) == 0 || whole.Tried[0].Class != "connect" {
		t.Errorf("what was tried: %+v", whole.Tried)
	}
	var n struct{ Count int }
	b.command(t, &n, "queue", "retry", "--case", id, "--dry-run")
	if n.Count != 1 {
		t.Errorf("a dry run counts %d", n.Count)
	}
	b.command(t, nil, "queue", "pause", demo.HandlingSystemID, "--reason", "test")
	if err := b.world.System.Door.Up(); err != nil {
		t.Fatal(err)
	}
	b.command(t, &n, "queue", "retry", rows[0].ID, "--reason", "the system is up")
	if n.Count != 1 || b.count(t, "queue", "list", "--state", "due", "--case", id) != 1 {
		t.Errorf("%d retried; a paused receiver's delivery must wait", n.Count)
	}
	b.command(t, nil, "queue", "resume", demo.HandlingSystemID)
	until(t, "the case is delivered", func() bool {
		return b.count(t, "queue", "list", "--state", "delivered", "--case", id) == 1
	})
}

func TestAReplyFromTheCommandLineReachesTheCitizen(t *testing.T) {
	b := newBeside(t)
	var cases []store.Case
	b.command(t, &cases, "case", "list", "--unit", "SE2010123456-VC01", "--state", "delivered")
	if len(cases) != 2 {
		t.Fatalf("%d cases", len(cases))
	}
	id := cases[0].Ref.Extension
	b.command(t, nil, "case", "reply", id, "--text", "Vi återkommer i morgon.", "--unchecked", "asked for")
	b.command(t, nil, "case", "reply", id, "--type", "CLOSE", "--text", "Vi beklagar.", "--problem", "3",
		"--problem", "3.1", "--area", "3", "--unchecked", "asked for")
	var shown struct {
		store.Case
		Messages []store.Entry `json:"messages"`
	}
	b.command(t, &shown, "case", "show", id)
	if shown.State != store.Closed || len(shown.Messages) != 3 || string(shown.Messages[1].Content) != "null" {
		t.Errorf("the case is %s with %d messages", shown.State, len(shown.Messages))
	}
	b.command(t, &shown, "case", "show", id, "--content")
	if !strings.Contains(string(shown.Messages[1].Content), "i morgon") {
		t.Errorf("the content: %s", shown.Messages[1].Content)
	}
	letters, err := b.world.Portal.Mailbox(t.Context(), id)
	if err != nil || len(letters) != 3 || letters[1].Kind != "partial_reply" {
		t.Errorf("the mailbox: %v %v", letters, err)
	}
	code, _, problem := command(t, "case", "reply", id, "--text", "En sak till.", "--unchecked", "asked for", "--config",
		b.file)
	if code != cli.ExitRefused || !strings.Contains(problem, contracts.SubCaseClosed) {
		t.Errorf("a reply after the close: %d %s", code, problem)
	}
	_, out, _ := command(t, "case", "list", "--config", b.file)
	if strings.Contains(out, "189001019802") || strings.Contains(out, "Testsson") {
		t.Errorf("the list holds personal data:\n%s", out)
	}
}

func TestEnvelopesAreJudgedAndSent(t *testing.T) {
	b := newBeside(t)
	unit := contracts.Recipient{Unit: contracts.OrgUnit{HSAID: "SE2010123456-VC02"}, Kind: contracts.KindCareUnit}
	m := b.world.Portal.Complain(unit, demo.Seeds(time.Now())[0].Complaint)
	m.Complaint.IncidentUnit = &contracts.OrgUnit{HSAID: "SE2010123456-VC02"}
	put := func(name string) string {
		envelope, err := inferred.Pack{}.Write(m)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, envelope, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	right := put("right.xml")
	m.Complaint.IncidentPlaceText = "Någonstans"
	wrong := put("wrong.xml")
	if code, out, problem := command(t, "validate", right); code != cli.ExitDone ||
		!strings.Contains(out, "right.xml: valid") {
		t.Errorf("a right one: %d %s%s", code, out, problem)
	}
	if code, out, _ := command(t, "validate", right, wrong); code != cli.ExitRefused ||
		!regexp.MustCompile(`wrong\.xml:\d+:\d+: VALIDATION_ERROR PLACE_TEXT_NOT_ALLOWED`).MatchString(out) {
		t.Errorf("a wrong one: %d %s", code, out)
	}
	to := b.endpoints()[0] + "/SendComplaint/1/rivtabp21"
	if code, out, problem := command(t, "send", right, "--url", to, "--as", "SE0000000001-1177"); code != cli.ExitDone ||
		!strings.Contains(out, "OK") {
		t.Errorf("sending a right one: %d %s%s", code, out, problem)
	}
	if code, out, _ := command(t, "send", wrong, "--url", to, "--as", "SE0000000001-1177"); code != cli.ExitRefused ||
		!strings.Contains(out, "DUPLICATE_CONTENT_MISMATCH") && !strings.Contains(out, "PLACE_TEXT_NOT_ALLOWED") {
		t.Errorf("sending a wrong one: %d %s", code, out)
	}
	if code, out, _ := command(t, "send", right, "--url", to, "--as", "SE2010123456-AVV"); code != cli.ExitRefused ||
		!strings.Contains(out, "VP007") {
		t.Errorf("sending as another: %d %s", code, out)
	}
	if code, out, _ := command(t, "send", right, "--url", to); code != cli.ExitRefused || !strings.Contains(out, "VP002") {
		t.Errorf("sending as nobody: %d %s", code, out)
	}
}

func TestTheSimulatorsArePlayedOverHTTP(t *testing.T) {
	b := newBeside(t)
	pages := "http://" + b.gateway.config.Demo.Portal
	form := url.Values{
		"unit": {"SE2010123456-PN01"}, "person": {"189001019802"}, "date": {"2026-01-12"}, "place": {"Andra våningen"},
		"description": {"Det tog lång tid."}, "reply": {"1"},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(pages+"/cases", form)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	mailbox := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || !strings.Contains(mailbox, "/mailbox/") {
		t.Fatalf("the form was answered %d %s", answer.StatusCode, mailbox)
	}
	soon(t, mailbox, http.StatusOK, "Vem är du?") // of the gateway's stand-in
	soon(t, pages+"/", http.StatusOK, "Låtsas-1177")
	soon(t, pages+"/cases", http.StatusOK, "SE2010123456-PN01")
	soon(t, pages+"/cases/"+mailbox[strings.LastIndexByte(mailbox, '/')+1:], http.StatusOK, `"receipt"`)

	list := soon(t, pages+"/handling-system/cases", http.StatusOK, "AVV-1")
	var cases struct {
		Items []struct {
			CaseID contracts.II `json:"caseId"`
		}
	}
	if err := json.Unmarshal([]byte(list), &cases); err != nil || len(cases.Items) != 1 {
		t.Fatalf("%v: %s", err, list)
	}
	id := cases.Items[0].CaseID.Extension
	told := func(path, body string) string {
		answer, err := client.Post(pages+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var v struct {
			Result struct{ Code, SubCode string }
			Up     *bool
			Error  string
		}
		if err := json.NewDecoder(answer.Body).Decode(&v); err != nil {
			t.Fatal(err)
		}
		if v.Up != nil {
			return map[bool]string{true: "up", false: "down"}[*v.Up]
		}
		return v.Result.Code + v.Error
	}
	for _, c := range []struct{ path, body, want string }{
		{"/handling-system/cases/" + id + "/updates", `{"type":"PARTIAL_REPLY","text":"Vi läser."}`, "OK"},
		{"/handling-system/cases/none/updates", `{"type":"PARTIAL_REPLY","text":"Vi läser."}`, "there is no such case"},
		{"/handling-system/down", "", "down"},
		{"/handling-system/up", "", "up"},
		{
			"/cases",
			`{"recipient":{"unit":{"hsaId":"SE2010123456-VC01"},"kind":"CARE_UNIT"},"complaint":{"incidentDate":"20260112"}}`,
			"ERROR",
		},
	} {
		if got := told(c.path, c.body); got != c.want {
			t.Errorf("%s: %q, not %q", c.path, got, c.want)
		}
	}
	soon(t, "http://"+b.gateway.config.Web.Listen+"/api/cases/"+id, http.StatusOK, `"replied": true`)
}
