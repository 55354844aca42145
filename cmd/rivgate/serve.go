package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/demo"
	"rivgate/cmd/rivgate/logs"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/relay/duties"
	"rivgate/relay/upkeep"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/web"
	"rivgate/web/operate"
	"rivgate/web/shell"
)

// ServeCommand runs the gateway.
type ServeCommand struct{}

// Run serves until SIGINT or SIGTERM, lets what is under way finish, and returns.
func (*ServeCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	collectLess()
	lines := &logs.Writer{To: s.Err}
	log := logs.New(l.Config.Log, lines)
	defer func() { _ = log.Sync() }()
	limitMemory(log)
	g, err := openGateway(s.Context, l.Config, log)
	if s.Context.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // told to stop while it waited for its database
	}
	if err != nil {
		return err
	}
	defer g.close()
	g.lines = lines
	g.ready = func() error { return g.announce(s.Out) }
	return g.run(s.Context)
}

// gateway is everything that serve runs, wired and ready; its listeners are open.
type gateway struct {
	config   config.Config // with the addresses as they became
	unclean  bool          // the process before ended in the middle of deliveries
	log      *zap.Logger
	registry *contracts.Registry
	db       *store.Store
	keeper   *tak.Keeper
	relay    *relay.Relay
	worker   *relay.Worker
	watch    *upkeep.Watch
	later    *relay.ReplyOutbox
	soap     *soap.Server
	site     *web.Site
	world    *demo.World  // simulators; nil outside environment demo
	ready    func() error // called once, when everything is up and the log is quiet; nil for nothing

	certificates *parts.Certificates

	plain, secure, pages, admin net.Listener // nil where there is none
	underTLS                    net.Listener // what secure stands on
	tls                         *tls.Config  // of secure
	pagesTLS                    *tls.Config  // of pages; nil: plain HTTP

	lines    *logs.Writer // nil where the log is written directly
	stopping atomic.Bool  // SIGTERM has come
}

// openGateway wires the gateway. What it opened is closed again when a later step fails.
func openGateway(ctx context.Context, c config.Config, log *zap.Logger) (_ *gateway, err error) {
	g := &gateway{log: log}
	defer func() {
		if err != nil {
			g.close()
		}
	}()
	if g.registry, err = parts.NewRegistry(c); err != nil {
		return nil, err
	}
	for _, problem := range g.registry.Problems() {
		log.Warn("contract", zap.Error(problem))
	}
	var away error
	if g.db, away = g.openDatabase(ctx, c); away != nil && !isAway(away) {
		return nil, away
	}
	if err = g.listen(&c); err != nil {
		return nil, err
	}
	if away != nil {
		if g.db, err = g.awaitDatabase(ctx, c, away); err != nil {
			return nil, err
		}
	}
	if c.Environment == config.EnvironmentDemo {
		if g.world, err = demo.OpenWorld(&c); err != nil {
			return nil, err
		}
	}
	g.config = c
	g.certificates = parts.NewCertificates(c)
	if c.TAK.Source == config.SourceDemo {
		if err = demo.PublishCatalogue(ctx, c, g.registry, g.db, log); err != nil {
			return nil, err
		}
	}
	if g.keeper, err = parts.NewKeeper(c, g.registry, g.db, time.Now, log); err != nil {
		return nil, err
	}
	if g.relay, err = parts.NewRelay(c, g.registry, g.db, g.keeper.Table, clock(), log); err != nil {
		return nil, err
	}
	g.relay.Version = versionText()
	if g.world != nil {
		g.world.TrustIn(&g.relay.Trust)
	}
	g.worker = &relay.Worker{
		Relay: g.relay, Name: workerName(), Random: rand.Float64, Schedule: c.Delivery.Schedule,
		GiveUp:     c.Delivery.GiveUpAfter,
		GapTimeout: c.Delivery.GapTimeout, Lease: c.Delivery.Lease, Workers: c.Delivery.Workers,
		SlowStart: g.unclean,
	}
	g.later = relay.NewReplyOutbox(g.relay, c.Desk.Undo)
	g.soap = &soap.Server{
		Handler: g.relay, Path: c.SOAP.Path, MaxMessage: int64(c.SOAP.MaxMessage), NewID: parts.NewID,
		Describe: http.HandlerFunc(g.describe),
		Faulter:  g.relay.Fault, Log: log, Stopping: g.stopping.Load, Shutdown: c.Shutdown.Finish,
	}
	if g.site, err = g.newSite(c); err != nil {
		return nil, err
	}
	if c.Environment == config.EnvironmentDemo {
		err = demo.AddAccounts(ctx, g.db)
	}
	return g, err
}

