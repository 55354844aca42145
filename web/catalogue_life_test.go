package web_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
	"rivgate/web/shell"
)

// moving is a filled-in form of the guide that moves a unit.
func moving(t *testing.T, page, unit string, more url.Values) url.Values {
	t.Helper()
	v := url.Values{
		"revision": {revision(t, page)}, "unit": {unit}, "profile": {"RIVTABP21"}, "from": {"2026-03-10"}, "do": {"show"},
	}
	for name, values := range more {
		v[name] = values
	}
	return v
}

func TestAUnitMovesFromInboxToASystemAndBack(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	before := w.submit(clinic, "Tolvan Test", "Text")
	has(t, w.page("/catalogue/move?q=björk"), "Vårdcentralen Björken", "/catalogue/move?unit="+clinic)
	page := w.page("/catalogue/move?unit=" + clinic)
	has(t, page, "nya ärenden går nu till inkorgen här", "http://127.0.0.1:9/ ("+system+")", `value="system" checked`,
		`value="2026-03-03"`)

	for _, c := range []struct {
		name string
		form url.Values
		want []string
	}{
		{"nowhere", url.Values{"to": {""}}, []string{"Välj vart nya ärenden ska gå."}},
		{
			"to a system that is not named",
			url.Values{"to": {"system"}},
			[]string{"Välj ett system, eller skriv adressen", `aria-describedby="move-address-error"`},
		},
		{
			"to a system without a name of its own",
			url.Values{"to": {"system"}, "address": {"https://ny.example/x"}},
			[]string{"bara det systemet får sedan svara", `value="https://ny.example/x"`},
		},
		{
			"to an address that is none",
			url.Values{"to": {"system"}, "address": {"ny.example"}, "component": {system}},
			[]string{"Adressen är ingen webbadress.", `value="ny.example"`},
		},
		{"yesterday", url.Values{"to": {"inbox"}, "from": {"2026-03-01"}}, []string{"Välj i dag eller en senare dag."}},
		{"on no day", url.Values{"to": {"inbox"}, "from": {"i morgon"}}, []string{"Skriv dagen som 2026-01-31."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.post("/catalogue/move", moving(t, page, clinic, c.form))
			if r.status != http.StatusUnprocessableEntity {
				t.Errorf("status %d", r.status)
			}
			has(t, r.body, c.want...)
		})
	}
	if r := w.post("/catalogue/move",
		moving(t, page, "SE2010123456-XX", url.Values{"to": {"inbox"}})); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a unit that is not there: %d", r.status)
	}
	has(t, w.post("/catalogue/move", moving(t, page, clinic, url.Values{"to": {"inbox"}})).body,
		"Inget ärende skulle gå en annan väg.")

	// A system that may not answer yet: its permission comes along.
	form := moving(t, page, clinic, url.Values{
		"to": {"system"}, "address": {"http://127.0.0.1:9/ny"}, "component": {"SE2010123456-NY"}, "from": {"2026-03-02"},
	})
	shown := w.post("/catalogue/move", form)
	has(t, shown.body, "1 pågående ärende stannar där de är.", "SE2010123456-NY får skicka svar till 1177",
		"Sista dag: – → <strong>2026-03-01</strong>", "inkorgen här", "http://127.0.0.1:9/ny", "Lägg flytten i utkastet")
	if d, err := w.Relay.Store.CatalogueDraft(t.Context()); err != nil || d.Open {
		t.Fatalf("showing what happens changed the draft: %v", err)
	}
	form.Set("do", "save")
	has(t, w.saves("/catalogue/move", form), "Flytten finns i utkastet.", "1 pågående ärende berörs")
	if c := w.theCase(w.submit(clinic, "Tolvan Test", "Före publiceringen")); c.Handler.Via != routing.Inbox {
		t.Errorf("a case went the new way before it was published: %+v", c.Handler)
	}
	page = w.page("/catalogue/draft")
	r := w.post("/catalogue/draft/publish", url.Values{"revision": {revision(t, page)}, "when": {"now"}})
	has(t, r.body, "Skriv varför", `aria-describedby="publish-reason-error"`)
	has(t,
		w.saves("/catalogue/draft/publish", url.Values{
			"revision": {revision(t, page)}, "when": {"now"}, "reason": {"enheten byter system"},
		}), "Utkastet är publicerat.", "Version 2")
	if c := w.theCase(w.submit(clinic, "Tolvan Test", "Efter")); c.Handler.Via != routing.Queue ||
		c.Handler.Component != "SE2010123456-NY" {
		t.Errorf("a new case went to %+v", c.Handler)
	}
	if c := w.theCase(before); c.Handler.Via != routing.Inbox {
		t.Errorf("the case under way went to %+v", c.Handler)
	}

	w.pass(48 * time.Hour)
	page = w.page("/catalogue/move?unit=" + clinic)
	has(t, page, "nu till http://127.0.0.1:9/ny, system SE2010123456-NY", `value="inbox" checked`)
	w.saves("/catalogue/move", moving(t, page, clinic, url.Values{"to": {"inbox"}, "do": {"save"}}))
	w.saves("/catalogue/draft/publish", url.Values{
		"revision": {revision(t, w.page("/catalogue/draft"))}, "when": {"now"}, "reason": {"tillbaka"},
	})
	if c := w.theCase(w.submit(clinic, "Tolvan Test", "Före dagen")); c.Handler.Via != routing.Queue {
		t.Errorf("before the day a new case went to %+v", c.Handler)
	}
	w.pass(7 * 24 * time.Hour)
	if c := w.theCase(w.submit(clinic, "Tolvan Test", "På dagen")); c.Handler.Via != routing.Inbox {
		t.Errorf("on the day a new case went to %+v", c.Handler)
	}
}

