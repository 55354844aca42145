package web_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/store"
	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// systems lets three systems in: two that handle cases, at the clinic and at the board, and one that reads at the
// clinic.
func (w *world) systems() {
	w.t.Helper()
	var file strings.Builder
	for _, s := range []struct{ name, role, unit string }{
		{"diary", "handle", clinic}, {"boards", "handle", board}, {"reader", "read", clinic}, {"portal", "portal", ""},
	} {
		fmt.Fprintf(&file, "- {name: %s, sha256: %x, roles: [%s], units: [%s]}\n", s.name, sha256.Sum256([]byte(s.name)),
			s.role,
			s.unit)
	}
	tokens, err := shell.ReadTokens(strings.NewReader(file.String()))
	if err != nil {
		w.t.Fatal(err)
	}
	w.Tokens = tokens
	w.serve()
}

// asks is a call of a system.
func (w *world) asks(system, path string) reply {
	w.t.Helper()
	req := w.request(http.MethodGet, path, nil)
	req.Header.Set("Authorization", "Bearer "+system)
	return w.do(req)
}

// tells is a call of a system with a body.
func (w *world) tells(system, path, body string) reply {
	w.t.Helper()
	return w.json(path, body, "Authorization", "Bearer "+system)
}

// numberedCase is a case as the API has it.
type numberedCase struct {
	ID           string
	Registration string
}

// TestADiaryNumbersCasesThroughTheAPI: it asks which cases of its units lack a number, and gives them, all or none; the
// number stands on the case everywhere, and finds it.
func TestADiaryNumbersCasesThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.submit(clinic, "Tolvan Test", "Text"), w.submit(clinic, "Tolvan Test", "Mer")
	theirs, external := w.submit(board, "Tolvan Test", "Text"), w.submit(hospital, "Tolvan Test", "Text")
	w.systems()
	waiting := field[[]store.Unnumbered](t, w.asks("diary", "/api/registrations"), "items")
	if len(waiting) != 2 || waiting[0].CaseID != first || waiting[0].Unit != clinic || waiting[0].Ref == "" {
		t.Fatalf("without a number: %+v", waiting)
	}
	if r := w.asks("diary", "/api/registrations?limit=1"); len(field[[]store.Unnumbered](t, r, "items")) != 1 {
		t.Errorf("one at most: %s", r.body)
	}
	for path, status := range map[string]int{
		"/api/registrations?unit=" + board: http.StatusNotFound, "/api/registrations?unit=" + clinic: http.StatusOK,
		"/api/registrations?state=open": http.StatusBadRequest,
	} {
		if r := w.asks("diary", path); r.status != status {
			t.Errorf("GET %s: %d %s", path, r.status, r.body)
		}
	}
	for _, name := range []string{"reader", "nobody"} {
		if r := w.asks(name, "/api/registrations"); r.status != http.StatusForbidden && r.status != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	items := func(dry bool, lines ...string) string {
		var all []string
		for i := 0; i < len(lines); i += 2 {
			all = append(all, fmt.Sprintf(`{"case":%q,"number":%q}`, lines[i], lines[i+1]))
		}
		return fmt.Sprintf(`{"dryRun":%v,"items":[%s]}`, dry, strings.Join(all, ","))
	}
	give := func(status int, body string) store.NumberReport {
		t.Helper()
		r := w.tells("diary", "/api/registrations", body)
		if r.status != status {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
		var report store.NumberReport
		if err := json.Unmarshal([]byte(r.body), &report); err != nil {
			t.Fatal(err)
		}
		return report
	}
	give(http.StatusBadRequest, `{"items":[]}`)
	give(http.StatusBadRequest, `{"items":[{"case":"x","diary":"1"}]}`)
	wrong := []string{first, "SYN 1", theirs, "SYN 2", external, "SYN 3", second, ""}
	for dry, status := range map[bool]int{true: http.StatusOK, false: http.StatusConflict} {
		r := give(status, items(dry, wrong...))
		if len(r.Problems) != 3 || r.Problems[0].Line != 2 || r.Problems[0].Fault != store.NumberNoCase ||
			r.Problems[1].Line != 3 || r.Problems[2].Fault != store.NumberMissing {
			t.Errorf("dry %v: %+v", dry, r)
		}
	}
	if r := give(http.StatusOK, items(true, first, "SYN 1")); r.Registered != 1 || r.Problems == nil {
		t.Errorf("dry: %+v", r)
	}
	one := func(id string) numberedCase {
		t.Helper()
		var c numberedCase
		if err := json.Unmarshal([]byte(w.asks("diary", "/api/cases/"+id).body), &c); err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := one(first); c.Registration != "" {
		t.Errorf("nothing is stored yet: %+v", c)
	}
	if r := give(http.StatusOK, items(false, first, "SYN 1", second, "SYN 2")); r.Registered != 2 {
		t.Errorf("given: %+v", r)
	}
	if c := one(first); c.Registration != "SYN 1" {
		t.Errorf("the case: %+v", c)
	}
	for _, query := range []string{"SYN 1", "syn 1"} {
		found := field[[]numberedCase](t, w.asks("diary", "/api/cases?q="+url.QueryEscape(query)), "items")
		if len(found) != 1 || found[0].ID != first || found[0].Registration != "SYN 1" {
			t.Errorf("%s finds %+v", query, found)
		}
	}
	if left := field[[]store.Unnumbered](t, w.asks("diary", "/api/registrations"), "items"); len(left) != 0 {
		t.Errorf("still without a number: %+v", left)
	}
	rows := w.accesses(accesslog.Filter{Case: first, Direct: true, What: accesslog.Change})
	if len(rows) != 1 || rows[0].Name != "diary" || rows[0].Unit != clinic {
		t.Errorf("on record: %+v", rows)
	}
	w.as("vera")
	has(t, w.page("/inbox?q=SYN+1"), first, "SYN 1")
	has(t, w.page("/inbox/"+first), "diarienummer SYN 1")
	folder, names := unpacked(t, w.get("/inbox/"+first+"/export").body)
	found := 0
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil && strings.HasSuffix(name, ".xml") && strings.Contains(string(b), "SYN 1") {
			found++
		}
	}
	if found != 1 {
		t.Errorf("the number is in %d files of the package %v", found, names)
	}
	w.as("nina")
	w.did(theirs, "register", url.Values{"diary": {"PN 7"}})
	has(t, w.page("/board"), "PN 7")
}

// TestADiarysFileOnThePage: it says what would become of it, by line, and stores all or nothing.
func TestADiarysFileOnThePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.submit(clinic, "Tolvan Test", "Text"), w.submit(clinic, "Tolvan Test", "Mer")
	theirs := w.submit(board, "Tolvan Test", "Text")
	w.as("vera")
	file := w.page("/registration/file?format=csv")
	hasNot(t, file, "Tolvan", theirs, "Text")
	for _, c := range []struct {
		do, file string
		status   int
		says     []string
	}{
		{"check", "case;number\n" + first + ";D 1\n", 200, []string{"1 nya nummer, 0 finns redan. Inget är infört än."}},
		{"save", "case;number\n" + first + ";D 1\n" + theirs + ";D 2\n" + second + ";\"D\n3\"\n", 422, []string{
			"Inget nummer är infört", `<td data-label="Rad">3</td>`, `<td data-label="Rad">4</td>`,
			"Ärendet finns inte i en inkorg som du får diarieföra i.",
		}},
		{"save", "case;number\n" + first + ";\"D 1\n", 422, []string{"Rad 2: Raden hör inte till tabellen."}},
		{"save", "case;number\n" + first + ";\n", 422, []string{"Ingen rad i filen har ett diarienummer."}},
	} {
		r := w.postNumbers(c.do, c.file)
		if r.status != c.status {
			t.Errorf("%q: %d", c.file, r.status)
		}
		has(t, r.body, c.says...)
	}
	has(t, w.page("/registration"), "2 ärenden saknar diarienummer.")
	saved := strings.Replace(file, first+";", first+";D 1", 1)
	if r := w.postNumbers("save", saved); r.status != http.StatusOK {
		t.Fatalf("the file as it came, one row filled in: %d %s", r.status, main(r.body))
	}
	has(t, w.page("/registration"), "1 ärende saknar diarienummer.")
	for _, who := range []string{"iris", "olle"} {
		w.as(who)
		if r := w.postNumbers("save", saved); r.status == http.StatusOK {
			t.Errorf("%s sends a file", who)
		}
	}
}

