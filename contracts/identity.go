package contracts

import "strings"

// OIDs of the kinds of identity.
const (
	OIDHSAID        = "1.2.752.129.2.1.4.1"
	OIDPersonnummer = "1.2.752.129.2.1.3.1" // personal identity number
	OIDSamordning   = "1.2.752.129.2.1.3.3" // coordination number: the day of birth plus 60
	OIDReserve      = "1.2.752.74.9.1"      // national reserve identity
)

// CheckIdentity judges the form of an id by its OID: IDENTITY_OID_MISMATCH where the form contradicts the OID, IDENTITY_CHECK_DIGIT where
// the day does not exist or the last digit is wrong. Of an OID that is not known here, such as a region's own reserve numbers, only a
// non-blank id is asked. path is the PersonIdType element.
func CheckIdentity(p PersonID, path string) *Error {
	if strings.TrimSpace(p.ID) == "" {
		return FieldMissing(path+"/id", "Ange personens id.")
	}
	switch p.Type {
	case OIDPersonnummer, OIDSamordning:
		return checkNumber(p, path)
	case OIDReserve:
		if !reserveForm(p.ID) {
			return oidMismatch(path)
		}
	case OIDHSAID:
		if !hsaForm(p.ID) {
			return oidMismatch(path)
		}
	default:
		if !oidForm(p.Type) {
			return refuse(SubIdentityOIDMismatch, path+"/type", "Identitetens typ är ingen OID. Ange OID för personnummer, samordningsnummer "+
				"eller reservnummer.")
		}
	}
	return nil
}

func oidMismatch(path string) *Error {
	return refuse(SubIdentityOIDMismatch, path+"/id", "Identiteten har inte den form som dess OID kräver. Ange tolv tecken utan "+
		"skiljetecken, och den OID som hör till slaget av nummer.")
}

func checkNumber(p PersonID, path string) *Error {
	if len(p.ID) != 12 || !digits(p.ID) {
		return oidMismatch(path)
	}
	coordination := p.ID[6] >= '6'
	if coordination != (p.Type == OIDSamordning) {
		return oidMismatch(path)
	}
	if !birthday(p.ID[:8], coordination) || !luhn(p.ID[2:]) {
		return refuse(SubIdentityCheckDigit, path+"/id", "Numret finns inte: dagen eller kontrollsiffran är fel. Kontrollera numret och "+
			"skicka meddelandet på nytt med ett nytt id.")
	}
	return nil
}

// birthday tells whether the first eight digits are a day. A coordination number has 60 added to the day.
// Deviation: month 00 and day 60 are taken too; numbers given to persons whose birthday is not wholly known have them, and it is worse
// to refuse a person than to take a number that does not exist.
func birthday(s string, coordination bool) bool {
	if !coordination {
		return validDate(s)
	}
	month, day := s[4:6], string([]byte{s[6] - 6, s[7]})
	if month == "00" {
		month = "01"
	}
	if day == "00" {
		day = "01"
	}
	return validDate(s[:4] + month + day)
}

// luhn tells whether the last of ten digits is the check digit of the other nine.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d := int(s[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func reserveForm(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && !isLetter(c) {
			return false
		}
	}
	return true
}

// hsaForm is the form of an HSA-id. It is asked only of persons; addressing takes any non-blank string.
func hsaForm(s string) bool {
	return len(s) <= 31 && strings.IndexByte(s, '-') > 2 && strings.IndexFunc(s, func(r rune) bool {
		return r > 0x7f || r != '-' && !isDigit(byte(r)) && !isLetter(byte(r))
	}) < 0
}

func oidForm(s string) bool {
	if !strings.Contains(s, ".") {
		return false
	}
	for arc := range strings.SplitSeq(s, ".") {
		if arc == "" || !digits(arc) || len(arc) > 1 && arc[0] == '0' {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
