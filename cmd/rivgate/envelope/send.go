// Package envelope is the nouns send and validate of the command line: an envelope in a file is posted as it is, or
// judged.
//
// It does not know a rule of any contract.
package envelope

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"rivgate/cmd/rivgate/cli"
	"rivgate/cmd/rivgate/config"
	"rivgate/cmd/rivgate/parts"
	"rivgate/contracts"
	"rivgate/recording"
	"rivgate/soap"
)

// SendCommand posts an envelope as it is, byte for byte.
type SendCommand struct {
	File        string        `arg:"" help:"File with the envelope; - is standard input."`
	URL         string        `required:"" name:"url" help:"Where to." placeholder:"URL"`
	Cert        string        `help:"Our certificate, PEM. To an http address it goes into the configured header (x-vp-auth-cert), as a trusted proxy puts it." placeholder:"FILE"`
	Key         string        `help:"Its key, PEM; only for https." placeholder:"FILE"`
	CA          string        `name:"ca" help:"Authorities that the receiver's certificate must come from; else the system's." placeholder:"FILE"`
	As          string        `help:"For the demo, in place of --cert: a certificate made up for this system." placeholder:"HSAID"`
	Action      *string       `help:"SOAPAction; else that of the contract, where it is known." placeholder:"URI"`
	ContentType string        `help:"Media type and charset; else text/xml with the charset that the file shows."`
	Timeout     time.Duration `help:"For the whole answer." default:"60s"`
}

// answered is what came back.
type answered struct {
	Status      int               `json:"status"`
	Correlation string            `json:"correlationId,omitempty"`
	Kind        string            `json:"kind"` // result, response, fault, or other
	Code        string            `json:"code,omitempty"`
	Text        string            `json:"text,omitempty"`
	Detail      string            `json:"detail,omitempty"`
	Result      *contracts.Result `json:"result,omitempty"`
	CaseID      *contracts.II     `json:"caseId,omitempty"`
}

// Run posts and prints. A fault, a result ERROR or a status above 299 makes the exit code 1, no answer 3.
func (c *SendCommand) Run(s *cli.Session) error {
	l, err := s.Config()
	if err != nil {
		return err
	}
	registry, err := parts.NewRegistry(l.Config)
	if err != nil {
		return err
	}
	content, err := cli.ReadInput(c.File, 1<<30)
	if err != nil {
		return cli.Usage("reading the envelope: %w", err)
	}
	if !config.IsURL(c.URL) {
		return cli.Usage("--url %q: write http:// or https:// and host", c.URL)
	}
	known := contractOf(registry, content)
	request, err := http.NewRequestWithContext(s.Context, http.MethodPost, c.URL, bytes.NewReader(content))
	if err != nil {
		return cli.Usage("--url: %w", err)
	}
	client, err := c.client(s, request, l.Config.SOAP.CertificateHeader)
	if err != nil {
		return err
	}
	c.headers(request, content, known)
	s.Progress("waiting for the answer …")
	response, err := client.Do(request)
	s.Progress("")
	if err != nil {
		return cli.Unreachable("no answer: %w", plainCause(err))
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<20))
	if err != nil {
		return cli.Unreachable("the answer broke off: %w", plainCause(err))
	}
	a := readAnswer(known, response, body)
	if err := s.Show(a, a.print); err != nil {
		return err
	}
	if a.Kind == "fault" || a.Status > 299 || a.Result != nil && a.Result.Code == contracts.ERROR {
		return &cli.Told{Code: cli.ExitRefused}
	}
	return nil
}

// contractOf is the contract that an envelope speaks, nil where it is none that we know: it is sent all the same.
func contractOf(r *contracts.Registry, content []byte) *contracts.Contract {
	request, err := soap.Peek(content, "", soap.Limits{Message: int64(len(content)) + 1})
	if err != nil {
		return nil
	}
	return r.Contract(request.Contract)
}

func (c *SendCommand) headers(r *http.Request, content []byte, known *contracts.Contract) {
	kind := c.ContentType
	if kind == "" {
		kind = soap.ContentType
		if bytes.HasPrefix(content, []byte{0xff, 0xfe}) || bytes.HasPrefix(content, []byte{0xfe, 0xff}) {
			kind = "text/xml; charset=UTF-16"
		}
	}
	action := ""
	switch {
	case c.Action != nil:
		action = *c.Action
	case known != nil:
		action = known.SOAPAction
	}
	r.Header.Set("Content-Type", kind)
	r.Header["SOAPAction"] = []string{`"` + action + `"`}
	r.Header.Set(soap.HeaderCorrelation, uuid.NewString())
}

// client shows the certificate in the handshake, or in the header towards plain HTTP.
func (c *SendCommand) client(s *cli.Session, r *http.Request, header string) (*http.Client, error) {
	roots, err := parts.ReadPool(c.CA)
	if err != nil {
		return nil, err
	}
	t := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	plain := r.URL.Scheme == "http"
	switch {
	case c.As != "" && !plain:
		return nil, cli.Usage("--as is for http addresses: a receiver with https would not believe it")
	case c.As != "":
		identity, err := recording.NewIdentity(c.As, s.Now())
		if err != nil {
			return nil, err
		}
		r.Header = identity.Header(header)
	case c.Cert != "" && plain:
		certificate, err := os.ReadFile(c.Cert)
		if err != nil {
			return nil, cli.Usage("reading --cert: %w", err)
		}
		r.Header.Set(header, recording.ForwardedForm(certificate))
	case c.Cert != "":
		pair, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, cli.Usage("reading --cert and --key: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return &http.Client{
		Timeout:       c.Timeout,
		Transport:     &http.Transport{TLSClientConfig: t, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// plainCause is what lies under the URL that net/http wraps around it.
func plainCause(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return err
}

func readAnswer(known *contracts.Contract, r *http.Response, body []byte) answered {
	a := answered{Status: r.StatusCode, Correlation: r.Header.Get(soap.HeaderCorrelation), Kind: "other"}
	reply := &soap.Reply{Status: r.StatusCode, Header: r.Header, Body: body}
	if fault, ok := reply.Fault(); ok {
		a.Kind, a.Code, a.Text, a.Detail = "fault", fault.Code, fault.String, fault.Detail
		return a
	}
	if reply.Kind() != soap.Response {
		return a
	}
	a.Kind = "response"
	if known == nil || !known.Complaints {
		return a
	}
	if envelope, err := reply.UTF8(); err == nil {
		if receipt, err := known.ReadReceipt(envelope); err == nil {
			a.Kind, a.Result, a.CaseID = "result", &receipt.Result, receipt.CaseID
		}
	}
	return a
}

func (a answered) print(w io.Writer) error {
	t := &cli.Table{Head: []string{"STATUS", fmt.Sprint(a.Status)}}
	t.Add("KIND", a.Kind)
	switch {
	case a.Result != nil:
		r := a.Result
		t.Add("RESULT", strings.TrimSpace(strings.Join([]string{r.Code, r.ErrorCode, r.SubCode}, " ")))
		t.Add("MESSAGE", r.Message)
		t.Add("LOG ID", r.LogID)
		if a.CaseID != nil {
			t.Add("CASE", a.CaseID.Extension)
		}
	case a.Kind == "fault":
		t.Add("FAULT", a.Code)
		t.Add("TEXT", a.Text)
		t.Add("DETAIL", a.Detail)
	}
	t.Add("CORRELATION ID", a.Correlation)
	return t.Print(w)
}
