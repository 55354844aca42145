package web_test

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"rivgate/relay"
	"rivgate/soap"
	"rivgate/store"
)

// attempted makes one attempt for each delivery that is due, and gives the ids of their messages.
func (w *world) attempted(a store.Attempt) (ids []string) {
	w.t.Helper()
	claimed, err := w.Relay.Store.Claim(w.t.Context(), "worker", time.Minute, 10, 10, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, d := range claimed {
		if err := w.Relay.Store.Finish(w.t.Context(), d, a); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, d.Message.ID)
	}
	return ids
}

const faultAnswer = `<?xml version="1.0" encoding="UTF-8"?><soap:Envelope ` +
	`xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode>` +
	`<faultstring>VP007 [x] saknar behörighet för 189001019802</faultstring></soap:Fault></soap:Body></soap:Envelope>`

func TestFaultsAreListedByCodeAndSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	has(t, w.page("/faults"), "Inget fel.", "Inget anrop har avvisats.")
	w.submit(hospital, "Tolvan Test", "Ett")
	parked := w.attempted(store.Attempt{
		Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007", Answer: []byte(faultAnswer),
	})
	w.submit(hospital, "Tolvan Test", "Två")
	waiting := w.attempted(store.Attempt{
		Outcome: store.OutcomeTechnical, Class: "http-403", Again: w.clock().Add(time.Hour),
	})
	w.submit(hospital, "Tolvan Test", "Tre")
	delivered := w.attempted(store.Attempt{Outcome: store.OutcomeDelivered, Class: "ok"})
	if len(parked) != 1 || len(waiting) != 1 || len(delivered) != 1 {
		t.Fatal(parked, waiting, delivered)
	}
	page := w.page("/faults")
	has(t, page, "VP007", "ger oss ingen anropsbehörighet", "varav 1 parkerade", "HTTP-status 403",
		"släpper inte in gatewayens certifikat", "/faults/"+parked[0], "/faults/"+waiting[0])
	hasNot(t, page, delivered[0], "Tolvan", ">fault-client")
	page = w.page("/faults?class=http-403&code=")
	has(t, page, "/faults/"+waiting[0])
	hasNot(t, page, "/faults/"+parked[0])
	hasNot(t, w.page("/faults?receiver="+clinic), "/faults/"+parked[0])

	path := "/faults/" + parked[0]
	page = w.page(path)
	has(t, page, "Parkerat", "VP007", "Be den som förvaltar dess adresskatalog lägga till en anropsbehörighet",
		"/monitor/deliveries/"+parked[0], "/resolve?contract=", "mottagaren avvisade anropet", "Skicka om meddelandet")
	r := w.post(path+"/resend", url.Values{"state": {"parked"}})
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("without reason and confirmation: %d", r.status)
	}
	has(t, r.body, "Skriv varför", "Bekräfta att", `aria-describedby="resend-reason-error"`)
	r = w.post(path+"/resend", url.Values{"state": {"due"}, "reason": {"rättat"}, "sure": {"yes"}})
	has(t, r.body, "Leveransen har bytt läge", `value="rättat"`)
	has(t, w.saves(path+"/resend", url.Values{"state": {"parked"}, "reason": {"rättat"}, "sure": {"yes"}}),
		"Meddelandet skickas om.")
	operations, err := w.Relay.Store.Operations(t.Context(), parked[0])
	if err != nil || len(operations) != 1 || operations[0].Verb != "retry" || operations[0].Reason != "rättat" ||
		operations[0].By == "" {
		t.Errorf("on record: %+v, %v", operations, err)
	}

	path = "/faults/" + delivered[0]
	has(t, w.page(path), "Mottagaren har redan svarat")
	w.saves(path+"/resend", url.Values{"state": {"delivered"}, "reason": {"tappat"}, "sure": {"yes"}})
	again := w.attempted(store.Attempt{Outcome: store.OutcomeDelivered, Class: "ok"})
	if len(again) != 2 {
		t.Errorf("%v were sent again", again)
	}
	if r := w.get("/faults/nonsense"); r.status != http.StatusNotFound {
		t.Errorf("a message that is not there: %d", r.status)
	}
}

// TestRefusedCallsAreTold: who was refused, why from our side, when and under which ids, also after a restart.
func TestRefusedCallsAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := w.clock()
	w.Relay.Refusals = &relay.Refusals{}
	refused := func(contract, code, sender string, n int64, ids ...string) {
		t.Helper()
		call := store.RefusedCall{
			Contract: contract, Code: code, Sender: sender, Count: n, First: at, Last: at, Correlations: ids,
		}
		if err := w.Relay.Store.NoteRefused(t.Context(), []store.RefusedCall{call}); err != nil {
			t.Fatal(err)
		}
	}
	refused(w.Relay.Contracts.Send().Contract, "VP007", system, 3, "id-a", "id-b")
	refused("other", "VP004", "", 5, "id-c")
	refused(w.Relay.Contracts.Return().Contract, "NOT_CURRENT_HANDLER", system, 1, "id-d")
	page := main(w.page("/faults"))
	has(t, page, "VP007", "VP004", "okänt kontrakt", "Lägg till ett vägval", "Lägg till en anropsbehörighet",
		"SendComplaint", "Avsändaren har inte ärendet nu", system, "id-a", "id-b", "id-c", "id-d", "kl. 10:42", ">okänd<")
	hasNot(t, page, "Plattformen framför")
}

