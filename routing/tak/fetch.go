package tak

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"rivgate/routing"
	"rivgate/soap"
)

// TAK is a real tjänsteadresseringskatalog that is asked over SOAP (SokVagvalsInfo version 2).
type TAK struct {
	URL string // …/tak-services/SokVagvalsInfo/v2
	// TLS gives our certificate and the authorities that we trust. It is called for every question, so that renewed files
	// are used. Nil: the system's authorities, and no certificate.
	TLS       func() *tls.Config
	Timeout   time.Duration // for one of the two questions; 0: two minutes
	MaxAnswer int64         // bytes of one answer; 0: 512 MiB
	Beside
}

var _ Source = TAK{}

// Read asks for all routes and all permissions, and returns both or an error. An empty list, a SOAP fault, a status
// other than 200, and an answer that is cut off are errors.
func (t TAK) Read(ctx context.Context) (routing.Catalogue, error) {
	var c routing.Catalogue
	err := t.ask(ctx, "hamtaAllaVirtualiseringar", elementRoute, func(rows rowReader) error {
		row, err := rows.route()
		row.Line = 0 // the answer is not kept, so a line in it helps nobody
		c.Routes = append(c.Routes, row)
		return err
	})
	if err == nil {
		err = t.ask(ctx, "hamtaAllaAnropsBehorigheter", elementPermission, func(rows rowReader) error {
			permission, err := rows.permission()
			permission.Line = 0
			c.Permissions = append(c.Permissions, permission)
			return err
		})
	}
	if err == nil {
		err = notEmpty(c)
	}
	if err == nil {
		err = t.add(&c)
	}
	if err != nil {
		return routing.Catalogue{}, fmt.Errorf("asking the TAK: %w", err)
	}
	return c, nil
}

// String names the source for status pages: its URL without a user or a query.
func (t TAK) String() string {
	address, err := url.Parse(t.URL)
	if err != nil {
		return "TAK"
	}
	return (&url.URL{Scheme: address.Scheme, Host: address.Host, Path: address.Path}).String()
}

// ask sends one question without parameters and calls visit for each element of the list in the answer.
func (t TAK) ask(ctx context.Context, operation, element string, visit func(rowReader) error) error {
	timeout := t.Timeout
	if timeout == 0 {
		timeout = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := t.post(ctx, operation)
	if err != nil {
		return err
	}
	defer answer.Close()
	most := t.MaxAnswer
	if most == 0 {
		most = maxXML
	}
	err = readAnswer(answer, most, operation+"Response", element, visit)
	if err != nil && ctx.Err() != nil {
		return &Unreadable{Doing: why("asking", operation), Why: why("tak-slow"), Cause: err}
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}

func (t TAK) post(ctx context.Context, operation string) (io.ReadCloser, error) {
	question := `<soapenv:Envelope xmlns:soapenv="` + soap.NamespaceEnvelope + `"><soapenv:Body><v2:` + operation +
		` xmlns:v2="` + namespaceVagval + `"/></soapenv:Body></soapenv:Envelope>`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader([]byte(question)))
	if err != nil {
		return nil, &Unreadable{Doing: why("asking", operation), Why: why("tak-no-url"), Cause: err}
	}
	request.Header.Set("Content-Type", soap.ContentType)
	request.Header.Set("SOAPAction", `""`)
	// without a proxy; two questions in ten minutes need no connection of their own
	way := &http.Transport{DisableKeepAlives: true}
	if t.TLS != nil {
		way.TLSClientConfig = t.TLS()
	}
	client := http.Client{
		Transport: way, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, &Unreadable{Doing: why("asking", operation), Why: whyNetwork(err), Cause: err}
	}
	if answer.StatusCode != http.StatusOK {
		_ = answer.Body.Close()
		return nil, &Unreadable{Doing: why("asking", operation), Why: why("tak-status", strconv.Itoa(answer.StatusCode))}
	}
	return answer.Body, nil
}

// whyNetwork says why a request failed, without the address that Go's own error text contains.
func whyNetwork(err error) routing.Fact {
	var network net.Error
	var op *net.OpError
	switch {
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return why("tak-not-trusted")
	case errors.As(err, &op) && op.Op == "remote error":
		return why("tak-refused")
	case errors.Is(err, context.Canceled):
		return why("interrupted")
	case errors.As(err, &network) && network.Timeout():
		return why("tak-silent")
	}
	return why("tak-unreachable")
}

// readAnswer reads the answer strictly: Envelope, Body and the response element must be the expected ones. In the
// response element it calls visit for the elements that were asked for and skips the others.
func readAnswer(r io.Reader, most int64, response, element string, visit func(rowReader) error) error {
	s := newScanner(r, most)
	rows := rowReader{scanner: s, strings: shared{}}
	answered := false
	list := func(child xml.StartElement) error {
		if child.Name.Local != element || child.Name.Space != namespaceVagval && child.Name.Space != "" {
			return s.skip()
		}
		return visit(rows)
	}
	body := func(child xml.StartElement) error {
		if child.Name != (xml.Name{Space: namespaceVagval, Local: response}) {
			return s.problem("answer-other")
		}
		answered = true
		return s.children(list)
	}
	envelope := func(child xml.StartElement) error {
		if child.Name != (xml.Name{Space: soap.NamespaceEnvelope, Local: "Body"}) {
			return s.skip()
		}
		return s.children(body)
	}
	err := s.document(func(root xml.StartElement) error {
		if root.Name != (xml.Name{Space: soap.NamespaceEnvelope, Local: "Envelope"}) {
			return s.problem("answer-no-soap")
		}
		return s.children(envelope)
	})
	if err == nil && !answered {
		return newProblem("answer-empty")
	}
	return err
}
