package web_test

import (
	"net/http"
	"testing"

	"rivgate/web/shell"
)

// What is open to this machine is not open to whom a proxy on this machine forwards for.
func TestWhatAProxyForwardsIsNotFromHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, environment := range []string{shell.Demo, shell.Test} {
		w.Environment = environment
		w.serve()
		for _, path := range []string{"/api/cases", "/mailbox"} {
			ask := func(header string) int {
				req := w.request(http.MethodGet, path, nil)
				if header != "" {
					req.Header.Set(header, "192.0.2.7")
				}
				return w.do(req).status
			}
			if status := ask(""); status != http.StatusOK {
				t.Errorf("%s: %s from this machine: %d", environment, path, status)
			}
			for _, header := range []string{
				"X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto",
			} {
				if status := ask(header); status == http.StatusOK {
					t.Errorf("%s: %s is open to what came with %s", environment, path, header)
				}
			}
		}
	}
}
