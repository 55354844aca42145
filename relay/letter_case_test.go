package relay_test

import (
	"net/http"
	"strings"
	"testing"

	"rivgate/soap"
)

func TestSpellingsAreToldOnce(t *testing.T) {
	w := newWorld(t)
	spelled := func(contract string) answer {
		return w.post(portal,
			[]byte(strings.Replace(string(ping("SE2010123456-X")), "urn:riv:rivgate:test:AnyResponder:1", contract, 1)))
	}
	for _, contract := range []string{
		"urn:riv:rivgate:test:anyresponder:1", "urn:riv:rivgate:test:anyresponder:1", "urn:riv:rivgate:test:ANYRESPONDER:1",
		"urn:riv:rivgate:test:AnyResponder:1",
	} {
		if got := spelled(contract); got.status != http.StatusOK {
			t.Fatalf("%s: %s", contract, got.body)
		}
	}
	if n := w.logs.FilterMessage("a contract is spelled in another letter case than in the catalogue").Len(); n != 2 {
		t.Errorf("%d warnings, not one for each spelling", n)
	}
}

// A contract that is read here is read by its schema, in which a namespace in another letter case is another one: it
// is refused by what it is, and passes neither the schema nor the case's rules by.
func TestALetterCaseIsNoWayAroundTheSchema(t *testing.T) {
	w := newWorld(t)
	before := w.producer.calls()
	envelope := strings.ReplaceAll(string(written(t, complaint(systemUnit, "a"))), "SendComplaintResponder",
		"SENDCOMPLAINTRESPONDER")
	fault, refused := soap.ReadFault(w.post(portal, []byte(envelope)).body)
	if !refused || !strings.HasPrefix(fault.String, "VP015 ") ||
		!strings.Contains(fault.Detail, "SendComplaintResponder:1") {
		t.Errorf("got %+v", fault)
	}
	w.work()
	if w.producer.calls() != before {
		t.Error("it reached the producer")
	}
}
