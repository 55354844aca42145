package web

import (
	"net/http"

	"rivgate/store/accesslog"
	"rivgate/web/shell"
)

// endpoint is one line of the table of everything that this listener answers.
type endpoint shell.Endpoint

// endpoints is the whole listener.
//
// A new page is one line here: method, path, kind, handler, and the action that it is for. Whoever may not do that with
// anything at all does not reach the handler, and finds no entry in the menu (shell/render.go). The handler asks
// s.Theirs(ctx, who, action, c) for each case it touches and returns its error; s.Narrow keeps a list to what may be
// seen. A case is shown or changed after s.OpenCase, a list after s.ListCases, which write the access log (s.Looked for
// what is no case): without the row the store gives nothing out, and the error ends the request. The page begins with
// s.Page(who, title, nav), is an HTML file of the room's folder, and is written by html.Render. who.Kept
// is what was typed on it before a session ran out.
func (s *Site) endpoints() []endpoint {
	const get, post, put, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete
	return []endpoint{
		{get, "/signin", shell.Door, s.Signin.SignInPage, 0},
		{post, "/signin", shell.Door, s.Signin.SignIn, 0},
		{get, "/signin/oidc", shell.Door, s.Signin.OIDCGo, 0},
		{get, "/signin/oidc/back", shell.Door, s.Signin.OIDCBack, 0},
		{get, "/signin/code", shell.Door, s.Signin.CodePage, 0},
		{post, "/signin/code", shell.Door, s.Signin.UseCode, 0},
		{post, "/signout", shell.Door, s.Signin.SignOut, 0},
		{get, "/account", shell.Pages, s.Signin.AccountPage, shell.SignedIn},
		{get, "/help", shell.Pages, s.people.HelpPage, shell.SignedIn},
		{get, shell.AgainPath, shell.Pages, s.Signin.AgainPage, shell.SignedIn},
		{post, shell.AgainPath, shell.Pages, s.Signin.Again, shell.SignedIn},
		{post, "/account/sessions", shell.Pages, s.Signin.EndSessions, shell.SignedIn},
		{post, "/account/password", shell.Pages, s.Signin.ChangePassword, shell.SignedIn},
		{get, "/review", shell.Pages, s.people.ReviewPage, shell.ReviewLog},
		{post, "/review", shell.Pages, s.people.ReviewSearch, shell.ReviewLog},
		{post, "/review/check", shell.Pages, s.people.ReviewCheck, shell.ReviewLog},
		{post, "/review/export", shell.Pages, s.fresh(s.people.ReviewExport), shell.ReviewLog},
		{get, "/review/samples/{number}", shell.Pages, s.people.SamplePage, shell.ReviewLog},
		{post, "/review/samples/{number}/{verb}", shell.Pages, s.people.SampleVerb, shell.ReviewLog},

		{get, "/{$}", shell.Pages, s.lists.StartPage, shell.SignedIn},
		{get, "/inbox", shell.Pages, s.lists.InboxPage, shell.SeeCase},
		{post, "/inbox", shell.Pages, s.lists.InboxSearch, shell.ReadCase},
		{get, "/inbox/{id}", shell.Pages, s.desk.CasePage, shell.ReadCase},
		{post, "/inbox/{id}/{verb}", shell.Pages, s.desk.CaseVerb, shell.WriteCase},
		{get, "/phrases", shell.Pages, s.people.PhrasesPage, shell.Administer | shell.WriteCase},
		{post, "/phrases", shell.Pages, s.people.PhraseChange, shell.Administer | shell.WriteCase},
		{get, "/registration", shell.Pages, s.register.Page, shell.Administer | shell.WriteCase},
		{post, "/registration/series", shell.Pages, s.register.SaveSeries, shell.Administer},
		{get, "/registration/file", shell.Pages, s.register.Export, shell.WriteCase},
		{post, "/registration", shell.Pages, s.register.Import, shell.WriteCase},
		{get, "/users", shell.Pages, s.people.UsersPage, shell.Administer},
		{post, "/users", shell.Pages, s.people.UserChange, shell.Administer},
		{get, "/duties", shell.Pages, s.people.DutiesPage, shell.MoveDeliveries | shell.KeepCatalogue},
		{post, "/duties/{id}/{verb}", shell.Pages, s.people.DutyVerb, shell.MoveDeliveries | shell.KeepCatalogue},
		{get, "/inbox/{id}/live", shell.Live, s.desk.CaseLive, shell.WriteCase},
		{get, "/inbox/{id}/preview/{form}", shell.Pages, s.desk.PreviewPage, shell.WriteCase},
		{post, "/inbox/{id}/draft/{form}", shell.Pages, s.desk.DraftSave, shell.WriteCase},
		{post, "/inbox/{id}/outgoing/{out}/{verb}", shell.Pages, s.desk.OutgoingVerb, shell.WriteCase},
		{get, "/inbox/{id}/desk", shell.Pages, s.desk.AssignmentPage, shell.AssignCase},
		{
			post, "/inbox/{id}/desk/{verb}", shell.Pages, s.desk.DeskChange, shell.AssignCase | shell.ReadCase | shell.WriteCase,
		},
		{get, "/inbox/{id}/export", shell.Pages, s.fresh(s.export.ExportPackage), shell.ExportCase},
		{get, "/inbox/{id}/pdf", shell.Pages, s.fresh(s.export.ExportPDF), shell.ExportCase},
		{get, "/inbox/{id}/files/{message}/{n}", shell.Pages, s.desk.CaseFile, shell.ReadCase},
		{get, "/inbox/{id}/notes/{note}/{n}", shell.Pages, s.desk.NoteFile, shell.ReadCase},
		{post, "/inbox/{id}/forward", shell.Pages, s.desk.BoardForward, shell.WriteCase},
		{get, "/inbox/{id}/mailbox", shell.Pages, s.mailbox.StaffPage, shell.ReadCase},
		{get, "/inbox/{id}/board", shell.Pages, s.board.CasePage, shell.ReadCase},
		{post, "/inbox/{id}/board/{verb}", shell.Pages, s.board.Verb, shell.WriteCase},
		{get, "/inbox/{id}/board/request/{n}", shell.Pages, s.board.RequestPage, shell.ExportCase},
		{get, "/board", shell.Pages, s.board.ListPage, shell.ReadCase},
		{get, "/board/export", shell.Pages, s.fresh(s.board.Export), shell.ExportCase},
		{get, "/opinions", shell.Pages, s.opinion.List, shell.SeeCase},
		{get, "/opinions/{id}", shell.Pages, s.opinion.Request, shell.ReadCase},
		{post, "/opinions/{id}/{verb}", shell.Pages, s.opinion.Verb, shell.WriteCase},
		{get, "/begin", shell.Pages, s.lists.BeginPage, shell.WriteCase},
		{post, "/begin", shell.Pages, s.lists.BeginCase, shell.WriteCase},
		{get, "/mailbox", shell.Citizen, s.mailbox.ListPage, shell.BeCitizen},
		{post, "/mailbox", shell.Citizen, s.mailbox.List, shell.BeCitizen},
		{get, "/mailbox/{id}", shell.Citizen, s.mailbox.LettersPage, shell.BeCitizen},
		{post, "/mailbox/{id}/answer", shell.Citizen, s.mailbox.Answer, shell.BeCitizen},
		{post, "/mailbox/{id}/supplement", shell.Citizen, s.mailbox.Supplement, shell.BeCitizen},
		{get, "/mailbox/{id}/withdraw", shell.Citizen, s.mailbox.WithdrawPage, shell.BeCitizen},
		{post, "/mailbox/{id}/withdraw", shell.Citizen, s.mailbox.Withdraw, shell.BeCitizen},
		{get, "/mailbox/{id}/files/{message}/{n}", shell.Citizen, s.mailbox.File, shell.BeCitizen},
		{get, "/submit", shell.Citizen, s.mailbox.SubmitPage, shell.BeCitizen},
		{post, "/submit", shell.Citizen, s.mailbox.SubmitCase, shell.BeCitizen},
		{get, "/open", shell.Public, s.open.SendPage, 0},
		{post, "/open", shell.Public, s.open.Send, 0},
		{get, "/open/case", shell.Public, s.open.CodePage, 0},
		{post, "/open/case", shell.Public, s.open.CasePage, 0},
		{post, "/open/case/files/{message}/{n}", shell.Public, s.open.File, 0},
		{get, "/monitor", shell.Pages, s.Operate.MonitorPage, shell.SeeDeliveries},
		{get, "/monitor/now", shell.Live, s.Operate.MonitorNow, shell.SeeDeliveries},
		{get, "/monitor/deliveries", shell.Pages, s.Operate.DeliveriesPage, shell.SeeDeliveries},
		{get, "/monitor/deliveries/{id}", shell.Pages, s.Operate.DeliveryPage, shell.SeeDeliveries},
		{get, "/monitor/bulk", shell.Pages, s.Operate.BulkPage, shell.MoveDeliveries | shell.Resend},
		{get, "/monitor/order", shell.Pages, s.Operate.OrderPage, shell.MoveDeliveries | shell.Resend},
		{post, "/monitor/order", shell.Pages, s.Operate.OrderVerb, shell.MoveDeliveries | shell.Resend},
		{get, "/statistics", shell.Pages, s.Statistics.TablePage, shell.SeeStatistics},
		{get, "/statistics/file", shell.Pages, s.Statistics.TableFile, shell.SeeStatistics},
		{get, "/catalogue", shell.Pages, s.Catalogue.UnitsPage, shell.SeeCatalogue},
		{get, "/catalogue/rows", shell.Pages, s.Catalogue.RowsPage, shell.SeeCatalogue},
		{post, "/catalogue/rows", shell.Pages, s.Catalogue.AddRow, shell.KeepCatalogue},
		{get, "/catalogue/rows/new", shell.Pages, s.Catalogue.NewRow, shell.KeepCatalogue},
		{get, "/catalogue/rows/{id}", shell.Pages, s.Catalogue.RowPage, shell.SeeCatalogue},
		{post, "/catalogue/rows/{id}/{verb}", shell.Pages, s.Catalogue.RowVerb, shell.KeepCatalogue},
		{get, "/catalogue/draft", shell.Pages, s.Catalogue.DraftPage, shell.SeeCatalogue},
		{post, "/catalogue/draft/{verb}", shell.Pages, s.Catalogue.DraftVerb, shell.KeepCatalogue},
		{get, "/catalogue/versions", shell.Pages, s.Catalogue.VersionsPage, shell.SeeCatalogue},
		{get, "/catalogue/versions/{number}", shell.Pages, s.Catalogue.VersionPage, shell.SeeCatalogue},
		{post, "/catalogue/versions/{number}/{verb}", shell.Pages, s.Catalogue.VersionVerb, shell.KeepCatalogue},
		{get, "/catalogue/history", shell.Pages, s.Catalogue.HistoryPage, shell.SeeCatalogue},
		{get, "/catalogue/move", shell.Pages, s.Catalogue.MovePage, shell.KeepCatalogue},
		{post, "/catalogue/move", shell.Pages, s.Catalogue.Move, shell.KeepCatalogue},
		{get, "/catalogue/import", shell.Pages, s.Catalogue.ImportPage, shell.KeepCatalogue},
		{post, "/catalogue/import", shell.Pages, s.Catalogue.CatalogueImport, shell.KeepCatalogue},
		{get, "/resolve", shell.Pages, s.Catalogue.ResolvePage, shell.Explain},
		{post, "/resolve", shell.Pages, s.Catalogue.ResolveTest, shell.SeeCatalogue},
		{get, "/catalogue/held", shell.Pages, s.Catalogue.HeldPage, shell.SeeCatalogue},
		{post, "/catalogue/held", shell.Pages, s.Catalogue.AcceptHeld, shell.KeepCatalogue},
		{get, "/faults", shell.Pages, s.Operate.FaultsPage, shell.SeeDeliveries},
		{get, "/faults/{id}", shell.Pages, s.Operate.FaultPage, shell.SeeDeliveries},
		{post, "/faults/{id}/resend", shell.Pages, s.Operate.Resend, shell.Resend},
		{get, "/exchange/{id}", shell.Pages, s.Operate.Exchange, shell.SeeExchange},

		{get, "/api/openapi.json", shell.API, s.apiCases.Description, shell.SignedIn},
		{get, "/api/receivers", shell.API, s.apiCases.Receivers, shell.SignedIn},
		{get, "/api/cases", shell.API, s.apiCases.Cases, shell.ReadCase},
		{post, "/api/cases", shell.API, s.apiCases.NewCase, shell.WriteCase | shell.BeCitizen},
		{post, "/api/cases/search", shell.API, s.apiCases.Search, shell.ReadCase},
		{get, "/api/cases/{id}", shell.API, s.apiCases.APICase, shell.ReadCase | shell.BeCitizen},
		{get, "/api/cases/{id}/messages", shell.API, s.apiCases.Messages, shell.ReadCase},
		{post, "/api/cases/{id}/messages", shell.API, s.apiCases.NewMessage, shell.WriteCase | shell.BeCitizen},
		{get, "/api/cases/{id}/messages/{message}/files/{n}", shell.API, s.apiCases.File, shell.ReadCase},
		{get, "/api/cases/{id}/mailbox", shell.API, s.apiCases.Mailbox, shell.ReadCase | shell.BeCitizen},
		{post, "/api/cases/{id}/authority", shell.API, s.apiCases.ChangeAuthority, shell.WriteCase},
		{get, "/api/cases/{id}/opinions", shell.API, s.apiCases.CaseOpinions, shell.ReadCase},
		{post, "/api/cases/{id}/opinions", shell.API, s.apiCases.AskOpinion, shell.WriteCase},
		{get, "/api/cases/{id}/opinions/{note}/files/{n}", shell.API, s.apiCases.NoteFile, shell.ReadCase},
		{get, "/api/opinions", shell.API, s.apiCases.Opinions, shell.SeeCase},
		{get, "/api/opinions/{id}", shell.API, s.apiCases.Opinion, shell.ReadCase},
		{post, "/api/opinions/{id}/{verb}", shell.API, s.apiCases.AnswerOpinion, shell.WriteCase},
		{get, "/api/registrations", shell.API, s.apiRegister.Waiting, shell.WriteCase},
		{post, "/api/registrations", shell.API, s.apiRegister.Register, shell.WriteCase},
		{get, "/api/deliveries", shell.API, s.apiDeliveries.Deliveries, shell.SeeDeliveries},
		{get, "/api/deliveries/{id}", shell.API, s.apiDeliveries.Delivery, shell.SeeDeliveries},
		{post, "/api/deliveries/{verb}", shell.API, s.apiDeliveries.DeliveryVerb, shell.MoveDeliveries | shell.Resend},
		{get, "/api/duties", shell.API, s.people.APIDuties, shell.MoveDeliveries | shell.KeepCatalogue},
		{post, "/api/duties/{id}/{verb}", shell.API, s.people.APIDutyVerb, shell.MoveDeliveries | shell.KeepCatalogue},
		{get, "/api/waiting", shell.API, s.apiDeliveries.Waiting, shell.SeeDeliveries},
		{get, "/api/audit", shell.API, s.apiDeliveries.Audit, shell.SeeOrders},
		{get, "/api/statistics", shell.API, s.Statistics.CountsAsJSON, shell.SeeStatistics},
		{get, "/api/resolve", shell.API, s.apiCatalogue.Resolve, shell.Explain},
		{get, "/api/catalogue/draft", shell.API, s.apiCatalogue.Draft, shell.SeeCatalogue},
		{put, "/api/catalogue/draft", shell.API, s.apiCatalogue.APICatalogueImport, shell.KeepCatalogue},
		{del, "/api/catalogue/draft", shell.API, s.apiCatalogue.Discard, shell.KeepCatalogue},
		{post, "/api/catalogue/rebase", shell.API, s.apiCatalogue.Rebase, shell.KeepCatalogue},
		{get, "/api/catalogue/rows", shell.API, s.apiCatalogue.ListRows, shell.SeeCatalogue},
		{post, "/api/catalogue/rows", shell.API, s.apiCatalogue.Edit, shell.KeepCatalogue},
		{get, "/api/catalogue/diff", shell.API, s.apiCatalogue.Diff, shell.SeeCatalogue},
		{post, "/api/catalogue/publish", shell.API, s.apiCatalogue.Publish, shell.KeepCatalogue},
		{get, "/api/catalogue/versions", shell.API, s.apiCatalogue.Versions, shell.SeeCatalogue},
		{post, "/api/catalogue/rollback", shell.API, s.apiCatalogue.Rollback, shell.KeepCatalogue},
		{post, "/api/catalogue/cancel", shell.API, s.apiCatalogue.Cancel, shell.KeepCatalogue},
		{get, "/api/catalogue/history", shell.API, s.apiCatalogue.History, shell.SeeCatalogue},
		{get, "/api/catalogue/held", shell.API, s.apiCatalogue.Held, shell.SeeCatalogue},
		{post, "/api/catalogue/accept", shell.API, s.apiCatalogue.AcceptHeld, shell.KeepCatalogue},
		{post, "/api/catalogue/test", shell.API, s.apiCatalogue.RouteTest, shell.SeeCatalogue},
		{get, "/api/codes", shell.API, s.apiCases.ListCodes, shell.WriteCase},

		{get, "/healthz", shell.Plain, s.Operate.Healthz, 0},
		{get, "/readyz", shell.Plain, s.Operate.Readyz, 0},
		{get, "/static/{name}", shell.Plain, s.Static, 0},
	}
}