func TestVersionsAreScheduledCancelledAndRolledBack(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	edit := func() {
		page := w.page("/catalogue/rows/new?kind=component")
		w.saves("/catalogue/rows", url.Values{
			"kind": {"component"}, "revision": {revision(t, page)}, "hsaId": {"SE2010123456-NY"}, "name": {"Nytt system"},
		})
	}
	edit()
	page := w.page("/catalogue/draft")
	publish := url.Values{
		"revision": {revision(t, page)}, "when": {"later"}, "at": {"2026-02-01T08:00"}, "reason": {"byte i april"},
	}
	has(t, w.post("/catalogue/draft/publish", publish).body, "Tiden har passerat.", `value="byte i april"`,
		`value="later" checked`)
	publish.Set("at", "snart")
	has(t, w.post("/catalogue/draft/publish", publish).body, "Skriv dag och klockslag")
	publish.Set("at", "2026-04-01T08:00")
	has(t, w.saves("/catalogue/draft/publish", publish), "Version 2 träder i kraft 1 april kl. 08:00",
		"<strong>Version 1</strong> gäller")
	page = w.page("/catalogue/versions")
	has(t, page, "Planerad", "Gäller nu", "byte i april", "anna")
	has(t, w.page("/catalogue/versions/2"), "Återta version 2", "Nytt system")
	has(t, w.post("/catalogue/versions/2/cancel", url.Values{"reason": {" "}}).body, "Skriv varför")
	has(t, w.saves("/catalogue/versions/2/cancel", url.Values{"reason": {"för tidigt"}}), "Versionen är återtagen.",
		"Nytt system")
	page = w.page("/catalogue/draft")
	w.saves("/catalogue/draft/publish", url.Values{"revision": {revision(t, page)}, "when": {"now"}, "reason": {"nu"}})

	page = w.page("/catalogue/versions/1")
	has(t, page, "Gå tillbaka till version 1", "Borttagen", "Nytt system", `name="inforce" value="3"`)
	r := w.post("/catalogue/versions/1/rollback", url.Values{"inforce": {"1"}, "reason": {"fel"}})
	if r.status != http.StatusConflict || !strings.Contains(r.body, "En annan version gäller nu") ||
		!strings.Contains(r.body, `value="fel"`) {
		t.Errorf("rolling back from what is no longer in force: %d\n%s", r.status, main(r.body))
	}
	has(t, w.saves("/catalogue/versions/1/rollback", url.Values{"inforce": {"3"}, "reason": {"det var fel"}}),
		"Katalogen har gått tillbaka.", "Version 4", "det var fel")
	has(t, w.page("/catalogue/versions"), "samma innehåll som version 1", "Återtagen")
	has(t, w.page("/catalogue/history"), "Gick tillbaka", "Återtog en version", "för tidigt", "Publicerade",
		"Borttagen: mottagande system")
	r = w.post("/catalogue/versions/4/rollback", url.Values{"inforce": {"4"}, "reason": {"igen"}})
	if r.status != http.StatusConflict || !strings.Contains(r.body, "Välj en annan version.") {
		t.Errorf("rolling back to what is in force: %d", r.status)
	}
	if r := w.get("/catalogue/versions/99"); r.status != http.StatusNotFound {
		t.Errorf("a version that is not there: %d", r.status)
	}
}

