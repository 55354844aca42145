package web

import (
	"errors"
	"net/http"
	"net/url"
	pathpkg "path"
	"strings"

	"rivgate/store"
)

// kind of an endpoint: who gets in, and how errors look.
type kind int

const (
	pages   kind = iota // for people who are signed in
	door                // for people whoever they are: signing in and out
	citizen             // the citizen's stand-in, for trying the whole way: in demo and test, from this machine
	api                 // JSON, with roles
	plain               // monitors and files without content: nobody is asked who they are
	admin               // for monitors on the inside
	reset               // the like, which reads again what is in use
)

// endpoint is one line of the table of everything that this listener answers.
type endpoint struct {
	method, path string
	kind         kind
	serve        func(http.ResponseWriter, *http.Request, access) error
	needs        Action // any of them, with somebody's things at least; the handler asks may for the thing itself. Nothing for plain
}

// endpoints is the whole listener.
//
// A new page is one line here: its method and path, pages, the handler, and the action that it is for. Whoever may not do that with anything at all does not
// reach the handler, and finds no entry in the menu (menu.go). The handler asks s.theirs(ctx, who, action, c) for each case it touches and returns its error;
// lists are kept to what may be seen by s.narrow. Before anything of a case is shown or changed, s.lookedAt writes the access log (s.looked for what is no
// case), and its error ends the request. The page begins with s.page(who, title, nav); who.kept is what was typed on it before a session ran out.
func (s *Site) endpoints() []endpoint {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []endpoint{
		{get, "/signin", door, s.signInPage, 0},
		{post, "/signin", door, s.signIn, 0},
		{get, "/signin/oidc", door, s.oidcGo, 0},
		{get, "/signin/oidc/back", door, s.oidcBack, 0},
		{post, "/signout", door, s.signOut, 0},
		{get, "/account", pages, s.accountPage, SignedIn},
		{get, "/help", pages, s.helpPage, SignedIn},
		{post, "/account/password", pages, s.changePassword, SignedIn},
		{get, "/review", pages, s.reviewPage, ReviewLog},
		{post, "/review", pages, s.reviewSearch, ReviewLog},
		{post, "/review/check", pages, s.reviewCheck, ReviewLog},
		{post, "/review/export", pages, s.reviewExport, ReviewLog},
		{get, "/review/samples/{number}", pages, s.samplePage, ReviewLog},
		{post, "/review/samples/{number}/{verb}", pages, s.sampleVerb, ReviewLog},

		{get, "/{$}", pages, s.startPage, SignedIn},
		{get, "/inbox", pages, s.inboxPage, SeeCase},
		{post, "/inbox", pages, s.inboxSearch, ReadCase},
		{get, "/inbox/{id}", pages, s.casePage, ReadCase},
		{post, "/inbox/{id}/{verb}", pages, s.caseVerb, WriteCase},
		{get, "/phrases", pages, s.phrasesPage, Administer | WriteCase},
		{post, "/phrases", pages, s.phraseChange, Administer | WriteCase},
		{get, "/users", pages, s.usersPage, Administer},
		{post, "/users", pages, s.userChange, Administer},
		{get, "/inbox/{id}/live", pages, s.caseLive, WriteCase},
		{get, "/inbox/{id}/preview/{form}", pages, s.previewPage, WriteCase},
		{post, "/inbox/{id}/draft/{form}", pages, s.draftSave, WriteCase},
		{post, "/inbox/{id}/outgoing/{out}/{verb}", pages, s.outgoingVerb, WriteCase},
		{get, "/inbox/{id}/desk", pages, s.deskPage, AssignCase},
		{post, "/inbox/{id}/desk/{verb}", pages, s.deskChange, AssignCase | ReadCase | WriteCase},
		{get, "/inbox/{id}/export", pages, s.exportCase, ExportCase},
		{get, "/inbox/{id}/pdf", pages, s.exportPDF, ExportCase},
		{get, "/inbox/{id}/files/{message}/{n}", pages, s.caseFile, ReadCase},
		{get, "/inbox/{id}/notes/{note}/{n}", pages, s.noteFile, ReadCase},
		{post, "/inbox/{id}/forward", pages, s.boardForward, WriteCase},
		{get, "/inbox/{id}/board", pages, s.boardCasePage, ReadCase},
		{post, "/inbox/{id}/board/{verb}", pages, s.boardVerb, WriteCase},
		{get, "/inbox/{id}/board/request/{n}", pages, s.requestPage, ExportCase},
		{get, "/board", pages, s.boardListPage, ReadCase},
		{get, "/board/export", pages, s.boardExport, ExportCase},
		{get, "/begin", pages, s.beginPage, WriteCase},
		{post, "/begin", pages, s.beginCase, WriteCase},
		{get, "/mailbox", citizen, s.mailboxListPage, BeCitizen},
		{post, "/mailbox", citizen, s.mailboxList, BeCitizen},
		{get, "/mailbox/{id}", citizen, s.mailboxPage, BeCitizen},
		{post, "/mailbox/{id}/answer", citizen, s.mailboxAnswer, BeCitizen},
		{get, "/mailbox/{id}/files/{message}/{n}", citizen, s.mailboxFile, BeCitizen},
		{get, "/submit", citizen, s.submitPage, BeCitizen},
		{post, "/submit", citizen, s.submitCase, BeCitizen},
		{get, "/monitor", pages, s.monitorPage, SeeDeliveries},
		{get, "/monitor/now", pages, s.monitorNow, SeeDeliveries},
		{get, "/monitor/deliveries", pages, s.deliveriesPage, SeeDeliveries},
		{get, "/monitor/deliveries/{id}", pages, s.deliveryPage, SeeDeliveries},
		{get, "/monitor/bulk", pages, s.bulkPage, MoveDeliveries | Resend},
		{get, "/monitor/order", pages, s.orderPage, MoveDeliveries | Resend},
		{post, "/monitor/order", pages, s.orderVerb, MoveDeliveries | Resend},
		{get, "/statistics", pages, s.statisticsPage, SeeStatistics},
		{get, "/statistics/file", pages, s.statisticsFile, SeeStatistics},
		{get, "/catalogue", pages, s.cataloguePage, SeeCatalogue},
		{get, "/catalogue/rows", pages, s.catalogueRowsPage, SeeCatalogue},
		{post, "/catalogue/rows", pages, s.catalogueAddRow, KeepCatalogue},
		{get, "/catalogue/rows/new", pages, s.catalogueNewRow, KeepCatalogue},
		{get, "/catalogue/rows/{id}", pages, s.catalogueRowPage, SeeCatalogue},
		{post, "/catalogue/rows/{id}/{verb}", pages, s.catalogueRowVerb, KeepCatalogue},
		{get, "/catalogue/draft", pages, s.catalogueDraftPage, SeeCatalogue},
		{post, "/catalogue/draft/{verb}", pages, s.catalogueDraftVerb, KeepCatalogue},
		{get, "/catalogue/versions", pages, s.catalogueVersionsPage, SeeCatalogue},
		{get, "/catalogue/versions/{number}", pages, s.catalogueVersionPage, SeeCatalogue},
		{post, "/catalogue/versions/{number}/{verb}", pages, s.catalogueVersionVerb, KeepCatalogue},
		{get, "/catalogue/history", pages, s.catalogueHistoryPage, SeeCatalogue},
		{get, "/catalogue/move", pages, s.catalogueMovePage, KeepCatalogue},
		{post, "/catalogue/move", pages, s.catalogueMove, KeepCatalogue},
		{get, "/catalogue/import", pages, s.catalogueImportPage, KeepCatalogue},
		{post, "/catalogue/import", pages, s.catalogueImport, KeepCatalogue},
		{get, "/resolve", pages, s.resolvePage, Explain},
		{post, "/resolve", pages, s.resolveTest, SeeCatalogue},
		{get, "/catalogue/held", pages, s.catalogueHeldPage, SeeCatalogue},
		{post, "/catalogue/held", pages, s.catalogueAccept, KeepCatalogue},
		{get, "/faults", pages, s.faultsPage, SeeDeliveries},
		{get, "/faults/{id}", pages, s.faultPage, SeeDeliveries},
		{post, "/faults/{id}/resend", pages, s.resend, Resend},
		{get, "/exchange/{id}", pages, s.exchange, SeeExchange},

		{get, "/api/openapi.json", api, s.apiDescription, SignedIn},
		{get, "/api/receivers", api, s.apiReceivers, SignedIn},
		{get, "/api/cases", api, s.apiCases, ReadCase},
		{post, "/api/cases", api, s.apiNewCase, WriteCase | BeCitizen},
		{post, "/api/cases/search", api, s.apiSearch, ReadCase},
		{get, "/api/cases/{id}", api, s.apiCase, ReadCase | BeCitizen},
		{get, "/api/cases/{id}/messages", api, s.apiMessages, ReadCase},
		{post, "/api/cases/{id}/messages", api, s.apiNewMessage, WriteCase | BeCitizen},
		{get, "/api/cases/{id}/messages/{message}/files/{n}", api, s.apiFile, ReadCase},
		{get, "/api/cases/{id}/mailbox", api, s.apiMailbox, ReadCase | BeCitizen},
		{get, "/api/deliveries", api, s.apiDeliveries, SeeDeliveries},
		{get, "/api/deliveries/{id}", api, s.apiDelivery, SeeDeliveries},
		{post, "/api/deliveries/{verb}", api, s.apiDeliveryVerb, MoveDeliveries | Resend},
		{get, "/api/waiting", api, s.apiWaiting, SeeDeliveries},
		{get, "/api/audit", api, s.apiAudit, SeeOrders},
		{get, "/api/statistics", api, s.apiStatistics, SeeStatistics},
		{get, "/api/resolve", api, s.apiResolve, Explain},
		{get, "/api/catalogue/draft", api, s.apiCatalogueDraft, SeeCatalogue},
		{put, "/api/catalogue/draft", api, s.apiCatalogueImport, KeepCatalogue},
		{del, "/api/catalogue/draft", api, s.apiCatalogueDiscard, KeepCatalogue},
		{post, "/api/catalogue/rebase", api, s.apiCatalogueRebase, KeepCatalogue},
		{get, "/api/catalogue/rows", api, s.apiCatalogueRows, SeeCatalogue},
		{post, "/api/catalogue/rows", api, s.apiCatalogueEdit, KeepCatalogue},
		{get, "/api/catalogue/diff", api, s.apiCatalogueDiff, SeeCatalogue},
		{post, "/api/catalogue/publish", api, s.apiCataloguePublish, KeepCatalogue},
		{get, "/api/catalogue/versions", api, s.apiCatalogueVersions, SeeCatalogue},
		{post, "/api/catalogue/rollback", api, s.apiCatalogueRollback, KeepCatalogue},
		{post, "/api/catalogue/cancel", api, s.apiCatalogueCancel, KeepCatalogue},
		{get, "/api/catalogue/history", api, s.apiCatalogueHistory, SeeCatalogue},
		{get, "/api/catalogue/held", api, s.apiCatalogueHeld, SeeCatalogue},
		{post, "/api/catalogue/accept", api, s.apiCatalogueAccept, KeepCatalogue},
		{post, "/api/catalogue/test", api, s.apiRouteTest, SeeCatalogue},
		{get, "/api/codes", api, s.apiCodes, WriteCase},

		{get, "/healthz", plain, s.healthz, 0},
		{get, "/readyz", plain, s.readyz, 0},
		{get, "/static/{name}", plain, s.static, 0},
	}
}

