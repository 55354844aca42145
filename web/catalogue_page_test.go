package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
)

const lonely = "SE2010123456-VC09" // a unit that nobody gave a way

// keeps is a world whose gateway decides by the catalogue that is published in its store, as version 1 at the
// beginning.
func keeps(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	registry := w.Relay.Contracts
	send, giveBack := registry.Send().Contract, registry.Return().Contract
	w.Catalogue.Rules = routing.Rules{
		Durable: registry.Durable, SendContract: send, ReturnContract: giveBack, PortalAddress: portal, Own: gateway,
	}
	var edits []catalogue.Edit
	for _, e := range catalogue.RowsOf(routing.Catalogue{
		Units: []routing.Unit{
			{HSAID: clinic, Name: "Vårdcentralen Björken", Kind: routing.CareUnit, Region: "01", Attachments: true},
			{HSAID: other, Name: "Vårdcentralen Eken", Kind: routing.CareUnit, Region: "01"},
			{HSAID: lonely, Name: "Vårdcentralen Granen", Kind: routing.CareUnit, Region: "01"},
			{HSAID: board, Name: "Patientnämnden", Kind: routing.PatientBoard, Region: "01", Attachments: true},
			{HSAID: hospital, Name: "Sjukhuset", Kind: routing.CareUnit, Region: "01", Attachments: true},
		},
		Routes: []routing.Row{
			{Contract: send, Receiver: clinic, Address: routing.AddressInbox},
			{Contract: send, Receiver: other, Address: routing.AddressInbox},
			{Contract: send, Receiver: board, Address: routing.AddressInbox},
			{Contract: send, Receiver: hospital, Address: "http://127.0.0.1:9/", Component: system},
		},
		Permissions: []routing.Permission{
			{Contract: send, Sender: portal, Receiver: "*"},
			{Contract: send, Sender: gateway, Receiver: "*"},
			{Contract: giveBack, Sender: gateway, Receiver: portal},
			{Contract: giveBack, Sender: system, Receiver: portal},
		},
	}) {
		edits = append(edits, catalogue.Edit{Action: catalogue.EditAdd, Row: e})
	}
	if _, _, err := w.Relay.Store.EditCatalogue(t.Context(), 0, edits, w.Catalogue.Rules, "anna", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Relay.Store.PublishCatalogue(t.Context(),
		catalogues.Order{Revision: 1, By: "anna", Reason: "den första"}, w.Catalogue.Rules); err != nil {
		t.Fatal(err)
	}
	w.follow()
	w.serve()
	return w
}

// follow makes the gateway decide by the version in force, as the process does that keeps it fresh.
func (w *world) follow() {
	var mu sync.Mutex
	tables := map[int64]*routing.Table{}
	w.Relay.Table = func() *routing.Table {
		mu.Lock()
		defer mu.Unlock()
		v, err := w.Relay.Store.CatalogueInForce(context.Background())
		if err != nil {
			return nil
		}
		if tables[v.Number] == nil {
			rows, err := w.Relay.Store.CatalogueRows(context.Background(), v.Number)
			if err == nil {
				tables[v.Number], err = routing.NewTable(catalogue.FromRows(rows), w.Catalogue.Rules)
			}
			if err != nil {
				panic(err) // what was published loads
			}
		}
		return tables[v.Number]
	}
}

// revision is the draft's revision that a page was made from.
func revision(t *testing.T, page string) string {
	t.Helper()
	return between(t, page, `name="revision" value="`, `"`)
}

// rowID finds a row of the draft by a text.
func (w *world) rowID(kind catalogue.Kind, text string) string {
	w.t.Helper()
	page := w.page("/catalogue/rows?" + url.Values{"kind": {string(kind)}, "q": {text}}.Encode())
	return rowLink(w.t, page)
}

// rowLink is the id of the first row on a page of rows.
func rowLink(t *testing.T, page string) string {
	t.Helper()
	_, table, found := strings.Cut(page, "<tbody>")
	if !found {
		t.Fatalf("no rows in\n%s", main(page))
	}
	return between(t, table, `href="/catalogue/rows/`, `"`)
}

// saves posts a form that must be taken, and gives the page after it.
func (w *world) saves(path string, fields url.Values) string {
	w.t.Helper()
	r := w.post(path, fields)
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("POST %s: %d\n%s", path, r.status, main(r.body))
	}
	return w.page(r.header.Get("Location"))
}

