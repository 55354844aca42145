//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"

	"rivgate/contracts/inferred"
	"rivgate/soap"
	"rivgate/soap/wire"
)

// hangBound is within what a caller must be told that the database does not answer: an accept waits 20 s for it.
const hangBound = 25 * time.Second

// databaseHang stops PostgreSQL: its connections stand, and nothing comes from them. A caller that has patience must be
// told within a bound, by a fault; afterwards everything goes on by itself.
func (t *trial) databaseHang(ctx context.Context) error {
	t.broken.Add(1)
	defer t.broken.Add(-1)
	t.postgres.signal(syscall.SIGSTOP)
	defer t.postgres.signal(syscall.SIGCONT)
	began := time.Now()
	s := t.newSender(0, t.random)
	s.name = fmt.Sprintf("hang%d", t.ids.Add(1))
	m := s.complaint(systems()[0], s.name)
	header := http.Header{}
	header.Set(soap.HeaderSender, m.ID.Root)
	header.Set(soap.HeaderInstance, instance)
	patient := inferred.Client{SOAP: &soap.Client{Client: wire.Client{Timeout: hangBound}}}
	_, err := patient.Do(ctx, "http://"+t.oneGateway().soap+"/vp/SendComplaint/1/rivtabp21", header, m)
	var fault *soap.Fault
	switch {
	case ctx.Err() != nil:
	case err == nil:
		t.breach("a message was accepted while the database stood still")
	case !errors.As(err, &fault):
		t.breach(fmt.Sprintf("while the database stood still a caller got no fault within %v: %v", hangBound, err))
	default:
		t.mu.Lock()
		t.doing += fmt.Sprintf(", told after %v", time.Since(began).Round(100*time.Millisecond))
		t.mu.Unlock()
	}
	return nil
}
