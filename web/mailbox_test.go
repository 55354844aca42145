package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/store/accesslog"
)

func TestMailboxList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, w.page("/mailbox"), "Vem är du?", `value="`+tolvan+`"`)
	mine := w.submit(clinic, "Tolvan Test", "Mitt ärende")
	r := w.post("/submit", url.Values{
		"unit": {clinic}, "reporter": {"190001019801"}, "name": {"Ombudet Test"}, "role": {"PROXY"}, "patient": {tolvan},
		"patientname": {"Tolvan Test"},
		"date":        {"2026-02-20"}, "text": {"Någon annans anmälan"},
	})
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	others := strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	w.act(mine, "question", url.Values{"text": {"Vilken dag?"}})
	list := w.post("/mailbox", url.Values{"person": {tolvan}}).body
	has(t, list, "/mailbox/"+mine, "Väntar på ditt svar", "Vårdcentralen Björken")
	hasNot(t, list, others) // a patient for whom somebody else reports gets nothing
	w.act(others, "forward", url.Values{"unit": {other}, "unchecked": {"Fel enhet vald"}})
	list = w.post("/mailbox", url.Values{"other": {"19000101-9801"}}).body
	has(t, list, "/mailbox/"+others, "Vårdcentralen Eken")
	hasNot(t, list, mine)
	has(t, w.page("/mailbox/"+others), "Mottagare: Vårdcentralen Eken", "tog över ärendet från Vårdcentralen Björken")
	has(t, w.post("/mailbox", url.Values{"person": {"202402292383"}}).body, "Här finns inga ärenden.")
	for _, typed := range []string{"", "12", "test"} {
		r := w.post("/mailbox", url.Values{"other": {typed}})
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Välj en person") {
			t.Errorf("%q: %d", typed, r.status)
		}
	}
}

// TestAMailboxThatIsOpenedIsOnRecord: the letters of a case and the list of somebody's cases have rows that name the
// cases.
func TestAMailboxThatIsOpenedIsOnRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.page("/mailbox/" + id)
	if rows := w.accesses(accesslog.Filter{Case: id, Direct: true}); len(rows) != 1 ||
		rows[0].What != accesslog.Read ||
		rows[0].Detail != "mailbox" {
		t.Errorf("the letters of a case: %+v", rows)
	}
	has(t, w.post("/mailbox", url.Values{"person": {tolvan}}).body, "/mailbox/"+id)
	row := w.accesses(accesslog.Filter{})[0]
	if row.What != accesslog.List || row.Detail != "mailbox" || !slices.Equal(row.Cases.Of(nil), []string{id}) {
		t.Errorf("the list of somebody's cases: %+v", row)
	}
}

func TestAnswerTakesFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "question", url.Values{"text": {"Har du remissen?"}})
	page := w.page("/mailbox/" + id)
	has(t, page, "högst 5 filer", `type="file"`)
	fields := url.Values{"question": {between(t, page, `name="question" value="`, `"`)}, "text": {"Här är den."}}
	for name, content := range map[string]string{
		"remiss.pdf": "MZ\x90\x00 a program", "remiss.png": "%PDF-1.7 not a picture",
		"remiss.html": "<html><script>1</script>",
	} {
		r := w.postFile("/mailbox/"+id+"/answer", fields, name, []byte(content))
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s with other content: %d", name, r.status)
		}
		has(t, r.body, `aria-describedby="answer2-file-error"`, ">Här är den.</textarea>")
	}
	if r := w.postFile("/mailbox/"+id+"/answer", fields, "remiss.pdf",
		[]byte("%PDF-1.7\n")); r.status != http.StatusSeeOther {
		t.Fatalf("a PDF: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/mailbox/"+id), "Ditt svar", "Här är den.", "remiss.pdf")
	has(t, w.page("/inbox/"+id), "Här är den.", "remiss.pdf")
}

func TestSubmitForOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fields := func(role string, more url.Values) url.Values {
		all := url.Values{
			"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {role}, "date": {"2026-02-20"},
			"text": {"Text"}, "reply": {"yes"},
		}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	for _, c := range []struct {
		name   string
		fields url.Values
		want   string
	}{
		{"a relative without a patient", fields("RELATIVE", nil), `aria-describedby="submit-patient-error"`},
		{
			"a patient who names another patient", fields("PATIENT", url.Values{"patientname": {"Någon Annan"}}),
			"Här står en annan patient.",
		},
		{"a day that has not been", fields("PATIENT", url.Values{"date": {"2026-03-03"}}), "Dagen har inte varit än."},
		{"nobody in particular", fields("", nil), "Välj vem som anmäler."},
		{
			"a birthday that is none", fields("PROXY", url.Values{"born": {"2017-13-01"}}),
			`aria-describedby="submit-born-error"`,
		},
	} {
		if r := w.post("/submit", c.fields); r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, c.want) {
			t.Errorf("%s: %d, without %q\n%s", c.name, r.status, c.want, main(r.body))
		}
	}
	r := w.post("/submit",
		fields("PROXY", url.Values{
			"patientname": {"Barnet Test"}, "born": {"2017-01-01"}, "authority": {"yes"}, "phone": {"08-123"},
		}))
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	id := strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
	has(t, w.page("/inbox/"+id), "Barnet Test", "Född 2017-01-01", "uppger fullmakt", "08-123", "barn")
	has(t, w.page("/submit?unit="+board), "Var hände det?")
	hasNot(t, w.page("/submit?unit="+clinic), "Var hände det?")
}

func TestCaseThatBeganOutside(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, w.page("/begin"), "Vilken enhet har tagit emot ärendet?", "/begin?unit="+clinic)
	hasNot(t, w.page("/begin"), board, hospital)
	w.as("vera") // of one unit: there is nothing to choose
	has(t, w.page("/begin"), "Vårdcentralen Björken", `value="2026-03-02"`, "Registrera ärendet")
	if r := w.post("/begin", url.Values{"unit": {other}}); r.status != http.StatusNotFound {
		t.Errorf("for a unit that is not theirs: %d", r.status)
	}
	fields := url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PATIENT"}, "date": {"2026-02-20"},
		"text": {"Ringde och berättade."}, "reply": {"yes"}, "received": {"2026-03-09"},
	}
	r := w.post("/begin", fields)
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a day to come: %d", r.status)
	}
	has(t, r.body, "Ange vilken dag ärendet kom in", ">Ringde och berättade.</textarea>")
	fields.Set("received", "2026-02-27")
	r = w.post("/begin", fields)
	if r.status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	id := strings.TrimPrefix(r.header.Get("Location"), "/inbox/")
	has(t, w.page("/inbox/"+id), "Ärende som började utanför 1177", "Ringde och berättade.", "25 dagar kvar")
	// 23:00 UTC is midnight in Sweden
	if c := w.theCase(id); !c.BegunOutside || c.Received.Format(time.DateOnly) != "2026-02-26" {
		t.Errorf("the case is %+v", c)
	}
	has(t, w.page("/mailbox/"+id), "Ärendebekräftelse")
	has(t, w.post("/mailbox", url.Values{"person": {tolvan}}).body, "/mailbox/"+id)
	if rows := w.accesses(accesslog.Filter{Who: "vera", What: accesslog.Change}); len(rows) != 1 ||
		rows[0].Unit != clinic || rows[0].Detail != "new case" {
		t.Errorf("on record: %+v", rows)
	}
	w.as("nina")
	r = w.post("/begin", url.Values{
		"unit": {board}, "reporter": {tolvan}, "role": {"PATIENT"}, "date": {"2026-02-20"}, "text": {"Text"},
		"place": {"Akuten"}, "received": {"2026-03-02"},
	})
	if r.status != http.StatusSeeOther {
		t.Fatalf("at a board: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/board"), "Akuten")
}
