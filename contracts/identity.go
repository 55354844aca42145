package contracts

import "rivgate/contracts/identity"

// OIDs of the kinds of identity.
const (
	OIDHSAID        = identity.OIDHSAID
	OIDPersonnummer = identity.OIDPersonnummer
	OIDSamordning   = identity.OIDSamordning
	OIDReserve      = identity.OIDReserve

	// TypeUnnumbered is ours, of a reporter who gave no number.
	TypeUnnumbered = identity.TypeUnnumbered
)

// PersonID is RIV-TA's PersonIdType.
type PersonID = identity.Person

// CheckIdentity judges the form of an id by its OID: IDENTITY_OID_MISMATCH where the form contradicts the OID,
// IDENTITY_CHECK_DIGIT where the day does not exist or the last digit is wrong. Of an OID that is not known here, such
// as a region's own reserve numbers, only a non-blank id is asked. path is the PersonIdType element.
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
