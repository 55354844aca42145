// Package simulator plays the systems around the gateway: 1177's portal and a region's handling system. Both speak the complaints contracts
// over real HTTP through the contract pack's own client and server, and show a real certificate.
//
// It does not know the gateway's insides: what it learns of a case comes from the contracts and the gateway's JSON API. It keeps everything in
// memory and is for trying out only.
package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"rivgate/contracts"
)

// Wire sends a message of the complaints contracts and reads the receipt. A SOAP fault comes back as *soap.Fault.
type Wire interface {
	Do(ctx context.Context, url string, header http.Header, m *contracts.Message) (contracts.Receipt, error)
}

// World is what both simulators need of it.
type World struct {
	Wire   Wire
	Portal string           // logical address of 1177's service
	Now    func() time.Time //
	NewID  func() string    // UUIDs
}

// Door is a listener that can be closed and opened again at the same address.
type Door struct {
	Handler http.Handler

	mu      sync.Mutex
	address string
	server  *http.Server
	done    chan struct{}
}

// Open listens at an address for the first time; port 0 is any free one, and stays the same from then on.
func (d *Door) Open(address string) error {
	d.mu.Lock()
	d.address = address
	d.mu.Unlock()
	return d.Up()
}

// Address is where the door is, open or closed.
func (d *Door) Address() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.address
}

// Up opens a closed door. It does nothing to an open one.
func (d *Door) Up() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server != nil {
		return nil
	}
	l, err := net.Listen("tcp", d.address)
	if err != nil {
		return fmt.Errorf("opening the simulator's listener: %w", err)
	}
	server, done := &http.Server{Handler: d.Handler, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	d.address, d.server, d.done = l.Addr().String(), server, done
	go func() {
		defer close(done)
		_ = server.Serve(l) // it ends when the door is closed
	}()
	return nil
}

// Down closes the door at once, calls under way included, and waits until it is closed.
func (d *Door) Down() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.server == nil {
		return
	}
	_ = d.server.Close() // nothing that was open is wanted any more
	<-d.done
	d.server = nil
}

// bodyLimit bounds what is sent to a simulator's own pages.
const bodyLimit = 32 << 20

func readJSON(r *http.Request, v any) error {
	d := json.NewDecoder(io.LimitReader(r.Body, bodyLimit))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("reading JSON: %w", err)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // the reader may have gone
}

// errUnknownCase is a case that the simulator never saw.
var errUnknownCase = errors.New("there is no such case")

// handle writes the outcome of f as JSON.
func handle(f func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := f(r)
		switch {
		case errors.Is(err, errUnknownCase):
			writeJSON(w, http.StatusNotFound, map[string]string{"error": err.Error()})
		case err != nil:
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		default:
			writeJSON(w, http.StatusOK, v)
		}
	}
}
