package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"rivgate/routing"
)

// TestWhatIsKeptOfTheCatalogueIsNeverOld: lists, searches and the draft beside its version are worked out once and
// kept, and yet show every change at once.
func TestWhatIsKeptOfTheCatalogueIsNeverOld(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	add := func(id, name string) {
		t.Helper()
		page := w.page("/catalogue/rows/new?kind=unit")
		w.saves("/catalogue/rows", url.Values{
			"kind": {"unit"}, "revision": {revision(t, page)}, "hsaId": {id}, "name": {name}, "unitKind": {"care_unit"},
			"region": {"01"},
		})
	}
	for _, path := range []string{"/catalogue/rows?q=almen", "/catalogue/draft", "/resolve"} {
		hasNot(t, w.page(path), "Almen") // what is kept is that there is none
	}
	add("SE2010123456-VC77", "Vårdcentralen Almen")
	has(t, w.page("/catalogue/rows?q=almen"), "Vårdcentralen Almen")
	has(t, w.page("/catalogue/draft"), "Vårdcentralen Almen")
	hasNot(t, w.page("/catalogue/rows?q=almen&of=inforce"), "Vårdcentralen Almen")
	add("SE2010123456-VC78", "Vårdcentralen Häggen")
	has(t, w.page("/catalogue/draft"), "Vårdcentralen Almen", "Vårdcentralen Häggen")
	has(t, w.page("/catalogue/rows?q=h%C3%84ggen"), "Vårdcentralen Häggen")

	before := w.page("/catalogue?q=Almen")
	hasNot(t, before, "SE2010123456-VC77")
	if r := w.post("/catalogue/draft/publish", url.Values{
		"revision": {revision(t, w.page("/catalogue/draft"))}, "when": {"now"}, "reason": {"prov"},
	}); r.status != http.StatusSeeOther {
		t.Fatalf("publishing: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page("/catalogue?q=Almen"), "SE2010123456-VC77", "Ingen väg")
	has(t, w.page("/catalogue/rows?q=almen&of=inforce"), "Vårdcentralen Almen")
	hasNot(t, w.page("/catalogue/draft"), "Vårdcentralen Almen")

	// Cases under way are of this moment, and so is the day.
	w.page("/catalogue?q=" + clinic)
	w.submit(clinic, "Tolvan Test", "Text")
	has(t, w.page("/catalogue?q="+clinic), ">1<")
	send := w.Relay.Contracts.Send().Contract
	ends, err := routing.NewTable(routing.Catalogue{
		Units: []routing.Unit{{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01"}},
		Routes: []routing.Row{
			{Contract: send, Receiver: clinic, Address: routing.AddressInbox, Until: routing.DateOf(w.clock())},
		},
		Permissions: []routing.Permission{{Contract: send, Sender: portal, Receiver: "*"}},
	}, w.Catalogue.Rules)
	must(t, "making a table", err)
	w.Relay.Table = func() *routing.Table { return ends }
	hasNot(t, w.page("/catalogue"), "Ingen väg</span>")
	w.pass(24 * 60 * 60 * 1e9)
	has(t, w.page("/catalogue"), "Ingen väg</span>")
}
