package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"rivgate/store/accesslog"
)

// Whatever somebody sends as a type, a verb, an id or a method: no row of the access log says it again.
func TestTheAccessLogTakesNoFreeText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const typed = "189001019802"
	id := w.submit(clinic, "Tolvan Test", "Text")
	w.json("/api/cases/"+id+"/messages", `{"update":{"type":"`+typed+`"},"version":1}`)
	w.json("/api/cases", `{"update":{"type":"NEW_CASE","handlingUnit":{"hsaId":"`+typed+`"},"newCase":{}}}`)
	w.json("/api/deliveries/"+typed, `{"reason":"x"}`)
	w.post("/inbox/"+id+"/"+typed, url.Values{"version": {"1"}})
	w.post("/inbox/"+id+"/desk/"+typed, url.Values{"desk": {"0"}})
	w.post("/inbox/"+id+"/outgoing/"+typed+"/"+typed, nil)
	w.as("nina")
	w.post("/inbox/"+id+"/board/"+typed, nil)
	w.as("greta")
	w.post("/review", url.Values{"case": {typed}})
	r, err := http.NewRequestWithContext(t.Context(), typed, w.server.URL+"/inbox", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if answer, err := http.DefaultClient.Do(r); err != nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("from another site: %v %v", answer, err)
	} else {
		answer.Body.Close()
	}
	rows, err := w.Relay.Store.AccessLog(t.Context(), accesslog.Filter{Limit: 500})
	if err != nil || len(rows) == 0 {
		t.Fatal(len(rows), err)
	}
	for _, row := range rows {
		if strings.Contains(row.Detail+row.Subject+row.Case+row.Unit, typed) {
			t.Errorf("a row says it again: %+v", row)
		}
	}
}
