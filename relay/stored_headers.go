package relay

import (
	"net/http"
	"strings"

	"rivgate/soap"
	"rivgate/store"
)

// headersToStore are the headers of a call that a message takes along while it waits: its SOAPAction as it came, and
// those that tell its journey, original consumer, acting on behalf of, routing history and whatever else begins with
// x-rivta-. Nil where there are none, as in messages that people write here.
func headersToStore(h http.Header) map[string][]string {
	var out map[string][]string
	for name, values := range h {
		if !strings.HasPrefix(name, "X-Rivta-") && name != "Soapaction" {
			continue
		}
		if out == nil {
			out = map[string][]string{}
		}
		for _, value := range values {
			// a header may hold any byte, a database's text may not
			out[name] = append(out[name], strings.ToValidUTF8(value, "?"))
		}
	}
	return out
}

// storedHeaders are the headers that a delivery goes out with: what its call brought. A message of this house, and
// one that was accepted before headers were kept, comes from its sender and has been here alone.
func (r *Relay) storedHeaders(m *store.Message) http.Header {
	header := http.Header(m.Headers).Clone()
	if header == nil {
		header = http.Header{}
	}
	if header.Get(soap.HeaderOriginalConsumer) == "" {
		header.Set(soap.HeaderOriginalConsumer, m.Call.Sender)
	}
	if header.Get(soap.HeaderRoutingHistory) == "" {
		header.Set(soap.HeaderRoutingHistory, m.Call.Sender+"#"+r.Instance.ID)
	}
	return header
}
