// Package platform maps the contracts that a RIV-TA platform itself answers to plain Go values: PingForConfiguration,
// and the two registry contracts by which consumers learn what they may call.
//
// It knows the form of their messages. It does not know the catalogue, and it decides nothing.
package platform

import (
	"fmt"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/platform/monitoring"
	"rivgate/contracts/platform/registry"
	"rivgate/soap"
)

// Responder namespaces of the contracts.
const (
	PingContract       = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
	SupportedContract  = "urn:riv:infrastructure:itintegration:registry:GetSupportedServiceContractsResponder:2"
	AddresseesContract = "urn:riv:infrastructure:itintegration:registry:GetLogicalAddresseesByServiceContractResponder:2"
)

// Setting is one line of the configuration that a ping tells.
type Setting struct{ Name, Value string }

// Ping is the response envelope of PingForConfiguration: the version of the program, the time now, and what else the
// caller may know of it. The same values give the same bytes.
func Ping(version string, now time.Time, configuration []Setting) ([]byte, error) {
	v := &monitoring.PingForConfigurationResponseType{Version: version, PingDateTime: contracts.NewStamp(now).Raw}
	for _, s := range configuration {
		v.Configuration = append(v.Configuration, monitoring.ConfigurationType{Name: s.Name, Value: s.Value})
	}
	return soap.EncodeResponse(monitoring.PingForConfigurationOperation(), v)
}

// ReadSupported reads a request of GetSupportedServiceContracts: what may consumer, or anybody where it is "", call at
// logicalAddress?
func ReadSupported(envelope []byte) (consumer, logicalAddress string, err error) {
	var v registry.GetSupportedServiceContractsType
	if _, err := soap.DecodeRequest(registry.GetSupportedServiceContractsOperation(), envelope, &v); err != nil {
		return "", "", fmt.Errorf("reading request for contracts: %w", err)
	}
	if v.ServiceConsumerHSAID != nil {
		consumer = *v.ServiceConsumerHSAID
	}
	return consumer, v.LogicalAdress, nil
}

// Supported is the response envelope of GetSupportedServiceContracts: the responder namespaces, in the order given.
func Supported(namespaces []string) ([]byte, error) {
	v := &registry.GetSupportedServiceContractsResponseType{}
	for _, n := range namespaces {
		v.ServiceContractNamespace = append(v.ServiceContractNamespace, registry.ServiceContractNamespaceType{
			ServiceContractNamespace: n,
		})
	}
	return soap.EncodeResponse(registry.GetSupportedServiceContractsOperation(), v)
}

// ReadAddressees reads a request of GetLogicalAddresseesByServiceContract: where may consumer call contract, a
// responder namespace?
func ReadAddressees(envelope []byte) (consumer, contract string, err error) {
	var v registry.GetLogicalAddresseesByServiceContractType
	if _, err := soap.DecodeRequest(registry.GetLogicalAddresseesByServiceContractOperation(), envelope, &v); err != nil {
		return "", "", fmt.Errorf("reading request for addressees: %w", err)
	}
	return v.ServiceConsumerHSAID, v.ServiceContractNameSpace.ServiceContractNamespace, nil
}

// Addressee is one logical address that a consumer may call.
type Addressee struct {
	LogicalAddress string
	Filters        []Filter // none: without restriction
}

// Filter restricts a permission to parts of a service domain.
type Filter struct {
	Domain     string   // namespace of the service domain
	Categories []string // none: all
}

// Addressees is the response envelope of GetLogicalAddresseesByServiceContract, in the order given.
func Addressees(addressees []Addressee) ([]byte, error) {
	v := &registry.GetLogicalAddresseesByServiceContractResponseType{}
	for _, a := range addressees {
		record := registry.LogicalAddresseeRecordType{LogicalAddress: a.LogicalAddress}
		for _, f := range a.Filters {
			record.Filter = append(record.Filter, registry.FilterType{ServiceDomain: f.Domain, Categorization: f.Categories})
		}
		v.LogicalAddressRecord = append(v.LogicalAddressRecord, record)
	}
	return soap.EncodeResponse(registry.GetLogicalAddresseesByServiceContractOperation(), v)
}
