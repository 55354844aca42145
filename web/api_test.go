package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/shell"
)

func TestDialogueThroughTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	pdf := base64.StdEncoding.EncodeToString([]byte("%PDF-1.7 text"))
	r := w.json("/api/cases",
		strings.TrimSuffix(complaint(clinic, "Tolvan Test", "Text"), "}")+`,"files":[{"fileName":"brev.pdf","content":"`+pdf+
			`"}]}`)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	id, ref := field[string](t, r, "id"), field[store.Ref](t, r, "caseId")
	if r.header.Get("Location") != "/api/cases/"+id || ref.Root != portal {
		t.Errorf("location %q, case %v", r.header.Get("Location"), ref)
	}
	one := w.get("/api/cases/" + ref.Extension)
	if field[string](t, one, "id") != id || field[string](t, one, "state") != "delivered" ||
		field[int](t, one, "daysLeft") != 28 || !strings.Contains(one.body, tolvan) {
		t.Errorf("the case: %s", one.body)
	}
	if file := w.get(
		"/api/cases/" + id + "/messages/" + messageOf(t, w, id, store.EventComplaint) + "/files/0",
	); file.body != "%PDF-1.7 text" {
		t.Errorf("attachment: %d %q", file.status, file.body)
	}
	say := func(body string) reply {
		t.Helper()
		r := w.json("/api/cases/"+id+"/messages", fmt.Sprintf(body, w.theCase(id).Version))
		if r.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", body, r.status, r.body)
		}
		return r
	}
	say(`{"update":{"type":"PARTIAL_REPLY","text":"Vi läser."},"version":%d}`)
	say(`{"update":{"type":"QUESTION","text":"När?"},"version":%d}`)
	question := strings.SplitN(w.theCase(id).OpenQuestions[0], "|", 2)
	answer, err := json.Marshal(map[string]contracts.Answer{"answer": {
		InReplyTo: contracts.II{Root: question[0], Extension: question[1]}, Text: "I går.",
		Author: contracts.PersonID{ID: tolvan, Type: contracts.OIDPersonnummer},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r := w.json("/api/cases/"+id+"/messages", string(answer)); r.status != http.StatusCreated {
		t.Fatalf("answering: %d %s", r.status, r.body)
	}
	say(`{"update":{"type":"CLOSE","classification":{"problems":[{"code":"3","codeSystem":"1.2.752.129.5.1.22","displayName":"Kommunikation"}],
		"areaOfActivity":{"code":"3","codeSystem":"urn:rivgate:kodverk:verksamhetsomrade","displayName":"Primärvård"}}},"version":%d}`)
	var kinds []string
	for _, e := range field[[]store.Entry](t, w.get("/api/cases/"+id+"/messages"), "items") {
		kinds = append(kinds, string(e.Kind))
	}
	if got := strings.Join(kinds, " "); got != "complaint partial_reply question answer close" {
		t.Errorf("time line: %s", got)
	}
	var letters []string
	for _, l := range field[[]store.Letter](t, w.get("/api/cases/"+id+"/mailbox"), "items") {
		letters = append(letters, l.Kind)
	}
	if got := strings.Join(letters, " "); got != "receipt partial_reply question close" {
		t.Errorf("mailbox: %s", got)
	}
	if rows := field[[]hiddenCount](t, w.get("/api/statistics?by=main_problem,area"), "items"); len(rows) != 1 ||
		rows[0].Count == nil || *rows[0].Count != 1 || rows[0].Key["main_problem"] != "3" {
		t.Errorf("statistics: %v", rows)
	}
	if r := w.json("/api/cases/"+id+"/messages",
		fmt.Sprintf(`{"update":{"type":"PARTIAL_REPLY","text":"Mer"},"version":%d}`,
			w.theCase(id).Version)); r.status != http.StatusConflict ||
		field[string](t, r, "subCode") != contracts.SubCaseClosed {
		t.Errorf("a reply after closing: %d %s", r.status, r.body)
	}
}

func TestCaseBegunByTelephone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"update":{"type":"NEW_CASE","handlingUnit":{"hsaId":"` + clinic +
		`"},"newCase":{"reporter":{"personId":{"id":"` + tolvan + `","type":"` + contracts.OIDPersonnummer + `"},
		"name":"Tolvan Test","role":"PATIENT"},"incidentUnit":{"hsaId":"` + clinic +
		`"},"incidentDate":"20260220","description":"Ringde i dag","replyWanted":true}}}`
	r := w.json("/api/cases", body)
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	id := field[string](t, r, "id")
	if c := w.theCase(id); !c.BegunOutside || c.State != store.InProgress {
		t.Errorf("the case: %+v", c)
	}
	has(t, w.page("/inbox/"+id), "Ärende som började utanför 1177", "Ringde i dag")
	has(t, w.page("/mailbox/"+id), "Ärendebekräftelse")
}

func TestRepeatIsNoNewCase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := strings.Replace(complaint(clinic, "Tolvan Test", "Text"), `"id":{"root":""}`,
		`"id":{"root":"`+portal+`","extension":"00000000-0000-7000-8000-00000000aaaa"}`, 1)
	first := w.json("/api/cases", body)
	if first.status != http.StatusCreated {
		t.Fatalf("first: %d %s", first.status, first.body)
	}
	cases := field[[]json.RawMessage](t, w.get("/api/cases"), "items")
	if len(cases) != 1 {
		t.Fatalf("%d cases", len(cases))
	}
	if second := w.json("/api/cases", body); second.status != http.StatusCreated ||
		field[string](t, second, "id") != field[string](t, first, "id") {
		t.Errorf("the same message again: %d %s", second.status, second.body)
	}
	changed := w.json("/api/cases", strings.Replace(body, `"Text"`, `"Annan text"`, 1))
	if changed.status != http.StatusUnprocessableEntity ||
		field[string](t, changed, "subCode") != contracts.SubDuplicateContentMismatch {
		t.Errorf("another text under the same message id: %d %s", changed.status, changed.body)
	}
	if cases := field[[]json.RawMessage](t, w.get("/api/cases"), "items"); len(cases) != 1 {
		t.Errorf("%d cases after the repeat", len(cases))
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	external := w.submit(hospital, "Tolvan Test", "Text")
	messages := "/api/cases/" + id + "/messages"
	for _, c := range []struct {
		name, path, body string
		status           int
		path2, subCode   string // path in the problem
	}{
		{"an unknown field is named", messages, `{"update":{"type":"PARTIAL_REPLY","txt":"x"},"version":1}`, 400, "txt", ""},
		{"a wrong type is named", messages, `{"version":"one"}`, 400, "version", ""},
		{"broken JSON", messages, `{"update":`, 400, "", ""},
		{"trailing text", messages, `{} {}`, 400, "", ""},
		{
			"a unit that has not the case", messages,
			`{"update":{"type":"PARTIAL_REPLY","text":"x","handlingUnit":{"hsaId":"` + other + `"}},"version":1}`, 400,
			"update/handlingUnit", "",
		},
		{
			"a unit by its name alone", messages,
			`{"update":{"type":"PARTIAL_REPLY","text":"x","handlingUnit":{"name":"Annan"}},"version":1}`, 400,
			"update/handlingUnit", "",
		},
		{"neither update nor answer", messages, `{}`, 400, "update", ""},
		{"no version", messages, `{"update":{"type":"PARTIAL_REPLY","text":"x"}}`, 400, "version", ""},
		{"an old version", messages, `{"update":{"type":"PARTIAL_REPLY","text":"x"},"version":99}`, 409, "", ""},
		{
			"a described file without content", messages,
			`{"update":{"type":"PARTIAL_REPLY","text":"x","attachments":[{"id":"1","fileName":"a","mediaType":"text/plain","size":1}]},"version":1}`, 400, "update/attachments", "",
		},
		{
			"a file of a kind that is not taken", messages,
			`{"update":{"type":"PARTIAL_REPLY","text":"x"},"version":1,"files":[{"fileName":"a.zip","content":"UEsDBAoAAAAAAA=="}]}`, 422, "attachment", contracts.SubAttachmentType,
		},
		{
			"a close without classification", messages, `{"update":{"type":"CLOSE","text":"x"},"version":1}`, 422,
			"classification", contracts.SubClassificationMissing,
		},
		{
			"a question without text", messages, `{"update":{"type":"QUESTION"},"version":1}`, 422, "text",
			contracts.SubTextMissing,
		},
		{
			"an answer to no question", messages,
			`{"answer":{"inReplyTo":{"root":"a","extension":"b"},"text":"x","author":{"id":"` + tolvan +
				`","type":"1.2.752.129.2.1.3.1"}}}`, 409, "", contracts.SubNoOpenQuestion,
		},
		{
			"a case of another system", "/api/cases/" + external + "/messages",
			`{"update":{"type":"PARTIAL_REPLY","text":"x"},"version":1}`, 409, "", "",
		},
		{
			"a case that is not there", "/api/cases/none/messages", `{"update":{"type":"PARTIAL_REPLY","text":"x"},"version":1}`,
			404, "", "",
		},
		{"a new case sent to an old one", messages, `{"update":{"type":"NEW_CASE"},"version":1}`, 400, "update/type", ""},
		{"a complaint without recipient", "/api/cases", `{"complaint":{"description":"x"}}`, 400, "recipient", ""},
		{"a sequence number", "/api/cases", `{"sequence":4,"complaint":{}}`, 400, "sequence", ""},
		{
			"a unit without a route", "/api/cases",
			strings.ReplaceAll(complaint(clinic, "Tolvan Test", "Text"), clinic, "SE2010123456-XX99"), 422, "", "",
		},
		{
			"a place in words to a care unit", "/api/cases",
			strings.Replace(complaint(clinic, "T", "Text"), `"incidentDate"`, `"incidentPlaceText":"där","incidentDate"`, 1),
			422, "incidentPlaceText", contracts.SubPlaceTextNotAllowed,
		},
		{"an update that begins nothing", "/api/cases", `{"update":{"type":"CLOSE"}}`, 400, "update/type", ""},
		{"a verb on everything by oversight", "/api/deliveries/retry", `{"reason":"x","filter":{}}`, 400, "filter", ""},
		{"a verb without a reason", "/api/deliveries/retry", `{"all":true}`, 400, "reason", ""},
		{
			"a redirect to no address", "/api/deliveries/redirect", `{"all":true,"reason":"x","address":"file:///etc/passwd"}`,
			400, "address", "",
		},
		{"a verb that is none", "/api/deliveries/explode", `{"all":true,"reason":"x"}`, 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.json(c.path, c.body)
			if r.status != c.status || r.header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%d %s %s, want %d", r.status, r.header.Get("Content-Type"), r.body, c.status)
			}
			if field[int](t, r, "status") != c.status || field[string](t, r, "title") == "" ||
				!strings.HasPrefix(field[string](t, r, "type"), "urn:rivgate:problem:") {
				t.Errorf("problem: %s", r.body)
			}
			if got := field[string](t, r, "path"); !strings.Contains(got, c.path2) ||
				field[string](t, r, "subCode") != c.subCode {
				t.Errorf("path %q, %s", got, r.body)
			}
			for _, leak := range []string{"json:", "strconv", tolvan, "/work", ".go", "sql"} {
				if strings.Contains(r.body, leak) {
					t.Errorf("%q leaks in %s", leak, r.body)
				}
			}
		})
	}
	if n := len(timeLine(t, w, id)); n != 1 {
		t.Errorf("%d messages in the case, want 1", n)
	}
	req := w.request(http.MethodPost, messages, strings.NewReader(`{}`))
	req.Header.Set("Content-Type", "text/plain")
	if r := w.do(req); r.status != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d", r.status)
	}
	if r := w.json(messages,
		`{"update":{"type":"PARTIAL_REPLY","text":"`+strings.Repeat("x", 17<<20)+
			`"},"version":1}`); r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("17 MiB: %d", r.status)
	}
}

func TestQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.submit(clinic, "Tolvan Test", "Text")
	second := w.submit(hospital, "Tolvan Test", "Text")
	third := w.submit(clinic, "Någon Annan", "Text")
	for _, c := range []struct {
		path   string
		status int
		want   []string
		not    []string
	}{
		{"/api/cases", 200, []string{first, second, third}, nil},
		{"/api/cases?unit=" + hospital, 200, []string{second, `"via": "queue"`}, []string{first, third}},
		{"/api/cases?q=annan", 200, []string{third}, []string{first, second}},
		{"/api/cases?q=" + tolvan, 200, []string{first}, []string{tolvan}},
		{"/api/cases?state=closed", 200, []string{`"items": []`}, nil},
		{"/api/cases?limit=1", 200, []string{`"next": "`}, nil},
		{"/api/cases?since=2026-03-03", 200, []string{`"items": []`}, nil},
		{"/api/cases?since=2026-03-02", 200, []string{first}, nil},
		{"/api/cases?since=yesterday", 400, []string{`"path": "since"`}, nil},
		{"/api/cases?limit=0", 400, []string{`limit`}, nil},
		{"/api/cases?state=lost", 400, []string{`state`}, nil},
		{"/api/cases?staet=closed", 400, []string{`staet`}, nil},
		{"/api/receivers?q=eken", 200, []string{other, "Vårdcentralen Eken"}, []string{clinic, "via"}},
		{"/api/deliveries?state=due", 200, []string{hospital, system}, []string{clinic, "Tolvan"}},
		{"/api/deliveries?state=lost", 400, []string{"state"}, nil},
		{"/api/deliveries?receiver=" + clinic, 200, []string{`"items": []`}, nil},
		{"/api/waiting", 200, []string{hospital, `"due": 1`}, nil},
		{"/api/statistics?by=unit", 200, []string{`"unit": "` + clinic + `"`, `"count": 1`}, []string{"hidden"}},
		{"/api/statistics?by=unit&incident_unit=" + other, 200, []string{`"items": []`}, nil},
		{"/api/statistics?from=2026-03&until=2026-04-01", 200, []string{`"count"`}, nil},
		{"/api/statistics?from=2026-03-02", 400, []string{"from"}, nil},
		{"/api/statistics?by=shoe_size", 400, []string{"by"}, nil},
		{
			"/api/resolve?contract=SendComplaint&to=" + clinic + "&from=" + portal, 200,
			[]string{`"via": "inbox"`, `"allowed": true`, `"route": "` + clinic},
			nil,
		},
		{"/api/resolve?contract=SendComplaint&to=" + hospital, 200, []string{`"via": "queue"`, system}, []string{"allowed"}},
		{
			"/api/resolve?contract=SendComplaint&to=nobody&from=" + portal, 200,
			[]string{`"code": "VP004"`, `"allowed": false`},
			nil,
		},
		{
			"/api/resolve?contract=SendComplaint&to=" + clinic + "&from=" + system, 200,
			[]string{`"code": "VP007"`, `"allowed": false`},
			nil,
		},
		{"/api/resolve?contract=SendComplaint", 400, []string{"contract"}, nil},
		{"/api/codes", 200, []string{"Bemötande", "Primärvård", "inferred"}, nil},
	} {
		t.Run(c.path, func(t *testing.T) {
			r := w.get(c.path)
			if r.status != c.status {
				t.Fatalf("%d %s", r.status, r.body)
			}
			body := strings.ReplaceAll(r.body, `":"`, `": "`) // problems are written without blanks
			has(t, body, c.want...)
			hasNot(t, body, c.not...)
		})
	}
	page := w.get("/api/cases?limit=2")
	if rest := w.get("/api/cases?limit=2&after=" + field[string](t, page, "next")); len(
		field[[]json.RawMessage](t, rest, "items"),
	) != 1 {
		t.Errorf("the second page: %s", rest.body)
	}
}

func TestDeliveryVerbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Text")
	id := field[[]store.DeliveryRow](t, w.get("/api/deliveries"), "items")[0].ID
	if r := w.json("/api/deliveries/redirect",
		`{"filter":{"id":"`+id+`"},"address":"http://127.0.0.1:9/new","reason":"flyttad"}`); field[int](t, r, "count") != 1 {
		t.Errorf("redirect: %d %s", r.status, r.body)
	}
	one := w.get("/api/deliveries/" + id)
	if field[string](t, one, "address") != "http://127.0.0.1:9/new" || !strings.Contains(one.body, `"tried": []`) {
		t.Errorf("after it: %s", one.body)
	}
	if r := w.json("/api/deliveries/retry", `{"filter":{"receiver":"`+hospital+`"},"reason":"prova"}`); field[int](t, r,
		"count") != 1 {
		t.Errorf("retry: %d %s", r.status, r.body)
	}
	if r := w.json("/api/deliveries/pause",
		`{"receiver":"`+hospital+`","reason":"underhåll"}`); r.status != http.StatusNoContent {
		t.Errorf("pause: %d %s", r.status, r.body)
	}
	has(t, w.page("/monitor"), "Pausad")
	for _, c := range []struct {
		body string
		want int
	}{
		{`{"receiver":"SE2010123456-SJ99","reason":"x"}`, http.StatusUnprocessableEntity},
		{`{"receiver":"SE2010123456-SJ99","reason":"x","force":true}`, http.StatusNoContent},
		{`{"receiver":"se2010123456-avv","reason":"x"}`, http.StatusNoContent},
		{`{"receiver":"` + clinic + `","reason":"x"}`, http.StatusNoContent},
	} {
		if r := w.json("/api/deliveries/pause", c.body); r.status != c.want {
			t.Errorf("pausing %s: %d %s", c.body, r.status, r.body)
		}
	}
	if r := w.json("/api/deliveries/resume", `{"receiver":"`+system+`"}`); r.status != http.StatusNoContent {
		t.Errorf("resuming the system: %d %s", r.status, r.body)
	}
	if r := newWorld(t).json("/api/deliveries/pause",
		`{"receiver":"`+system+`","reason":"x"}`); r.status != http.StatusNoContent {
		t.Errorf("a system that only a route knows: %d %s", r.status, r.body)
	}
	if r := w.json("/api/deliveries/resume", `{"receiver":"`+hospital+`"}`); r.status != http.StatusNoContent {
		t.Errorf("resume: %d %s", r.status, r.body)
	}
	hasNot(t, w.page("/monitor"), "Pausad")
	if r := w.json("/api/deliveries/close", `{"all":true,"reason":"städning"}`); r.status != http.StatusOK ||
		field[int](t, r, "count") != 0 {
		t.Errorf("closing what is not parked: %d %s", r.status, r.body)
	}
}

