package web_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/store/accesslog"
)

// spokenFor is what the API says of a reporter's right.
type spokenFor struct {
	State, Right, By, Note string
	Claimed                bool
	Version                int64
	Steps                  []struct{ Step, Right, By, Note string }
}

// authority is what a system reads of the right of a case's reporter.
func (w *world) authority(system, id string) *spokenFor {
	w.t.Helper()
	r := w.asks(system, "/api/cases/"+id)
	if r.status != http.StatusOK {
		w.t.Fatalf("%s reads the case: %d %s", system, r.status, r.body)
	}
	return field[*spokenFor](w.t, r, "authority")
}

// TestAReportersRightThroughTheAPI: who writes about whom and by what right, stated, checked, taken back and withdrawn,
// with who and when; 1177 reads nothing of it, and nobody changes what they have not seen.
func TestAReportersRightThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, own := w.relative("Min far fick vänta."), w.submit(clinic, "Tolvan Test", "Text")
	w.systems()
	a := w.authority("reader", id)
	if a == nil || a.State != "none" || !a.Claimed || a.Right != "" || len(a.Steps) != 0 {
		t.Fatalf("at first: %+v", a)
	}
	if a := w.authority("reader", own); a != nil {
		t.Errorf("who reports their own case: %+v", a)
	}
	if a := w.authority("portal", id); a != nil {
		t.Errorf("1177 reads what the unit has noted: %+v", a)
	}
	change := func(system, body string, status int) {
		t.Helper()
		if r := w.tells(system, "/api/cases/"+id+"/authority", body); r.status != status {
			t.Errorf("%s %s: %d %s", system, body, r.status, r.body)
		}
	}
	now := func(body string) string {
		return strings.Replace(body, "}", fmt.Sprintf(`,"version":%d}`, w.authority("diary", id).Version), 1)
	}
	for _, body := range []string{
		`{"step":"taken_over","note":"x"}`, `{"step":"authority_stated","note":"x"}`, `{"step":"authority"}`,
		`{"step":"authority","right":"own","note":"x"}`, `{"step":"authority_withdrawn","right":"other","note":"x"}`,
		`{"step":"authority","note":"` + strings.Repeat("x", 1001) + `"}`, `{"step":"authority","note":"x","who":"y"}`,
		"{\"step\":\"authority\",\"right\":\"guardian\",\"note\":\"\u200b\"}",
	} {
		change("diary", now(body), http.StatusBadRequest)
	}
	change("reader", now(`{"step":"authority","note":"x"}`), http.StatusForbidden)
	change("boards", now(`{"step":"authority","note":"x"}`), http.StatusNotFound)
	change("portal", now(`{"step":"authority","note":"x"}`), http.StatusForbidden)

	stale := now(`{"step":"authority","note":"sett i går"}`)
	for _, step := range []struct{ body, state, right, note string }{
		{`{"step":"authority_stated","right":"power_of_attorney","note":"ringde"}`, "stated", "power_of_attorney", "ringde"},
		{`{"step":"authority","note":"fullmakten sedd"}`, "checked", "power_of_attorney", "fullmakten sedd"},
		{`{"step":"no_authority"}`, "stated", "power_of_attorney", "ringde"},
		{`{"step":"authority","right":"guardian","note":"registret"}`, "checked", "guardian", "registret"},
		{`{"step":"authority_withdrawn","note":"patienten ringde"}`, "withdrawn", "", "patienten ringde"},
	} {
		change("diary", now(step.body), http.StatusOK)
		a := w.authority("reader", id)
		if a.State != step.state || a.Right != step.right || a.Note != step.note || a.By != "diary" {
			t.Errorf("after %s: %+v", step.body, a)
		}
	}
	change("diary", stale, http.StatusConflict)
	if a := w.authority("reader", id); len(a.Steps) != 5 || a.Steps[1].Step != "authority" || a.Steps[1].By != "diary" {
		t.Errorf("the steps: %+v", a.Steps)
	}
	for _, one := range field[[]struct {
		ID        string
		Authority *spokenFor
	}](t, w.asks("reader", "/api/cases"), "items") {
		switch {
		case one.ID == own && one.Authority != nil:
			t.Errorf("in the list, their own: %+v", one.Authority)
		case one.ID == id && (one.Authority == nil || one.Authority.State != "withdrawn" || one.Authority.Note != ""):
			t.Errorf("in the list: %+v", one.Authority)
		}
	}
	w.as("vera")
	has(t, w.page("/inbox/"+id), "Återtagen, noterat av diary", "patienten ringde")
	var details []string
	for _, row := range w.accesses(accesslog.Filter{Case: id, Direct: true}) {
		if row.Name == "diary" && row.What == accesslog.Refused {
			details = append(details, row.Detail)
		}
	}
	if fmt.Sprint(details) != "[desk: authority: conflict]" {
		t.Errorf("refused, on record: %v", details)
	}
}

