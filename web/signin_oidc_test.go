package web_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-jose/go-jose/v4"

	"rivgate/routing"
	"rivgate/store/accesslog"
	"rivgate/store/accounts"
	"rivgate/web/shell"
	"rivgate/web/signin"
)

// provider is an identity provider as the standard has it, with somebody already signed in there. A test says what it
// tells of them, and in what it lies.
type provider struct {
	*httptest.Server
	t    *testing.T
	key  *rsa.PrivateKey
	sign *rsa.PrivateKey // with which tokens are signed: key, but for a forger

	mu     sync.Mutex
	says   bool                  // that its answers always name it
	asked  map[string]url.Values // by code
	claims map[string]any        // laid over those that are right; nil leaves one out
	now    func() time.Time
}

func newProvider(t *testing.T, now func() time.Time) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{t: t, key: key, sign: key, asked: map[string]url.Values{}, claims: map[string]any{}, now: now}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri":             p.URL + "/keys",
			"end_session_endpoint": p.URL + "/end", "id_token_signing_alg_values_supported": []string{"RS256"},
			"authorization_response_iss_parameter_supported": p.says,
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		p.json(w, jose.JSONWebKeySet{
			Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}},
		})
	})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /end", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("post_logout_redirect_uri"), http.StatusFound)
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

// authorize sends the browser back with a code.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != "rivgate" || q.Get("code_challenge_method") != "S256" ||
		len(q.Get("code_challenge")) != 43 ||
		len(q.Get("state")) < 32 || len(q.Get("nonce")) < 32 || q.Get("scope") != "openid profile" {
		p.t.Errorf("asked with %v", q)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	code := rand.Text()
	p.asked[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(),
		http.StatusFound)
}