func TestTokensInProduction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, foreign := w.submit(clinic, "Tolvan Test", "Text"), w.submit(other, "Tolvan Test", "Text")
	digest := func(token string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(token))) }
	tokens, err := shell.ReadTokens(strings.NewReader(
		"- {name: läsare, sha256: " + digest("reader") + ", roles: [read], units: [se2010123456-vc01]}\n" +
			"- {name: handläggare, sha256: " + digest("handler") + ", roles: [handle], units: [" + clinic + "]}\n" +
			"- {name: alla, sha256: " + digest("all") + ", roles: [read], units: ['*']}\n" +
			"- {name: drift, sha256: " + digest("operator") + ", roles: [operate]}\n" +
			"- {name: portal, sha256: " + digest("portal") + ", roles: [portal]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.Tokens, w.Environment = tokens, shell.Production
	w.serve()
	reply := `{"update":{"type":"PARTIAL_REPLY","text":"x"},"version":1}`
	begin := `{"update":{"type":"NEW_CASE","handlingUnit":{"hsaId":"` + other + `"},"newCase":{"description":"x"}}}`
	for _, c := range []struct {
		name, token, method, path, body string
		want                            int
	}{
		{"nobody lists", "", "GET", "/api/cases", "", 401},
		{"a wrong token lists", "wrong", "GET", "/api/cases", "", 401},
		{"nobody reads the description", "", "GET", "/api/openapi.json", "", 401},
		{"a reader lists", "reader", "GET", "/api/cases", "", 200},
		{"a reader reads", "reader", "GET", "/api/cases/" + mine, "", 200},
		{"a reader reads another unit's case", "reader", "GET", "/api/cases/" + foreign, "", 404},
		{"a reader reads another unit's messages", "reader", "GET", "/api/cases/" + foreign + "/messages", "", 404},
		{"a reader counts its unit", "reader", "GET", "/api/statistics?by=unit", "", 200},
		{"a reader counts another unit", "reader", "GET", "/api/statistics?unit=" + other, "", 403},
		{"one who reads all reads", "all", "GET", "/api/cases/" + foreign, "", 200},
		{"a reader writes", "reader", "POST", "/api/cases/" + mine + "/messages", reply, 403},
		{"a reader operates", "reader", "GET", "/api/deliveries", "", 403},
		{"a handler writes", "handler", "POST", "/api/cases/" + mine + "/messages", reply, 201},
		{"a handler writes in another unit's case", "handler", "POST", "/api/cases/" + foreign + "/messages", reply, 404},
		{"a handler begins a case of another unit", "handler", "POST", "/api/cases", begin, 403},
		{"a handler submits as 1177", "handler", "POST", "/api/cases", complaint(clinic, "T", "Text"), 403},
		{"an operator operates", "operator", "GET", "/api/deliveries", "", 200},
		{"an operator reads a case", "operator", "GET", "/api/cases/" + mine, "", 403},
		{"an operator resolves", "operator", "GET", "/api/resolve?contract=SendComplaint&to=" + clinic, "", 200},
		{
			"an operator redirects to plain HTTP", "operator", "POST", "/api/deliveries/redirect",
			`{"all":true,"reason":"x","address":"http://a.example/"}`, 400,
		},
		{"1177 submits", "portal", "POST", "/api/cases", complaint(clinic, "T", "Text"), 201},
		{"1177 reads a mailbox", "portal", "GET", "/api/cases/" + mine + "/mailbox", "", 200},
		{"1177 reads the handler's time line", "portal", "GET", "/api/cases/" + mine + "/messages", "", 403},
		{"1177 replies as the handler", "portal", "POST", "/api/cases/" + mine + "/messages", reply, 403},
		{"a monitor needs no token", "", "GET", "/metrics", "", 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := w.request(c.method, c.path, strings.NewReader(c.body))
			if c.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			if c.token != "" {
				req.Header.Set("Authorization", "Bearer "+c.token)
			}
			if r := w.do(req); r.status != c.want {
				t.Errorf("%d %s, want %d", r.status, r.body, c.want)
			}
		})
	}
	req := w.request(http.MethodGet, "/api/cases", nil)
	req.Header.Set("Authorization", "bearer reader")
	if r := w.do(req); !strings.Contains(r.body, mine) || strings.Contains(r.body, foreign) {
		t.Errorf("a reader's list: %s", r.body)
	}
}

