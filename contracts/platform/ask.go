package platform

import (
	"fmt"

	"rivgate/contracts/platform/monitoring"
	"rivgate/soap"
)

// AskPing is a request envelope of PingForConfiguration (RIVTABP21) to who stands behind a contract at a logical
// address.
func AskPing(contract, logicalAddress string) ([]byte, error) {
	return soap.Encode(monitoring.PingForConfigurationOperation(), logicalAddress,
		&monitoring.PingForConfigurationType{ServiceContractNamespace: contract, LogicalAddress: logicalAddress})
}

// ReadPinged reads the answer to a ping: the version of who answered. The error is about an envelope that is no such
// answer.
func ReadPinged(envelope []byte) (version string, err error) {
	var v monitoring.PingForConfigurationResponseType
	if err := soap.DecodeResponse(monitoring.PingForConfigurationOperation(), envelope, &v); err != nil {
		return "", fmt.Errorf("reading the answer to a ping: %w", err)
	}
	return v.Version, nil
}
