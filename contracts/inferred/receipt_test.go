package inferred_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jacoelho/xsd"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
	"rivgate/wsdl"
)

func TestReceiptBytes(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	got, err := r.Send().WriteReceipt(contracts.Receipt{
		Result:         contracts.UnknownCase().Result("log-1"),
		ExternalCaseID: &contracts.II{Root: "SE2010123456-SYS", Extension: "2026-17"},
		ReceivedTime:   stamp("20260301101700"),
	})
	if err != nil {
		t.Fatal(err)
	}
	const domain = "urn:riv-application:supportprocess:logistics:complaintsandfeedback:"
	want := `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:n1="` + domain +
		`SendComplaintResponder:1" xmlns:n2="` + domain + `1">` +
		`<soap:Body><n1:SendComplaintResponse><n1:result><n2:resultCode>ERROR</n2:resultCode>` +
		`<n2:errorCode>APPLICATION_ERROR</n2:errorCode>` +
		`<n2:logId>log-1</n2:logId><n2:subCode>UNKNOWN_CASE</n2:subCode><n2:message>Ärendet finns inte här. Kontrollera ` +
		`ärendets id och att ` +
		`meddelandet går till rätt mottagare. (caseId)</n2:message></n1:result><n1:externalCaseId>` +
		`<n2:root>SE2010123456-SYS</n2:root>` +
		`<n2:extension>2026-17</n2:extension></n1:externalCaseId><n1:receivedTime>20260301101700</n1:receivedTime>` +
		`</n1:SendComplaintResponse>` +
		`</soap:Body></soap:Envelope>`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

// Every result that the contract knows is written valid and read back.
func TestReceiptsAreReadBack(t *testing.T) {
	r := openRegistry(t, contracts.Options{})
	results := []contracts.Result{
		contracts.Accepted("log"), contracts.OutOfOrder("log"),
		(&contracts.Error{Code: contracts.TechnicalError}).Result("log"),
		contracts.DuplicateContentMismatch().Result("log"), contracts.RecipientMismatch().Result("log"),
		contracts.UnknownCase().Result("log"),
		contracts.CaseClosed().Result("log"), contracts.NotCurrentHandler().Result("log"),
		contracts.NoOpenQuestion().Result("log"),
		contracts.AttachmentNotAllowed().Result("log"), contracts.RegionNotActive().Result("log"),
		contracts.FieldMissing("SendComplaint/caseId", "Ange ärendets id.").Result("log"),
	}
	id := &contracts.II{Root: "SE0000000001-1177", Extension: "case-1"}
	for _, c := range []*contracts.Contract{r.Send(), r.Return()} {
		engine := responseSchema(t, c)
		for _, result := range results {
			receipt := contracts.Receipt{Result: result}
			if c.Send() {
				receipt.ExternalCaseID, receipt.ReceivedTime = id, stamp("20260301101700")
			} else {
				receipt.CaseID = id
			}
			envelope, err := c.WriteReceipt(receipt)
			if err != nil {
				t.Fatal(err)
			}
			if err := engine.Validate(context.Background(), strings.NewReader(string(envelope))); err != nil {
				t.Errorf("%s %s: %v", c.Name, result.SubCode, err)
			}
			read, err := c.ReadReceipt(envelope)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(receipt, read); d != "" {
				t.Errorf("%s %s: %s", c.Name, result.SubCode, d)
			}
		}
	}
}

// responseSchema is the schema of a response in its envelope.
func responseSchema(t *testing.T, c *contracts.Contract) *xsd.Engine {
	t.Helper()
	pack, err := wsdl.Pack(c.Pack)
	if err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf(`<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:c="%s" targetNamespace="%s" elementFormDefault="qualified">
<xs:import namespace="%s" schemaLocation="%s"/><xs:element name="Envelope"><xs:complexType><xs:sequence><xs:element name="Body"><xs:complexType><xs:sequence>
<xs:element ref="c:%s"/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element></xs:schema>`,
		c.Contract, soap.NamespaceEnvelope, c.Contract, path.Join(path.Dir(c.WSDL), strings.TrimSuffix(path.Base(strings.Replace(c.WSDL,
			"Interaction_", "Responder_", 1)), "_RIVTABP21.wsdl")+".xsd"),
		c.Response.Local)
	resolve := func(_ context.Context, base, location string) (xsd.SchemaSource, error) {
		name := path.Join(path.Dir(base), location)
		text, err := fs.ReadFile(pack, name)
		return xsd.Bytes(name, text), err
	}
	engine, err := xsd.Compile(context.Background(),
		xsd.Bytes("response.xsd", []byte(wrapper)).WithResolver(xsd.ResolverFunc(resolve)))
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func TestAnswersThatAreNoReceipt(t *testing.T) {
	c := openRegistry(t, contracts.Options{}).Send()
	other, err := openRegistry(t, contracts.Options{}).Return().WriteReceipt(contracts.Receipt{
		Result: contracts.Accepted("log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.WriteReceipt(contracts.Receipt{Result: contracts.Accepted("log")})
	if err != nil {
		t.Fatal(err)
	}
	fault := (&soap.Fault{Code: soap.CodeServer, String: "VP009"}).Envelope()
	for sentence, envelope := range map[string][]byte{
		"a fault":                fault,
		"nothing":                nil,
		"a page":                 []byte("<html><body>busy</body></html>"),
		"another response":       other,
		"a request":              []byte(write(t, sampleSend())),
		"a result without code":  []byte(strings.Replace(string(own), "OK", "", 1)),
		"a result of other code": []byte(strings.Replace(string(own), "OK", "FINE", 1)),
		"half an answer":         own[:len(own)-20],
	} {
		_, err := c.ReadReceipt(envelope)
		if err == nil {
			t.Errorf("%s was read as a receipt", sentence)
		}
		var f *soap.Fault
		if (sentence == "a fault") != errors.As(err, &f) {
			t.Errorf("%s: %v", sentence, err)
		}
	}
	if _, err := (inferred.Pack{}).WriteReceipt(soap.Operation{Name: "Other"}, contracts.Receipt{}); err == nil {
		t.Error("a receipt of no operation was written")
	}
}
