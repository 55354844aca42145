// Package probe tests the way to a producer from here, step by step, and says what it found and what to do.
//
// It does not know the line: no message of a contract is sent.
package probe

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"rivgate/contracts/platform"
	"rivgate/relay/diagnosis"
	"rivgate/relay/outgoing"
	"rivgate/routing"
	"rivgate/routing/reach"
	"rivgate/soap"
	"rivgate/store"
)

// Step is one step of a connection test. A step that fails ends the test, but for those that only warn.
type Step struct {
	Name   string           `json:"step"` // address, name, tcp, tls, host, certificate, own-certificate or ping
	OK     bool             `json:"ok"`
	Result string           `json:"result"`
	Why    *store.Diagnosis `json:"why,omitempty"`    // the diagnosis that Result is in words, where attempts have it too
	Remedy string           `json:"remedy,omitempty"` // what to do; also for a warning, where OK is true
	Took   time.Duration    `json:"took"`             // nanoseconds

	Found routing.Fact `json:"-"` // what Result says in English; none where Why says it
	ToDo  routing.Fact `json:"-"` // what Remedy says in English
}

// Bounds of a connection test.
const (
	wholeTime  = 20 * time.Second
	stepTime   = 5 * time.Second
	expirySoon = 30 * 24 * time.Hour // a certificate that ends before is warned of
)

// Run tests the way to a route's producer from here, step by step, with the certificate and the authorities that
// calls have: address, name, TCP, TLS with its chain on both sides, host name, expiry, and a PingForConfiguration. It
// never sends a message of the contract itself, and ends within twenty seconds.
func Run(ctx context.Context, s *outgoing.Sender, route routing.Route, contract, receiver string,
	now time.Time,
) []Step {
	ctx, cancel := context.WithTimeout(ctx, wholeTime)
	defer cancel()
	p := &connectionTest{sender: s, route: route, contract: contract, receiver: receiver, now: now}
	for _, step := range []func(context.Context) bool{p.address, p.name, p.tcp, p.tls, p.ping} {
		if !step(ctx) {
			break
		}
	}
	return p.steps
}

// connectionTest is a connection test under way.
type connectionTest struct {
	sender             *outgoing.Sender
	route              routing.Route
	contract, receiver string
	now                time.Time
	target             *url.URL
	port               string
	steps              []Step
}

func (p *connectionTest) addStep(name string, began time.Time, ok bool, result, remedy routing.Fact) bool {
	p.steps = append(p.steps, Step{
		Name: name, OK: ok, Result: result.Words(results), Remedy: remedy.Words(remedies), Found: result,
		ToDo: remedy, Took: time.Since(began),
	})
	return ok
}

// addFailure is done for what an attempt would have failed of too, in the words that it has for it.
func (p *connectionTest) addFailure(name string, began time.Time, why store.Diagnosis, remedy routing.Fact) bool {
	p.steps = append(p.steps, Step{
		Name: name, Result: diagnosis.Explain(why), Why: &why, Remedy: remedy.Words(remedies), ToDo: remedy,
		Took: time.Since(began),
	})
	return false
}

// diagnose is why an attempt over this connection would fail.
func (p *connectionTest) diagnose(kind soap.SendKind, cause error) store.Diagnosis {
	timedOut := errors.Is(cause, context.DeadlineExceeded)
	failure := soap.SendError{
		Kind: kind, Phase: soap.PhaseConnect, Timeout: timedOut, Host: net.JoinHostPort(p.target.Hostname(), p.port),
		After: stepTime, Cause: cause,
	}
	return store.Diagnosis(failure.Diagnosis())
}

func (p *connectionTest) address(context.Context) bool {
	began := time.Now()
	if p.route.Via == routing.Inbox || p.route.Via == routing.Portal {
		p.addStep("address", began, true, found("stays-here", p.route.Address), routing.Fact{})
		return false
	}
	target, err := url.Parse(p.route.Address)
	if err != nil || target.Hostname() == "" || target.Scheme != "http" && target.Scheme != "https" {
		return p.addStep("address", began, false, found("no-url"), todo("address"))
	}
	p.target, p.port = target, target.Port()
	if p.port == "" {
		p.port = map[string]string{"http": "80", "https": "443"}[target.Scheme]
	}
	if !p.sender.MayTest(target.Hostname()) {
		return p.addFailure("address", began, p.diagnose(soap.SendConnect, reach.ErrOutside), todo("allowed"))
	}
	return p.addStep("address", began, true, found("url", target.Scheme, target.Hostname(), p.port), routing.Fact{})
}