func TestUnitsSayWhatHappensToTheirCases(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	w.submit(clinic, "Tolvan Test", "Text")
	page := w.page("/catalogue")
	has(t, page, "Version 1", "publicerad av anna: den första", "1 enhet har ingen väg", "Vårdcentralen Granen",
		"Ingen väg", "VP004", "Inkorgen här", "Externt system", system,
		`<td data-label="Ärenden">1</td>`, "/resolve?contract=SendComplaint", "/catalogue/move?unit="+lonely)
	has(t, w.page("/catalogue?way=none"), "Vårdcentralen Granen")
	hasNot(t, main(w.page("/catalogue?way=none")), "Vårdcentralen Eken")
	for _, text := range []string{"eken", "vc02", "127.0.0.1:9", "avv"} {
		found := main(w.page("/catalogue?q=" + text))
		if strings.Contains(found, "Björken") || !strings.Contains(found, "Eken") && !strings.Contains(found, "Sjukhuset") {
			t.Errorf("%q finds\n%s", text, found)
		}
	}
	has(t, w.page("/catalogue/rows?kind=route&q=sendcomplaint"), "SendComplaint till "+clinic+" går till inkorgen här",
		"alltid", "Gäller")
	has(t, w.page("/catalogue/rows?of=inforce&q=avv"), "får anropa ReturnComplaint")
	has(t, w.page("/catalogue/rows?of=1"), "version 1")
	if r := w.get("/catalogue/rows?of=x"); r.status != http.StatusBadRequest {
		t.Errorf("rows of nothing we know: %d", r.status)
	}
}

func TestRowsAreChangedInTheDraft(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	empty := w.page("/catalogue/rows/new?kind=route")
	typed := url.Values{
		"kind": {"route"}, "revision": {revision(t, empty)}, "contract": {"SendComplaint"}, "receiver": {lonely},
		"address": {"ftp://system.example"}, "component": {system}, "profile": {"RIVTABP21"}, "from": {"2026-04-31"},
	}
	r := w.post("/catalogue/rows", typed)
	if r.status != http.StatusUnprocessableEntity {
		t.Fatalf("a day that is none: %d", r.status)
	}
	has(t, r.body, "Skriv dagen som 2026-01-31.", `aria-describedby="row-from-error"`, `value="ftp://system.example"`)
	typed.Set("from", "2026-04-01")
	r = w.post("/catalogue/rows", typed)
	has(t, r.body, "Adressen är ingen webbadress.", `aria-describedby="row-address-error"`, `value="2026-04-01"`,
		`value="`+system+`"`)
	typed.Set("address", "https://system.example/send")
	page := w.saves("/catalogue/rows", typed)
	has(t, page, "Raden finns i utkastet.", "Ny",
		"SendComplaint till "+lonely+" går till https://system.example/send, system "+system, "från 2026-04-01",
		"1 enhet byter väg", "ingen väg (VP004)")

	id := w.rowID(catalogue.KindUnit, "Granen")
	page = w.page("/catalogue/rows/" + id)
	page = w.saves("/catalogue/rows/"+id+"/change", url.Values{
		"revision": {revision(t, page)}, "hsaId": {lonely}, "name": {"Vårdcentralen Granen norr"}, "unitKind": {"care_unit"},
		"region": {"01"}, "attachments": {"yes"}, "reason": {"nytt namn"},
	})
	has(t, page, "Namn: Vårdcentralen Granen → <strong>Vårdcentralen Granen norr</strong>",
		"Anmälaren får bifoga filer: nej → <strong>ja</strong>")

	id = w.rowID(catalogue.KindPermission, gateway+" får anropa SendComplaint")
	page = w.page("/catalogue/rows/" + id)
	r = w.post("/catalogue/rows/"+id+"/end", url.Values{"revision": {revision(t, page)}, "until": {""}})
	has(t, r.body, "Skriv den sista dagen.", `aria-describedby="end-until-error"`)
	page = w.saves("/catalogue/rows/"+id+"/end", url.Values{"revision": {revision(t, page)}, "until": {"2026-03-31"}})
	has(t, page, "Sista dag: – → <strong>2026-03-31</strong>")

	id = w.rowID(catalogue.KindUnit, "Eken")
	page = w.page("/catalogue/rows/" + id)
	r = w.post("/catalogue/rows/"+id+"/remove", url.Values{"revision": {revision(t, page)}})
	has(t, r.body, "Rader som gäller i dag eller senare behöver den (1 st)", "Avsluta eller ta bort dem först",
		"vägval SendComplaint")
	id = w.rowID(catalogue.KindRoute, other)
	page = w.saves("/catalogue/rows/"+id+"/remove", url.Values{"revision": {revision(t, w.page("/catalogue/rows/"+id))}})
	has(t, page, "Borttagen", "Raden är borttagen ur utkastet.")
	page = w.saves("/catalogue/draft/undo", url.Values{"revision": {revision(t, page)}, "row": {id}})
	hasNot(t, main(page), ">Borttagen<")
	has(t, w.page("/catalogue/history"), "nytt namn", "Ny: vägval", "Ändrade utkastet")
}

