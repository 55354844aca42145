package main

import (
	"io"
	"time"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// TAKTestCommand tests the connection of a route.
type TAKTestCommand struct {
	Contract string `required:"" help:"Short name or responder namespace." placeholder:"NS"`
	To       string `required:"" help:"Logical address." placeholder:"ADDR"`
	Source   string `help:"File, URL, draft, store or version:N; else the configured one."`
}

// tested is a route and how each step of its test went.
type tested struct {
	OK      bool           `json:"ok"`
	Address string         `json:"address"`
	Steps   []relay.Step   `json:"steps"`
	Route   *routing.Route `json:"route,omitempty"`
}

// Run tests with the certificate and the authorities of producer.tls, as calls go. A step that fails makes the exit
// code 1, a system that cannot be reached 3.
func (t *TAKTestCommand) Run(s *session) error {
	c, err := s.catalogue(t.Source)
	if err != nil {
		return err
	}
	rows, err := c.table()
	if err != nil {
		return err
	}
	contract := namespace(c.registry, t.Contract)
	x := rows.Explain(routing.Call{Receiver: t.To, Contract: contract, Profile: routing.RIVTABP21}, s.now())
	if x.Code != "" {
		return refused("%s %s: %s; %s", x.Code, x.Detail, x.Cause(), x.Remedy())
	}
	own, err := producersTLS(c.config.Producer)
	if err != nil {
		return err
	}
	sender := &relay.Sender{
		Client: &soap.Client{
			Client: wire.Client{TLS: own, ConnectTimeout: c.config.Producer.ConnectTimeout, Timeout: c.config.Producer.Timeout},
		},
		Instance: relay.Instance{ID: c.config.Instance.ID, Name: c.config.Instance.Name, HSAID: c.config.Instance.HSAID},
	}
	result := tested{
		OK: true, Address: x.Route.Address, Route: x.Route, Steps: sender.Probe(s.ctx, *x.Route, contract, t.To, s.now()),
	}
	code := 0
	for _, step := range result.Steps {
		if !step.OK {
			result.OK, code = false, exitRefused
			if step.Name == "name" || step.Name == "tcp" {
				code = exitUnreachable
			}
		}
	}
	if err := s.show(result, result.print); err != nil {
		return err
	}
	if code != 0 {
		return &told{code}
	}
	return nil
}

func (r tested) print(w io.Writer) error {
	t := &table{head: []string{"STEP", "RESULT", "TOOK", "WHAT", "REMEDY"}}
	for _, step := range r.Steps {
		word := map[bool]string{true: "ok", false: "FAILED"}[step.OK]
		t.add(step.Name, word, step.Took.Round(100*time.Microsecond), step.Result, step.Remedy)
	}
	return t.print(w)
}
