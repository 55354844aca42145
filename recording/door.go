package recording

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

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
		return fmt.Errorf("opening the mock's listener: %w", err)
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