// TestWhoReportedBeforeInTheAPI: a case that was taken over names both, and by what right.
func TestWhoReportedBeforeInTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.as("vera")
	w.did(id, "takeover", url.Values{
		"reporter": {ombud}, "name": {"Anna Test"}, "right": {"power_of_attorney"}, "note": {"fullmakten sedd"},
		"former": {"ends"},
	})
	w.systems()
	r := w.asks("reader", "/api/cases/"+id)
	former := field[[]struct {
		ID, Name, Role string
		Sees           bool
	}](t, r, "formerReporters")
	if len(former) != 1 || former[0].ID != tolvan || former[0].Sees || former[0].Role != contracts.RolePatient {
		t.Errorf("before: %+v", former)
	}
	if a := w.authority("reader", id); a.State != "checked" || a.By != "Vera Test" || len(a.Steps) != 1 ||
		a.Steps[0].Step != "taken_over" {
		t.Errorf("the right: %+v", a)
	}
	if p := field[struct{ ID, Role string }](t, r, "reporter"); p.ID != ombud || p.Role != contracts.RoleProxy {
		t.Errorf("now: %+v", p)
	}
}

// asked is a request for an opinion in the API.
type asked struct {
	ID, State, Text, AnsweredBy string
	Open, TakesFiles            bool
	Version                     int64
	Letter                      *struct{ Question, Description, Reporter, ReporterNumber string }
	Files                       []struct {
		Number int
		Name   string
	}
}

