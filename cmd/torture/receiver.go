//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

// How a message was answered, in the receiver's ledger.
const (
	answeredOK = "ok"
	taken      = "taken" // and then answered with something else, or not at all
)

// manner is how a receiver treats one message.
type manner string

// The manners of a receiver. Those below good take the message and say so badly.
const (
	good      manner = "good"
	twice     manner = "twice"     // takes it, and answers two times
	reset     manner = "reset"     // takes it, and resets the connection
	half      manner = "half"      // takes it, and breaks off in the middle of the answer
	mute      manner = "mute"      // takes it, and never answers
	garbage   manner = "garbage"   // takes it, and answers something that is no receipt
	hang      manner = "hang"      // takes nothing, answers nothing
	busy      manner = "busy"      // 503 with Retry-After
	fault     manner = "fault"     // a Server fault
	technical manner = "technical" // a result, TECHNICAL_ERROR
	slow      manner = "slow"      // takes it, and answers OK just before the gateway's patience ends
	verbose   manner = "verbose"   // a Server fault of 10 MB
)

func badManners() []manner {
	return []manner{twice, reset, half, mute, garbage, hang, busy, fault, technical, slow, verbose}
}

// receiver is a handling system, or 1177: whoever the gateway delivers to at one address.
type receiver struct {
	name    string
	address string
	ledger  *ledger
	took    func(e entry)
	broken  func(error)

	mu     sync.Mutex
	random *rand.Rand
	rate   float64  // of bad manners
	only   []manner // these; default all
	server *http.Server
	done   chan struct{}
}

// behave sets how often the receiver is bad, and how.
func (r *receiver) behave(rate float64, only ...manner) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rate, r.only = rate, only
}

func (r *receiver) next() manner {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.random.Float64() >= r.rate {
		return good
	}
	if len(r.only) > 0 {
		return r.only[r.random.IntN(len(r.only))]
	}
	all := badManners()
	return all[r.random.IntN(len(all))]
}

// open listens; a receiver that was closed is back at its old address.
func (r *receiver) open() error {
	l, err := net.Listen("tcp", r.address)
	if err != nil {
		return fmt.Errorf("opening the receiver %s: %w", r.name, err)
	}
	r.server, r.done = &http.Server{Handler: http.HandlerFunc(r.serve), ReadHeaderTimeout: 10 * time.Second},
		make(chan struct{})
	go func() {
		defer close(r.done)
		_ = r.server.Serve(l) // it ends when the receiver is closed
	}()
	return nil
}

// close is going away: connections are cut, and new ones refused.
func (r *receiver) close() {
	if r.server == nil {
		return
	}
	_ = r.server.Close() // nothing that was open is wanted any more
	<-r.done
	r.server = nil
}

func (r *receiver) serve(w http.ResponseWriter, q *http.Request) {
	how := r.next()
	switch how {
	case hang:
		_, _ = io.Copy(io.Discard, q.Body)
		r.never(w, q)
		return
	case busy:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	envelope, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	handler := inferred.Pack{}.Handler(func(_ context.Context, m *contracts.Message) (contracts.Receipt, error) {
		return r.take(m, how, envelope)
	})
	answer, err := handler.ServeSOAP(q.Context(), &soap.Call{
		Header: q.Header, ContentType: q.Header.Get("Content-Type"), Body: bytes.NewReader(envelope),
	})
	if err != nil {
		answer = &soap.Answer{Status: http.StatusInternalServerError, Body: soap.ErrorFault(err).Envelope()}
	}
	switch how {
	case slow:
		sleep(q.Context(), slowAnswer)
	case verbose:
		answer.Body = (&soap.Fault{Code: soap.CodeServer, String: strings.Repeat("Det gick inte. ", 10<<20/15)}).Envelope()
	}
	switch how {
	case reset, half, twice:
		r.raw(w, how, answer)
	case mute:
		r.never(w, q)
	case garbage:
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = io.WriteString(w, "<html>Välkommen!")
	default:
		w.Header().Set("Content-Type", soap.ContentType)
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	}
}

// slowAnswer is within the gateways' producer.timeout of a second.
const slowAnswer = 700 * time.Millisecond

// take writes a message down before it is answered.
func (r *receiver) take(m *contracts.Message, how manner, envelope []byte) (contracts.Receipt, error) {
	receipt := contracts.Receipt{
		Result: contracts.Result{Code: contracts.OK, LogID: m.ID.Extension}, ReceivedTime: m.SentTime,
	}
	switch how {
	case fault, verbose:
		return receipt, &soap.Fault{Code: soap.CodeServer, String: "Det gick inte"}
	case technical:
		receipt.Result.Code, receipt.Result.ErrorCode = contracts.ERROR, contracts.TechnicalError
		return receipt, nil
	}
	e := entry{lane: lane(m), n: m.Sequence, id: m.ID.Extension, how: answeredOK, at: time.Now(), body: sum(envelope)}
	if how != good && how != twice && how != slow {
		e.how = taken
	}
	if err := r.ledger.write(e); err != nil {
		r.broken(err)
		return receipt, err
	}
	r.took(e)
	return receipt, nil
}

// never answers nothing until the other side has gone.
func (r *receiver) never(w http.ResponseWriter, q *http.Request) {
	conn, rest, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, _ = rest.Read(make([]byte, 1))
}

// raw writes to the connection as no server should.
func (r *receiver) raw(w http.ResponseWriter, how manner, answer *soap.Answer) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	text := fmt.Appendf(nil, "HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", answer.Status,
		soap.ContentType, len(answer.Body), answer.Body)
	switch how {
	case twice:
		_, _ = conn.Write(append(text, text...))
		// whoever sends more on it sends into the void, as to a server that is out of step
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		_, _ = io.Copy(io.Discard, conn)
		return
	case half:
		_, _ = conn.Write(text[:len(text)-len(answer.Body)/2])
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}
