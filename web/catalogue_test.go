package web_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/web/shell"
)

// catalogueCall calls the API of the catalogue with a revision.
func (w *world) catalogueCall(token, method, path, revision, body string) reply {
	w.t.Helper()
	req := w.request(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if revision != "" {
		req.Header.Set("If-Match", revision)
	}
	return w.do(req)
}

const newContract = `{"edits": [{"action": "add", "entry": {"kind": "contract", "contract": "urn:a:1", "name": "A"}}]}`

func TestOnlyWhoKeepsTheCatalogueChangesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	digest := func(token string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(token))) }
	tokens, err := shell.ReadTokens(strings.NewReader("- {name: katalog, sha256: " + digest("keeper") +
		", roles: [catalogue]}\n" +
		"- {name: drift, sha256: " + digest("operator") + ", roles: [operate]}\n- {name: läsare, sha256: " +
		digest("reader") + ", roles: [read], units: ['*']}\n"))
	if err != nil {
		t.Fatal(err)
	}
	w.Tokens, w.Environment = tokens, shell.Production
	w.serve()
	for _, c := range []struct {
		name, token, method, path, body string
		want                            int
	}{
		{"nobody looks", "", "GET", "/api/catalogue/draft", "", 401},
		{"a reader looks", "reader", "GET", "/api/catalogue/draft", "", 403},
		{"an operator looks", "operator", "GET", "/api/catalogue/versions", "", 200},
		{"an operator edits", "operator", "POST", "/api/catalogue/rows", newContract, 403},
		{"an operator rolls back", "operator", "POST", "/api/catalogue/rollback", `{"version":1,"reason":"x"}`, 403},
		{"an operator accepts", "operator", "POST", "/api/catalogue/accept", `{"digest":"x","reason":"x"}`, 403},
		{"the keeper edits", "keeper", "POST", "/api/catalogue/rows", newContract, 200},
		{"the keeper edits what has changed", "keeper", "POST", "/api/catalogue/rows", newContract, 412},
		{"the keeper reads cases", "keeper", "GET", "/api/cases", "", 403},
		{"the keeper asks why", "keeper", "GET", "/api/resolve?contract=SendComplaint&to=" + clinic, "", 200},
		{
			"the keeper accepts what is not held", "keeper", "POST", "/api/catalogue/accept", `{"digest":"x","reason":"x"}`, 404,
		},
		{"an import where none is wired", "keeper", "PUT", "/api/catalogue/draft", "x", 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := w.catalogueCall(c.token, c.method, c.path, `"0"`, c.body); r.status != c.want {
				t.Errorf("%d %s, want %d", r.status, r.body, c.want)
			}
		})
	}
	r := w.catalogueCall("keeper", "GET", "/api/catalogue/history", "", "")
	if !strings.Contains(r.body, `"by": "katalog"`) {
		t.Errorf("the history does not tell who: %s", r.body)
	}
}

func TestRequestsAboutTheCatalogueAreReadStrictly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Catalogue.Rules = routing.Rules{}
	for _, c := range []struct {
		name, method, path, revision, body string
		want                               int
		says                               string
	}{
		{"no revision", "POST", "/api/catalogue/rows", "", newContract, http.StatusPreconditionRequired, "If-Match"},
		{
			"a revision that is none", "POST", "/api/catalogue/rows", `"x"`, newContract, http.StatusPreconditionRequired,
			"If-Match",
		},
		{
			"an unknown field", "POST", "/api/catalogue/rows", `"0"`, `{"edits": [{"action": "add", "entri": {}}]}`, 400,
			"entri",
		},
		{
			"an unknown action", "POST", "/api/catalogue/rows", `"0"`, `{"edits": [{"action": "burn", "entry": {}}]}`, 400,
			"edits/0/action",
		},
		{
			"an unknown kind", "POST", "/api/catalogue/rows", `"0"`, `{"edits": [{"action": "add", "entry": {"kind": "wall"}}]}`,
			422, "kind is not known",
		},
		{
			"a day that is none", "POST", "/api/catalogue/rows", `"0"`,
			`{"edits": [{"action": "add", "entry": {"kind": "route", "from": "2026-02-30"}}]}`, 400, "fel form",
		},
		{"no edits", "POST", "/api/catalogue/rows", `"0"`, `{"edits": []}`, 409, "Inget ändrades"},
		{"rows of nothing we know", "GET", "/api/catalogue/rows?of=x", "", "", 400, "inforce"},
		{"rows of a version that is not there", "GET", "/api/catalogue/rows?of=7", "", "", 404, ""},
		{"rows in force before any are", "GET", "/api/catalogue/rows?of=inforce", "", "", 404, ""},
		{
			"a time that has passed", "POST", "/api/catalogue/publish", `"0"`, `{"at": "2020-01-01T00:00:00Z", "reason": "x"}`,
			400, "passerat",
		},
		{"publishing nothing", "POST", "/api/catalogue/publish", `"0"`, `{"reason": "x"}`, 409, "inget att publicera"},
		{"publishing without a reason", "POST", "/api/catalogue/publish", `"0"`, `{}`, 400, "Ange varför"},
		{"rolling back without a reason", "POST", "/api/catalogue/rollback", "", `{"version": 1}`, 400, "Ange varför"},
		{
			"cancelling without a reason", "POST", "/api/catalogue/cancel", "", `{"version": 1, "reason": " "}`, 400,
			"Ange varför",
		},
		{"accepting without a reason", "POST", "/api/catalogue/accept", "", `{"digest": "x"}`, 400, "Ange varför"},
		{"an older draft", "POST", "/api/catalogue/rows", `"4"`, newContract, 412, "Läs det igen"},
		{"nothing to discard", "DELETE", "/api/catalogue/draft", `"0"`, "", 409, "inget utkast"},
		{
			"a version that is none", "GET", "/api/resolve?contract=SendComplaint&to=" + clinic + "&version=x", "", "", 400,
			"version",
		},
		{
			"a test of no route", "POST", "/api/catalogue/test", "", `{"contract": "SendComplaint", "to": "SE-NOBODY"}`, 422,
			"VP004",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.catalogueCall("", c.method, c.path, c.revision, c.body)
			if r.status != c.want || !strings.Contains(r.body, c.says) {
				t.Errorf("%d %s, want %d with %q", r.status, r.body, c.want, c.says)
			}
			if kind := r.header.Get("Content-Type"); kind != "application/problem+json" {
				t.Errorf("refused as %s", kind)
			}
		})
	}
}
