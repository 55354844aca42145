package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"rivgate/contracts"
)

// Who submits a case through the API and hears nothing submits it again under the same id, and gets the first answer.
func TestASubmitThatIsRepeatedGetsTheFirstAnswer(t *testing.T) {
	const unit = "SE2010123456-VC01"
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "catalogue.yaml"), []byte(`units:
  - {hsa_id: `+unit+`, name: Vårdcentralen, kind: care_unit, region: "01"}
  - {hsa_id: SE2010123456-PN01, name: Nämnden, kind: patient_board, region: "01"}
routes:
  - {contract: SendComplaint, to: SE2010123456-PN01, address: "rivgate:inbox"}
  - {contract: SendComplaint, to: `+unit+`, address: "rivgate:inbox"}
  - {contract: ReturnComplaint, to: SE0000000001-1177, address: "rivgate:portal"}
permissions: [{contract: SendComplaint, from_system: SE0000000001-1177, to: "*"}]
`))
	s := serve(t, build(t), dir, "RIVGATE_TAK_SOURCE="+filepath.Join(dir, "catalogue.yaml"))
	web := strings.TrimSuffix(s.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	submit := func(description string) (int, string) {
		t.Helper()
		body, err := json.Marshal(contracts.Message{
			ID:        contracts.II{Root: "SE0000000001-1177", Extension: "0198b6a0-0000-7000-8000-000000000004"},
			Recipient: &contracts.Recipient{Unit: contracts.OrgUnit{HSAID: unit}, Kind: contracts.KindCareUnit},
			Complaint: &contracts.Complaint{
				Reporter: contracts.Reporter{
					PersonID: contracts.PersonID{ID: "189001019802", Type: contracts.OIDPersonnummer}, Role: contracts.RolePatient,
				},
				IncidentUnit: &contracts.OrgUnit{HSAID: unit}, IncidentDate: "20260214", Description: description,
				ReplyWanted: true,
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		// What the gateway fills in is left out.
		body = bytes.ReplaceAll(body, []byte(`"sentTime":{"raw":"","utc":"0001-01-01T00:00:00Z"},"sequence":0,`), nil)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, web+"/api/cases", bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		status, text := answerOf(t, http.DefaultClient, r)
		return status, string(text)
	}
	status, first := submit("Beskrivning: jag fick vänta.")
	if status != http.StatusCreated {
		t.Fatalf("%d %s", status, first)
	}
	if status, again := submit("Beskrivning: jag fick vänta."); status != http.StatusCreated || again != first {
		t.Errorf("again: %d %s, not %s", status, again, first)
	}
	if status, other := submit("Beskrivning: något annat."); status != http.StatusUnprocessableEntity ||
		!strings.Contains(other, contracts.SubDuplicateContentMismatch) {
		t.Errorf("other content: %d %s", status, other)
	}
	s.stop(t)
}