// Handler is the listener's handler.
func (s *Site) Handler() http.Handler {
	s.visits = s.newVisits()
	mux := http.NewServeMux()
	s.mux = mux
	endpoints := s.endpoints()
	if !s.AdminApart {
		endpoints = append(endpoints, s.adminEndpoints()...)
	}
	for _, e := range endpoints {
		mux.Handle(e.method+" "+e.path, s.guarded(e))
	}
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.stranger(r, access{}, store.Access{What: store.AccessCrossSite, Detail: r.Method})
		s.fail(w, r, access{}, !isAPI(r), errCrossSite)
	}))
	return answerBeforeEnd(s.headers(own.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := sound(r); err != nil {
			s.fail(w, r, access{}, !isAPI(r), err)
			return
		}
		h, pattern := mux.Handler(r)
		if pattern == "" {
			s.unknown(w, r, h)
			return
		}
		mux.ServeHTTP(w, r)
	}))))
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
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.identify(r, e)
		if err == nil {
			if err = s.ordered(r, who, e); err == nil {
				err = e.serve(w, r, who)
			}
		} else if errors.Is(err, errSignIn) {
			err = s.turnedAway(w, r)
		}
		var other *elsewhere
		switch {
		case errors.As(err, &other):
			http.Redirect(w, r, other.address, http.StatusSeeOther)
		case err != nil:
			s.fail(w, r, who, e.kind < api, err)
		}
	})
	if e.kind >= plain {
		return h
	}
	return s.visits.LoadAndSave(h)
}