func (w *world) postNumbers(do, file string) reply {
	w.t.Helper()
	return w.postFile("/registration", url.Values{"do": {do}}, "nummer.csv", []byte(file))
}

// TestANumberLeadsToItsCaseAfterAHandover: the unit that takes a case sees which numbers it had, whoever replaced them;
// the unit that gave one finds by it where the case is now.
func TestANumberLeadsToItsCaseAfterAHandover(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	for _, number := range []string{"SYN 2026-7", "DNR 77/2026"} {
		w.did(id, "register", url.Values{"diary": {number}})
	}
	has(t, w.post("/inbox", url.Values{"q": {"SYN 2026-7"}}).body, "/inbox/"+id)
	w.page("/mailbox/" + id)
	has(t, w.page("/inbox/"+id), "<li>Anmälaren eller patienten i 1177 ")
	has(t, w.page("/inbox/"+id), "Har haft diarienummer SYN 2026-7 (Vårdcentralen Björken)")
	w.sends(id, "forward", url.Values{"unit": {other}, "text": {"Det hände hos er."}})
	w.leave()
	for _, number := range []string{"DNR 77/2026", id} {
		has(t, w.post("/inbox", url.Values{"q": {number}}).body, "Ärendet är överlämnat till Vårdcentralen Eken")
	}
	w.as("hanna")
	has(t, w.page("/inbox/"+id), "SYN 2026-7 (Vårdcentralen Björken)", "DNR 77/2026 (Vårdcentralen Björken)")
	w.as("nina")
	hasNot(t, w.post("/inbox", url.Values{"q": {"DNR 77/2026"}}).body, "överlämnat")
}