// Handler is the listener's handler.
func (s *Site) Handler() http.Handler {
	s.wire()
	if s.SignedInBy = ""; s.Signin.Provider != nil {
		s.SignedInBy = s.Signin.Provider.Name
	}
	s.Sessions = s.NewSessions()
	mux := http.NewServeMux()
	s.Mux = mux
	endpoints := s.endpoints()
	if !s.AdminApart {
		endpoints = append(endpoints, s.adminEndpoints()...)
	}
	for _, e := range endpoints {
		mux.Handle(e.Method+" "+e.Path, s.Guarded(shell.Endpoint(e)))
	}
	own := http.NewCrossOriginProtection()
	own.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Stranger(r, shell.Access{}, accesslog.Row{What: accesslog.CrossSite, Detail: knownMethod(r.Method)})
		s.Fail(w, r, shell.Access{}, !shell.IsAPI(r), shell.ErrCrossSite)
	}))
	return shell.AnswerBeforeEnd(s.Headers(own.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := shell.Sound(r); err != nil {
			s.Fail(w, r, shell.Access{}, !shell.IsAPI(r), err)
			return
		}
		h, pattern := mux.Handler(r)
		if pattern == "" {
			s.Unknown(w, r, h)
			return
		}
		mux.ServeHTTP(w, r)
	}))))
}

// served is an endpoint that another package's handler answers, errors included.
func served(h http.Handler) func(http.ResponseWriter, *http.Request, shell.Access) error {
	return func(w http.ResponseWriter, r *http.Request, _ shell.Access) error {
		h.ServeHTTP(w, r)
		return nil
	}
}

// fresh is an endpoint for whoever signed in within the last minutes; others sign in again first.
func (s *Site) fresh(
	serve func(http.ResponseWriter, *http.Request, shell.Access) error,
) func(http.ResponseWriter, *http.Request, shell.Access) error {
	return func(w http.ResponseWriter, r *http.Request, who shell.Access) error {
		if err := s.Fresh(r, who); err != nil {
			return err
		}
		return serve(w, r, who)
	}
}

// knownMethod is a method of HTTP as the access log has it: strangers may call theirs what they like.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
		http.MethodOptions:
		return method
	}
	return "method" // another one
}
