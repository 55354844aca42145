package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/relay"
	"rivgate/relay/outgoing"
	"rivgate/soap"
	"rivgate/store"
	"rivgate/web"
)

// What serve does while its database does not answer: the listeners are open, /healthz says alive, /readyz says not
// ready, calls get VP012.

const (
	databaseRetry  = 2 * time.Second  // between tries to open the database
	databaseRemind = 30 * time.Second // between lines that say that it is still away
)

// isAway tells whether opening the store failed for a reason that may pass.
func isAway(err error) bool {
	var f *cli.Failure
	return errors.As(err, &f) && f.Code == cli.ExitUnreachable
}

// awaitDatabase serves the listeners as one who waits, until the database can be opened or ctx ends. cause is why it
// could not be until now.
func (g *gateway) awaitDatabase(ctx context.Context, c config.Config, cause error) (db *store.Store, err error) {
	rooms, serving := errgroup.WithContext(ctx)
	serving, leave := context.WithCancel(serving)
	defer leave()
	g.waitingRoom(serving, rooms, c)
	for said := (time.Time{}); ; {
		if time.Since(said) > databaseRemind {
			said = time.Now()
			g.log.Error("the database cannot be opened: waiting for it, live and not ready", zap.Error(cause),
				zap.String("soap", c.SOAP.Listen), zap.String("web", c.Web.Listen))
		}
		select {
		case <-serving.Done(): // told to stop, or a listener is broken
			return nil, errors.Join(rooms.Wait(), ctx.Err())
		case <-time.After(databaseRetry):
		}
		if db, cause = g.openDatabase(ctx, c); cause == nil {
			break
		}
		if !isAway(cause) {
			return nil, cause
		}
	}
	g.log.Info("the database is open")
	leave()
	if err := rooms.Wait(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, g.nextTurn()
}

// waitingRoom serves each listener for a turn.
func (g *gateway) waitingRoom(ctx context.Context, rooms *errgroup.Group, c config.Config) {
	counted := prometheus.NewRegistry()
	counted.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	calls := &soap.Server{
		Handler: awayHandler{}, Path: c.SOAP.Path, MaxMessage: int64(c.SOAP.MaxMessage), NewID: parts.NewID, Log: g.log,
		Shutdown: time.Second,
		Faulter: (&relay.Relay{
			Instance: outgoing.Instance{ID: c.Instance.ID, Name: c.Instance.Name, HSAID: c.Instance.HSAID}, Log: g.log,
		}).Fault,
	}
	if g.plain != nil {
		rooms.Go(func() error { return calls.Run(ctx, turnOf(g.plain)) })
	}
	if g.secure != nil {
		rooms.Go(func() error { return calls.Run(ctx, tls.NewListener(turnOf(g.underTLS), g.tls)) })
	}
	for _, l := range []net.Listener{g.pages, g.admin} {
		if l != nil {
			server := &http.Server{
				Handler: web.Waiting(counted, l == g.admin), ReadHeaderTimeout: 10 * time.Second, ErrorLog: zap.NewStdLog(g.log),
			}
			over := net.Listener(turnOf(l))
			if l == g.pages {
				over = g.overPages(over)
			}
			rooms.Go(func() error { return serveFor(ctx, server, over) })
		}
	}
}

// serveFor serves until ctx ends.
func serveFor(ctx context.Context, server *http.Server, l net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		_ = server.Close()
	}
	<-ended
	return nil
}

// awayHandler refuses every call: the line has no store to accept it into.
type awayHandler struct{}

var _ soap.Handler = awayHandler{}

func (awayHandler) ServeSOAP(context.Context, *soap.Call) (*soap.Answer, error) {
	return nil, errors.New("the database is not open yet")
}

// turn is a listener for one of the servers that use it one after the other: Close ends the turn and leaves the
// listener open.
type turn struct {
	*net.TCPListener
	over atomic.Bool
}

func turnOf(l net.Listener) *turn { return &turn{TCPListener: l.(*net.TCPListener)} }

// Accept gives net.ErrClosed when the turn is over.
func (t *turn) Accept() (net.Conn, error) {
	c, err := t.TCPListener.Accept()
	if err != nil && t.over.Load() {
		return nil, net.ErrClosed
	}
	return c, err
}

// Close wakes who waits in Accept.
func (t *turn) Close() error {
	t.over.Store(true)
	return t.SetDeadline(time.Now())
}

// nextTurn lets the listeners accept again.
func (g *gateway) nextTurn() error {
	for _, l := range []net.Listener{g.plain, g.underTLS, g.pages, g.admin} {
		if l, ok := l.(*net.TCPListener); ok {
			if err := l.SetDeadline(time.Time{}); err != nil {
				return err
			}
		}
	}
	return nil
}
