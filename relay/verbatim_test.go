package relay_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Many callers at once, and producers that answer before they have read: each call reaches its producer byte for
// byte, and each caller gets the answer to its own.
func TestMessagesOfManyCallersAreNotMixed(t *testing.T) {
	hasty := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusOK)
		_, _ = rw.Write(ping("answer"))
	}))
	t.Cleanup(hasty.Close)
	w := newWorldOn(t,
		`  - {contract: "urn:riv:rivgate:test:AnyResponder:1", to: SE2010123456-HASTY, address: "`+hasty.URL+`/"}`+"\n")
	var callers sync.WaitGroup
	for caller := range 8 {
		callers.Go(func() {
			for n := range 24 {
				row := fmt.Sprintf("<p:row><p:id>%d.%d</p:id></p:row>", caller, n)
				sent := padded(1, strings.Repeat(row, 1+n*n*20))
				if n%3 == 0 {
					w.post(portal, bytes.Replace(sent, []byte("SE2010123456-X"), []byte("SE2010123456-HASTY"), 1))
					continue
				}
				if got := w.post(portal, sent); got.status != http.StatusOK || !bytes.Equal(got.body, sent) {
					t.Errorf("caller %d, message %d of %d bytes: status %d, %d bytes: %.200s", caller, n, len(sent), got.status,
						len(got.body), got.body)
				}
			}
		})
	}
	callers.Wait()
}
