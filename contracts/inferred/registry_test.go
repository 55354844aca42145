package inferred_test

import (
	"testing"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
)

const (
	ping    = "urn:riv:itintegration:monitoring:PingForConfigurationResponder:1"
	support = "urn:riv:infrastructure:itintegration:registry:GetSupportedServiceContractsResponder:2"
	address = "urn:riv:infrastructure:itintegration:registry:GetLogicalAddresseesByServiceContractResponder:2"
	domain  = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:"
)

func TestRegistry(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	want := map[string]string{
		"PingForConfiguration":                  ping,
		"GetSupportedServiceContracts":          support,
		"GetLogicalAddresseesByServiceContract": address,
		"SendComplaint":                         domain + "SendComplaintResponder:1",
		"ReturnComplaint":                       domain + "ReturnComplaintResponder:1",
	}
	names := r.Names()
	if len(names) != len(want) || len(r.All()) != len(want) {
		t.Errorf("names are %v", names)
	}
	for name, namespace := range want {
		c := r.Contract(namespace)
		if c == nil || names[name] != namespace {
			t.Fatalf("%s is %q", name, names[name])
		}
		complaints := c == r.Send() || c == r.Return()
		if c.Complaints != complaints || c.Durable != complaints || r.Durable(namespace) != complaints ||
			c.Validation != contracts.Enforce {
			t.Errorf("%s: %+v", name, c)
		}
		if c.SOAPAction != namespace+":"+name || c.Request.Local != name || c.Response.Local != name+"Response" ||
			len(c.Headers) != 1 {
			t.Errorf("%s: %+v", name, c.Operation)
		}
	}
	if !r.Send().Send() || r.Send().Return() || !r.Return().Return() || r.Return().Send() || r.Contract(ping).Send() ||
		r.Contract(ping).Return() {
		t.Error("send and return are mixed up")
	}
	if r.Contract("urn:other") != nil || r.Durable("urn:other") {
		t.Error("an unknown contract is known")
	}
	if set, ok := r.CodeSet(contracts.SystemProblem); !ok || len(set.Codes) < 30 {
		t.Errorf("code set: %v, %v", set, ok)
	}
	if _, ok := r.CodeSet("1.2.3"); ok {
		t.Error("an unknown code set is known")
	}
}

func TestOptions(t *testing.T) {
	r := openRegistry(t, contracts.Options{Validation: contracts.Warn, PerContract: map[string]contracts.PerOptions{
		"SendComplaint":                       {Delivery: contracts.DeliverForward},
		domain + "ReturnComplaintResponder:1": {Validation: contracts.Off},
		ping:                                  {Validation: contracts.Enforce, Delivery: contracts.DeliverQueue},
	}})
	if c := r.Send(); c.Durable || c.Validation != contracts.Warn {
		t.Errorf("send: %v %v", c.Durable, c.Validation)
	}
	if c := r.Return(); !c.Durable || c.Validation != contracts.Off {
		t.Errorf("return: %v %v", c.Durable, c.Validation)
	}
	if c := r.Contract(ping); !c.Durable || c.Validation != contracts.Enforce {
		t.Errorf("ping: %v %v", c.Durable, c.Validation)
	}
	for sentence, o := range map[string]contracts.Options{
		"an unknown mode": {Validation: "strict"},
		"an unknown mode of a contract": {
			PerContract: map[string]contracts.PerOptions{"SendComplaint": {Validation: "strict"}},
		},
		"an unknown delivery": {PerContract: map[string]contracts.PerOptions{"SendComplaint": {Delivery: "post"}}},
		"an unknown contract": {PerContract: map[string]contracts.PerOptions{"SendComplain": {}}},
	} {
		o.Pack = inferred.Pack{}
		if _, err := contracts.NewRegistry(o); err == nil {
			t.Errorf("%s was taken", sentence)
		}
	}
	if _, err := contracts.NewRegistry(contracts.Options{}); err == nil {
		t.Error("a registry without pack was opened")
	}
}

func TestContractsOfThePlatformHaveNoModel(t *testing.T) {
	c := openRegistry(t, contracts.Options{}).Contract(ping)
	if _, err := c.ReadEnvelope(nil); err == nil {
		t.Error("read")
	}
	if _, err := c.Map(nil); err == nil {
		t.Error("mapped")
	}
	if _, err := c.Write(&contracts.Message{}); err == nil {
		t.Error("written")
	}
	if _, err := c.WriteReceipt(contracts.Receipt{}); err == nil {
		t.Error("receipt written")
	}
	if _, err := c.ReadReceipt(nil); err == nil {
		t.Error("receipt read")
	}
	valid := `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><p:PingForConfiguration xmlns:p="` +
		ping +
		`"><p:serviceContractNamespace>urn:x</p:serviceContractNamespace>` +
		`<p:logicalAddress>SE0000000001-1</p:logicalAddress></p:PingForConfiguration></s:Body></s:Envelope>`
	if err := c.Validate([]byte(valid)); err != nil {
		t.Error(err)
	}
	if err := c.Validate([]byte(valid[:len(valid)-60])); err == nil {
		t.Error("half an envelope is valid")
	}
}
