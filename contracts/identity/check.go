package identity

import "strings"

// Fault is what is wrong with an identity.
type Fault int

// What can be wrong with an identity.
const (
	Right      Fault = iota
	Missing          // no id
	NoOID            // the type is no OID
	WrongForm        // the form of the id contradicts its OID
	WrongDigit       // the day does not exist, or the check digit is wrong
)

// Check judges the form of an identity by its OID. Of an OID that is not known here, such as that of a region's own
// reserve numbers, it asks for an id that is not blank.
func (p Person) Check() Fault {
	if Blank(p.ID) {
		return Missing
	}
	switch p.Type {
	case OIDPersonnummer, OIDSamordning:
		return p.checkNumber()
	case OIDReserve:
		if !reserveForm(p.ID) {
			return WrongForm
		}
	case OIDHSAID:
		if !hsaForm(p.ID) {
			return WrongForm
		}
	case TypeUnnumbered:
		if !unnumberedForm(p.ID) {
			return WrongForm
		}
	default:
		if !IsOID(p.Type) {
			return NoOID
		}
	}
	return Right
}

func (p Person) checkNumber() Fault {
	if len(p.ID) != 12 || !digits(p.ID) {
		return WrongForm
	}
	coordination := p.ID[6] >= '6'
	if coordination != (p.Type == OIDSamordning) {
		return WrongForm
	}
	if !birthday(p.ID[:8], coordination) || CheckDigit(p.ID[2:11]) != p.ID[11] {
		return WrongDigit
	}
	return Right
}

// birthday tells whether the first eight digits are a day. A coordination number has 60 added to the day.
// Deviation: month 00 and day 60 are taken too; numbers given to persons whose birthday is not wholly known have them,
// and it is worse to refuse a person than to take a number that does not exist.
func birthday(s string, coordination bool) bool {
	if !coordination {
		return isDay(s)
	}
	month, day := s[4:6], string([]byte{s[6] - 6, s[7]})
	if month == "00" {
		month = "01"
	}
	if day == "00" {
		day = "01"
	}
	return isDay(s[:4] + month + day)
}

// CheckDigit is the last digit of a personal identity number by the nine digits before it (Luhn).
func CheckDigit(nine string) byte {
	sum := 0
	for i := range 9 {
		d := int(nine[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return '0' + byte((10-sum%10)%10)
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

// hsaForm is the form of an HSA-id. It is asked of persons only; addressing takes any string that is not blank.
func hsaForm(s string) bool {
	return len(s) <= 31 && strings.IndexByte(s, '-') > 2 && strings.IndexFunc(s, func(r rune) bool {
		return r > 0x7f || r != '-' && !isDigit(byte(r)) && !isLetter(byte(r))
	}) < 0
}

// IsOID tells whether a string has the form of an OID.
func IsOID(s string) bool {
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
