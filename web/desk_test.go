package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What each role finds on the pages of a case, and what it may do there whatever is on the page.
func TestRolesAtTheDesk(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	for _, name := range []string{"hanna", "vera", "mia", "adam", "nina", "iris", "olle", "greta"} {
		w.addPerson(name)
	}
	verbs := map[string]url.Values{
		"take": nil, "release": nil, "assign": {"to": {"vera"}}, "park": {"until": {"2026-04-01"}, "reason": {"Väntar"}},
		"resume": nil, "note": {"text": {"Anteckning"}},
		"register": {"diary": {"D-1"}}, "authority": {"note": {"Sedd"}}, "protect": {"protected": {""}},
	}
	answers := []string{"reply", "question", "forward", "close", "status", "correct"}
	for _, c := range []struct {
		who    string
		reads  bool
		writes bool
		desk   string // the verbs that are allowed
	}{
		{"vera", true, true, "assign authority note park protect register release resume take"},
		{"mia", true, false, "assign park release resume"},
		{"adam", false, false, "assign park release resume"},
		{"nina", false, false, ""},
		{"iris", false, false, ""},
		{"olle", false, false, ""},
		{"greta", false, false, ""},
	} {
		t.Run(c.who, func(t *testing.T) {
			w.as(c.who)
			if r := w.get("/inbox/" + id); (r.status == http.StatusOK) != c.reads {
				t.Errorf("reading: %d", r.status)
			} else if c.reads {
				for what, shown := range map[string]bool{
					"Skriv delsvar": c.writes, "Ta ärendet": c.writes, "Diarieför<": c.writes, "Skyddad identitet</summary>": c.writes,
					"Tilldela en kollega": true,
				} {
					if strings.Contains(r.body, what) != shown {
						t.Errorf("%q is on the page: %t", what, !shown)
					}
				}
			}
			var allowed []string
			for verb, fields := range verbs {
				if r := w.post("/inbox/"+id+"/desk/"+verb, with(fields, "desk", w.deskNow(id))); r.status == http.StatusSeeOther {
					allowed = append(allowed, verb)
				}
			}
			slices.Sort(allowed)
			if got := strings.Join(allowed, " "); got != c.desk {
				t.Errorf("may %s, want %s", got, c.desk)
			}
			for _, form := range answers {
				if r := w.post("/inbox/"+id+"/"+form, url.Values{
					"version": {"1"}, "do": {"save"},
				}); c.writes == (r.status == http.StatusNotFound) {
					t.Errorf("%s: %d", form, r.status)
				}
			}
			for _, path := range []string{"/export", "/pdf", "?print=1"} {
				if r := w.get("/inbox/" + id + path); (r.status == http.StatusOK) != c.reads {
					t.Errorf("%s: %d", path, r.status)
				}
			}
		})
	}
}

