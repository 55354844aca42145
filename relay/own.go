package relay

import (
	"strings"

	"rivgate/contracts"
	"rivgate/contracts/platform"
	"rivgate/routing"
	"rivgate/soap"
)

// ours tells whether a call is for a service of the gateway itself: PingForConfiguration addressed to its own HSA-id. It
// needs no route and no permission, only an identified sender.
func (r *Relay) ours(call routing.Call) bool {
	return call.Contract == platform.PingContract && strings.EqualFold(call.Receiver, r.Instance.HSAID)
}

// serveOwn answers a service of the gateway itself.
func (r *Relay) serveOwn(req *soap.Request, c *contracts.Contract) (*soap.Answer, error) {
	if c != nil {
		if err := c.Validate(req.UTF8()); err != nil && c.Validation == contracts.Enforce {
			return nil, routing.NotSOAP("the body does not follow the contract's schema").Because(err)
		}
	}
	body, err := platform.Ping(r.Version, r.Now(), nil)
	return response(body), err
}
