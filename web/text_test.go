package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestLineEndsOfWordProcessorsBecomeLineEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "reply", url.Values{"text": {"Hej\vrad två\fsida två"}})
	has(t, w.page("/inbox/"+id), "Hej\nrad två\nsida två")
}

func TestWhatXMLCannotHoldIsRefusedBesideTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.act(id, "question", url.Values{"text": {"Fråga?"}})
	question := between(t, w.page("/mailbox/"+id), `name="question" value="`, `"`)
	const says = "tecken som inte kan skickas"
	for name, char := range map[string]string{
		"NUL": "\x00", "U+0001": "\x01", "U+FFFF": "\uffff", "U+FFFE": "\ufffe", "a lone byte": "\xff",
		"half a pair": "\xed\xa0\x80",
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct {
				path, field string
				fields      url.Values
			}{
				{"/inbox/" + id + "/reply", "reply-text", url.Values{"text": {"Svaret " + char + " fortsätter"}}},
				{"/inbox/" + id + "/forward", "forward-unit", url.Values{"text": {"fortsätter"}, "unit": {other + char}}},
				{
					"/inbox/" + id + "/close", "close-area",
					url.Values{"text": {"fortsätter"}, "problem": {"3"}, "area": {"3" + char}},
				},
				{
					"/mailbox/" + id + "/answer", "text",
					url.Values{"text": {"Svaret " + char + " fortsätter"}, "question": {question}},
				},
				{
					"/submit", "submit-name",
					url.Values{
						"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan" + char}, "role": {"PATIENT"}, "date": {"2026-02-20"},
						"text": {"fortsätter"},
					},
				},
				{
					"/submit", "submit-patientname",
					url.Values{
						"unit": {clinic}, "reporter": {tolvan}, "role": {"RELATIVE"}, "patient": {child},
						"patientname": {"Barnet" + char}, "date": {"2026-02-20"}, "text": {"fortsätter"},
					},
				},
			} {
				c.fields.Set("version", version(t, w.page("/inbox/"+id)))
				r := w.post(c.path, c.fields)
				if r.status != http.StatusUnprocessableEntity {
					t.Errorf("%s: %d\n%s", c.field, r.status, main(r.body))
					continue
				}
				has(t, r.body, says, "fortsätter", c.field+`-error"`, "�")
			}
		})
	}
	r := w.postFile("/inbox/"+id+"/reply",
		url.Values{"version": {version(t, w.page("/inbox/"+id))}, "text": {"Mitt svar"}}, "brev\uffff.txt", []byte("Text"))
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("a file's name: %d", r.status)
	}
	has(t, r.body, "Filens namn har ett tecken", ">Mitt svar</textarea>", `reply-file-error"`)
	if r := w.post("/inbox/"+id+"/reply", url.Values{
		"version": {"1"}, "te\xffxt": {"Svar"},
	}); r.status != http.StatusBadRequest {
		t.Errorf("a field's name: %d", r.status)
	}
	if n := len(timeLine(t, w, id)); n != 2 {
		t.Errorf("%d messages, want the complaint and the question", n)
	}
}