func (w *world) deskNow(id string) string {
	w.t.Helper()
	d, err := w.Relay.Store.Desk(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return strconv.FormatInt(d.Version, 10)
}

// Whoever assigns and does not read gets no word of a case, not from a form that fails either.
func TestAssigningWithoutReading(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.addPerson("vera")
	w.as("adam")
	list := w.page("/inbox")
	has(t, list, `href="/inbox/`+id+`/desk"`)
	page := w.page("/inbox/" + id + "/desk")
	has(t, page, "28 dagar kvar av 28", "inte tilldelat", "Vera Test", "inte vad det handlar om")
	failed := w.post("/inbox/"+id+"/desk/park", url.Values{"desk": {"0"}, "until": {"2026-04-01"}})
	if failed.status != http.StatusUnprocessableEntity {
		t.Errorf("parking without a reason: %d", failed.status)
	}
	has(t, failed.body, "Skriv varför ärendet parkeras.")
	expectRedirect(t, w.post("/inbox/"+id+"/desk/assign", url.Values{"desk": {deskVersion(t, page)}, "to": {"vera"}}),
		"/inbox/"+id+"/desk?done=assign")
	after := w.page("/inbox/" + id + "/desk?done=assign")
	has(t, after, "Ärendet är tilldelat.", "hos Vera Test")
	late := w.post("/inbox/"+id+"/desk/release", url.Values{"desk": {"0"}})
	has(t, late.body, "Ärendet har ändrats sedan sidan öppnades.")
	for _, page := range []string{list, page, failed.body, after, late.body} {
		hasNot(t, page, "Tolvan", "Ingen ringde upp", "18900101")
	}
	if got := w.looks(id, "adam"); !slices.Equal(got, []string{
		"read: desk", "change: desk: park", "refused: desk: park: form", "change: desk: assign", "read: desk",
		"change: desk: release", "refused: desk: release: conflict",
	}) {
		t.Errorf("the access log has %q", got)
	}
	w.as("vera")
	expectRedirect(t, w.get("/inbox/"+id+"/desk"), "/inbox/"+id)
}

func TestTwoPeopleAtOneDesk(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	w.addPerson("hanna")
	before := deskVersion(t, w.page("/inbox/"+id))
	w.as("hanna")
	w.did(id, "take", nil)
	w.as("vera")
	has(t, w.page("/inbox/"+id+"/live?case=1&desk=0"), "Ärendet har ändrats sedan sidan öppnades")
	r := w.post("/inbox/"+id+"/desk/take", url.Values{"desk": {before}, "back": {"/inbox?queue=new"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("taking what was taken: %d", r.status)
	}
	has(t, r.body, "Ärendet har ändrats sedan sidan öppnades.", "hos Hanna Test")
	r = w.post("/inbox/"+id+"/desk/park", url.Values{
		"desk": {before}, "until": {"2026-05-04"}, "reason": {"Väntar på journal"},
	})
	has(t, r.body, "Ingenting skrevs över", `value="2026-05-04"`, `value="Väntar på journal"`)
	if d, err := w.Relay.Store.Desk(t.Context(), id); err != nil || d.Assignee.ID != "hanna" || d.Parked != nil {
		t.Errorf("the desk is %+v, %v", d, err)
	}
}

func TestAssigning(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	for _, name := range []string{"hanna", "vera", "nina", "mia"} {
		w.addPerson(name)
	}
	w.as("mia")
	choice := between(t, w.page("/inbox/"+id), `<select id="assign-to"`, "</select>")
	has(t, choice, "Hanna Test", "Vera Test")
	hasNot(t, choice, "Nina", "Mia")
	for _, to := range []string{"nina", "mia", "", "nobody"} {
		if r := w.desk(id, "assign", url.Values{"to": {to}}); r.status != http.StatusUnprocessableEntity ||
			!strings.Contains(r.body, "Välj en kollega") {
			t.Errorf("assigning to %q: %d", to, r.status)
		}
	}
	w.did(id, "assign", url.Values{"to": {"vera"}})
	has(t, w.page("/inbox/"+id), "Tilldelat Vera Test", "hos Vera Test")
	w.as("vera")
	has(t, w.page("/inbox"), `aria-current="page"><span>Mina</span> <span class="badge">1</span>`, id)
	w.did(id, "release", nil)
	has(t, w.page("/inbox/"+id+"?done=release"), "Ärendet är lämnat tillbaka.", "inte tilldelat")
}

func TestParkedUntilItsDay(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	has(t, w.page("/inbox/"+id), `value="2026-04-01"`) // 30 days ahead
	for fields, want := range map[string]string{
		"until=&reason=x": "Välj vilken dag", "until=2026-03-02&reason=x": "Välj en dag efter i dag",
		"until=2029-01-01&reason=x": "högst två år fram",
		"until=2026-03-10&reason=+": "Skriv varför ärendet parkeras.", "until=2026-02-31&reason=x": "Välj vilken dag",
	} {
		typed, err := url.ParseQuery(fields)
		if err != nil {
			t.Fatal(err)
		}
		if r := w.desk(id, "park", typed); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, want) {
			t.Errorf("%s: %d", fields, r.status)
		}
	}
	w.did(id, "park", url.Values{"until": {"2026-03-10"}, "reason": {"Väntar på journal"}})
	has(t, w.page("/inbox/"+id), "parkerat till 10 mars: Väntar på journal", "Återuppta")
	has(t, w.page("/inbox?queue=parked"), id, "parkerat till 10 mars")
	hasNot(t, w.page("/inbox?queue=new"), id)
	w.pass(7 * 24 * time.Hour)
	hasNot(t, w.page("/inbox?queue=ongoing"), id)
	w.pass(24 * time.Hour)
	has(t, w.page("/inbox?queue=ongoing"), id, "Åter från parkering")
	has(t, w.page("/inbox/"+id), "åter från parkering: Väntar på journal")
	w.did(id, "resume", nil)
	hasNot(t, w.page("/inbox?queue=ongoing"), "Åter från parkering")
	has(t, w.page("/inbox/"+id), "Återupptaget")
}

func TestRegistrationNumberIsOneCases(t *testing.T) {
	t.Parallel()
	w, id := newDesk(t)
	second := w.submit(clinic, "Den Andra", "Text")
	w.did(id, "register", url.Values{"diary": {" D 2026/17 "}})
	has(t, w.page("/inbox/"+id), "diarienummer D 2026/17")
	has(t, w.page("/inbox"), "D 2026/17")
	r := w.desk(second, "register", url.Values{"diary": {"D 2026/17"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a number for the second time: %d", r.status)
	}
	has(t, r.body, "Ett annat ärende på enheten har redan det diarienumret.", `aria-describedby="register-diary-error"`,
		`value="D 2026/17"`)
	has(t, w.desk(second, "register", url.Values{"diary": {strings.Repeat("9", 101)}}).body, "Diarienumret är för långt.")
	w.did(id, "register", url.Values{"diary": {""}})
	has(t, w.page("/inbox/"+id), "Diarienumret borttaget")
	w.did(second, "register", url.Values{"diary": {"D 2026/17"}})
}