// headers are on every answer. Scripts are our own files, and there is no other on any page; nothing comes from elsewhere.
func (s *Site) headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if s.stopping() {
			h.Set("Connection", "close")
		}
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
		s.wrongMethod(w, r, access{})
	case probe.status >= 300 && probe.status < 400: // a path that is written untidily
		http.Redirect(w, r, probe.header.Get("Location"), probe.status)
	default:
		s.fail(w, r, access{}, !isAPI(r), errNotFound)
	}
}

// wrongMethod answers a call of an address that does not take its method. Who opens the address of a form is led to the page that the form stands on.
func (s *Site) wrongMethod(w http.ResponseWriter, r *http.Request, who access) {
	if isAPI(r) || s.Environment == Demo && !fromHere(r) {
		s.fail(w, r, access{}, !isAPI(r), errMethod)
		return
	}
	p := *errMethod
	p.Title, p.Detail = "Här finns ingen sida", "Adressen tar emot ett formulär. Gå till sidan som formuläret står på."
	above := r.URL.Path
	if r.Pattern != "" { // this is the page, and lacks what it is about
		above = pathpkg.Dir(above)
	}
	shown := errorPage{page: s.page(who, p.Title, ""), Problem: &p, Back: s.pageAbove(above)}
	if err := html.render(w, p.Status, "error", shown); err != nil {
		s.fail(w, r, access{}, false, err)
	}
}

// pageAbove is the nearest address at or above a path that can be opened: the page that the form of an address stands on.
func (s *Site) pageAbove(path string) string {
	for ; path != "/" && path != "."; path = pathpkg.Dir(path) {
		probe := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: path}}
		if _, pattern := s.mux.Handler(probe); pattern != "" {
			return probe.URL.EscapedPath()
		}
	}
	return "/"
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
