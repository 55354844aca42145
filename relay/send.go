package relay

import (
	"time"

	"rivgate/soap"
)

// Sender sends envelopes to producers: the line's forwarding and the worker both use it.
type Sender struct {
	Client      *soap.Client
	Instance    Instance
	Timeouts    map[string]time.Duration // contract namespace → time for the producer's answer; else the client's
	Correlation bool                     // the correlation id goes to https producers too
}