// TestARefusedCallIsKept: what the line refuses comes to the list of faults, with its sender and correlation id, and is
// there for a program that starts anew.
func TestARefusedCallIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Relay.Refusals = &relay.Refusals{}
	call := &soap.Call{
		Header: http.Header{
			"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {w.Relay.Instance.ID}, "Content-Type": {soap.ContentType},
		},
		Peer: netip.MustParseAddrPort("127.0.0.1:1"), Correlation: "the-correlation-id", ContentType: soap.ContentType,
		Body: strings.NewReader(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>` +
			`<LogicalAddress xmlns="urn:riv:itintegration:registry:1">` +
			`SE2010123456-NOWHERE</LogicalAddress></s:Header><s:Body><x xmlns="urn:x:1"/></s:Body></s:Envelope>`),
	}
	if _, err := w.Relay.ServeSOAP(t.Context(), call); err == nil {
		t.Fatal("a call to nowhere was answered")
	}
	if err := w.Relay.Refusals.Flush(t.Context(), w.Relay.Store); err != nil {
		t.Fatal(err)
	}
	w.Relay.Refusals = &relay.Refusals{} // as after a restart
	kept, err := w.Relay.Store.RefusedCalls(t.Context(), 10)
	if err != nil || len(kept) != 1 {
		t.Fatalf("%+v, %v", kept, err)
	}
	has(t, main(w.page("/faults")), kept[0].Code, "the-correlation-id")
}

func TestARecordingIsDownloaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Tolvansson", "Mitt nummer är 070-123 45 67 och jag bor på Storgatan 3.")
	id := w.attempted(store.Attempt{
		Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007", Answer: []byte(faultAnswer),
	})[0]
	r := w.get("/exchange/" + id)
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/zip" ||
		!strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v %s", r.status, r.header, r.body)
	}
	files := unzipped(t, r.body)
	name := "sendcomplaint-" + id
	request, answer := files[name+".request.xml"], files[name+".answer.xml"]
	if request == "" || answer == "" || !strings.Contains(files[name+".headers"], "X-Vp-Sender-Id: "+portal) ||
		!strings.Contains(files["LÄSMIG.txt"], "VP007") {
		t.Fatalf("files: %v", files)
	}
	for file, content := range files {
		hasNot(t, content, "Tolvan", "070-123", "Storgatan") // his number is a test number, and stays
		if strings.HasSuffix(file, ".xml") && w.Relay.Contracts.Send().Validate([]byte(content)) != nil &&
			file == name+".request.xml" {
			t.Errorf("%s is not valid\n%s", file, content)
		}
	}
	stands := regexp.MustCompile(`id>(\d{12})<`).FindStringSubmatch(request)[1]
	if stands != tolvan || !strings.Contains(answer, "VP007 [x] saknar behörighet för "+stands) {
		t.Errorf("request and answer are about others: %s in\n%s", stands, answer)
	}
	if r := w.get("/exchange/nonsense"); r.status != http.StatusNotFound {
		t.Errorf("a message that is not there: %d", r.status)
	}
}

func unzipped(t *testing.T, content string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader([]byte(content)), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	return files
}

// TestListsSayWhyTheLastAttemptFailed: a class alone is no reason.
func TestListsSayWhyTheLastAttemptFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(hospital, "Tolvan Test", "Ett")
	why := store.Diagnosis{Code: "answer-missing", Values: map[string]string{"element": "result"}}
	w.attempted(store.Attempt{
		Outcome: store.OutcomeUnknown, Class: "unreadable answer", Why: why, Again: w.clock().Add(time.Hour),
	})
	const swedish = "result saknas i svaret, eller står i en annan namnrymd."
	has(t, w.page("/faults"), "Senast: "+swedish)
	has(t, w.page("/faults?class=unreadable+answer&code="), "oläsligt svar", swedish)
	has(t, w.page("/monitor/deliveries"), "oläsligt svar", swedish)
	has(t, w.page("/monitor/order?verb=retry&receiver="+hospital), "oläsligt svar", swedish)
	has(t, w.get("/api/deliveries").body, `"code": "answer-missing"`,
		`"text": "result is missing in the answer, or stands in another namespace"`)
}
