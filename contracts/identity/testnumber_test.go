package identity_test

import (
	"testing"

	"rivgate/contracts/identity"
)

func TestTestNumbers(t *testing.T) {
	for id, want := range map[string]bool{
		"189001019802": true, "18900101-9802": true, "900101-9802": true, "900101+9802": true, "189001019803": true,
		"191401682396": true, "140168-2396": true, "202302292383": true, // made wrong: there was no 29 February
		"195005060008": true, "500506-0009": true, "195005660007": true, "00XX00000001": true, "00000000XX01": true,
		"199001019802": false, // the same ten digits in another century are another person's
		"202402282383": false, // a day that exists
		"195005069801": false, "195005060013": false, "500506-0013": false, "22AB12345678": false, "00AB12345678": false,
		"20240229TF12": false, "": false, "0": false,
	} {
		if got := identity.IsTest(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
	for _, number := range identity.PublishedTestNumbers {
		kind := identity.OIDPersonnummer
		if number[6] >= '6' {
			kind = identity.OIDSamordning
		}
		if fault := (identity.Person{ID: number, Type: kind}).Check(); fault != identity.Right || !identity.Holds(number) {
			t.Errorf("%s: %v", number, fault)
		}
	}
}