// token gives the ID token of a code: once, to who has the verifier and the secret.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, known := p.asked[r.FormValue("code")]
	delete(p.asked, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	client, secret, _ := r.BasicAuth()
	if !known || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || client != "rivgate" ||
		secret != "hemlig" {
		http.Error(w, `{"error":"invalid_grant","error_description":"189001019802"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{
		"iss": p.URL, "aud": "rivgate", "sub": "SE2010123456-P1", "name": "Siv Test", "nonce": q.Get("nonce"),
		"iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
		"roles": []string{"regionens-handlaggare", "nagot-helt-annat"},
	}
	maps.Copy(claims, p.claims)
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.sign},
		(&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		p.t.Error(err)
		return
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		p.t.Error(err)
		return
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		p.t.Error(err)
	}
	p.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": compact})
}

// withProvider gives a world an identity provider.
func withProvider(t *testing.T) (*world, *provider) {
	t.Helper()
	w := newWorld(t)
	p := newProvider(t, w.clock)
	w.Signin.Provider = &signin.Provider{
		Issuer: p.URL, ClientID: "rivgate", ClientSecret: "hemlig", Name: "Provtjänsten", UnitsClaim: "units",
		Roles: map[string][]shell.Grant{
			"regionens-handlaggare": {{Role: shell.RoleHandler, Kind: routing.CareUnit, Units: []string{clinic}}},
			"enhetens-handlaggare":  {{Role: shell.RoleHandler, Kind: routing.CareUnit}},
			"namndens-handlaggare":  {{Role: shell.RoleHandler, Kind: routing.PatientBoard, Units: []string{board}}},
			"drift":                 {{Role: shell.RoleOperator}},
		},
	}
	w.serve()
	w.Signin.Provider.PublicURL = w.server.URL
	return w, p
}

// browse follows a browser that signs in at the provider, up to where it comes back; change may do something to that
// address. It returns the last answer and the session.
func (w *world) browse(next string, change func(back *url.URL)) (reply, string) {
	w.t.Helper()
	r := w.do(w.request(http.MethodGet, "/signin/oidc?next="+url.QueryEscape(next), nil))
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("going to the provider: %d\n%s", r.status, r.body)
	}
	session, _, _ := strings.Cut(sessionCookie(r), ";")
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, r.header.Get("Location"), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	there := w.do(req)
	back, err := url.Parse(there.header.Get("Location"))
	if err != nil || there.status != http.StatusFound {
		w.t.Fatalf("at the provider: %d, %v", there.status, err)
	}
	if change != nil {
		change(back)
	}
	return w.comeBack(back, session)
}

func (w *world) comeBack(back *url.URL, session string) (reply, string) {
	w.t.Helper()
	req := w.request(http.MethodGet, back.RequestURI(), nil)
	req.Header.Set("Cookie", session)
	r := w.do(req)
	if fresh, _, _ := strings.Cut(sessionCookie(r), ";"); fresh != "" {
		session = fresh
	}
	return r, session
}

func (w *world) getWith(path, session string) reply {
	w.t.Helper()
	req := w.request(http.MethodGet, path, nil)
	req.Header.Set("Cookie", session)
	return w.do(req)
}

func TestSigningInAtAProvider(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	elsewhere := w.submit(other, "Tolvan Test", "Text")
	has(t, w.door("", "", nil).body, "Logga in med Provtjänsten", `href="/signin/oidc?next=`)

	var back url.URL
	r, session := w.browse("/inbox/"+id, func(to *url.URL) { back = *to })
	expectRedirect(t, r, "/inbox/"+id)
	page := w.getWith("/inbox/"+id, session)
	has(t, page.body, "Siv Test", "Tolvan Test")
	if r := w.getWith("/inbox/"+elsewhere, session); r.status != http.StatusNotFound {
		t.Errorf("a case of another unit: %d", r.status)
	}
	if r := w.getWith("/monitor", session); r.status != http.StatusNotFound { // nagot-helt-annat gives nothing
		t.Errorf("the operator's page: %d", r.status)
	}
	if a, err := w.Relay.Store.Account(t.Context(), "oidc:SE2010123456-P1"); err != nil || a.Source != p.URL ||
		a.Password != "" || a.SignedIn.IsZero() {
		t.Errorf("%+v, %v", a, err)
	}
	if r := w.door("oidc:SE2010123456-P1", password, nil); r.status != http.StatusUnprocessableEntity {
		t.Errorf("with a password here: %d", r.status)
	}
	p.mu.Lock()
	codes := len(p.asked)
	p.mu.Unlock()
	// the same answer again, by the back button: it is not redeemed, and leads where it led
	r, _ = w.comeBack(&back, session)
	expectRedirect(t, r, "/inbox/"+id)
	if p.mu.Lock(); len(p.asked) != codes {
		t.Error("a code was redeemed twice")
	}
	p.mu.Unlock()
	if r, _ := w.comeBack(&back, ""); r.status != http.StatusForbidden { // in another browser
		t.Errorf("replayed: %d", r.status)
	}

	// What the provider says today counts, also of somebody who is known.
	p.claims["roles"] = "drift"
	r, session = w.browse("/monitor", nil)
	expectRedirect(t, r, "/monitor")
	if r := w.getWith("/inbox/"+id, session); r.status != http.StatusNotFound {
		t.Errorf("the old role still counts: %d", r.status)
	}

	req := w.request(http.MethodPost, "/signout", nil)
	req.Header.Set("Cookie", session)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	out := w.do(req)
	to, err := url.Parse(strings.TrimPrefix(out.header.Get("Refresh"), "0; url="))
	if err != nil || to.Host != strings.TrimPrefix(p.URL, "http://") || to.Path != "/end" ||
		to.Query().Has("id_token_hint") || to.Query().Get("client_id") != "rivgate" ||
		to.Query().Get("post_logout_redirect_uri") != w.server.URL+"/signin?out" {
		t.Errorf("signing out leads to %q, %v", out.header.Get("Refresh"), err)
	}
	expectRedirect(t, w.getWith("/monitor", session), "/signin?next=%2Fmonitor")
}

// TestSigningInFromManyTabs: each tab comes to where it was going, in whatever order they come back, and those too that
// were at the provider when another was let in.
func TestSigningInFromManyTabs(t *testing.T) {
	t.Parallel()
	w, _ := withProvider(t)
	session := ""
	pages := []string{"/inbox", "/account", "/inbox?queue=finished"}
	var back []*url.URL
	for _, next := range pages {
		req := w.request(http.MethodGet, "/signin/oidc?next="+url.QueryEscape(next), nil)
		req.Header.Set("Cookie", session)
		r := w.do(req)
		if fresh, _, _ := strings.Cut(sessionCookie(r), ";"); fresh != "" {
			session = fresh
		}
		there, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.header.Get("Location"), nil)
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(w.do(there).header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		back = append(back, to)
	}
	var r reply
	for _, i := range []int{1, 2, 0, 1} { // the last is the back button
		r, session = w.comeBack(back[i], session)
		expectRedirect(t, r, pages[i])
	}
	if r := w.getWith("/inbox", session); r.status != http.StatusOK {
		t.Errorf("after it all: %d", r.status)
	}
}

// TestAProviderInABrowser: the way there and back is not stopped by the pages' own policy.
func TestAProviderInABrowser(t *testing.T) {
	t.Parallel()
	w, _ := withProvider(t)
	id := w.submit(clinic, "Tolvan Test", "Text")
	ctx := browser(t)
	at := func(want string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href`))
		if err != nil || got != want {
			t.Errorf("at %q, want %q, %v", got, want, err)
		}
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(w.server.URL+"/inbox/"+id)); err != nil {
		t.Fatal(err)
	}
	at(w.server.URL + "/signin?next=%2Finbox%2F" + id)
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("a.button"))); err != nil {
		t.Fatal(err)
	}
	at(w.server.URL + "/inbox/" + id)
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".me button"))); err != nil {
		t.Fatal(err)
	}
	for range 200 { // the page in between leads on by itself: to look at it while it goes is an error
		if got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href`)); err == nil &&
			got == w.server.URL+"/signin?out" {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	at(w.server.URL + "/signin?out")
}

// Two people whom the provider tells apart by the case of a letter are two people here.
func TestASubjectIsKeptExactly(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	p.claims["sub"], p.claims["roles"] = "Abc", "drift"
	_, operator := w.browse("/monitor", nil)
	p.claims["sub"], p.claims["roles"] = "aBC", "regionens-handlaggare"
	_, handler := w.browse("/inbox", nil)
	for _, c := range []struct {
		session, path string
		status        int
	}{{operator, "/monitor", 200}, {operator, "/inbox", 404}, {handler, "/inbox", 200}, {handler, "/monitor", 404}} {
		if r := w.getWith(c.path, c.session); r.status != c.status {
			t.Errorf("%s: %d, want %d", c.path, r.status, c.status)
		}
	}
}

// What the provider no longer gives, a session that is still open no longer has.
func TestRunningSessionsFollowTheProvider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		roles any
		path  string // what the session shows then: "" nothing, it has ended
	}{
		"fewer roles":                     {"drift", "/monitor"},
		"no role":                         {nil, ""},
		"roles on both sides of the wall": {[]string{"regionens-handlaggare", "namndens-handlaggare"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			w, p := withProvider(t)
			p.claims["roles"] = []string{"drift", "regionens-handlaggare"}
			_, running := w.browse("/inbox", nil)
			if r := w.getWith("/inbox", running); r.status != http.StatusOK {
				t.Fatalf("the inbox: %d", r.status)
			}
			p.claims["roles"] = c.roles
			w.browse("/", nil)
			if c.path == "" {
				expectRedirect(t, w.getWith("/inbox", running), "/signin?next=%2Finbox")
				return
			}
			if r := w.getWith("/inbox", running); r.status != http.StatusNotFound {
				t.Errorf("the inbox: %d", r.status)
			}
			if r := w.getWith(c.path, running); r.status != http.StatusOK {
				t.Errorf("%s: %d", c.path, r.status)
			}
		})
	}
}

