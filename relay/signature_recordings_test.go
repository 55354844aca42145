package relay_test

import (
	"bytes"
	"encoding/pem"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"rivgate/soap/signature"
	"rivgate/soap/signature/signaturetest"
)

var resign = flag.Bool("resign", false, "write the requests of the recordings of message signatures anew, by new keys")

// TestAttacksAreRecorded sees that each attack has its recording, and writes them where -resign says so; then
// -update of TestRecordings writes their answers. The keys are not kept.
func TestAttacksAreRecorded(t *testing.T) {
	folder := filepath.Join(recordingsFolder, "message-signature")
	var s *signedWorld
	signed := ""
	if *resign {
		s = newSignedWorld(t)
		own := s.signer(portal)
		own.NewID, own.Lifetime = func() string { return signaturetest.ID }, 24*time.Hour
		signed = string(s.sign(own, []byte(signaturetest.Envelope)))
		trust := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.authority.Certificate.Raw})
		world := "-- catalogue.yaml --\nroutes:\n  - {contract: \"" + anyContract + "\", to: \"*\", " +
			"address: \"http://producer/echo\", signature: require}\npermissions:\n" +
			"  - {contract: \"" + anyContract + "\", from_system: " + portal + ", to: \"*\"}\n" +
			"-- trust.pem --\n" + string(trust)
		record(t, filepath.Join(folder, "world.txtar"), world)
	}
	all := append([]signaturetest.Attack{
		{Name: "accepted", Change: func(s string) string { return s }},
		{Name: "replayed", Change: func(s string) string { return s }, Code: string(signature.Replayed)},
	}, signaturetest.Attacks...)
	for i, a := range all {
		slug := strings.NewReplacer(" ", "-", ",", "").Replace(strings.ToLower(a.Name))
		if i > 1 {
			slug = "refused-" + slug
		}
		file := filepath.Join(folder, slug+".txtar")
		if *resign {
			record(t, file, "-- request.headers --\nX-Vp-Sender-Id: "+portal+"\nX-Vp-Instance-Id: dev_env\nTest-Show: log\n"+
				"-- request.xml --\n"+a.Change(signed)+"\n")
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
			continue
		}
		if a.Code != "" && !bytes.Contains(text, []byte(a.Code+": ")) {
			t.Errorf("the log of %s does not say %s", slug, a.Code)
		}
		if i > 0 && !bytes.Contains(text, []byte("outcome: VP015")) {
			t.Errorf("%s is not refused", slug)
		}
	}
}

func record(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
