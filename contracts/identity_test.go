package contracts

import "testing"

func TestIdentity(t *testing.T) {
	cases := []struct {
		sentence, id, oid, subCode string
	}{
		{"a number of the 1890s", "189001019802", OIDPersonnummer, ""},
		{"a number of the 1900s", "190001019801", OIDPersonnummer, ""},
		{"a number of the 2000s", "201701012393", OIDPersonnummer, ""},
		{"a leap day", "202402292383", OIDPersonnummer, ""},
		{"a coordination number", "191401682396", OIDSamordning, ""},
		{"a young coordination number", "202201612393", OIDSamordning, ""},
		{"a reserve number has letters", "22AB12345678", OIDReserve, ""},
		{"a region's own number is believed", "anything", "1.2.752.97.3.1.3", ""},
		{"an HSA-id", "SE2010123456-1001", OIDHSAID, ""},
		{"nothing is no identity", " ", OIDPersonnummer, SubFieldMissing},
		{"the check digit is wrong", "189001019803", OIDPersonnummer, SubIdentityCheckDigit},
		{"a coordination number's check digit is wrong", "191401682397", OIDSamordning, SubIdentityCheckDigit},
		{"no such month", "189013019802", OIDPersonnummer, SubIdentityCheckDigit},
		{"no such day", "189002309802", OIDPersonnummer, SubIdentityCheckDigit},
		{"no leap day that year", "202302292383", OIDPersonnummer, SubIdentityCheckDigit},
		{"no such day of a coordination number", "191402902396", OIDSamordning, SubIdentityCheckDigit},
		{"a separator", "18900101-9802", OIDPersonnummer, SubIdentityOIDMismatch},
		{"ten digits", "9001019802", OIDPersonnummer, SubIdentityOIDMismatch},
		{"letters", "18900101980A", OIDPersonnummer, SubIdentityOIDMismatch},
		{"a coordination number under a personnummer's OID", "191401682396", OIDPersonnummer, SubIdentityOIDMismatch},
		{"a personnummer under a coordination number's OID", "189001019802", OIDSamordning, SubIdentityOIDMismatch},
		{"a reserve number is twelve characters", "22AB1234567", OIDReserve, SubIdentityOIDMismatch},
		{"a reserve number has no signs", "22AB-2345678", OIDReserve, SubIdentityOIDMismatch},
		{"a personnummer is no HSA-id", "189001019802", OIDHSAID, SubIdentityOIDMismatch},
		{"a word is no OID", "189001019802", "personnummer", SubIdentityOIDMismatch},
		{"an OID has no empty arcs", "189001019802", "1.2..3", SubIdentityOIDMismatch},
		{"no OID at all", "189001019802", "", SubIdentityOIDMismatch},
	}
	for _, c := range cases {
		t.Run(c.sentence, func(t *testing.T) {
			err := CheckIdentity(PersonID{ID: c.id, Type: c.oid}, "author")
			got := ""
			if err != nil {
				got = err.SubCode
			}
			if got != c.subCode {
				t.Errorf("got %q, want %q", got, c.subCode)
			}
		})
	}
}