func TestTwoPeopleNeverOverwriteEachOther(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	id := w.rowID(catalogue.KindUnit, "Granen")
	mine, theirs := w.page("/catalogue/rows/"+id), w.page("/catalogue/rows/"+id)
	change := func(page, name string) url.Values {
		return url.Values{
			"revision": {revision(t, page)}, "hsaId": {lonely}, "name": {name}, "unitKind": {"care_unit"}, "region": {"01"},
		}
	}
	w.saves("/catalogue/rows/"+id+"/change", change(theirs, "Deras namn"))
	r := w.post("/catalogue/rows/"+id+"/change", change(mine, "Mitt namn"))
	if r.status != http.StatusConflict {
		t.Fatalf("the second one: %d", r.status)
	}
	has(t, r.body, "Utkastet har ändrats", "Iris Test kl. 10:42: Ändrade utkastet (1 ändring).",
		"I utkastet nu: Deras namn", `value="Mitt namn"`)
	w.saves("/catalogue/rows/"+id+"/change", change(r.body, "Mitt namn"))

	draft := w.page("/catalogue/draft")
	w.saves("/catalogue/rows/"+id+"/remove", url.Values{"revision": {revision(t, draft)}})
	for path, form := range map[string]url.Values{
		"/catalogue/draft/publish":          {"when": {"now"}, "reason": {"mitt skäl"}},
		"/catalogue/draft/discard":          {},
		"/catalogue/rows/" + id + "/change": {"kind": {"unit"}, "hsaId": {lonely}, "name": {"Mitt andra namn"}},
		"/catalogue/move": {
			"unit": {other}, "to": {"system"}, "address": {"http://127.0.0.1:9/"}, "component": {system}, "from": {"2026-03-10"},
			"do": {"save"}, "reason": {"mitt skäl"},
		},
	} {
		form.Set("revision", revision(t, draft))
		r := w.post(path, form)
		if r.status != http.StatusConflict || !strings.Contains(r.body, "Utkastet har ändrats") {
			t.Errorf("%s from an older draft: %d", path, r.status)
		}
		for _, typed := range []string{form.Get("reason"), form.Get("name")} {
			if !strings.Contains(r.body, typed) {
				t.Errorf("%s lost %q", path, typed)
			}
		}
	}
	has(t, w.post("/catalogue/rows/"+id+"/change", change(draft, "Kvar")).body, "Raden finns inte längre i utkastet.")

	// A version that comes between is taken in; nothing of either is lost.
	if _, err := w.Relay.Store.RollBackCatalogue(t.Context(), 1, catalogues.Order{By: "bo", Reason: "x"},
		w.Catalogue.Rules); err == nil {
		t.Fatal("rolled back to what is in force")
	}
	page := w.page("/catalogue/rows/new?kind=component")
	w.saves("/catalogue/rows", url.Values{
		"kind": {"component"}, "revision": {revision(t, page)}, "hsaId": {"SE2010123456-ETT"},
	})
	w.saves("/catalogue/draft/publish", url.Values{
		"revision": {revision(t, w.page("/catalogue/draft"))}, "when": {"now"}, "reason": {"ett"},
	})
	page = w.page("/catalogue/rows/new?kind=component")
	w.saves("/catalogue/rows", url.Values{
		"kind": {"component"}, "revision": {revision(t, page)}, "hsaId": {"SE2010123456-TVA"},
	})
	if _, err := w.Relay.Store.RollBackCatalogue(t.Context(), 1, catalogues.Order{By: "bo", Reason: "tillbaka"},
		w.Catalogue.Rules); err != nil {
		t.Fatal(err)
	}
	page = w.page("/catalogue/draft")
	has(t, page, "Version 3 har publicerats sedan utkastet påbörjades.", "Hämta in version 3")
	has(t,
		w.post("/catalogue/draft/publish", url.Values{
			"revision": {revision(t, page)}, "when": {"now"}, "reason": {"två"},
		}).body, "Utkastet bygger på version 2")
	page = w.saves("/catalogue/draft/rebase", url.Values{"revision": {revision(t, page)}})
	has(t, page, "Utkastet bygger nu på den senaste versionen.", "SE2010123456-TVA")
	hasNot(t, main(page), "SE2010123456-ETT")
	has(t, w.saves("/catalogue/draft/discard", url.Values{"revision": {revision(t, page)}, "reason": {"ångrar mig"}}),
		"Utkastet är kastat.", "Inget utkast är öppet")
}

