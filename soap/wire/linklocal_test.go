package wire_test

import (
	"testing"

	"rivgate/soap/wire"
)

// Only what is asked is looked at here: nothing is ever sent to such an address.
func TestNeverLinkLocal(t *testing.T) {
	t.Parallel()
	for address, refused := range map[string]bool{
		"169.254.169.254:80": true, "[fe80::1%eth0]:443": true, "[::ffff:169.254.0.1]:80": true,
		"127.0.0.1:8090": false, "[::1]:443": false, "192.0.2.7:443": false,
	} {
		if err := wire.NeverLinkLocal(t.Context(), "tcp", address, nil); (err != nil) != refused {
			t.Errorf("%s: %v", address, err)
		}
	}
}
