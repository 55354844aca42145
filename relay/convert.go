package relay

import (
	"encoding/xml"
	"strings"

	"rivgate/contracts"
	"rivgate/routing"
	"rivgate/soap"
)

// enclose puts a message into p as the producer's profile has it: with wsa:To for RIVTABP20, with LogicalAddress for RIVTABP21. All but the
// tags of that header stays as it is to the byte, a byte order mark too. size is how many bytes were received, 0 if that is not known yet:
// a message that goes on unchanged goes with its length, for many a producer takes no other.
func (p *parcel) enclose(req *soap.Request, c *contracts.Contract, size int64) {
	header := receiverHeader(p.Route.Profile, c)
	if req.Complete {
		p.Body = req.Addressed(header)
		return
	}
	p.Stream = req.StreamAddressed(header)
	if req.Unchanged(header) {
		p.Length = size
	}
}

// sizeOf is how many bytes of a message were received, or are said to come; 0 if that is not known.
func sizeOf(a arrival, req *soap.Request) int64 {
	if spool := req.Spool(); spool != nil {
		return spool.Size()
	}
	if l, ok := a.Body.(interface{ Len() int }); ok {
		return int64(l.Len())
	}
	return 0
}

// receiverHeader is the header element that names the receiver in a profile. The registry contracts have a LogicalAddress in a namespace of
// their own.
func receiverHeader(profile string, c *contracts.Contract) xml.Name {
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
