package relay_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

const (
	supported1 = "urn:riv:itintegration:registry:GetSupportedServiceContractsResponder:1"
	activeUser = "urn:riv:infrastructure:eservicesupply:patientportal:IsActiveUserResponder:1"
)

// Published contract files that nobody here wrote: their contracts are validated as is configured for each, and
// described.
func TestOtherContractsByTheirPublishedFiles(t *testing.T) {
	folder := filepath.Join("..", "..", "shared", "rivta")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the published contract files are not at ../shared/rivta")
	}
	w := newWorldOn(t, `  - {contract: "`+supported1+`", to: "*", address: "http://producer/echo"}
  - {contract: "`+activeUser+`", to: "*", address: "http://producer/echo"}
`)
	catalogue := w.catalogue
	for _, row := range catalogue.Permissions {
		if row.Sender == portal && row.Receiver == "*" {
			for _, contract := range []string{supported1, activeUser} {
				row.Contract = contract
				catalogue.Permissions = append(catalogue.Permissions, row)
			}
		}
	}
	table := w.build(catalogue)
	registry := func(mode contracts.Mode) *contracts.Registry {
		r, err := contracts.NewRegistry(contracts.Options{
			Pack: inferred.Pack{}, Folders: []contracts.Folder{{Name: "rivta", Files: os.DirFS(folder)}},
			PerContract: map[string]contracts.PerOptions{supported1: {Validation: mode}, "IsActiveUser": {Validation: mode}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	envelope := func(body string) []byte {
		return []byte(
			`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header><LogicalAddress ` +
				`xmlns="urn:riv:itintegration:registry:1">SE2010123456-X</LogicalAddress></s:Header><s:Body>` + body +
				`</s:Body></s:Envelope>`,
		)
	}
	good := envelope(
		`<g:GetSupportedServiceContracts xmlns:g="` + supported1 +
			`"><g:serviceConsumerHsaId>SE1</g:serviceConsumerHsaId><g:logicalAdress>SE2</g:logicalAdress>` +
			`</g:GetSupportedServiceContracts>`,
	)
	bad := envelope(
		`<g:GetSupportedServiceContracts xmlns:g="` + supported1 + `"><g:unknown/></g:GetSupportedServiceContracts>`,
	)
	// The published pattern begins with ^, which in a schema is a letter like any other: no identity fits it.
	quirk := envelope(
		`<a:IsActiveUser xmlns:a="` + activeUser + `"><a:subjectOfCareId>189001019802</a:subjectOfCareId></a:IsActiveUser>`,
	)
	for mode, refused := range map[contracts.Mode][3]bool{
		contracts.Enforce: {false, true, true}, contracts.Warn: {}, contracts.Off: {},
	} {
		w.Contracts = registry(mode)
		w.setTable(table)
		for i, message := range [][]byte{good, bad, quirk} {
			calls, logged := w.producer.calls(), w.logs.FilterMessage("let through what the contract refuses").Len()
			got := w.post(portal, message)
			fault, isFault := soap.ReadFault(got.body)
			if isFault != refused[i] ||
				isFault && (!strings.HasPrefix(fault.String, "VP015") || strings.Contains(fault.Detail, "1890")) ||
				!isFault && got.status != http.StatusOK {
				t.Errorf("%s, message %d: status %d %s", mode, i+1, got.status, got.body)
			}
			if sent := w.producer.calls() > calls; sent == refused[i] {
				t.Errorf("%s, message %d: sent on: %v", mode, i+1, sent)
			}
			if warned := w.logs.FilterMessage("let through what the contract refuses").
				Len() > logged; warned != (mode == contracts.Warn && i > 0) {
				t.Errorf("%s, message %d: warned: %v", mode, i+1, warned)
			}
		}
	}
	discreet(t, w)
	described(t, w.Contracts)
}

// described asks for the WSDL of every contract and for all files that it leads to.
func described(t *testing.T, registry *contracts.Registry) {
	t.Helper()
	if len(registry.All()) < 15 {
		t.Errorf("%d contracts are known", len(registry.All()))
	}
	const base = "https://gateway.example:8443/vp"
	get := func(url string) string {
		answer := httptest.NewRecorder()
		registry.Describe(answer, httptest.NewRequest(http.MethodGet, url, nil), base)
		if answer.Code != http.StatusOK {
			t.Errorf("%s: status %d", url, answer.Code)
		}
		return answer.Body.String()
	}
	for _, c := range registry.All() {
		at := base + c.Path()
		seen := map[string]bool{}
		todo := []string{at + "?wsdl"}
		for len(todo) > 0 && len(seen) < 50 {
			next := todo[0]
			todo = todo[1:]
			if seen[next] {
				continue
			}
			seen[next] = true
			text := get(next)
			if next == at+"?wsdl" && !strings.Contains(text, `location="`+at+`"`) &&
				!strings.Contains(text, `location='`+at+`'`) {
				t.Errorf("%s: the address is another", next)
			}
			for _, piece := range strings.Split(text, at+"?xsd=")[1:] {
				todo = append(todo, at+"?xsd="+piece[:strings.IndexAny(piece, `"'`)])
			}
			if strings.Contains(text, "schemaLocation=\"../") || strings.Contains(text, "schemaLocation='../") {
				t.Errorf("%s: a location is not rewritten", next)
			}
		}
		if len(seen) < 2 {
			t.Errorf("%s leads to no schema", at)
		}
	}
}
