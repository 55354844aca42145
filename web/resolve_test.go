package web_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

func TestWhyACallGoesWhereItGoes(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	ask := func(contract, to, from, at, version string) string {
		return w.page(
			"/resolve?" +
				url.Values{"contract": {contract}, "to": {to}, "from": {from}, "at": {at}, "version": {version}}.Encode(),
		)
	}
	has(t, w.page("/resolve"), `value="SendComplaint"`, `value="`+portal+`"`)
	page := ask("SendComplaint", strings.ToLower(clinic), portal, "", "")
	has(t, page, "Svaret, 2026-03-02 enligt katalogen som används nu", "Anropet går till inkorgen här",
		"adressen själv: här fanns raden", portal+" hos *", "standard för alla: här fanns raden",
		"/catalogue/rows/"+w.rowID(catalogue.KindRoute, clinic), "SendComplaintResponder:1")
	hasNot(t, page, "Testa anslutningen")
	has(t, w.page("/catalogue/rows/"+w.rowID(catalogue.KindRoute, clinic)), clinic)

	page = ask("SendComplaint", hospital, "SE2010123456-X", "", "")
	has(t, page, "Anropet avvisas med VP007.", "ingen anropsbehörighet", "Lägg till en anropsbehörighet",
		"Authorization missing", "Testa anslutningen")
	page = ask("SendComplaint", lonely, "", "2026-06-01", "1")
	has(t, page, "2026-06-01 enligt version 1", "Anropet avvisas med VP004.", "Lägg till ett vägval",
		"ingen rad, sökningen slut")
	hasNot(t, page, "Testa anslutningen")
	has(t, ask("SendComplaint", hospital, "", "", ""), "Anropsbehörigheten är inte prövad")

	guide := w.page("/catalogue/move?unit=" + lonely)
	w.saves("/catalogue/move", moving(t, guide, lonely, url.Values{"to": {"inbox"}, "do": {"save"}}))
	has(t, ask("SendComplaint", lonely, portal, "2026-03-10", "draft"), "enligt utkastet", "Anropet går till inkorgen här",
		"från 2026-03-10")
	has(t, ask("SendComplaint", lonely, portal, "2026-03-10", ""), "VP004")

	for query, want := range map[string]string{
		"contract=SendComplaint&to=":                    "Skriv den logiska adressen.",
		"contract=&to=x":                                "Skriv tjänstekontraktets kortnamn",
		"contract=SendComplaint&to=x&at=snart":          "Skriv dagen som 2026-01-31.",
		"contract=SendComplaint&to=x&version=99":        "Versionen finns inte.",
		"contract=SendComplaint&to=x&version=sista&x=y": "Välj en av versionerna.",
	} {
		r := w.get("/resolve?" + query)
		if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, want) ||
			!strings.Contains(r.body, "aria-describedby") {
			t.Errorf("%s: %d, %q is missing", query, r.status, want)
		}
	}
}

func TestARouteIsTested(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	producer := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }),
	)
	defer producer.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String() + "/"
	_ = closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	send := w.Relay.Contracts.Send().Contract
	for _, c := range []struct {
		name, address string
		want          []string
	}{
		{
			"nobody listens", nobody,
			[]string{
				"Anslutningen fungerar inte.", "Förbindelse (TCP)", "nekades: ingen lyssnar där.", "se till att systemet är i gång",
			},
		},
		{
			"it lets nobody in", producer.URL + "/",
			[]string{
				"Anslutningen fungerar inte.", "Namnuppslag", "ingen: adressen är okrypterad http",
				"det svarar med HTTP-status 403",
			},
		},
		{
			"nobody vouches for it", secure.URL + "/",
			[]string{
				"Anslutningen fungerar inte.", "Kryptering och kedja (TLS)", "kommer från en okänd utfärdare.", "producer.tls.ca",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			table := newTable(t, w.Relay.Contracts, routing.Row{Contract: send, Receiver: lonely, Address: c.address})
			w.Relay.Table = func() *routing.Table { return table }
			r := w.post("/resolve", url.Values{"contract": {"SendComplaint"}, "to": {lonely}, "from": {portal}})
			if r.status != http.StatusOK {
				t.Errorf("status %d", r.status)
			}
			has(t, r.body, c.want...)
			hasNot(t, r.body, "nobody", "connected to", "the address")
		})
	}
	has(t, w.post("/resolve", url.Values{"contract": {"SendComplaint"}, "to": {"SE-INGEN"}}).body, "VP004")
}
