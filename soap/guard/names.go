package guard

// Namespaces of the wire.
const (
	NamespaceEnvelope   = "http://schemas.xmlsoap.org/soap/envelope/"
	NamespaceEnvelope12 = "http://www.w3.org/2003/05/soap-envelope"
	NamespaceAddressing = "http://www.w3.org/2005/08/addressing"
	NamespaceSecurity   = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
	NamespaceUtility    = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
	NamespaceRegistry   = "urn:riv:itintegration:registry:1"
)

// The two RIV-TA basic profiles. They differ in the header that names the receiver: RIVTABP21 has
// {urn:riv:itintegration:registry:1}LogicalAddress, RIVTABP20 has {http://www.w3.org/2005/08/addressing}To.
const (
	RIVTABP20 = "RIVTABP20"
	RIVTABP21 = "RIVTABP21"
)