// What is kept of a session holds no token of the provider.
func TestNoTokenRestsInASession(t *testing.T) {
	t.Parallel()
	w, _ := withProvider(t)
	_, session := w.browse("/", nil)
	if r := w.getWith("/account", session); r.status != http.StatusOK {
		t.Fatalf("the session: %d", r.status)
	}
	var data []byte
	if err := w.database().QueryRowContext(t.Context(), `SELECT data FROM web_session WHERE account <> ''`).Scan(
		&data,
	); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), "eyJ") || !strings.Contains(string(data), "SE2010123456-P1") { // a token begins so
		t.Errorf("the session holds %q", data)
	}
}

func TestUnitsComeFromAClaim(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	id := w.submit(other, "Tolvan Test", "Text")
	p.claims["roles"], p.claims["units"] = []string{"enhetens-handlaggare"}, []string{other}
	r, session := w.browse("/inbox/"+id, nil)
	expectRedirect(t, r, "/inbox/"+id)
	if r := w.getWith("/inbox/"+id, session); r.status != http.StatusOK {
		t.Errorf("its unit's case: %d", r.status)
	}
	p.claims["units"] = []string{shell.AllUnits, "region:01"} // a token names units, it does not widen
	_, session = w.browse("/inbox/"+id, nil)
	if r := w.getWith("/inbox/"+id, session); r.status != http.StatusNotFound {
		t.Errorf("a claim of all units: %d", r.status)
	}
}