// TestOpinionsThroughTheAPI: a board asks by what was consented, the unit answers with a file, and the board has it;
// nobody else reads anything of it, and what was recalled is not answered.
func TestOpinionsThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, care := w.submit(board, "Tolvan Test", "Ingen lyssnade på mig."), w.submit(clinic, "Tolvan Test", "Text")
	w.systems()
	there := "/api/cases/" + id + "/opinions"
	ask := func(system, body string, status int) reply {
		t.Helper()
		r := w.tells(system, there, body)
		if r.status != status {
			t.Fatalf("%s asks %s: %d %s", system, body, r.status, r.body)
		}
		return r
	}
	question := `{"unit":"` + clinic + `","text":"Yttra er om väntetiden.","due":"2026-03-20"}`
	if r := ask("boards", question, http.StatusConflict); field[string](t, r, "type") != "urn:rivgate:problem:no-consent" {
		t.Errorf("without a consent: %s", r.body)
	}
	w.as("nina")
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"}, "scoped": {"1"},
		"scope": {"vad anmälaren skriver"},
	})
	for _, body := range []string{
		`{"unit":"` + clinic + `","text":" "}`, `{"unit":"` + board + `","text":"x"}`, `{"unit":"` + hospital + `","text":"x"}`,
		`{"unit":"SE2010123456-NONE","text":"x"}`, `{"unit":"` + clinic + `","text":"x","due":"2026-03-01"}`,
		`{"unit":"` + clinic + `","text":"` + strings.Repeat("x", 19001) + `"}`,
	} {
		ask("boards", body, http.StatusBadRequest)
	}
	ask("diary", question, http.StatusNotFound)
	ask("reader", question, http.StatusForbidden)
	if r := w.tells("diary", "/api/cases/"+care+"/opinions", question); r.status != http.StatusNotFound {
		t.Errorf("care asks: %d", r.status)
	}
	ask("boards", question, http.StatusCreated)

	list := field[[]asked](t, w.asks("reader", "/api/opinions?open=true"), "items")
	if len(list) != 1 || !list[0].Open || list[0].State != "asked" || list[0].Letter != nil {
		t.Fatalf("the unit's list: %+v", list)
	}
	one := "/api/opinions/" + list[0].ID
	if n := len(field[[]asked](t, w.asks("boards", "/api/opinions"), "items")); n != 0 {
		t.Errorf("the board is asked %d things", n)
	}
	read := func(system string) (o asked) {
		t.Helper()
		r := w.asks(system, one)
		if r.status != http.StatusOK {
			t.Fatalf("%s: %d %s", system, r.status, r.body)
		}
		if strings.Contains(r.body, id) || strings.Contains(r.body, tolvan[2:]) {
			t.Errorf("the case or its reporter is in %s", r.body)
		}
		if err := json.Unmarshal([]byte(r.body), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	if o := read("reader"); o.Letter == nil || o.Letter.Question != "Yttra er om väntetiden." ||
		o.Letter.Description != "Ingen lyssnade på mig." || o.Letter.Reporter != "" || o.Letter.ReporterNumber != "" ||
		!o.TakesFiles || o.Version != 1 {
		t.Errorf("the request: %+v", o)
	}
	for path, status := range map[string]int{
		one: http.StatusNotFound, "/api/opinions?unit=" + clinic: http.StatusNotFound,
	} {
		if r := w.asks("boards", path); r.status != status {
			t.Errorf("the board asks %s: %d", path, r.status)
		}
	}
	if r := w.asks("portal", one); r.status != http.StatusForbidden {
		t.Errorf("1177 reads it: %d", r.status)
	}

	pdf := base64.StdEncoding.EncodeToString(pdfFile())
	answer := func(system, verb, body string, status int) {
		t.Helper()
		if r := w.tells(system, one+"/"+verb, body); r.status != status {
			t.Errorf("%s, %s %.80s: %d %s", system, verb, body, r.status, r.body)
		}
	}
	answer("reader", "send", `{"text":"Vi beklagar.","version":1}`, http.StatusForbidden)
	answer("boards", "send", `{"text":"Vi beklagar.","version":1}`, http.StatusNotFound)
	answer("diary", "burn", `{"text":"Vi beklagar.","version":1}`, http.StatusNotFound)
	answer("diary", "draft", `{"text":" ","version":1}`, http.StatusBadRequest)
	answer("diary", "send", `{"version":1}`, http.StatusBadRequest) // there is nothing to send
	answer("diary", "draft", `{"text":"x","version":1,"files":[{"fileName":"a.exe","content":"TVqQAAMA"}]}`,
		http.StatusBadRequest)
	answer("diary", "draft", `{"text":"Vi","version":1,"files":[{"fileName":"journal.pdf","content":"`+pdf+`"},
		{"fileName":"fel.pdf","content":"`+pdf+`"}]}`, http.StatusOK)
	answer("diary", "draft", `{"text":"Vi","version":1}`, http.StatusConflict)
	answer("diary", "draft", `{"text":"Vi beklagar.","version":2,"drop":[2]}`, http.StatusOK)
	if got := field[[]asked](t, w.asks("boards", there), "items"); len(got) != 1 || got[0].Text != "" ||
		got[0].Files != nil {
		t.Errorf("the board reads a draft: %+v", got)
	}
	answer("diary", "send", `{"version":3}`, http.StatusOK)
	answer("diary", "send", `{"version":4}`, http.StatusConflict)
	got := field[[]asked](t, w.asks("boards", there), "items")
	if len(got) != 1 || got[0].State != "answered" || got[0].Text != "Vi beklagar." || got[0].AnsweredBy != "diary" ||
		len(got[0].Files) != 1 || got[0].Files[0].Name != "journal.pdf" || got[0].Letter != nil {
		t.Fatalf("the board reads %+v", got)
	}
	file := fmt.Sprintf("%s/%s/files/%d", there, got[0].ID, got[0].Files[0].Number)
	if r := w.asks("boards", file); r.status != http.StatusOK || r.body != string(pdfFile()) {
		t.Errorf("the file: %d %q", r.status, r.body)
	}
	for _, path := range []string{file + "9", file + "x", strings.Replace(file, got[0].ID, id, 1)} {
		if r := w.asks("boards", path); r.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := w.asks("diary", file); r.status != http.StatusNotFound {
		t.Errorf("the unit reads the board's file: %d", r.status)
	}
	w.as("nina")
	has(t, w.page("/inbox/"+id+"/board"), "Vi beklagar.", "journal.pdf")

	ask("boards", question, http.StatusCreated)
	w.boardAct(id, "withdraw", url.Values{"unit": {clinic}, "who": {"Tolvan Test"}})
	recalled := field[[]asked](t, w.asks("diary", "/api/opinions"), "items")
	if len(recalled) != 2 || len(field[[]asked](t, w.asks("diary", "/api/opinions?open=true"), "items")) != 0 {
		t.Fatalf("after the consent was withdrawn: %+v", recalled)
	}
	for _, o := range recalled {
		if one = "/api/opinions/" + o.ID; o.State != "recalled" {
			if o := read("diary"); o.Letter != nil || o.Text != "Vi beklagar." || len(o.Files) != 1 {
				t.Errorf("of what was answered: %+v", o)
			}
			continue
		}
		if o := read("diary"); o.Letter != nil || o.Open {
			t.Errorf("what was recalled is read: %+v", o)
		}
		r := w.tells("diary", one+"/send", `{"text":"Vi","version":2}`)
		if r.status != http.StatusConflict || field[string](t, r, "type") != "urn:rivgate:problem:recalled" {
			t.Errorf("what was recalled is answered: %d %s", r.status, r.body)
		}
	}
}
