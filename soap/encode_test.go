package soap

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"

	"rivgate/soap/codec"
)

// keepType is the request and the response of the operation Keep.
type keepType struct{ Name string }

func (v *keepType) ReadXML(p *codec.Part) bool { return codec.Read(p, "urn:t", "name", &v.Name) }
func (v *keepType) WriteXML(w *codec.Writer)   { codec.Write(w, "urn:t", "name", &v.Name) }

func keepOperation() Operation {
	return Operation{
		Name: "Keep", Contract: "urn:t", SOAPAction: "urn:t:Keep", Profile: RIVTABP21,
		Request:  xml.Name{Space: "urn:t", Local: "Keep"},
		Response: xml.Name{Space: "urn:t", Local: "KeepResponse"},
		Headers:  []xml.Name{{Space: NamespaceRegistry, Local: "LogicalAddress"}},
	}
}

func enveloped(keep string) []byte {
	return []byte(`<s:Envelope xmlns:s="` + NamespaceEnvelope + `"><s:Body>` + keep + `</s:Body></s:Envelope>`)
}

func TestEncodeResponse(t *testing.T) {
	response, err := EncodeResponse(keepOperation(), &keepType{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(response), "Header") || !strings.Contains(string(response), "<n1:KeepResponse><n1:name>") {
		t.Errorf("response: %s", response)
	}
}

func TestDecodeTellsAFault(t *testing.T) {
	fault := &Fault{Code: CodeServer, String: "VP004", Detail: "d"}
	err := DecodeResponse(keepOperation(), fault.Envelope(), new(keepType))
	var got *Fault
	if !errors.As(err, &got) || *got != *fault {
		t.Errorf("got %#v", err)
	}
}
