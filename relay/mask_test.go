package relay_test

import (
	"errors"
	"strings"
	"testing"

	"rivgate/routing"
)

// What a caller put into an address comes back in a fault without numbers of persons, however they are written.
func TestNoFaultHasANumberOfAPerson(t *testing.T) {
	w := newWorld(t)
	for text, kept := range map[string]bool{
		"189001019802": false, "18900101-9802": false, "900101 9802": false, "18900101\u20139802": false,
		"22AB12345678":      false,
		"SE2010123456-VC01": true, "1234567890123": true, "900101-98": true,
	} {
		_, err := w.Table().Decide(routing.Call{Sender: text, Receiver: text, Contract: "urn:" + text + ":x"}, w.Now())
		var refused *routing.Error
		if !errors.As(err, &refused) {
			t.Fatalf("%q: %v", text, err)
		}
		fault := w.Fault(err)
		if strings.Contains(fault.String+fault.Detail, text) != kept {
			t.Errorf("%q: %s, %s", text, fault.String, fault.Detail)
		}
	}
}
