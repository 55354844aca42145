package platform

import (
	"fmt"
	"testing"
	"time"

	"rivgate/contracts/platform/monitoring"
	"rivgate/soap"
)

func TestAPingIsAskedAndAnswered(t *testing.T) {
	request, err := AskPing("urn:c", "SE0000000001-2")
	if err != nil {
		t.Fatal(err)
	}
	contract, address, err := ReadPing(request)
	if err != nil || contract != "urn:c" || address != "SE0000000001-2" {
		t.Errorf("got %q, %q, %v", contract, address, err)
	}
	answer, err := Ping("1.0", time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC), nil)
	if err != nil {
		t.Fatal(err)
	}
	if version, err := ReadPinged(answer); err != nil || version != "1.0" {
		t.Errorf("got %q, %v", version, err)
	}
	if _, err := ReadPinged(request); err == nil {
		t.Error("a request was read as an answer")
	}
}

// ReadPing reads a request of PingForConfiguration.
func ReadPing(envelope []byte) (contract, logicalAddress string, err error) {
	var v monitoring.PingForConfigurationType
	if _, err := soap.DecodeRequest(monitoring.PingForConfigurationOperation(), envelope, &v); err != nil {
		return "", "", fmt.Errorf("reading ping: %w", err)
	}
	return v.ServiceContractNamespace, v.LogicalAddress, nil
}
