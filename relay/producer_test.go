package relay_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/zap"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

// producer is an external handling system over real HTTP. The path of the address says how it behaves.
type producer struct {
	*httptest.Server
	secure  *httptest.Server // the same, over TLS
	mu      sync.Mutex
	got     []*contracts.Message
	headers []http.Header
	bodies  [][]byte
	judge   func(*contracts.Message) contracts.Receipt // nil: everything is OK
	turned  func(http.ResponseWriter) bool             // answers instead, when it says true
}

func newProducer(t testing.TB) *producer {
	p := &producer{}
	handle := &soap.Server{
		Path: "/ok", Handler: inferred.Pack{}.Handler(p.take), NewID: func() string { return "producer" }, Log: zap.NewNop(),
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.mu.Lock()
		p.headers, p.bodies = append(p.headers, r.Header.Clone()), append(p.bodies, body)
		turned := p.turned
		p.mu.Unlock()
		if turned != nil && turned(w) {
			return
		}
		if strings.HasPrefix(r.URL.Path, "/ok") {
			handle.ServeHTTP(w, r)
			return
		}
		behave(w, r)
	}))
	t.Cleanup(p.Server.Close)
	p.secure = httptest.NewTLSServer(p.Server.Config.Handler)
	t.Cleanup(p.secure.Close)
	return p
}

// behave is what the paths of the producer do beside /ok, which takes complaints as a handling system does.
func behave(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch r.URL.Path {
	case "/fault-client":
		fault(w, http.StatusInternalServerError, soap.CodeClient)
	case "/fault-server":
		fault(w, http.StatusInternalServerError, soap.CodeServer)
	case "/fault-on-200":
		fault(w, http.StatusOK, soap.CodeServer)
	case "/empty":
	case "/garbage":
		_, _ = io.WriteString(w, "<html>not SOAP</html>")
	case "/slow":
		<-r.Context().Done()
	case "/break":
		reset(w)
	case "/talkative":
		for name, value := range map[string]string{
			"SOAPAction": "urn:answer", soap.HeaderCorrelation: "its own", soap.HeaderProducerTime: "999999",
			soap.HeaderSender: "x", soap.HeaderInstance: "x",
			"X-Unknown": "passes", "X-Hop": "ends here", "Connection": "X-Hop", "Content-Type": "application/xml; charset=utf-8",
		} {
			w.Header().Set(name, value)
		}
		_, _ = w.Write(body)
	case "/echo":
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = w.Write(body)
	default:
		http.NotFound(w, r)
	}
}

func fault(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", soap.ContentType)
	w.WriteHeader(status)
	_, _ = w.Write((&soap.Fault{Code: code, String: "the producer says no", Detail: "its own <words>"}).Envelope())
}

// reset breaks the connection off without an answer.
func reset(w http.ResponseWriter) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = connection.Close()
	}
}

func (p *producer) take(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m)
	if p.judge != nil {
		return p.judge(m), nil
	}
	return contracts.Receipt{Result: contracts.Result{Code: contracts.OK, LogID: "producer"}}, nil
}

func (p *producer) taken() []*contracts.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]*contracts.Message(nil), p.got...)
}

// calls is how many requests have come in, answered properly or not.
func (p *producer) calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.headers)
}

// header is that of the latest request.
func (p *producer) header() http.Header {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.headers) == 0 {
		return nil
	}
	return p.headers[len(p.headers)-1]
}

// body is that of the latest request.
func (p *producer) body() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.bodies) == 0 {
		return nil
	}
	return p.bodies[len(p.bodies)-1]
}

// turn makes the producer answer everything with this from now on; nil: as its paths say.
func (p *producer) turn(answer func(http.ResponseWriter) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turned = answer
}

// say makes the handling system give this receipt from now on.
func (p *producer) say(judge func(*contracts.Message) contracts.Receipt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.judge = judge
}

// away is a producer that is down behind its proxy.
func away(w http.ResponseWriter) bool {
	http.Error(w, "away", http.StatusServiceUnavailable)
	return true
}
