package main

import (
	"bytes"
	"encoding/hex"
	"math"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rivgate/contracts"
	"rivgate/contracts/inferred"
	"rivgate/soap"
)

// A case with ten files of 20 MB that is passed on to another unit's system comes there with them, with bounded memory.
func TestTenLargeFilesArePassedOnWithBoundedMemory(t *testing.T) {
	withLargeFiles(t, passTenLargeFiles)
}

func passTenLargeFiles(t *testing.T, binary string, environ ...string) {
	const from, to, id = "SE2010123456-SJ01", "SE2010123456-SJ02", "0198b6a0-0000-7000-8000-000000000002"
	address, got := receiveForward(t)
	dir := t.TempDir()
	replace(t, filepath.Join(dir, "catalogue.yaml"), []byte(`units:
  - {hsa_id: `+from+`, name: Sjukhuset, kind: care_unit, region: "01", attachments: true}
  - {hsa_id: `+to+`, name: Andra sjukhuset, kind: care_unit, region: "01", attachments: true}
  - {hsa_id: SE2010123456-PN01, name: Nämnden, kind: patient_board, region: "01"}
routes:
  - {contract: SendComplaint, to: SE2010123456-PN01, address: "rivgate:inbox"}
  - {contract: SendComplaint, to: `+from+`, address: "`+address+`/first", component: SE2010123456-AVV}
  - {contract: SendComplaint, to: `+to+`, address: "`+address+`/second", component: SE2010123456-DIA}
  - {contract: ReturnComplaint, to: SE0000000001-1177, address: "rivgate:portal"}
permissions:
  - {contract: SendComplaint, from_system: SE0000000001-1177, to: "*"}
  - {contract: SendComplaint, from_system: SE0000000001-RIVGATE, to: "*"}
  - {contract: ReturnComplaint, from_system: SE2010123456-AVV, to: "*"}
`))
	environ = append(environ, "RIVGATE_TAK_SOURCE="+filepath.Join(dir, "catalogue.yaml"),
		"RIVGATE_DELIVERY_SCHEDULE=100ms")
	first := serve(t, binary, dir, environ...)
	web := strings.TrimSuffix(first.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	f := newFiles(t, from, id)
	if status, answer := postFiles(t, first.lines["SOAP"], f.reader()); status != http.StatusOK ||
		!bytes.Contains(answer, []byte("OK<")) {
		t.Fatalf("status %d: %s", status, answer)
	}
	soon(t, web+"/api/deliveries?state=delivered", http.StatusOK, `"delivered"`)
	first.stop(t)

	second := serve(t, binary, dir, environ...)
	web = strings.TrimSuffix(second.lines["Pages and API"], "/")
	soon(t, web+"/readyz", http.StatusOK, "ready")
	before, began := peak(t, second.command.Process.Pid), time.Now()
	status, answer := postAs(t, second.lines["SOAP"], "SE2010123456-AVV", bytes.NewReader(passedOn(t, from, to, id)))
	if status != http.StatusOK || !bytes.Contains(answer, []byte("OK<")) {
		t.Fatalf("status %d: %s", status, answer)
	}
	answered := time.Since(began)
	select {
	case sums := <-got:
		if !slices.Equal(sums, f.sums) {
			t.Errorf("%q were sent, %q have arrived", f.sums, sums)
		}
	case <-time.After(2 * time.Minute):
		t.Fatalf("nothing arrives\n%s", second.log)
	}
	soon(t, web+"/api/deliveries?receiver="+to+"&state=delivered", http.StatusOK, `"delivered"`)
	grown := peak(t, second.command.Process.Pid) - before
	t.Logf("answered in %v, passed on and delivered in %v; the peak of the memory grew by %d MiB, from %d",
		answered.Round(time.Millisecond), time.Since(began).Round(time.Millisecond), grown>>20, before>>20)
	if grown > mostForFiles {
		t.Errorf("the peak of the memory grew by %d MiB", grown>>20)
	}
	second.stop(t)
}

// passedOn is the update with which a unit passes a case of newFiles on.
func passedOn(t *testing.T, from, to, id string) []byte {
	t.Helper()
	envelope, err := inferred.Pack{}.Write(&contracts.Message{
		ID:       contracts.II{Root: "SE2010123456-AVV", Extension: "0198b6a0-0000-7000-8000-000000000003"},
		SentTime: contracts.NewStamp(time.Now()), Sequence: 1,
		CaseID: &contracts.II{Root: "SE0000000001-1177", Extension: "case-" + id}, Receiver: "SE0000000001-1177",
		Update: &contracts.Update{
			Type: contracts.Forwarded, HandlingUnit: contracts.OrgUnit{HSAID: from}, Text: "Gäller den andra enheten.",
			NewRecipient: &contracts.OrgUnit{HSAID: to},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return envelope
}

// receiveForward opens a handling system that tells the digests of the files of a case that was passed on to it.
func receiveForward(t *testing.T) (address string, got <-chan []string) {
	t.Helper()
	registry, err := contracts.NewRegistry(contracts.Options{Pack: inferred.Pack{}})
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := registry.Send().WriteReceipt(contracts.Receipt{
		Result: contracts.Result{Code: contracts.OK, LogID: "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sums := make(chan []string, 16)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := soap.ReadRequest(r.Body, r.Header.Get("Content-Type"), soap.Limits{Message: math.MaxInt64 >> 1})
		if err == nil {
			err = req.Condense(registry.Send().Condensing())
		}
		var m *contracts.Message
		if err == nil {
			m, err = registry.Send().Read(req)
		}
		if err != nil {
			t.Errorf("what arrives cannot be read: %v", err)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = w.Write(receipt)
		if m.Forward == nil {
			return
		}
		var all []string
		for _, a := range m.Attachments() {
			all = append(all, hex.EncodeToString(a.Content.SHA256[:]))
		}
		sums <- all
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String(), sums
}