func TestReadTokensRefuses(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("ab", 32)
	for _, c := range []struct{ name, file, want string }{
		{"an unknown key", "- {name: a, sha256: " + sum + ", rolls: [read]}", "rolls"},
		{"no name", "- {sha256: " + sum + ", roles: [operate]}", "name is missing"},
		{"a short digest", "- {name: a, sha256: abcd, roles: [operate]}", "64 hexadecimal"},
		{"no role", "- {name: a, sha256: " + sum + "}", "roles is missing"},
		{"an unknown role", "- {name: a, sha256: " + sum + ", roles: [admin]}", `"admin"`},
		{"a reader of no units", "- {name: a, sha256: " + sum + ", roles: [read]}", "units is missing"},
		{
			"a token twice",
			"- {name: a, sha256: " + sum + ", roles: [operate]}\n- {name: b, sha256: " + sum + ", roles: [operate]}", "twice",
		},
		{"no list", "name: a", "reading tokens"},
	} {
		if _, err := shell.ReadTokens(strings.NewReader(c.file)); err == nil || !strings.Contains(err.Error(), c.want) ||
			strings.Contains(err.Error(), sum) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if tokens, err := shell.ReadTokens(strings.NewReader("")); err != nil || len(tokens) != 0 {
		t.Errorf("an empty file: %v %v", tokens, err)
	}
}
