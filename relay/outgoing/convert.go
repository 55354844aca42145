package outgoing

import (
	"encoding/xml"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
)

// SetMessage puts a message into p as the producer's profile has it: with wsa:To for RIVTABP20, with LogicalAddress
// for RIVTABP21. All but the tags of that header stays as it is to the byte, a byte order mark too. req must not be
// closed before p has been sent.
func (p *Call) SetMessage(req *soap.Request, c *contracts.Contract) (err error) {
	p.Body, p.Stream, p.Length, err = req.Outgoing(ReceiverHeader(p.Route.Profile, c))
	return err
}

// ReceiverHeader is the header element that names the receiver in a profile. The registry contracts have a
// LogicalAddress in a namespace of their own.
func ReceiverHeader(profile string, c *contracts.Contract) xml.Name {
	if strings.EqualFold(profile, routing.RIVTABP20) {
		return xml.Name{Space: soap.NamespaceAddressing, Local: "To"}
	}
	name := xml.Name{Space: soap.NamespaceRegistry, Local: "LogicalAddress"}
	if c != nil {
		for _, h := range c.Headers {
			if h.Local == name.Local {
				return h
			}
		}
	}
	return name
}