func TestAFileIsReadIntoTheDraft(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	if r := w.post("/catalogue/import", url.Values{"revision": {"2"}}); r.status != http.StatusNotFound {
		t.Errorf("where no file can be read: %d", r.status)
	}
	w.Catalogue.PlanCatalogue = func(file io.Reader, rows []catalogue.Row) ([]catalogue.Edit, []catalogue.Note, error) {
		content, err := io.ReadAll(file)
		switch {
		case err != nil:
			return nil, nil, err
		case bytes.HasPrefix(content, []byte("broken")):
			return nil, nil, &catalogue.FileProblem{Fact: routing.NewFact("key-unknown", `"adress"`, "address"), Line: 2}
		case bytes.HasPrefix(content, []byte("same")):
			return nil, nil, nil
		}
		edits := []catalogue.Edit{
			{
				Action: catalogue.EditAdd,
				Row: catalogue.Row{
					Kind: catalogue.KindUnit, HSAID: string(content), Name: "Ur filen", UnitKind: routing.CareUnit, Region: "01",
					Line: 7,
				},
			},
		}
		return edits, []catalogue.Note{{Fact: routing.NewFact("order-for", "one new unit", "2026-04-01")}}, nil
	}
	page := w.page("/catalogue/import")
	form := url.Values{"revision": {revision(t, page)}, "do": {"show"}, "reason": {"beställd"}}
	for content, want := range map[string]string{
		"broken": `Filens rad 2</td> <td data-label="Problem"><span>Nyckeln &#34;adress&#34; är okänd.</span>`,
		"same":   "Filen ändrar ingenting", "": "Välj en fil som inte är tom.",
	} {
		r := w.postFile("/catalogue/import", form, "katalog.yaml", []byte(content))
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", content, r.status)
		}
		has(t, r.body, want, `value="beställd"`)
	}
	has(t, w.postFile("/catalogue/import", form, "katalog.yaml", []byte("SE åäö")).body,
		"Enhet: Ur filen (SE åäö), mottagning (filens rad 7)", "HSA-id är inget giltigt HSA-id.", "Skriv 1–255 bokstäver")
	has(t, w.postFile("/catalogue/import", form, "katalog.yaml", []byte("SE2010123456-FIL")).body,
		"Det här skulle filen ändra", "Ur filen", "one new unit", "Inget är sparat än")
	if d, err := w.Relay.Store.CatalogueDraft(t.Context()); err != nil || d.Open {
		t.Fatalf("showing what a file changes changed the draft: %v", err)
	}
	form.Set("do", "save")
	r := w.postFile("/catalogue/import", form, "katalog.yaml", []byte("SE2010123456-FIL"))
	if r.status != http.StatusSeeOther {
		t.Fatalf("reading a file into the draft: %d\n%s", r.status, main(r.body))
	}
	has(t, w.page(r.header.Get("Location")), "Filen är inläst i utkastet.", "Ur filen")
	r = w.postFile("/catalogue/import", form, "katalog.yaml", []byte("SE2010123456-FIL2"))
	if r.status != http.StatusConflict {
		t.Errorf("from an older draft: %d", r.status)
	}
}

func TestACatalogueThatShrankIsConfirmed(t *testing.T) {
	t.Parallel()
	w := keeps(t)
	w.CatalogueInUse = func() shell.CatalogueStatus { return shell.CatalogueStatus{Source: "tak.example", Held: "abc"} }
	w.serve()
	has(t, w.page("/catalogue"), "Gatewayen läser sin katalog från", "tak.example", "har krympt och hålls tillbaka",
		"/catalogue/held")
	if err := w.Relay.Store.HoldCatalogue(t.Context(), catalogues.Held{
		Digest: "abc", Source: "tak.example", RoutesBefore: 100, Routes: 7, PermissionsBefore: 50, Permissions: 3,
	}); err != nil {
		t.Fatal(err)
	}
	has(t, w.page("/catalogue/held"), "100 → <strong>7</strong>", "50 → <strong>3</strong>", "Godkänn och ta i bruk")
	has(t, w.post("/catalogue/held", url.Values{"digest": {"abc"}, "reason": {" "}}).body, "Skriv varför")
	if r := w.post("/catalogue/held", url.Values{
		"digest": {"xyz"}, "reason": {"stängda"},
	}); r.status != http.StatusNotFound {
		t.Errorf("what is not held: %d", r.status)
	}
	has(t, w.saves("/catalogue/held", url.Values{"digest": {"abc"}, "reason": {"enheterna är stängda"}}),
		"Svaret är godkänt")
	has(t, w.page("/catalogue/held"), "Inget svar hålls tillbaka.")
	has(t, w.page("/catalogue/history"), "Godkände en katalog som krympt", "enheterna är stängda")
}
