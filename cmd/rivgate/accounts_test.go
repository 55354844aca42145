package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.uber.org/zap"

	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/demo"
)

// TestDemoAccountsSignIn: what is printed at the start lets one in, to the pages of the role, and in the demo alone.
func TestDemoAccountsSignIn(t *testing.T) {
	c := demoConfig(t.TempDir())
	g, err := openGateway(t.Context(), c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	if err := demo.AddAccounts(t.Context(), g.db); err != nil { // a second start
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := g.announce(&out); err != nil {
		t.Fatal(err)
	}
	enter := func(name string) (*http.Response, *http.Cookie) {
		t.Helper()
		server := httptest.NewServer(g.site.Handler())
		t.Cleanup(server.Close)
		client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := client.PostForm(server.URL+"/signin", url.Values{"account": {name}, "password": {demo.Password}})
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		for _, cookie := range answer.Cookies() {
			if cookie.Name == "rivgate" { // the session's; the browser has one of its own
				return answer, cookie
			}
		}
		return answer, nil
	}
	rooms := map[string]string{
		"hanna": "/inbox", "mona": "/inbox", "adam": "/inbox", "rita": "/inbox", "nina": "/inbox", "tea": "/inbox",
		"iris": "/catalogue", "olle": "/monitor", "greta": "/review",
	}
	for _, d := range demo.Accounts() {
		if !strings.Contains(out.String(), d.ID+" / "+demo.Password) {
			t.Errorf("%s is not announced", d.ID)
		}
		if err := config.CheckGrant(d.Grant, false); err != nil {
			t.Errorf("%s: %v", d.ID, err)
		}
		answer, cookie := enter(d.ID)
		if answer.StatusCode != http.StatusSeeOther || cookie == nil {
			t.Errorf("%s signs in: %d", d.ID, answer.StatusCode)
			continue
		}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, rooms[d.ID], nil)
		req.RemoteAddr, req.Host = "127.0.0.1:1", "localhost"
		req.AddCookie(cookie)
		rec := httptest.NewRecorder()
		g.site.Handler().ServeHTTP(rec, req)
		if rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), d.Name) {
			t.Errorf("%s at %s: %d", d.ID, rooms[d.ID], rec.Code)
		}
	}
	for _, environment := range []string{config.EnvironmentTest, config.EnvironmentProduction} {
		g.site.Environment = environment
		if answer, cookie := enter("hanna"); answer.StatusCode != http.StatusUnprocessableEntity || cookie != nil {
			t.Errorf("in %s a demo account gets in: %d", environment, answer.StatusCode)
		}
	}
}
