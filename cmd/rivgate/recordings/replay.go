package recordings

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"rivgate/cmd/rivgate/cli"
	"rivgate/recording"
)

// ReplayCommand sends recorded requests and compares the answers.
type ReplayCommand struct {
	Dir      string   `arg:"" help:"Folder of recordings, with all that is below it, or one file." type:"path"`
	To       string   `required:"" help:"Where to. An address without a path gets the path of each recording." placeholder:"URL"`
	IDs      string   `name:"ids" help:"keep: every byte as it was recorded, so that whoever had the message answers it as a repeat. new: new message ids and case ids, the same everywhere, so that it is taken as a new one." enum:"keep,new" default:"keep"`
	Rate     float64  `help:"Exchanges a second, at most; 0: as fast as it goes." default:"0" placeholder:"N"`
	Parallel int      `help:"Calls beside each other. Those of one case stay in order; 1 keeps the order of all." default:"8" placeholder:"N"`
	Header   []string `help:"Header to send instead of a recorded one. May be given several times." placeholder:"NAME:VALUE" sep:"none"`
	Ignore   []string `help:"Leave out what stands there, as in rivgate diff." placeholder:"PATH" sep:"none"`
	Strict   bool     `help:"Compare log ids, received times and the ids that the other side gives too; else they only have to be there."`
	Report   string   `help:"Write what was found to a file too: JUnit where its name ends in .xml, JSON where in .json." placeholder:"FILE"`
	Peer     peer     `embed:""`
}

// Help is the long form of the command's help.
func (c *ReplayCommand) Help() string {
	return `Each recorded request is sent with its headers, and the answer is compared with the recorded one as rivgate diff does; of a
recording without an answer the outcome counts. The files are read one at a time, however many there are. Ctrl-C sends no
further request, waits for those under way, and reports what was done. Exit code 1 where an answer differs or is missing, 3
where nobody could be reached from the start.`
}

// Run replays.
func (c *ReplayCommand) Run(s *cli.Session) error {
	rules, err := recording.NewRules(c.Ignore...)
	if err != nil {
		return cli.Usage("--ignore: %w", err)
	}
	if !c.Strict {
		rules = rules.StandardRules()
	}
	if err := checkReport(c.Report); err != nil {
		return err
	}
	if c.Rate < 0 || c.Parallel < 0 || c.Parallel > 1024 {
		return cli.Usage("--rate is 0 or more, --parallel 1 to 1024")
	}
	client, header, err := c.Peer.client(s, c.To)
	if err != nil {
		return err
	}
	for _, h := range c.Header {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return cli.Usage("--header %q: write NAME:VALUE", cli.Cell(h))
		}
		header[http.CanonicalHeaderKey(strings.TrimSpace(name))] = []string{strings.TrimSpace(value)}
	}
	folder, err := recording.OpenFolder(c.Dir)
	if err != nil {
		return cli.Usage("%w", err)
	}
	defer folder.Close()
	if len(folder.Files) == 0 {
		return cli.Usage("%s has no recordings", c.Dir)
	}
	return c.replay(s, folder, &recording.Replay{
		Client: client, To: c.To, Header: header, Rules: rules, Rate: c.Rate, Parallel: c.Parallel,
	})
}

func (c *ReplayCommand) replay(s *cli.Session, folder *recording.Folder, replay *recording.Replay) error {
	defer replay.Client.CloseIdle()
	if c.IDs == "new" {
		replay.NewID = uuid.NewString
	}
	began := s.Now()
	report := &recording.Report{Name: "rivgate replay", Started: began, Findings: []*recording.Finding{}}
	var told atomic.Int64
	replay.Done = func(f recording.Finding, took time.Duration) {
		report.Add(f, took)
		if now := time.Now().UnixMilli(); now-told.Load() >= 200 {
			told.Store(now)
			s.Progress("%d done, %d different, %d failed; %d files", report.Same+report.Differ+report.Failed, report.Differ,
				report.Failed, len(folder.Files))
		}
	}
	left, err := replay.Run(s.Context, folder)
	s.Progress("")
	if err != nil {
		return cli.Unreachable("nobody was reached: %w", err)
	}
	report.Took, report.Left, report.Stopped = s.Now().Sub(began), left, s.Context.Err() != nil
	report.Sort()
	return finish(s, report, c.Report)
}
