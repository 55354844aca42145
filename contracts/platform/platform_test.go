package platform

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rivgate/contracts/platform/monitoring"
	"rivgate/contracts/platform/registry"
	"rivgate/soap"
)

func TestNamespaces(t *testing.T) {
	for namespace, op := range map[string]soap.Operation{
		PingContract:       monitoring.PingForConfigurationOperation(),
		SupportedContract:  registry.GetSupportedServiceContractsOperation(),
		AddresseesContract: registry.GetLogicalAddresseesByServiceContractOperation(),
	} {
		if op.Contract != namespace {
			t.Errorf("%s is the contract %s", op.Name, op.Contract)
		}
	}
}

func TestPing(t *testing.T) {
	got, err := Ping("1.0", time.Date(2026, 7, 1, 10, 0, 0, 5, time.UTC), []Setting{{"started", "20260701"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n1="` + PingContract +
		`"><soap:Body><n1:PingForConfigurationResponse>` +
		`<n1:version>1.0</n1:version><n1:pingDateTime>20260701120000</n1:pingDateTime><n1:configuration>` +
		`<n1:name>started</n1:name><n1:value>20260701</n1:value>` +
		`</n1:configuration></n1:PingForConfigurationResponse></soap:Body></soap:Envelope>`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	request, err := soap.Encode(monitoring.PingForConfigurationOperation(), "SE0000000001-1",
		&monitoring.PingForConfigurationType{ServiceContractNamespace: "urn:c", LogicalAddress: "SE0000000001-2"})
	if err != nil {
		t.Fatal(err)
	}
	contract, address, err := ReadPing(request)
	if err != nil || contract != "urn:c" || address != "SE0000000001-2" {
		t.Errorf("got %q, %q, %v", contract, address, err)
	}
}

func TestSupported(t *testing.T) {
	op := registry.GetSupportedServiceContractsOperation()
	consumer := "SE0000000001-2"
	for want, v := range map[string]*registry.GetSupportedServiceContractsType{
		consumer: {ServiceConsumerHSAID: &consumer, LogicalAdress: "SE0000000001-3"},
		"":       {LogicalAdress: "SE0000000001-3"},
	} {
		request, err := soap.Encode(op, "SE0000000001-1", v)
		if err != nil {
			t.Fatal(err)
		}
		got, address, err := ReadSupported(request)
		if err != nil || got != want || address != "SE0000000001-3" {
			t.Errorf("got %q, %q, %v", got, address, err)
		}
	}
	answer, err := Supported([]string{"urn:b", "urn:a"})
	if err != nil {
		t.Fatal(err)
	}
	var v registry.GetSupportedServiceContractsResponseType
	if err := soap.DecodeResponse(op, answer, &v); err != nil || len(v.ServiceContractNamespace) != 2 ||
		v.ServiceContractNamespace[0].ServiceContractNamespace != "urn:b" {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestAddressees(t *testing.T) {
	op := registry.GetLogicalAddresseesByServiceContractOperation()
	request, err := soap.Encode(op, "SE0000000001-1", &registry.GetLogicalAddresseesByServiceContractType{
		ServiceConsumerHSAID:     "SE0000000001-2",
		ServiceContractNameSpace: registry.ServiceContractNamespaceType{ServiceContractNamespace: "urn:c"},
	})
	if err != nil {
		t.Fatal(err)
	}
	consumer, contract, err := ReadAddressees(request)
	if err != nil || consumer != "SE0000000001-2" || contract != "urn:c" {
		t.Errorf("got %q, %q, %v", consumer, contract, err)
	}
	answer, err := Addressees([]Addressee{
		{LogicalAddress: "SE2010123456-1"},
		{LogicalAddress: "SE2010123456-2", Filters: []Filter{{Domain: "urn:d", Categories: []string{"x"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var v registry.GetLogicalAddresseesByServiceContractResponseType
	if err := soap.DecodeResponse(op, answer, &v); err != nil || len(v.LogicalAddressRecord) != 2 ||
		v.LogicalAddressRecord[1].Filter[0].Categorization[0] != "x" {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestOtherRequests(t *testing.T) {
	other, err := Ping("1.0", time.Unix(0, 0), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, envelope := range [][]byte{nil, other, []byte(strings.Repeat("<a>", 1000))} {
		if _, _, err := ReadPing(envelope); err == nil {
			t.Error("read as a ping")
		}
		if _, _, err := ReadSupported(envelope); err == nil {
			t.Error("read as a request for contracts")
		}
		if _, _, err := ReadAddressees(envelope); err == nil {
			t.Error("read as a request for addressees")
		}
	}
}
