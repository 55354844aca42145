package wsdl

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jacoelho/xsd"
)

// TestAReceiverOfVersion10TakesVersion11: who has the files of SendComplaint 1.0, as they stand in testdata, takes a
// message of 1.1 with each validator and SOAP client that we have. Who has those of 1.1 sees what is wrong in it.
func TestAReceiverOfVersion10TakesVersion11(t *testing.T) {
	dir := filepath.Join(unpack(t, Inferred), "schemas/interactions/SendComplaintInteraction")
	for _, name := range []string{"SendComplaintResponder_1.0.xsd", "SendComplaintInteraction_1.0_RIVTABP21.wsdl"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := filepath.Join(dir, "SendComplaintResponder_1.0.xsd")
	now := filepath.Join(dir, "SendComplaintResponder_1.1.xsd")
	for _, name := range []string{"supplement.xml", "withdrawal.xml"} {
		message, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		wrong := bytes.ReplaceAll(message, []byte("<e:author>"), []byte("<e:author><e:wrong/>"))
		wrong = bytes.ReplaceAll(wrong, []byte("<e:reason>"), []byte("<e:reason><e:wrong/>"))
		for _, c := range []struct {
			what, schema string
			message      []byte
			taken        bool
		}{
			{"1.0", before, message, true},
			{"1.1", now, message, true},
			{"1.0, of what it does not know", before, wrong, true},
			{"1.1, of what is wrong", now, wrong, false},
		} {
			if err := takes(t, c.schema, c.message); (err == nil) != c.taken {
				t.Errorf("%s, %s: %v", name, c.what, err)
			}
			if err := linted(t, c.schema, c.message); (err == nil) != c.taken {
				t.Errorf("%s, %s, xmllint: %v", name, c.what, err)
			}
		}
		for _, version := range []string{"1.0", "1.1"} {
			parsed(t, filepath.Join(dir, "SendComplaintInteraction_"+version+"_RIVTABP21.wsdl"), filepath.Join("testdata", name))
		}
	}
}

// takes validates a message by the validator of this gateway.
func takes(t *testing.T, schema string, message []byte) error {
	t.Helper()
	engine, err := xsd.Compile(context.Background(), xsd.File(schema))
	if err != nil {
		t.Fatal(err)
	}
	session, err := engine.NewSession(xsd.ValidateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return session.Validate(context.Background(), bytes.NewReader(message))
}

// linted validates a message by libxml2.
func linted(t *testing.T, schema string, message []byte) error {
	t.Helper()
	if err := exec.Command("xmllint", "--version").Run(); err != nil {
		t.Skip("SKIPPED: no xmllint here")
	}
	command := exec.Command("xmllint", "--noout", "--schema", schema, "-")
	command.Stdin = bytes.NewReader(message)
	return command.Run()
}

// parsed reads a message by a WSDL with zeep, where it is there.
func parsed(t *testing.T, wsdl, message string) {
	t.Helper()
	if err := exec.Command("/usr/bin/python3", "-c", "import zeep").Run(); err != nil {
		t.Logf("SKIPPED: no python3 with zeep here")
		return
	}
	const program = `
import sys, zeep
from lxml import etree
client = zeep.Client(sys.argv[1])
root = etree.parse(sys.argv[2]).getroot()
read = client.get_element(root.tag).parse(root, client.wsdl.types)
assert read.answer.text and read.sequenceNumber == 2, read
`
	if out, err := exec.Command("/usr/bin/python3", "-c", program, wsdl, message).CombinedOutput(); err != nil {
		t.Errorf("%s by %s: %v\n%s", message, filepath.Base(wsdl), err, out)
	}
}