func TestAProvidersAnswerIsChecked(t *testing.T) {
	t.Parallel()
	forger, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		lie    func(w *world, p *provider)
		change func(*url.URL)
		status int
	}{
		{"a wrong nonce", func(_ *world, p *provider) { p.claims["nonce"] = "another" }, nil, 403},
		{"no nonce", func(_ *world, p *provider) { p.claims["nonce"] = nil }, nil, 403},
		{"a wrong audience", func(_ *world, p *provider) { p.claims["aud"] = "another" }, nil, 403},
		{"a wrong issuer", func(_ *world, p *provider) { p.claims["iss"] = "https://elsewhere.example" }, nil, 403},
		{
			"a token that has expired", func(w *world, p *provider) { p.claims["exp"] = w.clock().Add(-time.Second).Unix() },
			nil, 403,
		},
		{"a token that somebody else signed", func(_ *world, p *provider) { p.sign = forger }, nil, 403},
		{"a wrong state", nil, func(u *url.URL) { u.RawQuery = strings.Replace(u.RawQuery, "state=", "state=x", 1) }, 403},
		{"no state", nil, func(u *url.URL) { u.RawQuery = "code=" + u.Query().Get("code") }, 403},
		{"a wrong code", nil, func(u *url.URL) { u.RawQuery = "code=x&state=" + u.Query().Get("state") }, 403},
		{"no code", nil, func(u *url.URL) { u.RawQuery = "error=access_denied&state=" + u.Query().Get("state") }, 403},
		{"no role that is known", func(_ *world, p *provider) { p.claims["roles"] = []string{"root"} }, nil, 403},
		{"no roles at all", func(_ *world, p *provider) { p.claims["roles"] = nil }, nil, 403},
		{"roles of an odd form", func(_ *world, p *provider) { p.claims["roles"] = map[string]any{"drift": true} }, nil, 403},
		{"roles on both sides of the wall", func(_ *world, p *provider) {
			p.claims["roles"] = []string{"regionens-handlaggare", "namndens-handlaggare"}
		}, nil, 403},
		{"a token issued to another party", func(_ *world, p *provider) { p.claims["azp"] = "another" }, nil, 403},
		{"a token for several parties that does not say for which", func(_ *world, p *provider) {
			p.claims["aud"] = []string{"rivgate", "another"}
		}, nil, 403},
		{
			"a token from the future", func(w *world, p *provider) { p.claims["iat"] = w.clock().Add(2 * time.Minute).Unix() },
			nil, 403,
		},
		{"a token of no time", func(_ *world, p *provider) { p.claims["iat"] = nil }, nil, 403},
		{
			"an answer of another provider", nil, func(u *url.URL) { u.RawQuery += "&iss=https%3A%2F%2Felsewhere.example" }, 403,
		},
		{
			"an answer of two providers", func(_ *world, p *provider) {}, func(u *url.URL) { u.RawQuery += "&iss=a&iss=b" }, 403,
		},
		{
			"an answer that does not say whose it is, of a provider that always does",
			func(_ *world, p *provider) { p.says = true }, nil, 403,
		},
		{"a subject with a line end", func(_ *world, p *provider) { p.claims["sub"] = "a\nb" }, nil, 403},
		{"a subject that is too long", func(_ *world, p *provider) { p.claims["sub"] = strings.Repeat("a", 256) }, nil, 403},
		{"no subject", func(_ *world, p *provider) { p.claims["sub"] = " " }, nil, 403},
		{"somebody whom this gateway has shut out", func(w *world, p *provider) {
			a := accounts.Account{ID: "oidc:SE2010123456-P1", Source: p.URL, Disabled: true}
			if err := w.Relay.Store.AddAccount(t.Context(), a, accesslog.Row{Who: "test"}); err != nil {
				t.Fatal(err)
			}
		}, nil, 403},
		{"somebody whose account is another provider's", func(w *world, _ *provider) {
			a := accounts.Account{ID: "oidc:SE2010123456-P1", Source: "https://elsewhere.example"}
			if err := w.Relay.Store.AddAccount(t.Context(), a, accesslog.Row{Who: "test"}); err != nil {
				t.Fatal(err)
			}
		}, nil, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, p := withProvider(t)
			if c.lie != nil {
				c.lie(w, p)
			}
			r, session := w.browse("/", c.change)
			if r.status != c.status {
				t.Errorf("status %d, want %d\n%s", r.status, c.status, main(r.body))
			}
			expectRedirect(t, w.getWith("/account", session), "/signin?next=%2Faccount")
			if n := len(w.accesses(accesslog.Filter{What: accesslog.Refused})); n != 1 {
				t.Errorf("%d refusals in the access log, want 1", n)
			}
			hasNot(t, r.body, "189001019802")
			for _, entry := range w.logs.All() {
				for _, f := range entry.Context {
					if strings.Contains(f.String, "189001019802") {
						t.Error("the provider's answer is in the log")
					}
				}
			}
		})
	}
}

func TestAProviderThatIsNotThere(t *testing.T) {
	t.Parallel()
	w, p := withProvider(t)
	p.Close()
	if r := w.do(w.request(http.MethodGet, "/signin/oidc", nil)); r.status != http.StatusBadGateway ||
		!strings.Contains(r.body, "Inloggningstjänsten svarar inte") {
		t.Errorf("%d\n%s", r.status, main(r.body))
	}
	w.Signin.Provider = nil
	w.serve()
	if r := w.do(w.request(http.MethodGet, "/signin/oidc/back?code=x&state=", nil)); r.status != http.StatusNotFound {
		t.Errorf("without a provider: %d", r.status)
	}
}
