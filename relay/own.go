package relay

import (
	"rivgate/contracts"
	"rivgate/contracts/platform"
	"rivgate/routing"
	"rivgate/soap"
)

// isOwnService tells whether a call is for a service of the gateway itself: PingForConfiguration, or one of the two
// registry contracts, addressed to its own HSA-id. It needs no route and no permission, only an identified sender.
func (r *Relay) isOwnService(call routing.Call) bool {
	switch call.Contract {
	case platform.PingContract, platform.SupportedContract, platform.AddresseesContract:
		return routing.SameHSAID(call.Receiver, r.Instance.HSAID)
	}
	return false
}

// serveOwn answers a service of the gateway itself.
func (r *Relay) serveOwn(req *soap.Request, c *contracts.Contract) (*soap.Answer, error) {
	if err := req.ReadAll(); err != nil {
		return nil, readRefusal(err)
	}
	if c != nil {
		if err := c.Validate(req.UTF8()); err != nil && c.Validation == contracts.Enforce {
			return nil, bodyRefusal(err)
		}
	}
	body, err := r.ownResponse(req)
	if err != nil {
		return nil, err
	}
	return response(body), nil
}

// ownResponse is the response envelope of a service of the gateway itself. The registry answers by the catalogue of
// today; VP008 without one.
func (r *Relay) ownResponse(req *soap.Request) ([]byte, error) {
	switch req.Contract {
	case platform.SupportedContract:
		consumer, receiver, err := platform.ReadSupported(req.UTF8())
		if err != nil {
			return nil, bodyRefusal(err)
		}
		found, err := r.Table().Contracts(consumer, receiver, r.Now())
		if err != nil {
			return nil, err
		}
		return platform.Supported(found)
	case platform.AddresseesContract:
		consumer, contract, err := platform.ReadAddressees(req.UTF8())
		if err != nil {
			return nil, bodyRefusal(err)
		}
		found, err := r.Table().Addressees(consumer, contract, r.Now())
		if err != nil {
			return nil, err
		}
		addressees := make([]platform.Addressee, len(found))
		for i, a := range found {
			addressees[i].LogicalAddress = a.Receiver
			for _, f := range a.Filters.List() {
				addressees[i].Filters = append(addressees[i].Filters, platform.Filter(f))
			}
		}
		return platform.Addressees(addressees)
	}
	return platform.Ping(r.Version, r.Now(), nil)
}

// bodyRefusal is the refusal of a request that cannot be read although its contract is ours.
func bodyRefusal(err error) error {
	return routing.NotSOAP("the body does not follow the contract's schema").Because(err)
}