// What a route asks of signatures is chosen, refused where nothing can be signed, shown, and told by the route test.
func TestARouteAsksForSignatures(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	id := w.rowID(catalogue.KindRoute, other)
	page := w.page("/catalogue/rows/" + id)
	has(t, page, "Signatur", `<option value="none" selected>ingen</option>`)
	typed := url.Values{
		"revision": {revision(t, page)}, "contract": {"SendComplaint"}, "receiver": {other},
		"address": {"https://system.example/send"}, "component": {system}, "profile": {"RIVTABP21"}, "signature": {"maybe"},
	}
	r := w.post("/catalogue/rows/"+id+"/change", typed)
	has(t, r.body, "Kravet på signatur är okänt.", `aria-describedby="row-signature-error`)
	typed.Set("signature", "both")
	page = w.saves("/catalogue/rows/"+id+"/change", typed)
	has(t, page, "Signatur: ingen → <strong>avsändaren måste signera, och det som skickas vidare signeras</strong>")
	typed.Set("address", "rivgate:inbox")
	typed.Set("revision", revision(t, page))
	r = w.post("/catalogue/rows/"+id+"/change", typed)
	has(t, r.body, "Till rivgate:inbox skickas inget vidare som kan signeras.")
}

func TestWhoMayNotKeepTheCatalogueChangesNothing(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	id := w.rowID(catalogue.KindUnit, "Granen")
	form := url.Values{
		"revision": {"2"}, "kind": {"unit"}, "hsaId": {lonely}, "name": {"Annat"}, "unitKind": {"care_unit"},
		"region": {"01"}, "reason": {"x"}, "do": {"save"}, "when": {"now"}, "inforce": {"1"},
	}
	posts := []string{
		"/catalogue/rows", "/catalogue/rows/" + id + "/change", "/catalogue/rows/" + id + "/remove", "/catalogue/move",
		"/catalogue/import", "/catalogue/draft/publish", "/catalogue/draft/discard", "/catalogue/versions/1/rollback",
	}
	for _, c := range []struct {
		who  string
		look int // at the catalogue
	}{
		{"olle", http.StatusOK},
		{"hanna", http.StatusNotFound},
		{"adam", http.StatusNotFound},
		{"greta", http.StatusNotFound},
	} {
		w.as(c.who)
		for _, path := range []string{
			"/catalogue", "/catalogue/rows", "/catalogue/rows/" + id, "/catalogue/draft", "/catalogue/versions/1",
			"/catalogue/history", "/resolve", "/faults",
		} {
			r := w.get(path)
			if r.status != c.look {
				t.Errorf("%s looks at %s: %d", c.who, path, r.status)
			}
			if strings.Contains(main(r.body), `action="/catalogue/`) && strings.Contains(main(r.body), `method="post"`) {
				t.Errorf("%s is shown how to change %s", c.who, path)
			}
		}
		for _, path := range posts {
			if r := w.post(path, form); r.status != http.StatusNotFound {
				t.Errorf("%s posts to %s: %d", c.who, path, r.status)
			}
		}
	}
	if d, err := w.Relay.Store.CatalogueDraft(t.Context()); err != nil || d.Open || d.Revision != 2 {
		t.Errorf("the draft is %+v, %v", d.Revision, err)
	}
	w.as("olle")
	if r := w.get("/exchange/" + id); r.status != http.StatusNotFound {
		t.Errorf("an operator downloads a recording: %d", r.status)
	}
}
