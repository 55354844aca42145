package web

import (
	"net/http"
	"strings"
)

// kind of an endpoint: who gets in, and how errors look.
type kind int

const (
	pages kind = iota // people's
	api               // JSON, with roles
	plain             // monitors and files without content: nobody is asked who they are
)

// endpoint is one line of the table of everything that this listener answers.
type endpoint struct {
	method, path string
	kind         kind
	serve        func(http.ResponseWriter, *http.Request, access) error
	roles        []string // api: any of them; none: any token
}

// endpoints is the whole listener.
func (s *Site) endpoints() []endpoint {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	read, handle := []string{RoleRead, RoleHandle}, []string{RoleHandle}
	anyCase, operate := []string{RoleRead, RoleHandle, RolePortal}, []string{RoleOperate}
	keep, look := []string{RoleCatalogue}, []string{RoleCatalogue, RoleOperate}
	return []endpoint{
		{get, "/{$}", pages, s.startPage, nil},
		{get, "/inbox", pages, s.inboxPage, nil},
		{get, "/inbox/{id}", pages, s.casePage, nil},
		{post, "/inbox/{id}/{verb}", pages, s.caseVerb, nil},
		{get, "/inbox/{id}/files/{message}/{n}", pages, s.caseFile, nil},
		{get, "/mailbox/{id}", pages, s.mailboxPage, nil},
		{post, "/mailbox/{id}/answer", pages, s.mailboxAnswer, nil},
		{get, "/mailbox/{id}/files/{message}/{n}", pages, s.mailboxFile, nil},
		{get, "/submit", pages, s.submitPage, nil},
		{post, "/submit", pages, s.submitCase, nil},
		{get, "/monitor", pages, s.monitorPage, nil},
		{get, "/monitor/deliveries/{id}", pages, s.deliveryPage, nil},

		{get, "/api/openapi.json", api, s.apiDescription, nil},
		{get, "/api/receivers", api, s.apiReceivers, nil},
		{get, "/api/cases", api, s.apiCases, read},
		{post, "/api/cases", api, s.apiNewCase, []string{RoleHandle, RolePortal}},
		{get, "/api/cases/{id}", api, s.apiCase, anyCase},
		{get, "/api/cases/{id}/messages", api, s.apiMessages, read},
		{post, "/api/cases/{id}/messages", api, s.apiNewMessage, []string{RoleHandle, RolePortal}},
		{get, "/api/cases/{id}/messages/{message}/files/{n}", api, s.apiFile, read},
		{get, "/api/cases/{id}/mailbox", api, s.apiMailbox, anyCase},
		{get, "/api/deliveries", api, s.apiDeliveries, operate},
		{get, "/api/deliveries/{id}", api, s.apiDelivery, operate},
		{post, "/api/deliveries/{verb}", api, s.apiDeliveryVerb, operate},
		{get, "/api/waiting", api, s.apiWaiting, operate},
		{get, "/api/audit", api, s.apiAudit, operate},
		{get, "/api/statistics", api, s.apiStatistics, read},
		{get, "/api/resolve", api, s.apiResolve, []string{RoleRead, RoleHandle, RoleOperate, RoleCatalogue}},
		{get, "/api/catalogue/draft", api, s.apiCatalogueDraft, look},
		{put, "/api/catalogue/draft", api, s.apiCatalogueImport, keep},
		{del, "/api/catalogue/draft", api, s.apiCatalogueDiscard, keep},
		{post, "/api/catalogue/rebase", api, s.apiCatalogueRebase, keep},
		{get, "/api/catalogue/rows", api, s.apiCatalogueRows, look},
		{post, "/api/catalogue/rows", api, s.apiCatalogueEdit, keep},
		{get, "/api/catalogue/diff", api, s.apiCatalogueDiff, look},
		{post, "/api/catalogue/publish", api, s.apiCataloguePublish, keep},
		{get, "/api/catalogue/versions", api, s.apiCatalogueVersions, look},
		{post, "/api/catalogue/rollback", api, s.apiCatalogueRollback, keep},
		{post, "/api/catalogue/cancel", api, s.apiCatalogueCancel, keep},
		{get, "/api/catalogue/history", api, s.apiCatalogueHistory, look},
		{get, "/api/catalogue/held", api, s.apiCatalogueHeld, look},
		{post, "/api/catalogue/accept", api, s.apiCatalogueAccept, keep},
		{post, "/api/catalogue/test", api, s.apiRouteTest, look},
		{get, "/api/codes", api, s.apiCodes, handle},

		{get, "/healthz", plain, s.healthz, nil},
		{get, "/readyz", plain, s.readyz, nil},
		{get, "/metrics", plain, served(s.metricsHandler()), nil},
		{get, "/status", plain, s.status, nil},
		{get, "/resetcache", plain, s.resetCache, nil},
		{get, "/static/{name}", plain, s.static, nil},
	}
}

// Handler is the listener's handler.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, e := range s.endpoints() {
		mux.Handle(e.method+" "+e.path, s.guarded(e))
	}
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, !isAPI(r), errCrossSite)
	}))
	return headers(own.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := sound(r); err != nil {
			s.fail(w, r, !isAPI(r), err)
			return
		}
		h, pattern := mux.Handler(r)
		if pattern == "" {
			s.unknown(w, r, h)
			return
		}
		mux.ServeHTTP(w, r)
	})))
}

// served is an endpoint that another package's handler answers, errors included.
func served(h http.Handler) func(http.ResponseWriter, *http.Request, access) error {
	return func(w http.ResponseWriter, r *http.Request, _ access) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// guarded asks who calls before an endpoint is served, and writes its error.
func (s *Site) guarded(e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.identify(r, e)
		if err == nil {
			err = e.serve(w, r, who)
		}
		if err != nil {
			s.fail(w, r, e.kind == pages, err)
		}
	})
}

// headers are on every answer. No page has a script, or anything from elsewhere.
func headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// unknown answers what no endpoint takes. The mux knows which: its own answer, which is not sent, says 404 or 405.
func (s *Site) unknown(w http.ResponseWriter, r *http.Request, h http.Handler) {
	probe := &discard{header: http.Header{}}
	h.ServeHTTP(probe, r)
	switch {
	case probe.status == http.StatusMethodNotAllowed:
		w.Header().Set("Allow", probe.header.Get("Allow"))
		s.fail(w, r, !isAPI(r), errMethod)
	case probe.status >= 300 && probe.status < 400: // a path that is written untidily
		http.Redirect(w, r, probe.header.Get("Location"), probe.status)
	default:
		s.fail(w, r, !isAPI(r), errNotFound)
	}
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// discard keeps status and headers of an answer and drops the rest.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
