package contracts

import "rivgate/contracts/identity"

// OIDs of the kinds of identity.
const (
	OIDHSAID        = identity.OIDHSAID
	OIDPersonnummer = identity.OIDPersonnummer
	OIDSamordning   = identity.OIDSamordning
	OIDReserve      = identity.OIDReserve

	// TypeUnnumbered is the gateway's own, for a reporter who gave no number.
	TypeUnnumbered = identity.TypeUnnumbered
)

// PersonID is RIV-TA's PersonIdType.
type PersonID = identity.Person

// CheckIdentity checks the form of an id by its OID. The error is IDENTITY_OID_MISMATCH when the form contradicts the
// OID, and IDENTITY_CHECK_DIGIT when the day does not exist or the last digit is wrong. When the OID is not known here,
// such as that of a region's own reserve numbers, the id must only not be blank. path is the PersonIdType element.
func CheckIdentity(p PersonID, path string) *Error {
	switch p.Check() {
	case identity.Missing:
		return FieldMissing(path+"/id", "Ange personens id.")
	case identity.NoOID:
		return refuse(SubIdentityOIDMismatch, path+"/type",
			"Identitetens typ är ingen OID. Ange OID för personnummer, samordningsnummer "+
				"eller reservnummer.")
	case identity.WrongForm:
		return refuse(SubIdentityOIDMismatch, path+"/id",
			"Identiteten har inte den form som dess OID kräver. Ange tolv tecken utan "+
				"skiljetecken, och den OID som hör till slaget av nummer.")
	case identity.WrongDigit:
		return refuse(SubIdentityCheckDigit, path+"/id",
			"Numret finns inte: dagen eller kontrollsiffran är fel. Kontrollera numret och "+
				"skicka meddelandet på nytt med ett nytt id.")
	}
	return nil
}
