//go:build linux

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

// BenchmarkParts is the processor time of an accept of 10 KB by its parts: an HTTP call with its caller's half, the
// guard, the reading of the message without and with validation, and the store with its server's.
func BenchmarkParts(b *testing.B) {
	full := envelope(b)
	b.Run("http", func(b *testing.B) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = w.Write(full[:1000])
		}))
		b.Cleanup(server.Close)
		callers(b, 64, "calls/s", "sqlite:", func(c *http.Client) (time.Duration, error) {
			answer, err := c.Post(server.URL, soap.ContentType, bytes.NewReader(full))
			if err != nil {
				return 0, err
			}
			_, err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			return 0, err
		})
	})
	b.Run("guard", func(b *testing.B) {
		each(b, "sqlite:", func() {
			for range b.N {
				guarded(b, full)
			}
		})
	})
	for _, mode := range []contracts.Mode{contracts.Off, contracts.Enforce} {
		b.Run("read/validation="+string(mode), func(b *testing.B) {
			registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}, Validation: mode})
			if err != nil {
				b.Fatal(err)
			}
			req := guarded(b, full)
			each(b, "sqlite:", func() {
				for range b.N {
					if _, err := registry.Send().Read(req); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
	b.Run("store", func(b *testing.B) {
		databases(b, func(b *testing.B, url string) {
			l := newLine(b, url, contracts.Off)
			var next atomic.Int64
			callers(b, 64, "accepts/s", url, func(*http.Client) (time.Duration, error) {
				m := stored(next.Add(1))
				m.Envelope = full
				_, err := l.store.Accept(b.Context(), m)
				return 0, err
			})
		})
	})
}

// guarded is the request of an envelope, read to its end.
func guarded(b *testing.B, full []byte) *soap.Request {
	b.Helper()
	req, err := soap.ReadRequest(bytes.NewReader(full), soap.ContentType, soap.Limits{})
	if err == nil {
		err = req.ReadAll()
	}
	if err != nil {
		b.Fatal(err)
	}
	return req
}
