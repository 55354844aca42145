// Package web shows: the pages in which people handle cases and follow deliveries, the JSON API with the same verbs,
// and what monitors ask for.
//
// It calls the verbs of relay and store and shows what comes back. It does not know SOAP, SQL, configuration files or
// where the catalogue comes from, and it judges no message: that is the line's.
package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"go.uber.org/zap"

	"rivgate/web/api"
	"rivgate/web/board"
	"rivgate/web/catalogue"
	"rivgate/web/desk"
	"rivgate/web/mailbox"
	"rivgate/web/open"
	"rivgate/web/operate"
	"rivgate/web/opinion"
	"rivgate/web/people"
	"rivgate/web/register"
	"rivgate/web/shell"
	"rivgate/web/signin"
	"rivgate/web/statistics"
)

// Site is the web listener: the gate that asks who calls, and the rooms. All exported fields are set before the first
// call and never changed.
type Site struct {
	shell.Gate
	Signin     signin.Pages
	Catalogue  catalogue.Pages
	Operate    operate.Pages
	Statistics statistics.Pages
	// Shutdown is how long requests may go on after Run's context has ended; default 10 s.
	Shutdown time.Duration

	lists         desk.Lists
	desk          desk.Work
	export        desk.Export
	board         board.Pages
	mailbox       mailbox.Pages
	open          open.Pages
	people        people.Pages
	opinion       opinion.Pages
	register      register.Pages
	apiRegister   api.Registrations
	apiCases      api.Cases
	apiDeliveries api.Deliveries
	apiCatalogue  api.Catalogue

	wired sync.Once
}

// wire tells each room what it stands on.
func (s *Site) wire() {
	s.wired.Do(func() {
		site := &s.Gate.Site
		s.Signin.Gate = &s.Gate
		s.Catalogue.Site, s.Operate.Site, s.Statistics.Site, s.people.Site = site, site, site, site
		s.lists.Site, s.desk.Site, s.export.Site, s.board.Site, s.mailbox.Site = site, site, site, site, site
		s.opinion.Site, s.register.Site, s.apiRegister.Site = site, site, site
		s.open.Site = site
		s.apiCases.Site, s.apiDeliveries.Site = site, site
		s.apiDeliveries.Operate, s.apiCatalogue.Rows = &s.Operate, &s.Catalogue.Rows
	})
}

// Run serves on l until ctx ends, lets the requests under way finish for at most s.Shutdown, and returns. The listener
// is closed then. It returns nil when ctx ended it.
func (s *Site) Run(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: shell.HeaderTimeout, ReadTimeout: shell.ReadTimeout,
		WriteTimeout: shell.WriteTimeout,
		IdleTimeout:  shell.IdleTimeout, MaxHeaderBytes: shell.HeaderLimit, ErrorLog: zap.NewStdLog(s.Logger()),
	}
	keeping, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { s.Operate.FollowStore(keeping) })
	defer keeper.Wait()
	defer stop()
	return s.serveUntil(ctx, server, l, "web pages")
}

// serveUntil serves until ctx ends, and lets the requests under way finish for at most s.Shutdown.
func (s *Site) serveUntil(ctx context.Context, server *http.Server, l net.Listener, what string) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serving %s: %w", what, err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(s.Shutdown, 10*time.Second))
	defer cancel()
	err := server.Shutdown(limit)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	<-ended
	if err != nil {
		return fmt.Errorf("stopping %s: %w", what, err)
	}
	return nil
}
