package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/demo"
	"rivgate/cmd/rivgate/parts"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/store/catalogues"
)

// demoGateway is what `make run` starts, on free ports, with its first cases in.
func demoGateway(t *testing.T, c config.Config) *gateway {
	t.Helper()
	g := started(t, c)
	soon(t, "http://"+g.config.Web.Listen+"/readyz", http.StatusOK, "ready")
	soon(t, "http://"+g.config.Web.Listen+"/api/cases?state=closed", http.StatusOK, "SE2010123456-VC01")
	return g
}

// TestDemoIsThereToBeClicked: whoever the demo announces can sign in, and every link of their menu and of the pages
// behind it leads somewhere.
func TestDemoIsThereToBeClicked(t *testing.T) {
	g := demoGateway(t, demoConfig(t.TempDir()))
	site := "http://" + g.config.Web.Listen
	links := regexp.MustCompile(`href="(/[^"#]*)`)
	for _, d := range demo.Accounts() {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
		read := func(answer *http.Response, err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			page, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode >= 400 {
				t.Errorf("%s at %s: %d %v", d.ID, answer.Request.URL, answer.StatusCode, err)
			}
			return string(page)
		}
		todo := []string{read(client.PostForm(site+"/signin", url.Values{"account": {d.ID}, "password": {demo.Password}}))}
		if !strings.Contains(todo[0], d.Name) {
			t.Errorf("%s is not signed in", d.ID)
		}
		seen := map[string]bool{}
		for depth := 0; depth < 2; depth++ {
			var next []string
			for _, page := range todo {
				for _, found := range links.FindAllStringSubmatch(page, -1) {
					if path := strings.ReplaceAll(found[1], "&amp;", "&"); !seen[path] && !strings.HasPrefix(path, "/static/") {
						seen[path] = true
						next = append(next, read(client.Get(site+path)))
					}
				}
			}
			todo = next
		}
		if len(seen) < 5 {
			t.Errorf("%s finds %d links only", d.ID, len(seen))
		}
	}
}

// TestWhatIsPublishedInTheDemoCounts: the demo's catalogue is version 1, routes follow what is published after it, and
// a handling system that moved is found again.
func TestWhatIsPublishedInTheDemoCounts(t *testing.T) {
	c := demoConfig(t.TempDir())
	first, err := openGateway(t.Context(), c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	db := first.db
	v, err := db.CatalogueInForce(t.Context())
	if err != nil || v.Number != 1 || v.By != "demo" {
		t.Fatalf("%+v, %v", v, err)
	}
	rules := parts.NewRules(first.config, first.registry)
	rows, err := db.CatalogueRows(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.CatalogueDraft(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range rows {
		if e.Kind == catalogue.KindRoute && e.Receiver == "SE2010123456-VC02" {
			e.Address, e.Component = "https://system.example/SendComplaint", "SE2010123456-NY01"
			if d, _, err = db.EditCatalogue(t.Context(), d.Revision, []catalogue.Edit{{Action: catalogue.EditChange, Row: e}},
				rules, "iris", "provar"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := db.PublishCatalogue(t.Context(),
		catalogues.Order{Revision: d.Revision, By: "iris", Reason: "provar"}, rules); err != nil {
		t.Fatal(err)
	}
	if got := routeTo(t, first, "SE2010123456-VC02"); got != "https://system.example/SendComplaint" {
		t.Errorf("the unit that was moved goes to %s", got)
	}
	was := first.config.Demo.HandlingSystem
	first.close()

	c.Demo.HandlingSystem = "127.0.0.1:0"
	second, err := openGateway(t.Context(), c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer second.close()
	if now := second.config.Demo.HandlingSystem; now == was {
		t.Skip("the system gave the same port again")
	}
	if got := routeTo(t, second, "SE2010123456-AKUT"); !strings.HasPrefix(got,
		"http://"+second.config.Demo.HandlingSystem+"/") {
		t.Errorf("the hospital's cases go to %s, and the handling system is at %s", got, second.config.Demo.HandlingSystem)
	}
	if got := routeTo(t, second, "SE2010123456-VC02"); got != "https://system.example/SendComplaint" {
		t.Errorf("what was published is gone: %s", got)
	}
}

// routeTo is where a case to a unit goes.
func routeTo(t *testing.T, g *gateway, unit string) string {
	t.Helper()
	if _, err := g.keeper.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	route, err := g.keeper.Table().Route(routing.Call{
		Sender: g.config.Contracts.PortalAddress, Receiver: unit, Contract: g.registry.Send().Contract,
		Profile: routing.RIVTABP21,
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return route.Address
}
