package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"rivgate/store/accesslog"
)

// TestALevelOfSignInIsRequired: the provider is asked for the levels, and only a token that states one of them lets
// somebody in. Whoever is refused reads which level is needed, and the access log says why.
func TestALevelOfSignInIsRequired(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	w.Signin.Provider.Levels = []string{"http://id.sambi.se/loa/loa3", "urn:sithskort"}
	for name, c := range map[string]struct {
		acr any
		in  bool
	}{
		"the first level":          {"http://id.sambi.se/loa/loa3", true},
		"the other level":          {"urn:sithskort", true},
		"a lower level":            {"http://id.sambi.se/loa/loa2", false},
		"one that begins like it":  {"http://id.sambi.se/loa/loa3x", false},
		"both in one text":         {"http://id.sambi.se/loa/loa3 urn:sithskort", false},
		"a list, which acr is not": {[]string{"urn:sithskort"}, false},
		"the empty level":          {"", false},
		"none":                     {nil, false},
	} {
		p.claims["acr"] = c.acr
		before := len(w.accesses(accesslog.Filter{What: accesslog.Refused}))
		r, session := w.browse("/inbox", nil)
		refused := w.accesses(accesslog.Filter{What: accesslog.Refused})
		if c.in {
			expectRedirect(t, r, "/inbox")
			if len(refused) != before {
				t.Errorf("%s: a refusal in the access log", name)
			}
			continue
		}
		if r.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.status)
		}
		has(t, r.body, "Inloggningen räcker inte",
			"på nivån http://id.sambi.se/loa/loa3 eller urn:sithskort. Logga in igen")
		expectRedirect(t, w.getWith("/inbox", session), "/signin?next=%2Finbox")
		if len(refused) != before+1 || !slices.ContainsFunc(refused, func(row accesslog.Row) bool {
			return row.Detail == "sign-in at the provider: level"
		}) {
			t.Errorf("%s: the access log says %+v", name, refused)
		}
	}
	away := w.do(w.request(http.MethodGet, "/signin/oidc", nil))
	to, err := url.Parse(away.header.Get("Location"))
	if err != nil || to.Query().Get("acr_values") != strings.Join(w.Signin.Provider.Levels, " ") {
		t.Errorf("the provider is asked with %q, %v", away.header.Get("Location"), err)
	}
}
