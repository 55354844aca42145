package tak

import (
	"io"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/parts"
	"rivgate/relay/outgoing"
	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/soap"
)

// TestCommand tests the connection of a route.
type TestCommand struct {
	Contract string `required:"" help:"Short name or responder namespace." placeholder:"NS"`
	To       string `required:"" help:"Logical address." placeholder:"ADDR"`
	Source   string `help:"File, URL, draft, store or version:N; else the configured one."`
}

// tested is a route and how each step of its test went.
type tested struct {
	OK      bool           `json:"ok"`
	Address string         `json:"address"`
	Steps   []probe.Step   `json:"steps"`
	Route   *routing.Route `json:"route,omitempty"`
}

// Run tests with the certificate and the authorities of producer.tls, as calls go. A step that fails makes the exit
// code 1, a system that cannot be reached 3.
func (t *TestCommand) Run(s *cli.Session) error {
	c, err := OpenCatalogue(s, t.Source)
	if err != nil {
		return err
	}
	rows, err := c.table()
	if err != nil {
		return err
	}
	contract := parts.Namespace(c.registry, t.Contract)
	x := rows.Explain(routing.Call{Receiver: t.To, Contract: contract, Profile: routing.RIVTABP21}, s.Now())
	if x.Code != "" {
		return cli.Refused("%s %s: %s; %s", x.Code, x.Detail, x.Cause(), x.Remedy())
	}
	own, err := parts.ProducersTLS(c.config.Producer)
	if err != nil {
		return err
	}
	sender := &outgoing.Sender{
		Client:   &soap.Client{Client: parts.NewWire(c.config, own)},
		Instance: outgoing.Instance{ID: c.config.Instance.ID, Name: c.config.Instance.Name, HSAID: c.config.Instance.HSAID},
	}
	result := tested{
		OK: true, Address: x.Route.Address, Route: x.Route,
		Steps: probe.Run(s.Context, sender, *x.Route, contract, t.To, s.Now()),
	}
	code := 0
	for _, step := range result.Steps {
		if !step.OK {
			result.OK, code = false, cli.ExitRefused
			if forbidden := step.Why != nil && step.Why.Code == "connect-forbidden"; !forbidden &&
				(step.Name == "name" || step.Name == "tcp") {
				code = cli.ExitUnreachable
			}
		}
	}
	if err := s.Show(result, result.print); err != nil {
		return err
	}
	if code != 0 {
		return &cli.Told{Code: code}
	}
	return nil
}

func (r tested) print(w io.Writer) error {
	t := &cli.Table{Head: []string{"STEP", "RESULT", "TOOK", "WHAT", "REMEDY"}}
	for _, step := range r.Steps {
		word := map[bool]string{true: "ok", false: "FAILED"}[step.OK]
		t.Add(step.Name, word, step.Took.Round(100*time.Microsecond), step.Result, step.Remedy)
	}
	return t.Print(w)
}
