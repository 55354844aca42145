package tak

import (
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/routing"
)

// ResolveCommand asks the catalogue for one decision.
type ResolveCommand struct {
	Contract string `required:"" help:"Short name or responder namespace." placeholder:"NS"`
	To       string `required:"" help:"Logical address." placeholder:"ADDR"`
	From     string `help:"The sending system; without it only the route is looked up." placeholder:"SENDER"`
	Profile  string `help:"The caller's profile." enum:"RIVTABP20,RIVTABP21" default:"RIVTABP21"`
	At       string `help:"Decide as at this time, like 2026-01-31." aliases:"date" placeholder:"DATE"`
	Version  int64  `help:"Ask this version of the catalogue in the store." placeholder:"N"`
	Source   string `help:"File, URL, draft, store or version:N; else the configured one."`
}

// resolved is a decision or a refusal, with what was asked.
type resolved struct {
	Contract string `json:"contract"`
	To       string `json:"to"`
	From     string `json:"from,omitempty"`
	At       string `json:"at"`
	routing.Explanation
	Cause  string `json:"cause,omitempty"`
	Remedy string `json:"remedy,omitempty"`

	registry *contracts.Registry
}

// Run decides. A refusal is printed and makes the exit code 1.
func (t *ResolveCommand) Run(s *cli.Session) error {
	at := s.Now()
	if t.At != "" {
		var err error
		if at, err = cli.ParseMoment("--at", t.At); err != nil {
			return err
		}
	}
	source := t.Source
	if t.Version > 0 {
		source = versionSource(t.Version)
	}
	c, err := OpenCatalogue(s, source)
	if err != nil {
		return err
	}
	if !strings.Contains(t.Contract, ":") && c.registry.Names()[t.Contract] == "" {
		names := slices.Sorted(maps.Keys(c.registry.Names()))
		return cli.Usage("--contract: no contract is called %q: %s", cli.Cell(t.Contract),
			config.DidYouMean(t.Contract, names, "write a responder namespace or "+strings.Join(names, ", ")))
	}
	rows, err := c.table()
	if err != nil {
		return err
	}
	call := routing.Call{
		Sender: t.From, Receiver: t.To, Contract: parts.Namespace(c.registry, t.Contract), Profile: t.Profile,
	}
	x := rows.Explain(call, at)
	answer := resolved{
		Contract: call.Contract, To: t.To, From: t.From, At: at.In(routing.Stockholm()).Format(time.RFC3339), Explanation: x,
		Cause: x.Cause(), Remedy: x.Remedy(), registry: c.registry,
	}
	if err := s.Show(answer, answer.print); err != nil {
		return err
	}
	if answer.Code != "" {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

func (r resolved) print(w io.Writer) error {
	t := &cli.Table{Head: []string{"REFUSED", string(r.Code)}}
	if r.Code == "" {
		t.Head = []string{"VIA", string(r.Route.Via)}
	} else {
		t.Add("TEXT", r.Text)
		t.Add("DETAIL", r.Detail)
		t.Add("CAUSE", shorter(r.registry, r.Cause))
		t.Add("REMEDY", r.Remedy)
	}
	if r.Route != nil {
		t.Add("ADDRESS", r.Route.Address)
		t.Add("PROFILE", r.Route.Profile)
		t.Add("COMPONENT", r.Route.Component)
		t.Add("SIGNATURE", r.Route.Signature)
		t.Add("ROW", r.Route.Receiver)
	}
	t.Add("ROUTE ROW", shorter(r.registry, r.RouteRow.String()))
	t.Add("ROUTE TRACE", r.Trace.Route)
	if r.From != "" {
		t.Add("PERMISSION ROW", shorter(r.registry, r.PermissionRow.String()))
		t.Add("PERMISSION TRACE", r.Trace.Permission)
	}
	return t.Print(w)
}
