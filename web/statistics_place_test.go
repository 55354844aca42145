package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/store"
)

// TestBoardCountsWhereItHappened: a board places six cases and sees them counted where they happened, as table, file
// and by filter, before and after they are purged.
func TestBoardCountsWhereItHappened(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("nina")
	for i := range 6 {
		place := hospital
		if i%3 == 0 {
			place = clinic
		}
		id := w.submit(board, "Tolvan Test", "Text")
		w.act(id, "close", url.Values{
			"text": {"Svar"}, "problem": {"9.1"}, "area": {"1"}, "place": {"Sjukhuset (" + place + ")"},
		})
	}
	counted := func(when string) {
		t.Helper()
		page := w.page("/statistics?by=incident_unit")
		if got := cells(t, page); fmt.Sprint(got) != "map[Sjukhuset:4 Summa:6 Vårdcentralen Björken:2]" {
			t.Errorf("%s, by the unit where it happened: %v", when, got)
		}
		hasNot(t, page, "ungefärliga")
		page = w.page("/statistics?by=unit&by2=sex&incident_unit=" + url.QueryEscape("Sjukhuset ("+hospital+")"))
		has(t, page, "Patientnämnden, det som hände vid Sjukhuset")
		if got := cells(t, page); fmt.Sprint(got) != "map[Patientnämnden:4 4 Summa:4 4]" {
			t.Errorf("%s, of the hospital alone: %v", when, got)
		}
		has(t, w.page("/statistics/file?by=incident_unit&incident_unit="+clinic), clinic+";Vårdcentralen Björken;2\r\n")
		has(t, w.get("/api/statistics?by=incident_unit&unit="+board).body, `"count": 4`, `"count": 2`)
	}
	counted("at first")
	w.pass(40 * 24 * time.Hour)
	n, err := w.Relay.Store.Purge(t.Context(), store.Retention{ClosedCases: 24 * time.Hour}, "test")
	if left, unread := w.Relay.Store.Unlogged().Cases(t.Context(), store.CaseFilter{}); err != nil || unread != nil ||
		len(left) != 0 {
		t.Fatalf("%d messages went and %d cases are left: %v %v", n, len(left), err, unread)
	}
	counted("after the purge")
}

// TestAUnitIsCountedByWhatPeopleCallIt: a unit that is typed by name, in part or whole, counts as its HSA-id does; what
// means none or several is refused with words, never counted as nothing.
func TestAUnitIsCountedByWhatPeopleCallIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.as("nina")
	id := w.submit(board, "Tolvan Test", "Text")
	w.act(id, "close", url.Values{
		"text": {"Svar"}, "problem": {"9.1"}, "area": {"1"}, "place": {"Vårdcentralen Björken (" + clinic + ")"},
	})
	for _, name := range []string{clinic, "Björken", "Vårdcentralen Björken", "Vårdcentralen Björken (" + clinic + ")"} {
		v := url.Values{"by": {"unit"}, "incident_unit": {name}}
		has(t, w.page("/statistics?"+v.Encode()), "<strong>1</strong> ärende.")
		has(t, w.page("/statistics/file?"+v.Encode()), board+";Patientnämnden;1\r\n")
		has(t, w.get("/api/statistics?"+v.Encode()).body, `"count": 1`)
	}
	for name, words := range map[string]string{
		"Ingenstans": "Ingen enhet i katalogen heter så", "Vårdcentralen": "Flera enheter stämmer", "Bjørkin": "Menar du",
	} {
		v := url.Values{"by": {"unit"}, "incident_unit": {name}}
		page, api := w.get("/statistics?"+v.Encode()), w.get("/api/statistics?"+v.Encode())
		if page.status != http.StatusUnprocessableEntity || !strings.Contains(page.body, words) ||
			!strings.Contains(page.body, `id="incident_unit-error"`) || strings.Contains(page.body, "ärenden.") {
			t.Errorf("%s: %d, want %q", name, page.status, words)
		}
		if api.status != http.StatusBadRequest || !strings.Contains(api.body, words) {
			t.Errorf("%s, API: %d %s", name, api.status, api.body)
		}
	}
	w.as("hanna")
	has(t, w.page("/statistics?by=unit&unit="+url.QueryEscape("Björken")), "Vårdcentralen Björken,")
	has(t, w.get("/statistics?by=unit&unit="+url.QueryEscape("Patientnämnden")).body, "ingen av dina enheter")
	w.as("nina") // has no provider to choose
	has(t, w.get("/statistics?by=incident_unit&scope=region:01").body, "Välj Mina enheter som urval.")
}

// TestCountsAreBlurredForWhoMayNotRead: the same unit, for one who reads its cases and one who administers it; and over
// a provider by unit, for one who reads some of them. What a case weighs stays.
func TestCountsAreBlurredForWhoMayNotRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.nearAndFar()
	for unit, n := range map[string]int{clinic: 7, other: 3, board: 6} {
		for range n {
			w.submit(unit, "Tolvan Test", "Text")
		}
	}
	_, err := w.database().Exec(`UPDATE statistic SET weight = CASE unit WHEN '` + other + `' THEN 1 ELSE 2 END`)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ who, query, want string }{
		{"vera", "by=area", "map[Summa:7 inte angivet:7]"},
		{"adam", "by=area", "map[Summa:14 inte angivet:14]"},
		{"vera", "by=area&unit=" + clinic, "map[Summa:7 inte angivet:7]"},
		{"adam", "by=area&unit=" + clinic, "map[Summa:14 inte angivet:14]"},
		{"vera", "by=unit&scope=provider:" + nearProvider, "map[" + clinic + ":14 " + other + ":<5 Summa:17]"},
		{"hanna", "by=provider&scope=region:01", "map[" + nearProvider + ":17 Summa:17]"},
		{"hanna", "by=provider", "map[" + nearProvider + ":10 Summa:10]"},
		{"hanna", "by=region&scope=nation", "map[Region Stockholm:17 Summa:17]"},
		{"nina", "by=region&scope=nation", "map[Region Stockholm:12 Summa:12]"},
	} {
		w.as(c.who)
		page := w.page("/statistics?" + c.query)
		if got := fmt.Sprint(cells(t, page)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.who, c.query, got, c.want)
		}
		if blurred := c.who == "adam" || len(c.query) > 12 && c.query[len("by=area"):] != "&unit="+clinic; blurred {
			has(t, page, "Talen är ungefärliga")
		} else {
			hasNot(t, page, "Talen är ungefärliga")
		}
	}
}
