package relay_test

import (
	"bytes"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"rivgate/soap"
)

// BenchmarkSignedCall is a call of 10 KB through the line to a producer that echoes it, by what its route asks. What
// signing and verifying add is the difference to none; require has the write of the replay window in it.
func BenchmarkSignedCall(b *testing.B) {
	for _, c := range []struct{ name, receiver string }{
		{"none", "SE2010123456-VC04"}, {"sign", "SE2010123456-VC02"}, {"require", "SE2010123456-VC01"},
	} {
		b.Run(c.name+"-10k", func(b *testing.B) {
			s := newSignedWorld(b)
			own := s.signer(portal)
			envelope := bytes.Replace(to(c.receiver), []byte("<m:b/>"),
				[]byte(strings.Repeat("<m:b n=\"1\">väntade länge</m:b>\n", 300)), 1)
			for b.Loop() {
				body := envelope
				if c.name == "require" {
					b.StopTimer()
					body = s.sign(own, envelope)
					b.StartTimer()
				}
				_, err := s.ServeSOAP(b.Context(), &soap.Call{
					Peer:   netip.MustParseAddrPort("127.0.0.1:1"),
					Header: http.Header{"X-Vp-Sender-Id": {portal}, "X-Vp-Instance-Id": {"dev_env"}},
					Body:   bytes.NewReader(body), ContentType: soap.ContentType,
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
