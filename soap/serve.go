package soap

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// HTTP is an http.Server around s, with bounds on all that a caller could drag out. It is HTTP/1.1 only, as RIV-TA is.
func (s *Server) HTTP() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	errorLog, _ := zap.NewStdLogAt(s.log(), zap.WarnLevel) // fails on unknown levels only
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		TLSConfig:         s.TLS,
		ReadHeaderTimeout: min(10*time.Second, s.bodyTimeout()),
		IdleTimeout:       90 * time.Second,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          errorLog,
	}
}

// Run serves on listener until ctx ends. Then no new call is taken, those under way have Shutdown to end, and after
// that they are cut off. It returns nil if all ended in time; listener is closed in any case.
func (s *Server) Run(ctx context.Context, listener net.Listener) error {
	server := s.HTTP()
	done := make(chan error, 1)
	go func() {
		if s.TLS != nil {
			done <- server.ServeTLS(listener, "", "")
		} else {
			done <- server.Serve(listener)
		}
	}()
	select {
	case err := <-done:
		return fmt.Errorf("serving SOAP: %w", err)
	case <-ctx.Done():
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), or(s.Shutdown, 35*time.Second))
	defer cancel()
	err := server.Shutdown(bounded)
	if err != nil {
		_ = server.Close() // what it could say has been said by Shutdown
		err = fmt.Errorf("ending SOAP calls: %w", err)
	}
	<-done
	return err
}
