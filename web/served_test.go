package web_test

import (
	"context"
	"net"
	"net/http/httptest"
)

// run serves the site as the gateway does.
func (w *world) run() {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(w.t, "listening", err)
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, l) }()
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	})
	w.server.Close()
	w.server = &httptest.Server{URL: "http://" + l.Addr().String()}
}
