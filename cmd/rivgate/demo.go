package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/logs"
	"rivgate/cmd/rivgate/story"
)

// DemoCommand plays the recorded story in this process, with real HTTP between the parts, on free ports and a database
// of its own. The configuration is its own too: --config is not read.
type DemoCommand struct {
	Keep    string        `help:"Keep database and log in this folder; else they are thrown away." placeholder:"DIR"`
	Patient time.Duration `help:"How long a step may take to come true." default:"20s"`
}

// Run plays, prints how each case ended, and ends with cli.ExitRefused unless all ended as told.
func (c *DemoCommand) Run(s *cli.Session) error {
	folder, thrown, err := c.folder()
	if err != nil {
		return err
	}
	defer thrown()
	logFile, err := os.Create(filepath.Join(folder, "rivgate.log"))
	if err != nil {
		return fmt.Errorf("opening the log: %w", err)
	}
	defer logFile.Close()
	conf := demoConfig(folder)
	g, err := openGateway(s.Context, conf, logs.New(conf.Log, logFile))
	if err != nil {
		return err
	}
	defer g.close()
	endings, err := c.play(s, g)
	if err != nil {
		return err
	}
	if err := s.Show(endings, func(w io.Writer) error { return printEndings(w, endings) }); err != nil {
		return err
	}
	for _, e := range endings {
		if e.Different != "" {
			return &cli.Told{Code: cli.ExitRefused}
		}
	}
	return nil
}

// folder is where the demo keeps its files, and what throws them away. A folder that is kept must be empty: an old
// story would mix with the new one.
func (c *DemoCommand) folder() (string, func(), error) {
	if c.Keep == "" {
		folder, err := os.MkdirTemp("", "rivgate-demo-*")
		return folder, func() { _ = os.RemoveAll(folder) }, err
	}
	if err := os.MkdirAll(c.Keep, 0o750); err != nil {
		return "", nil, cli.Usage("--keep: %w", err)
	}
	old, err := os.ReadDir(c.Keep)
	if err != nil {
		return "", nil, cli.Usage("--keep: %w", err)
	}
	if len(old) > 0 {
		return "", nil, cli.Usage("--keep %s: the folder is not empty", c.Keep)
	}
	return c.Keep, func() {}, nil
}

// demoConfig is the default configuration on free ports, with waits short enough to watch.
func demoConfig(folder string) config.Config {
	c := config.Default()
	const anyPort = "127.0.0.1:0"
	c.SOAP.Listen, c.Web.Listen, c.Demo.HandlingSystem, c.Demo.Portal = anyPort, anyPort, anyPort, anyPort
	c.Store.URL = "sqlite:" + filepath.Join(folder, "rivgate.db")
	c.TAK.Cache = filepath.Join(folder, "tak-cache.xml")
	c.Shutdown.Drain = 0 // no balancer stands before it
	c.Delivery.Schedule = []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}
	return c
}

// play runs the gateway beside the story.
func (c *DemoCommand) play(s *cli.Session, g *gateway) ([]story.Ending, error) {
	ctx, stop := context.WithCancelCause(s.Context)
	ended := make(chan error, 1)
	g.world.Empty = true
	go func() {
		err := g.run(ctx)
		stop(err)
		ended <- err
	}()
	told := s.Out
	if s.JSON {
		told = io.Discard
	} else if err := g.announce(told); err != nil {
		return nil, err
	}
	stage := &story.Stage{
		Portal: g.world.Portal, System: g.world.System, API: g.world.Portal.API, HTTP: &http.Client{Timeout: c.Patient},
		Patient: c.Patient,
		Told:    func(line string) { fmt.Fprintln(told, line) },
	}
	err := g.awaitCatalogue(ctx)
	var endings []story.Ending
	if err == nil {
		endings = stage.Play(ctx)
	}
	breaches, checkErr := g.db.Check(context.WithoutCancel(ctx))
	for _, b := range breaches {
		endings = append(endings, story.Ending{Scene: "every message is in one place", Different: b})
	}
	stop(nil)
	if s.Context.Err() != nil {
		err = errors.New("told to stop before the end")
	}
	return endings, errors.Join(err, checkErr, <-ended)
}

func printEndings(w io.Writer, endings []story.Ending) error {
	t := &cli.Table{
		Head: []string{"\nSTORY", "CASE", "HANDLED BY", "VIA", "STATE", "MESSAGES", "LETTERS", "DELIVERED", "ENDED"},
	}
	wrong, last := 0, ""
	for _, e := range endings {
		ended := "as told"
		if e.Different != "" {
			ended = "NOT AS TOLD: " + e.Different
			wrong++
		}
		name := e.Scene
		if name == last {
			name = "″"
		}
		last = e.Scene
		t.Add(name, e.Case, e.Handler, e.Via, e.State, e.Messages, e.Letters, e.Delivered, ended)
	}
	if err := t.Print(w); err != nil {
		return err
	}
	verdict := "Every case ended as told."
	if wrong > 0 {
		verdict = fmt.Sprintf("%d of %d did not end as told.", wrong, len(endings))
	}
	_, err := fmt.Fprintln(w, "\n"+verdict)
	return err
}