func (p *connectionTest) name(ctx context.Context) bool {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", p.target.Hostname())
	if err != nil {
		return p.addFailure("name", began, p.diagnose(soap.SendConnect, err), todo("host-name"))
	}
	var shown []string
	for _, a := range addresses {
		if err = p.sender.Client.Reach.Judge(p.target.Hostname(), a); err == nil {
			shown = append(shown, a.Unmap().String())
		}
	}
	if len(shown) == 0 { // not which: the test is no way to look into a network
		return p.addFailure("name", began, p.diagnose(soap.SendConnect, err), todo("allowed"))
	}
	return p.addStep("name", began, true, found("addresses", strings.Join(shown, ", ")), routing.Fact{})
}

func (p *connectionTest) tcp(ctx context.Context) bool {
	began := time.Now()
	conn, err := p.dial(ctx)
	if err != nil {
		var network net.Error
		if errors.As(err, &network) && network.Timeout() {
			return p.addFailure("tcp", began, p.diagnose(soap.SendConnect, err), todo("firewall"))
		}
		return p.addFailure("tcp", began, p.diagnose(soap.SendConnect, err), todo("running"))
	}
	defer conn.Close()
	return p.addStep("tcp", began, true, found("connected", conn.RemoteAddr().String()), routing.Fact{})
}

func (p *connectionTest) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	return p.sender.Client.Connect(ctx, net.JoinHostPort(p.target.Hostname(), p.port))
}

func (p *connectionTest) ping(ctx context.Context) bool {
	began := time.Now()
	envelope, err := platform.AskPing(p.contract, p.receiver)
	if err == nil {
		envelope, err = p.inProfile(envelope)
	}
	if err != nil {
		return p.addStep("ping", began, false, found("ping-unwritten"), routing.Fact{})
	}
	header := p.sender.Headers(outgoing.Call{
		Route: p.route, Call: routing.Call{Sender: p.sender.Instance.HSAID}, Correlation: uuid.NewString(),
	})
	reply, err := p.sender.Client.Do(ctx, &soap.Outgoing{
		URL: p.route.Address, SOAPAction: pingAction, ContentType: "text/xml;charset=UTF-8", Header: header, Body: envelope,
		Timeout: 2 * stepTime, ReadAtMost: diagnosis.MostRead,
	})
	if err != nil {
		var failed *soap.SendError
		if errors.As(err, &failed) && failed.Timeout {
			return p.addStep("ping", began, false, found("ping-late"), todo("slow-system"))
		}
		return p.addStep("ping", began, false, found("ping-cut"), todo("owners-log"))
	}
	return p.judgePing(began, reply)
}

const pingAction = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1:PingForConfiguration"

// inProfile is the ping as the producer's profile has it.
func (p *connectionTest) inProfile(envelope []byte) ([]byte, error) {
	if !strings.EqualFold(p.route.Profile, routing.RIVTABP20) {
		return envelope, nil
	}
	req, err := soap.Peek(envelope, soap.ContentType, soap.Limits{})
	if err != nil {
		return nil, err
	}
	return req.WithReceiver(outgoing.ReceiverHeader(p.route.Profile, nil)), nil
}

// judgePing judges what came back. A fault is an answer too: many systems serve their contract alone at its address.
func (p *connectionTest) judgePing(began time.Time, reply *soap.Reply) bool {
	switch kind := reply.Kind(); {
	case kind == soap.FaultReply:
		return p.addStep("ping", began, true, found("ping-fault"), todo("nothing"))
	case reply.Status != http.StatusOK:
		return p.addStep("ping", began, false, found("ping-status", strconv.Itoa(reply.Status)), todo("status"))
	case kind == soap.Empty || kind == soap.NotSOAP:
		return p.addStep("ping", began, false, found("ping-no-soap"), todo("other-service"))
	}
	body, err := reply.UTF8()
	if err == nil {
		var version string
		if version, err = platform.ReadPinged(body); err == nil {
			return p.addStep("ping", began, true, found("ping-answered", printable(version)), routing.Fact{})
		}
	}
	return p.addStep("ping", began, true, found("ping-other"), todo("ask-owner"))
}

// printable is what a stranger sent, short and without control characters.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return s
}
