package recordings

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/contracts/redact"
	"rivgate/recording"
)

// RecordCommand is a recording proxy.
type RecordCommand struct {
	Listen    string    `required:"" help:"Where callers reach it." placeholder:"HOST:PORT"`
	Upstream  string    `required:"" help:"Where calls are passed on to; the path of a call is appended." placeholder:"URL"`
	To        string    `required:"" help:"Folder for the recordings; it is made where it is not there." type:"path" placeholder:"DIR"`
	HSAIDs    string    `name:"hsa-ids" help:"${enum}: HSA-ids stay, or become test ids." enum:"keep,replace" default:"keep"`
	Listening listening `embed:""`
	Peer      peer      `embed:""`

	Version string               `kong:"-"` // of this program, for exchange.yaml
	ready   func(address string) // told when it listens; for tests
}

// Help is the long form of the command's help.
func (c *RecordCommand) Help() string {
	return `Each POST is passed on as it came, and its answer passed back as it came. Then persons are taken out, as rivgate redact does,
and the exchange is written to a file of its own: beside its place first, with its name when it is whole and on disk. Nothing
with a person in it is ever written. A person is one and the same in all that one run records; a number that stands in the
folder already is given to nobody else. Messages that are no XML are left out, with a tag. Requests and answers above
--largest are refused, 32 calls pass at once, and callers wait when 64 exchanges are waiting for the disk.

--cert, --key and --ca are for the upstream, --listen-cert, --listen-key and --client-ca for callers. Ctrl-C ends it when the
calls under way are done and all is written. Exit code 1 where an exchange could not be recorded.`
}

// drain is how long calls under way have when it is told to stop.
const drain = 30 * time.Second

// Run records until it is told to stop.
func (c *RecordCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	registry, err := parts.NewRegistry(l.Config)
	if err != nil {
		return err
	}
	client, header, err := c.Peer.client(s, c.Upstream)
	if err != nil {
		return err
	}
	defer client.CloseIdle()
	upstream, err := url.Parse(c.Upstream)
	if err != nil {
		return cli.Usage("--upstream: %w", err)
	}
	secure, err := c.Listening.tls()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return cli.Usage("--listen: %w", err)
	}
	defer listener.Close()
	out := &lines{to: s.Err}
	recorder := &recording.Recorder{
		Client: &client.Client, Upstream: upstream, Folder: c.To, Tool: strings.TrimSpace("rivgate " + c.Version),
		Redactor:  &recording.Redactor{Masker: redact.New(s.Now()), Now: s.Now(), LeaveOut: true},
		Direction: directionIn(registry), Largest: c.Peer.Largest, Now: s.Now,
		Failed: func(err error) { fmt.Fprintln(out, "rivgate:", cli.Cell(err)) },
	}
	recorder.Redactor.Masker.HSAIDs = c.HSAIDs == "replace"
	if err := recorder.Start(strings.ToLower(rand.Text()[:6]), header); err != nil {
		return cli.Refused("opening --to: %w", err)
	}
	return c.serve(s, out, listener, secure, recorder)
}

func (c *RecordCommand) serve(
	s *cli.Session, out io.Writer, listener net.Listener, secure *tls.Config, recorder *recording.Recorder,
) error {
	server := &http.Server{
		Handler: recorder, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: c.Peer.Timeout,
		IdleTimeout: 2 * time.Minute, ErrorLog: log.New(out, "rivgate: ", 0),
	}
	if secure != nil {
		listener = tls.NewListener(listener, secure)
	}
	fmt.Fprintf(out, "recording what passes %s to %s into %s; Ctrl-C ends it\n", listener.Addr(), c.Upstream, c.To)
	if c.ready != nil {
		c.ready(listener.Addr().String())
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	var failed error
	select {
	case failed = <-ended:
	case <-s.Context.Done():
		ctx, stop := context.WithTimeout(context.WithoutCancel(s.Context), drain)
		defer stop()
		if err := server.Shutdown(ctx); err != nil {
			_ = server.Close()
			return cli.Refused("calls under way did not end within %s; they are not recorded", drain)
		}
	}
	recorded, missed := recorder.Stop()
	if failed != nil {
		return cli.Refused("listening: %w", failed)
	}
	done := map[string]int64{"recorded": recorded, "missed": missed}
	if err := s.Show(done, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s recorded, %d not\n", cli.NounOf(int(recorded), "exchange"), missed)
		return err
	}); err != nil {
		return err
	}
	if missed > 0 {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

// directionIn tells who calls whom by a contract.
func directionIn(registry *contracts.Registry) func(contract string) recording.Direction {
	return func(contract string) recording.Direction {
		switch c := registry.Contract(contract); {
		case c == nil:
		case c.Send():
			return recording.Send
		case c.Return():
			return recording.Return
		}
		return ""
	}
}

// lines is a writer that several may use, one line at a time.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}