func TestWhatXMLCannotHoldIsRefusedByItsPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	messages, good := "/api/cases/"+id+"/messages", complaint(clinic, "Tolvan Test", "Beskrivning")
	w.submit(hospital, "Tolvan Test", "Text")
	reply := func(text string) string {
		return `{"version":1,"update":{"type":"PARTIAL_REPLY","text":"` + text + `"}}`
	}
	for _, c := range []struct{ name, path, body, want string }{
		{"NUL in a text", messages, reply(`a\u0000b`), "update/text"},
		{"a vertical tab", messages, reply(`a\u000bb`), "update/text"},
		{"a form feed", messages, reply(`a\fb`), "update/text"},
		{"U+FFFF escaped", messages, reply(`a\uffffb`), "update/text"},
		{"U+FFFF as it is", messages, reply("a\uffffb"), "update/text"},
		{"the first half of a pair", messages, reply(`a\ud83d b`), "update/text"},
		{"the second half of a pair", messages, reply(`a\ude00`), "update/text"},
		{"two first halves", messages, reply(`\ud83d\ud83d\ude00`), "update/text"},
		{"no UTF-8", messages, reply("a\xffb"), ""},
		{
			"NUL in the name of a file", messages,
			`{"version":1,"update":{"type":"PARTIAL_REPLY","text":"x"},"files":[{"fileName":"a.txt","content":"YQ=="},{"fileName":"b\u0000.txt","content":"YQ=="}]}`, "files/1/fileName",
		},
		{"a name", "/api/cases", strings.Replace(good, "Tolvan Test", `Tolvan\u0001`, 1), "complaint/reporter/name"},
		{"a description", "/api/cases", strings.Replace(good, "Beskrivning", `\u0002`, 1), "complaint/description"},
		{"whom to pause", "/api/deliveries/pause", `{"receiver":"SE\u0000","reason":"x"}`, "receiver"},
		{"why to pause", "/api/deliveries/pause", `{"receiver":"` + hospital + `","reason":"x\u0000"}`, "reason"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.json(c.path, c.body)
			if r.status != http.StatusBadRequest {
				t.Fatalf("%d %s", r.status, r.body)
			}
			if c.want != "" && field[string](t, r, "path") != c.want {
				t.Errorf("path in %s, want %s", r.body, c.want)
			}
		})
	}
	// A pair is one character, and a backslash before u is a backslash.
	if r := w.json(messages, reply(`\ud83d\ude00 \\ud83d \u00e5\n\t`)); r.status != http.StatusCreated {
		t.Errorf("a smile: %d %s", r.status, r.body)
	}
	has(t, w.page("/inbox/"+id), `😀 \ud83d å`)
	if n := len(timeLine(t, w, id)); n != 2 {
		t.Errorf("%d messages, want 2", n)
	}
}

func TestAddressesThatNoTextCanHoldAreRefusedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{
		"/api/cases?after=%00", "/api/cases?q=%ff", "/api/cases/%00x", "/api/cases?unit=%zz", "/api/cases?%00=x",
		"/api/receivers?q=%00", "/api/deliveries/%c3%28",
		"/api/catalogue/rows?q=%ff", "/inbox/%00", "/inbox?q=%00", "/mailbox/%ff", "/monitor?receiver=%00",
		"/monitor/deliveries/%00", "/submit?unit=%ff", "/nowhere/%00",
	} {
		r := w.get(path)
		if r.status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", path, r.status, main(r.body))
		}
		kind := "text/html"
		if strings.HasPrefix(path, "/api/") {
			kind = "application/problem+json"
		}
		if got := r.header.Get("Content-Type"); !strings.HasPrefix(got, kind) {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, path := range []string{"/api/cases?q=%C3%A5", "/inbox?q=%0b"} {
		if r := w.get(path); r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
	}
}

func TestNamesThatLookLikePersonalNumbersAreNotSaidAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for sent, want := range map[string]string{
		tolvan: "************", "18900101-9802": "********-****", "id 18900101 9802": "id ******** ****",
		"18900101TF12": "********TF**", "１８９００１０１９８０２": "************",
		"att2": "att2", strings.Repeat("å", 300): strings.Repeat("å", 100) + "…",
	} {
		r := w.json("/api/cases", `{"`+sent+`":1}`)
		if got := field[string](t, r, "path"); r.status != http.StatusBadRequest || got != want {
			t.Errorf("a field %q: %d %q", sent, r.status, got)
		}
		if strings.Contains(r.body, tolvan) {
			t.Errorf("it is said again: %s", r.body)
		}
	}
	if got := field[string](t, w.get("/api/cases?"+tolvan+"=x"), "path"); got != "************" {
		t.Errorf("a parameter: %q", got)
	}
}