// openDatabase opens the store for this process. With SQLite it is the only one that serves, so the leases of its
// predecessor mean nothing.
func (g *gateway) openDatabase(ctx context.Context, c config.Config) (*store.Store, error) {
	db, err := cli.OpenStore(ctx, c, store.Options{Log: g.log, Existing: !c.Store.Migrate, Own: true})
	if err != nil {
		return nil, err
	}
	if err := g.takeOver(ctx, c, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (g *gateway) takeOver(ctx context.Context, c config.Config, db *store.Store) error {
	if copied := db.CopiedTo(); copied != "" {
		g.log.Info("the schema was changed; the file as it was is kept", zap.String("copy", copied))
	}
	forgets, err := db.Durability(ctx)
	if err != nil {
		return cli.Unreachable("%w", err)
	}
	for _, problem := range forgets {
		if c.Environment == config.EnvironmentProduction {
			return cli.Refused("the database must not forget what was accepted: %s", problem)
		}
		g.log.Error("the database may forget what was accepted", zap.String("setting", problem))
	}
	host, _, _ := strings.Cut(workerName(), "/")
	left, err := db.LeftBehind(ctx, host+"/")
	if err != nil {
		return cli.Unreachable("looking for deliveries that nobody ended: %w", err)
	}
	if g.unclean = left > 0; g.unclean {
		g.log.Warn("a process ended in the middle of deliveries: this one begins with few", zap.Int("deliveries", left))
	}
	if !strings.HasPrefix(c.Store.URL, "sqlite:") {
		return nil
	}
	n, err := db.VoidLeases(ctx)
	if err != nil {
		return cli.Unreachable("voiding old leases: %w", err)
	}
	if n > 0 {
		g.log.Info("leases of the process before are void", zap.Int("deliveries", n))
	}
	return nil
}

// listen opens the listeners and writes back the addresses that they got.
func (g *gateway) listen(c *config.Config) error {
	for _, l := range []struct {
		address  *string
		listener *net.Listener
		key      string
	}{
		{&c.SOAP.Listen, &g.plain, "soap.listen"},
		{&c.SOAP.TLS.Listen, &g.secure, "soap.tls.listen"},
		{&c.Web.Listen, &g.pages, "web.listen"},
		{&c.Admin.Listen, &g.admin, "admin.listen"},
	} {
		if *l.address == "" {
			continue
		}
		opened, err := net.Listen("tcp", *l.address)
		if err != nil {
			return cli.Usage("%s: %w", l.key, err)
		}
		*l.listener, *l.address = opened, opened.Addr().String()
	}
	var err error
	if g.pagesTLS, err = parts.PagesTLS(c.Web.TLS); err != nil {
		return err
	}
	if g.secure == nil {
		return nil
	}
	if g.tls, err = parts.ListenTLS(c.SOAP.TLS); err != nil {
		return err
	}
	g.underTLS, g.secure = g.secure, tls.NewListener(g.secure, g.tls)
	return nil
}

// overPages is what speaks TLS over the pages' listener, where it is configured; else the listener itself.
func (g *gateway) overPages(l net.Listener) net.Listener {
	if g.pagesTLS == nil {
		return l
	}
	return tls.NewListener(l, g.pagesTLS)
}

// pagesURL is where the pages are.
func (g *gateway) pagesURL() string {
	if g.pagesTLS == nil {
		return "http://" + g.config.Web.Listen
	}
	return "https://" + g.config.Web.Listen
}

func (g *gateway) newSite(c config.Config) (*web.Site, error) {
	site := &web.Site{}
	site.Relay, site.Later, site.Environment, site.AdminApart, site.Log = g.relay, g.later, c.Environment, g.admin != nil,
		g.log
	site.CatalogueInUse = g.catalogueStatus
	site.Duties = &duties.Desk{
		Store: g.db, Second: c.Duties.SecondPerson, Rules: g.keeper.Rules,
		Known: func(address string) bool { t := g.keeper.Table(); return t != nil && t.CallsAddress(address) },
	}
	site.Catalogue.Rules, site.Catalogue.PlanCatalogue = g.keeper.Rules, g.planCatalogue
	site.Operate.Version, site.Operate.Started, site.Operate.Endpoints = versionText(), time.Now(), g.endpoints()
	site.Operate.ResetCatalogue, site.Operate.ResetTree = g.resetCatalogue,
		g.keeper.RefreshTree
	site.Operate.Registry, site.Operate.Certificates = g.measure(), g.certificates.Status
	site.SessionLife, site.SessionIdle = time.Duration(c.Web.SessionHours)*time.Hour, c.Web.SessionIdle
	site.SignInAgain = c.Web.SignInAgain
	site.NoLocalAccounts = !c.Web.LocalAccounts
	site.OpenForm = c.Citizen.OpenForm
	site.Statistics.SmallCounts = c.Web.SmallCounts
	site.Stopping, site.Shutdown = g.stopping.Load, c.Shutdown.Finish
	site.Scanner = c.Files.Clamd()
	var err error
	if site.Signin.Provider, err = parts.NewProvider(c.Web); err != nil {
		return nil, err
	}
	if c.Web.APITokensFile == "" {
		return site, nil
	}
	f, err := os.Open(c.Web.APITokensFile)
	if err != nil {
		return nil, cli.Usage("web.api_tokens_file: %w", err)
	}
	defer f.Close()
	if site.Tokens, err = shell.ReadTokens(f); err != nil {
		return nil, cli.Usage("web.api_tokens_file: %w", err)
	}
	return site, nil
}

func (g *gateway) catalogueStatus() shell.CatalogueStatus {
	s := g.keeper.Status()
	status := shell.CatalogueStatus{
		Loaded: s.Loaded, Source: s.Source, FromCache: s.FromCache, Routes: s.Routes, Permissions: s.Permissions,
		LastError: s.LastError, LastErrorAt: s.LastErrorAt, Tree: shell.TreeStatus(s.Tree), Inactive: s.Inactive,
	}
	if s.Held != nil {
		status.Held = s.Held.Digest
	}
	return status
}

// planCatalogue reads a file that came over the API.
func (g *gateway) planCatalogue(file io.Reader, rows []catalogue.Row) ([]catalogue.Edit, []catalogue.Note, error) {
	plan, err := tak.ReadPlan(file, g.registry.Names(), rows)
	return plan.Edits, plan.Report, err
}

func (g *gateway) resetCatalogue(ctx context.Context) error {
	_, err := g.keeper.Refresh(ctx)
	if err != nil && g.config.TAK.ResetAlways200 {
		err = &operate.QuietReset{Cause: err}
	}
	return err
}

// fromProxy tells whether a request's peer is a trusted proxy.
func (g *gateway) fromProxy(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	return g.relay.Trust.Trusts(peer.Addr().Unmap())
}

// endpoints are the addresses of the SOAP listeners.
func (g *gateway) endpoints() []string {
	var urls []string
	if g.plain != nil {
		urls = append(urls, "http://"+g.config.SOAP.Listen+g.config.SOAP.Path)
	}
	if g.secure != nil {
		urls = append(urls, "https://"+g.config.SOAP.TLS.Listen+g.config.SOAP.Path)
	}
	return urls
}

// announce tells where everything is.
func (g *gateway) announce(w io.Writer) error {
	t := &cli.Table{Head: []string{"Rivgate", versionText() + ", environment " + g.config.Environment}}
	for _, url := range g.endpoints() {
		t.Add("SOAP", url)
	}
	open := ""
	if g.config.Environment != config.EnvironmentProduction {
		open = " (the API is open to this machine)"
	}
	t.Add("Pages and API", g.pagesURL()+"/"+open)
	if g.admin != nil {
		t.Add("Monitors", "http://"+g.config.Admin.Listen+"/status")
	}
	if g.config.Environment == config.EnvironmentDemo {
		demo.AnnounceAccounts(t)
	}
	if g.world != nil {
		g.world.Announce(t)
	}
	return t.Print(w)
}

// run runs every part until ctx ends or one of them fails, and waits for all. How it ends stands in shutdown.go.
func (g *gateway) run(ctx context.Context) error {
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	all, serving := errgroup.WithContext(serving)
	all.Go(func() error { return g.drain(ctx, serving, stop) })
	all.Go(func() error { return g.keeper.Run(serving) })
	all.Go(func() error { return g.worker.Run(serving) })
	all.Go(func() error { return g.watch.Run(serving) })
	all.Go(func() error { return g.later.Run(serving) })
	all.Go(func() error { return (&upkeep.Indexer{Relay: g.relay}).Run(serving) })
	all.Go(func() error { return (&upkeep.Registrar{Relay: g.relay}).Run(serving) })
	all.Go(func() error { return g.relay.Refusals.Run(serving, g.db) })
	for _, l := range []net.Listener{g.plain, g.secure} {
		if l != nil {
			all.Go(func() error { return g.soap.Run(serving, l) })
		}
	}
	all.Go(func() error { return g.site.Run(serving, g.overPages(g.pages)) })
	if g.admin != nil {
		all.Go(func() error { return g.site.RunAdmin(serving, g.admin) })
	}
	if g.world != nil {
		all.Go(func() error { return g.world.Run(serving) })
	}
	g.log.Info("serving", zap.String("version", versionText()), zap.String("environment", g.config.Environment),
		zap.Strings("soap", g.endpoints()))
	all.Go(func() error { return g.settle(serving) })
	err := g.await(serving, all)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	g.log.Info("stopped", zap.Error(err))
	return err
}

// advise puts into the log what a person should look at in the first catalogue.
func (g *gateway) advise() {
	c := g.keeper.Catalogue()
	if len(c.Units) == 0 {
		g.log.Warn("the catalogue knows no units: whether a region is active is not checked")
	}
	parts.AdviseSignatures(c, g.config.Signature, g.log)
	notes := catalogue.Lint(c, g.keeper.Rules, g.config.Instance.HSAID, time.Now())
	for _, note := range notes[:min(len(notes), 20)] {
		g.log.Warn("catalogue: "+note.String(), zap.String("code", note.Code))
	}
}

// close closes what openGateway opened. Listeners that ran are closed already.
func (g *gateway) close() {
	for _, l := range []net.Listener{g.plain, g.secure, g.pages, g.admin} {
		if l != nil {
			_ = l.Close()
		}
	}
	if g.world != nil {
		g.world.Close()
	}
	if g.db != nil {
		if err := g.db.Close(); err != nil {
			g.log.Error("closing the store", zap.Error(err))
		}
	}
}

// workerName tells this process from others in the record of attempts.
func workerName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}
